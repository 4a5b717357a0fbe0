// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl apply --check`.

use super::{Args, Context, Survey, config, differs, required};
use crate::{
    desired::{Config, DeclaredDevice},
    error::{Failure, Kind},
    render::{Devices, Document},
    survey::declared,
};

impl Args {
    /// Prints what differs.
    pub(super) fn compare(
        &self,
        context: &Context,
        config: &Config,
        machine: &Survey,
    ) -> Result<(), Failure> {
        let all = self.devices.is_empty();
        let state = declared::state(context.machine, config, &machine.inventory, all)
            .map_err(|errors| config::all_errors(errors, &context.output))?;
        let devices = Devices { devices: state.devices };
        context.output.result(&Document::new("swdevctl/drift/v1", &devices))?;
        let mut failures: Vec<Failure> =
            devices.devices.iter().filter_map(difference).collect();
        if all {
            let missing = required::missing(config, &[], machine).into_iter();
            failures.extend(
                missing
                    .map(|of| Failure::new(Kind::Drift, format!("{of}, is not there"))),
            );
        }
        context.output.failures(failures)
    }
}

/// The failure of a device that is not as declared, or cannot be read.
fn difference(device: &DeclaredDevice) -> Option<Failure> {
    let handle = &device.handle;
    match device.drift.as_deref() {
        Some([]) => None,
        Some(_) => Some(differs(handle, "it is not as declared")),
        None if device.values.is_empty() => None,
        None => {
            let message = format!("the present state of {handle} cannot be read");
            Some(Failure::new(Kind::Failed, message).on(handle))
        }
    }
}
