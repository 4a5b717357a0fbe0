// SPDX-License-Identifier: MIT OR Apache-2.0
//! The netdev of one port, without a list of all netdevs.

use crate::{
    driver,
    model::{DevlinkPort, Facts, Flavour, Handle, Identity, Inventory, Link, Place},
    naming::Policy,
    sys::{Machine, base, gather, links, pci},
    topology,
};

use super::placed;

/// The netdev of a port of a device, where it has the name that the policy gives it: two
/// questions, however many netdevs there are. None where no netdev has that name, or
/// the netdev that has it is not that port's; [`super::devices_or_all`] then has the
/// answer.
#[must_use]
pub fn by_policy_name(
    machine: &dyn Machine,
    policy: &Policy,
    device: &Handle,
    place: Place,
) -> Option<Link> {
    let wanted = Identity {
        device: device.clone(),
        driver: pci::driver_of(machine, device),
        base: base::base(machine, device, None, None, policy.uses_newest())?,
        systemd: None,
        place,
    };
    let name = policy.name(&wanted)?.name;
    let link = links::by_name(machine, name.as_str()).ok()??;
    let udev = machine.host().udev_names(link.ifindex);
    let actual = placed(machine, &link, &udev)?.identity(machine, &link, &udev, false)?;
    let is_it = actual.device == wanted.device && actual.place == wanted.place;
    log::debug!(
        "port: {wanted}, by the name {name} -> interface {}{}",
        link.ifindex,
        if is_it { "" } else { ", which is another port's" }
    );
    is_it.then_some(link)
}

/// What an interface belongs to.
#[must_use]
pub fn master(machine: &dyn Machine, link: &Link) -> Option<Link> {
    links::by_index(machine, link.master?).ok()?
}

/// The inventory of a device with only its devlink ports that are selected: the devlink
/// ports of one device and one link for each of them. None in legacy mode, where
/// devlink does not know the netdev of each of them, and for drivers whose ports
/// are told by other devices as well; [`super::devices_or_all`] then has the answer.
#[must_use]
pub fn by_devlink_port(
    machine: &dyn Machine,
    device: &Handle,
    selected: &dyn Fn(Place) -> bool,
) -> Option<Inventory> {
    let profile = driver::profile(pci::driver_of(machine, device).as_deref());
    if profile.orphan_representors.is_some() || !profile.represents.is_empty() {
        return None;
    }
    let mut warnings = Vec::new();
    let mut own = gather::device(machine, device, &mut warnings).ok()??;
    own.eswitch.mode().filter(|mode| mode.has_representors())?;
    let is_selected = |port: &DevlinkPort| {
        port.flavour != Some(Flavour::Virtual) && port.place().is_some_and(selected)
    };
    own.ports.retain(is_selected);
    let netdev = |port: &DevlinkPort| {
        links::by_index(machine, port.netdev_ifindex?).ok().flatten()
    };
    let mut links: Vec<Link> = own.ports.iter().map(netdev).collect::<Option<_>>()?;
    log::debug!("port: {device}, {} devlink ports are selected", links.len());
    let masters: Vec<Link> =
        links.iter().filter_map(|link| master(machine, link)).collect();
    links.extend(masters);
    Some(topology::inventory(&Facts { devices: vec![own], links, warnings }))
}
