// SPDX-License-Identifier: MIT OR Apache-2.0
//! The SFs of devices.

use std::collections::BTreeMap;

use super::{Reading, device::facts_and_inventory};
use crate::{
    error::Failure,
    model::{
        Device, DeviceFacts, DevlinkPort, Handle, Held, Inventory, OwnFunction, Port,
        Role, Sf,
    },
    sys::Machine,
};

/// The SFs of a device, by controller and number.
#[must_use]
pub fn sfs(reading: &Reading) -> Vec<Sf> {
    of_device(&reading.own, &reading.device)
}

/// The inventory of these devices, or of all where there are none, and the SFs of each.
pub fn devices_with_sfs(
    machine: &dyn Machine,
    handles: &[Handle],
) -> Result<(Inventory, BTreeMap<Handle, Vec<Sf>>), Failure> {
    let (facts, inventory) = facts_and_inventory(machine, handles)?;
    let facts: BTreeMap<_, _> =
        facts.devices.iter().map(|device| (&device.handle, device)).collect();
    let sfs = inventory.devices.iter().filter_map(|device| {
        Some((device.handle.clone(), of_device(facts.get(&device.handle)?, device)))
    });
    let sfs = sfs.collect();
    Ok((inventory, sfs))
}

fn of_device(own: &DeviceFacts, device: &Device) -> Vec<Sf> {
    let ports = device.ports.iter().filter(|port| port.place.role == Role::SfRep);
    ports.filter_map(|port| sf(own, port)).collect()
}

fn sf(own: &DeviceFacts, port: &Port) -> Option<Sf> {
    let is_it = |devlink: &&DevlinkPort| {
        Some(devlink.handle.index) == port.port_index
            && devlink.handle.device == own.handle
    };
    let devlink = own.ports.iter().find(is_it)?;
    let function = devlink.function.clone().unwrap_or_default();
    Some(Sf {
        number: port.place.sf?,
        controller: port.place.controller,
        pf: port.place.pf,
        port: devlink.handle.clone(),
        state: function.state,
        opstate: function.opstate,
        mac: function.hw_addr,
        roce: function.caps.roce,
        representor: port.netdev.clone(),
        function: port.function.clone(),
    })
}

/// The auxiliary device of an SF of this host.
#[must_use]
pub fn auxiliary(sf: &Sf) -> Option<Handle> {
    Some(sf.function.as_ref()?.auxiliary())
}

/// The functions of these SFs.
pub(super) fn functions(sfs: &[Sf]) -> Vec<(Held, OwnFunction)> {
    let own = |sf: &Sf| {
        let driver = sf.function.as_ref()?.driver.clone();
        Some((Held::Sf(sf.number), OwnFunction { device: auxiliary(sf)?, driver }))
    };
    sfs.iter().filter_map(own).collect()
}
