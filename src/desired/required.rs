// SPDX-License-Identifier: MIT OR Apache-2.0
//! The devices that must be there, and how long they are waited for.

use std::{collections::BTreeSet, fmt, time::Duration};

use super::{
    file::{Config, Section},
    keys::DeviceKeys,
    matching::{Matches, Subject},
    origin::Origin,
};
use crate::model::Handle;

/// How long a required device is waited for where the file does not say.
const WAIT: Duration = Duration::from_secs(30);

/// A device that must be there, or several of which one must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// Where it is declared.
    pub origin: Origin,
    /// How long it is waited for.
    pub wait: Duration,
    /// The group that it is of.
    pub group: Option<String>,
    /// What must be there.
    device: Required,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Required {
    /// The device of this handle.
    Named(Handle),
    /// One that these match keys fit.
    Fitting(Matches),
}

impl Requirement {
    /// Whether one of these devices meets it.
    #[must_use]
    pub fn is_met(&self, subjects: &[Subject]) -> bool {
        subjects.iter().any(|subject| match &self.device {
            Required::Named(handle) => subject.handle == *handle,
            Required::Fitting(matches) => matches.specificity(subject).is_some(),
        })
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = &self.origin;
        match &self.device {
            Required::Named(handle) => write!(f, "{handle}, required by {origin}"),
            Required::Fitting(_) => write!(f, "a device for the section at {origin}"),
        }
    }
}

impl Config {
    /// The required devices: each that a section names by address or handle, and one for
    /// each section that names none.
    #[must_use]
    pub fn requirements(&self) -> Vec<Requirement> {
        let sections = self.sections.iter();
        let named: BTreeSet<Handle> =
            sections.clone().flat_map(|section| section.matches.named()).collect();
        let named = named.into_iter().filter_map(|handle| {
            requirement(&self.keys_of_absent(&handle), Required::Named(handle))
        });
        let others = sections.filter(|section| section.matches.named().is_empty());
        let others = others.filter_map(|section| {
            requirement(&section.keys, Required::Fitting(section.matches.clone()))
        });
        named.chain(others).collect()
    }

    /// The keys of a device of which only the handle is known.
    fn keys_of_absent(&self, handle: &Handle) -> DeviceKeys {
        let specific = |section: &Section| section.matches.specificity_for_absent(handle);
        let mut sections: Vec<_> = self
            .sections
            .iter()
            .filter_map(|section| Some((specific(section)?, section)))
            .collect();
        sections.sort_by_key(|(specificity, _)| *specificity);
        let mut keys = DeviceKeys::default();
        for (_, section) in sections {
            keys.overlay(&section.keys);
        }
        keys
    }
}

fn requirement(keys: &DeviceKeys, device: Required) -> Option<Requirement> {
    let required = keys.required.as_ref().filter(|required| required.value)?;
    let wait = keys.wait.as_ref().map_or(WAIT, |wait| wait.value.0);
    let group = keys.group().map(str::to_owned);
    Some(Requirement { origin: required.origin.clone(), wait, group, device })
}
