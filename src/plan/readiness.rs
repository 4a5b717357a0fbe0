// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a change would meet, in both directions, and whether a device is ready for
//! offload.

use serde::Serialize;

use super::{Plan, Request};
use crate::model::{
    Claim, EswitchMode, Handle, InlineMode, Snapshot, TcOffload, shell_word,
};

/// What a change of a device would meet, in both directions, and whether the device is
/// ready for offload.
#[derive(Debug, Clone, Serialize)]
pub struct Readiness {
    /// The device.
    pub handle: Handle,
    /// Its driver.
    pub driver: Option<String>,
    /// Its mode.
    pub mode: EswitchMode,
    /// Whether nothing stands in the way of switchdev, and nothing of its use.
    pub ready: bool,
    /// What offload needs or gains from.
    pub checks: Vec<Check>,
    /// The plans to the other mode and back.
    pub plans: Vec<Plan>,
}

/// One thing that offload needs or gains from.
#[derive(Debug, Clone, Serialize)]
pub struct Check {
    /// Its stable code.
    pub code: &'static str,
    /// Whether it is well.
    pub ok: bool,
    /// Whether it is only to be known: nothing of offload depends on it.
    pub note: bool,
    /// What was seen, and what to do.
    pub message: String,
}

impl Check {
    fn new(code: &'static str, ok: bool, message: impl Into<String>) -> Self {
        Self { code, ok, note: false, message: message.into() }
    }

    fn note(code: &'static str, message: impl Into<String>) -> Self {
        Self { note: true, ..Self::new(code, true, message) }
    }
}

impl Readiness {
    /// What a snapshot shows.
    #[must_use]
    pub fn new(snapshot: &Snapshot) -> Self {
        let plan = |snapshot: &Snapshot, mode| {
            Plan::new(snapshot, &Request::of_mode(mode), None)
        };
        let now = snapshot.state.eswitch.mode;
        let other = if now.has_representors() {
            EswitchMode::Legacy
        } else {
            EswitchMode::Switchdev
        };
        // The way back, as if the device were there already.
        let mut there = snapshot.clone();
        there.state.eswitch.mode = other;
        let plans = vec![plan(snapshot, other), plan(&there, now)];
        let checks = checks(snapshot);
        let blocked = plans
            .iter()
            .any(|plan| plan.to.has_representors() && plan.refusal().is_some());
        Self {
            handle: snapshot.state.device.clone(),
            driver: snapshot.state.driver.clone(),
            mode: now,
            ready: !blocked && checks.iter().all(|check| check.ok),
            checks,
            plans,
        }
    }
}

fn checks(snapshot: &Snapshot) -> Vec<Check> {
    let mut checks = vec![vfs(snapshot)];
    checks.extend(steering(snapshot));
    checks.extend(snapshot.state.eswitch.inline_mode.map(inline));
    let offload = snapshot.tc_offload.iter();
    checks.extend(offload.map(|(ifindex, state)| tc_offload(snapshot, *ifindex, *state)));
    checks.extend(lag(snapshot));
    checks.extend(siblings(snapshot));
    checks.extend(snapshot.sfs_without_netdev.iter().map(sf_netdev));
    checks.extend(iommu(snapshot));
    checks.extend(snapshot.claims.iter().map(managed_elsewhere));
    checks
}

fn managed_elsewhere(claim: &Claim) -> Check {
    Check::note("managed-elsewhere", format!("another program sets it up: {claim}"))
}

fn vfs(snapshot: &Snapshot) -> Check {
    let device = &snapshot.state.device;
    let total = snapshot.device.sriov.and_then(|sriov| sriov.total);
    let total = total.map_or_else(String::new, |total| format!(" of {total}"));
    match snapshot.state.vfs() {
        0 => Check::new(
            "vfs",
            false,
            format!(
                "no VFs{total}: \"swdevctl mode set switchdev {device} --vfs N\" makes some"
            ),
        ),
        vfs => Check::new("vfs", true, format!("{vfs}{total} VFs")),
    }
}

fn steering(snapshot: &Snapshot) -> Option<Check> {
    let device = &snapshot.state.device;
    let steering = snapshot.steering.as_ref()?.to_string();
    let message = match steering.as_str() {
        "dmfs" => format!(
            "rules are steered by the firmware (dmfs), which is slow: in mode legacy, \
             \"devlink dev param set {device} name flow_steering_mode value smfs cmode runtime\""
        ),
        other => format!("rules are steered by {other}"),
    };
    Some(Check::new("steering-mode", steering != "dmfs", message))
}

fn inline(mode: InlineMode) -> Check {
    let message = match mode {
        InlineMode::None => "inline mode none".to_owned(),
        mode => format!(
            "inline mode {mode}: VFs copy headers into their descriptors, as this card needs"
        ),
    };
    Check::new("inline-mode", true, message)
}

fn tc_offload(snapshot: &Snapshot, ifindex: u32, state: TcOffload) -> Check {
    let name = snapshot.name_of(ifindex);
    let message = match state {
        TcOffload::On => format!("hw-tc-offload is on at {name}"),
        TcOffload::Off => format!(
            "hw-tc-offload is off at {name}: \"ethtool -K {} hw-tc-offload on\"",
            shell_word(name)
        ),
        TcOffload::Fixed => {
            let driver = snapshot.state.driver.as_deref().unwrap_or("driver");
            format!(
                "hw-tc-offload is off [fixed] at {name}: this kernel's {driver} was built \
                 without TC offload, and no command switches it on"
            )
        }
    };
    Check::new("hw-tc-offload", state == TcOffload::On, message)
}

fn lag(snapshot: &Snapshot) -> Vec<Check> {
    let bonds = snapshot.uplinks.iter().filter_map(|index| {
        let link = snapshot.links.iter().find(|link| link.ifindex == *index)?;
        let master = snapshot.links.iter().find(|of| Some(of.ifindex) == link.master)?;
        let bond = master.kind.as_deref() == Some("bond");
        bond.then_some((link.name.as_str(), master.name.as_str()))
    });
    let text = |(name, bond)| {
        format!("{name} is in {bond}: all ports of a bond must be in one mode")
    };
    bonds.map(|bond| Check::new("lag", true, text(bond))).collect()
}

/// On a DPU a port in another mode keeps the host's driver from starting.
fn siblings(snapshot: &Snapshot) -> Vec<Check> {
    let here = snapshot.state.eswitch.mode;
    let others = snapshot.siblings.iter().filter(|(_, mode)| *mode != here);
    let text = |(device, mode): &(Handle, EswitchMode)| {
        format!("{device}, on the same card, is in mode {mode}")
    };
    others.map(|other| Check::note("card-modes", text(other))).collect()
}

fn sf_netdev(sf: &Handle) -> Check {
    let message = format!(
        "{sf} has no netdev: \"devlink dev param set {sf} name enable_eth value true cmode \
         driverinit\", then \"devlink dev reload {sf}\""
    );
    Check::new("sf-netdev", false, message)
}

fn iommu(snapshot: &Snapshot) -> Option<Check> {
    snapshot.state.device.pci_address()?;
    Some(if snapshot.iommu {
        Check::new("iommu", true, "an IOMMU is on: VFs can be given to guests")
    } else {
        let message =
            "no IOMMU: VFs cannot be given to guests (intel_iommu=on or amd_iommu=on)";
        Check::note("iommu", message)
    })
}
