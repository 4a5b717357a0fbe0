// SPDX-License-Identifier: MIT OR Apache-2.0
//! The differences between the declared state and the state of a device.

use std::mem::discriminant;

use super::{
    contradictions::set,
    drift::{Difference, Drift, Item},
    keys::{DeviceKeys, Entry, SfKeys},
    observed,
    origin::{Located, Origin},
    params::Params,
    values::{BindVfs, Choice, ParamChoice, Value as _, VfCount},
    wanted::Wanted,
};
use crate::model::{EswitchMode, Snapshot};

/// What is known of a device.
#[derive(Debug, Clone, Copy)]
pub struct Actual<'a> {
    /// What a change is planned from.
    pub snapshot: &'a Snapshot,
    /// Its parameters.
    pub params: &'a Params,
}

/// Compares the declared state with the actual one.
#[must_use]
pub fn difference(wanted: &Wanted, actual: &Actual) -> Difference {
    let mut difference = Difference::default();
    let changes = mode_changes(wanted, actual.snapshot);
    params(wanted, actual, &mut difference);
    device(wanted, actual.snapshot, changes, &mut difference);
    vfs(wanted, actual.snapshot, changes, &mut difference);
    sfs(wanted, actual.snapshot, changes, &mut difference);
    difference
}

/// Whether the mode is not the declared one. A device that is to be activated later may
/// be active already.
fn mode_changes(wanted: &Wanted, snapshot: &Snapshot) -> bool {
    wanted_mode(wanted, snapshot) != snapshot.state.eswitch.mode
}

/// The mode that a device is to have; the present one where that is left alone.
#[must_use]
pub fn wanted_mode(wanted: &Wanted, snapshot: &Snapshot) -> EswitchMode {
    let now = snapshot.state.eswitch.mode;
    let Some(mode) = set(&wanted.keys.mode) else { return now };
    let activated = wanted.keys.activate.is_some()
        && mode == EswitchMode::SwitchdevInactive
        && now == EswitchMode::Switchdev;
    match (activated, wanted.is_activated && mode == EswitchMode::SwitchdevInactive) {
        (true, _) => now,
        (_, true) => EswitchMode::Switchdev,
        _ => mode,
    }
}

fn device(
    wanted: &Wanted,
    snapshot: &Snapshot,
    changes: bool,
    difference: &mut Difference,
) {
    let actual = observed::device(snapshot);
    let item = |key: &str| Item::Device { key: key.to_owned() };
    if let Some(mode) = wanted.keys.mode.as_ref().filter(|_| changes) {
        let now = Some(format!("\"{}\"", snapshot.state.eswitch.mode));
        let value = format!("\"{}\"", wanted_mode(wanted, snapshot));
        difference.add(drift(item("mode"), value, now, &mode.origin));
    }
    if let Some(vfs) = &wanted.keys.vfs {
        difference.drifts.extend(number_of_vfs(vfs, snapshot));
    }
    let only = DeviceKeys {
        autoprobe: wanted.keys.autoprobe.clone(),
        inline_mode: wanted.keys.inline_mode.clone(),
        encap_mode: wanted.keys.encap_mode.clone(),
        ..DeviceKeys::default()
    };
    let actual = actual.entries();
    for Entry { key, value, origin, .. } in set_entries(&only) {
        let now = actual.iter().find(|entry| entry.key == key);
        let now = now.map(|entry| entry.value.clone());
        if now.as_ref() == Some(&value) {
            continue;
        }
        let mut drift = drift(item(&key), value, now, &origin);
        if drift.actual.is_none() && !changes {
            drift.obstacle = Some(format!("the device has no {key}"));
        } else if key == "inline_mode" && drift.wanted == "\"none\"" {
            drift.obstacle = Some("no driver can be set to none".to_owned());
        }
        difference.add(drift);
    }
    let netdevs = [
        ("hw_tc_offload", &wanted.keys.hw_tc_offload, observed::tc_offload(snapshot)),
        (
            "representors_up",
            &wanted.keys.representors_up,
            observed::representors_up(snapshot),
        ),
    ];
    for (key, wanted_value, all) in netdevs {
        let Some(value) = wanted_value else { continue };
        let Choice::Set(on) = value.value else { continue };
        let other: Vec<&str> =
            all.iter().filter(|(_, now)| *now != on).map(|(name, _)| *name).collect();
        let now = (!other.is_empty()).then(|| format!("{} at {}", !on, other.join(", ")));
        let drift = drift(item(key), on.to_string(), now, &value.origin);
        match (drift.actual.is_some(), all.is_empty()) {
            (true, _) => difference.add(drift),
            // A device without ports has no representors that could be down.
            (false, true) if changes || key == "hw_tc_offload" => {
                difference.add_unreported(changes, drift);
            }
            (false, _) => {}
        }
    }
}

fn number_of_vfs(vfs: &Located<Choice<VfCount>>, snapshot: &Snapshot) -> Option<Drift> {
    let Choice::Set(count) = vfs.value else { return None };
    let total = snapshot.device.sriov.and_then(|sriov| sriov.total);
    let number = match count {
        VfCount::Number(number) => Some(number),
        VfCount::Max => total,
    };
    let now = snapshot.state.sriov.map(|sriov| sriov.vfs);
    if now.is_some() && now == number {
        return None;
    }
    let item = Item::Device { key: "vfs".to_owned() };
    let now = now.map(|now| now.to_string());
    let mut drift = drift(item, vfs.value.write(), now, &vfs.origin);
    drift.obstacle = match (snapshot.state.sriov, number, total) {
        (None, ..) => Some("the device has no SR-IOV".to_owned()),
        (_, None, _) => {
            Some("the device does not report how many it can have".to_owned())
        }
        (_, Some(number), Some(total)) if number > total => {
            Some(format!("the device can have {total} at most"))
        }
        _ => None,
    };
    Some(drift)
}

