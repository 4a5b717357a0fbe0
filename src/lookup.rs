// SPDX-License-Identifier: MIT OR Apache-2.0
//! What one netdev is, and which policy names it: the part of the command line that
//! the udev helper needs too.

use crate::{
    driver,
    model::{Handle, Identity, Link, NamingRole},
    naming::{self, Policy, PolicyError},
    sys::{Machine, config, pci},
};
#[cfg(feature = "cli")]
use crate::{
    model::{DeviceFacts, Facts, IfName, Inventory},
    sys::{NetlinkError, gather},
    topology,
};

/// The policy that is in force: the administrator's `default`, or else the program's.
pub fn policy_in_force() -> Result<Policy, PolicyError> {
    policy("default")
}

/// The policy of that name, or in the file of that path, with its drop-ins.
///
/// `default` is a name like others, with the program's own default behind it. A
/// path has a `/` in it.
pub fn policy(name: &str) -> Result<Policy, PolicyError> {
    let failed = |error: std::io::Error| PolicyError {
        path: name.to_owned(),
        at: None,
        message: error.to_string(),
    };
    if name.contains('/') {
        let file = config::read(name.to_owned()).map_err(failed)?;
        let file = file.ok_or_else(|| failed(std::io::ErrorKind::NotFound.into()))?;
        return Policy::read(&file, &[]);
    }
    let drop_ins = config::drop_ins(name).map_err(failed)?;
    match config::policy(name).map_err(failed)? {
        Some(file) => Policy::read(&file, &drop_ins),
        None if name != "default" => Policy::shipped(name, &drop_ins),
        None if drop_ins.is_empty() => Ok(Policy::default_policy()),
        None => Policy::shipped(naming::DEFAULT, &drop_ins),
    }
}

/// What a netdev is, where it is surely a port of an eswitch, or the own netdev of
/// a VF or SF. Reads files of its device only.
#[must_use]
pub fn identity(machine: &dyn Machine, link: &Link) -> Option<Identity> {
    if link.phys_port_name.is_none() {
        return function(machine, link);
    }
    let device = naming::owner(link).or_else(|| lone_owner(machine, link))?;
    let driver = pci::driver_of(machine, &device);
    let base = pci::base_facts(machine, &device)?;
    naming::identity(link, &device, driver.as_deref(), &base)
}

fn function(machine: &dyn Machine, link: &Link) -> Option<Identity> {
    let own = link.parent.as_ref()?;
    let (device, role) = match own.pci_address() {
        Some(address) => {
            let (pf, vf) = pci::vf_number(machine, address)?;
            (pf, NamingRole::Vf { vf })
        }
        None if pci::is_sf(own) => {
            let (sf, _) = pci::sf(machine, own.clone())?;
            (pci::pf_of(machine, own)?, NamingRole::Sf { sf: sf? })
        }
        None => return None,
    };
    let driver = pci::driver_of(machine, &device);
    let base = pci::base_facts(machine, &device)?;
    naming::function(link, &device, driver.as_deref(), &base, role)
}

/// The device of a representor that does not say of which it is, by its switch
/// id.
fn lone_owner(machine: &dyn Machine, link: &Link) -> Option<Handle> {
    if link.device().is_some() {
        return None;
    }
    let port_name = link.phys_port_name.as_deref()?;
    let lone = driver::with_lone_representors();
    let found = pci::with_switch_id(machine, lone, link.switch_id.as_ref()?);
    let devices: Vec<_> =
        found.iter().map(|(device, driver)| (device, Some(*driver))).collect();
    driver::owner_of_lone(&devices, Some(port_name)).cloned()
}

/// What a link of a device is, as its name is made from it.
#[cfg(feature = "cli")]
#[must_use]
pub fn port(link: &Link, device: &DeviceFacts) -> Option<Identity> {
    let driver = device.driver.as_deref();
    naming::identity(link, &device.handle, driver, device.base.as_ref()?)
}

/// The name that the policy gives to a link of a device.
#[cfg(feature = "cli")]
#[must_use]
pub fn policy_name(policy: &Policy, link: &Link, device: &DeviceFacts) -> Option<IfName> {
    Some(policy.name(&port(link, device)?)?.name)
}

/// The facts of some devices and of those that are read with them, and what they
/// amount to.
///
/// Where representors say by their switch id alone which device is theirs, the
/// other devices of that driver are read as well, since a card's PFs share it; so
/// are the other PFs that a device has representors for.
#[cfg(feature = "cli")]
pub fn inventory(
    machine: &dyn Machine,
    handles: &[Handle],
) -> Result<(Facts, Inventory), NetlinkError> {
    let mut all = handles.to_vec();
    for handle in handles {
        let profile = driver::profile(pci::driver_of(machine, handle).as_deref());
        let siblings = profile.lone_representors.map(|_| profile.driver);
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
