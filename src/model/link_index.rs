// SPDX-License-Identifier: MIT OR Apache-2.0
//! Links by what they are looked up by.

use std::collections::BTreeMap;

use super::{Handle, Link};

/// An index of links: each look-up takes the same time, however many there are.
#[derive(Debug, Default)]
pub struct LinkIndex<'a> {
    by_ifindex: BTreeMap<u32, &'a Link>,
    by_parent: BTreeMap<&'a Handle, Vec<&'a Link>>,
    /// The interfaces directly above an interface, masters excepted.
    upper: BTreeMap<u32, Vec<u32>>,
    /// The internal ports of Open vSwitch.
    switch_ports: Vec<u32>,
}

impl<'a> LinkIndex<'a> {
    /// The index of these links.
    #[must_use]
    pub fn new(links: &'a [Link]) -> Self {
        let mut index = Self::default();
        for link in links {
            index.by_ifindex.insert(link.ifindex, link);
            if let Some(parent) = &link.parent {
                index.by_parent.entry(parent).or_default().push(link);
            }
            if let Some(lower) = link.lower {
                index.upper.entry(lower).or_default().push(link.ifindex);
            }
            if is_switch_port(link) {
                index.switch_ports.push(link.ifindex);
            }
        }
        index
    }

    /// The link with that interface index.
    #[must_use]
    pub fn get(&self, ifindex: u32) -> Option<&'a Link> {
        self.by_ifindex.get(&ifindex).copied()
    }

    /// The links with that parent device, in the order of the list.
    #[must_use]
    pub fn of_parent(&self, parent: &Handle) -> &[&'a Link] {
        self.by_parent.get(parent).map(Vec::as_slice).unwrap_or_default()
    }

    /// An interface and all interfaces above it: its bridge, bond or VRF, its VLANs, and
    /// theirs. All internal ports of Open vSwitch count as above each of its ports: the
    /// kernel does not report which belong together.
    #[must_use]
    pub fn above(&self, ifindex: u32) -> Vec<u32> {
        let mut found = vec![ifindex];
        let mut at = 0;
        while let Some(lower) = found.get(at).copied() {
            at += 1;
            let link = self.get(lower);
            let master = link.and_then(|link| link.master);
            let ports =
                self.switch_ports.iter().filter(|_| link.is_some_and(is_switch_port));
            let upper = self.upper.get(&lower).into_iter().flatten().chain(ports);
            for index in master.into_iter().chain(upper.copied()) {
                if !found.contains(&index) {
                    found.push(index);
                }
            }
        }
        found
    }
}

fn is_switch_port(link: &Link) -> bool {
    link.kind.as_deref() == Some("openvswitch")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn above_an_interface_are_its_master_its_vlans_and_theirs() {
        let link = |ifindex, kind: &str, master, lower| Link {
            ifindex,
            kind: (!kind.is_empty()).then(|| kind.to_owned()),
            master,
            lower,
            ..Link::default()
        };
        let links = [
            link(1, "", Some(2), None),
            link(2, "bond", Some(4), None),
            link(3, "vlan", None, Some(2)),
            link(4, "bridge", None, None),
            link(5, "", Some(6), None),
            link(6, "openvswitch", None, None),
            link(7, "openvswitch", None, None),
        ];
        let index = LinkIndex::new(&links);
        assert_eq!(index.above(1), [1, 2, 4, 3]);
        assert_eq!(index.above(5), [5, 6, 7]);
        assert_eq!(index.above(99), [99]);
    }
}
