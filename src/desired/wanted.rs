// SPDX-License-Identifier: MIT OR Apache-2.0
//! The declared state of one device, merged from all sections that apply to it.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use super::{
    contradictions::{incomplete_vf, of_device, of_vf, sfs_in_legacy, too_many},
    file::{Config, Section, SfSection, VfSection},
    keys::{DeviceKeys, Entry, SfKeys, VfKeys},
    matching::{Specificity, Subject},
    numbers::Numbers,
    origin::{FileError, Located, Origin},
    values::{ParamChoice, Value},
    write::one_or_list,
};

/// The declared state of one device. An absent key stays unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Keys of the device.
    pub keys: DeviceKeys,
    /// Device parameters by name: the values, the preferred one first.
    pub params: BTreeMap<String, Located<Vec<ParamChoice>>>,
    /// The least specific first.
    vfs: Vec<VfSection>,
    /// The least specific first.
    sfs: Vec<SfSection>,
    /// The sections that are for the device, the least specific first.
    pub sections: Vec<Origin>,
    /// Whether the unit of `activate` is up.
    pub is_activated: bool,
}

impl Config {
    /// What is declared for a device: of each key the value of the most specific
    /// section that has it, and of equally specific ones that of the last.
    pub fn wanted(&self, subject: &Subject) -> Result<Wanted, Vec<FileError>> {
        let mut sections: Vec<(Specificity, &Section)> = self
            .sections
            .iter()
            .filter_map(|section| Some((section.matches.specificity(subject)?, section)))
            .collect();
        sections.sort_by_key(|(specificity, _)| *specificity);
        let mut wanted = Wanted::default();
        for (_, section) in sections {
            wanted.overlay(section);
        }
        let errors = wanted.contradictions();
        if errors.is_empty() { Ok(wanted) } else { Err(errors) }
    }

    /// The sections that are for none of these devices.
    #[must_use]
    pub fn unmatched(&self, subjects: &[Subject]) -> Vec<Origin> {
        let is_used = |section: &&Section| {
            subjects.iter().any(|subject| section.matches.specificity(subject).is_some())
        };
        let unused = self.sections.iter().filter(|section| !is_used(section));
        unused.map(|section| section.origin.clone()).collect()
    }

    /// Whether a section knows its devices by their serial numbers, which only the
    /// firmware can tell.
    #[must_use]
    pub fn needs_serials(&self) -> bool {
        self.sections.iter().any(|section| !section.matches.serial.is_empty())
    }
}

impl Wanted {
    fn overlay(&mut self, section: &Section) {
        self.sections.push(section.origin.clone());
        self.keys.overlay(&section.keys);
        for (name, values) in &section.params {
            let mut slot = self.params.remove(name);
            Located::replace(&mut slot, &Some(values.clone()));
            self.params.extend(slot.map(|values| (name.clone(), values)));
        }
        // Within a section, the fewer VFs are named the more specific it is.
        let mut vfs = section.vfs.clone();
        vfs.sort_by_key(|vfs| Reverse(vfs.numbers.value.len()));
        self.vfs.append(&mut vfs);
        let mut sfs = section.sfs.clone();
        sfs.sort_by_key(|sfs| Reverse(sfs.numbers.value.len()));
        self.sfs.append(&mut sfs);
    }

    fn contradictions(&self) -> Vec<FileError> {
        let mut errors = of_device(&self.keys, &self.params);
        for vfs in &self.vfs {
            errors.extend(too_many(&self.keys, &vfs.numbers));
        }
        for sfs in &self.sfs {
            errors.extend(sfs_in_legacy(&self.keys, &sfs.numbers));
        }
        let all = self.all_vfs();
        for keys in self.named_vfs().into_iter().map(|vf| self.vf(vf)).chain([all]) {
            errors.extend(of_vf(&keys));
            errors.extend(incomplete_vf(&keys));
        }
        errors.sort_by(|a, b| a.origin.cmp(&b.origin));
        errors.dedup();
        errors
    }

