// SPDX-License-Identifier: MIT OR Apache-2.0
//! Reads all that any verb reads of a machine, so that a capture has it.

use std::collections::BTreeSet;

use super::{declared, details, devices, facts, kept, named, policy_in_force, preflight};
use crate::{
    error::Failure,
    model::{DeviceDetails, EswitchMode, Facts, Fields, Handle, Snapshot},
    sys::{Machine, config},
    topology,
};

/// Reads everything, and returns what identifies the machine's hardware.
pub fn everything(machine: &dyn Machine) -> Result<BTreeSet<Vec<u8>>, Failure> {
    let facts = facts(machine)?;
    let mut secrets = secrets(&facts);
    // What they say is said by the verbs that need them.
    let _ = policy_in_force(machine);
    let _ = config::desired(machine.host());
    for (link, _) in named(&facts) {
        machine.host().udev_names(link.ifindex);
    }
    let mut inventory = topology::inventory(&facts);
    details::complete(machine, &facts, &mut inventory, &Fields::Usual);
    for device in &inventory.devices {
        let DeviceDetails { serial_number, board_serial_number, .. } = &device.details;
        let serials = serial_number.iter().chain(board_serial_number);
        secrets.extend(serials.map(|serial| serial.clone().into_bytes()));
    }
    for device in &facts.devices {
        // One device alone is read in another way than all.
        devices(machine, std::slice::from_ref(&device.handle))?;
        declared::record(machine, &device.handle);
        secrets.extend(kept_secrets(machine, &device.handle));
        // For plans; a device without an eswitch has none.
        if let Ok(snapshot) = preflight(machine, &device.handle) {
            secrets.extend(vf_secrets(&snapshot));
        }
    }
    secrets.retain(|secret| identifies_hardware(secret));
    Ok(secrets)
}

/// Reads what swdevctl keeps of a device, and returns the addresses in it.
fn kept_secrets(machine: &dyn Machine, device: &Handle) -> Vec<Vec<u8>> {
    let _ = kept::unfinished(machine, device);
    let _ = kept::applied(machine, device);
    let modes = [EswitchMode::Legacy, EswitchMode::Switchdev];
    let stashes = modes.into_iter().filter_map(|mode| kept::stash(machine, device, mode));
    let macs = stashes.flat_map(|state| {
        let functions = state.functions.into_iter().filter_map(|of| of.hw_addr);
        let settings = state.vfs.into_iter().map(|vf| vf.settings);
        let vfs = settings.flat_map(|of| [of.mac, of.node_guid, of.port_guid]);
        functions.chain(vfs.flatten()).collect::<Vec<_>>()
    });
    macs.map(|mac| mac.0).collect()
}

fn vf_secrets(snapshot: &Snapshot) -> Vec<Vec<u8>> {
    let settings = snapshot.state.vfs.iter().map(|vf| &vf.settings);
    let macs = settings.flat_map(|of| [&of.mac, &of.node_guid, &of.port_guid]);
    macs.flatten().map(|mac| mac.0.clone()).collect()
}

/// Whether an address or id identifies hardware: those of only zeros or ones do not, and
/// stand in many places.
fn identifies_hardware(secret: &[u8]) -> bool {
    let plain = |byte| secret.iter().all(|other| *other == byte);
    secret.len() > 5 && !plain(0) && !plain(0xff)
}

/// The hardware addresses, switch ids and port ids of a machine.
fn secrets(facts: &Facts) -> BTreeSet<Vec<u8>> {
    let links = facts.links.iter().flat_map(|link| {
        let ids = link.switch_id.iter().chain(&link.port_id);
        let mac = link.mac.iter().map(|mac| mac.0.clone());
        mac.chain(ids.map(|id| id.bytes().to_vec()))
    });
    let functions = facts.devices.iter().flat_map(|device| {
        let ports = device.ports.iter().filter_map(|port| port.function.as_ref());
        ports.filter_map(|function| Some(function.hw_addr.as_ref()?.0.clone()))
    });
    links.chain(functions).collect()
}
