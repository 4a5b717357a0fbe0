// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl inventory`.

use super::Context;
use crate::{
    error::Failure,
    model::Fields,
    survey::{self, select},
};

/// Arguments of `inventory`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Devices to list [default: all]
    #[arg(value_name = "DEVICE")]
    devices: Vec<String>,
}

impl Args {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let handles = select::devices(context.machine, &self.devices)?;
        let inventory = survey::complete(context.machine, &handles, &Fields::Usual)?;
        context.warnings(&inventory);
        context.output.result(&inventory)
    }
}
