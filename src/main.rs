// SPDX-License-Identifier: MIT OR Apache-2.0
//! swdevctl: parse, run, exit code.

use std::process::ExitCode;

use clap::Parser as _;
use swdevctl::commands::{Cli, Output};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return Output::usage(&error),
    };
    let output = Output::new(&cli);
    match cli.run(&output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => output.failure(&failure),
    }
}
