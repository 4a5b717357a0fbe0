// SPDX-License-Identifier: MIT OR Apache-2.0
//! Local facts of Ansible: a compact form, since they are kept for each host.
//! `lib/ansible/module_utils/facts/system/local.py` says what a fact file prints.

use std::collections::BTreeMap;

use serde::Serialize;

use super::representor;
use crate::model::{Device, Inventory, Place, Port, Role, SwitchId};

#[derive(Debug, Serialize)]
pub(super) struct Facts<'a> {
    schema: &'static str,
    devices: BTreeMap<String, DeviceFacts<'a>>,
    warnings: Vec<&'a str>,
}

/// One device.
#[derive(Debug, Serialize)]
struct DeviceFacts<'a> {
    driver: Option<&'a str>,
    mode: Option<String>,
    vfs: Option<u32>,
    total_vfs: Option<u32>,
    switch_id: Option<&'a SwitchId>,
    bond: Option<&'a str>,
    numa_node: Option<u32>,
    firmware_version: Option<&'a str>,
    declared: bool,
    drift: Option<usize>,
    uplinks: Vec<&'a str>,
    /// By kind, as `vf`, and by number.
    representors: BTreeMap<String, BTreeMap<u32, &'a str>>,
}

pub(super) fn facts(inventory: &Inventory) -> Facts<'_> {
    let devices = inventory.devices.iter();
    Facts {
        schema: "swdevctl/ansible/v1",
        devices: devices.map(|facts| (facts.handle.to_string(), device(facts))).collect(),
        warnings: inventory
            .warnings
            .iter()
            .map(|warning| warning.message.as_str())
            .collect(),
    }
}

fn device(device: &Device) -> DeviceFacts<'_> {
    let mut representors: BTreeMap<String, BTreeMap<u32, &str>> = BTreeMap::new();
    for port in &device.ports {
        if let (Some(name), Some((kind, number))) = (representor(port), kind(port)) {
            representors.entry(kind).or_default().insert(number, name);
        }
    }
    let uplinks = device.ports.iter().filter(|port| port.place.role == Role::Uplink);
    let uplinks = uplinks.filter_map(|port| Some(port.netdev.as_ref()?.name.as_str()));
    DeviceFacts {
        driver: device.driver.as_deref(),
        mode: device.eswitch.mode().map(|mode| mode.to_string()),
        vfs: device.sriov.map(|sriov| sriov.configured),
        total_vfs: device.sriov.and_then(|sriov| sriov.total),
        switch_id: device.switch_id.as_ref(),
        bond: device.bond.as_deref(),
        numa_node: device.numa_node,
        firmware_version: device.details.firmware_version.as_deref(),
        declared: device.details.declared.is_some(),
        drift: device.details.drift,
        uplinks: uplinks.collect(),
        representors,
    }
}

/// The kind of a representor, as `vf`, and its number. What belongs to another host or PF
/// than the device says so before, as `c1pf0vf`.
fn kind(port: &Port) -> Option<(String, u32)> {
    let Place { role, controller, pf, vf, sf, .. } = port.place;
    let is_own = controller == 0 && !port.foreign;
    let controller = match controller {
        0 => String::new(),
        number => format!("c{number}"),
    };
    let owner = match pf {
        Some(pf) if !is_own => format!("{controller}pf{pf}"),
        _ => controller.clone(),
    };
    match role {
        Role::VfRep => Some((format!("{owner}vf"), vf?)),
        Role::SfRep => Some((format!("{owner}sf"), sf?)),
        Role::PfRep => Some((format!("{controller}pf"), pf?)),
        _ => None,
    }
}
