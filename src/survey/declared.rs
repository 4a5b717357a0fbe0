// SPDX-License-Identifier: MIT OR Apache-2.0
//! What of a device can be declared, as it is now.

use super::{kept, snapshot};
use crate::{
    desired::{
        self, Actual, Config, DeclaredDevice, DeclaredState, Difference, FileError,
        PARAMS, Params, Subject, Wanted,
    },
    error::Failure,
    model::{Device, Handle, Inventory, Snapshot},
    sys::{Machine, devlink, pci},
};

/// What a difference from the declared state is computed from.
#[derive(Debug)]
pub struct Present {
    snapshot: Snapshot,
    params: Params,
}

impl Present {
    /// Reads a device, with the parameters of these names that it has.
    pub fn read<'a>(
        machine: &dyn Machine,
        handle: &Handle,
        params: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, Failure> {
        let snapshot = snapshot(machine, handle)?;
        Ok(Self { snapshot, params: params_named(machine, handle, params) })
    }

    /// It as a difference is computed from.
    #[must_use]
    pub fn actual(&self) -> Actual<'_> {
        Actual { snapshot: &self.snapshot, params: &self.params }
    }
}

fn params_named<'a>(
    machine: &dyn Machine,
    handle: &Handle,
    names: impl IntoIterator<Item = &'a str>,
) -> Params {
    // The kernel answers with an error for a parameter that the device does not have.
    let params = names.into_iter();
    let present = params.filter_map(|name| devlink::param(machine, handle, name).ok());
    Params { present: present.collect(), refused: kept::refused_params(machine, handle) }
}

/// The declared parameters, those that a device has.
#[must_use]
pub fn params(machine: &dyn Machine, handle: &Handle, wanted: &Wanted) -> Params {
    params_named(machine, handle, wanted.params.keys().map(String::as_str))
}

/// Reads what `config show` needs of a device beside its snapshot, so that a capture
/// has it.
pub fn record(machine: &dyn Machine, handle: &Handle) {
    for name in PARAMS {
        let _ = devlink::param(machine, handle, name);
    }
    let _ = pci::ids(machine, handle);
}

/// A device as sections know it. Its firmware is asked only where a section wants to
/// know the serial number.
#[must_use]
pub fn subject(machine: &dyn Machine, device: &Device, serials: bool) -> Subject {
    let mut subject = Subject::new(device);
    subject.ids = pci::ids(machine, &device.handle);
    if serials {
        let info = devlink::info(machine, &device.handle).unwrap_or_default();
        subject.serials = info.serials();
    }
    subject
}

/// What is declared for each device of an inventory; all that is wrong with it otherwise.
pub fn wanted(
    machine: &dyn Machine,
    config: &Config,
    inventory: &Inventory,
) -> Result<Vec<(Subject, Wanted)>, Vec<FileError>> {
    let serials = config.needs_serials();
    let (mut all, mut errors) = (Vec::new(), Vec::new());
    for device in &inventory.devices {
        let subject = subject(machine, device, serials);
        match config.wanted(&subject) {
            Ok(mut wanted) => {
                let unit = wanted.keys.activate.as_ref();
                wanted.is_activated =
                    unit.is_some_and(|unit| machine.host().is_active(&unit.value.0));
                all.push((subject, wanted));
            }
            // A section that is for several devices is wrong once.
            Err(found) => {
                for error in found {
                    if !errors.contains(&error) {
                        errors.push(error);
                    }
                }
            }
        }
    }
    if errors.is_empty() { Ok(all) } else { Err(errors) }
}

/// How a device differs from what is declared for it.
pub fn difference(
    machine: &dyn Machine,
    handle: &Handle,
    wanted: &Wanted,
) -> Result<Difference, Failure> {
    let names = wanted.params.keys().map(String::as_str);
    let present = Present::read(machine, handle, names)?;
    Ok(desired::difference(wanted, &present.actual()))
}

/// What is declared for the devices of an inventory, and how they differ; all that is
/// wrong with the declared state otherwise. `all` says that every device of the machine
/// is there: devices for which nothing is declared are then left out, and sections can
/// be called unmatched. Why devices could not be read is returned as well.
pub fn state(
    machine: &dyn Machine,
    config: &Config,
    inventory: &Inventory,
    all: bool,
) -> Result<(DeclaredState, Vec<Failure>), Vec<FileError>> {
    let wanted = wanted(machine, config, inventory)?;
    let of_interest = wanted.iter().filter(|(_, wanted)| !(wanted.is_empty() && all));
    let (mut devices, mut failures) = (Vec::new(), Vec::new());
    for (subject, wanted) in of_interest {
        let (device, failure) = device(machine, subject, wanted);
        devices.push(device);
        failures.extend(failure);
    }
    let subjects: Vec<Subject> = wanted.into_iter().map(|(subject, _)| subject).collect();
    let unmatched = if all { config.unmatched(&subjects) } else { Vec::new() };
    Ok((DeclaredState { files: Vec::new(), devices, unmatched }, failures))
}

/// A device without an eswitch, or one that the caller may not read, is explained all
/// the same.
fn device(
    machine: &dyn Machine,
    subject: &Subject,
    wanted: &Wanted,
) -> (DeclaredDevice, Option<Failure>) {
    let difference = match wanted.is_empty() {
        true => None,
        false => Some(difference(machine, &subject.handle, wanted)),
    };
    let failure = difference.as_ref().and_then(|of| of.as_ref().err().cloned());
    let difference = difference.map(|of| of.map_err(|failure| failure.message));
    (DeclaredDevice::new(subject, wanted, difference), failure)
}
