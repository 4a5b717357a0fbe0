// SPDX-License-Identifier: MIT OR Apache-2.0
//! Devlink, typed: one function a command.
//!
//! All requests name the instance: while a device changes its mode, the kernel
//! holds that device's lock for seconds or minutes, and an unfiltered dump
//! waits for it. [`instances`] alone is such a dump.

use super::{Answer, Change, Machine, NetlinkError, Question, Writable};
use crate::{
    model::{
        DeviceInfo, DevlinkPort, Eswitch, Handle, Param, ParamMode, ParamValue,
        PortHandle, Rate,
    },
    wire::{
        WireError,
        devlink::{
            self as wire, DevlinkMessage, EswitchChange, FunctionChange, NewPort,
            RateChange,
        },
    },
};

fn ask(
    machine: &dyn Machine,
    dump: bool,
    request: &DevlinkMessage,
) -> Result<Answer, NetlinkError> {
    machine.ask(&Question::Devlink { dump, body: request.to_bytes() })
}

fn make(
    machine: &(impl Writable + ?Sized),
    request: &DevlinkMessage,
) -> Result<Answer, NetlinkError> {
    machine.change(&Change::Devlink { body: request.to_bytes() })
}

fn get(
    machine: &dyn Machine,
    request: &DevlinkMessage,
) -> Result<DevlinkMessage, NetlinkError> {
    answered(&ask(machine, false, request)?)
}

/// The message of an answer that has one.
fn answered(answer: &Answer) -> Result<DevlinkMessage, NetlinkError> {
    let payload = answer.messages.first();
    let payload = payload.ok_or_else(|| WireError("success without an answer".into()))?;
    Ok(DevlinkMessage::parse(payload)?)
}

fn dump<T>(
    machine: &dyn Machine,
    request: &DevlinkMessage,
    decode: fn(&DevlinkMessage) -> Option<T>,
) -> Result<Vec<T>, NetlinkError> {
    let mut objects = Vec::new();
    for payload in ask(machine, true, request)?.messages.iter() {
        objects.extend(decode(&DevlinkMessage::parse(payload)?));
    }
    Ok(objects)
}

/// All devlink instances of this network namespace, in the kernel's order.
pub fn instances(machine: &dyn Machine) -> Result<Vec<Handle>, NetlinkError> {
    dump(machine, &wire::instances(), wire::handle)
}

/// The instances nested in an instance; an error where there is none.
pub fn nested_instances(
    machine: &dyn Machine,
    device: &Handle,
) -> Result<Vec<Handle>, NetlinkError> {
    Ok(wire::nested_instances(&get(machine, &wire::instance_get(device))?))
}

/// The eswitch's state. Needs CAP_NET_ADMIN. Drivers without an eswitch answer
/// EOPNOTSUPP, or with no mode at all.
pub fn eswitch(
    machine: &dyn Machine,
    device: &Handle,
) -> Result<Option<Eswitch>, NetlinkError> {
    Ok(wire::eswitch(&get(machine, &wire::eswitch_get(device))?))
}

/// Changes the eswitch. Returns the kernel's message, which a success can carry
/// as well. It returns when the kernel is done, which takes up to minutes, and
/// the kernel goes on with it when the caller is killed meanwhile.
pub fn set_eswitch(
    machine: &(impl Writable + ?Sized),
    device: &Handle,
    change: EswitchChange,
) -> Result<Option<String>, NetlinkError> {
    Ok(make(machine, &wire::eswitch_set(device, change))?.message)
}

/// Restarts the driver of an instance. Returns when the driver runs again.
pub fn reload(
    machine: &(impl Writable + ?Sized),
    device: &Handle,
) -> Result<Option<String>, NetlinkError> {
    Ok(make(machine, &wire::reload(device))?.message)
}

/// The ports of an instance.
pub fn ports(
    machine: &dyn Machine,
    device: &Handle,
) -> Result<Vec<DevlinkPort>, NetlinkError> {
    let mut ports = dump(machine, &wire::ports(device), wire::port)?;
    // 6.1 answers a dump by handle with the ports of all instances.
    ports.retain(|port| port.handle.device == *device);
    Ok(ports)
}

/// One port.
pub fn port(
    machine: &dyn Machine,
    port: &PortHandle,
) -> Result<DevlinkPort, NetlinkError> {
    let message = get(machine, &wire::port_get(port))?;
    Ok(wire::port(&message)
        .ok_or_else(|| WireError("an answer without a port".into()))?)
}

/// Changes the function behind a port.
pub fn set_port_function(
    machine: &(impl Writable + ?Sized),
    port: &PortHandle,
    change: &FunctionChange,
) -> Result<Option<String>, NetlinkError> {
    Ok(make(machine, &wire::port_set(port, change))?.message)
}

/// Makes a port.
pub fn add_port(
    machine: &(impl Writable + ?Sized),
    device: &Handle,
    port: NewPort,
) -> Result<(), NetlinkError> {
    make(machine, &wire::port_new(device, port)).map(drop)
}

/// Deletes a port.
pub fn delete_port(
    machine: &(impl Writable + ?Sized),
    port: &PortHandle,
) -> Result<(), NetlinkError> {
    make(machine, &wire::port_del(port)).map(drop)
}

/// The rate objects of an instance.
pub fn rates(machine: &dyn Machine, device: &Handle) -> Result<Vec<Rate>, NetlinkError> {
    let mut rates = dump(machine, &wire::rates(device), wire::rate)?;
    rates.retain(|rate| rate.device == *device);
    Ok(rates)
}

/// Changes a port's rate leaf.
pub fn set_rate(
    machine: &(impl Writable + ?Sized),
    port: &PortHandle,
    change: &RateChange,
) -> Result<(), NetlinkError> {
    make(machine, &wire::rate_set(port, change)).map(drop)
}

/// The names of an instance's traps that hand packets to the CPU.
pub fn active_traps(
    machine: &dyn Machine,
    device: &Handle,
) -> Result<Vec<String>, NetlinkError> {
    let traps = dump(machine, &wire::traps(device), wire::active_trap)?;
    let own = traps.into_iter().filter(|(of, _)| of == device);
    Ok(own.map(|(_, name)| name).collect())
}

/// What identifies an instance and its board, and the versions of both; the firmware is
/// asked for them.
pub fn info(machine: &dyn Machine, device: &Handle) -> Result<DeviceInfo, NetlinkError> {
    Ok(wire::info(&get(machine, &wire::info_get(device))?))
}

/// One parameter of an instance.
pub fn param(
    machine: &dyn Machine,
    device: &Handle,
    name: &str,
) -> Result<Param, NetlinkError> {
    let message = get(machine, &wire::param_get(device, name))?;
    let param = wire::param(&message);
    Ok(param.ok_or_else(|| WireError("an answer without a parameter".into()))?)
}

/// Sets one parameter.
pub fn set_param(
    machine: &(impl Writable + ?Sized),
    device: &Handle,
    name: &str,
    mode: ParamMode,
    value: &ParamValue,
) -> Result<Option<String>, NetlinkError> {
    Ok(make(machine, &wire::param_set(device, name, mode, value))?.message)
}
