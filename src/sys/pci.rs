// SPDX-License-Identifier: MIT OR Apache-2.0
//! PCI functions and SR-IOV, from sysfs; and what names of interfaces are made
//! from.
//!
//! The number of VFs is counted from the `virtfnN` links: reading
//! `sriov_numvfs` takes the device's lock and so waits for whoever is creating
//! VFs (drivers/pci/iov.c).

use super::Machine;
use crate::model::{BaseFacts, Handle, OwnFunction, PciAddress, Sriov, SwitchId};

/// The folder of a PCI function.
fn folder(address: PciAddress) -> String {
    format!("bus/pci/devices/{address}")
}

/// The driver that the device in that folder is bound to.
fn driver(machine: &dyn Machine, folder: &str) -> Option<String> {
    machine.link_name(&format!("{folder}/driver")).ok()
}

/// The driver of the device with that handle.
#[must_use]
pub fn driver_of(machine: &dyn Machine, device: &Handle) -> Option<String> {
    driver(machine, &device.sysfs_path()?)
}

/// The PF of a VF or of an SF.
#[must_use]
pub fn pf_of(machine: &dyn Machine, device: &Handle) -> Option<Handle> {
    let folder = device.sysfs_path()?;
    if let Ok(pf) = machine.link_name(&format!("{folder}/physfn")) {
        return Some(Handle::pci(pf.parse().ok()?));
    }
    let above = machine.real_path(&folder).ok()?;
    let (above, _) = above.rsplit_once('/')?;
    let pf = above.rsplit('/').next()?.parse().ok()?;
    (device.bus == "auxiliary").then(|| Handle::pci(pf))
}

/// The PF of a VF and the VF's number, computed from the two functions' addresses
/// (drivers/pci/iov.c, pci_iov_virtfn_bus and _devfn) and not searched among the
/// `virtfnN` links, some of which are still being made when the VF's netdev comes.
/// Nothing where the numbers do not come out even, or the link of that number is
/// another VF's.
#[must_use]
pub fn vf_number(machine: &dyn Machine, vf: PciAddress) -> Option<(Handle, u32)> {
    let pf: PciAddress =
        machine.link_name(&format!("{}/physfn", folder(vf))).ok()?.parse().ok()?;
    let number = |file: &str| machine.number(&format!("{}/{file}", folder(pf)));
    let beyond = (vf.domain == pf.domain)
        .then(|| vf.routing_id().checked_sub(pf.routing_id()))?
        .and_then(|distance| distance.checked_sub(number("sriov_offset")?))?;
    // One VF alone needs no stride.
    let stride = number("sriov_stride")?.max(1);
    let vf_number = (beyond % stride == 0).then_some(beyond / stride)?;
    let link = machine.link_name(&format!("{}/virtfn{vf_number}", folder(pf)));
    let contradicts = link.is_ok_and(|link| link != vf.to_string());
    let exists = vf_number < number("sriov_totalvfs")?;
    (exists && !contradicts).then(|| (Handle::pci(pf), vf_number))
}

/// PCI functions that have or could have an eswitch: network controllers and
/// functions with SR-IOV, bound to a driver, VFs excepted. Sorted.
#[must_use]
pub fn candidates(machine: &dyn Machine) -> Vec<PciAddress> {
    const NETWORK_CLASS: &str = "0x02";
    let names = machine.list("bus/pci/devices").unwrap_or_default();
    let addresses = names.iter().filter_map(|name| name.parse::<PciAddress>().ok());
    let mut found: Vec<PciAddress> = addresses
        .filter(|address| {
            let folder = folder(*address);
            let class = machine.text(&format!("{folder}/class")).unwrap_or_default();
            let sriov = || machine.text(&format!("{folder}/sriov_totalvfs")).is_some();
            (class.starts_with(NETWORK_CLASS) || sriov())
                && machine.link_name(&format!("{folder}/physfn")).is_err()
                && driver(machine, &folder).is_some()
        })
        .collect();
    found.sort_unstable();
    found
}

