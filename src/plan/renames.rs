// SPDX-License-Identifier: MIT OR Apache-2.0
//! Changes of names, and what stands in their way.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Finding, Severity};
use crate::{model::Link, naming::Change};

/// Code of the finding that netdevs to be renamed have addresses.
pub const HAS_ADDRESSES: &str = "has-addresses";
/// Code of the finding that netdevs to be renamed are in a bridge or bond.
pub const HAS_MASTER: &str = "has-master";

/// Changes of names that a policy wants.
#[derive(Debug, Clone, Serialize)]
pub struct Renames {
    /// The policy.
    pub policy: String,
    /// Netdevs that an administrator's `.link` file names.
    pub kept: Vec<String>,
    /// What stands in the way.
    pub findings: Vec<Finding>,
    /// The changes, in an order in which each can succeed.
    pub steps: Vec<Change>,
    /// Whether they were made.
    pub done: bool,
    /// The names of all netdevs.
    #[serde(skip)]
    pub names: BTreeMap<u32, String>,
}

impl Renames {
    /// The changes of these names, with what stands in their way: `addresses` of
    /// interfaces, and bridges and bonds, which configurations know by name.
    #[must_use]
    pub fn new(
        policy: String,
        kept: Vec<String>,
        steps: Vec<Change>,
        links: &[Link],
        addresses: &[(u32, String)],
    ) -> Self {
        let names = links.iter().map(|link| (link.ifindex, link.name.clone())).collect();
        let findings = findings(links, &names, addresses, &steps);
        Self { policy, kept, findings, steps, done: false, names }
    }

    /// The first finding that stands in the way and is not accepted.
    #[must_use]
    pub fn refusal(&self, force: &[String]) -> Option<&Finding> {
        self.findings.iter().find(|of| !force.iter().any(|code| code == of.code))
    }

    /// The name of an interface, for people.
    #[must_use]
    pub fn name(&self, ifindex: u32) -> String {
        name(&self.names, ifindex)
    }

    /// What a change does, for people.
    #[must_use]
    pub fn describe(&self, step: &Change) -> String {
        describe(&self.names, step)
    }
}

/// The name of an interface, for people.
fn name(names: &BTreeMap<u32, String>, ifindex: u32) -> String {
    let name = names.get(&ifindex).cloned();
    name.unwrap_or_else(|| format!("interface {ifindex}"))
}

/// What a change does, for people.
fn describe(names: &BTreeMap<u32, String>, step: &Change) -> String {
    match step {
        Change::Rename { from, to, .. } => format!("rename {from} to {to}"),
        Change::AddAltname { ifindex, altname } => {
            format!("add altname {altname} to {}", name(names, *ifindex))
        }
        Change::RemoveAltname { ifindex, altname } => {
            format!("remove altname {altname} from {}", name(names, *ifindex))
        }
    }
}

/// What others rely on in netdevs that are to be renamed.
fn findings(
    links: &[Link],
    names: &BTreeMap<u32, String>,
    addresses: &[(u32, String)],
    steps: &[Change],
) -> Vec<Finding> {
    let renamed = steps.iter().filter(|step| matches!(step, Change::Rename { .. }));
    let renamed: BTreeSet<u32> = renamed.map(Change::ifindex).collect();
    let mut own: BTreeMap<u32, Vec<&str>> = BTreeMap::new();
    for (index, address) in addresses {
        own.entry(*index).or_default().push(address);
    }
    let (mut with_addresses, mut with_master) = (Vec::new(), Vec::new());
    for link in links.iter().filter(|link| renamed.contains(&link.ifindex)) {
        let own = own.get(&link.ifindex).map(Vec::as_slice).unwrap_or_default();
        with_addresses.extend(own.iter().map(|own| format!("{} {own}", link.name)));
        if let Some(master) = link.master {
            with_master.push(format!("{} in {}", link.name, name(names, master)));
        }
    }
    let addresses = "interfaces to be renamed have addresses";
    let masters = "interfaces to be renamed are in a bridge or bond";
    [(HAS_ADDRESSES, addresses, with_addresses), (HAS_MASTER, masters, with_master)]
        .into_iter()
        .filter(|(.., evidence)| !evidence.is_empty())
        .map(|(code, message, evidence)| finding(code, message, evidence))
        .collect()
}

fn finding(code: &'static str, message: &str, evidence: Vec<String>) -> Finding {
    Finding {
        code,
        severity: Severity::Refuse,
        message: format!("{message} ({})", evidence.join(", ")),
        evidence,
        remedy: format!("move what relies on them first, or go on with --force {code}"),
        can_be_forced: true,
    }
}
