// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl apply --check`.

use super::{Args, Context, Survey, config, differs, required};
use crate::{
    desired::{Config, DeclaredDevice},
    error::{Failure, Kind},
    render::{Document, Drifts},
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
        let (state, unread) =
            declared::state(context.machine, config, &machine.inventory, all)
                .map_err(|errors| config::all_errors(errors, &context.output))?;
        let mut failures: Vec<Failure> = unread.into_iter().map(not_compared).collect();
        failures.extend(state.devices.iter().filter_map(difference));
        let drifts = Drifts { devices: state.devices, unmatched: state.unmatched };
        context.output.result(&Document::new("swdevctl/drift/v1", drifts))?;
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

/// The failure of a device that is not as declared.
fn difference(device: &DeclaredDevice) -> Option<Failure> {
    let drifts = device.drift.as_deref().unwrap_or_default();
    (!drifts.is_empty()).then(|| differs(&device.handle, "it is not as declared"))
}

/// The failure of a device that could not be read, for that reason.
fn not_compared(cause: Failure) -> Failure {
    let device = cause.device.as_deref().unwrap_or("a device");
    let message =
        format!("the present state of {device} cannot be read: {}", cause.message);
    Failure { kind: Kind::Failed, message, ..cause }
}
