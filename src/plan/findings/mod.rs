// SPDX-License-Identifier: MIT OR Apache-2.0
//! What stands in the way of a change, or goes with it: each by a code that does not
//! change, with what it was seen by and what to do.

mod claims;
mod eswitch;
mod netdevs;
mod offload;
mod sfs;
#[cfg(test)]
mod tests;
mod vfs;

use crate::{
    driver::{Profile, profile},
    model::{EswitchMode, Link, Snapshot, State},
};

use super::{Action, Finding, Request, Severity, Step, sfs::SfChange, steps::VfChange};

/// The codes of findings that a user can accept.
pub const CODES: [&str; 24] = [
    "adq-active",
    "bond-member",
    "default-route",
    "eswitch-broken",
    "firmware-decides",
    "ipsec",
    "managed-elsewhere",
    "mode-unsupported",
    "netns-diverged",
    "pf-down",
    "rate-nodes",
    "rdma-in-use",
    "representor-stranded",
    "sf-in-use",
    "sf-lost",
    "sf-needs-switchdev",
    "sf-unsupported",
    "tc-rules-offloaded",
    "traps-active",
    "unread",
    "uplink-in-bridge",
    "vf-in-use",
    "vf-settings-cut-off",
    "vfs-required",
];

/// Everything found; the refusals first. `dropped` says that a stash of the mode exists
/// that no longer holds.
pub(super) fn findings(
    snapshot: &Snapshot,
    request: &Request,
    steps: &[Step],
    stash: Option<&State>,
    dropped: bool,
) -> Vec<Finding> {
    let profile = profile(snapshot.state.driver.as_deref());
    let driver = snapshot.state.driver.as_deref().unwrap_or("its driver");
    let vfs = VfChange::new(snapshot, request);
    let sfs = SfChange::new(snapshot, request, stash);
    let modes = steps.iter().filter_map(|step| match step.action {
        Action::SetMode { from, to, .. } if from != to => Some(to),
        _ => None,
    });
    let modes = modes.collect();
    let preflight =
        Preflight { snapshot, request, steps, profile, driver, vfs, sfs, modes };
    let mut found: Vec<Finding> = [
        preflight.eswitch_broken(),
        preflight.unread(),
        preflight.mode_unsupported(),
        preflight.firmware_decides(),
        preflight.held(),
        preflight.vf_in_use(),
        preflight.vfs_required(),
        preflight.pf_down(),
        preflight.settings_cut_off(),
        preflight.rules(),
        preflight.rate_nodes(),
        preflight.ipsec(),
        preflight.traps(),
        preflight.channels(),
        preflight.bond(),
        preflight.uplink_in_bridge(),
        preflight.netns(),
        preflight.default_route(),
        preflight.stranded(),
        preflight.managed_elsewhere(),
        preflight.sfs_unsupported(),
        preflight.sfs_need_switchdev(),
        preflight.sfs_in_use(),
        preflight.sfs_lost(),
        preflight.representors_in_use(),
        preflight.vfs_must_be_zero(),
        preflight.not_expressible(stash),
        preflight.stash_dropped(dropped),
        preflight.rdma(),
        preflight.multiport(),
    ]
    .into_iter()
    .flatten()
    .collect();
    found.extend(preflight.losses());
    found.sort_by_key(|finding| finding.severity != Severity::Refuse);
    found
}

/// What findings are made from.
struct Preflight<'a> {
    snapshot: &'a Snapshot,
    request: &'a Request,
    steps: &'a [Step],
    profile: Profile,
    driver: &'a str,
    vfs: VfChange,
    sfs: SfChange,
    /// The modes that the steps set.
    modes: Vec<EswitchMode>,
}

impl Preflight<'_> {
    fn changes_mode(&self) -> bool {
        !self.modes.is_empty()
    }

    /// Whether a step does what `is_it` says.
    fn does(&self, is_it: impl Fn(&Action) -> bool) -> bool {
        self.steps.iter().any(|step| is_it(&step.action))
    }

    fn to_switchdev(&self) -> bool {
        self.request.mode.has_representors()
    }

    fn link(&self, ifindex: u32) -> Option<&Link> {
        self.snapshot.links.iter().find(|link| link.ifindex == ifindex)
    }

    /// The uplinks in a bridge, bond or the like of one of these kinds, as text.
    fn uplinks_in(&self, kinds: &[&str]) -> Vec<String> {
        let uplinks = self.snapshot.uplinks.iter().filter_map(|index| {
            let link = self.link(*index)?;
            let master = self.link(link.master?)?;
            let kind = master.kind.as_deref().unwrap_or_default();
            kinds.contains(&kind).then(|| format!("{} in {}", link.name, master.name))
        });
        uplinks.collect()
    }
}

fn refuse(
    code: &'static str,
    message: impl Into<String>,
    evidence: Vec<String>,
    remedy: impl Into<String>,
) -> Finding {
    Finding {
        code,
        severity: Severity::Refuse,
        message: message.into(),
        evidence,
        remedy: remedy.into(),
        can_be_forced: true,
    }
}

fn warn(
    code: &'static str,
    message: impl Into<String>,
    evidence: Vec<String>,
    remedy: impl Into<String>,
) -> Finding {
    let severity = Severity::Warn;
    Finding { severity, ..refuse(code, message, evidence, remedy) }
}
