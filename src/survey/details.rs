// SPDX-License-Identifier: MIT OR Apache-2.0
//! Completes an inventory with what no change is planned from: what identifies cards,
//! where functions are, what is declared.

use std::collections::HashMap;

use super::{declared, kept, netdevs::named_in, policy_in_force};
use crate::{
    desired::{Choice, Config, FileError, VfCount, Wanted},
    model::{
        Declared, Device, Facts, Fields, Function, Handle, Held, Inventory, OwnFunction,
        Port, Role, Warning,
    },
    sys::{
        Machine, blockers, config,
        details::{self, Attached},
        devlink, holders, pci,
    },
};

/// The fields that come with the answer of the device's firmware.
const INFO: [&str; 5] = [
    "serial_number",
    "board_serial_number",
    "part_number",
    "firmware_version",
    "versions",
];

/// The fields that sysfs has of a device.
const PLACE: [&str; 8] = [
    "vendor_id",
    "device_id",
    "subsystem_vendor_id",
    "subsystem_device_id",
    "vf_device_id",
    "pcie_root",
    "root_port",
    "iommu_group",
];

/// Reads the wanted fields that the join of facts does not give. What cannot be read is
/// none.
pub(super) fn complete(
    machine: &dyn Machine,
    facts: &Facts,
    inventory: &mut Inventory,
    fields: &Fields,
) {
    let attached = match fields.want_any(&["rdma", "ports.function"]) {
        true => Attached::read(machine),
        false => Attached::default(),
    };
    for device in &mut inventory.devices {
        complete_device(machine, device, &attached, fields);
    }
    let holders = fields.want("ports.function.holders") && may_see_holders(inventory);
    let ports = inventory.devices.iter_mut();
    let ports =
        ports.map(|device| (device.handle.clone(), device.ports.iter_mut().collect()));
    complete_ports(machine, ports, &attached, fields, holders);
    if fields.want_any(&["ports.netdev.policy_name", "ports.function.policy_name"]) {
        add_policy_names(machine, facts, inventory);
    }
    if fields.want_any(&["declared", "drift", "applied"]) {
        declare(machine, inventory, fields);
    }
}

/// Reads the wanted fields of ports, given by their devices; `holders` says whether to look
/// for the processes that use functions.
pub(super) fn complete_ports<'p>(
    machine: &dyn Machine,
    devices: impl Iterator<Item = (Handle, Vec<&'p mut Port>)>,
    attached: &Attached,
    fields: &Fields,
    holders: bool,
) {
    for (device, mut ports) in devices {
        for port in &mut ports {
            complete_netdev(machine, port, fields);
            complete_function(machine, port, attached, fields);
        }
        if holders {
            add_holders(machine, &device, ports);
        }
    }
}

fn complete_device(
    machine: &dyn Machine,
    device: &mut Device,
    attached: &Attached,
    fields: &Fields,
) {
    let (handle, details) = (&device.handle, &mut device.details);
    if fields.want_any(&PLACE) {
        *details = details::device(machine, handle);
    }
    details.rdma = attached.rdma(handle);
    if fields.want("lag_active") {
        details.lag_active = pci::lag(machine, handle);
    }
    if fields.want_any(&INFO) {
        if let Ok(info) = devlink::info(machine, handle) {
            details.set_info(info);
        }
    }
}

fn complete_netdev(machine: &dyn Machine, port: &mut Port, fields: &Fields) {
    let Some(netdev) = &mut port.netdev else { return };
    let is_uplink = matches!(port.place.role, Role::Uplink | Role::Pf);
    let want = |field: &str| match is_uplink {
        true => fields.want_of_uplinks(field),
        false => fields.want(field),
    };
    if want("ports.netdev.speed_mbps") || want("ports.netdev.duplex") {
        (netdev.speed_mbps, netdev.duplex) = details::speed(machine, &netdev.name);
    }
    if want("ports.netdev.tc_offload") {
        netdev.tc_offload = blockers::tc_offload(machine, netdev.ifindex);
    }
}

fn complete_function(
    machine: &dyn Machine,
    port: &mut Port,
    attached: &Attached,
    fields: &Fields,
) {
    const READ: [&str; 4] = [
        "ports.netdev_elsewhere",
        "ports.function.netdev_elsewhere",
        "ports.function.numa_node",
        "ports.function.iommu_group",
    ];
    let Some(function) = &mut port.function else { return };
    let handle = function.handle();
    if fields.want_any(&READ) {
        function.details = details::function(machine, &handle, function.netdev.is_some());
    }
    function.details.rdma = attached.rdma(&handle);
    function.details.vdpa = attached.vdpa(&handle);
    // The port is the function itself.
    if port.place.role == Role::Vf {
        port.netdev_elsewhere = function.details.netdev_elsewhere;
    }
}

