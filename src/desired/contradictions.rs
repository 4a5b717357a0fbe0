// SPDX-License-Identifier: MIT OR Apache-2.0
//! Keys that cannot hold together.

use std::collections::BTreeMap;

use super::{
    file::Section,
    keys::{DeviceKeys, VfKeys},
    numbers::Numbers,
    origin::{FileError, Located, Origin},
    values::{BindVfs, Choice, ParamChoice, VfCount, VlanProtocol},
};
use crate::model::EswitchMode;

/// The contradictions within one section, without those that another section may resolve.
pub(super) fn contradictions(section: &Section) -> Vec<FileError> {
    let mut errors = of_device(&section.keys, &section.params);
    for sfs in &section.sfs {
        errors.extend(sfs_in_legacy(&section.keys, &sfs.numbers));
        if let Some(mac) = &sfs.keys.mac {
            if sfs.numbers.value.len() > 1 {
                errors
                    .push(error(&mac.origin, "several SFs cannot have one MAC address"));
            }
        }
    }
    for vfs in &section.vfs {
        errors.extend(of_vf(&vfs.keys));
        errors.extend(too_many(&section.keys, &vfs.numbers));
        if let Some(mac) = &vfs.keys.mac {
            if vfs.numbers.value.len() > 1 {
                errors
                    .push(error(&mac.origin, "several VFs cannot have one MAC address"));
            }
        }
    }
    errors
}

/// Contradictions between the keys of a device.
pub(super) fn of_device(
    keys: &DeviceKeys,
    params: &BTreeMap<String, Located<Vec<ParamChoice>>>,
) -> Vec<FileError> {
    let mut errors = Vec::new();
    let mode = set(&keys.mode);
    if let (Some(activate), Some(mode)) = (&keys.activate, mode) {
        if mode != EswitchMode::SwitchdevInactive {
            let message = format!(
                "activate is for mode = \"switchdev_inactive\", and the mode is {mode} by {}",
                place(&keys.mode)
            );
            errors.push(error(&activate.origin, message));
        }
    }
    if mode == Some(EswitchMode::Legacy) {
        let up = keys.representors_up.as_ref();
        if let Some(up) = up.filter(|up| up.value != Choice::Preserve) {
            let message =
                format!("mode legacy, by {}, has no representors", place(&keys.mode));
            errors.push(error(&up.origin, message));
        }
        let late = keys.bind_vfs.as_ref().filter(|late| late.value == BindVfs::AfterLag);
        if let Some(late) = late {
            let message = format!(
                "a bond is offloaded in mode switchdev only, and the mode is legacy by {}",
                place(&keys.mode)
            );
            errors.push(error(&late.origin, message));
        }
        let multiport = params.get("esw_multiport");
        if let Some(multiport) =
            multiport.filter(|on| on.value.first() == Some(&ParamChoice::Flag(true)))
        {
            let message = format!(
                "ports are one eswitch (esw_multiport) in mode switchdev only, and the mode is legacy by {}",
                place(&keys.mode)
            );
            errors.push(error(&multiport.origin, message));
        }
    }
    if let (Some(wait), Some(required)) = (&keys.wait, &keys.required) {
        if !required.value {
            let message = format!(
                "wait is for a required device, and required is false by {}",
                required.origin
            );
            errors.push(error(&wait.origin, message));
        }
    }
    errors
}

/// Contradictions between the keys of a VF.
pub(super) fn of_vf(keys: &VfKeys) -> Vec<FileError> {
    let mut errors = Vec::new();
    if let (Some(min), Some(max)) = (&keys.min_tx_rate, &keys.max_tx_rate) {
        if min.value > max.value && max.value.0 != 0 {
            let message = format!(
                "min_tx_rate {} is more than max_tx_rate {} of {}",
                min.value.0, max.value.0, max.origin
            );
            errors.push(error(&min.origin, message));
        }
    }
    if let Some(vlan) = keys.vlan.as_ref().filter(|vlan| vlan.value.0 == 0) {
        let qos = keys.qos.as_ref().filter(|qos| qos.value.0 != 0);
        let qos = qos.map(|qos| ("qos", &qos.origin));
        let tag = keys.vlan_proto.as_ref();
        let tag = tag.filter(|tag| tag.value != VlanProtocol::Dot1q);
        let tag = tag.map(|tag| ("vlan_proto", &tag.origin));
        for (key, origin) in qos.into_iter().chain(tag) {
            let message = format!("{key} is of a VLAN, and vlan is 0 by {}", vlan.origin);
            errors.push(error(origin, message));
        }
    }
    errors
}

/// Keys of a VF that lack another.
pub(super) fn incomplete_vf(keys: &VfKeys) -> Vec<FileError> {
    if keys.vlan.is_some() {
        return Vec::new();
    }
    let qos = keys.qos.as_ref().map(|qos| ("qos", &qos.origin));
    let protocol =
        keys.vlan_proto.as_ref().map(|protocol| ("vlan_proto", &protocol.origin));
    let lacking = qos.into_iter().chain(protocol);
    lacking
        .map(|(key, origin)| {
            error(origin, format!("{key} is of a VLAN, and vlan is absent"))
        })
        .collect()
}

/// SFs of a device that is to be in mode legacy.
pub(super) fn sfs_in_legacy(
    keys: &DeviceKeys,
    numbers: &Located<Numbers>,
) -> Option<FileError> {
    (set(&keys.mode) == Some(EswitchMode::Legacy)).then(|| {
        let message = format!(
            "SFs need the mode switchdev, and the mode is legacy by {}",
            place(&keys.mode)
        );
        error(&numbers.origin, message)
    })
}

/// VFs beyond the declared number of VFs.
pub(super) fn too_many(
    keys: &DeviceKeys,
    numbers: &Located<Numbers>,
) -> Option<FileError> {
    let vfs = keys.vfs.as_ref()?;
    let Choice::Set(VfCount::Number(count)) = vfs.value else { return None };
    let beyond = numbers.value.iter().find(|number| *number >= count)?;
    let message = format!("there is no VF {beyond}: vfs is {count} by {}", vfs.origin);
    Some(error(&numbers.origin, message))
}

/// The value of a key; none where it is absent or `"preserve"`.
pub(super) fn set<T: Copy>(key: &Option<Located<Choice<T>>>) -> Option<T> {
    match key.as_ref()?.value {
        Choice::Set(value) => Some(value),
        Choice::Preserve => None,
    }
}

fn place<T>(key: &Option<Located<T>>) -> Origin {
    key.as_ref().map(|key| key.origin.clone()).unwrap_or_default()
}

fn error(origin: &Origin, message: impl Into<String>) -> FileError {
    FileError { origin: origin.clone(), message: message.into() }
}
