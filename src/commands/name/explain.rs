// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl name explain`.

use super::{Context, PolicyArg};
use crate::{error::Failure, naming::Explanations, render::Document, survey};

/// Arguments of `name explain`.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Args {
    /// Interfaces to explain, by name or altname.
    #[arg(value_name = "NETDEV", required = true)]
    netdevs: Vec<String>,
    #[command(flatten)]
    policy: PolicyArg,
}

impl Args {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let policy = self.policy.read(context)?;
        let facts = survey::facts(context.machine)?;
        let selected = survey::of_things(&facts, &self.netdevs)?;
        let names = Explanations::new(&policy, selected);
        context.output.result(&Document::new("swdevctl/name-explanation/v1", names))
    }
}
