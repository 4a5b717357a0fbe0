// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl capture`, and the machine of `--replay`.

use std::path::{Path, PathBuf};

use super::Context;
use crate::{
    error::{Failure, Kind, io_text},
    render::{Captured, Document},
    survey,
    sys::capture::{self, Recorder, Replay},
};

/// Arguments of `capture`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The file to write; it must not exist yet.
    file: PathBuf,
    /// Replace hardware addresses, switch ids and serial numbers by invented ones, and
    /// leave out IP addresses, routes, TC filters, names of processes and the declared
    /// state.
    #[arg(long)]
    mask: bool,
}

impl Args {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        context.live()?;
        let recorder = Recorder::new(context.machine);
        let secrets = survey::everything(&recorder)?;
        let mut capture = recorder.finish();
        if self.mask {
            capture = capture.masked(&secrets);
        }
        let file = self.file.display().to_string();
        capture::write(&capture, &self.file).map_err(|error| {
            Failure::new(
                Kind::Failed,
                format!("cannot write {file}: {}", io_text(&error)),
            )
        })?;
        let captured = Captured { file, masked: self.mask };
        context.output.result(&Document::new("swdevctl/captured/v1", captured))
    }
}

/// The machine that a capture's file was made of.
pub(super) fn replay(file: &Path) -> Result<Replay, Failure> {
    let failure = |error: String| {
        let file = file.display();
        Failure::new(Kind::Usage, format!("cannot replay {file}: {error}"))
    };
    capture::read(file).map(Replay::new).map_err(failure)
}
