// SPDX-License-Identifier: MIT OR Apache-2.0
//! PCI functions and SR-IOV, from sysfs.
//!
//! The number of VFs is counted from the `virtfnN` links: reading
//! `sriov_numvfs` takes the device's lock and so waits for whoever is creating
//! VFs (drivers/pci/iov.c).

use std::io::ErrorKind;

use super::Machine;
use crate::model::{Handle, OwnFunction, PciAddress, Sriov, SwitchId, errno::EOPNOTSUPP};

/// The folder of a PCI function.
pub(super) fn folder(address: PciAddress) -> String {
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

/// The PCI vendor and device id of a device; nothing on another bus.
#[must_use]
pub fn ids(machine: &dyn Machine, device: &Handle) -> Option<(u16, u16)> {
    let folder = folder(device.pci_address()?);
    let id = |file: &str| {
        let text = machine.text(&format!("{folder}/{file}"))?;
        u16::from_str_radix(text.strip_prefix("0x")?, 16).ok()
    };
    Some((id("vendor")?, id("device")?))
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

/// The most VFs that a PF can have: their number has 16 bits.
const MOST_VFS: u32 = 0xffff;

/// SR-IOV of a device: PCI's, or netdevsim's likeness of it.
#[must_use]
pub fn sriov(machine: &dyn Machine, device: &Handle, vfs: usize) -> Option<Sriov> {
    let folder = device.sysfs_path()?;
    if device.bus == "netdevsim" {
        let configured = machine.number(&format!("{folder}/sriov_numvfs"))?;
        let configured = configured.min(MOST_VFS);
        return Some(Sriov { total: None, configured, autoprobe: None });
    }
    let total = machine.number(&format!("{folder}/sriov_totalvfs"))?.min(MOST_VFS);
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
        .filter(|vf: &u32| *vf < MOST_VFS)
        .filter_map(|number| Some((number, vf(machine, pf, number)?)))
        .collect();
    vfs.sort_unstable_by_key(|(vf, _)| *vf);
    vfs
}

/// The VF of a PF with that number.
#[must_use]
pub fn vf(machine: &dyn Machine, pf: PciAddress, number: u32) -> Option<OwnFunction> {
    let link = machine.link_name(&format!("{}/virtfn{number}", folder(pf))).ok()?;
    function(machine, Handle::pci(link.parse().ok()?))
}

/// Whether a PF's uplink is part of a LAG of the hardware, which mlx5_core tells in
/// debugfs; none where nothing tells.
#[must_use]
pub fn lag(machine: &dyn Machine, device: &Handle) -> Option<bool> {
    let address = device.pci_address()?;
    let state = machine.text(&format!("kernel/debug/mlx5/{address}/lag/state"))?;
    Some(state == "active")
}

/// How often the firmware of a device has refused to make a flow table the first one of a
/// packet's path, which mlx5_core counts in debugfs (5.18 and later).
#[must_use]
pub fn refused_roots(machine: &dyn Machine, device: &Handle) -> Option<u32> {
    let address = device.pci_address()?;
    let folder = format!("kernel/debug/mlx5/{address}/commands");
    machine.number(&format!("{folder}/SET_FLOW_TABLE_ROOT/failed"))
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

/// A PF with a certain switch id.
pub struct WithSwitchId<'a> {
    /// The PF.
    pub device: Handle,
    /// Its driver.
    pub driver: &'a str,
    /// Its netdev with that id.
    pub netdev: String,
}

/// The PFs bound to one of these drivers that have a netdev with that id in the
/// file that comes with the driver. Looks at those PFs and their own netdevs only, so
/// what it costs does not grow with the number of representors without a parent.
///
/// Nothing where a PF on the bus of one that was found could not be read: it may have
/// that id as well. Its netdev may be in another network namespace, or be renamed at
/// this moment.
#[must_use]
pub fn with_switch_id<'a>(
    machine: &dyn Machine,
    drivers: impl Iterator<Item = (&'a str, &'a str)>,
    id: &SwitchId,
) -> Vec<WithSwitchId<'a>> {
    let id = id.to_string();
    let mut found = Vec::new();
    let mut unread = Vec::new();
    for (driver, file) in drivers {
        for address in bound_to(machine, driver) {
            let Some(netdevs) = ids_of_netdevs(machine, address, file) else {
                unread.push(address);
                continue;
            };
            let same =
                netdevs.into_iter().find(|(_, other)| other.as_deref() == Some(&id));
            if let Some((netdev, _)) = same {
                let device = Handle::pci(address);
                found.push((address, WithSwitchId { device, driver, netdev }));
            }
        }
    }
    let bus = |address: &PciAddress| (address.domain, address.bus);
    let hidden =
        |(address, _): &(PciAddress, _)| unread.iter().any(|of| bus(of) == bus(address));
    if found.iter().any(hidden) {
        return Vec::new();
    }
    found.into_iter().map(|(_, found)| found).collect()
}

