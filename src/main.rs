// SPDX-License-Identifier: MIT OR Apache-2.0
//! swdevctl: parse, run, exit code.

use std::process::ExitCode;

use swdevctl::{
    commands::{Cli, Output},
    sys::worker,
};

fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|first| first == worker::ARGUMENT) {
        return worker::serve().map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS);
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
