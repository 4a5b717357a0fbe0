// SPDX-License-Identifier: MIT OR Apache-2.0
//! Looks at a device after a failed or undone change: not at its mode alone, but at what
//! drivers are known to lose or leave behind.

use super::{
    broken::{self, Mark},
    look,
};
use crate::{
    error::Failure,
    lookup,
    model::{Device, DeviceFacts, Facts, Handle, PortKey, Role, State},
    plan::{Action, Step},
    sys::{Live, devlink, pci},
};

/// One look at a device.
struct Seen {
    facts: Facts,
    device: Device,
}

impl Seen {
    fn new(machine: &Live, handle: &Handle) -> Result<Self, Failure> {
        let (facts, inventory) = lookup::inventory(machine, std::slice::from_ref(handle))
            .map_err(|error| look::unread(&error))?;
        let mut devices = inventory.devices.into_iter();
        match devices.find(|device| device.handle == *handle) {
            Some(device) => Ok(Self { facts, device }),
            None => Err(super::refusal::vanished(handle)),
        }
    }

    fn facts(&self) -> Option<&DeviceFacts> {
        self.facts.devices.iter().find(|device| device.handle == self.device.handle)
    }
}

/// What of a state is not there; empty where all of it was seen.
pub(super) fn differences(machine: &Live, state: &State) -> Vec<String> {
    let mut differing = Vec::new();
    match devlink::eswitch(machine, &state.device) {
        Ok(eswitch) if eswitch.mode == Some(state.mode) => {}
        Ok(eswitch) => differing.push(match eswitch.mode {
            Some(mode) => format!("the mode is {mode}"),
            None => "it has no mode".into(),
        }),
        Err(error) => differing.push(format!("the mode cannot be read: {error}")),
    }
    let vfs = pci::number_of_vfs(machine, &state.device);
    if vfs != state.vfs() {
        differing.push(format!("it has {vfs} of {} VFs", state.vfs()));
    }
    let autoprobe = pci::sriov(machine, &state.device, 0).and_then(|of| of.autoprobe);
    if autoprobe != state.sriov.and_then(|of| of.autoprobe) {
        differing.push("sriov_drivers_autoprobe is another".into());
    }
    match Seen::new(machine, &state.device) {
        Ok(seen) => differing.extend(netdevs(machine, &seen, state)),
        Err(failure) => differing.push(failure.message),
    }
    differing
}

/// Netdevs that were there and are not, or the reverse; and what else shows damage.
fn netdevs(machine: &Live, seen: &Seen, state: &State) -> Vec<String> {
    let Some(facts) = seen.facts() else { return vec!["it cannot be read".into()] };
    let damage = broken::damage(machine, facts, &seen.device, &seen.facts);
    let mut differing: Vec<String> =
        damage.iter().map(|damage| damage.evidence.clone()).collect();
    let now = look::keyed(facts, &seen.device, &seen.facts);
    for netdev in state.netdevs.iter().filter(|netdev| is_compared(&netdev.key)) {
        let gone = !now.iter().any(|(key, _)| *key == netdev.key);
        // Already told.
        if gone && !(netdev.key.role == Role::Pf && damage.iter().any(|d| d.uplink_gone))
        {
            let name = netdev.name.as_deref().unwrap_or("a netdev");
            differing.push(format!("{name} is gone"));
        }
    }
    for (key, link) in
        now.iter().filter(|(key, _)| is_compared(key) && key.role != Role::Pf)
    {
        if !state.netdevs.iter().any(|netdev| netdev.key == *key) {
            differing.push(format!("{} is there, and was not before", link.name));
        }
    }
    differing
}

/// Netdevs of VFs come and go with their drivers and into guests, and ports of other
/// controllers with their hosts.
fn is_compared(key: &PortKey) -> bool {
    key.role != Role::Vf && key.controller == 0
}

/// Whether a device has a netdev of its PF.
pub(super) fn has_uplink(machine: &Live, device: &Handle) -> bool {
    Seen::new(machine, device).is_ok_and(|seen| {
        !look::netdevs(&seen.device, &[Role::Uplink, Role::Pf]).is_empty()
    })
}

/// Whether a device shows damage that only a rebuild mends.
pub(super) fn is_broken(machine: &Live, device: &Handle) -> bool {
    !damage(machine, device).is_empty()
}

/// What shows that a device's eswitch is broken.
pub(super) fn damage(machine: &Live, device: &Handle) -> Vec<crate::model::Damage> {
    let Ok(seen) = Seen::new(machine, device) else { return Vec::new() };
    let Some(facts) = seen.facts() else { return Vec::new() };
    broken::damage(machine, facts, &seen.device, &seen.facts)
}

/// Marks a device whose VFs have lost the forwarding of legacy mode: there are some, and
/// the rollback has not created them again, which brings a new table.
pub(super) fn mark_if_lost(machine: &Live, state: &State, undone: &[Step], reason: &str) {
    let created = |step: &Step| matches!(step.action, Action::SetVfs { to: 1.., .. });
    if state.vfs() == 0 || undone.iter().any(created) {
        return;
    }
    let reason = format!("its VFs have lost the forwarding of legacy mode ({reason})");
    let Ok(seen) = Seen::new(machine, &state.device) else { return };
    let Some(facts) = seen.facts() else { return };
    let mark = Mark::new(machine, facts, &seen.device, &reason);
    if let Some(Err(error)) = mark.map(|mark| broken::mark(&mark)) {
        log::warn!("the mark on {}: {error}", state.device);
    }
}