/// The netdevs of a PF, each with the id in that file or none; nothing where the PF
/// has no netdev, or one could not be read.
fn ids_of_netdevs(
    machine: &dyn Machine,
    pf: PciAddress,
    file: &str,
) -> Option<Vec<(String, Option<String>)>> {
    // A netdev that is renamed after it was listed is there by another name.
    const TRIES: usize = 3;
    let net = format!("{}/net", folder(pf));
    let is_there = |name: &str| machine.read(&format!("{net}/{name}/ifindex"), 1).is_ok();
    let id = |name: &String| match machine.read(&format!("{net}/{name}/{file}"), 128) {
        Ok(id) => Ok(Some(String::from_utf8_lossy(&id).trim_end().to_owned())),
        Err(error) if error.raw_os_error() == Some(EOPNOTSUPP) => Ok(None),
        // Linux 7 has no file where a driver has no id; a netdev that was renamed has
        // neither file by its old name.
        Err(error) if error.kind() == ErrorKind::NotFound && is_there(name) => Ok(None),
        Err(error) => Err(error),
    };
    for _ in 0..TRIES {
        let names = machine.list(&net).unwrap_or_default();
        let ids: Result<Vec<_>, _> =
            names.into_iter().map(|name| id(&name).map(|id| (name, id))).collect();
        if let Ok(ids) = ids {
            return (!ids.is_empty()).then_some(ids);
        }
    }
    None
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
    auxiliary(machine, pf, &|_| true)
}

/// A PCI function's auxiliary devices without its SFs, of which there can be many.
#[must_use]
pub fn aliases(machine: &dyn Machine, pf: PciAddress) -> Vec<Handle> {
    auxiliary(machine, pf, &|device| !is_sf(device))
}

fn auxiliary(
    machine: &dyn Machine,
    pf: PciAddress,
    wanted: &dyn Fn(&Handle) -> bool,
) -> Vec<Handle> {
    let names = machine.list(&folder(pf)).unwrap_or_default();
    let dotted = names.into_iter().filter(|name| name.contains('.'));
    let devices = dotted.map(|name| Handle::new("auxiliary", name)).filter(wanted);
    let is_auxiliary = |device: &Handle| {
        let path = format!("{}/{}/subsystem", folder(pf), device.name);
        machine.link_name(&path).is_ok_and(|bus| bus == "auxiliary")
    };
    devices.filter(is_auxiliary).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sys::capture::{Capture, Replay};

    /// nfp on Linux 7: the PF's own netdev has no switch id, and no file for one.
    #[test]
    fn a_netdev_without_a_switch_id_hides_no_device() {
        const NET: &str = "bus/pci/devices/0000:01:00.0/net";
        let found = |index_of_the_other: bool| {
            let mut files = json!({
                format!("{NET}/enp1s0np0/ifindex"): {"text": "2\n"},
                format!("{NET}/enp1s0np0/phys_switch_id"): {"text": "00154d037534\n"},
            });
            if index_of_the_other {
                files[format!("{NET}/enp1s0/ifindex")] = json!({"text": "4\n"});
            }
            let capture = json!({
                "schema": Capture::SCHEMA, "swdevctl": "0", "kernel": "7.2",
                "masked": false, "answers": {}, "files": files, "links": {}, "paths": {},
                "folders": {
                    NET: ["enp1s0", "enp1s0np0"],
                    "bus/pci/drivers/nfp": ["0000:01:00.0"],
                },
            });
            let replay = Replay::new(Capture::parse(&capture.to_string()).unwrap());
            let id = SwitchId::new(&[0, 0x15, 0x4d, 3, 0x75, 0x34]).unwrap();
            let drivers = [("nfp", "phys_switch_id")];
            with_switch_id(&replay, drivers.into_iter(), &id).len()
        };
        assert_eq!(found(true), 1);
        // It was renamed at this moment, and may be another PF's by now.
        assert_eq!(found(false), 0);
    }
}
