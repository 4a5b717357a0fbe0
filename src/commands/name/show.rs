// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl name show`.

use super::{Context, PolicyArg};
use crate::{error::Failure, naming::Names, render::Document, survey};

/// Arguments of `name show`.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Args {
    /// Interfaces to show, by name or altname [default: all that policies name]
    #[arg(value_name = "NETDEV")]
    netdevs: Vec<String>,
    #[command(flatten)]
    policy: PolicyArg,
}

impl Args {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let policy = self.policy.read(context)?;
        let facts = survey::facts(context.machine)?;
        let selected = survey::of_things(&facts, &self.netdevs)?;
        let names = Names::new(&policy, selected);
        context.output.result(&Document::new("swdevctl/name/v1", names))
    }
}
