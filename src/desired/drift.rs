// SPDX-License-Identifier: MIT OR Apache-2.0
//! How a difference from the declared state is expressed.

use serde::Serialize;

use super::{numbers::Numbers, origin::Origin};

/// Which part of a device.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "of", rename_all = "lowercase")]
pub enum Item {
    /// The device itself.
    Device {
        /// The key.
        key: String,
    },
    /// A device parameter.
    Param {
        /// Its name.
        name: String,
    },
    /// A VF.
    Vf {
        /// Its number.
        number: u32,
        /// The key; none for the VF as such.
        key: Option<String>,
    },
    /// An SF.
    Sf {
        /// Its controller.
        controller: u32,
        /// Its number.
        number: u32,
        /// The key; none for the SF as such.
        key: Option<String>,
    },
}

/// One thing that is not as declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Drift {
    /// What.
    #[serde(flatten)]
    pub item: Item,
    /// The declared value, as in the file.
    pub wanted: String,
    /// The present value in the same words; none where there is none, or the kernel
    /// does not report it.
    pub actual: Option<String>,
    /// Where it is declared.
    pub origin: Origin,
    /// Why the declared value is impossible, where that is known.
    pub obstacle: Option<String>,
}

impl Item {
    /// The number of the VF or SF.
    fn number(&self) -> Option<u32> {
        match self {
            Self::Device { .. } | Self::Param { .. } => None,
            Self::Vf { number, .. } | Self::Sf { number, .. } => Some(*number),
        }
    }

    /// The same of another VF or SF.
    fn of(&self, other: u32) -> Self {
        let mut item = self.clone();
        match &mut item {
            Self::Device { .. } | Self::Param { .. } => {}
            Self::Vf { number, .. } | Self::Sf { number, .. } => *number = other,
        }
        item
    }

    /// As text, with these VFs or SFs in the place of its own.
    fn text(&self, numbers: &Numbers) -> String {
        let (what, key) = match self {
            Self::Device { key } => return key.clone(),
            Self::Param { name } => return format!("params.{name}"),
            Self::Vf { key, .. } => (format!("vf {numbers}"), key),
            Self::Sf { controller: 0, key, .. } => (format!("sf {numbers}"), key),
            Self::Sf { controller, key, .. } => {
                (format!("controller {controller} sf {numbers}"), key)
            }
        };
        match key {
            Some(key) => format!("{what}: {key}"),
            None => what,
        }
    }
}

impl Drift {
    /// As text; what differs is called by that text.
    #[must_use]
    pub fn text(&self, what: &str) -> String {
        let Self { item, wanted, actual, origin, obstacle } = self;
        let as_such =
            matches!(item, Item::Vf { key: None, .. } | Item::Sf { key: None, .. });
        let how = match (as_such, actual) {
            (true, _) => "is declared and not there".to_owned(),
            (false, Some(actual)) => format!("is {actual}, declared {wanted}"),
            (false, None) => format!("is not {wanted} as declared"),
        };
        let why = obstacle.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        format!("{what} {how} by {origin}{why}")
    }

    /// Whether it differs from another one in the number of its VF or SF alone.
    fn is_like(&self, other: &Self) -> bool {
        let Some(number) = self.item.number() else { return false };
        let item = other.item.of(number);
        *self == Self { item, ..other.clone() }
    }
}

/// What differs, as text, each with the first drift that says so: those of several VFs or
/// SFs that differ in the same way are one.
#[must_use]
pub fn merged(drifts: &[Drift]) -> Vec<(String, &Drift)> {
    let mut groups: Vec<(&Drift, Vec<u32>)> = Vec::new();
    for drift in drifts {
        let number = drift.item.number();
        match groups.iter_mut().find(|(first, _)| first.is_like(drift)) {
            Some((_, numbers)) => numbers.extend(number),
            None => groups.push((drift, number.into_iter().collect())),
        }
    }
    let groups = groups.into_iter();
    groups
        .map(|(first, numbers)| (first.item.text(&Numbers::of(numbers)), first))
        .collect()
}

/// All differences from the declared state, and all possible ones.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Difference {
    /// What differs.
    pub drifts: Vec<Drift>,
    /// What may differ: the kernel does not report it.
    pub unknown: Vec<Drift>,
}

impl Difference {
    pub(super) fn add(&mut self, drift: Drift) {
        self.drifts.push(drift);
    }

    /// Adds a value that the kernel may not report. It differs for certain if the kernel
    /// reports it, or if the VF, SF or mode that it belongs to is yet to come.
    pub(super) fn add_unreported(&mut self, is_certain: bool, drift: Drift) {
        if is_certain { &mut self.drifts } else { &mut self.unknown }.push(drift);
    }
}