    /// Whether nothing is declared.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sections.is_empty()
    }

    /// The group that the device is of.
    #[must_use]
    pub fn group(&self) -> Option<&str> {
        self.keys.group()
    }

    /// What is declared for a VF.
    #[must_use]
    pub fn vf(&self, vf: u32) -> VfKeys {
        self.vf_keys(|numbers| numbers.contains(vf))
    }

    /// What is declared for each VF that is not named.
    fn all_vfs(&self) -> VfKeys {
        self.vf_keys(|numbers| *numbers == Numbers::All)
    }

    fn vf_keys(&self, are_meant: impl Fn(&Numbers) -> bool) -> VfKeys {
        let mut keys = VfKeys::default();
        for vfs in self.vfs.iter().filter(|vfs| are_meant(&vfs.numbers.value)) {
            keys.overlay(&vfs.keys);
        }
        keys
    }

    /// The VFs that are named by their numbers.
    #[must_use]
    pub fn named_vfs(&self) -> BTreeSet<u32> {
        self.vfs.iter().flat_map(|vfs| vfs.numbers.value.iter()).collect()
    }

    /// Where a VF is named.
    #[must_use]
    pub fn place_of_vf(&self, vf: u32) -> Option<&Origin> {
        let section = self.vfs.iter().rev().find(|vfs| vfs.numbers.value.contains(vf));
        section.map(|vfs| &vfs.numbers.origin)
    }

    /// The SFs that are to be there, by controller and number, each with where it is
    /// named and what is declared for it.
    #[must_use]
    pub fn sfs(&self) -> BTreeMap<(u32, u32), (Origin, SfKeys)> {
        let mut all: BTreeMap<(u32, u32), (Origin, SfKeys)> = BTreeMap::new();
        for sfs in &self.sfs {
            for number in sfs.numbers.value.iter() {
                let key = (sfs.controller, number);
                let (origin, keys) = all.entry(key).or_default();
                *origin = sfs.numbers.origin.clone();
                keys.overlay(&sfs.keys);
            }
        }
        all
    }

    /// Every key with its value and the line that gave it.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        let mut entries = self.keys.entries();
        for (name, values) in &self.params {
            let list: Vec<String> = values.value.iter().map(Value::write).collect();
            let text = one_or_list(&list);
            entries.push(Entry::new(format!("params.{name}"), text, values));
        }
        for entry in self.all_vfs().entries() {
            entries.push(Entry { key: format!("vf *: {}", entry.key), ..entry });
        }
        let vfs = self.named_vfs();
        entries.extend(grouped("vf", vfs.iter().map(|vf| (*vf, self.vf(*vf).entries()))));
        let sfs = self.sfs();
        let controllers: BTreeSet<u32> =
            sfs.keys().map(|(controller, _)| *controller).collect();
        for controller in controllers {
            let members = sfs.iter().filter(|((other, _), _)| *other == controller);
            let members = members.map(|((_, number), (origin, keys))| {
                let declared = Located::new((), origin.clone());
                let mut entries = vec![Entry::new("declared", "true".into(), &declared)];
                entries.extend(keys.entries());
                (*number, entries)
            });
            let what = match controller {
                0 => "sf".to_owned(),
                other => format!("controller {other} sf"),
            };
            entries.extend(grouped(&what, members));
        }
        entries
    }
}

/// The entries of several VFs or SFs, equal ones as one.
fn grouped(
    what: &str,
    all: impl Iterator<Item = (u32, Vec<Entry>)>,
) -> impl Iterator<Item = Entry> {
    let mut groups: Vec<(Entry, Vec<u32>)> = Vec::new();
    for (number, entries) in all {
        for entry in entries {
            match groups.iter_mut().find(|(other, _)| *other == entry) {
                Some((_, numbers)) => numbers.push(number),
                None => groups.push((entry, vec![number])),
            }
        }
    }
    groups.sort_by_key(|(_, numbers)| numbers.first().copied());
    let what = what.to_owned();
    groups.into_iter().map(move |(entry, numbers)| {
        let key = format!("{what} {}: {}", Numbers::of(numbers), entry.key);
        Entry { key, ..entry }
    })
}
