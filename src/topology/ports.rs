// SPDX-License-Identifier: MIT OR Apache-2.0
//! The ports of one device: devlink ports joined with netdevs, and the function of each
//! port.

use std::collections::{BTreeMap, BTreeSet};

use super::has_uplinks;
use crate::driver::{foreign_pf, is_foreign, profile};
use crate::model::{
    DeviceFacts, DevlinkPort, Flavour, Function, FunctionDetails, Handle, Link,
    LinkIndex, Netdev, OwnFunction, Place, Port, PortHandle, PortType, Role,
};

/// All ports of a device. `own` are the links joined to it; among `links` are the
/// netdevs of its VFs, and `devices` are the other PFs that it has representors for.
pub(super) fn ports(
    facts: &DeviceFacts,
    own: &[&Link],
    devices: &[DeviceFacts],
    links: &LinkIndex,
) -> Vec<Port> {
    let functions = Functions::new(facts, devices, links);
    let mut netdevs = Netdevs::new(facts, own);
    let mut ports = Vec::new();
    for devlink in &facts.ports {
        // Devices whose own netdev is a `virtual` port are functions.
        if devlink.flavour == Some(Flavour::Virtual) {
            continue;
        }
        let link = netdevs.take(devlink);
        ports.push(port(facts, Some(devlink), link, &functions));
    }
    let rest = netdevs.rest.values();
    ports.extend(rest.map(|link| port(facts, None, Some(link), &functions)));
    settle_uplinks(facts, &mut ports);
    ports.extend(functions.bare_vfs(&ports));
    ports.sort_by_key(|port| {
        let Place { role, controller, pf, vf, sf, .. } = port.place;
        (order(role), controller, pf, vf, sf, port.port_index)
    });
    ports
}

/// The netdevs of a device that no devlink port has taken yet, by what joins them to
/// their ports.
struct Netdevs<'a> {
    rest: BTreeMap<u32, &'a Link>,
    by_port: BTreeMap<&'a PortHandle, Vec<u32>>,
    /// Filled only for drivers that tie no port to its netdev: otherwise equal numbers
    /// prove nothing.
    by_numbers: BTreeMap<(Role, Numbers), Vec<u32>>,
}

impl<'a> Netdevs<'a> {
    fn new(facts: &DeviceFacts, own: &[&'a Link]) -> Self {
        let rest = own.iter().map(|link| (link.ifindex, *link)).collect();
        let (mut by_port, mut by_numbers) = (BTreeMap::new(), BTreeMap::new());
        let untied = profile(facts.driver.as_deref()).untied_ports;
        for link in own {
            if let Some(port) = &link.devlink_port {
                by_port.entry(port).or_insert_with(Vec::new).push(link.ifindex);
                continue;
            }
            let name = link.phys_port_name.as_deref().filter(|_| untied);
            if let Some(place) = name.and_then(Place::parse) {
                by_numbers
                    .entry(role_and_numbers(place))
                    .or_insert_with(Vec::new)
                    .push(link.ifindex);
            }
        }
        Self { rest, by_port, by_numbers }
    }

    /// The netdev of a devlink port; of several, the one with the lowest index.
    fn take(&mut self, port: &DevlinkPort) -> Option<&'a Link> {
        let tied = self.by_port.get(&port.handle).into_iter().flatten();
        let tied = tied.chain(port.netdev_ifindex.iter());
        let numbers = match port.netdev_ifindex {
            Some(_) => None,
            None => port.place().map(role_and_numbers),
        };
        let untied = numbers.and_then(|numbers| self.by_numbers.get(&numbers));
        let candidates = tied.chain(untied.into_iter().flatten());
        let ifindex = candidates.filter(|of| self.rest.contains_key(of)).min().copied();
        self.rest.remove(&ifindex?)
    }
}

/// Controller, PF, VF and SF number.
type Numbers = [Option<u32>; 4];

fn role_and_numbers(place: Place) -> (Role, Numbers) {
    (place.role, place.numbers())
}

fn order(role: Role) -> u8 {
    match role {
        Role::Uplink => 0,
        Role::Pf => 1,
        Role::PfRep => 2,
        Role::VfRep => 3,
        Role::SfRep => 4,
        Role::Vf => 5,
        Role::Sf => 6,
        Role::Other => 7,
    }
}

/// One port, from its devlink port, its netdev, or both.
fn port(
    facts: &DeviceFacts,
    devlink: Option<&DevlinkPort>,
    link: Option<&Link>,
    functions: &Functions,
) -> Port {
    let reported = link.and_then(|link| link.phys_port_name.clone());
    let by_attributes = devlink.and_then(DevlinkPort::place);
    let place = by_attributes.or_else(|| Place::parse(reported.as_deref()?));
    let unplaced = || match &reported {
        None if devlink.is_none() => nameless(link),
        _ => Role::Other,
    };
    let controller = place.map_or(0, |place| place.controller);
    let (driver, index) =
        (facts.driver.as_deref(), devlink.map(|port| port.handle.index));
    let external = devlink.and_then(|port| port.external).unwrap_or(controller != 0);
    let mut port = Port {
        place: place.unwrap_or_else(|| Place::of(unplaced())),
        flavour: devlink.and_then(|port| port.flavour),
        port_index: index,
        external,
        foreign: place.is_some_and(|place| is_foreign(driver, place, index)),
        phys_port_name: reported,
        netdev: link.map(|link| Netdev::of(link, functions.links)),
        netdev_elsewhere: elsewhere(devlink, link),
        function: None,
    };
    if controller == 0 && !external {
        let function = |place| functions.of(devlink, place, port.foreign);
        port.function = place.and_then(function);
    }
    port
}

