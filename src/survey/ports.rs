// SPDX-License-Identifier: MIT OR Apache-2.0
//! The netdevs of one device's ports, VFs and SFs, each with whose it is.

use super::Reading;
use crate::{
    model::{Device, Link, LinkIndex, OwnFunction, Place, Port, PortKey, Role},
    sys::{Machine, vfs},
};

/// The roles of representors.
pub const REPRESENTORS: [Role; 3] = [Role::PfRep, Role::VfRep, Role::SfRep];

/// The interface indices of a device's netdevs in these roles.
#[must_use]
pub fn netdevs(device: &Device, roles: &[Role]) -> Vec<u32> {
    let ports = device.ports.iter().filter(|port| roles.contains(&port.place.role));
    ports.filter_map(|port| Some(port.netdev.as_ref()?.ifindex)).collect()
}

/// The netdev that has the settings of the device's VFs, and what it tells.
pub fn settings(machine: &dyn Machine, uplinks: &[u32]) -> Option<(u32, vfs::VfList)> {
    // The PF's netdev stands last; nfp's uplinks have them as well.
    uplinks.iter().rev().find_map(|ifindex| match vfs::settings(machine, *ifindex) {
        Ok(Some(list)) => Some((*ifindex, list)),
        Ok(None) => None,
        Err(error) if error.is_gone() => None,
        // The list does not fit into any message.
        Err(_) => Some((*ifindex, vfs::VfList::default())),
    })
}

/// Which port it is.
#[must_use]
pub fn key(port: &Port) -> PortKey {
    let Place { role, controller, pf, vf, sf, .. } = port.place;
    let uplink = matches!(role, Role::Uplink | Role::Pf);
    let role = if uplink { Role::Pf } else { role };
    PortKey {
        place: Place { controller, pf, vf, sf, ..Place::of(role) },
        // Of a split port or PF there are several, list by their names alone.
        port: port.phys_port_name.clone().filter(|_| uplink || role == Role::PfRep),
    }
}

/// The netdevs of a device's ports, VFs and SFs, each with whose it is.
#[must_use]
pub fn keyed(reading: &Reading) -> Vec<(PortKey, &Link)> {
    let links = LinkIndex::new(&reading.links);
    let ports = reading.device.ports.iter().filter(|port| port.place.role != Role::Vf);
    let ports = ports
        .filter_map(|port| Some((key(port), links.get(port.netdev.as_ref()?.ifindex)?)));
    let vfs = own_netdevs(reading)
        .into_iter()
        .map(|(vf, link)| (PortKey { place: Place::vf(vf), port: None }, link));
    let sfs = own_netdevs_of_sfs(reading).into_iter();
    let sfs = sfs.map(|(sf, link)| (PortKey::own_netdev_of_sf(sf), link));
    ports.chain(vfs).chain(sfs).collect()
}

/// The netdevs of a device's SFs, each with its SF number.
#[must_use]
pub fn own_netdevs_of_sfs(reading: &Reading) -> Vec<(u32, &Link)> {
    let links = LinkIndex::new(&reading.links);
    let ports = reading.device.ports.iter().filter(|port| port.place.role == Role::SfRep);
    let of = |port: &Port| {
        let device = port.function.as_ref()?.auxiliary();
        let link = links.of_parent(&device).iter().min_by_key(|link| link.ifindex)?;
        Some((port.place.sf?, *link))
    };
    ports.filter_map(of).collect()
}

/// The netdevs of a device's VFs, each with its VF number.
#[must_use]
pub fn own_netdevs(reading: &Reading) -> Vec<(u32, &Link)> {
    let links = LinkIndex::new(&reading.links);
    let of = |(vf, own): &(u32, OwnFunction)| {
        let links = links.of_parent(&own.device).iter();
        links.map(|link| (*vf, *link)).collect::<Vec<_>>()
    };
    reading.own.vfs.iter().flat_map(of).collect()
}
