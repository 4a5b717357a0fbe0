// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl name apply`: all netdevs get their names, or all keep those that they
//! have.

use super::{Context, PolicyArg};
use crate::{
    error::Failure,
    plan::{HAS_ADDRESSES, HAS_MASTER},
    render::Document,
    survey,
    transaction::names,
};

/// Arguments of `name apply`.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Args {
    /// Interfaces to rename, by name or altname [default: all that the policy names]
    #[arg(value_name = "NETDEV")]
    netdevs: Vec<String>,
    #[command(flatten)]
    policy: PolicyArg,
    /// Show the plan and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Ignore these findings: has-addresses, has-master.
    #[arg(long, value_name = "CODE", value_delimiter = ',', value_parser = [HAS_ADDRESSES, HAS_MASTER])]
    force: Vec<String>,
}

impl Args {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let live = if self.dry_run { None } else { Some(context.live()?) };
        let policy = self.policy.read(context)?;
        let facts = survey::facts(context.machine)?;
        let netdevs = survey::selected(context.machine, &facts, &self.netdevs)?;
        let mut renames = names::plan(context.machine, &facts, netdevs, &policy)?;
        if let Some(live) = live {
            names::check(&renames, &self.force)?;
            names::perform(live, &renames)?;
            renames.done = true;
        }
        context.output.result(&Document::new("swdevctl/names-applied/v1", renames))
    }
}
