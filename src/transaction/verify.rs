// SPDX-License-Identifier: MIT OR Apache-2.0
//! Looks at a device after a failed or undone change: not at its mode alone, but at what
//! drivers are known to lose or leave behind.

use super::{broken, sfs};
use crate::{
    model::{Damage, DamageKind, Handle, PortKey, Role, SfState, State},
    plan::{Action, Step},
    survey::{
        self, Reading,
        damage::{Mark, damage, stale_uplink},
    },
    sys::{Effects, Machine, devlink, pci},
};

/// What of a state is not there; empty where all of it was seen.
pub(super) fn differences(machine: &dyn Machine, state: &State) -> Vec<String> {
    let mut differing = Vec::new();
    match devlink::eswitch(machine, &state.device) {
        Ok(Some(eswitch)) if eswitch.mode == state.eswitch.mode => {}
        Ok(Some(eswitch)) => differing.push(format!("the mode is {}", eswitch.mode)),
        Ok(None) => differing.push("it has no mode".into()),
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
    if let Some(stale) = stale_uplink(machine, &state.device) {
        differing.push(stale.evidence);
        return differing;
    }
    match Reading::of(machine, &state.device) {
        Ok(reading) => {
            differing.extend(netdevs(machine, &reading, state));
            differing.extend(differing_sfs(&reading, state));
        }
        Err(failure) => differing.push(failure.message),
    }
    differing
}

/// Netdevs that were there and are not, or the reverse; and what else shows damage.
fn netdevs(machine: &dyn Machine, reading: &Reading, state: &State) -> Vec<String> {
    let damage = damage(machine, reading);
    let mut differing: Vec<String> =
        damage.iter().map(|damage| damage.evidence.clone()).collect();
    let now = survey::keyed(reading);
    for netdev in state.netdevs.iter().filter(|netdev| is_compared(&netdev.key)) {
        let gone = !now.iter().any(|(key, _)| *key == netdev.key);
        // Already told.
        if gone
            && !(netdev.key.place.role == Role::Pf
                && damage.iter().any(|d| d.kind == DamageKind::UplinkGone))
        {
            let name = netdev.name.as_deref().unwrap_or("a netdev");
            differing.push(format!("{name} is gone"));
        }
    }
    for (key, link) in
        now.iter().filter(|(key, _)| is_compared(key) && key.place.role != Role::Pf)
    {
        if !state.netdevs.iter().any(|netdev| netdev.key == *key) {
            differing.push(format!("{} is there, and was not before", link.name));
        }
    }
    differing
}

/// Netdevs of VFs and SFs come and go with their drivers and into guests, and ports of
/// other controllers with their hosts.
fn is_compared(key: &PortKey) -> bool {
    !matches!(key.place.role, Role::Vf | Role::Sf) && key.place.controller == 0
}

/// SFs that are gone, or in another state. New ones have representors, which are seen.
fn differing_sfs(reading: &Reading, state: &State) -> Vec<String> {
    let now = survey::sfs(reading);
    let mut differing = Vec::new();
    for SfState { key, active, .. } in &state.sfs {
        let sf = sfs::describe(key);
        match now.iter().find(|sf| sf.key() == *key) {
            None => differing.push(format!("{sf} is gone")),
            Some(now) if now.is_active() == *active => {}
            Some(_) if *active => differing.push(format!("{sf} is inactive")),
            Some(_) => differing.push(format!("{sf} is active")),
        }
    }
    differing
}

/// Whether a device has a netdev of its PF.
pub(super) fn has_uplink(machine: &dyn Machine, device: &Handle) -> bool {
    Reading::of(machine, device).is_ok_and(|reading| {
        !survey::netdevs(&reading.device, &[Role::Uplink, Role::Pf]).is_empty()
    })
}

/// Whether a device shows damage that only a rebuild mends.
pub(super) fn is_broken(machine: &dyn Machine, device: &Handle) -> bool {
    !damage_of(machine, device).is_empty()
}

/// Whether a switch to legacy has left the PF's netdev as it was in switchdev.
pub(super) fn is_stale(machine: &dyn Machine, device: &Handle) -> bool {
    stale_uplink(machine, device).is_some()
}

/// What mends a device, where damage shows.
pub(super) fn remedy(machine: &dyn Machine, device: &Handle) -> Option<String> {
    let kind = damage_of(machine, device).into_iter().map(|damage| damage.kind).max()?;
    Some(kind.remedy(device))
}

/// What shows that a device's eswitch is broken. Nothing more is asked of a device whose
/// netdev a list of links would make the kernel crash at.
pub(super) fn damage_of(machine: &dyn Machine, device: &Handle) -> Vec<Damage> {
    if let Some(stale) = stale_uplink(machine, device) {
        return vec![stale];
    }
    Reading::of(machine, device)
        .map_or_else(|_| Vec::new(), |reading| damage(machine, &reading))
}

/// Marks a device whose VFs have lost the forwarding of legacy mode: there are some, and
/// the rollback has not created them again, which brings a new table.
pub(super) fn mark_if_lost(
    effects: &dyn Effects,
    state: &State,
    undone: &[Step],
    reason: &str,
) {
    let created = |step: &Step| matches!(step.action, Action::SetVfs { to: 1.., .. });
    if state.vfs() == 0 || undone.iter().any(created) {
        return;
    }
    let reason = format!("its VFs have lost the forwarding of legacy mode ({reason})");
    mark(effects, &state.device, (&reason, false));
}

/// Marks a device whose driver has gone on without the first table of a packet's path.
pub(super) fn mark_root_lost(effects: &dyn Effects, device: &Handle) {
    const REASON: &str = "firmware refused a root flow table (SET_FLOW_TABLE_ROOT), and the driver went on without it: packets get lost";
    mark(effects, device, (REASON, true));
}

fn mark(effects: &dyn Effects, device: &Handle, damage: (&str, bool)) {
    let machine = effects.machine();
    let Ok(reading) = Reading::of(machine, device) else { return };
    let mark = Mark::new(machine, &reading, damage);
    if let Some(Err(error)) = mark.map(|mark| broken::mark(effects.storage(), &mark)) {
        log::warn!("the mark on {device}: {error}");
    }
}
