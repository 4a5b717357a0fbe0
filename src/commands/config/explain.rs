// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl config explain`.

use super::{Context, all_errors, declared, files};
use crate::{
    desired::DeclaredState,
    error::Failure,
    render::Document,
    survey::{self, select},
};

/// Arguments of `config explain`.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Args {
    /// Devices to explain [default: all]
    #[arg(value_name = "DEVICE")]
    devices: Vec<String>,
    /// Read this file instead of the system's files; several files count in this order.
    #[arg(long, value_name = "FILE")]
    file: Vec<String>,
}

impl Args {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let files = files(context, &self.file)?;
        let config = declared(&files, &context.output)?;
        let handles = select::owners(context.machine, &self.devices)?;
        let inventory = survey::devices_or_all(context.machine, &handles)?;
        context.warnings(&inventory);
        let all = self.devices.is_empty();
        let (state, _) =
            survey::declared::state(context.machine, &config, &inventory, all)
                .map_err(|errors| all_errors(errors, &context.output))?;
        let files = files.into_iter().map(|file| file.path).collect();
        let state = DeclaredState { files, ..state };
        context.output.result(&Document::new("swdevctl/config-explanation/v1", state))
    }
}
