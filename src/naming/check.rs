// SPDX-License-Identifier: MIT OR Apache-2.0
//! Name conflicts, and what a policy would change.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Policy;
use crate::{
    driver::profile,
    model::{EswitchState, Facts, Handle, Identity, Link, Place, Scheme},
};

/// The effect of a policy, and of its replacement, on a machine.
#[derive(Debug, Clone, Serialize)]
pub struct Check {
    /// The policy.
    pub policy: String,
    /// The policy that would replace it.
    pub to: Option<String>,
    /// How many identities were looked at: all netdevs, and all VFs that the devices
    /// can have.
    pub identities: usize,
    /// Names that are not unique.
    pub collisions: Vec<Collision>,
    /// Netdevs that would be renamed.
    pub changes: Vec<Difference>,
}

/// A name that more than one would have.
#[derive(Debug, Clone, Serialize)]
pub struct Collision {
    /// The policy that gives it.
    pub policy: String,
    /// The name.
    pub name: String,
    /// Who would have it.
    pub of: Vec<String>,
}

/// A netdev that would be called otherwise.
#[derive(Debug, Clone, Serialize)]
pub struct Difference {
    /// Its name.
    pub netdev: String,
    /// Its device.
    pub device: Handle,
    /// Its role.
    pub role: &'static str,
    /// The present name, or the name by the first policy.
    pub from: String,
    /// The name that it would have.
    pub to: String,
    /// The netdev that has this name now, or by the first policy.
    pub now_of: Option<String>,
}

impl Check {
    /// Checks the netdevs of a machine that policies name, and the VFs that it can have.
    #[must_use]
    pub fn new(
        policy: &Policy,
        to: Option<&Policy>,
        facts: &Facts,
        present: &[(&Link, Identity)],
    ) -> Self {
        let identities = identities(facts, present);
        let policies = std::iter::once(policy).chain(to);
        let collisions =
            policies.flat_map(|policy| collisions(policy, &identities, &facts.links));
        Self {
            policy: policy.id(),
            to: to.map(Policy::id),
            identities: identities.len(),
            collisions: collisions.collect(),
            changes: differences(policy, to, present),
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
                .then_some(Place::vf_rep(0, None, vf + first));
            // In older schemes systemd names VFs by their own addresses.
            let own = (base.scheme >= Scheme::VFS_BY_NUMBER).then_some(Place::vf(vf));
            for place in representor.into_iter().chain(own) {
                let (handle, driver) = (device.handle.clone(), device.driver.clone());
                let base = base.clone();
                found.push(Identity {
                    device: handle,
                    driver,
                    base,
                    systemd: None,
                    place,
                });
            }
        }
    }
    found
}

/// Conflicts: one name for two identities, for two netdevs of one identity, or for an
/// identity and an interface that keeps the name or has it as an altname.
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
            // Only names that the policy gives can conflict.
            if let Some(owners) = owners.get_mut(name) {
                owners.push(format!("the interface {}", link.name));
            }
        }
    }
    let several = owners.into_iter().filter(|(_, of)| of.len() > 1);
    several.map(|(name, of)| Collision { policy: policy.id(), name, of }).collect()
}

fn differences(
    policy: &Policy,
    to: Option<&Policy>,
    present: &[(&Link, Identity)],
) -> Vec<Difference> {
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
        changes.push(Difference {
            netdev: link.name.clone(),
            device: identity.device.clone(),
            role: identity.place.role.as_str(),
            now_of: now_of.map(|link| link.name.clone()),
            from,
            to,
        });
    }
    changes
}
