// SPDX-License-Identifier: MIT OR Apache-2.0
//! The processes that use a PF, its VFs or SFs through a device file of VFIO, RDMA verbs,
//! vDPA or UIO.

use super::Machine;
use crate::model::{Handle, Held, Holder, HolderKind, OwnFunction, is_vfio};

type DeviceFile = (Held, HolderKind, String);

/// Who holds device files of the PF and of these functions.
#[must_use]
pub fn holders(
    machine: &dyn Machine,
    pf: &Handle,
    functions: &[(Held, OwnFunction)],
) -> Vec<Holder> {
    let pf = pf.sysfs_path().map(|folder| files(machine, Held::Pf, &folder, None));
    let mut all: Vec<DeviceFile> = pf.into_iter().flatten().collect();
    for (of, own) in functions {
        let Some(folder) = own.device.sysfs_path() else { continue };
        all.extend(files(machine, *of, &folder, own.driver.as_deref()));
    }
    all.extend(vdpa(machine, functions));
    let paths: Vec<String> = all.iter().map(|(.., path)| path.clone()).collect();
    let holders = all.into_iter().zip(machine.host().holders(&paths));
    holders
        .filter(|(_, processes)| !processes.is_empty())
        .map(|((of, kind, path), processes)| Holder { of, kind, path, processes })
        .collect()
}

/// The names of a device's RDMA devices.
#[must_use]
pub fn rdma_devices(machine: &dyn Machine, device: &Handle) -> Vec<String> {
    let folder = device.sysfs_path();
    folder
        .and_then(|folder| machine.list(&format!("{folder}/infiniband")).ok())
        .unwrap_or_default()
}

fn files(
    machine: &dyn Machine,
    of: Held,
    folder: &str,
    driver: Option<&str>,
) -> Vec<DeviceFile> {
    let list = |name: &str| machine.list(&format!("{folder}/{name}")).unwrap_or_default();
    let mut files = Vec::new();
    let mut add = |kind, path: String| files.push((of, kind, path));
    // Only a VFIO driver has VFIO files.
    if driver.is_some_and(is_vfio) {
        if let Ok(group) = machine.link_name(&format!("{folder}/iommu_group")) {
            add(HolderKind::Vfio, format!("/dev/vfio/{group}"));
        }
        for name in list("vfio-dev") {
            add(HolderKind::Vfio, format!("/dev/vfio/devices/{name}"));
        }
    }
    for name in list("infiniband_verbs") {
        add(HolderKind::Rdma, format!("/dev/infiniband/{name}"));
    }
    for name in list("uio") {
        add(HolderKind::Uio, format!("/dev/{name}"));
    }
    files
}

/// The vDPA devices of functions that guests can use (drivers/vhost/vdpa.c).
fn vdpa(machine: &dyn Machine, functions: &[(Held, OwnFunction)]) -> Vec<DeviceFile> {
    let mut files = Vec::new();
    for name in machine.list("bus/vdpa/devices").unwrap_or_default() {
        let Ok(path) = machine.real_path(&format!("bus/vdpa/devices/{name}")) else {
            continue;
        };
        let is_above =
            |own: &OwnFunction| path.split('/').any(|at| at == own.device.name);
        let owner = functions.iter().find(|(_, own)| is_above(own));
        let Some((of, _)) = owner else { continue };
        let nodes = machine.list(&path).unwrap_or_default();
        let nodes = nodes.into_iter().filter(|node| node.starts_with("vhost-vdpa-"));
        files.extend(nodes.map(|node| (*of, HolderKind::Vdpa, format!("/dev/{node}"))));
    }
    files
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sys::capture::{Capture, Replay};

    #[test]
    fn device_files_of_each_kind_are_looked_at() {
        let vf = |number: u32| format!("bus/pci/devices/0000:03:00.{number}");
        let capture = json!({
            "schema": Capture::SCHEMA, "swdevctl": "0", "kernel": "6.12", "masked": false,
            "answers": {}, "files": {},
            "links": { format!("{}/iommu_group", vf(1)): "7" },
            "paths": {
                "bus/vdpa/devices/vdpa0": "devices/pci0000:00/0000:03:00.3/vdpa0",
                "bus/vdpa/devices/vdpa1": "devices/pci0000:00/0000:09:00.3/vdpa1",
                "bus/vdpa/devices/vdpa2":
                    "devices/pci0000:00/0000:03:00.0/mlx5_core.sf.4/vdpa2",
            },
            "folders": {
                format!("{}/infiniband_verbs", vf(0)): ["uverbs0"],
                format!("{}/infiniband_verbs", vf(2)): ["uverbs1"],
                format!("{}/uio", vf(4)): ["uio3"],
                "bus/vdpa/devices": ["vdpa0", "vdpa1", "vdpa2"],
                "devices/pci0000:00/0000:03:00.3/vdpa0": ["driver", "vhost-vdpa-5"],
                "devices/pci0000:00/0000:09:00.3/vdpa1": ["vhost-vdpa-6"],
                "devices/pci0000:00/0000:03:00.0/mlx5_core.sf.4/vdpa2": ["vhost-vdpa-7"],
            },
            "holders": {
                "/dev/infiniband/uverbs0": ["a (1)"], "/dev/vfio/7": ["b (2)"],
                "/dev/infiniband/uverbs1": ["c (3)"], "/dev/vhost-vdpa-5": ["d (4)"],
                "/dev/uio3": ["e (5)"], "/dev/vhost-vdpa-6": ["f (6)"],
                "/dev/vhost-vdpa-7": ["g (7)"],
            },
        });
        let replay = Replay::new(Capture::parse(&capture.to_string()).unwrap());
        let own = |number: u32, driver: &str| {
            let device = Handle::new("pci", format!("0000:03:00.{number}"));
            (Held::Vf(number - 1), OwnFunction { device, driver: Some(driver.into()) })
        };
        let sf = OwnFunction {
            device: Handle::new("auxiliary", "mlx5_core.sf.4"),
            driver: Some("mlx5_core.sf".into()),
        };
        let functions = [
            own(1, "vfio-pci"),
            own(2, "mlx5_core"),
            own(3, "mlx5_core"),
            own(4, "uio"),
            (Held::Sf(88), sf),
        ];
        let held = holders(&replay, &"pci/03:00.0".parse().unwrap(), &functions);
        let held: Vec<_> =
            held.iter().map(|holder| (holder.of, holder.processes[0].as_str())).collect();
        assert_eq!(
            held,
            [
                (Held::Pf, "a (1)"),
                (Held::Vf(0), "b (2)"),
                (Held::Vf(1), "c (3)"),
                (Held::Vf(3), "e (5)"),
                (Held::Vf(2), "d (4)"),
                (Held::Sf(88), "g (7)"),
            ]
        );
    }
}
