// SPDX-License-Identifier: MIT OR Apache-2.0
//! VFs: their settings at the PF's netdev, their number, their drivers.

use std::io;

use super::{Change, Machine, NetlinkError, Question, Writable};
pub use crate::wire::vf::VfList;
use crate::{
    model::{Handle, VfSetting},
    wire::{link, vf as wire},
};

/// The settings of VFs that an interface reports; none where another interface of the
/// device has them.
pub fn settings(
    machine: &dyn Machine,
    ifindex: u32,
) -> Result<Option<VfList>, NetlinkError> {
    let body = wire::get(ifindex);
    let question = Question::Route { kind: link::GETLINK, dump: false, body };
    let answer = machine.ask(&question)?;
    Ok(answer.messages.first().and_then(wire::parse))
}

/// Changes one setting of one VF.
pub fn set(
    machine: &(impl Writable + ?Sized),
    ifindex: u32,
    vf: u32,
    setting: &VfSetting,
) -> Result<(), NetlinkError> {
    let body = wire::set(ifindex, vf, setting);
    machine.change(&Change::Route { kind: link::SETLINK, body }).map(drop)
}

/// The folder of a device; each device that is changed has one.
fn folder(device: &Handle) -> io::Result<String> {
    device.sysfs_path().ok_or_else(|| io::ErrorKind::InvalidInput.into())
}

/// Waits until the kernel has created or removed VFs: reading their number takes the
/// device's lock, which the kernel holds meanwhile (drivers/pci/iov.c).
pub fn wait_until_made(machine: &dyn Machine, device: &Handle) {
    if let Ok(folder) = folder(device) {
        let _ = machine.text(&format!("{folder}/sriov_numvfs"));
    }
}

/// Sets the number of VFs. Success is not proof: some drivers report it for fewer VFs or
/// none (drivers/pci/iov.c, sriov_numvfs_store).
pub fn set_number(
    machine: &(impl Writable + ?Sized),
    device: &Handle,
    number: u32,
) -> io::Result<()> {
    machine.write(&format!("{}/sriov_numvfs", folder(device)?), &number.to_string())
}

/// Whether new VFs get a driver at once.
pub fn set_autoprobe(
    machine: &(impl Writable + ?Sized),
    device: &Handle,
    on: bool,
) -> io::Result<()> {
    let path = format!("{}/sriov_drivers_autoprobe", folder(device)?);
    machine.write(&path, if on { "1" } else { "0" })
}

/// The only driver that a PCI function may be bound to; none for any.
#[must_use]
pub fn driver_override(machine: &dyn Machine, address: &str) -> Option<String> {
    let text = machine.text(&format!("bus/pci/devices/{address}/driver_override"))?;
    (!text.is_empty() && text != "(null)").then_some(text)
}

/// Sets the only driver that a PCI function may be bound to; none for any.
pub fn set_override(
    machine: &(impl Writable + ?Sized),
    address: &str,
    driver: Option<&str>,
) -> io::Result<()> {
    // A newline alone clears it (drivers/base/driver.c, driver_set_override).
    let path = format!("bus/pci/devices/{address}/driver_override");
    machine.write(&path, &format!("{}\n", driver.unwrap_or_default()))
}

/// Binds a PCI function to that driver.
pub fn bind(
    machine: &(impl Writable + ?Sized),
    address: &str,
    driver: &str,
) -> io::Result<()> {
    machine.write(&format!("bus/pci/drivers/{driver}/bind"), address)
}

/// Unbinds a PCI function from its driver.
pub fn unbind(machine: &(impl Writable + ?Sized), address: &str) -> io::Result<()> {
    machine.write(&format!("bus/pci/devices/{address}/driver/unbind"), address)
}

/// Lets the kernel find a driver for a PCI function.
pub fn probe(machine: &(impl Writable + ?Sized), address: &str) -> io::Result<()> {
    machine.write("bus/pci/drivers_probe", address)
}