/// SR-IOV of a device: PCI's, or netdevsim's likeness of it.
#[must_use]
pub fn sriov(machine: &dyn Machine, device: &Handle, vfs: usize) -> Option<Sriov> {
    let folder = device.sysfs_path()?;
    if device.bus == "netdevsim" {
        let configured = machine.number(&format!("{folder}/sriov_numvfs"))?;
        return Some(Sriov { total: None, configured, autoprobe: None });
    }
    let total = machine.number(&format!("{folder}/sriov_totalvfs"))?;
    let autoprobe = machine.number(&format!("{folder}/sriov_drivers_autoprobe"));
    Some(Sriov {
        total: Some(total),
        configured: u32::try_from(vfs).unwrap_or(u32::MAX),
        autoprobe: autoprobe.map(|value| value != 0),
    })
}

/// How many VFs a device has.
#[must_use]
pub fn number_of_vfs(machine: &dyn Machine, device: &Handle) -> u32 {
    let vfs = device.pci_address().map_or(0, |pf| vfs(machine, pf).len());
    sriov(machine, device, vfs).map_or(0, |sriov| sriov.configured)
}

/// The VFs of a PF, by VF number, from its `virtfnN` links. One that vanishes
/// meanwhile is left out.
#[must_use]
pub fn vfs(machine: &dyn Machine, pf: PciAddress) -> Vec<(u32, OwnFunction)> {
    let names = machine.list(&folder(pf)).unwrap_or_default();
    let numbers =
        names.iter().filter_map(|name| name.strip_prefix("virtfn")?.parse().ok());
    let mut vfs: Vec<(u32, OwnFunction)> = numbers
        .filter_map(|vf: u32| {
            let link = machine.link_name(&format!("{}/virtfn{vf}", folder(pf))).ok()?;
            let address: PciAddress = link.parse().ok()?;
            Some((vf, function(machine, Handle::pci(address))?))
        })
        .collect();
    vfs.sort_unstable_by_key(|(vf, _)| *vf);
    vfs
}

/// An SF and its number, which is in `sfnum` (mlx5: sf/dev/dev.c), and in no file of
/// ice; the N of `mlx5_core.sf.N` is another.
#[must_use]
pub fn sf(machine: &dyn Machine, sf: Handle) -> Option<(Option<u32>, OwnFunction)> {
    let number = machine.number(&format!("{}/sfnum", sf.sysfs_path()?));
    Some((number, function(machine, sf)?))
}

fn function(machine: &dyn Machine, device: Handle) -> Option<OwnFunction> {
    let folder = device.sysfs_path()?;
    let driver = driver(machine, &folder);
    Some(OwnFunction { device, driver })
}

/// The PCI functions bound to a driver.
#[must_use]
pub fn bound_to(machine: &dyn Machine, driver: &str) -> Vec<PciAddress> {
    let names = machine.list(&format!("bus/pci/drivers/{driver}")).unwrap_or_default();
    names.iter().filter_map(|name| name.parse().ok()).collect()
}

/// The PFs bound to one of these drivers that have a netdev with that id in the
/// file that comes with the driver, each with its driver. Looks at those PFs and
/// their own netdevs only, so what it costs does not grow with the number of
/// representors without a parent.
#[must_use]
pub fn with_switch_id<'a>(
    machine: &dyn Machine,
    drivers: impl Iterator<Item = (&'a str, &'a str)>,
    id: &SwitchId,
) -> Vec<(Handle, &'a str)> {
    let id = id.to_string();
    let mut found = Vec::new();
    for (driver, file) in drivers {
        for address in bound_to(machine, driver) {
            let net = format!("{}/net", folder(address));
            let netdevs = machine.list(&net).unwrap_or_default();
            let ids = |name: &String| machine.text(&format!("{net}/{name}/{file}"));
            if netdevs.iter().filter_map(ids).any(|other| other == id) {
                found.push((Handle::pci(address), driver));
            }
        }
    }
    found
}

/// Whether an auxiliary device, named MODULE.KIND.ID, is an SF: a function of its
/// own, with its own netdev and devlink instance.
#[must_use]
pub fn is_sf(device: &Handle) -> bool {
    device.name.split('.').nth(1) == Some("sf")
}

