// SPDX-License-Identifier: MIT OR Apache-2.0
//! From the present names of netdevs to the wanted ones: the changes, in
//! an order in which each of them can succeed.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::model::{AltName, IfName, Link};

/// What one netdev should be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The name; none where it may keep its own.
    pub name: Option<IfName>,
    /// The alternative names to add to the present ones.
    pub altnames: Vec<AltName>,
}

/// One change of one netdev.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Change {
    /// The name.
    Rename {
        /// The netdev.
        ifindex: u32,
        /// Its name now.
        from: String,
        /// Its name then.
        to: IfName,
    },
    /// One more alternative name.
    AddAltname {
        /// The netdev.
        ifindex: u32,
        /// The alternative name.
        altname: AltName,
    },
    /// One alternative name less.
    RemoveAltname {
        /// The netdev.
        ifindex: u32,
        /// The alternative name.
        altname: AltName,
    },
}

impl Change {
    /// The netdev that it is about.
    #[must_use]
    pub fn ifindex(&self) -> u32 {
        match self {
            Self::Rename { ifindex, .. }
            | Self::AddAltname { ifindex, .. }
            | Self::RemoveAltname { ifindex, .. } => *ifindex,
        }
    }

    /// The change that undoes this one; none where the old name is one that swdevctl must not
    /// give.
    #[must_use]
    pub fn undo(&self) -> Option<Self> {
        Some(match self.clone() {
            Self::Rename { ifindex, from, to } => {
                Self::Rename { ifindex, from: to.to_string(), to: from.parse().ok()? }
            }
            Self::AddAltname { ifindex, altname } => {
                Self::RemoveAltname { ifindex, altname }
            }
            Self::RemoveAltname { ifindex, altname } => {
                Self::AddAltname { ifindex, altname }
            }
        })
    }
}

/// A wanted name that another netdev has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameConflict {
    /// The netdev.
    pub ifindex: u32,
    /// The name that it should have.
    pub name: IfName,
    /// The netdev that has it, and keeps it.
    pub by: u32,
}

/// The changes that lead there.
///
/// A rename to a name that another netdev of the set still has comes after the rename of
/// that netdev. In a cycle one netdev gets a temporary name, `swtmp` and its index. A name
/// that is an alternative name of a netdev of the set is removed there first: the kernel
/// keeps both kinds in one table (net/core/dev.c). A name that any other netdev has is an
/// error.
pub fn changes(
    links: &[Link],
    wanted: &BTreeMap<u32, Target>,
) -> Result<Vec<Change>, Vec<NameConflict>> {
    let taken = taken(links, wanted);
    if !taken.is_empty() {
        return Err(taken);
    }
    let mut holders: BTreeMap<&str, u32> = BTreeMap::new();
    for link in links {
        holders
            .extend(link.altnames.iter().map(|altname| (altname.as_str(), link.ifindex)));
    }
    let mut changes = Vec::new();
    let mut pending = Vec::new();
    for link in links {
        let name = wanted.get(&link.ifindex).and_then(|wanted| wanted.name.as_ref());
        let Some(to) = name.filter(|to| to.as_str() != link.name) else { continue };
        pending.push(Rename {
            ifindex: link.ifindex,
            from: link.name.clone(),
            to: to.clone(),
        });
        if let (Some(holder), Ok(altname)) =
            (holders.get(to.as_str()), to.as_str().parse())
        {
            changes.push(Change::RemoveAltname { ifindex: *holder, altname });
        }
    }
    changes.extend(in_order(pending));
    changes.extend(new_altnames(links, wanted));
    Ok(changes)
}

struct Rename {
    ifindex: u32,
    from: String,
    to: IfName,
}

