// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl config`: the declared state, explained, made from a machine, or
//! translated from another program's files.

mod explain;
mod import;
mod show;

use super::{Output, select};
use crate::{
    desired::{Actual, Config, FileError, PARAMS, Subject},
    error::{Failure, Kind},
    model::{ConfigFile, Device, Handle, Param, Snapshot},
    survey,
    sys::{Machine, config, devlink, pci},
};

/// Verbs below `config`.
#[derive(Debug, clap::Subcommand)]
pub(super) enum ConfigVerb {
    /// Print the present state of devices as a file that declares it.
    Show(show::Args),
    /// Show what is declared for devices, and which line of which file gives each value.
    Explain(explain::Args),
    /// Translate another program's file, and say what has no form here.
    Import(import::Args),
}

impl ConfigVerb {
    pub(super) fn run(
        &self,
        machine: &dyn Machine,
        output: &Output,
    ) -> Result<(), Failure> {
        match self {
            Self::Show(args) => args.run(machine, output),
            Self::Explain(args) => args.run(machine, output),
            Self::Import(args) => args.run(output),
        }
    }
}

/// What a difference from the declared state is computed from.
pub(in crate::commands) struct State {
    snapshot: Snapshot,
    params: Vec<Param>,
}

impl State {
    /// Reads a device, with the parameters of these names that it has.
    pub(in crate::commands) fn read<'a>(
        machine: &dyn Machine,
        handle: &Handle,
        params: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, Failure> {
        let snapshot = survey::snapshot(machine, handle)?;
        // The kernel answers with an error for a parameter that the device does not have.
        let params = params
            .into_iter()
            .filter_map(|name| devlink::param(machine, handle, name).ok());
        Ok(Self { snapshot, params: params.collect() })
    }

    fn actual(&self) -> Actual<'_> {
        Actual { snapshot: &self.snapshot, params: &self.params, refused: &[] }
    }
}

/// Reads what `config show` needs of a device beside its snapshot, so that a capture
/// has it.
pub(in crate::commands) fn record(machine: &dyn Machine, handle: &Handle) {
    for name in PARAMS {
        let _ = devlink::param(machine, handle, name);
    }
    let _ = pci::ids(machine, handle);
}

/// The files that declare the state: those named, or else those of the system.
fn files(named: &[String]) -> Result<Vec<ConfigFile>, Failure> {
    let failure = |error: std::io::Error| {
        Failure::new(Kind::Usage, format!("cannot read the declared state: {error}"))
            .state("nothing was changed")
    };
    if named.is_empty() {
        return config::desired().map_err(failure);
    }
    let required = |path: &String| {
        let file = config::read(path.clone()).map_err(failure)?;
        file.ok_or_else(|| {
            failure(std::io::Error::other(format!("{path}: no such file")))
        })
    };
    named.iter().map(required).collect()
}

/// The declared state, or all that is wrong with it.
fn declared(files: &[ConfigFile], output: &Output) -> Result<Config, Failure> {
    Config::read(files).map_err(|errors| all_errors(errors, output))
}

/// Prints all errors but the first, which is to be the program's.
fn all_errors(errors: Vec<FileError>, output: &Output) -> Failure {
    let failures = errors.into_iter().map(|error| {
        Failure::new(Kind::Usage, error.to_string()).state("nothing was changed")
    });
    let unknown = || Failure::new(Kind::Usage, "the declared state cannot be read");
    output.failures(failures.collect()).err().unwrap_or_else(unknown)
}

/// A device as sections know it. Its firmware is asked only where a section wants to
/// know the serial number.
fn subject(machine: &dyn Machine, device: &Device, serials: bool) -> Subject {
    let mut subject = Subject::new(device);
    subject.ids = pci::ids(machine, &device.handle);
    if serials {
        subject.serials = devlink::serials(machine, &device.handle).unwrap_or_default();
    }
    subject
}
