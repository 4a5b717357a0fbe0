// SPDX-License-Identifier: MIT OR Apache-2.0
//! What can block a mode change, beside the device's own state. A feature that the kernel
//! lacks counts as unused; a failure to read is an error.

use std::collections::BTreeMap;

use super::{Change, Machine, NetlinkError, Question, Writable, walk};
use crate::{
    model::{Handle, OwnFunction, Rule, TcOffload},
    wire::{
        ethtool::{self, Feature},
        tc, xfrm,
    },
};

/// The feature by which an interface takes TC rules into hardware.
const TC_OFFLOAD: &str = "hw-tc-offload";

/// The part of traffic control that matters to a mode change.
#[derive(Debug, Default)]
pub struct Traffic {
    /// The rules in hardware.
    pub rules: Vec<Rule>,
    /// Interfaces whose queues are divided into channels.
    pub channels: Vec<u32>,
}

/// Traffic control of these interfaces.
pub fn traffic(
    machine: &dyn Machine,
    interfaces: &BTreeMap<u32, String>,
) -> Result<Traffic, NetlinkError> {
    let body = tc::qdiscs();
    let qdiscs =
        machine.ask(&Question::Route { kind: tc::GETQDISC, dump: true, body })?.messages;
    let mut traffic = Traffic::default();
    for qdisc in qdiscs.iter() {
        traffic.channels.extend(tc::channels(qdisc));
        for (ifindex, hook) in tc::hooks(qdisc) {
            let Some(netdev) = interfaces.get(&ifindex) else { continue };
            for (kind, count) in offloaded(machine, hook)? {
                add(&mut traffic.rules, netdev, kind, count);
            }
        }
    }
    Ok(traffic)
}

fn add(rules: &mut Vec<Rule>, netdev: &str, kind: String, count: usize) {
    let known = rules.iter_mut().find(|rule| rule.netdev == netdev && rule.kind == kind);
    match known {
        Some(rule) => rule.count = (rule.count + count).min(Rule::MOST),
        None => rules.push(Rule { netdev: netdev.to_owned(), kind, count }),
    }
}

/// Numbers of filters, by kind.
type Counts = BTreeMap<String, usize>;

/// The number of filters of a hook in hardware, by kind, up to [`Rule::MOST`].
fn offloaded(machine: &dyn Machine, hook: tc::Hook) -> Result<Counts, NetlinkError> {
    for terse in [true, false] {
        let body = tc::filters(hook, terse);
        let counted =
            walk(machine, tc::GETTFILTER, &body, |counts: &mut Counts, filter| {
                if let Some(kind) = tc::offloaded(filter) {
                    *counts.entry(kind).or_default() += 1;
                }
                counts.values().sum::<usize>() < Rule::MOST
            });
        match counted {
            Ok(counts) if counts.is_empty() => {}
            // The interface or the block has gone meanwhile.
            Err(error) if error.is_absent() => {}
            counted => return counted,
        }
    }
    Ok(Counts::new())
}

/// The IPsec states and policies that are offloaded, by interface.
pub fn ipsec(machine: &dyn Machine) -> Result<Vec<(u32, String)>, NetlinkError> {
    let ask = |kind, read: fn(&[u8]) -> Option<(u32, String)>| {
        let answer = machine.ask(&Question::Xfrm { kind })?;
        let offloaded = answer.messages.iter().filter_map(read);
        Ok::<Vec<_>, NetlinkError>(offloaded.collect())
    };
    Ok([ask(xfrm::GETSA, xfrm::state)?, ask(xfrm::GETPOLICY, xfrm::policy)?].concat())
}

/// Whether TC rules can be offloaded; none where the kernel does not report it.
#[must_use]
pub fn tc_offload(machine: &dyn Machine, ifindex: u32) -> Option<TcOffload> {
    let question = Question::Ethtool { body: ethtool::features(ifindex) };
    let answer = machine.ask(&question).ok()?;
    Some(match ethtool::feature(answer.messages.first()?, TC_OFFLOAD)? {
        Feature::On => TcOffload::On,
        Feature::Off => TcOffload::Off,
        Feature::Fixed => TcOffload::Fixed,
    })
}

/// Whether somebody wants a feature of that netdev, and its driver holds it back.
#[must_use]
pub fn is_held_back(machine: &dyn Machine, ifindex: u32, feature: &str) -> bool {
    let question = Question::Ethtool { body: ethtool::features(ifindex) };
    machine.ask(&question).is_ok_and(|answer| {
        answer.messages.first().is_some_and(|reply| ethtool::is_held_back(reply, feature))
    })
}

/// A question about features in a capture, and its answer, both as there.
#[cfg(test)]
pub(crate) fn features_in_capture(
    ifindex: u32,
    wanted: &[&str],
    active: &[&str],
) -> (String, String) {
    let hex = |bytes: Vec<u8>| -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    };
    let reply = ethtool::reply(wanted, wanted, active);
    (format!("ethtool {}", hex(ethtool::features(ifindex))), hex(reply))
}

/// Lets an interface take TC rules into hardware, or no longer.
pub fn set_tc_offload(
    machine: &(impl Writable + ?Sized),
    ifindex: u32,
    on: bool,
) -> Result<(), NetlinkError> {
    let body = ethtool::set_feature(ifindex, TC_OFFLOAD, on);
    machine.change(&Change::Ethtool { body }).map(drop)
}

/// Whether a device has a netdev in another network namespace: its folder of netdevs
/// exists and is empty.
#[must_use]
pub fn is_elsewhere(machine: &dyn Machine, device: &Handle) -> bool {
    let netdevs =
        device.sysfs_path().map(|folder| machine.list(&format!("{folder}/net")));
    netdevs.is_some_and(|netdevs| netdevs.is_ok_and(|netdevs| netdevs.is_empty()))
}

/// The VFs whose netdev is in another network namespace.
#[must_use]
pub fn elsewhere(machine: &dyn Machine, vfs: &[(u32, OwnFunction)]) -> Vec<u32> {
    let found = vfs.iter().filter(|(_, own)| is_elsewhere(machine, &own.device));
    found.map(|(vf, _)| *vf).collect()
}

/// Whether a device is behind an IOMMU.
#[must_use]
pub fn iommu(machine: &dyn Machine, device: &Handle) -> bool {
    let folder = device.sysfs_path();
    folder
        .is_some_and(|folder| machine.link_name(&format!("{folder}/iommu_group")).is_ok())
}
