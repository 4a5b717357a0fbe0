// SPDX-License-Identifier: MIT OR Apache-2.0
//! Sets the attributes of port functions and their rates. What the driver refuses to
//! restore is noted: the mode is the wanted one, and the function can be used. The
//! attributes of SFs, which are made for the purpose, have to be so.

use std::time::Duration;

use crate::{
    error::Failure,
    model::{
        FunctionCaps, FunctionSettings, MacAddress, PortFunction, PortHandle, Rate,
        RateKind,
    },
    survey::{self, Reading},
    sys::{NetlinkError, devlink},
    wire::devlink::{FunctionChange, RateChange},
};

use super::{perform::Performer, restore::describe, sfs};

/// How long the ports of VFs that were just made are waited for.
const PORTS: Duration = Duration::from_secs(5);

const ATTRIBUTES: &str = "its function's attributes";
const RATE: &str = "its rate";

impl Performer<'_> {
    /// Port functions and their rates.
    pub(super) fn functions(&self, wanted: &[FunctionSettings]) -> Result<(), Failure> {
        self.set_functions(wanted, false)
    }

    /// See above; `strict` says that attributes that cannot be set are a failure.
    pub(super) fn set_functions(
        &self,
        wanted: &[FunctionSettings],
        strict: bool,
    ) -> Result<(), Failure> {
        if wanted.is_empty() {
            return Ok(());
        }
        let mut reported = Vec::new();
        let rates = self.rates()?;
        for (function, port) in wanted.iter().zip(self.ports(wanted)?) {
            self.go_on()?;
            let Some((port, now)) = port else {
                if strict {
                    let sf = sfs::describe(&function.key);
                    return Err(self.failed(format!("{sf} has no devlink port")));
                }
                let what = describe(&function.key);
                self.note(format!("{what} has no devlink port to be set up again"));
                continue;
            };
            let mut change = function_change(function, &now);
            let back = self.taken_back(&mut change);
            if back.is_some() {
                let back = FunctionChange { hw_addr: back, ..FunctionChange::default() };
                // Some drivers take none back, which is seen afterwards.
                let _ = devlink::set_port_function(self.effects, &port, &back);
                reported.push((function, ATTRIBUTES));
            }
            if change != FunctionChange::default() {
                let set = devlink::set_port_function(self.effects, &port, &change);
                if let (true, Err(error)) = (strict, &set) {
                    let (sf, what) = (sfs::describe(&function.key), attributes(&change));
                    let what = format!("give {sf} (port {port}) its {what}");
                    return Err(self.refused(&what, error));
                }
                reported.extend(self.noted(function, ATTRIBUTES, set.map(drop)));
            }
            let change =
                self.possible(function, rate_change(function, &port, &rates), &rates);
            if change != RateChange::default() {
                let set = devlink::set_rate(self.effects, &port, &change);
                reported.extend(self.noted(function, RATE, set));
            }
        }
        if reported.is_empty() {
            return Ok(());
        }
        self.verify_functions(&reported, strict)
    }

    /// Divides a change from the address that it takes back: the function had none before.
    fn taken_back(&self, change: &mut FunctionChange) -> Option<MacAddress> {
        change.hw_addr.take_if(|address| self.undoing && address.is_zero())
    }

    /// Notes what the kernel has reported success for, and is not so.
    fn verify_functions(
        &self,
        reported: &[(&FunctionSettings, &str)],
        strict: bool,
    ) -> Result<(), Failure> {
        let rates = self.rates()?;
        let wanted: Vec<FunctionSettings> =
            reported.iter().map(|(function, _)| (*function).clone()).collect();
        for ((function, what), port) in reported.iter().zip(self.ports(&wanted)?) {
            let Some((port, now)) = port else { continue };
            let differs = if *what == RATE {
                let change = rate_change(function, &port, &rates);
                RateChange { parent: None, ..change } != RateChange::default()
            } else {
                let mut change = function_change(function, &now);
                if self.taken_back(&mut change).is_some() {
                    let port = describe(&function.key);
                    self.note_taken(format!(
                        "{port}: the driver keeps the address that it got"
                    ));
                }
                let differs = change != FunctionChange::default();
                if strict && differs {
                    let (sf, what) = (sfs::describe(&function.key), attributes(&change));
                    return Err(self.failed(format!(
                        "the kernel reported success, but {sf} (port {port}) does not have its {what}"
                    )));
                }
                differs
            };
            if differs {
                let port = describe(&function.key);
                self.note(format!(
                    "{port}: {what} could not be restored: the kernel reported success"
                ));
            }
        }
        Ok(())
    }

    fn rates(&self) -> Result<Vec<Rate>, Failure> {
        let rates = devlink::rates(self.machine, self.device).or_else(none_where_unknown);
        rates.map_err(|error| self.refused("read its rates", &error))
    }

    /// The port of each function, with what is set of it now.
    pub(super) fn ports(
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

    /// A change of a rate without what cannot be: a parent that is gone.
    fn possible(
        &self,
        wanted: &FunctionSettings,
        mut change: RateChange,
        rates: &[Rate],
    ) -> RateChange {
        let parent = change.parent.take_if(|parent| {
            !rates.iter().any(|rate| rate.kind.node() == Some(parent.as_str()))
        });
        if let Some(parent) = parent {
            let what = describe(&wanted.key);
            self.note(format!("{what}: {parent}, the rate node above it, is gone"));
        }
        change
    }

    /// What was set, where the kernel has reported success; a note where it has not.
    fn noted<'w>(
        &self,
        wanted: &'w FunctionSettings,
        what: &'static str,
        set: Result<(), NetlinkError>,
    ) -> Option<(&'w FunctionSettings, &'static str)> {
        let Err(error) = set else { return Some((wanted, what)) };
        let port = describe(&wanted.key);
        self.note(format!("{port}: {what} could not be restored: {error}"));
        None
    }
}

