// SPDX-License-Identifier: MIT OR Apache-2.0
//! Declares the actual state of a device: a file to start from, which changes nothing.

use toml::de::DeValue;

use super::{
    contradictions::of_vf,
    difference::Actual,
    file::{Section, SfSection, VfSection},
    keys::{DeviceKeys, SfKeys, VfKeys},
    matching::{AddressPattern, HandlePattern, Matches},
    numbers::Numbers,
    observed,
    origin::Located,
    values::{Choice, Value},
    write,
};
use crate::model::{EswitchMode, Handle, InlineMode, Snapshot};

/// The device parameters that go with the eswitch mode: those that are declared.
pub const PARAMS: [&str; 3] =
    ["flow_steering_mode", "lag_port_select_mode", "esw_multiport"];

/// The device as a section of a file.
#[must_use]
pub fn present(actual: &Actual) -> String {
    let snapshot = actual.snapshot;
    let section = Section {
        matches: matches(&snapshot.device.handle),
        keys: keys(snapshot),
        params: PARAMS
            .iter()
            .filter_map(|name| Some((*name, actual.params.value(name)?)))
            .filter(|(_, value)| is_acceptable(value))
            .map(|(name, value)| (name.to_owned(), Located::from(vec![value])))
            .collect(),
        vfs: vfs(actual),
        sfs: sfs(actual),
        ..Section::default()
    };
    write::section(&section, &comments(actual, &section))
}

/// What the device has. Representors that are down are left out: new ones always are,
/// and to declare it would take them down again. So is the inline mode that mlx5_core
/// reports before its first switch, with which it takes another one.
fn keys(snapshot: &Snapshot) -> DeviceKeys {
    let mut keys = observed::device(snapshot);
    keys.inline_mode =
        keys.inline_mode.filter(|mode| mode.value != Choice::Set(InlineMode::None));
    keys.representors_up =
        keys.representors_up.filter(|up| up.value == Choice::Set(true));
    keys
}

fn matches(handle: &Handle) -> Matches {
    let mut matches = Matches::default();
    let address = handle.pci_address().map(|address| address.to_string());
    match address.as_deref().and_then(AddressPattern::parse) {
        Some(address) => matches.address = vec![address.into()],
        None => {
            let handle = HandlePattern::parse(&handle.to_string());
            matches.handle = handle.into_iter().map(Located::from).collect();
        }
    }
    matches
}

/// What the section does not say, and who the device is.
fn comments(actual: &Actual, section: &Section) -> Vec<String> {
    let snapshot = actual.snapshot;
    let state = &snapshot.state;
    let driver = state.driver.as_deref().unwrap_or("no driver");
    let uplinks: Vec<&str> =
        snapshot.uplinks.iter().map(|index| snapshot.name_of(*index)).collect();
    let mut comments = vec![format!("{driver} {}", uplinks.join(" ")).trim().to_owned()];
    if let EswitchMode::Unknown(number) = state.eswitch.mode {
        comments.push(format!("mode: {number} is not known to this version of swdevctl"));
    }
    if !state.settings_complete {
        let message = "the kernel does not report the settings of all VFs: those that are \
                       missing here may have some";
        comments.push(message.to_owned());
    }
    for vf in &state.vfs {
        let left_out = take_undeclarable(&mut observed::vf(snapshot, vf));
        let left_out = left_out.into_iter();
        comments.extend(
            left_out.map(|key| format!("vf {}: no file can declare its {key}", vf.vf)),
        );
    }
    let some_on = |all: Vec<(&str, bool)>| all.len() > 1;
    if section.keys.hw_tc_offload.is_none() && some_on(observed::tc_offload(snapshot)) {
        comments.push("hw_tc_offload: on at some uplinks, off at others".to_owned());
    }
    if section.keys.representors_up.is_none()
        && some_on(observed::representors_up(snapshot))
    {
        comments.push("representors_up: some are up, others down".to_owned());
    }
    comments
}

/// The VFs: one entry for those that have the same, and their MAC addresses.
fn vfs(actual: &Actual) -> Vec<VfSection> {
    let state = &actual.snapshot.state;
    let mut groups: Vec<(VfKeys, Vec<u32>)> = Vec::new();
    let mut macs = Vec::new();
    for vf in &state.vfs {
        let mut keys = observed::vf(actual.snapshot, vf);
        if let Some(mac) = keys.mac.take() {
            let keys = VfKeys { mac: Some(mac), ..VfKeys::default() };
            macs.push(VfSection { numbers: Numbers::of([vf.vf]).into(), keys });
        }
        take_undeclarable(&mut keys);
        drop_defaults(&mut keys);
        match groups.iter_mut().find(|(other, _)| *other == keys) {
            Some((_, numbers)) => numbers.push(vf.vf),
            None => groups.push((keys, vec![vf.vf])),
        }
    }
    groups.retain(|(keys, _)| *keys != VfKeys::default());
    let groups = groups
        .into_iter()
        .map(|(keys, all)| VfSection { numbers: Numbers::of(all).into(), keys });
    groups.chain(macs).collect()
}

/// Removes values that others can set and no file can have; returns their keys.
fn take_undeclarable(keys: &mut VfKeys) -> Vec<&'static str> {
    let mut taken = Vec::new();
    if keys.vlan.as_ref().is_some_and(|vlan| !is_acceptable(&vlan.value)) {
        (keys.vlan, keys.qos, keys.vlan_proto) = (None, None, None);
        taken.push("vlan");
    }
    if keys.qos.as_ref().is_some_and(|qos| !is_acceptable(&qos.value)) {
        keys.qos = None;
        taken.push("qos");
    }
    if !of_vf(&VfKeys { vlan: None, ..keys.clone() }).is_empty() {
        (keys.min_tx_rate, keys.max_tx_rate) = (None, None);
        taken.push("min_tx_rate");
    }
    taken
}

/// Whether a file can have that value.
fn is_acceptable<T: Value>(value: &T) -> bool {
    let text = value.write();
    DeValue::parse(&text).is_ok_and(|value| T::read(value.get_ref()).is_some())
}

/// Removes values that mean that nothing is set.
fn drop_defaults(keys: &mut VfKeys) {
    if keys.vlan.as_ref().is_none_or(|vlan| vlan.value.0 == 0) {
        (keys.vlan, keys.qos, keys.vlan_proto) = (None, None, None);
    }
    for rate in [&mut keys.min_tx_rate, &mut keys.max_tx_rate] {
        if rate.as_ref().is_some_and(|rate| rate.value.0 == 0) {
            *rate = None;
        }
    }
}

fn sfs(actual: &Actual) -> Vec<SfSection> {
    let mut groups: Vec<(u32, SfKeys, Vec<u32>)> = Vec::new();
    let mut macs = Vec::new();
    for ((controller, number), mut keys) in observed::sfs(actual.snapshot) {
        if let Some(mac) = keys.mac.take() {
            let keys = SfKeys { mac: Some(mac), ..SfKeys::default() };
            let numbers = Numbers::of([number]).into();
            macs.push(SfSection { numbers, controller, keys });
        }
        let same = groups
            .iter_mut()
            .find(|(host, other, _)| *host == controller && *other == keys);
        match same {
            Some((_, _, numbers)) => numbers.push(number),
            None => groups.push((controller, keys, vec![number])),
        }
    }
    let groups = groups.into_iter().map(|(controller, keys, all)| {
        let numbers = Numbers::of(all).into();
        SfSection { numbers, controller, keys }
    });
    groups.chain(macs).collect()
}
