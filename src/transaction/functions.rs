// SPDX-License-Identifier: MIT OR Apache-2.0
//! Restores the attributes of port functions and their rates. What the driver refuses
//! is noted: the mode is the wanted one, and the function can be used.

use std::time::Duration;

use crate::{
    error::Failure,
    model::{FunctionCaps, FunctionSettings, PortFunction, PortHandle, Rate, RateKind},
    survey::{self, Reading},
    sys::{NetlinkError, devlink},
    wire::devlink::{FunctionChange, RateChange},
};

use super::{perform::Performer, restore::describe};

/// How long the ports of VFs that were just made are waited for.
const PORTS: Duration = Duration::from_secs(5);

impl Performer<'_> {
    /// Port functions and their rates.
    pub(super) fn functions(&self, wanted: &[FunctionSettings]) -> Result<(), Failure> {
        if wanted.is_empty() {
            return Ok(());
        }
        let ports = self.ports(wanted)?;
        let rates = devlink::rates(self.machine, self.device).or_else(none_where_unknown);
        let rates = rates.map_err(|error| self.refused("read its rates", &error))?;
        for (function, port) in wanted.iter().zip(ports) {
            match port {
                Some((port, now)) => {
                    self.function(&port, function, &now);
                    self.rate(&port, function, &rates);
                }
                None => self.note(format!(
                    "{} has no devlink port to be set up again",
                    describe(&function.key)
                )),
            }
        }
        Ok(())
    }

    /// The port of each function, with what is set of it now.
    fn ports(
        &self,
        wanted: &[FunctionSettings],
    ) -> Result<Vec<Option<(PortHandle, PortFunction)>>, Failure> {
        let events = self.effects.events();
        let events = events.map_err(|error| survey::machine_unread(&error))?;
        let deadline = self.effects.now() + PORTS;
        loop {
            let reading = Reading::of(self.machine, self.device)?;
            let port = |function: &FunctionSettings| {
                let mut ports = reading.device.ports.iter();
                let index =
                    ports.find(|port| survey::key(port) == function.key)?.port_index?;
                let handle = PortHandle { device: self.device.clone(), index };
                let port = reading.own.ports.iter().find(|port| port.handle == handle)?;
                Some((handle, port.function.clone().unwrap_or_default()))
            };
            let ports: Vec<_> = wanted.iter().map(port).collect();
            let all = ports.iter().all(Option::is_some);
            if all || !events.wait(deadline, Duration::ZERO).unwrap_or(false) {
                return Ok(ports);
            }
        }
    }

    fn function(&self, port: &PortHandle, wanted: &FunctionSettings, now: &PortFunction) {
        let differs =
            |wanted: Option<bool>, now: Option<bool>| wanted.filter(|_| wanted != now);
        let FunctionCaps { roce, migratable, ipsec_crypto, ipsec_packet } = wanted.caps;
        let change = FunctionChange {
            hw_addr: wanted.hw_addr.clone().filter(|_| wanted.hw_addr != now.hw_addr),
            state: None,
            caps: FunctionCaps {
                roce: differs(roce, now.caps.roce),
                migratable: differs(migratable, now.caps.migratable),
                ipsec_crypto: differs(ipsec_crypto, now.caps.ipsec_crypto),
                ipsec_packet: differs(ipsec_packet, now.caps.ipsec_packet),
            },
            max_io_eqs: wanted.max_io_eqs.filter(|_| wanted.max_io_eqs != now.max_io_eqs),
        };
        if change != FunctionChange::default() {
            let set = devlink::set_port_function(self.effects, port, &change);
            self.noted(wanted, "its function's attributes", set.map(drop));
        }
    }

    fn rate(&self, port: &PortHandle, wanted: &FunctionSettings, rates: &[Rate]) {
        let leaf = rates.iter().find(|rate| rate.kind == RateKind::Leaf(port.index));
        let mut change = rate_change(wanted, leaf);
        let parent = change.parent.take_if(|parent| {
            !rates.iter().any(|rate| rate.kind.node() == Some(parent.as_str()))
        });
        if let Some(parent) = parent {
            let what = describe(&wanted.key);
            self.note(format!("{what}: {parent}, the rate node above it, is gone"));
        }
        if change != RateChange::default() {
            let set = devlink::set_rate(self.effects, port, &change);
            self.noted(wanted, "its rate", set);
        }
    }

    fn noted(
        &self,
        wanted: &FunctionSettings,
        what: &str,
        set: Result<(), NetlinkError>,
    ) {
        if let Err(error) = set {
            let port = describe(&wanted.key);
            self.note(format!("{port}: {what} could not be restored: {error}"));
        }
    }
}

/// What of a rate differs from what is wanted.
fn rate_change(wanted: &FunctionSettings, leaf: Option<&Rate>) -> RateChange {
    fn differing<T: PartialEq + Default>(wanted: Option<T>, now: Option<T>) -> Option<T> {
        let now = now.unwrap_or_default();
        wanted.filter(|wanted| *wanted != now)
    }
    RateChange {
        tx_share: differing(wanted.tx_share, leaf.and_then(|leaf| leaf.tx_share)),
        tx_max: differing(wanted.tx_max, leaf.and_then(|leaf| leaf.tx_max)),
        tx_priority: differing(
            wanted.tx_priority,
            leaf.and_then(|leaf| leaf.tx_priority),
        ),
        tx_weight: differing(wanted.tx_weight, leaf.and_then(|leaf| leaf.tx_weight)),
        parent: differing(
            wanted.rate_parent.clone(),
            leaf.and_then(|leaf| leaf.parent.clone()),
        ),
    }
}

/// Drivers without rates refuse the question.
fn none_where_unknown(error: NetlinkError) -> Result<Vec<Rate>, NetlinkError> {
    if error.is_unsupported() { Ok(Vec::new()) } else { Err(error) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{PortKey, Role};

    #[test]
    fn only_what_differs_of_a_rate_is_set() {
        let key = PortKey {
            role: Role::VfRep,
            controller: 0,
            pf: Some(0),
            vf: Some(1),
            sf: None,
            port: None,
        };
        let wanted = FunctionSettings {
            key,
            hw_addr: None,
            caps: FunctionCaps::default(),
            max_io_eqs: None,
            tx_share: None,
            tx_max: Some(125_000_000),
            tx_priority: Some(3),
            tx_weight: Some(40),
            rate_parent: Some("gold".into()),
        };
        let leaf = Rate {
            device: "pci/03:00.0".parse().unwrap(),
            kind: RateKind::Leaf(2),
            tx_share: None,
            tx_max: Some(125_000_000),
            tx_priority: Some(3),
            tx_weight: None,
            parent: None,
        };
        let change = rate_change(&wanted, Some(&leaf));
        let due = RateChange {
            tx_weight: Some(40),
            parent: Some("gold".into()),
            ..RateChange::default()
        };
        assert_eq!(change, due);
        assert_eq!(rate_change(&wanted, None).tx_max, Some(125_000_000));
    }
}
