// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl name check`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use serde::Serialize;

use super::{Output, PolicyArg, named_policy};
use crate::{
    driver::profile,
    error::{Failure, Kind, printable},
    model::{EswitchState, Facts, Handle, Identity, Link, NamingRole, Scheme},
    naming::Policy,
    render::Table,
    survey::{self, named},
    sys::Machine,
};

/// Arguments of `name check`.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Args {
    #[command(flatten)]
    policy: PolicyArg,
    /// Show what this policy would change, rather than how the machine differs.
    #[arg(long, value_name = "NAME|FILE")]
    to: Option<String>,
}

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    policy: String,
    to: Option<String>,
    /// How many identities were looked at: all netdevs, and all VFs that the devices
    /// can have.
    identities: usize,
    collisions: Vec<Collision>,
    changes: Vec<Change>,
}

/// A name that more than one would have.
#[derive(Serialize)]
struct Collision {
    policy: String,
    name: String,
    of: Vec<String>,
}

/// A netdev that would be called otherwise.
#[derive(Serialize)]
struct Change {
    netdev: String,
    device: Handle,
    role: &'static str,
    from: String,
    to: String,
    /// The netdev that is called so now, or by the first policy.
    now_of: Option<String>,
}

impl Args {
    pub(super) fn run(
        &self,
        machine: &dyn Machine,
        output: &Output,
    ) -> Result<(), Failure> {
        let policy = self.policy.read()?;
        let to = self.to.as_deref().map(named_policy).transpose()?;
        let facts = survey::facts(machine)?;
        let present = named(&facts);
        let identities = identities(&facts, &present);
        let mut collisions = collisions(&policy, &identities, &facts.links);
        if let Some(to) = &to {
            collisions.extend(self::collisions(to, &identities, &facts.links));
        }
        let document = Document {
            schema: "swdevctl/name-check/v1",
            policy: policy.id(),
            to: to.as_ref().map(Policy::id),
            identities: identities.len(),
            changes: changes(&policy, to.as_ref(), &present),
            collisions,
        };
        output.result(&document, || to_text(&document))?;
        match document.collisions.len() {
            0 => Ok(()),
            count => Err(Failure::new(
                Kind::Failed,
                format!("{count} names would be those of more than one netdev"),
            )
            .hint("give the devices aliases, or templates of their own; see swdevctl-naming(5)")),
        }
    }
}

/// An identity to be named, and the netdevs that have it now: none for a VF that the
/// machine could have; several where the kernel says the same of each.
struct Candidate<'a> {
    identity: Identity,
    netdevs: Vec<&'a Link>,
}

/// All identities of a machine: of netdevs, and of VFs that it can have.
fn identities<'a>(facts: &Facts, present: &[(&'a Link, Identity)]) -> Vec<Candidate<'a>> {
    let mut all = possible(facts);
    all.extend(present.iter().map(|(_, identity)| identity.clone()));
    let mut by_text: BTreeMap<String, Candidate> = BTreeMap::new();
    for identity in all {
        let candidate = Candidate { identity, netdevs: Vec::new() };
        by_text.insert(candidate.identity.to_string(), candidate);
    }
    for (link, identity) in present {
        if let Some(candidate) = by_text.get_mut(&identity.to_string()) {
            candidate.netdevs.push(link);
        }
    }
    by_text.into_values().collect()
}

/// The VFs that the devices of a machine can have, and their representors.
fn possible(facts: &Facts) -> Vec<Identity> {
    let mut found = Vec::new();
    for device in &facts.devices {
        let total = device.sriov.and_then(|sriov| sriov.total).unwrap_or_default();
        let Some(base) = &device.base else { continue };
        let first = profile(device.driver.as_deref()).first_vf;
        for vf in 0..total.min(0xffff) {
            let representor = (device.eswitch != EswitchState::None)
                .then_some(NamingRole::VfRep { controller: 0, pf: None, vf: vf + first });
            // In older schemes systemd names VFs by their own addresses.
            let own =
                (base.scheme >= Scheme::VFS_BY_NUMBER).then_some(NamingRole::Vf { vf });
            for role in representor.into_iter().chain(own) {
                let (handle, driver) = (device.handle.clone(), device.driver.clone());
                let base = base.clone();
                found.push(Identity {
                    device: handle,
                    driver,
                    base,
                    systemd: None,
                    role,
                });
            }
        }
    }
    found
}