/// Whether the netdev of a port is in another network namespace: the port has the type of
/// a netdev that is not here.
fn elsewhere(devlink: Option<&DevlinkPort>, link: Option<&Link>) -> Option<bool> {
    if link.is_some() {
        return Some(false);
    }
    match devlink?.kind? {
        PortType::Ethernet => Some(true),
        PortType::NotSet | PortType::Auto => Some(false),
        _ => None,
    }
}

/// The role of a netdev without a port name: the PF's own netdev, and in switchdev mode the
/// uplink if it has a switch id (liquidio).
fn nameless(link: Option<&Link>) -> Role {
    let on_switch = link.is_some_and(|link| link.switch_id.is_some());
    if on_switch { Role::Uplink } else { Role::Pf }
}

/// The functions of a device, and of the other PFs that it has representors for.
struct Functions<'a> {
    facts: &'a DeviceFacts,
    devices: &'a [DeviceFacts],
    links: &'a LinkIndex<'a>,
    sfs_by_device: BTreeMap<&'a Handle, &'a OwnFunction>,
    sfs_by_number: BTreeMap<u32, &'a OwnFunction>,
}

impl<'a> Functions<'a> {
    fn new(
        facts: &'a DeviceFacts,
        devices: &'a [DeviceFacts],
        links: &'a LinkIndex<'a>,
    ) -> Self {
        let sfs = facts.sfs.iter();
        let sfs_by_device = sfs.clone().map(|(_, own)| (&own.device, own)).collect();
        // Of SFs with equal numbers the first counts.
        let numbered = sfs.rev().filter_map(|(sf, own)| Some(((*sf)?, own)));
        let sfs_by_number = numbered.collect();
        Self { facts, devices, links, sfs_by_device, sfs_by_number }
    }

    /// The function behind a representor of the local controller: the VF that the
    /// PF's `virtfnN` link names, the SF, or the PF itself. No address is computed.
    fn of(
        &self,
        devlink: Option<&DevlinkPort>,
        place: Place,
        is_foreign: bool,
    ) -> Option<Function> {
        let driver = self.facts.driver.as_deref();
        match place.role {
            Role::VfRep => {
                let owner = match is_foreign {
                    true => self.foreign(place.pf?)?,
                    false => self.facts,
                };
                let number = place.vf?.checked_sub(profile(driver).first_vf)?;
                Some(self.describe(owner.vf(number)?))
            }
            Role::SfRep => {
                let function = devlink.and_then(|port| port.function.as_ref());
                let nested = function.and_then(|function| function.devlink.as_ref());
                let exact = nested.and_then(|nested| self.sfs_by_device.get(nested));
                let own = exact.or_else(|| self.sfs_by_number.get(&place.sf?))?;
                let state = function.and_then(|function| function.state);
                Some(Function { state, ..self.describe(own) })
            }
            Role::PfRep => Some(Function {
                address: self.facts.handle.name.clone(),
                driver: self.facts.driver.clone(),
                netdev: None,
                mac: None,
                state: None,
                link_type: None,
                details: FunctionDetails::default(),
            }),
            _ => None,
        }
    }

    /// The PF of another device, where this device has representors for those.
    fn foreign(&self, pf: u32) -> Option<&'a DeviceFacts> {
        let devices: Vec<(&Handle, Option<&str>)> =
            self.devices.iter().map(|of| (&of.handle, of.driver.as_deref())).collect();
        let driver = self.facts.driver.as_deref();
        let owner = foreign_pf(driver, &self.facts.handle, pf, &devices)?;
        self.devices.iter().find(|device| device.handle == *owner)
    }

    fn describe(&self, own: &OwnFunction) -> Function {
        let link = self.netdev(own);
        Function {
            address: own.device.name.clone(),
            driver: own.driver.clone(),
            netdev: link.map(|link| link.name.clone()),
            mac: link.and_then(|link| link.mac.clone()),
            state: None,
            link_type: link.map(|link| link.link_type),
            details: FunctionDetails::default(),
        }
    }

    /// The function's own netdev, where it is in this network namespace. It is found by
    /// its parent, since its name may change meanwhile.
    fn netdev(&self, own: &OwnFunction) -> Option<&'a Link> {
        let links = self.links.of_parent(&own.device).iter();
        links.min_by_key(|link| link.ifindex).copied()
    }

    /// The VFs that no port of the device represents (all of them, in legacy mode).
    fn bare_vfs(&self, ports: &[Port]) -> Vec<Port> {
        let functions = ports.iter().filter_map(|port| port.function.as_ref());
        let represented: BTreeSet<&str> =
            functions.map(|function| function.address.as_str()).collect();
        let vfs = self.facts.vfs.iter();
        let bare = vfs.filter(|(_, own)| !represented.contains(own.device.name.as_str()));
        bare.map(|(number, own)| Port {
            place: Place::vf(*number),
            flavour: None,
            port_index: None,
            external: false,
            foreign: false,
            phys_port_name: None,
            netdev: self.netdev(own).map(|link| Netdev::of(link, self.links)),
            netdev_elsewhere: None,
            function: Some(self.describe(own)),
        })
        .collect()
    }
}

/// In legacy mode a physical port's netdev is the PF's own.
fn settle_uplinks(facts: &DeviceFacts, ports: &mut [Port]) {
    let representor = |port: &Port| matches!(port.place.role, Role::VfRep | Role::SfRep);
    if has_uplinks(facts.eswitch, ports.iter().any(representor)) {
        return;
    }
    for port in ports.iter_mut().filter(|port| port.place.role == Role::Uplink) {
        port.place.role = Role::Pf;
    }
}
