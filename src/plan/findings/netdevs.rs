// SPDX-License-Identifier: MIT OR Apache-2.0
//! What stands on the uplinks and representors: bonds, bridges, routes, namespaces.

use std::collections::BTreeSet;

use super::{Preflight, refuse, warn};
use crate::{
    model::{Flavour, Link, LinkIndex, PortType},
    plan::Finding,
};

impl Preflight<'_> {
    pub(super) fn bond(&self) -> Option<Finding> {
        let bonds = self.uplinks_in(&["bond"]);
        (self.changes_mode() && !bonds.is_empty()).then(|| {
            refuse(
                "bond-member",
                "its uplink is in a bond, whose offload a change of one port ends",
                bonds,
                "take it out of the bond, switch all ports of the card, then put it back",
            )
        })
    }

    /// ice refuses VFs in switchdev mode then, after the mode was set.
    pub(super) fn uplink_in_bridge(&self) -> Option<Finding> {
        let refused = self.profile.refuses.contains(&"uplink-in-bridge")
            && self.to_switchdev()
            && self.vfs.create;
        let bridges = self.uplinks_in(&["bridge", "openvswitch"]);
        (refused && !bridges.is_empty()).then(|| {
            refuse(
                "uplink-in-bridge",
                format!(
                    "{} makes no VFs in switchdev mode while its uplink is in a bridge",
                    self.driver
                ),
                bridges,
                "take it out of the bridge or Open vSwitch, and put it back afterwards",
            )
        })
    }

    pub(super) fn netns(&self) -> Option<Finding> {
        let snapshot = self.snapshot;
        let elsewhere = snapshot.device.ports.iter().find(|port| {
            port.flavour == Some(Flavour::Physical)
                && port.kind == Some(PortType::Ethernet)
                && port.netdev_ifindex.is_none()
                && !snapshot
                    .links
                    .iter()
                    .any(|l| l.devlink_port.as_ref() == Some(&port.handle))
        })?;
        (self.changes_mode() && snapshot.uplinks.is_empty() && self.to_switchdev()).then(
            || {
                refuse(
                    "netns-diverged",
                    "its uplink is in another network namespace than the device",
                    vec![format!(
                        "port {} has a netdev, and it is not here",
                        elsewhere.handle
                    )],
                    "move the netdev back first",
                )
            },
        )
    }

    /// The way out may be over a VF or a representor as well.
    pub(super) fn default_route(&self) -> Option<Finding> {
        let snapshot = self.snapshot;
        let vfs = snapshot.vf_netdevs.iter().map(|(ifindex, _)| ifindex);
        let uplinks = snapshot.uplinks.iter().filter(|_| self.changes_mode());
        let touched = self.changes_mode() || self.vfs.interrupts();
        let others = snapshot.representors.iter().chain(vfs).filter(|_| touched);
        let links = LinkIndex::new(&snapshot.links);
        let ways: BTreeSet<u32> =
            uplinks.chain(others).flat_map(|index| links.above(*index)).collect();
        let mut ways: Vec<u32> = ways.into_iter().collect();
        ways.retain(|index| snapshot.default_routes.contains(index));
        (!ways.is_empty()).then(|| {
            let name = |index: &u32| format!("default route over {}", snapshot.name_of(*index));
            refuse(
                "default-route",
                "this machine may be reached through this NIC, and its link stops for the \
                 change",
                ways.iter().map(name).collect(),
                "have another way in, then use --force default-route",
            )
        })
    }

    /// Such a representor keeps the device in its mode and from making VFs. Its devlink
    /// port was a part of the VF, whose memory is freed (`ice_start_vfs`): with the driver
    /// unbound, the next list of links crashes the kernel.
    pub(super) fn stranded(&self) -> Option<Finding> {
        let stranded = &self.snapshot.stranded;
        (!stranded.is_empty()).then(|| {
            let device = &self.snapshot.state.device;
            refuse(
                "representor-stranded",
                "representors were left behind by VFs that could not be made; while they \
                 are there, the driver takes no other mode and makes no VFs",
                stranded.iter().map(|name| format!("{name} has no VF")).collect(),
                format!(
                    "reboot the machine; before that, do not unbind {device} from {}: the kernel uses freed memory, and even a list of links can crash it",
                    self.driver
                ),
            )
        })
    }

    /// Representors that go, and what they are in now.
    pub(super) fn representors_in_use(&self) -> Option<Finding> {
        let snapshot = self.snapshot;
        let goes = !self.to_switchdev() || self.vfs.remove;
        let links = LinkIndex::new(&snapshot.links);
        let of_sfs = self.going_sfs().filter(|sf| self.sfs.remove.contains(&sf.key()));
        let of_sfs = of_sfs.filter_map(|sf| Some(sf.representor.as_ref()?.ifindex));
        let of_sfs: BTreeSet<u32> = of_sfs.collect();
        let representors =
            snapshot.representors.iter().filter(|of| goes || of_sfs.contains(of));
        let mut used: Vec<&Link> = representors.filter_map(|of| links.get(*of)).collect();
        used.sort_by_key(|link| link.ifindex);
        let text = |link: &Link| {
            let master = links.get(link.master?).map_or("?", |link| &link.name);
            Some(format!("{} in {master}", link.name))
        };
        let used: Vec<String> = used.into_iter().filter_map(text).collect();
        (!used.is_empty()).then(|| {
            warn(
                "representors-in-use",
                "representors that go are in a bridge, a bond or Open vSwitch",
                used,
                "representors that are created again are put back if the bridge or bond still exists",
            )
        })
    }
}