/// Whether the files that other processes hold can be seen; a warning says if not.
fn may_see_holders(inventory: &mut Inventory) -> bool {
    let is_denied = inventory.warnings.iter().any(Warning::denies);
    if is_denied {
        let message = "only root may see who uses a function".to_owned();
        let code = Warning::HOLDERS_NOT_PERMITTED;
        inventory.warnings.push(Warning { code, message, device: None });
    }
    !is_denied
}

/// Finds the processes that use functions of a device: all are looked for at once.
fn add_holders(machine: &dyn Machine, device: &Handle, ports: Vec<&mut Port>) {
    let mut ports: Vec<&mut Function> =
        ports.into_iter().filter_map(|port| port.function.as_mut()).collect();
    let numbered = |(at, function): (usize, &&mut Function)| {
        let (device, driver) = (function.handle(), function.driver.clone());
        Some((Held::Vf(u32::try_from(at).ok()?), OwnFunction { device, driver }))
    };
    let functions: Vec<_> = ports.iter().enumerate().filter_map(numbered).collect();
    for function in &mut ports {
        function.details.holders = Some(Vec::new());
    }
    for holder in holders::holders(machine, device, &functions) {
        let Held::Vf(at) = holder.of else { continue };
        let function = ports.get_mut(at as usize);
        let processes = function.and_then(|function| function.details.holders.as_mut());
        processes.into_iter().for_each(|all| all.extend(holder.processes.clone()));
    }
}

/// Adds what is declared, and where it is asked for how the device differs from it.
fn declare(machine: &dyn Machine, inventory: &mut Inventory, fields: &Fields) {
    let read_declared = || {
        let files = config::desired(machine.host()).map_err(|error| error.to_string())?;
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let first = |errors: Vec<FileError>| {
            errors.first().map(ToString::to_string).unwrap_or_default()
        };
        let config = Config::read(&files).map_err(first)?;
        declared::wanted(machine, &config, inventory).map_err(first)
    };
    let declared = match read_declared() {
        Ok(declared) => declared,
        Err(error) => {
            let message = format!("cannot read the declared state: {error}");
            let code = "declared-unread";
            inventory.warnings.push(Warning { code, message, device: None });
            return;
        }
    };
    let of_interest = declared.iter().filter(|(_, wanted)| !wanted.is_empty());
    for (subject, wanted) in of_interest {
        let mut devices = inventory.devices.iter_mut();
        let device = devices.find(|device| device.handle == subject.handle);
        let Some(device) = device else { continue };
        device.details.declared = Some(in_brief(wanted, device));
        if fields.want("drift") {
            let difference = declared::difference(machine, &device.handle, wanted);
            device.details.drift =
                difference.ok().map(|difference| difference.drifts.len());
        }
        if fields.want("applied") {
            device.details.applied = kept::applied(machine, &device.handle);
        }
    }
}

fn in_brief(wanted: &Wanted, device: &Device) -> Declared {
    let total = device.sriov.and_then(|sriov| sriov.total);
    let mode = match wanted.keys.mode.as_ref().map(|mode| &mode.value) {
        Some(Choice::Set(mode)) => Some(mode.to_string()),
        Some(Choice::Preserve) | None => None,
    };
    let vfs = match wanted.keys.vfs.as_ref().map(|vfs| &vfs.value) {
        Some(Choice::Set(VfCount::Number(number))) => Some(*number),
        Some(Choice::Set(VfCount::Max)) => total,
        Some(Choice::Preserve) | None => None,
    };
    Declared { mode, vfs }
}

/// Adds the names that the naming policy gives.
fn add_policy_names(machine: &dyn Machine, facts: &Facts, inventory: &mut Inventory) {
    let policy = match policy_in_force(machine) {
        Ok(policy) => policy,
        Err(error) => {
            let message = format!("cannot read the naming policy: {error}");
            let code = "policy-unread";
            inventory.warnings.push(Warning { code, message, device: None });
            return;
        }
    };
    let names = named_in(facts, inventory).into_iter().filter_map(|(link, identity)| {
        Some((link.name.as_str(), policy.name(&identity)?.name.to_string()))
    });
    let names: HashMap<&str, String> = names.collect();
    for port in inventory.devices.iter_mut().flat_map(|device| &mut device.ports) {
        if let Some(netdev) = &mut port.netdev {
            netdev.policy_name = names.get(netdev.name.as_str()).cloned();
        }
        if let Some(function) = &mut port.function {
            let name = function.netdev.as_deref().and_then(|netdev| names.get(netdev));
            function.details.policy_name = name.cloned();
        }
    }
}