fn params(wanted: &Wanted, actual: &Actual, difference: &mut Difference) {
    for (name, choices) in &wanted.params {
        let choice = actual.params.possible(name, &choices.value).next();
        let Some(choice) = choice else { continue };
        let now = actual.params.value(name);
        let is_now = |choice: &ParamChoice| {
            now.as_ref().is_some_and(|now| now.to_string() == choice.to_string())
        };
        if is_now(choice) {
            continue;
        }
        // The device may have refused the values before it.
        let is_certain =
            actual.params.refused.is_some() || !choices.value.iter().any(is_now);
        let item = Item::Param { name: name.clone() };
        let text = now.as_ref().map(ParamChoice::write);
        let mut drift = drift(item, choice.write(), text, &choices.origin);
        let exists = actual.params.present.iter().any(|param| param.name == *name);
        if drift.actual.is_none() {
            drift.obstacle = Some(match exists {
                true => format!("{name} takes effect after a reload only"),
                false => format!("the device has no parameter {name}"),
            });
        } else if now.is_some_and(|now| discriminant(&now) != discriminant(choice)) {
            drift.obstacle = Some(format!("the device has another type of {name}"));
        }
        difference.add_unreported(is_certain, drift);
    }
}

fn vfs(wanted: &Wanted, snapshot: &Snapshot, changes: bool, difference: &mut Difference) {
    let named = wanted.named_vfs();
    let declared = wanted_vfs(wanted, snapshot);
    let most = snapshot.device.sriov.and_then(|sriov| sriov.total);
    let after = declared.unwrap_or_else(|| snapshot.state.vfs());
    let after = after.min(most.unwrap_or(after));
    let present = snapshot.state.vfs.iter().map(|vf| vf.vf);
    let all = named.iter().copied().chain(present).chain(0..after);
    let all: std::collections::BTreeSet<u32> = all.collect();
    let waits = waits_for_lag(wanted, snapshot);
    for number in all {
        if number >= after {
            // The VF is to go; an error only if it is declared.
            if let Some(origin) =
                wanted.place_of_vf(number).filter(|_| named.contains(&number))
            {
                let item = Item::Vf { number, key: None };
                let mut drift = drift(item, "true".to_owned(), None, origin);
                drift.obstacle = Some(match declared {
                    Some(_) => format!("the device can have {after} VFs at most"),
                    None => format!("there are {after} VFs, and vfs is not declared"),
                });
                difference.add(drift);
            }
            continue;
        }
        let vf = snapshot.state.vfs.iter().find(|vf| vf.vf == number);
        let actual =
            vf.map(|vf| observed::vf(snapshot, vf).entries()).unwrap_or_default();
        for Entry { key, value, origin, .. } in wanted.vf(number).entries() {
            let now = actual.iter().find(|entry| entry.key == key);
            let now = now.map(|entry| entry.value.clone());
            if now.as_ref() == Some(&value) || key == "driver" && waits {
                continue;
            }
            let unset =
                key == "mac" && vf.is_some_and(|vf| observed::reports_mac(snapshot, vf));
            let reported = now.is_some() || unset;
            let item = Item::Vf { number, key: Some(key) };
            let drift = drift(item, value, now, &origin);
            difference.add_unreported(reported || changes || vf.is_none(), drift);
        }
    }
}

/// Whether VFs are to have drivers only when the uplinks are a LAG, and they are none.
fn waits_for_lag(wanted: &Wanted, snapshot: &Snapshot) -> bool {
    let late = wanted.keys.bind_vfs.as_ref();
    late.is_some_and(|late| late.value == BindVfs::AfterLag)
        && !snapshot.lag.unwrap_or_else(|| snapshot.in_bond())
}

/// How many VFs there are to be; none where that is left alone.
#[must_use]
pub fn wanted_vfs(wanted: &Wanted, snapshot: &Snapshot) -> Option<u32> {
    match set(&wanted.keys.vfs)? {
        VfCount::Number(number) => Some(number),
        VfCount::Max => snapshot.device.sriov.and_then(|sriov| sriov.total),
    }
}

fn sfs(wanted: &Wanted, snapshot: &Snapshot, changes: bool, difference: &mut Difference) {
    let present = observed::sfs(snapshot);
    for ((controller, number), (origin, keys)) in wanted.sfs() {
        let item = |key: Option<String>| Item::Sf { controller, number, key };
        let sf = present.get(&(controller, number));
        if sf.is_none() {
            difference.add(drift(item(None), "true".to_owned(), None, &origin));
        }
        let actual = sf.map(SfKeys::entries).unwrap_or_default();
        for Entry { key, value, origin, .. } in keys.entries() {
            let now = actual.iter().find(|entry| entry.key == key);
            let now = now.map(|entry| entry.value.clone());
            if now.as_ref() == Some(&value) {
                continue;
            }
            let reported = now.is_some() || key == "mac";
            let drift = drift(item(Some(key)), value, now, &origin);
            difference.add_unreported(reported || changes || sf.is_none(), drift);
        }
    }
}

/// The keys that ask for something.
fn set_entries(keys: &DeviceKeys) -> Vec<Entry> {
    let mut entries = keys.entries();
    entries.retain(|entry| entry.value != "\"preserve\"");
    entries
}

fn drift(item: Item, wanted: String, actual: Option<String>, origin: &Origin) -> Drift {
    Drift { item, wanted, actual, origin: origin.clone(), obstacle: None }
}
