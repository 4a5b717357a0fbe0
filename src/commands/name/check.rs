// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl name check`.

use std::{collections::BTreeMap, fmt::Write as _};

use serde::Serialize;

use super::{Output, PolicyArg, named, named_policy, select};
use crate::{
    driver::profile,
    error::{Failure, Kind, printable},
    model::{EswitchState, Facts, Handle, Identity, Link, NamingRole},
    naming::Policy,
    render::Table,
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
        let facts = select::facts(machine)?;
        let present = named(&facts);
        let mut identities = possible(&facts);
        for (_, identity) in &present {
            if !identities.contains(identity) {
                identities.push(identity.clone());
            }
        }
        let others: Vec<&Link> = facts
            .links
            .iter()
            .filter(|link| !present.iter().any(|(of, _)| of.ifindex == link.ifindex))
            .collect();
        let mut collisions = collisions(&policy, &identities, &others);
        if let Some(to) = &to {
            collisions.extend(self::collisions(to, &identities, &others));
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

/// The VFs that the devices of a machine can have, and their representors.
fn possible(facts: &Facts) -> Vec<Identity> {
    let mut found = Vec::new();
    for device in &facts.devices {
        let total = device.sriov.and_then(|sriov| sriov.total).unwrap_or_default();
        let Some(base) = device.base else { continue };
        let first = profile(device.driver.as_deref()).first_vf;
        for vf in 0..total.min(0xffff) {
            let representor = (device.eswitch != EswitchState::None)
                .then_some(NamingRole::VfRep { controller: 0, pf: None, vf: vf + first });
            for role in representor.into_iter().chain([NamingRole::Vf { vf }]) {
                let (handle, driver) = (device.handle.clone(), device.driver.clone());
                found.push(Identity { device: handle, driver, base, role });
            }
        }
    }
    found
}

fn collisions(
    policy: &Policy,
    identities: &[Identity],
    others: &[&Link],
) -> Vec<Collision> {
    let mut owners: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for identity in identities {
        if let Some(name) = policy.name(identity) {
            owners.entry(name.name.to_string()).or_default().push(identity.to_string());
        }
    }
    for link in others {
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
    let mut changes = Vec::new();
    for netdev in present {
        let (link, identity) = netdev;
        let (from, to) = (before(netdev), by(to.unwrap_or(policy), identity, link));
        if from == to {
            continue;
        }
        let now_of = present.iter().find(|other| before(other) == to);
        changes.push(Change {
            netdev: link.name.clone(),
            device: identity.device.clone(),
            role: identity.role.as_str(),
            now_of: now_of.map(|(link, _)| link.name.clone()),
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
        return text;
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
