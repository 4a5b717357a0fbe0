// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl config`: the declared state, explained, made from a machine, or
//! translated from another program's files.

mod explain;
mod import;
mod show;

use super::{Context, Output};
use crate::{
    desired::{Config, FileError},
    error::{Failure, Kind},
    model::ConfigFile,
    sys::config,
};

/// Verbs below `config`.
#[derive(Debug, clap::Subcommand)]
pub(super) enum ConfigVerb {
    /// Print the present state of devices as a file that declares it.
    Show(show::Args),
    /// Show the declared state of devices, with the line that gives each value.
    Explain(explain::Args),
    /// Translate the file of another program, and list what cannot be translated.
    Import(import::Args),
}

impl ConfigVerb {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Show(args) => args.run(context),
            Self::Explain(args) => args.run(context),
            Self::Import(args) => args.run(context),
        }
    }
}

/// The files that declare the state: the named ones, or else those of the system.
pub(super) fn files(
    context: &Context,
    named: &[String],
) -> Result<Vec<ConfigFile>, Failure> {
    let failure = |what: String| {
        let message = format!("cannot read {what}");
        Failure::new(Kind::Usage, message).state("nothing was changed")
    };
    if named.is_empty() {
        return config::desired(context.machine.host())
            .map_err(|error| failure(format!("the declared state: {error}")));
    }
    let required = |path: &String| {
        let file = config::read(path.clone()).map_err(|e| failure(e.to_string()))?;
        file.ok_or_else(|| failure(format!("{path}: there is no such file")))
    };
    named.iter().map(required).collect()
}

/// The declared state, or all its errors.
pub(super) fn declared(files: &[ConfigFile], output: &Output) -> Result<Config, Failure> {
    Config::read(files).map_err(|errors| all_errors(errors, output))
}

/// Prints all errors but the first, which is returned.
pub(super) fn all_errors(errors: Vec<FileError>, output: &Output) -> Failure {
    let failures = errors.into_iter().map(|error| {
        Failure::new(Kind::Usage, error.to_string()).state("nothing was changed")
    });
    let unknown = || Failure::new(Kind::Usage, "the declared state cannot be read");
    output.failures(failures.collect()).err().unwrap_or_else(unknown)
}
