// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl name`: what netdevs are called, and why.

mod apply;
mod check;
mod explain;
mod show;

use std::collections::BTreeSet;

use super::Output;
use crate::{
    error::{Failure, Kind},
    model::{Facts, Identity, Link},
    naming::Policy,
    survey::{self, named},
    sys::{Live, Machine, links},
};

/// Verbs below `name`.
#[derive(Debug, clap::Subcommand)]
pub(super) enum NameVerb {
    /// Show each netdev's name, and the one that the policy gives it.
    Show(show::Args),
    /// Say what a netdev is, and which rule of the policy makes its name.
    Explain(explain::Args),
    /// Find names that two netdevs would have, and show what a policy would change.
    Check(check::Args),
    /// Give netdevs the names of the policy, all or none.
    Apply(apply::Args),
}

impl NameVerb {
    pub(super) fn run(
        &self,
        live: Option<&Live>,
        machine: &dyn Machine,
        output: &Output,
    ) -> Result<(), Failure> {
        match self {
            Self::Show(args) => args.run(machine, output),
            Self::Explain(args) => args.run(machine, output),
            Self::Check(args) => args.run(machine, output),
            Self::Apply(args) => args.run(live, machine, output),
        }
    }
}

/// Which policy is meant.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct PolicyArg {
    /// The policy, by name or file, in place of the one in force.
    #[arg(long, value_name = "NAME|FILE")]
    policy: Option<String>,
}

impl PolicyArg {
    fn read(&self) -> Result<Policy, Failure> {
        self.policy.as_deref().map_or_else(policy, named_policy)
    }
}

/// The policy in force.
fn policy() -> Result<Policy, Failure> {
    named_policy("default")
}

fn named_policy(name: &str) -> Result<Policy, Failure> {
    // A file in the current folder needs no ./ before it.
    let file = name.ends_with(".toml") && !name.contains('/');
    let name = if file { format!("./{name}") } else { name.to_owned() };
    survey::policy(&name).map_err(|error| {
        Failure::new(Kind::Usage, format!("naming policy {error}"))
            .state("nothing was changed")
    })
}

/// Those of the named netdevs that the user means; all, where none is named.
fn selected<'a>(
    machine: &dyn Machine,
    facts: &'a Facts,
    texts: &[String],
) -> Result<Vec<(&'a Link, Identity)>, Failure> {
    let mut all = named(facts);
    if texts.is_empty() {
        return Ok(all);
    }
    let known: BTreeSet<u32> = all.iter().map(|(link, _)| link.ifindex).collect();
    let mut wanted = BTreeSet::new();
    for text in texts {
        let link = links::by_name(machine, text);
        let link = link.map_err(|error| survey::unread("links", &error))?;
        let index = link.map(|link| link.ifindex);
        if !index.is_some_and(|index| known.contains(&index)) {
            let message = if index.is_some() {
                format!(
                    "{text} is neither a port of an eswitch nor the netdev of a VF or SF"
                )
            } else {
                format!("no network interface has the name or altname {text}")
            };
            return Err(
                Failure::new(Kind::NotFound, message).state("nothing was changed")
            );
        }
        wanted.extend(index);
    }
    all.retain(|(link, _)| wanted.contains(&link.ifindex));
    Ok(all)
}
