// SPDX-License-Identifier: MIT OR Apache-2.0
//! What is around a device that preflight looks at: the interfaces that stand on it, its
//! card's other PFs, its SFs.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    driver::profile,
    model::{
        Device, DeviceFacts, EswitchMode, Handle, Link, LinkIndex, ParamValue, Port,
        Role, Warning,
    },
    sys::{Machine, NetlinkError, blockers, devlink, pci},
};

/// What could not be read, and why.
pub(super) struct Unread(pub(super) Vec<String>);

impl Unread {
    /// What is missing in the facts of a device already.
    pub(super) fn of(device: &Handle, warnings: &[Warning]) -> Self {
        let own = warnings.iter().filter(|of| of.device.as_ref() == Some(device));
        Self(own.map(|warning| warning.message.clone()).collect())
    }

    /// What was read; nothing where there is none, or where that is not known.
    pub(super) fn rest<T: Default>(
        &mut self,
        what: &str,
        result: Result<T, NetlinkError>,
    ) -> T {
        result.unwrap_or_else(|error| {
            if !error.is_absent() {
                self.0.push(format!("{what}: {error}"));
            }
            T::default()
        })
    }
}

/// The interfaces at which rules can be that are in this NIC's hardware: its own, what
/// stands on its uplinks, and tunnels and Open vSwitch's ports, whose rules the driver
/// puts there as well.
pub(super) fn rule_interfaces(
    links: &[Link],
    uplinks: &[u32],
    representors: &[u32],
) -> BTreeMap<u32, String> {
    const INDIRECT: [&str; 7] =
        ["vxlan", "geneve", "gre", "gretap", "ip6gre", "ip6gretap", "openvswitch"];
    let index = LinkIndex::new(links);
    let mut direct: BTreeSet<u32> = representors.iter().copied().collect();
    direct.extend(uplinks.iter().flat_map(|up| index.above(*up)));
    let of = links.iter().filter(|link| {
        let indirect = link.kind.as_deref().is_some_and(|kind| INDIRECT.contains(&kind));
        direct.contains(&link.ifindex) || indirect
    });
    of.map(|link| (link.ifindex, link.name.clone())).collect()
}

/// The interfaces by which packets can leave the machine through this NIC: what stands
/// on its uplinks, and on those representors and VFs that have an address.
pub(super) fn ways_out(
    links: &[Link],
    uplinks: &[u32],
    representors: &[u32],
    vfs: &[(u32, u32)],
    addresses: &[(u32, String)],
) -> Vec<u32> {
    let links = LinkIndex::new(links);
    let addressed: BTreeSet<u32> = addresses.iter().map(|(of, _)| *of).collect();
    let mut ways: BTreeSet<u32> =
        uplinks.iter().flat_map(|up| links.above(*up)).collect();
    let others = representors.iter().copied().chain(vfs.iter().map(|(index, _)| *index));
    let others = others.flat_map(|index| links.above(index));
    ways.extend(others.filter(|index| addressed.contains(index)));
    ways.into_iter().collect()
}

pub(super) fn value_of(
    machine: &dyn Machine,
    device: &Handle,
    name: &str,
) -> Option<ParamValue> {
    let param = devlink::param(machine, device, name).ok()?;
    param.values.into_iter().next().map(|(_, value)| value)
}

/// Representors of VFs that do not exist: with ice a failed start of VFs leaves some.
pub(super) fn stranded(found: &Device) -> Vec<String> {
    let profile = profile(found.driver.as_deref());
    let vfs = found.sriov.map_or(0, |sriov| sriov.configured);
    let ports = found.ports.iter().filter(|port| {
        let beyond = port.place.vf.is_some_and(|vf| vf >= vfs);
        profile.can_strand_representors && port.place.role == Role::VfRep && beyond
    });
    let name = |port: &Port| match &port.netdev {
        Some(netdev) => netdev.name.clone(),
        None => port.phys_port_name.clone().unwrap_or_default(),
    };
    ports.map(name).collect()
}

