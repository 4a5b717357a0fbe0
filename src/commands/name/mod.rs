// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl name`: what netdevs are called, and why.

mod apply;
mod check;
mod explain;
mod show;

use std::collections::{BTreeMap, BTreeSet};

use super::{Output, select};
use crate::{
    error::{Failure, Kind},
    lookup,
    model::{DeviceFacts, Facts, Handle, Identity, Link, NamingRole},
    naming::{self, Policy},
    sys::{Live, Machine, links},
    topology,
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
    lookup::policy(&name).map_err(|error| {
        Failure::new(Kind::Usage, format!("naming policy {error}"))
            .state("nothing was changed")
    })
}

/// The netdevs of a machine that policies name, each with what it is: ports of
/// eswitches, and the own netdevs of VFs and SFs.
fn named(facts: &Facts) -> Vec<(&Link, Identity)> {
    let inventory = topology::inventory(facts);
    let by_index: BTreeMap<u32, &Link> =
        facts.links.iter().map(|link| (link.ifindex, link)).collect();
    let mut by_parent: BTreeMap<&Handle, Vec<&Link>> = BTreeMap::new();
    for link in &facts.links {
        if let Some(parent) = &link.parent {
            by_parent.entry(parent).or_default().push(link);
        }
    }
    let mut found = Vec::new();
    for device in &inventory.devices {
        let of = facts.devices.iter().find(|facts| facts.handle == device.handle);
        let Some(of) = of else { continue };
        for netdev in device.ports.iter().filter_map(|port| port.netdev.as_ref()) {
            let link = by_index.get(&netdev.ifindex).copied();
            found.extend(link.and_then(|link| Some((link, lookup::port(link, of)?))));
        }
        found.extend(functions(of, &by_parent));
    }
    found
}

/// The own netdevs of a device's VFs and SFs.
fn functions<'a>(
    of: &DeviceFacts,
    by_parent: &BTreeMap<&Handle, Vec<&'a Link>>,
) -> Vec<(&'a Link, Identity)> {
    let vfs = of.vfs.iter().map(|(vf, own)| (NamingRole::Vf { vf: *vf }, own));
    let numbered = of.sfs.iter().filter_map(|(sf, own)| Some(((*sf)?, own)));
    let sfs = numbered.map(|(sf, own)| (NamingRole::Sf { sf }, own));
    let mut found = Vec::new();
    for (role, own) in vfs.chain(sfs) {
        let links = by_parent.get(&own.device).map(Vec::as_slice).unwrap_or_default();
        for link in links.iter().filter(|link| naming::is_own_netdev(link)) {
            let identity = lookup::function_of(link, of, role.clone());
            found.extend(identity.map(|identity| (*link, identity)));
        }
    }
    found
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
        let link = link.map_err(|error| select::unread("links", &error))?;
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
