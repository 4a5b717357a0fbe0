// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the kernel's refusals mean to a user.

use crate::{
    driver::profile,
    error::{Failure, Kind},
    model::{EswitchMode, Handle, RateKind},
    sys::{Machine, NetlinkError, devlink, pci},
};

const EBUSY: i32 = 16;
const EINVAL: i32 = 22;
const ERANGE: i32 = 34;
const EOPNOTSUPP: i32 = 95;
const UNCHANGED: &str = "nothing was changed";

fn of_error(message: String, device: &Handle, error: &NetlinkError) -> Failure {
    let kind = if error.is_gone() {
        Kind::NotFound
    } else if error.is_denied() {
        Kind::NotPermitted
    } else {
        Kind::Failed
    };
    let mut failure = Failure::new(kind, message).on(device);
    failure.errno = error.errno();
    match error {
        NetlinkError::Refused(ack) => failure.kernel_message.clone_from(&ack.message),
        other => failure.kernel_message = Some(other.to_string()),
    }
    failure
}

/// The mode could not be read.
pub(super) fn reading_mode(device: &Handle, error: &NetlinkError) -> Failure {
    let message = format!("cannot read the eswitch mode of {device}");
    let failure = of_error(message, device, error).state(UNCHANGED);
    if error.is_denied() {
        return failure.hint(
            "run it as root: the kernel demands CAP_NET_ADMIN even to read the mode",
        );
    }
    match error {
        NetlinkError::NoDevlink => no_devlink(failure),
        error if error.is_gone() => {
            failure.hint("no driver with devlink is bound to it; \"swdevctl inventory\" lists the devices")
        }
        error if error.errno() == Some(EOPNOTSUPP) => no_eswitch_hint(failure),
        _ => failure,
    }
}

/// Completes a failure that is due to a kernel without devlink.
pub(super) fn no_devlink(failure: Failure) -> Failure {
    failure.state(UNCHANGED).hint(
        "load the NIC's driver; where it is loaded, the kernel was built without \
         CONFIG_NET_DEVLINK",
    )
}

/// The device has no eswitch, or none that may be asked.
pub(super) fn no_eswitch(device: &Handle) -> Failure {
    let failure =
        Failure::new(Kind::Failed, format!("{device} has no eswitch")).on(device);
    no_eswitch_hint(failure.state(UNCHANGED))
}

fn no_eswitch_hint(failure: Failure) -> Failure {
    failure.hint(
        "VFs and SFs have none, and on a DPU it is the DPU's own; some drivers and firmware have none at all",
    )
}

/// The kernel refused to set a mode. Reads what is true now.
pub(super) fn setting_mode(
    machine: &dyn Machine,
    device: &Handle,
    before: EswitchMode,
    wanted: EswitchMode,
    error: &NetlinkError,
) -> Failure {
    let mut failure = of_error(format!("cannot set {device} to {wanted}"), device, error);
    match devlink::eswitch(machine, device).map(|eswitch| eswitch.mode) {
        Ok(Some(now)) if now == before => {
            failure = failure.state(format!("{device} is still in mode {now}"));
        }
        Ok(Some(now)) => {
            failure.kind = Kind::NotUndone;
            failure = failure
                .state(format!("{device} was in mode {before} and is in {now} now"));
        }
        Ok(None) => failure = failure.state(format!("{device} no longer tells its mode")),
        Err(gone) if gone.is_gone() => {
            failure.kind = Kind::NotFound;
            failure = failure.state(format!("{device} has vanished"));
        }
        Err(unread) => failure = failure.state(format!("unknown: {unread}")),
    }
    match hint(machine, device, wanted, error) {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

/// What to do about a refusal, by what devlink itself says in its messages
/// (which carry a driver's prefix or not, by kernel), and by the error number.
fn hint(
    machine: &dyn Machine,
    device: &Handle,
    wanted: EswitchMode,
    error: &NetlinkError,
) -> Option<String> {
    let NetlinkError::Refused(ack) = error else { return None };
    let says = |part: &str| ack.message.as_ref().is_some_and(|text| text.contains(part));
    if says("Rate node") {
        let nodes = rate_nodes(machine, device);
        return Some(format!(
            "delete its rate nodes first: \"devlink port function rate del {device}/NODE\"{nodes}"
        ));
    }
    Some(match ack.errno {
        EBUSY if says("E-Switch is busy") => {
            "offloaded TC rules hold it: delete the ingress qdiscs of its netdevs, or stop Open vSwitch".into()
        }
        EOPNOTSUPP if says("no VFs") => {
            format!("this driver changes the mode only without VFs: write 0 to /sys/{}/sriov_numvfs first", device.sysfs_path()?)
        }
        EOPNOTSUPP if firmware_decides(machine, device) => {
            "the firmware that is loaded decides the mode of this card: load another".into()
        }
        EOPNOTSUPP => "this driver or its firmware does not offer the change".into(),
        ERANGE | EINVAL if wanted == EswitchMode::SwitchdevInactive => {
            "switchdev_inactive needs a kernel from 6.19 on, and a driver that has it".into()
        }
        1 => "run it as root: changing the mode needs CAP_NET_ADMIN".into(),
        _ => return None,
    })
}

/// Whether nothing but a card's firmware sets its mode.
fn firmware_decides(machine: &dyn Machine, device: &Handle) -> bool {
    profile(pci::driver_of(machine, device).as_deref()).firmware_decides
}

/// The names of a device's rate nodes, as an addition to a hint.
fn rate_nodes(machine: &dyn Machine, device: &Handle) -> String {
    let rates = devlink::rates(machine, device).unwrap_or_default();
    let names = rates.into_iter().filter_map(|rate| match rate.kind {
        RateKind::Node(name) => Some(name),
        RateKind::Leaf(_) => None,
    });
    let names: Vec<String> = names.collect();
    if names.is_empty() {
        String::new()
    } else {
        format!(" (there are: {})", names.join(", "))
    }
}
