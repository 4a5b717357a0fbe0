// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl sf`: SFs are added, set up and removed as everything else is changed, by a
//! plan that is journaled and undone when it fails.

mod add;
mod list;
mod remove;

use std::collections::{BTreeMap, BTreeSet};

use super::{Context, Planned, plans};
use crate::{
    desired::Numbers,
    error::{Failure, Kind},
    model::{Handle, Sf},
    plan::Sfs,
    survey::{self, Reading},
    sys::Machine,
    transaction::batch::Goal,
};

/// Verbs below `sf`.
#[derive(Debug, clap::Subcommand)]
pub(super) enum SfVerb {
    /// Add SFs: set their attributes, activate them, and wait for their functions, netdevs
    /// and representors.
    Add(add::Args),
    /// Remove SFs.
    Remove(remove::Args),
    /// List SFs with their representors and functions.
    List(list::Args),
}

impl SfVerb {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Add(args) => args.run(context),
            Self::Remove(args) => args.run(context),
            Self::List(args) => args.run(context),
        }
    }
}

/// Numbers of SFs, as an argument.
fn numbers(text: &str) -> Result<Numbers, String> {
    match text.parse() {
        Ok(numbers @ Numbers::Ranges(_)) => Ok(numbers),
        _ => Err("a number, or numbers and ranges as 1-32 or 1,2,8-15".into()),
    }
}

/// Each of the numbers once.
fn each(numbers: &[Numbers]) -> BTreeSet<u32> {
    numbers.iter().flat_map(Numbers::iter).collect()
}

/// The SFs of a device.
fn sfs(machine: &dyn Machine, device: &Handle) -> Result<Vec<Sf>, Failure> {
    Ok(survey::sfs(&Reading::of(machine, device)?))
}

/// Makes the change, or shows its plan with `--dry-run`; then the devices that were
/// changed or already so, each with whether it was changed.
fn change(
    context: &Context,
    sfs: &BTreeMap<Handle, Sfs>,
    planned: &Planned,
) -> Result<Option<Vec<(Handle, bool)>>, Failure> {
    let goal = Goal::Sfs(sfs, &planned.force);
    let handles: Vec<Handle> = sfs.keys().cloned().collect();
    if planned.dry_run {
        plans::show(context, &handles, goal)?;
        return Ok(None);
    }
    let output = context.output;
    let (reports, failures) = planned.make(context.live()?, output, &handles, goal);
    output.failures(failures)?;
    let done = reports.into_iter().map(|report| (report.handle, report.changed));
    Ok(Some(done.collect()))
}

/// Failure where an argument names none.
fn none_named() -> Failure {
    Failure::new(Kind::Usage, "no SF is named")
        .state("nothing was changed")
        .hint("name SFs by --number, or by their representors, auxiliary devices or ports; \"swdevctl sf list\" lists the SFs")
}
