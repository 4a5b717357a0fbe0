// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl mode`, and `mode show`.

use super::{Context, mode_set::SetArgs};
use crate::{
    error::Failure,
    render::{Devices, Document},
    survey::{self, select},
};

/// Verbs below `mode`.
#[derive(Debug, clap::Subcommand)]
pub(super) enum ModeVerb {
    /// Show the eswitch mode.
    Show(ShowArgs),
    /// Set the eswitch mode, and wait until all representors exist and are named.
    Set(SetArgs),
}

/// Arguments of `mode show`.
#[derive(Debug, clap::Args)]
pub(super) struct ShowArgs {
    /// Devices to show [default: all with an eswitch]
    #[arg(value_name = "DEVICE")]
    devices: Vec<String>,
}

impl ModeVerb {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Show(args) => args.run(context),
            Self::Set(args) => args.run(context),
        }
    }
}

impl ShowArgs {
    fn run(&self, context: &Context) -> Result<(), Failure> {
        let handles = select::devices_or_all(context.machine, &self.devices)?;
        let devices = survey::modes(context.machine, &handles)?;
        context.output.result(&Document::new("swdevctl/mode/v1", Devices { devices }))
    }
}
