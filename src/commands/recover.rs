// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl recover`.

use std::io::ErrorKind;

use super::{Context, Limits, Output};
use crate::{
    error::{Failure, Kind},
    model::{Handle, RecoveredDevice},
    render::{Document, Plans, Recoveries},
    survey::select,
    sys::Live,
    transaction::{self, Event, journal::Journals},
};

/// Arguments of `recover`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Devices to recover [default: all with an interrupted change]
    #[arg(value_name = "DEVICE")]
    devices: Vec<String>,
    /// Set aside the journals of these devices, even if they cannot be read; for a device
    /// without a journal, the settings stashed for the other mode. The devices stay
    /// unchanged.
    #[arg(long, requires = "devices")]
    discard: bool,
    /// Rebuild eswitches of these devices that a failed change has left broken.
    #[arg(long, requires = "devices", conflicts_with = "discard")]
    rebuild: bool,
    /// With --rebuild: show the plan and change nothing.
    #[arg(long, requires = "rebuild")]
    dry_run: bool,
    #[command(flatten)]
    limits: Limits,
}

impl Args {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let (machine, output) = (context.live()?, context.output);
        let handles = self.handles(machine)?;
        if self.dry_run {
            return dry_run(machine, &handles, output);
        }
        let observer = |event: Event| output.progress(&event);
        let terms = self.limits.terms(output, &observer);
        let mut devices = Vec::new();
        let mut failures = Vec::new();
        for handle in handles {
            let recovered = match (self.discard, self.rebuild) {
                (true, _) => transaction::discard(machine, &handle, &terms),
                (_, true) => transaction::rebuild(machine, &handle, &terms),
                _ => transaction::recover(machine, &handle, &terms),
            };
            match recovered {
                Ok(recovered) => devices.push(RecoveredDevice { handle, recovered }),
                Err(failure) => failures.push(failure),
            }
        }
        output.progress_ends();
        let recovered = Recoveries { devices, failed: !failures.is_empty() };
        output.report(&Document::new("swdevctl/recovered/v1", recovered));
        output.failures(failures)
    }

    fn handles(&self, machine: &Live) -> Result<Vec<Handle>, Failure> {
        let journals = Journals::new();
        if self.devices.is_empty() {
            return journals.devices().map_err(|error| {
                let denied = error.kind() == ErrorKind::PermissionDenied;
                let kind = if denied { Kind::NotPermitted } else { Kind::Failed };
                Failure::new(kind, format!("cannot read the journals: {error}"))
            });
        }
        // A journal can be of a device that has gone.
        let handle = |text: &String| match text.parse::<Handle>() {
            Ok(handle) if journals.exists(&handle) => Ok(handle),
            _ => select::device(machine, text),
        };
        self.devices.iter().map(handle).collect()
    }
}

/// Prints the plan of each rebuild.
fn dry_run(machine: &Live, handles: &[Handle], output: Output) -> Result<(), Failure> {
    let plans = handles
        .iter()
        .filter_map(|handle| transaction::rebuild_plan(machine, handle).transpose());
    let plans = plans.collect::<Result<Vec<_>, _>>()?;
    if plans.is_empty() {
        output.note("nothing to rebuild");
    }
    output.result(&Document::new("swdevctl/plans/v1", Plans { plans }))
}
