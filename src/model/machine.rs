// SPDX-License-Identifier: MIT OR Apache-2.0
//! Everything read from a machine, before anything is concluded from it.

use super::{
    BaseFacts, DevlinkPort, EswitchState, Handle, Link, MacAddress, PciAddress, Sriov,
    Warning,
};

/// A PCI function (a PF, or a VF found below one).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PciFunction {
    /// Address.
    pub address: PciAddress,
    /// The bound driver's name.
    pub driver: Option<String>,
    /// Names of its netdevs in this network namespace, sorted.
    pub netdevs: Vec<String>,
    /// Hardware address of the first of them.
    pub mac: Option<MacAddress>,
}

/// What was read of one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceFacts {
    /// Devlink handle; for a PCI function without devlink, the one it would have.
    pub handle: Handle,
    /// Driver name, from sysfs.
    pub driver: Option<String>,
    /// NUMA node; none where the kernel knows of none.
    pub numa_node: Option<u32>,
    /// What ESWITCH_GET answered.
    pub eswitch: EswitchState,
    /// Its devlink ports, and those of nested instances on the auxiliary bus.
    pub ports: Vec<DevlinkPort>,
    /// SR-IOV, where the device has it.
    pub sriov: Option<Sriov>,
    /// Its PCI VFs, by VF number.
    pub vfs: Vec<(u32, PciFunction)>,
    /// What the base of its interface names is made from; none on buses that
    /// have no naming scheme.
    pub base: Option<BaseFacts>,
    /// Handles that mean this device too: its auxiliary devices.
    pub aliases: Vec<Handle>,
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
