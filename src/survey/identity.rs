// SPDX-License-Identifier: MIT OR Apache-2.0
//! What one netdev is, from its own facts and files of its device: all that the udev
//! helper knows.

use crate::{
    driver,
    model::{BaseNames, Handle, Identity, Link, Place, UdevNames, endings_of_port},
    naming,
    sys::{Machine, base, pci},
};

/// The device and place of a netdev that is surely a port of an eswitch, or the own
/// netdev of a VF or SF. Reads files of its device only.
///
/// `udev` is what systemd has made of it in the present event.
#[must_use]
pub fn placed(machine: &dyn Machine, link: &Link, udev: &UdevNames) -> Option<Placed> {
    if link.phys_port_name.is_none() {
        function(machine, link, udev)
    } else {
        port_of_eswitch(machine, link, udev)
    }
}

impl Placed {
    /// What the netdev is; `newest` says whether names of systemd's newest scheme are
    /// needed.
    #[must_use]
    pub fn identity(
        self,
        machine: &dyn Machine,
        link: &Link,
        udev: &UdevNames,
        newest: bool,
    ) -> Option<Identity> {
        let Self { device, driver, place, by_netdev } = self;
        let base = base::base(machine, &device, udev.scheme(), by_netdev, newest)?;
        Some(naming::identity(link, &device, driver.as_deref(), base, place, Some(udev)))
    }
}

/// A netdev's device and place there, and the base as a netdev's name has it.
#[derive(Debug)]
pub struct Placed {
    device: Handle,
    driver: Option<String>,
    place: Place,
    by_netdev: Option<BaseNames>,
}

fn port_of_eswitch(
    machine: &dyn Machine,
    link: &Link,
    udev: &UdevNames,
) -> Option<Placed> {
    let endings = endings_of_port(link.phys_port_name.as_deref());
    if let Some(device) = naming::owner(link) {
        let driver = pci::driver_of(machine, &device);
        let place = naming::port_place(link, &device, driver.as_deref())?;
        let by_netdev = BaseNames::of_netdev(udev, &endings);
        return Some(Placed { device, driver, place, by_netdev });
    }
    let owner = owner_of_orphan(machine, link)?;
    let place = naming::port_place(link, &owner.device, Some(owner.driver))?;
    let by_netdev = base_of_pf(machine, &owner);
    let (device, driver) = (owner.device, Some(owner.driver.to_owned()));
    Some(Placed { device, driver, place, by_netdev })
}

/// The base as the PF's netdev has it: of an orphan, systemd sees no device.
fn base_of_pf(machine: &dyn Machine, pf: &pci::WithSwitchId<'_>) -> Option<BaseNames> {
    let folder = format!("{}/net/{}", pf.device.sysfs_path()?, pf.netdev);
    let names = machine.host().udev_names(machine.number(&format!("{folder}/ifindex"))?);
    let port_name = machine.text(&format!("{folder}/phys_port_name"));
    let port_name = port_name.filter(|name| !name.is_empty());
    BaseNames::of_netdev(&names, &endings_of_port(port_name.as_deref()))
}

fn function(machine: &dyn Machine, link: &Link, udev: &UdevNames) -> Option<Placed> {
    if !naming::is_own_netdev(link) {
        return None;
    }
    let own = link.parent.as_ref()?;
    let (device, place) = match own.pci_address() {
        Some(address) => {
            let (pf, vf) = pci::vf_number(machine, address)?;
            (pf, Place::vf(vf))
        }
        None if pci::is_sf(own) => {
            let (sf, _) = pci::sf(machine, own.clone())?;
            (pci::pf_of(machine, own)?, Place::sf(sf?))
        }
        None => return None,
    };
    let driver = pci::driver_of(machine, &device);
    let endings: Vec<String> = naming::ending_of_function(place).into_iter().collect();
    let by_netdev = BaseNames::of_netdev(udev, &endings);
    Some(Placed { device, driver, place, by_netdev })
}

/// The device of a representor that does not say of which it is, by its switch
/// id.
fn owner_of_orphan(
    machine: &dyn Machine,
    link: &Link,
) -> Option<pci::WithSwitchId<'static>> {
    if link.device().is_some() {
        return None;
    }
    let port_name = link.phys_port_name.as_deref()?;
    let drivers = driver::with_orphan_representors();
    let mut found = pci::with_switch_id(machine, drivers, link.switch_id.as_ref()?);
    let devices: Vec<_> =
        found.iter().map(|found| (&found.device, Some(found.driver))).collect();
    let owner = driver::owner_of_orphan(&devices, Some(port_name))?.clone();
    found.retain(|found| found.device == owner);
    found.pop()
}
