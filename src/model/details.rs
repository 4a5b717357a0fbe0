// SPDX-License-Identifier: MIT OR Apache-2.0
//! What an inventory says of a device beside its eswitch, and of the netdevs and functions
//! around it: what identifies a card, and where it is.

use serde::Serialize;

/// The kind of a version in the answer to INFO_GET.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum VersionKind {
    /// Of what never changes, as the board.
    Fixed,
    /// Of what runs.
    Running,
    /// Of what is in flash, and runs after the next reset.
    Stored,
}

/// A version that a device reports (devlink-info.rst).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Version {
    /// Its kind.
    pub kind: VersionKind,
    /// What it is of, as `fw.mgmt`.
    pub name: String,
    /// The version.
    pub value: String,
}

/// The answer to INFO_GET.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct DeviceInfo {
    /// Serial number of the device.
    pub serial_number: Option<String>,
    /// Serial number of the board.
    pub board_serial_number: Option<String>,
    /// The versions, in the driver's order.
    pub versions: Vec<Version>,
}

impl DeviceInfo {
    /// The serial numbers of the device and its board.
    #[must_use]
    pub fn serials(&self) -> Vec<String> {
        let serials = self.serial_number.iter().chain(&self.board_serial_number);
        serials.cloned().collect()
    }

    /// The part number of the board or, where the driver reports none, what it
    /// identifies the design of the board by.
    #[must_use]
    pub fn part_number(&self) -> Option<&str> {
        self.first(VersionKind::Fixed, &["board.part_number", "board.id"])
    }

    /// The version of the firmware that runs.
    #[must_use]
    pub fn firmware_version(&self) -> Option<&str> {
        self.first(VersionKind::Running, &["fw.version", "fw", "fw.mgmt"])
    }

    fn first(&self, kind: VersionKind, names: &[&str]) -> Option<&str> {
        let named = |name: &&str| {
            let is_it =
                |version: &&Version| version.kind == kind && version.name == **name;
            self.versions.iter().find(is_it)
        };
        names.iter().find_map(named).map(|version| version.value.as_str())
    }
}

/// A vDPA device of a function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Vdpa {
    /// Its name on the vDPA bus.
    pub name: String,
    /// Its driver: `vhost_vdpa` for guests, `virtio_vdpa` for this machine.
    pub driver: Option<String>,
    /// The file that a guest's program opens.
    pub path: Option<String>,
}

/// What is declared for a device, in brief.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Declared {
    /// Mode.
    pub mode: Option<String>,
    /// Number of VFs.
    pub vfs: Option<u32>,
}

/// A device beside its eswitch and ports.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct DeviceDetails {
    /// PCI vendor, four hexadecimal digits.
    pub vendor_id: Option<String>,
    /// PCI device id.
    pub device_id: Option<String>,
    /// Vendor of the card.
    pub subsystem_vendor_id: Option<String>,
    /// The card's id.
    pub subsystem_device_id: Option<String>,
    /// PCI device id of its VFs.
    pub vf_device_id: Option<String>,
    /// The root of its PCI hierarchy, as `pci0000:00`.
    pub pcie_root: Option<String>,
    /// The root port that it is behind; none for a device of the root complex.
    pub root_port: Option<String>,
    /// IOMMU group.
    pub iommu_group: Option<u32>,
    /// Names of its RDMA devices.
    pub rdma: Vec<String>,
    /// Serial number.
    pub serial_number: Option<String>,
    /// Serial number of the board.
    pub board_serial_number: Option<String>,
    /// Part number of the board.
    pub part_number: Option<String>,
    /// Version of the firmware that runs.
    pub firmware_version: Option<String>,
    /// All versions that it reports; none where it reports nothing.
    pub versions: Option<Vec<Version>>,
    /// Whether its uplinks are a LAG of the hardware; none where the driver does not
    /// tell.
    pub lag_active: Option<bool>,
    /// What is declared for it.
    pub declared: Option<Declared>,
    /// How many of its items differ from what is declared.
    pub drift: Option<usize>,
    /// When `apply` last made it as declared, in seconds since 1970; none if that was not
    /// since the boot.
    pub applied: Option<u64>,
}

impl DeviceDetails {
    /// Adds the answer to INFO_GET.
    pub fn set_info(&mut self, info: DeviceInfo) {
        self.part_number = info.part_number().map(str::to_owned);
        self.firmware_version = info.firmware_version().map(str::to_owned);
        self.serial_number = info.serial_number;
        self.board_serial_number = info.board_serial_number;
        self.versions = Some(info.versions);
    }
}

/// A function beside its driver and netdev.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct FunctionDetails {
    /// Whether it has a netdev in another network namespace.
    pub netdev_elsewhere: Option<bool>,
    /// The name that the naming policy gives to its netdev.
    pub policy_name: Option<String>,
    /// NUMA node.
    pub numa_node: Option<u32>,
    /// IOMMU group.
    pub iommu_group: Option<u32>,
    /// Names of its RDMA devices.
    pub rdma: Vec<String>,
    /// Its vDPA devices.
    pub vdpa: Vec<Vdpa>,
    /// The processes that use it through a device file; none where that was not looked
    /// for.
    pub holders: Option<Vec<String>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_that_runs_and_the_board_are_picked() {
        let version = |kind, name: &str| Version {
            kind,
            name: name.into(),
            value: format!("{kind:?} {name}"),
        };
        let picked = |versions: &[(VersionKind, &str)]| {
            let versions = versions.iter().map(|(kind, name)| version(*kind, name));
            let mut details = DeviceDetails::default();
            let versions = versions.collect();
            details.set_info(DeviceInfo { versions, ..DeviceInfo::default() });
            (details.firmware_version, details.part_number)
        };
        use VersionKind::{Fixed, Running, Stored};
        assert_eq!(picked(&[]), (None, None));
        let mlx5 = [(Fixed, "fw.psid"), (Running, "fw.version"), (Running, "fw")];
        assert_eq!(picked(&mlx5), (Some("Running fw.version".into()), None));
        let ice = [(Fixed, "board.id"), (Stored, "fw.mgmt"), (Running, "fw.mgmt")];
        let both = (Some("Running fw.mgmt".into()), Some("Fixed board.id".into()));
        assert_eq!(picked(&ice), both);
        let newest = [(Fixed, "board.id"), (Fixed, "board.part_number")];
        assert_eq!(picked(&newest), (None, Some("Fixed board.part_number".into())));
    }
}
