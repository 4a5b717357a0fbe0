// SPDX-License-Identifier: MIT OR Apache-2.0
//! What an inventory alone tells of devices, functions and netdevs, from sysfs: where they
//! are and what they are used by.

use std::collections::BTreeMap;

use super::{Machine, blockers, pci};
use crate::model::{DeviceDetails, FunctionDetails, Handle, PciAddress, Vdpa};

/// The devices of other kinds that functions have, by the name of the function's device:
/// read once for all functions.
#[derive(Debug, Default)]
pub struct Attached {
    rdma: BTreeMap<String, Vec<String>>,
    vdpa: BTreeMap<String, Vec<Vdpa>>,
}

impl Attached {
    /// The RDMA and vDPA devices of the machine.
    #[must_use]
    pub fn read(machine: &dyn Machine) -> Self {
        let mut attached = Self::default();
        for (name, owner, _) in members(machine, "class/infiniband") {
            attached.rdma.entry(owner).or_default().push(name);
        }
        for (name, owner, path) in members(machine, "bus/vdpa/devices") {
            let files = machine.list(&path).unwrap_or_default();
            let file = files.into_iter().find(|file| file.starts_with("vhost-vdpa-"));
            let device = Vdpa {
                driver: machine.link_name(&format!("{path}/driver")).ok(),
                path: file.map(|file| format!("/dev/{file}")),
                name,
            };
            attached.vdpa.entry(owner).or_default().push(device);
        }
        attached
    }

    /// The names of a function's RDMA devices.
    #[must_use]
    pub fn rdma(&self, device: &Handle) -> Vec<String> {
        self.rdma.get(&device.name).cloned().unwrap_or_default()
    }

    /// A function's vDPA devices.
    #[must_use]
    pub fn vdpa(&self, device: &Handle) -> Vec<Vdpa> {
        self.vdpa.get(&device.name).cloned().unwrap_or_default()
    }
}

/// The devices in a folder of links, each with the function that it is on and its path.
fn members(machine: &dyn Machine, folder: &str) -> Vec<(String, String, String)> {
    let names = machine.list(folder).unwrap_or_default();
    let member = |name: String| {
        let path = machine.real_path(&format!("{folder}/{name}")).ok()?;
        let above = path.rsplit('/').skip(1);
        let owner = above.into_iter().find(|part| is_function(part))?.to_owned();
        Some((name, owner, path))
    };
    names.into_iter().filter_map(member).collect()
}

/// Whether a folder's name is that of a PCI function or of an SF.
fn is_function(name: &str) -> bool {
    name.parse::<PciAddress>().is_ok() || pci::is_sf(&Handle::new("auxiliary", name))
}

/// What sysfs tells of a device.
#[must_use]
pub fn device(machine: &dyn Machine, device: &Handle) -> DeviceDetails {
    let Some(address) = device.pci_address() else { return DeviceDetails::default() };
    let folder = pci::folder(address);
    let id = |file: &str| {
        let text = machine.text(&format!("{folder}/{file}"))?;
        let digits = text.trim().trim_start_matches("0x");
        Some(format!("{:04x}", u16::from_str_radix(digits, 16).ok()?))
    };
    let (pcie_root, root_port) = above(machine, &folder);
    DeviceDetails {
        vendor_id: id("vendor"),
        device_id: id("device"),
        subsystem_vendor_id: id("subsystem_vendor"),
        subsystem_device_id: id("subsystem_device"),
        vf_device_id: id("sriov_vf_device"),
        pcie_root,
        root_port,
        iommu_group: iommu_group(machine, &folder),
        ..DeviceDetails::default()
    }
}

/// The root of a PCI function's hierarchy, and the port of the root complex that it is
/// behind.
fn above(machine: &dyn Machine, folder: &str) -> (Option<String>, Option<String>) {
    let path = machine.real_path(folder).unwrap_or_default();
    let mut parts = path.split('/').skip_while(|part| !is_root(part));
    let root = parts.next().map(str::to_owned);
    let functions: Vec<&str> =
        parts.filter(|part| part.parse::<PciAddress>().is_ok()).collect();
    let port = functions.split_last().and_then(|(_, bridges)| bridges.first());
    (root, port.map(|port| (*port).to_owned()))
}

/// `pciDDDD:BB`, also where bridges of virtual machines have domains of five digits.
fn is_root(part: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    part.strip_prefix("pci")
        .and_then(|root| root.split_once(':'))
        .is_some_and(|(domain, bus)| digits(domain) && digits(bus))
}

/// The IOMMU group of the device in that folder.
fn iommu_group(machine: &dyn Machine, folder: &str) -> Option<u32> {
    machine.link_name(&format!("{folder}/iommu_group")).ok()?.parse().ok()
}

/// What sysfs tells of a function; its netdev is looked for where it is not here.
#[must_use]
pub fn function(
    machine: &dyn Machine,
    device: &Handle,
    is_here: bool,
) -> FunctionDetails {
    let folder = device.sysfs_path();
    let folder = folder.as_deref();
    FunctionDetails {
        netdev_elsewhere: Some(!is_here && blockers::is_elsewhere(machine, device)),
        numa_node: folder
            .and_then(|folder| machine.number(&format!("{folder}/numa_node"))),
        iommu_group: folder.and_then(|folder| iommu_group(machine, folder)),
        ..FunctionDetails::default()
    }
}

