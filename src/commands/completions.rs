// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl completions`.

use clap_complete::{Shell, generate};

use super::{Cli, Context};
use crate::error::Failure;

/// Arguments of `completions`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The shell.
    shell: Shell,
}

impl Args {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let mut script = Vec::new();
        generate(self.shell, &mut Cli::definition(), "swdevctl", &mut script);
        context.output.text(&String::from_utf8_lossy(&script))
    }
}
