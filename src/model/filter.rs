// SPDX-License-Identifier: MIT OR Apache-2.0
//! Which ports of an inventory are wanted.

use super::{Device, Inventory, Port, Role};

/// A state of a port, by its netdev and its function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PortState {
    /// Its netdev is up, with or without a carrier.
    Up,
    /// Its netdev is down.
    Down,
    /// Its netdev is up and has no carrier.
    NoCarrier,
    /// It has no netdev in this network namespace.
    Absent,
    /// Its netdev is in another network namespace.
    Elsewhere,
    /// Its function has no driver.
    Unbound,
}

impl PortState {
    /// All.
    pub const ALL: [Self; 6] = [
        Self::Up,
        Self::Down,
        Self::NoCarrier,
        Self::Absent,
        Self::Elsewhere,
        Self::Unbound,
    ];

    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::NoCarrier => "no-carrier",
            Self::Absent => "absent",
            Self::Elsewhere => "elsewhere",
            Self::Unbound => "unbound",
        }
    }

    /// Whether a port is in this state.
    #[must_use]
    pub fn is_of(self, port: &Port) -> bool {
        let netdev = port.netdev.as_ref();
        match self {
            Self::Up => netdev.is_some_and(|netdev| netdev.up),
            Self::Down => netdev.is_some_and(|netdev| !netdev.up),
            Self::NoCarrier => netdev.is_some_and(|netdev| netdev.carrier == Some(false)),
            Self::Absent => netdev.is_none(),
            Self::Elsewhere => port.netdev_elsewhere == Some(true),
            Self::Unbound => {
                port.function.as_ref().is_some_and(|function| function.driver.is_none())
            }
        }
    }
}

/// Which ports are wanted: those that have one of the roles, one of the drivers and one of
/// the states; an empty list says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Roles.
    pub roles: Vec<Role>,
    /// Drivers, of the device or of the port's function.
    pub drivers: Vec<String>,
    /// States.
    pub states: Vec<PortState>,
}

impl Filter {
    /// Removes ports without the wanted roles and drivers, and devices that have no other.
    pub fn retain_placed(&self, inventory: &mut Inventory) {
        let has_driver = |driver: Option<&String>| {
            driver.is_some_and(|driver| self.drivers.contains(driver))
        };
        let wanted = |device: Option<&String>, port: &Port| {
            let function = port.function.as_ref();
            let driver = || function.and_then(|function| function.driver.as_ref());
            (self.roles.is_empty() || self.roles.contains(&port.place.role))
                && (self.drivers.is_empty() || has_driver(device) || has_driver(driver()))
        };
        inventory.devices.retain_mut(|device| {
            let Device { driver, ports, .. } = device;
            ports.retain(|port| wanted(driver.as_ref(), port));
            // A device can have the driver and no port.
            let is_wanted = self.roles.is_empty()
                && (self.drivers.is_empty() || has_driver(driver.as_ref()));
            is_wanted || !ports.is_empty()
        });
    }

    /// Removes ports that are in none of the wanted states, and devices that have no other.
    pub fn retain_in_state(&self, inventory: &mut Inventory) {
        if self.states.is_empty() {
            return;
        }
        inventory.devices.retain_mut(|device| {
            let wanted = |port: &Port| self.states.iter().any(|state| state.is_of(port));
            device.ports.retain(wanted);
            !device.ports.is_empty()
        });
    }
}
