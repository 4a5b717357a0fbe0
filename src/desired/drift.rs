// SPDX-License-Identifier: MIT OR Apache-2.0
//! How a difference from the declared state is expressed.

use std::fmt;

use serde::Serialize;

use super::origin::Origin;

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

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = |key: &Option<String>| match key {
            Some(key) => format!(": {key}"),
            None => String::new(),
        };
        match self {
            Self::Device { key } => f.write_str(key),
            Self::Param { name } => write!(f, "params.{name}"),
            Self::Vf { number, key: of } => write!(f, "vf {number}{}", key(of)),
            Self::Sf { controller: 0, number, key: of } => {
                write!(f, "sf {number}{}", key(of))
            }
            Self::Sf { controller, number, key: of } => {
                write!(f, "controller {controller} sf {number}{}", key(of))
            }
        }
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { item, wanted, actual, origin, obstacle } = self;
        let as_such =
            matches!(item, Item::Vf { key: None, .. } | Item::Sf { key: None, .. });
        match (as_such, actual) {
            (true, _) => write!(f, "{item} is declared and not there")?,
            (false, Some(actual)) => write!(f, "{item} is {actual}, declared {wanted}")?,
            (false, None) => write!(f, "{item} is not {wanted} as declared")?,
        }
        write!(f, " by {origin}")?;
        match obstacle {
            Some(obstacle) => write!(f, ": {obstacle}"),
            None => Ok(()),
        }
    }
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
