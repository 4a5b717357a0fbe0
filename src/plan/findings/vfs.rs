// SPDX-License-Identifier: MIT OR Apache-2.0
//! What VFs have to do with a change: who uses them, whether some are needed, and
//! what of their settings would be lost.

use std::collections::BTreeMap;

use super::{Preflight, refuse, warn};
use crate::{
    driver::VfNeed,
    model::{Held, Holder, HolderKind, Link, LinkIndex, State, VfSettings, shell_word},
    plan::{Action, Finding, restore},
};

impl Preflight<'_> {
    fn numvfs(&self) -> String {
        let path = self.snapshot.state.device.sysfs_path();
        path.map_or_else(
            || "sriov_numvfs".into(),
            |path| format!("/sys/{path}/sriov_numvfs"),
        )
    }

    /// PF or VFs that processes use by way of a device file.
    pub(super) fn held(&self) -> Option<Finding> {
        let holders = self.snapshot.holders.iter();
        let (of_pf, of_vfs): (Vec<&Holder>, Vec<&Holder>) = holders
            .filter(|holder| match holder.of {
                Held::Pf => true,
                Held::Vf(number) => self.changes_mode() || self.unbinds(number),
                Held::Sf(_) => false,
            })
            .partition(|holder| holder.of == Held::Pf);
        let text = |holder: &&Holder| {
            let whose = match holder.of {
                Held::Pf => "PF".into(),
                Held::Vf(number) => format!("VF {number}"),
                Held::Sf(number) => format!("SF {number}"),
            };
            let processes = holder.processes.join(", ");
            format!("{whose}: {} held by {processes}", holder.path)
        };
        if of_vfs.is_empty() {
            return (!of_pf.is_empty()
                && self.changes_mode()
                && self.profile.remakes_rdma)
                .then(|| {
                    refuse(
                        "rdma-in-use",
                        "processes use RDMA on it, which the change takes from them",
                        of_pf.iter().map(text).collect(),
                        "stop the processes",
                    )
                });
        }
        let mut finding = refuse(
            "vf-in-use",
            "VFs are in use by a guest or another process",
            of_vfs.iter().map(text).collect(),
            "stop the processes, or detach the VFs from them",
        );
        // The kernel waits for such a process, for ever.
        let waits = |holder: &&Holder| match (holder.of, holder.kind) {
            (Held::Vf(number), HolderKind::Vfio | HolderKind::Vdpa) => {
                self.unbinds(number)
            }
            _ => false,
        };
        finding.can_be_forced = !of_vfs.iter().any(waits);
        Some(finding)
    }

    /// Whether a VF loses its driver, for a moment or for ever.
    fn unbinds(&self, vf: u32) -> bool {
        let now = self.snapshot.state.vf(vf).and_then(|vf| vf.driver.as_ref());
        let rebinds = |action: &Action| match action {
            Action::BindVfs { to, .. } => {
                to.iter().any(|of| of.vf == vf && of.driver.as_ref() != now)
            }
            _ => false,
        };
        self.vfs.interrupts() || now.is_some() && self.does(rebinds)
    }

    pub(super) fn vf_in_use(&self) -> Option<Finding> {
        let mut evidence = Vec::new();
        let links = LinkIndex::new(&self.snapshot.links);
        let mut netdevs: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (ifindex, vf) in &self.snapshot.vf_netdevs {
            netdevs.entry(*vf).or_default().push(*ifindex);
        }
        let name_of = |ifindex| links.get(ifindex).map_or("?", |link: &Link| &link.name);
        let vfs = self.snapshot.state.vfs.iter();
        for vf in vfs.filter(|vf| self.unbinds(vf.vf)) {
            if self.snapshot.vfs_elsewhere.contains(&vf.vf) {
                evidence.push(format!(
                    "VF {}: its netdev is in another network namespace",
                    vf.vf
                ));
            }
            for ifindex in netdevs.remove(&vf.vf).unwrap_or_default() {
                let name = name_of(ifindex);
                let addresses =
                    self.snapshot.addresses.iter().filter(|of| of.0 == ifindex);
                evidence.extend(addresses.map(|(_, address)| {
                    format!("VF {}: {name} has address {address}", vf.vf)
                }));
                if let [_, above, ..] = links.above(ifindex).as_slice() {
                    let above = name_of(*above);
                    evidence.push(format!("VF {}: {name} is below {above}", vf.vf));
                }
            }
        }
        (!evidence.is_empty()).then(|| {
            refuse(
                "vf-in-use",
                "VFs that have to go or to lose their driver are in use, and what uses them \
                 would be lost",
                evidence,
                "remove their IP addresses and bridge ports, and move them back from other \
                 namespaces, first",
            )
        })
    }

    pub(super) fn vfs_required(&self) -> Option<Finding> {
        let VfNeed::SomeBefore(release) = self.profile.vfs else { return None };
        let missing = self.snapshot.kernel < release
            && self.vfs.target == 0
            && self.changes_mode()
            && self.to_switchdev();
        let (major, minor) = release;
        missing.then(|| {
            refuse(
                "vfs-required",
                format!(
                    "before Linux {major}.{minor} {} switches only with VFs",
                    self.driver
                ),
                vec![format!("{}: 0", self.numvfs())],
                "have some made with --vfs",
            )
        })
    }

    pub(super) fn pf_down(&self) -> Option<Finding> {
        // For VFs that are declared it is brought up.
        let missing = self.vfs.pf_is_down && !self.request.lasting.vfs;
        let uplinks = &self.snapshot.uplinks;
        missing.then(|| {
            let names: Vec<String> = uplinks
                .iter()
                .map(|index| self.snapshot.name_of(*index).to_owned())
                .collect();
            refuse(
                "pf-down",
                format!("{} makes VFs only while the PF's netdev is up", self.driver),
                names.iter().map(|name| format!("{name} is down")).collect(),
                format!(
                    "ip link set {} up",
                    names.first().map_or("NETDEV".into(), |name| shell_word(name))
                ),
            )
        })
    }

    pub(super) fn settings_cut_off(&self) -> Option<Finding> {
        let state = &self.snapshot.state;
        let writes = |action: &Action| matches!(action, Action::RestoreVfSettings { .. });
        let disturbs = self.changes_mode() || self.vfs.interrupts() || self.does(writes);
        if state.settings_complete || !disturbs {
            return None;
        }
        let read =
            state.vfs.iter().filter(|vf| vf.settings != VfSettings::default()).count();
        let hidden = self.snapshot.uplinks.is_empty();
        let evidence = vec![if hidden {
            "the PF's netdev, which has them, is in another network namespace".to_owned()
        } else {
            format!("{read} of {} VFs", state.vfs())
        }];
        let message = if hidden {
            "the settings of its VFs cannot be read, and would be lost with them"
        } else {
            "the kernel reports the settings of some VFs only: the list is too long"
        };
        let remedy = if hidden {
            "move the netdev back first"
        } else {
            "write down the settings of the others, and set them again afterwards"
        };
        let code = "vf-settings-cut-off";
        Some(if self.vfs.remove {
            refuse(code, message, evidence, remedy)
        } else {
            warn(code, message, evidence, remedy)
        })
    }

    pub(super) fn vfs_must_be_zero(&self) -> Option<Finding> {
        let needed = self.profile.vfs == VfNeed::None
            && self.vfs.current > 0
            && self.snapshot.state.eswitch.mode != self.request.mode;
        needed.then(|| {
            let vfs = self.snapshot.state.vfs.iter().map(|vf| vf.address.clone()).collect();
            warn(
                "vfs-must-be-zero",
                format!(
                    "{} changes the mode only without VFs: they are removed and created again",
                    self.driver
                ),
                vfs,
                "their netdevs disappear and come back: tell their users",
            )
        })
    }

    pub(super) fn not_expressible(&self, stash: Option<&State>) -> Option<Finding> {
        if self.snapshot.state.eswitch.mode == self.request.mode {
            return None;
        }
        let lost = restore::not_expressible(self.snapshot, self.request.mode, stash);
        (!lost.is_empty()).then(|| {
            let evidence = lost
                .iter()
                .map(|(vf, fields)| {
                    let fields: Vec<_> = fields.iter().map(|field| field.as_str()).collect();
                    format!("VF {vf}: {}", fields.join(", "))
                })
                .collect();
            warn(
                "config-not-expressible",
                format!(
                    "these VF settings cannot be represented in {} mode",
                    self.request.mode
                ),
                evidence,
                "they are kept and restored with the present mode; until then use TC rules",
            )
        })
    }

    pub(super) fn stash_dropped(&self, dropped: bool) -> Option<Finding> {
        dropped.then(|| {
            let mode = self.request.mode;
            warn(
                "stash-dropped",
                format!(
                    "what was kept for the return to {mode} mode is not restored: the mode \
                     was changed by others since"
                ),
                vec!["none of the representors of that time is there".into()],
                "compare the VF settings with what you expect",
            )
        })
    }
}
