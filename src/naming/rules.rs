// SPDX-License-Identifier: MIT OR Apache-2.0
//! One exact udev rule for each netdev that a policy names, for hosts that can run neither
//! a shell nor swdevctl-udev. Such rules hold for these devices and numbers alone.

use std::collections::HashMap;

use serde::Serialize;

use super::Policy;
use crate::model::{Handle, Identity, IfName, Link, Role};

/// What a rule finds a netdev by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Match {
    /// A port of an eswitch, by what its netdev reports.
    Port {
        /// Its switch id.
        switch_id: String,
        /// Its port name.
        port_name: String,
    },
    /// The own netdev of a VF, by the VF's PCI address.
    Vf {
        /// The address.
        address: String,
    },
    /// The own netdev of an SF, by the PF's address and the SF's number.
    Sf {
        /// The address.
        address: String,
        /// The number.
        number: u32,
    },
}

/// A netdev and its rule.
#[derive(Debug, Clone, Serialize)]
pub struct Rule {
    /// The present name.
    pub netdev: String,
    /// The device.
    pub device: Handle,
    /// What the netdev is found by.
    pub matches: Match,
    /// The name that the policy gives.
    pub name: IfName,
}

/// A netdev that has no rule.
#[derive(Debug, Clone, Serialize)]
pub struct Omitted {
    /// The netdev.
    pub netdev: String,
    /// Why.
    pub reason: &'static str,
}

/// The rules of a machine.
#[derive(Debug, Clone, Serialize)]
pub struct Rules {
    /// The policy.
    pub policy: String,
    /// The rules.
    pub rules: Vec<Rule>,
    /// Netdevs that the policy names and no rule can find.
    pub omitted: Vec<Omitted>,
}

impl Rules {
    /// The rules for these netdevs; those that keep systemd's or the kernel's name need
    /// none.
    #[must_use]
    pub fn new(policy: &Policy, netdevs: &[(&Link, Identity)]) -> Self {
        let mut all =
            Self { policy: policy.id(), rules: Vec::new(), omitted: Vec::new() };
        for (link, identity) in netdevs {
            let Some(name) = policy.name(identity) else { continue };
            let (netdev, device) = (link.name.clone(), identity.device.clone());
            match matches(link, identity) {
                Ok(matches) => {
                    all.rules.push(Rule { netdev, device, matches, name: name.name });
                }
                Err(reason) => all.omitted.push(Omitted { netdev, reason }),
            }
        }
        all.omit_ambiguous();
        all
    }

    /// Two netdevs with one port name on one switch would get one name.
    fn omit_ambiguous(&mut self) {
        let mut times: HashMap<Match, u32> = HashMap::new();
        for rule in &self.rules {
            *times.entry(rule.matches.clone()).or_default() += 1;
        }
        let rules = std::mem::take(&mut self.rules);
        for rule in rules {
            if times[&rule.matches] == 1 {
                self.rules.push(rule);
            } else {
                let reason = "another netdev has this port name on this switch too";
                self.omitted.push(Omitted { netdev: rule.netdev, reason });
            }
        }
    }
}

fn matches(link: &Link, identity: &Identity) -> Result<Match, &'static str> {
    let plain = |text: &str| {
        let fits = |b: u8| b.is_ascii_alphanumeric() || b"@._:-".contains(&b);
        !text.is_empty() && text.bytes().all(fits)
    };
    let place = identity.place;
    match (place.role, place.sf) {
        (Role::Vf, _) => {
            let parent = link.parent.as_ref().and_then(Handle::pci_address);
            let address = parent.ok_or("it has no PCI function")?.to_string();
            Ok(Match::Vf { address })
        }
        (Role::Sf, Some(number)) => {
            let address = identity.device.name.clone();
            let address = Some(address).filter(|address| plain(address));
            Ok(Match::Sf {
                address: address.ok_or("its device has no plain name")?,
                number,
            })
        }
        _ => {
            let switch_id = link.switch_id.as_ref().ok_or("it reports no switch id")?;
            let port_name = link.phys_port_name.as_deref().filter(|name| plain(name));
            let port_name = port_name.ok_or("its port name is not plain")?.to_owned();
            Ok(Match::Port { switch_id: switch_id.to_string(), port_name })
        }
    }
}
