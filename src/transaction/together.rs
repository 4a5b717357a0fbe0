// SPDX-License-Identifier: MIT OR Apache-2.0
//! Which devices belong together: those of one card are locked and switched together;
//! those of one group or one bond are changed all or none.

use std::collections::{BTreeMap, BTreeSet};

use super::batch::Declared;
use crate::{
    desired::Wanted,
    model::{Handle, Link, LinkIndex, Place, Role},
    sys::{Machine, links, lock},
};

/// Sets of devices that share a card or are changed all or none.
#[must_use]
pub fn cards(machine: &dyn Machine, declared: &Declared) -> Vec<BTreeSet<Handle>> {
    let groups = declared.groups.iter().enumerate();
    joined(declared.wanted.keys().map(|handle| {
        let groups = groups.clone().filter(|(_, group)| group.contains(handle));
        let groups = groups.map(|(number, _)| format!("group {number}"));
        let cards = lock::names(machine, handle).into_iter();
        let cards = cards.map(|card| format!("card {card}"));
        (handle.clone(), groups.chain(cards).collect())
    }))
}

/// Sets of devices that are changed all or none: they share a group or a bond.
#[must_use]
pub fn groups(
    machine: &dyn Machine,
    wanted: &BTreeMap<Handle, Wanted>,
) -> Vec<BTreeSet<Handle>> {
    let bonds = bonds(machine);
    let keys = |(handle, wanted)| (Handle::clone(handle), keys(handle, wanted, &bonds));
    joined(wanted.iter().map(keys))
}

/// What a device shares with others of its group or bond.
fn keys(handle: &Handle, wanted: &Wanted, bonds: &[(Handle, u32)]) -> BTreeSet<String> {
    let group = wanted.group().map(|group| format!("group {group}"));
    let bonds = bonds.iter().filter(|(of, _)| of == handle);
    group.into_iter().chain(bonds.map(|(_, bond)| format!("bond {bond}"))).collect()
}

/// The devices whose uplink is in a bond.
#[must_use]
pub fn bonded(machine: &dyn Machine) -> BTreeSet<Handle> {
    bonds(machine).into_iter().map(|(device, _)| device).collect()
}

/// The devices whose uplink is in a bond, and the bond's index. Links that cannot be read
/// are in no bond: preflight says so where it matters.
fn bonds(machine: &dyn Machine) -> Vec<(Handle, u32)> {
    let all = links::all(machine).unwrap_or_default();
    let index = LinkIndex::new(&all);
    let is_bond = |master| {
        index.get(master).is_some_and(|master| master.kind.as_deref() == Some("bond"))
    };
    let uplinks = all.iter().filter(|link| is_uplink(link));
    let bonds = uplinks.filter_map(|link| {
        let bond = link.master.filter(|master| is_bond(*master))?;
        Some((link.parent.clone()?, bond))
    });
    bonds.collect()
}

/// Whether a netdev can be its device's own: its port name is an uplink's or a PF's, or
/// it has none.
fn is_uplink(link: &Link) -> bool {
    let place = link.phys_port_name.as_deref().map(Place::parse);
    matches!(place, None | Some(Some(Place { role: Role::Uplink | Role::Pf, .. })))
}

/// The sets of devices that are connected by keys that they share.
fn joined(
    devices: impl Iterator<Item = (Handle, BTreeSet<String>)>,
) -> Vec<BTreeSet<Handle>> {
    let mut sets: Vec<(BTreeSet<Handle>, BTreeSet<String>)> = Vec::new();
    for (handle, keys) in devices {
        let mut set = (BTreeSet::from([handle]), keys);
        let (same, mut others): (Vec<_>, Vec<_>) =
            sets.into_iter().partition(|(_, keys)| !keys.is_disjoint(&set.1));
        for (handles, keys) in same {
            set.0.extend(handles);
            set.1.extend(keys);
        }
        others.push(set);
        sets = others;
    }
    sets.into_iter().map(|(handles, _)| handles).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_joined_by_what_any_of_them_share() {
        let device = |number: u32| Handle::new("pci", format!("0000:0{number}:00.0"));
        let keys = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect();
        let sets = joined(
            [
                (device(1), keys(&["card 1"])),
                (device(2), keys(&["card 2", "group a"])),
                (device(3), keys(&["card 3", "bond 7"])),
                (device(4), keys(&["group a", "bond 7"])),
                (device(5), keys(&[])),
            ]
            .into_iter(),
        );
        let of = |numbers: &[u32]| numbers.iter().map(|number| device(*number)).collect();
        assert_eq!(sets, [of(&[1]), of(&[2, 3, 4]), of(&[5])]);
    }
}
