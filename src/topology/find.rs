// SPDX-License-Identifier: MIT OR Apache-2.0
//! The rows of an inventory that a user means.

use crate::model::{
    Device, DeviceFacts, DevlinkPort, Facts, Handle, Inventory, Link, MacAddress, Place,
    Port, PortHandle, Role, Thing,
};

/// A row of an inventory: a port of a device, or a device that has no port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row<'a> {
    /// The device.
    pub device: &'a Device,
    /// Its port.
    pub port: Option<&'a Port>,
}

/// The rows of a thing. A hardware address can have several; all else has one at most.
///
/// A PF is found in the row of its uplink, and a function in the row of its representor
/// or, without one, of its own netdev.
#[must_use]
pub fn find<'a>(facts: &Facts, inventory: &'a Inventory, thing: &Thing) -> Vec<Row<'a>> {
    let search = Search { facts, inventory };
    match thing {
        Thing::Device(handle) => search.device(handle).into_iter().collect(),
        Thing::Port(port) => search.port(port).into_iter().collect(),
        Thing::Name(name) => search.name(name).into_iter().collect(),
        Thing::Mac(mac) => search.mac(mac),
    }
}

/// The port that stands for a device itself: its first uplink or PF by the number of the
/// physical port, with a netdev where one has a netdev.
#[must_use]
pub fn main_port(device: &Device) -> Option<&Port> {
    let is_own = |port: &&Port| matches!(port.place.role, Role::Uplink | Role::Pf);
    let ports = device.ports.iter().filter(is_own);
    ports.min_by_key(|port| (port.netdev.is_none(), port_order(port.place)))
}

/// The order of a device's physical ports; a netdev without a port name comes last.
#[must_use]
pub fn port_order(place: Place) -> impl Ord {
    (place.port.is_none(), place.linecard, place.port, place.split)
}

struct Search<'s, 'a> {
    facts: &'s Facts,
    inventory: &'a Inventory,
}

impl<'a> Search<'_, 'a> {
    fn rows(&self) -> impl Iterator<Item = Row<'a>> {
        let devices = self.inventory.devices.iter();
        devices.flat_map(|device| {
            device.ports.iter().map(move |port| Row { device, port: Some(port) })
        })
    }

    fn first(&self, is_it: impl Fn(&Port) -> bool) -> Option<Row<'a>> {
        self.rows().find(|row| row.port.is_some_and(&is_it))
    }

    fn device(&self, handle: &Handle) -> Option<Row<'a>> {
        let is_alias =
            |facts: &&DeviceFacts| facts.aliases.iter().any(|alias| alias == handle);
        let owner = self.facts.devices.iter().find(is_alias).map(|facts| &facts.handle);
        let handle = owner.unwrap_or(handle);
        let mut devices = self.inventory.devices.iter();
        match devices.find(|device| device.handle == *handle) {
            Some(device) => Some(Row { device, port: main_port(device) }),
            None => self.function(handle),
        }
    }

    fn function(&self, handle: &Handle) -> Option<Row<'a>> {
        let is_it = |port: &Port| {
            let function = port.function.as_ref();
            function.is_some_and(|function| function.address == handle.name)
        };
        self.first(|port| {
            matches!(port.place.role, Role::VfRep | Role::SfRep) && is_it(port)
        })
        .or_else(|| self.first(|port| port.place.role != Role::PfRep && is_it(port)))
    }

    fn port(&self, handle: &PortHandle) -> Option<Row<'a>> {
        let devices = &self.facts.devices;
        let has_it =
            |facts: &&DeviceFacts| facts.ports.iter().any(|port| port.handle == *handle);
        let Some(owner) = devices.iter().find(has_it) else {
            // The function's own devlink instance.
            return self.function(&handle.device);
        };
        let devlink = owner.ports.iter().find(|port| port.handle == *handle)?;
        let link = |link: &&Link| {
            link.devlink_port.as_ref() == Some(handle)
                || devlink.netdev_ifindex == Some(link.ifindex)
        };
        let ifindex = self.facts.links.iter().find(link).map(|link| link.ifindex);
        let is_it = |row: &Row| {
            let netdev = row.port.and_then(|port| port.netdev.as_ref());
            let same = netdev.map(|netdev| netdev.ifindex);
            row.device.handle == owner.handle
                && row.port.is_some_and(|port| {
                    port.port_index == Some(handle.index)
                        && port.flavour == devlink.flavour
                })
                && (ifindex.is_none() || same.is_none() || ifindex == same)
        };
        self.rows().find(is_it)
    }

    fn name(&self, name: &str) -> Option<Row<'a>> {
        let mut links = self.facts.links.iter();
        let link = links.find(|link| link.is_called(name));
        let Some(link) = link else {
            return self.function(&Handle::new("auxiliary", name));
        };
        let function = link.parent.as_ref().and_then(|parent| self.function(parent));
        function.or_else(|| {
            self.first(|port| {
                port.netdev.as_ref().is_some_and(|netdev| netdev.ifindex == link.ifindex)
            })
        })
    }

    fn mac(&self, mac: &MacAddress) -> Vec<Row<'a>> {
        let has_it = |row: &Row| {
            let Some(port) = row.port else { return false };
            let netdev = port.netdev.as_ref().and_then(|netdev| netdev.mac.as_ref());
            let function =
                port.function.as_ref().and_then(|function| function.mac.as_ref());
            netdev == Some(mac) || function == Some(mac) || self.is_set(row, mac)
        };
        if mac.is_zero() { Vec::new() } else { self.rows().filter(has_it).collect() }
    }

    /// Whether the address is the one that the eswitch has set for the port's function.
    fn is_set(&self, row: &Row, mac: &MacAddress) -> bool {
        let mut devices = self.facts.devices.iter();
        let facts = devices.find(|facts| facts.handle == row.device.handle);
        let index = row.port.and_then(|port| port.port_index);
        let ports = facts.map(|facts| facts.ports.as_slice()).unwrap_or_default();
        let with_mac = |port: &&DevlinkPort| {
            let function = port.function.as_ref();
            function.is_some_and(|function| function.hw_addr.as_ref() == Some(mac))
        };
        let mut ports = ports.iter().filter(with_mac);
        ports.any(|port| Some(port.handle.index) == index)
    }
}
