// SPDX-License-Identifier: MIT OR Apache-2.0
//! Devices with their inventory.

use super::{details, machine_unread, vanished};
use crate::{
    driver,
    error::Failure,
    model::{
        Device, DeviceFacts, Facts, Fields, Filter, Handle, Inventory, Link, LinkIndex,
        SwitchId, Warning,
    },
    sys::{Machine, NetlinkError, gather, pci, vfs},
    topology,
};

/// One device, read once.
#[derive(Debug)]
pub struct Reading {
    /// The device's facts.
    pub own: DeviceFacts,
    /// What its inventory says.
    pub device: Device,
    /// All links.
    pub links: Vec<Link>,
    /// What could not be read.
    pub warnings: Vec<Warning>,
}

impl Reading {
    /// Reads a device; a failure of kind not-found where there is none, or none any more.
    pub fn of(machine: &dyn Machine, handle: &Handle) -> Result<Self, Failure> {
        let (facts, inventory) = inventory(machine, std::slice::from_ref(handle))
            .map_err(|error| machine_unread(&error))?;
        let Facts { devices, links, warnings } = facts;
        let own = devices.into_iter().find(|device| device.handle == *handle);
        let mut devices = inventory.devices.into_iter();
        let device = devices.find(|device| device.handle == *handle);
        match (own, device) {
            (Some(own), Some(device)) => Ok(Self { own, device, links, warnings }),
            _ => Err(vanished(handle)),
        }
    }
}

/// What `read` finds out about a device; a failure of kind not-found where another is there
/// afterwards, or none: what is read of a device while it goes looks like what it lacks.
pub fn of_one_instance<T>(
    machine: &dyn Machine,
    device: &Handle,
    read: impl FnOnce() -> Result<T, Failure>,
) -> Result<T, Failure> {
    let instance = || {
        let folder = device.sysfs_path();
        let folder = folder.and_then(|folder| machine.instance(&folder));
        (folder, pci::driver_of(machine, device))
    };
    let (before, found) = (instance(), read());
    if instance() == before {
        found
    } else {
        Err(vanished(device).state("nothing was changed"))
    }
}

/// The facts of some devices and of those that are read with them, and what they
/// amount to.
///
/// Where representors say by their switch id alone which device is theirs, the
/// other devices of that driver are read as well, since a card's PFs share it; so
/// are the other PFs that a device has representors for.
pub(super) fn inventory(
    machine: &dyn Machine,
    handles: &[Handle],
) -> Result<(Facts, Inventory), NetlinkError> {
    let mut all = handles.to_vec();
    for handle in handles {
        let profile = driver::profile(pci::driver_of(machine, handle).as_deref());
        let siblings = profile.orphan_representors.map(|_| profile.driver);
        for driver in siblings.iter().chain(profile.represents) {
            let others = pci::bound_to(machine, driver);
            all.extend(others.into_iter().map(Handle::pci));
        }
    }
    all.sort();
    all.dedup();
    let facts = gather::some(machine, &all)?;
    let inventory = topology::inventory(&facts);
    Ok((facts, inventory))
}

/// All facts of the machine.
pub fn facts(machine: &dyn Machine) -> Result<Facts, Failure> {
    gather::all(machine).map_err(|error| machine_unread(&error))
}

/// The inventory of these devices, or of all where there are none, as plans need it.
pub fn devices_or_all(
    machine: &dyn Machine,
    handles: &[Handle],
) -> Result<Inventory, Failure> {
    facts_and_inventory(machine, handles).map(|(_, inventory)| inventory)
}

/// The inventory of these devices, or of all where there are none, with these fields.
pub fn complete(
    machine: &dyn Machine,
    handles: &[Handle],
    fields: &Fields,
) -> Result<Inventory, Failure> {
    filtered(machine, handles, fields, &Filter::default())
}

/// As [`complete`], with the ports that a filter lets pass.
pub fn filtered(
    machine: &dyn Machine,
    handles: &[Handle],
    fields: &Fields,
    filter: &Filter,
) -> Result<Inventory, Failure> {
    let (facts, mut inventory) = facts_and_inventory(machine, handles)?;
    // Before more is read of a port that is not wanted.
    filter.retain_placed(&mut inventory);
    details::complete(machine, &facts, &mut inventory, fields);
    filter.retain_in_state(&mut inventory);
    Ok(inventory)
}

pub(super) fn facts_and_inventory(
    machine: &dyn Machine,
    handles: &[Handle],
) -> Result<(Facts, Inventory), Failure> {
    if handles.is_empty() {
        let facts = facts(machine)?;
        let inventory = topology::inventory(&facts);
        return Ok((facts, inventory));
    }
    let found = devices(machine, handles)?;
    let present =
        |handle: &&Handle| found.1.devices.iter().any(|device| device.handle == **handle);
    match handles.iter().find(|handle| !present(handle)) {
        Some(handle) => Err(vanished(handle)),
        None => Ok(found),
    }
}

/// Waits until drivers have finished with these devices, or with all where there are none:
/// a device that a driver is being bound to has neither eswitch nor netdevs yet.
pub fn wait_until_probed(machine: &dyn Machine, handles: &[Handle]) {
    match handles {
        [] => gather::candidates(machine)
            .iter()
            .for_each(|device| vfs::wait_until_made(machine, device)),
        some => some.iter().for_each(|device| vfs::wait_until_made(machine, device)),
    }
}

/// The inventory of these devices, and the facts that it is made from.
pub fn devices(
    machine: &dyn Machine,
    handles: &[Handle],
) -> Result<(Facts, Inventory), Failure> {
    let (facts, mut inventory) =
        inventory(machine, handles).map_err(|error| machine_unread(&error))?;
    inventory.devices.retain(|device| handles.contains(&device.handle));
    // Those that may be theirs: of others' netdevs nothing is said here.
    let ours = |id: &SwitchId| {
        inventory.devices.iter().any(|device| device.switch_id.as_ref() == Some(id))
    };
    let links = LinkIndex::new(&facts.links);
    let lone =
        |ifindex: u32| links.get(ifindex).is_some_and(|link| link.device().is_none());
    inventory.unassociated.retain(|unassociated| {
        unassociated.switch_id.as_ref().is_some_and(ours)
            && lone(unassociated.netdev.ifindex)
    });
    Ok((facts, inventory))
}
