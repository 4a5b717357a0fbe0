// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a policy makes of netdevs, and why.

use serde::Serialize;

use super::Policy;
use crate::model::{AltName, Handle, Identity, IfName, Link};

/// The names of some netdevs, and those that a policy gives them.
#[derive(Debug, Clone, Serialize)]
pub struct Names {
    /// The policy.
    pub policy: String,
    /// The netdevs.
    pub netdevs: Vec<NameRow>,
}

/// One netdev, and what a policy gives it.
#[derive(Debug, Clone, Serialize)]
pub struct NameRow {
    /// Its name.
    pub name: String,
    /// Its alternative names.
    pub altnames: Vec<String>,
    /// Its index.
    pub ifindex: u32,
    /// Its device.
    pub device: Handle,
    /// Its role.
    pub role: &'static str,
    /// The name that the policy gives it; none where it keeps its own.
    pub policy_name: Option<IfName>,
    /// The alternative names that the policy gives it.
    pub policy_altnames: Vec<AltName>,
    /// The template that makes its name.
    pub template: Option<String>,
}

/// The identities of netdevs, and the rules of a policy that make their names.
#[derive(Debug, Clone, Serialize)]
pub struct Explanations {
    /// The policy.
    pub policy: String,
    /// The netdevs.
    pub netdevs: Vec<Explanation>,
}

/// The identity of one netdev, and the rule of a policy that makes its name.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    /// Its name.
    pub name: String,
    /// Its role.
    pub role: &'static str,
    /// Its device.
    pub device: Handle,
    /// The device's driver.
    pub driver: Option<String>,
    /// Its controller.
    pub controller: Option<u32>,
    /// Its PF number, of a PF other than the device.
    pub pf: Option<u32>,
    /// Its VF number.
    pub vf: Option<u32>,
    /// Its SF number.
    pub sf: Option<u32>,
    /// The identity, as names from hashes are made of it.
    pub identity: String,
    /// The name that the policy gives it; none where it keeps its own.
    pub policy_name: Option<IfName>,
    /// The alternative names that the policy gives it.
    pub policy_altnames: Vec<AltName>,
    /// Whether `.link` files have no say.
    pub force: bool,
    /// The templates in the order in which they were tried.
    pub attempts: Vec<Tried>,
}

/// One template that was tried.
#[derive(Debug, Clone, Serialize)]
pub struct Tried {
    /// Where it stands.
    pub origin: String,
    /// The template.
    pub template: String,
    /// The name that it makes.
    pub name: Option<IfName>,
    /// Why it makes none.
    pub reason: Option<String>,
}

impl Names {
    /// What a policy gives to these netdevs.
    #[must_use]
    pub fn new(policy: &Policy, netdevs: Vec<(&Link, Identity)>) -> Self {
        let netdevs = netdevs.into_iter().map(|(link, identity)| {
            let name = policy.name(&identity);
            let (policy_name, template) =
                name.map(|name| (name.name, name.template)).unzip();
            NameRow {
                name: link.name.clone(),
                altnames: link.altnames.clone(),
                ifindex: link.ifindex,
                role: identity.place.role.as_str(),
                policy_altnames: policy.altnames(&identity),
                device: identity.device,
                policy_name,
                template,
            }
        });
        Self { policy: policy.id(), netdevs: netdevs.collect() }
    }
}

impl Explanations {
    /// How a policy names these netdevs.
    #[must_use]
    pub fn new(policy: &Policy, netdevs: Vec<(&Link, Identity)>) -> Self {
        let netdevs = netdevs.into_iter().map(|(link, identity)| {
            let [controller, pf, vf, sf] = identity.place.numbers();
            let attempts = policy.explain(&identity).into_iter().map(|attempt| Tried {
                origin: attempt.origin,
                template: attempt.template,
                reason: attempt.outcome.as_ref().err().map(ToString::to_string),
                name: attempt.outcome.ok(),
            });
            Explanation {
                name: link.name.clone(),
                role: identity.place.role.as_str(),
                controller,
                pf,
                vf,
                sf,
                identity: identity.to_string(),
                policy_name: policy.name(&identity).map(|name| name.name),
                policy_altnames: policy.altnames(&identity),
                force: policy.force(&identity),
                attempts: attempts.collect(),
                device: identity.device,
                driver: identity.driver,
            }
        });
        Self { policy: policy.id(), netdevs: netdevs.collect() }
    }
}
