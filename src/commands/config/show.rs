// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl config show`.

use super::Context;
use crate::{
    desired::{self, Note, PARAMS},
    error::{Failure, Kind},
    render::Declaration,
    survey::{declared::Present, select},
};

/// Arguments of `config show`.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Args {
    /// Devices to show [default: all with an eswitch]
    #[arg(value_name = "DEVICE")]
    devices: Vec<String>,
}

impl Args {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let handles = select::devices_or_all(context.machine, &self.devices)?;
        let (mut sections, mut failures) = (Vec::new(), Vec::new());
        for handle in &handles {
            match Present::read(context.machine, handle, PARAMS) {
                Ok(present) => sections.push(desired::present(&present.actual())),
                Err(failure) => failures.push(failure),
            }
        }
        context.output.result(&declaration(
            "swdevctl/config/v1",
            sections.join("\n"),
            None,
        )?)?;
        context.output.failures(failures)
    }
}

/// A file as it is printed.
pub(super) fn declaration(
    schema: &'static str,
    text: String,
    notes: Option<&[Note]>,
) -> Result<Declaration, Failure> {
    Declaration::new(schema, text, notes).map_err(|error| {
        Failure::new(Kind::Failed, format!("the state cannot be written: {error}"))
    })
}
