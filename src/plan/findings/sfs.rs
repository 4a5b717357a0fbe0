// SPDX-License-Identifier: MIT OR Apache-2.0
//! What SFs have to do with a change: whether there can be any, who uses those that go,
//! and which go with the mode.

use super::{Preflight, refuse, warn};
use crate::{
    model::{Held, Holder, HolderKind, LinkIndex, PortKey, Sf},
    plan::Finding,
};

impl Preflight<'_> {
    pub(super) fn sfs_unsupported(&self) -> Option<Finding> {
        let since = self.profile.sfs_since;
        // Of a driver without a profile nothing is known.
        let known = !self.profile.driver.is_empty();
        let (major, minor) = self.snapshot.kernel;
        let has = since.is_some_and(|since| self.snapshot.kernel >= since);
        (known && !has && !self.sfs.add.is_empty()).then(|| {
            let message = match since {
                Some((major, minor)) => {
                    format!("{} has SFs from Linux {major}.{minor} on", self.driver)
                }
                None => format!("{} has no SFs", self.driver),
            };
            let here = format!("{} on Linux {major}.{minor}", self.driver);
            refuse("sf-unsupported", message, vec![here], "use VFs instead")
        })
    }

    pub(super) fn sfs_need_switchdev(&self) -> Option<Finding> {
        let mode = self.request.mode;
        (!mode.has_representors() && !self.sfs.add.is_empty()).then(|| {
            let device = &self.snapshot.state.device;
            refuse(
                "sf-needs-switchdev",
                "SFs can be created in mode switchdev only",
                vec![format!("{device} is in mode {mode}")],
                format!("set the mode first: \"swdevctl mode set switchdev {device}\""),
            )
        })
    }

    /// The SFs that go, for a moment or for ever.
    pub(super) fn going_sfs(&self) -> impl Iterator<Item = &Sf> {
        let goes = |key: &PortKey| {
            let restarted =
                key.place.sf.is_some_and(|sf| self.sfs.restarted.contains(&sf));
            self.sfs.remove.contains(key) || restarted && key.place.controller == 0
        };
        self.snapshot.sfs.iter().filter(move |sf| goes(&sf.key()))
    }

    /// The SFs of this host that go while something uses them.
    pub(super) fn sfs_in_use(&self) -> Option<Finding> {
        let links = LinkIndex::new(&self.snapshot.links);
        let mut evidence = Vec::new();
        let mut waits = false;
        for sf in self.going_sfs().filter(|sf| sf.controller == 0) {
            let number = sf.number;
            if self.snapshot.sfs_elsewhere.contains(&number) {
                evidence.push(format!(
                    "SF {number}: its netdev is in another network namespace"
                ));
            }
            let held = |holder: &&Holder| holder.of == Held::Sf(number);
            for holder in self.snapshot.holders.iter().filter(held) {
                // The kernel waits for such a process, for ever.
                waits |= matches!(holder.kind, HolderKind::Vfio | HolderKind::Vdpa);
                let processes = holder.processes.join(", ");
                evidence
                    .push(format!("SF {number}: {} held by {processes}", holder.path));
            }
            let name = sf.function.as_ref().and_then(|of| of.netdev.as_deref());
            let link = self.snapshot.links.iter().find(|of| Some(&*of.name) == name);
            let Some(link) = link else { continue };
            let addresses = &self.snapshot.addresses;
            let addresses = addresses.iter().filter(|of| of.0 == link.ifindex);
            evidence.extend(addresses.map(|(_, address)| {
                format!("SF {number}: {} has address {address}", link.name)
            }));
            if let [_, above, ..] = links.above(link.ifindex).as_slice() {
                let above = self.snapshot.name_of(*above);
                evidence.push(format!("SF {number}: {} is below {above}", link.name));
            }
        }
        if evidence.is_empty() {
            return None;
        }
        let mut finding = refuse(
            "sf-in-use",
            "SFs that have to go are in use, and what uses them would be lost",
            evidence,
            "stop the processes, remove IP addresses and bridge ports, and move netdevs \
             back from other namespaces, first",
        );
        finding.can_be_forced = !waits;
        Some(finding)
    }

    /// SFs that go with the mode. They are created again with it, so that only their users
    /// notice; those of another host cannot be seen from here.
    pub(super) fn sfs_lost(&self) -> Option<Finding> {
        let lost = self.profile.loses_sfs?;
        let goes = self.changes_mode() && !self.to_switchdev();
        let (own, others): (Vec<&Sf>, Vec<&Sf>) =
            self.going_sfs().filter(|_| goes).partition(|sf| sf.controller == 0);
        let ports = |sfs: &[&Sf]| sfs.iter().map(|sf| sf.port.to_string()).collect();
        if !others.is_empty() {
            return Some(refuse(
                "sf-lost",
                format!("{lost}, those of other hosts too"),
                ports(&others),
                "stop what uses them on their hosts; with --force sf-lost they are removed, \
                 and created again with the way back to mode switchdev",
            ));
        }
        (!own.is_empty()).then(|| {
            warn(
                "sf-lost",
                format!(
                    "{lost}: they are removed before, and created again with mode switchdev"
                ),
                ports(&own),
                "their netdevs disappear until then: tell their users",
            )
        })
    }
}
