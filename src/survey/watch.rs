// SPDX-License-Identifier: MIT OR Apache-2.0
//! The inventory as it is now, and the values that are polled, since they change without an
//! event.

use std::collections::BTreeSet;

use super::complete;
use crate::{
    error::Failure,
    model::{Eswitch, Fields, Handle, Inventory, Link, Sriov},
    sys::{Machine, Memo, config, devlink, pci},
};

/// What changes without any event of the kernel: the mode of each device, the number of
/// VFs where they are simulated, whether VFs get a driver, the LAG, the declared state.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Polled {
    devices: Vec<Silent>,
    declared: Vec<String>,
}

/// What of a device changes without an event.
#[derive(Debug, PartialEq, Eq)]
struct Silent {
    device: Handle,
    eswitch: Option<Eswitch>,
    sriov: Option<Sriov>,
    lag: Option<bool>,
    driver: Option<String>,
}

impl Polled {
    /// Asks each device of an inventory one question, and reads a few files.
    #[must_use]
    pub fn at(machine: &dyn Machine, inventory: &Inventory) -> Self {
        let silent = |device: &Handle| Silent {
            device: device.clone(),
            eswitch: devlink::eswitch(machine, device).ok().flatten(),
            sriov: pci::sriov(machine, device, 0),
            lag: pci::lag(machine, device),
            driver: pci::driver_of(machine, device),
        };
        let files = config::desired(machine.host()).unwrap_or_default();
        Self {
            devices: inventory.handles().into_iter().map(silent).collect(),
            declared: files
                .into_iter()
                .map(|file| file.path + "\n" + &file.text)
                .collect(),
        }
    }
}

/// The inventory of the whole machine as `inventory --json` prints it.
pub fn inventory(machine: &dyn Machine) -> Result<Inventory, Failure> {
    complete(&Memo::new(machine), &[], &Fields::Usual)
}

/// The interfaces of an inventory: an event about one of them counts, also where it says
/// nothing of a NIC any more.
#[derive(Debug, Default)]
pub struct Known(BTreeSet<u32>);

impl Known {
    /// The interfaces of an inventory.
    #[must_use]
    pub fn of(inventory: &Inventory) -> Self {
        let ports = inventory.devices.iter().flat_map(|device| &device.ports);
        let netdevs = ports.filter_map(|port| port.netdev.as_ref());
        let unassociated = inventory.unassociated.iter().map(|row| &row.netdev);
        Self(netdevs.chain(unassociated).map(|netdev| netdev.ifindex).collect())
    }

    /// Whether the inventory can differ after an event about this link. Most links of a
    /// machine with containers are no concern.
    #[must_use]
    pub fn concerns(&self, link: &Link) -> bool {
        /// What ports are put into.
        const MASTERS: [&str; 5] = ["bond", "bridge", "openvswitch", "team", "vrf"];
        let is_of_nic = link.device().is_some()
            || link.switch_id.is_some()
            || link.phys_port_name.is_some();
        is_of_nic
            || self.0.contains(&link.ifindex)
            || link.kind.as_deref().is_some_and(|kind| MASTERS.contains(&kind))
    }
}