/// The renames in an order in which each new name is free in time.
fn in_order(pending: Vec<Rename>) -> Vec<Change> {
    let mut by_name: BTreeMap<String, Rename> =
        pending.into_iter().map(|rename| (rename.from.clone(), rename)).collect();
    // Who waits for a name; no two want the same.
    let mut waiting: BTreeMap<String, String> = by_name
        .values()
        .map(|rename| (rename.to.to_string(), rename.from.clone()))
        .collect();
    let free = |rename: &&Rename| !by_name.contains_key(rename.to.as_str());
    let mut ready: Vec<String> =
        by_name.values().filter(free).map(|rename| rename.from.clone()).collect();
    let mut changes = Vec::new();
    loop {
        while let Some(name) = ready.pop() {
            let Some(Rename { ifindex, from, to }) = by_name.remove(&name) else {
                continue;
            };
            ready.extend(waiting.remove(&name));
            changes.push(Change::Rename { ifindex, from, to });
        }
        // The rest is a cycle: a temporary name for one of them frees its name.
        let Some((name, Rename { ifindex, from, to })) = by_name.pop_first() else {
            return changes;
        };
        let aside = format!("swtmp{ifindex}");
        // An index has at most ten digits.
        let Ok(step) = aside.parse() else { return changes };
        changes.push(Change::Rename { ifindex, from, to: step });
        ready.extend(waiting.remove(&name));
        waiting.insert(to.to_string(), aside.clone());
        by_name.insert(aside.clone(), Rename { ifindex, from: aside, to });
    }
}

/// The wanted names that a netdev keeps which is not to be renamed, or that two are
/// to have.
fn taken(links: &[Link], wanted: &BTreeMap<u32, Target>) -> Vec<NameConflict> {
    let future = |link: &Link| -> String {
        let name = wanted.get(&link.ifindex).and_then(|wanted| wanted.name.as_ref());
        name.map_or_else(|| link.name.clone(), ToString::to_string)
    };
    let mut owners: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for link in links {
        owners.entry(future(link)).or_default().push(link.ifindex);
        if !wanted.contains_key(&link.ifindex) {
            for altname in &link.altnames {
                owners.entry(altname.clone()).or_default().push(link.ifindex);
            }
        }
    }
    let mut taken = Vec::new();
    for (ifindex, wanted) in wanted {
        let Some(name) = &wanted.name else { continue };
        let owners = owners.get(name.as_str()).map(Vec::as_slice).unwrap_or_default();
        if let Some(by) = owners.iter().find(|owner| *owner != ifindex) {
            taken.push(NameConflict { ifindex: *ifindex, name: name.clone(), by: *by });
        }
    }
    taken
}

