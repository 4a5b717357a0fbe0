// SPDX-License-Identifier: MIT OR Apache-2.0
//! swdevctl: parse, run, exit code.

use std::process::ExitCode;

use swdevctl::{
    commands::{Cli, Output, completions},
    sys::{
        privileges::{self, Privileges},
        worker,
    },
};

fn main() -> ExitCode {
    let first = std::env::args_os().nth(1).unwrap_or_default();
    if first == worker::ARGUMENT {
        return worker::serve().map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS);
    }
    if first == completions::ARGUMENT {
        // Files of the user who became root, such as a capture.
        let _ = privileges::keep(Privileges::DAC_READ_SEARCH);
        completions::complete();
        return ExitCode::SUCCESS;
    }
    let cli = match Cli::read() {
        Ok(cli) => cli,
        Err(error) => return Output::usage(&error),
    };
    let output = Output::new(&cli);
    match cli.run(&output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => output.failure(&failure),
    }
}
