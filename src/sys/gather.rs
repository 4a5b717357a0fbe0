// SPDX-License-Identifier: MIT OR Apache-2.0
//! Reads all facts of a machine, or of some of its devices.

use std::collections::BTreeMap;

use super::{Machine, NetlinkError, base, devlink, links, pci};
use crate::model::{
    DeviceFacts, DevlinkPort, EswitchState, Facts, Handle, Link, Warning,
};

/// Facts of all devices. What vanishes meanwhile is left out.
///
/// Devices are found in sysfs and then asked one by one, by handle: an
/// unfiltered devlink dump stands still while any NIC of the machine switches.
/// Links are read last, so that each netdev of a port is among them.
pub fn all(machine: &dyn Machine) -> Result<Facts, NetlinkError> {
    let mut facts = Facts::default();
    for handle in candidates(machine) {
        let Some(device) = device(machine, &handle, &mut facts.warnings)? else {
            continue;
        };
        if device.sriov.is_some() || device.eswitch != EswitchState::None {
            facts.devices.push(device);
        }
    }
    facts.links = links::all(machine)?;
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

/// Finds the base of each device's names, which records of its netdevs may tell.
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
    }
}

/// The devices that have or could have an eswitch.
#[must_use]
pub fn candidates(machine: &dyn Machine) -> Vec<Handle> {
    let simulated = machine.list("bus/netdevsim/devices").unwrap_or_default();
    let simulated = simulated.into_iter().map(|name| Handle::new("netdevsim", name));
    simulated.chain(pci::candidates(machine).into_iter().map(Handle::pci)).collect()
}

/// Facts of one device, but for the base of its names; none where it is not there.
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
    let eswitch = eswitch(machine, handle, warnings)?;
    let mut ports = ports(machine, handle)?;
    for alias in &aliases {
        ports.extend(self::ports(machine, alias)?);
    }
    Ok(Some(DeviceFacts {
        driver: pci::driver_of(machine, handle),
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

fn eswitch(
    machine: &dyn Machine,
    handle: &Handle,
    warnings: &mut Vec<Warning>,
) -> Result<EswitchState, NetlinkError> {
    match devlink::eswitch(machine, handle) {
        Ok(eswitch) => Ok(match eswitch.mode {
            Some(mode) => EswitchState::Known {
                mode,
                inline_mode: eswitch.inline_mode,
                encap_mode: eswitch.encap_mode,
            },
            None => EswitchState::None,
        }),
        Err(NetlinkError::NoDevlink) => {
            if !warnings.iter().any(|warning| warning.code == "no-devlink") {
                let message = "this kernel has no devlink: no eswitch can be seen".into();
                warnings.push(Warning { code: "no-devlink", message, device: None });
            }
            Ok(EswitchState::None)
        }
        // The kernel refuses before it looks for the device.
        Err(error) if error.is_denied() => {
            if devlink::nested_instances(machine, handle).is_err() {
                return Ok(EswitchState::None);
            }
            let message = format!("{handle}: only root may see the eswitch mode");
            let device = Some(handle.clone());
            warnings.push(Warning { code: "eswitch-not-permitted", message, device });
            Ok(EswitchState::Denied)
        }
        Err(error) if error.errno().is_some() => Ok(EswitchState::None),
        Err(error) => Err(error),
    }
}

/// The ports of an instance; none where the kernel will not say.
fn ports(
    machine: &dyn Machine,
    handle: &Handle,
) -> Result<Vec<DevlinkPort>, NetlinkError> {
    match devlink::ports(machine, handle) {
        Ok(ports) => Ok(ports),
        Err(NetlinkError::NoDevlink) => Ok(Vec::new()),
        Err(error) if error.errno().is_some() => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}