/// Active SFs without a netdev whose driver would make one if a parameter said so.
pub(super) fn sfs_without_netdev(
    machine: &dyn Machine,
    device: &DeviceFacts,
    links: &[Link],
) -> Vec<Handle> {
    let sfs = device.sfs.iter().map(|(_, own)| &own.device);
    let links = LinkIndex::new(links);
    let without = sfs.filter(|sf| {
        links.of_parent(sf).is_empty()
            && !blockers::is_elsewhere(machine, sf)
            && value_of(machine, sf, "enable_eth") == Some(ParamValue::Flag(false))
    });
    without.cloned().collect()
}

/// The mode of the other PFs of a card, where they have one.
pub(super) fn siblings(
    machine: &dyn Machine,
    device: &Handle,
) -> Vec<(Handle, EswitchMode)> {
    let Some(own) = device.pci_address() else { return Vec::new() };
    let driver = pci::driver_of(machine, device).unwrap_or_default();
    let others = pci::bound_to(machine, &driver).into_iter().filter(|other| {
        let card = (other.domain, other.bus, other.slot);
        *other != own
            && card == (own.domain, own.bus, own.slot)
            && pci::vf_number(machine, *other).is_none()
    });
    let mode =
        |other| Some((Handle::pci(other), read_mode(machine, &Handle::pci(other))?));
    others.filter_map(mode).collect()
}

fn read_mode(machine: &dyn Machine, device: &Handle) -> Option<EswitchMode> {
    devlink::eswitch(machine, device).ok()?.map(|eswitch| eswitch.mode)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{
        model::errno::{EIO, EOPNOTSUPP},
        survey,
        sys::capture::{Capture, Replay},
    };

    fn link(ifindex: u32, kind: &str, master: Option<u32>) -> Link {
        let kind = (!kind.is_empty()).then(|| kind.to_owned());
        Link { ifindex, kind, master, name: format!("n{ifindex}"), ..Link::default() }
    }

    #[test]
    fn rules_are_looked_for_where_drivers_take_them_from() {
        let links = [
            link(5, "", Some(9)),
            link(6, "", None),
            link(7, "", None),
            link(9, "bond", None),
            link(10, "vxlan", None),
            link(11, "dummy", None),
        ];
        let found: Vec<u32> = rule_interfaces(&links, &[5], &[6]).into_keys().collect();
        assert_eq!(found, [5, 6, 9, 10]);
    }

    #[test]
    fn ways_out_are_the_uplinks_and_what_has_an_address() {
        let links = [
            link(5, "", Some(9)),
            link(6, "", None),
            link(7, "", None),
            link(9, "vrf", None),
        ];
        let addresses = [(7, "192.0.2.1/24".to_owned())];
        assert_eq!(ways_out(&links, &[5], &[6], &[(7, 0)], &addresses), [5, 7, 9]);
    }

    /// A capture of a device whose answers to these requests are an error.
    fn failing(command: &str, errno: i32) -> Replay {
        let text = fs::read_to_string("tests/fixtures/capture/ice-nodes.json").unwrap();
        let mut capture: serde_json::Value = serde_json::from_str(&text).unwrap();
        let answers = capture["answers"].as_object_mut().unwrap();
        let mut failed = 0;
        for (question, answer) in answers {
            if question.starts_with(command) {
                *answer =
                    serde_json::json!({ "refused": { "errno": errno, "message": null } });
                failed += 1;
            }
        }
        assert!(failed > 0);
        Replay::new(Capture::parse(&capture.to_string()).unwrap())
    }

    #[test]
    fn a_read_that_failed_is_not_nothing_there() {
        let device: Handle = "pci/01:00.0".parse().unwrap();
        let unread = |command, errno| {
            survey::snapshot(&failing(command, errno), &device).unwrap().unread
        };
        // Rates and ports.
        for command in ["devlink dump 4a", "devlink dump 05"] {
            assert_eq!(unread(command, EIO).len(), 1, "{command}");
            assert_eq!(unread(command, EOPNOTSUPP), [""; 0], "{command}");
        }
    }
}
