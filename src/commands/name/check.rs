// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl name check`.

use super::{Context, PolicyArg, named_policy};
use crate::{
    error::{Failure, Kind},
    naming::Check,
    render::Document,
    survey::{self, named},
};

/// Arguments of `name check`.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Args {
    #[command(flatten)]
    policy: PolicyArg,
    /// Show what this policy would change in the names of the policy in force or of --policy.
    #[arg(long, value_name = "NAME|FILE")]
    to: Option<String>,
}

impl Args {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let policy = self.policy.read(context)?;
        let to = self.to.as_deref();
        let to = to.map(|name| named_policy(context, name)).transpose()?;
        let facts = survey::facts(context.machine)?;
        let check = Check::new(&policy, to.as_ref(), &facts, &named(&facts));
        let collisions = check.collisions.len();
        context.output.result(&Document::new("swdevctl/name-check/v1", check))?;
        if collisions == 0 {
            return Ok(());
        }
        let message =
            format!("{collisions} names would be those of more than one netdev");
        Err(Failure::new(Kind::Failed, message).hint(
            "give the devices aliases, or templates of their own; see swdevctl-naming(5)",
        ))
    }
}