/// The devlink handles of a PCI function's auxiliary devices: its SFs and, on
/// kernels from 6.5, the instance of mlx5's uplink port, `mlx5_core.eth.N`.
#[must_use]
pub fn auxiliary_devices(machine: &dyn Machine, pf: PciAddress) -> Vec<Handle> {
    let names = machine.list(&folder(pf)).unwrap_or_default();
    let auxiliary = |name: &&String| {
        let path = format!("{}/{name}/subsystem", folder(pf));
        name.contains('.') && machine.link_name(&path).is_ok_and(|bus| bus == "auxiliary")
    };
    names.iter().filter(auxiliary).map(|name| Handle::new("auxiliary", name)).collect()
}

/// What the base of a device's interface names is made from.
#[must_use]
pub fn base_facts(machine: &dyn Machine, device: &Handle) -> Option<BaseFacts> {
    if device.bus == "netdevsim" {
        let id = device.name.strip_prefix("netdevsim")?.parse().ok()?;
        return Some(BaseFacts::Netdevsim { id });
    }
    let address = device.pci_address()?;
    let folder = folder(address);
    let number = |file: &str| machine.number(&format!("{folder}/{file}"));
    let multifunction = is_multifunction(machine, &folder);
    Some(BaseFacts::Pci {
        address,
        multifunction,
        // Without a slot number there is nothing to add up.
        ari: address.slot != 0 && number("ari_enabled") == Some(1),
        onboard: number("acpi_index").or_else(|| number("index")),
        slot: slot(machine, address, multifunction),
    })
}

/// Bit 7 of the header type in configuration space.
fn is_multifunction(machine: &dyn Machine, folder: &str) -> bool {
    const HEADER_TYPE: usize = 0x0e;
    // No further: every four bytes are asked of the device, and behind the header
    // stand serial numbers.
    let config =
        machine.read(&format!("{folder}/config"), HEADER_TYPE + 1).unwrap_or_default();
    config.get(HEADER_TYPE).is_some_and(|byte| byte & 0x80 != 0)
}

fn is_bridge(machine: &dyn Machine, folder: &str) -> bool {
    machine
        .text(&format!("{folder}/class"))
        .is_some_and(|class| class.starts_with("0x0604"))
}

/// The number of the slot that a card sits in, as systemd's `slot` names have
/// it: ACPI's _SUN of the function or of the port above it, or else a hot-plug
/// slot of the function or of a bridge above. A bridge's slot counts only for
/// functions of a multi-function card, as others behind it would claim the same.
fn slot(machine: &dyn Machine, pf: PciAddress, multifunction: bool) -> Option<u32> {
    let real = machine.real_path(&folder(pf)).ok()?;
    // From the function up to its root: the PCI functions on the path.
    let above = |path: &str| path.rsplit_once('/').map(|(parent, _)| parent.to_owned());
    let mut path = real;
    let mut functions = Vec::new();
    while let Some(parent) = above(&path) {
        let name = path.rsplit('/').next().unwrap_or_default();
        if name.parse::<PciAddress>().is_ok() {
            functions.push(path.clone());
        }
        path = parent;
    }
    let sun = |path: &String| {
        machine.number(&format!("{path}/firmware_node/sun")).filter(|sun| *sun > 0)
    };
    let bridge_counts = |path: &str| multifunction || !is_bridge(machine, path);
    if let Some(sun) = functions.first().and_then(sun) {
        return Some(sun);
    }
    if let Some(port) = functions.get(1)
        && let Some(sun) = sun(port)
        && bridge_counts(port)
    {
        return Some(sun);
    }
    let slots = machine.list("bus/pci/slots").unwrap_or_default();
    let numbered = slots.iter().filter_map(|slot| slot.parse::<u32>().ok());
    let slots: Vec<(u32, String)> = numbered
        .filter(|slot| *slot > 0)
        .filter_map(|slot| {
            let address = machine.text(&format!("bus/pci/slots/{slot}/address"))?;
            (!address.is_empty()).then_some((slot, address))
        })
        .collect();
    for path in &functions {
        let name = path.rsplit('/').next().unwrap_or_default();
        let here = slots.iter().find(|(_, address)| name.starts_with(address));
        if let Some((slot, _)) = here {
            return bridge_counts(path).then_some(*slot);
        }
    }
    None
}