/// The wanted alternative names that no netdev has.
fn new_altnames(links: &[Link], wanted: &BTreeMap<u32, Target>) -> Vec<Change> {
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for link in links {
        let name = wanted.get(&link.ifindex).and_then(|wanted| wanted.name.as_ref());
        used.insert(name.map_or(link.name.as_str(), IfName::as_str));
        used.extend(link.altnames.iter().map(String::as_str));
    }
    let mut changes = Vec::new();
    for (ifindex, wanted) in wanted {
        for altname in &wanted.altnames {
            if used.insert(altname.as_str()) {
                changes.push(Change::AddAltname {
                    ifindex: *ifindex,
                    altname: altname.clone(),
                });
            }
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn link(ifindex: u32, name: &str, altnames: &[&str]) -> Link {
        let altnames = altnames.iter().map(ToString::to_string).collect();
        Link { ifindex, name: name.into(), altnames, ..Link::default() }
    }

    fn wanted(names: &[(u32, &str)]) -> BTreeMap<u32, Target> {
        let one = |(ifindex, name): &(u32, &str)| {
            (*ifindex, Target { name: Some(name.parse().unwrap()), altnames: Vec::new() })
        };
        names.iter().map(one).collect()
    }

    /// What the kernel would do: refuses a name that any netdev has in any way.
    fn run(links: &mut [Link], changes: &[Change]) {
        for change in changes {
            let used = |links: &[Link], name: &str| {
                links
                    .iter()
                    .any(|l| l.name == name || l.altnames.iter().any(|alt| alt == name))
            };
            let at =
                links.iter().position(|link| link.ifindex == change.ifindex()).unwrap();
            match change {
                Change::Rename { from, to, .. } => {
                    assert!(!used(links, to.as_str()), "EEXIST {to}");
                    assert_eq!(links[at].name, *from);
                    links[at].name = to.to_string();
                }
                Change::AddAltname { altname, .. } => {
                    assert!(!used(links, altname.as_str()), "EEXIST {altname}");
                    links[at].altnames.push(altname.to_string());
                }
                Change::RemoveAltname { altname, .. } => {
                    assert!(links[at].altnames.iter().any(|alt| alt == altname.as_str()));
                    links[at].altnames.retain(|alt| alt != altname.as_str());
                }
            }
        }
    }

    #[test]
    fn swapped_names_go_by_way_of_a_third() {
        let mut links = [link(7, "enp3s0f0_0", &[]), link(8, "enp3s0f0_1", &[])];
        let wanted = wanted(&[(7, "enp3s0f0_1"), (8, "enp3s0f0_0")]);
        let steps = changes(&links, &wanted).unwrap();
        assert_eq!(steps.len(), 3);
        run(&mut links, &steps);
        assert_eq!(
            (links[0].name.as_str(), links[1].name.as_str()),
            ("enp3s0f0_1", "enp3s0f0_0")
        );
        let undo: Vec<Change> =
            steps.iter().rev().map(|step| step.undo().unwrap()).collect();
        run(&mut links, &undo);
        assert_eq!(
            (links[0].name.as_str(), links[1].name.as_str()),
            ("enp3s0f0_0", "enp3s0f0_1")
        );
    }

    #[test]
    fn a_name_that_is_an_altname_is_freed_where_it_is_ours_and_left_where_it_is_not() {
        let mut links =
            [link(7, "eth0", &["net7"]), link(8, "eth1", &[]), link(9, "br0", &["mine"])];
        let steps = changes(&links, &wanted(&[(7, "net7"), (8, "net8")])).unwrap();
        run(&mut links, &steps);
        assert_eq!((links[0].name.as_str(), links[0].altnames.len()), ("net7", 0));
        for name in ["mine", "br0"] {
            let taken = changes(&links, &wanted(&[(8, name)])).unwrap_err();
            assert_eq!(
                taken,
                [NameConflict { ifindex: 8, name: name.parse().unwrap(), by: 9 }]
            );
        }
        let both = changes(&links, &wanted(&[(7, "x1"), (8, "x1")])).unwrap_err();
        assert_eq!(both.len(), 2);
    }

    #[test]
    fn what_is_right_already_is_not_touched() {
        let links = [link(7, "a1", &["b1"])];
        let mut all = wanted(&[(7, "a1")]);
        all.get_mut(&7).unwrap().altnames = vec!["b1".parse().unwrap()];
        assert_eq!(changes(&links, &all).unwrap(), []);
    }

    #[test]
    fn many_names_that_each_wait_for_the_next_are_no_work() {
        let count = 20_000_u32;
        let links: Vec<Link> =
            (1..=count).map(|i| link(i, &format!("n{i}"), &[])).collect();
        let name = |i: u32| Target {
            name: format!("n{}", i % count + 1).parse().ok(),
            altnames: vec![format!("alt{i}").parse().unwrap()],
        };
        let wanted = (1..=count).map(|i| (i, name(i))).collect();
        let steps = changes(&links, &wanted).unwrap();
        assert_eq!(steps.len(), 2 * count as usize + 1);
    }

    proptest! {
        #[test]
        fn any_permutation_of_names_and_altnames_ends_as_wanted(
            order in Just((0_u32..12).collect::<Vec<_>>()).prop_shuffle(),
            altnames in prop::collection::vec(prop::option::of(0_u32..24), 12),
        ) {
            let mut seen = Vec::new();
            let mut links: Vec<Link> = (0..12).map(|i| link(i + 1, &format!("n{i}"), &[])).collect();
            for (link, alt) in links.iter_mut().zip(altnames) {
                // Names 12 and above are no netdev's yet.
                if let Some(alt) = alt.filter(|alt| *alt >= 12 && !seen.contains(alt)) {
                    seen.push(alt);
                    link.altnames.push(format!("n{alt}"));
                }
            }
            let to = |i: u32| if i % 3 == 0 { i + 12 } else { i };
            let names: Vec<String> = order.iter().map(|i| format!("n{}", to(*i))).collect();
            let all: Vec<(u32, &str)> = (1..).zip(names.iter().map(String::as_str)).collect();
            let steps = changes(&links, &wanted(&all)).unwrap();
            run(&mut links, &steps);
            let got: Vec<String> = links.iter().map(|link| link.name.clone()).collect();
            prop_assert_eq!(got, names);
        }
    }
}
