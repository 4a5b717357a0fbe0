// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl name`: what netdevs are called, and why.

mod apply;
mod check;
mod explain;
mod rules;
mod show;

use super::Context;
use crate::{
    error::{Failure, Kind},
    naming::Policy,
    survey,
};

/// Verbs below `name`.
#[derive(Debug, clap::Subcommand)]
pub(super) enum NameVerb {
    /// Show the name of each netdev, and its name by the policy.
    Show(show::Args),
    /// Show the identity of a netdev, and the template of the policy that gives its name.
    Explain(explain::Args),
    /// Find names that several netdevs would have, and show what the policy would change.
    Check(check::Args),
    /// Write one udev rule a netdev, for hosts without a shell and without swdevctl-udev.
    Rules(rules::Args),
    /// Rename netdevs to the names of the policy, all or none.
    Apply(apply::Args),
}

impl NameVerb {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Show(args) => args.run(context),
            Self::Explain(args) => args.run(context),
            Self::Check(args) => args.run(context),
            Self::Rules(args) => args.run(context),
            Self::Apply(args) => args.run(context),
        }
    }
}

/// The choice of a policy.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct PolicyArg {
    /// Use this policy, by name or file, instead of the policy in force.
    #[arg(long, value_name = "NAME|FILE")]
    policy: Option<String>,
}

impl PolicyArg {
    fn read(&self, context: &Context) -> Result<Policy, Failure> {
        named_policy(context, self.policy.as_deref().unwrap_or("default"))
    }
}

fn named_policy(context: &Context, name: &str) -> Result<Policy, Failure> {
    // A file in the current folder needs no ./ before it.
    let file = name.ends_with(".toml") && !name.contains('/');
    let name = if file { format!("./{name}") } else { name.to_owned() };
    survey::policy(context.machine, &name).map_err(|error| {
        Failure::new(Kind::Usage, format!("naming policy {error}"))
            .state("nothing was changed")
    })
}
