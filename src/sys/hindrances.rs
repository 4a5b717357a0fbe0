// SPDX-License-Identifier: MIT OR Apache-2.0
//! What can stand in the way of a mode change, beside the device's own state. What
//! a kernel cannot tell is taken for not there.

use std::collections::BTreeMap;

use super::{Machine, NetlinkError, Question};
use crate::{
    model::{Handle, OwnFunction, Rule, VfUse},
    wire::{ethtool, route, tc, xfrm},
};

/// The rules in hardware at these interfaces.
pub fn rules(
    machine: &dyn Machine,
    interfaces: &BTreeMap<u32, String>,
) -> Result<Vec<Rule>, NetlinkError> {
    let dump = |kind, body| {
        machine.ask(&Question::Route { kind, dump: true, body }).map(|all| all.messages)
    };
    let mut rules: Vec<Rule> = Vec::new();
    for qdisc in dump(tc::GETQDISC, tc::qdiscs())? {
        for (ifindex, hook) in tc::hooks(&qdisc) {
            let Some(netdev) = interfaces.get(&ifindex) else { continue };
            // It may have gone meanwhile.
            let filters = dump(tc::GETTFILTER, tc::filters(hook)).unwrap_or_default();
            for kind in filters.iter().filter_map(|filter| tc::offloaded(filter)) {
                let known =
                    rules.iter_mut().find(|of| of.netdev == *netdev && of.kind == kind);
                match known {
                    Some(rule) => rule.count += 1,
                    None => rules.push(Rule { netdev: netdev.clone(), kind, count: 1 }),
                }
            }
        }
    }
    Ok(rules)
}

/// The IPsec states and policies that are offloaded, by interface.
#[must_use]
pub fn ipsec(machine: &dyn Machine) -> Vec<(u32, String)> {
    let ask = |kind, read: fn(&[u8]) -> Option<(u32, String)>| {
        // A kernel without IPsec has no such socket.
        let answer = machine.ask(&Question::Xfrm { kind }).unwrap_or_default();
        answer.messages.iter().filter_map(|one| read(one)).collect::<Vec<_>>()
    };
    [ask(xfrm::GETSA, xfrm::state), ask(xfrm::GETPOLICY, xfrm::policy)].concat()
}

/// The interfaces that default routes lead over.
#[must_use]
pub fn default_routes(machine: &dyn Machine) -> Vec<u32> {
    let mut found: Vec<u32> = Vec::new();
    for address in route::anywhere() {
        let body = route::to(address);
        let question = Question::Route { kind: route::GETROUTE, dump: false, body };
        // Refused where there is no route at all.
        let answer = machine.ask(&question).unwrap_or_default();
        found.extend(
            answer.messages.iter().flat_map(|payload| route::default_interfaces(payload)),
        );
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether `hw-tc-offload` is on; nothing where the kernel does not tell.
#[must_use]
pub fn tc_offload(machine: &dyn Machine, ifindex: u32) -> Option<bool> {
    let question = Question::Ethtool { body: ethtool::features(ifindex) };
    let answer = machine.ask(&question).ok()?;
    let active = ethtool::active(answer.messages.first()?)?;
    Some(active.iter().any(|name| name == "hw-tc-offload"))
}

/// The VFs bound to a VFIO driver whose group or device some process holds.
#[must_use]
pub fn vfio(machine: &dyn Machine, vfs: &[(u32, OwnFunction)]) -> Vec<VfUse> {
    let mut found = Vec::new();
    for (vf, own) in vfs {
        let vfio = own.driver.as_deref().is_some_and(|driver| driver.contains("vfio"));
        let Some(folder) = own.device.sysfs_path().filter(|_| vfio) else { continue };
        let group = machine.link_name(&format!("{folder}/iommu_group")).ok();
        let group = group.map(|group| format!("/dev/vfio/{group}"));
        let devices = machine.list(&format!("{folder}/vfio-dev")).unwrap_or_default();
        let devices = devices.iter().map(|name| format!("/dev/vfio/devices/{name}"));
        for path in group.into_iter().chain(devices) {
            let processes = machine.holders(&path);
            if !processes.is_empty() {
                found.push(VfUse { vf: *vf, path, processes });
            }
        }
    }
    found
}

/// The VFs whose netdev is in another network namespace: there is a folder for
/// netdevs, and none of them can be seen.
#[must_use]
pub fn elsewhere(machine: &dyn Machine, vfs: &[(u32, OwnFunction)]) -> Vec<u32> {
    let empty = |own: &OwnFunction| {
        let folder = own.device.sysfs_path()?;
        machine.list(&format!("{folder}/net")).ok().map(|netdevs| netdevs.is_empty())
    };
    let found = vfs.iter().filter(|(_, own)| empty(own) == Some(true));
    found.map(|(vf, _)| *vf).collect()
}

/// Whether a device is behind an IOMMU.
#[must_use]
pub fn iommu(machine: &dyn Machine, device: &Handle) -> bool {
    let folder = device.sysfs_path();
    folder
        .is_some_and(|folder| machine.link_name(&format!("{folder}/iommu_group")).is_ok())
}
