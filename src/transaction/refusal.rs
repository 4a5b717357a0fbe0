// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the kernel's refusals mean to a user.

use crate::{
    driver::{
        Decides, SameMode,
        errno::{EINVAL, EOPNOTSUPP},
        profile,
    },
    error::{Failure, Kind},
    model::{EswitchMode, Handle},
    sys::{Machine, NetlinkError, devlink, pci},
};

/// A mode that the kernel does not know.
const ERANGE: i32 = 34;
const UNCHANGED: &str = "nothing was changed";

/// A failure that is due to a netlink error.
pub(super) fn of_error(
    message: String,
    device: &Handle,
    error: &NetlinkError,
) -> Failure {
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

/// The mode could not be read. `without` is the kind of failure where there is none.
pub fn reading_mode(
    machine: &dyn Machine,
    device: &Handle,
    error: &NetlinkError,
    without: Kind,
) -> Failure {
    if error.errno() == Some(EOPNOTSUPP) {
        let no = no_eswitch(machine, device, without);
        return Failure { errno: error.errno(), ..no };
    }
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
        _ => failure,
    }
}

/// Completes a failure that is due to a kernel without devlink.
pub fn no_devlink(failure: Failure) -> Failure {
    failure.state(UNCHANGED).hint(
        "load the NIC's driver; where it is loaded, the kernel was built without \
         CONFIG_NET_DEVLINK",
    )
}

/// The device has no eswitch, or none that may be asked.
pub fn no_eswitch(machine: &dyn Machine, device: &Handle, kind: Kind) -> Failure {
    let driver = pci::driver_of(machine, device);
    let evidence = driver.as_deref().unwrap_or("no driver");
    let message = format!("{device} has no eswitch [driver-unsupported: {evidence}]");
    let failure = Failure::new(kind, message).on(device);
    failure.state(UNCHANGED).hint(match (pci::pf_of(machine, device), profile(driver.as_deref()).decides) {
        (Some(pf), _) => {
            let what = match device.pci_address() {
                Some(_) => "a VF",
                None if pci::is_sf(device) => "an SF",
                None => "a part of a PF",
            };
            format!("it is {what}; the eswitch is that of its PF, {pf}")
        }
        (None, Decides::Firmware) => {
            "the firmware that is loaded has none: flower and abm have one".into()
        }
        (None, Decides::Vfs) => {
            "this driver has no mode: representors come with the VFs, and go with them".into()
        }
        (None, Decides::User) => "on a DPU it is the DPU's own; some drivers and some of their functions have none".into(),
    })
}

/// Whether somebody else was quicker: the driver refuses a mode that the device
/// is in already.
pub(super) fn is_there_already(
    machine: &dyn Machine,
    device: &Handle,
    wanted: EswitchMode,
    error: &NetlinkError,
) -> bool {
    let profile = profile(pci::driver_of(machine, device).as_deref());
    let now = || devlink::eswitch(machine, device).ok()?.mode;
    profile.same_mode == SameMode::Refused
        && error.errno() == Some(EINVAL)
        && now() == Some(wanted)
}

/// Whether the driver is known to lose the forwarding of legacy mode with that failure
/// of a change, of which it reports the former mode: not where it refused before it
/// touched anything.
pub(super) fn loses_forwarding(
    machine: &dyn Machine,
    device: &Handle,
    (before, wanted): (EswitchMode, EswitchMode),
    error: &NetlinkError,
) -> bool {
    let profile = profile(pci::driver_of(machine, device).as_deref());
    let NetlinkError::Refused(ack) = error else { return false };
    // What the driver fails at later comes with a message.
    let Some(message) = ack.message.as_deref() else { return false };
    let early = |refusals: &[&str]| refusals.iter().any(|part| message.contains(part));
    before == EswitchMode::Legacy
        && wanted.has_representors()
        && profile.forwarding_survives.is_some_and(|refusals| !early(refusals))
}

/// The device has gone.
pub(super) fn vanished(device: &Handle) -> Failure {
    Failure::new(Kind::NotFound, format!("{device} vanished"))
        .on(device)
        .state(format!("{device} has vanished"))
        .hint("look into the kernel's log for what removed it")
}

/// The kernel refused to set a mode, of a device whose mode it had told: so it
/// was neither for a lack of privilege nor, if it is still there, of a device.
pub(super) fn setting_mode(
    machine: &dyn Machine,
    device: &Handle,
    wanted: EswitchMode,
    error: &NetlinkError,
) -> Failure {
    let mut failure = of_error(format!("cannot set {device} to {wanted}"), device, error);
    failure.kind = Kind::Failed;
    let hint = hint(machine, device, wanted, error);
    failure.hint(
        hint.unwrap_or("look into the kernel's log for messages of its driver".into()),
    )
}

/// What to do about a refusal: of devlink itself, which is told by its message
/// (with a driver's prefix or without, by kernel), or of the driver.
fn hint(
    machine: &dyn Machine,
    device: &Handle,
    wanted: EswitchMode,
    error: &NetlinkError,
) -> Option<String> {
    let NetlinkError::Refused(ack) = error else { return None };
    let says = |part: &str| match &ack.message {
        Some(text) => text.contains(part),
        None => part.is_empty(),
    };
    if wanted == EswitchMode::SwitchdevInactive && matches!(ack.errno, ERANGE | EINVAL) {
        return Some(
            "switchdev_inactive needs a kernel from 6.19 on, and a driver that has it"
                .into(),
        );
    }
    let refusals = profile(pci::driver_of(machine, device).as_deref()).refusals;
    let known = refusals.iter().find(|of| of.errno == ack.errno && says(of.says));
    match known {
        Some(refusal) => Some(refusal.hint.into()),
        None if ack.errno == EOPNOTSUPP => {
            Some("this driver or its firmware does not offer the change".into())
        }
        None => None,
    }
}