/// Speed in Mb/s and duplex of a netdev. The driver is asked, which holds RTNL.
#[must_use]
pub fn speed(machine: &dyn Machine, netdev: &str) -> (Option<u32>, Option<String>) {
    let speed = machine.number(&format!("class/net/{netdev}/speed"));
    // Unknown, as a NIC without a link reports it.
    let speed = speed.filter(|speed| (1..u32::MAX).contains(speed));
    let duplex = || machine.text(&format!("class/net/{netdev}/duplex"));
    let duplex = speed.and_then(|_| duplex()).filter(|duplex| duplex != "unknown");
    (speed, duplex)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sys::capture::{Capture, Replay};

    fn replay() -> Replay {
        const PORT: &str = "devices/pci0000:40/0000:40:01.1";
        let pf = format!("{PORT}/0000:41:00.0");
        let folder = |function: &str| format!("bus/pci/devices/0000:41:00.{function}");
        let capture = json!({
            "schema": Capture::SCHEMA, "swdevctl": "0", "kernel": "6.12", "masked": false,
            "answers": {},
            "files": {
                format!("{}/vendor", folder("0")): {"text": "0x15b3\n"},
                format!("{}/device", folder("0")): {"text": "0x101d\n"},
                format!("{}/subsystem_device", folder("0")): {"text": "0x16\n"},
                format!("{}/sriov_vf_device", folder("0")): {"text": "101e\n"},
                format!("{}/numa_node", folder("2")): {"text": "-1\n"},
                format!("{}/numa_node", folder("3")): {"text": "1\n"},
                "class/net/a/speed": {"text": "100000\n"},
                "class/net/a/duplex": {"text": "full\n"},
                "class/net/b/speed": {"text": "-1\n"},
            },
            "links": {
                format!("{}/iommu_group", folder("0")): "63",
                format!("{pf}/mlx5_core.sf.4/vdpa0/driver"): "vhost_vdpa",
            },
            "paths": {
                folder("0"): pf,
                "bus/pci/devices/0000:00:02.0": "devices/pci0000:00/0000:00:02.0",
                "class/infiniband/mlx5_0": format!("{pf}/infiniband/mlx5_0"),
                "class/infiniband/mlx5_9": format!("{PORT}/0000:41:00.3/infiniband/mlx5_9"),
                "class/infiniband/rxe0": "devices/virtual/infiniband/rxe0",
                "bus/vdpa/devices/vdpa0": format!("{pf}/mlx5_core.sf.4/vdpa0"),
                "bus/vdpa/devices/vdpa1":
                    format!("{PORT}/0000:41:00.3/pds_core.vDPA.1/vdpa1"),
            },
            "folders": {
                "class/infiniband": ["mlx5_0", "mlx5_9", "rxe0"],
                "bus/vdpa/devices": ["vdpa0", "vdpa1"],
                format!("{pf}/mlx5_core.sf.4/vdpa0"): ["power", "vhost-vdpa-3"],
                format!("{}/net", folder("2")): [],
            },
        });
        Replay::new(Capture::parse(&capture.to_string()).unwrap())
    }

    #[test]
    fn a_device_is_known_by_its_ids_and_its_place() {
        let machine = replay();
        let details = device(&machine, &"pci/41:00.0".parse().unwrap());
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            details,
            DeviceDetails {
                vendor_id: text("15b3"),
                device_id: text("101d"),
                subsystem_device_id: text("0016"),
                vf_device_id: text("101e"),
                pcie_root: text("pci0000:40"),
                root_port: text("0000:40:01.1"),
                iommu_group: Some(63),
                ..DeviceDetails::default()
            }
        );
        let integrated = device(&machine, &"pci/00:02.0".parse().unwrap());
        assert_eq!(
            (integrated.pcie_root, integrated.root_port),
            (text("pci0000:00"), None)
        );
        let other = device(&machine, &"netdevsim/netdevsim10".parse().unwrap());
        assert_eq!(other, DeviceDetails::default());
    }

    #[test]
    fn rdma_and_vdpa_devices_are_those_of_the_nearest_function() {
        let attached = Attached::read(&replay());
        let devices_of = |handle: &str| {
            let handle = handle.parse().unwrap();
            (attached.rdma(&handle), attached.vdpa(&handle))
        };
        assert_eq!(devices_of("pci/41:00.0"), (vec!["mlx5_0".into()], vec![]));
        let (rdma, vdpa) = devices_of("pci/41:00.3");
        assert_eq!((rdma, vdpa[0].name.as_str()), (vec!["mlx5_9".into()], "vdpa1"));
        let vdpa = Vdpa {
            name: "vdpa0".into(),
            driver: Some("vhost_vdpa".into()),
            path: Some("/dev/vhost-vdpa-3".into()),
        };
        assert_eq!(devices_of("auxiliary/mlx5_core.sf.4"), (vec![], vec![vdpa]));
    }

    #[test]
    fn a_function_tells_its_node_and_that_its_netdev_went() {
        let machine = replay();
        let details_of = |handle: &str, is_here| {
            let details = function(&machine, &handle.parse().unwrap(), is_here);
            (details.netdev_elsewhere, details.numa_node)
        };
        assert_eq!(details_of("pci/41:00.2", false), (Some(true), None));
        assert_eq!(details_of("pci/41:00.2", true), (Some(false), None));
        assert_eq!(details_of("pci/41:00.3", false), (Some(false), Some(1)));
    }

    #[test]
    fn a_netdev_without_a_link_has_no_speed() {
        let machine = replay();
        assert_eq!(speed(&machine, "a"), (Some(100_000), Some("full".into())));
        assert_eq!(speed(&machine, "b"), (None, None));
        assert_eq!(speed(&machine, "c"), (None, None));
    }
}
