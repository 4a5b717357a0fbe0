// SPDX-License-Identifier: MIT OR Apache-2.0
//! Everything that is read of a machine, before any conclusion.

use super::{Base, DevlinkPort, EswitchState, Handle, Link, Sriov, Warning};

/// A VF or SF, as this host sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnFunction {
    /// The PCI function, or the SF's auxiliary device.
    pub device: Handle,
    /// The bound driver's name.
    pub driver: Option<String>,
}

/// Whether a driver hands its functions out to guests: vfio-pci, or a vendor's driver on
/// the same framework, as mlx5_vfio_pci.
#[must_use]
pub fn is_vfio(driver: &str) -> bool {
    driver.contains("vfio")
}

/// What was read of one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceFacts {
    /// Devlink handle; for a PCI function without devlink, the one it would have.
    pub handle: Handle,
    /// Driver name, from sysfs.
    pub driver: Option<String>,
    /// NUMA node, where the kernel reports one.
    pub numa_node: Option<u32>,
    /// What ESWITCH_GET answered.
    pub eswitch: EswitchState,
    /// Its devlink ports, and those of nested instances on the auxiliary bus.
    pub ports: Vec<DevlinkPort>,
    /// SR-IOV, where the device has it.
    pub sriov: Option<Sriov>,
    /// Its PCI VFs, by VF number.
    pub vfs: Vec<(u32, OwnFunction)>,
    /// Its active SFs, each with its number where sysfs has it (mlx5).
    pub sfs: Vec<(Option<u32>, OwnFunction)>,
    /// The base of its interface names; none on buses that have no naming scheme.
    pub base: Option<Base>,
    /// Other handles of this device: those of its auxiliary devices, SFs excepted.
    pub aliases: Vec<Handle>,
}

impl DeviceFacts {
    /// The VF with that number.
    #[must_use]
    pub fn vf(&self, number: u32) -> Option<&OwnFunction> {
        let at = self.vfs.binary_search_by_key(&number, |(vf, _)| *vf).ok()?;
        self.vfs.get(at).map(|(_, own)| own)
    }
}

/// All facts of a machine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// Devices with an eswitch, or that could have one.
    pub devices: Vec<DeviceFacts>,
    /// All links of this network namespace.
    pub links: Vec<Link>,
    /// What could not be read.
    pub warnings: Vec<Warning>,
}

/// A file of the administrator's or the vendor's, as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFile {
    /// Where it is, for messages.
    pub path: String,
    /// What is in it.
    pub text: String,
}
