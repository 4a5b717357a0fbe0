// SPDX-License-Identifier: MIT OR Apache-2.0
//! The SFs of one device.

use super::Reading;
use crate::model::{DevlinkPort, Handle, Held, OwnFunction, Port, Role, Sf};

/// The SFs of a device, by controller and number.
#[must_use]
pub fn sfs(reading: &Reading) -> Vec<Sf> {
    let ports = reading.device.ports.iter().filter(|port| port.place.role == Role::SfRep);
    ports.filter_map(|port| sf(reading, port)).collect()
}

fn sf(reading: &Reading, port: &Port) -> Option<Sf> {
    let device = &reading.own.handle;
    let is_it = |devlink: &&DevlinkPort| {
        Some(devlink.handle.index) == port.port_index && devlink.handle.device == *device
    };
    let devlink = reading.own.ports.iter().find(is_it)?;
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