/// Names that two would have: two identities; two netdevs of one identity; or an
/// identity, and an interface that keeps its name or has it as an altname.
fn collisions(
    policy: &Policy,
    identities: &[Candidate],
    links: &[Link],
) -> Vec<Collision> {
    let mut owners: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut renamed = BTreeSet::new();
    for Candidate { identity, netdevs } in identities {
        let Some(name) = policy.name(identity) else { continue };
        let owners = owners.entry(name.name.to_string()).or_default();
        owners.push(identity.to_string());
        owners.extend(netdevs.iter().skip(1).map(|link| {
            format!("the interface {}, which says the same of itself", link.name)
        }));
        renamed.extend(netdevs.iter().map(|link| link.ifindex));
    }
    for link in links.iter().filter(|link| !renamed.contains(&link.ifindex)) {
        for name in std::iter::once(&link.name).chain(&link.altnames) {
            // Nothing that the policy names is in anybody's way.
            if let Some(owners) = owners.get_mut(name) {
                owners.push(format!("the interface {}", link.name));
            }
        }
    }
    let several = owners.into_iter().filter(|(_, of)| of.len() > 1);
    several.map(|(name, of)| Collision { policy: policy.id(), name, of }).collect()
}

fn changes(
    policy: &Policy,
    to: Option<&Policy>,
    present: &[(&Link, Identity)],
) -> Vec<Change> {
    let by = |policy: &Policy, identity: &Identity, link: &Link| {
        policy
            .name(identity)
            .map_or_else(|| link.name.clone(), |name| name.name.to_string())
    };
    let before = |(link, identity): &(&Link, Identity)| match to {
        Some(_) => by(policy, identity, link),
        None => link.name.clone(),
    };
    let by_name: BTreeMap<String, &Link> =
        present.iter().map(|netdev| (before(netdev), netdev.0)).collect();
    let mut changes = Vec::new();
    for netdev in present {
        let (link, identity) = netdev;
        let (from, to) = (before(netdev), by(to.unwrap_or(policy), identity, link));
        if from == to {
            continue;
        }
        let now_of = by_name.get(&to);
        changes.push(Change {
            netdev: link.name.clone(),
            device: identity.device.clone(),
            role: identity.role.as_str(),
            now_of: now_of.map(|link| link.name.clone()),
            from,
            to,
        });
    }
    changes
}

fn to_text(document: &Document) -> String {
    let (policy, identities) = (&document.policy, document.identities);
    let mut text = match &document.to {
        Some(to) => format!("policies {policy} and {to}, {identities} names each: "),
        None => format!("policy {policy}, {identities} names: "),
    };
    let _ = match document.collisions.len() {
        0 => writeln!(text, "no two are equal"),
        count => writeln!(text, "{count} are not unique"),
    };
    for collision in &document.collisions {
        let of = collision.of.join(", and ");
        let _ = writeln!(text, "  {} by {}: {of}", collision.name, collision.policy);
    }
    if document.changes.is_empty() {
        text.push_str("no netdev would be renamed\n");
        return printable(&text);
    }
    let mut table = Table::new(&["NETDEV", "FROM", "TO", "ROLE", "NOW THE NAME OF"]);
    for change in &document.changes {
        let now_of = change.now_of.clone().unwrap_or_default();
        let (from, to) = (change.from.clone(), change.to.clone());
        table.row(&[change.netdev.clone(), from, to, change.role.into(), now_of]);
    }
    let _ = writeln!(text, "{} netdevs would be renamed:", document.changes.len());
    printable(&text) + &table.to_text(2)
}
