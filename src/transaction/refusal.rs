// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the kernel's refusals of a change mean to a user.

use crate::{
    driver::{SameMode, profile},
    error::{Failure, Kind},
    model::{
        EswitchMode, Handle,
        errno::{EBUSY, EINVAL, ENOSPC, EOPNOTSUPP, ERANGE},
    },
    survey::of_error,
    sys::{Machine, NetlinkError, devlink, pci},
};

/// Whether somebody else was quicker: the driver refuses a mode that the device
/// is in already.
pub(super) fn is_there_already(
    machine: &dyn Machine,
    device: &Handle,
    wanted: EswitchMode,
    error: &NetlinkError,
) -> bool {
    let profile = profile(pci::driver_of(machine, device).as_deref());
    let now = || Some(devlink::eswitch(machine, device).ok()??.mode);
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
        hint.unwrap_or(
            "check the kernel log (dmesg) for messages from the driver".into(),
        ),
    )
}

/// What to do about a refusal to add an SF: of devlink itself, which has no message where
/// the driver has no SFs (net/devlink/port.c, `devlink_nl_port_new_doit`), or of the driver.
pub(super) fn adding_sf(error: &NetlinkError) -> Option<&'static str> {
    const NONE: &str = "the driver was built without SFs (mlx5_core: CONFIG_MLX5_SF, which Debian leaves out), or has none";
    const MANY: &str =
        "the firmware limits the number of SFs (NVIDIA: PER_PF_NUM_SF, PF_TOTAL_SF)";
    let NetlinkError::Refused(ack) = error else { return None };
    let text = ack.message.as_deref().unwrap_or_default();
    Some(match ack.errno {
        _ if text.contains("pfnum") => {
            "the PF has another number here: \"devlink port show\" shows that of its VFs and SFs, --pf gives it"
        }
        _ if text.contains("ontroller") => {
            "only the eswitch of a DPU has SFs of another controller; \"swdevctl inventory\" shows the controllers"
        }
        EOPNOTSUPP if text.is_empty() => NONE,
        ENOSPC => MANY,
        _ => return None,
    })
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
    // net/devlink/rate.c, devlink_rate_nodes_check.
    if ack.errno == EBUSY && says("Rate node(s) exist") {
        return Some(format!(
            "delete its rate nodes first: \"devlink port function rate show\" lists them, \"devlink port function rate del {device}/NODE\" deletes one"
        ));
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
