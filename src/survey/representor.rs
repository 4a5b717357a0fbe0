// SPDX-License-Identifier: MIT OR Apache-2.0
//! The netdev of one port, without a list of all.

use crate::{
    model::{Handle, Identity, Link, Place},
    naming::Policy,
    sys::{Machine, base, links, pci},
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
