// SPDX-License-Identifier: MIT OR Apache-2.0
//! Reads all facts of a machine, or of some of its devices.

use std::collections::BTreeMap;

use super::{Machine, NetlinkError, base, devlink, links, pci};
use crate::model::{
    DeviceFacts, DevlinkPort, EswitchState, Facts, Handle, Link, Warning,
};

/// Facts of all devices, without those that vanish meanwhile.
///
/// Devices are found in sysfs and then read one by one, by handle: an unfiltered devlink
/// dump blocks while any NIC of the machine changes its mode. Links are read last, so
/// that they include the netdev of each port.
pub fn all(machine: &dyn Machine) -> Result<Facts, NetlinkError> {
    let mut facts = Facts::default();
    for handle in candidates(machine) {
        facts.devices.extend(device(machine, &handle, &mut facts.warnings)?);
    }
    facts.links = links::all(machine)?;
    let links = &facts.links;
    facts.devices.retain(|device| {
        device.eswitch != EswitchState::None
            || device.sriov.is_some() && is_network(machine, &device.handle, links)
    });
    find_bases(machine, &mut facts);
    Ok(facts)
}

/// Facts of the named devices and all links; devices that are not there are
/// left out.
pub fn some(machine: &dyn Machine, handles: &[Handle]) -> Result<Facts, NetlinkError> {
    let mut facts = Facts::default();
    for handle in handles {
        facts.devices.extend(device(machine, handle, &mut facts.warnings)?);
    }
    facts.links = links::all(machine)?;
    find_bases(machine, &mut facts);
    Ok(facts)
}

/// Finds the base of each device's names, from udev's records of its netdevs if possible.
fn find_bases(machine: &dyn Machine, facts: &mut Facts) {
    let mut netdevs: BTreeMap<&Handle, Vec<&Link>> = BTreeMap::new();
    for link in &facts.links {
        if let Some(device) = &link.parent {
            netdevs.entry(device).or_default().push(link);
        }
    }
    for device in &mut facts.devices {
        let own = netdevs.get(&device.handle).map(Vec::as_slice).unwrap_or_default();
        device.base = base::of_device(machine, &device.handle, own);
        let name = device.base.as_ref().and_then(|base| base.in_force.first());
        let name = name.unwrap_or("none");
        log::debug!("base name: {}, {} netdevs -> {name}", device.handle, own.len());
    }
}

/// The devices that have or could have an eswitch.
#[must_use]
pub fn candidates(machine: &dyn Machine) -> Vec<Handle> {
    let simulated = machine.list("bus/netdevsim/devices").unwrap_or_default();
    let simulated = simulated.into_iter().map(|name| Handle::new("netdevsim", name));
    simulated.chain(pci::candidates(machine).into_iter().map(Handle::pci)).collect()
}

/// Whether a device is a network device: GPUs, disks and accelerators have SR-IOV too.
fn is_network(machine: &dyn Machine, device: &Handle, links: &[Link]) -> bool {
    const NETWORK_CLASS: &str = "0x02";
    let folder = device.sysfs_path().unwrap_or_default();
    let class = machine.text(&format!("{folder}/class"));
    class.is_none_or(|class| class.starts_with(NETWORK_CLASS))
        || links.iter().any(|link| link.parent.as_ref() == Some(device))
}

/// Facts of one device, without the base of its names; none where there is no such device.
pub fn device(
    machine: &dyn Machine,
    handle: &Handle,
    warnings: &mut Vec<Warning>,
) -> Result<Option<DeviceFacts>, NetlinkError> {
    let Some(folder) = handle.sysfs_path() else { return Ok(None) };
    if machine.list(&folder).is_err() {
        return Ok(None);
    }
    let address = handle.pci_address();
    let vfs = address.map(|pf| pci::vfs(machine, pf)).unwrap_or_default();
    let auxiliary =
        address.map(|pf| pci::auxiliary_devices(machine, pf)).unwrap_or_default();
    let (sfs, aliases): (Vec<Handle>, Vec<Handle>) =
        auxiliary.into_iter().partition(pci::is_sf);
    let sfs = sfs.into_iter().filter_map(|sf| pci::sf(machine, sf)).collect();
    let driver = pci::driver_of(machine, handle);
    let eswitch = eswitch(machine, handle, warnings)?;
    log::debug!(
        "device: {handle}, driver {} -> {}",
        driver.as_deref().unwrap_or("none"),
        match eswitch {
            EswitchState::Known(eswitch) => format!("mode {}", eswitch.mode),
            EswitchState::None => "no eswitch".into(),
            EswitchState::Unread => "mode not readable".into(),
        }
    );
    let mut ports = Vec::new();
    for instance in std::iter::once(handle).chain(&aliases) {
        ports.extend(self::ports(machine, handle, instance, warnings)?);
    }
    Ok(Some(DeviceFacts {
        driver,
        numa_node: machine.number(&format!("{folder}/numa_node")),
        eswitch,
        ports,
        sriov: pci::sriov(machine, handle, vfs.len()),
        vfs,
        sfs,
        base: None,
        aliases,
        handle: handle.clone(),
    }))
}

/// The eswitch of a device, with a warning where it cannot be read.
pub fn eswitch(
    machine: &dyn Machine,
    handle: &Handle,
    warnings: &mut Vec<Warning>,
) -> Result<EswitchState, NetlinkError> {
    match devlink::eswitch(machine, handle) {
        Ok(eswitch) => Ok(eswitch.map_or(EswitchState::None, EswitchState::Known)),
        Err(NetlinkError::NoDevlink) => {
            if !warnings.iter().any(|warning| warning.code == "no-devlink") {
                let message = "this kernel has no devlink: no eswitch can be seen".into();
                warnings.push(Warning { code: "no-devlink", message, device: None });
            }
            Ok(EswitchState::None)
        }
        // The kernel checks privileges before it looks for the device.
        Err(error) if error.is_denied() => {
            if devlink::nested_instances(machine, handle).is_err() {
                return Ok(EswitchState::None);
            }
            let message = format!("{handle}: only root may see the eswitch mode");
            let device = Some(handle.clone());
            let code = Warning::MODE_NOT_PERMITTED;
            warnings.push(Warning { code, message, device });
            Ok(EswitchState::Unread)
        }
        Err(error) if error.is_absent() => Ok(EswitchState::None),
        Err(error) if error.errno().is_some() => {
            let message = format!("{handle}: cannot read the eswitch mode: {error}");
            let device = Some(handle.clone());
            warnings.push(Warning { code: "eswitch-unread", message, device });
            Ok(EswitchState::Unread)
        }
        Err(error) => Err(error),
    }
}

/// The ports of an instance of a device, with a warning where they cannot be read.
fn ports(
    machine: &dyn Machine,
    device: &Handle,
    instance: &Handle,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<DevlinkPort>, NetlinkError> {
    match devlink::ports(machine, instance) {
        Ok(ports) => Ok(ports),
        Err(error) if error.is_absent() || error.is_denied() => Ok(Vec::new()),
        Err(error) if error.errno().is_some() => {
            let message =
                format!("{device}: cannot read the ports of {instance}: {error}");
            let device = Some(device.clone());
            warnings.push(Warning { code: "ports-unread", message, device });
            Ok(Vec::new())
        }
        Err(error) => Err(error),
    }
}
