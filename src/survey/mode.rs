// SPDX-License-Identifier: MIT OR Apache-2.0
//! The eswitch mode of a device, and why there is none.

use super::of_error;
use crate::{
    driver::{Decides, profile},
    error::{Failure, Kind},
    model::{DeviceMode, Eswitch, EswitchMode, Handle, errno::EOPNOTSUPP},
    sys::{Machine, NetlinkError, devlink, pci},
};

const UNCHANGED: &str = "nothing was changed";

/// The eswitch of a device that has one.
pub fn eswitch(machine: &dyn Machine, handle: &Handle) -> Result<Eswitch, Failure> {
    eswitch_or(machine, handle, Kind::Failed)
}

/// The modes of these devices.
pub fn modes(
    machine: &dyn Machine,
    handles: &[Handle],
) -> Result<Vec<DeviceMode>, Failure> {
    let one = |handle: &Handle| {
        Ok(DeviceMode { handle: handle.clone(), eswitch: eswitch(machine, handle)? })
    };
    handles.iter().map(one).collect()
}

/// The mode of a device that is to be changed: where there is none, that is known
/// before.
pub fn mode_to_change(
    machine: &dyn Machine,
    handle: &Handle,
) -> Result<EswitchMode, Failure> {
    eswitch_or(machine, handle, Kind::Refused).map(|eswitch| eswitch.mode)
}

fn eswitch_or(
    machine: &dyn Machine,
    handle: &Handle,
    without: Kind,
) -> Result<Eswitch, Failure> {
    let eswitch = devlink::eswitch(machine, handle)
        .map_err(|error| reading_mode(machine, handle, &error, without))?;
    let eswitch = eswitch.ok_or_else(|| no_eswitch(machine, handle, without))?;
    log::debug!("mode: {handle} -> {}", eswitch.mode);
    Ok(eswitch)
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
