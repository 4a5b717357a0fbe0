// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl doctor`: what a change would meet, in both directions, and whether the
//! machine is ready for offload.

use super::Context;
use crate::{
    error::Failure,
    plan::Readiness,
    render::{Devices, Document},
    survey::{self, select},
};

/// Arguments of `doctor`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Devices to check [default: all with an eswitch]
    #[arg(value_name = "DEVICE")]
    devices: Vec<String>,
}

impl Args {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let handles = select::devices_or_all(context.machine, &self.devices)?;
        let snapshots =
            handles.iter().map(|handle| survey::preflight(context.machine, handle));
        let devices = snapshots.map(|snapshot| Ok(Readiness::new(&snapshot?)));
        let devices = devices.collect::<Result<_, Failure>>()?;
        context.output.result(&Document::new("swdevctl/doctor/v1", Devices { devices }))
    }
}