/// The attributes of a change, for people.
fn attributes(change: &FunctionChange) -> String {
    let FunctionCaps { roce, migratable, ipsec_crypto, ipsec_packet } = change.caps;
    let switch = |name: &str, on: Option<bool>| {
        on.map(|on| format!("{name} {}", if on { "on" } else { "off" }))
    };
    let all = [
        change.hw_addr.as_ref().map(|mac| format!("MAC address {mac}")),
        switch("RoCE", roce),
        switch("migratable", migratable),
        switch("ipsec_crypto", ipsec_crypto),
        switch("ipsec_packet", ipsec_packet),
        change.max_io_eqs.map(|limit| format!("limit of {limit} event queues")),
    ];
    all.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// What of a function's attributes differs from what is wanted.
pub(super) fn function_change(
    wanted: &FunctionSettings,
    now: &PortFunction,
) -> FunctionChange {
    let differs =
        |wanted: Option<bool>, now: Option<bool>| wanted.filter(|_| wanted != now);
    let FunctionCaps { roce, migratable, ipsec_crypto, ipsec_packet } = wanted.caps;
    FunctionChange {
        hw_addr: wanted.hw_addr.clone().filter(|_| wanted.hw_addr != now.hw_addr),
        state: None,
        caps: FunctionCaps {
            roce: differs(roce, now.caps.roce),
            migratable: differs(migratable, now.caps.migratable),
            ipsec_crypto: differs(ipsec_crypto, now.caps.ipsec_crypto),
            ipsec_packet: differs(ipsec_packet, now.caps.ipsec_packet),
        },
        max_io_eqs: wanted.max_io_eqs.filter(|_| wanted.max_io_eqs != now.max_io_eqs),
    }
}

/// What of a rate differs from what is wanted.
fn rate_change(
    wanted: &FunctionSettings,
    port: &PortHandle,
    rates: &[Rate],
) -> RateChange {
    fn differing<T: PartialEq + Default>(wanted: Option<T>, now: Option<T>) -> Option<T> {
        let now = now.unwrap_or_default();
        wanted.filter(|wanted| *wanted != now)
    }
    let leaf = rates.iter().find(|rate| rate.kind == RateKind::Leaf(port.index));
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
    use crate::model::PortKey;

    #[test]
    fn only_what_differs_of_a_rate_is_set() {
        let key =
            PortKey { place: crate::model::Place::vf_rep(0, Some(0), 1), port: None };
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
        let port = PortHandle { device: leaf.device.clone(), index: 2 };
        let change = rate_change(&wanted, &port, &[leaf]);
        let due = RateChange {
            tx_weight: Some(40),
            parent: Some("gold".into()),
            ..RateChange::default()
        };
        assert_eq!(change, due);
        assert_eq!(rate_change(&wanted, &port, &[]).tx_max, Some(125_000_000));
    }
}
