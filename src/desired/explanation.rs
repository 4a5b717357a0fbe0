// SPDX-License-Identifier: MIT OR Apache-2.0
//! The declared state of devices, the line behind each value, and the differences.

use serde::Serialize;

use super::{Difference, Drift, Entry, Origin, Subject, Wanted};
use crate::model::Handle;

/// What is declared, and how devices differ from it.
#[derive(Debug, Clone, Serialize)]
pub struct DeclaredState {
    /// The files that were read, in the order in which they count.
    pub files: Vec<String>,
    /// The devices.
    pub devices: Vec<DeclaredDevice>,
    /// Sections that are for no device of this machine.
    pub unmatched: Vec<Origin>,
}

/// What is declared for one device, and how it differs.
#[derive(Debug, Clone, Serialize)]
pub struct DeclaredDevice {
    /// The device.
    pub handle: Handle,
    /// Its driver.
    pub driver: Option<String>,
    /// The sections that are for the device, the least specific first.
    pub sections: Vec<Origin>,
    /// The values.
    pub values: Vec<DeclaredValue>,
    /// What differs now; none where the device could not be read.
    pub drift: Option<Vec<Drift>>,
    /// What may differ: the kernel does not report it.
    pub unknown: Vec<Drift>,
    /// Why the device could not be read.
    #[serde(skip)]
    pub unread: Option<String>,
}

/// One declared value, and which line gives it.
#[derive(Debug, Clone, Serialize)]
pub struct DeclaredValue {
    /// The key.
    pub key: String,
    /// The value.
    pub value: serde_json::Value,
    /// Where it stands.
    #[serde(flatten)]
    pub origin: Origin,
    /// Lines that would give it another value.
    pub overrides: Vec<Origin>,
}

impl DeclaredDevice {
    /// What is wanted of a device, and how it differs; `difference` is none where nothing is
    /// wanted.
    #[must_use]
    pub fn new(
        subject: &Subject,
        wanted: &Wanted,
        difference: Option<Result<Difference, String>>,
    ) -> Self {
        let (drift, unknown, unread) = match difference {
            Some(Ok(difference)) => (Some(difference.drifts), difference.unknown, None),
            Some(Err(why)) => (None, Vec::new(), Some(why)),
            None => (None, Vec::new(), None),
        };
        Self {
            handle: subject.handle.clone(),
            driver: subject.driver.clone(),
            sections: wanted.sections.clone(),
            values: wanted.entries().into_iter().map(declared).collect(),
            drift,
            unknown,
            unread,
        }
    }
}

fn declared(entry: Entry) -> DeclaredValue {
    // Booleans, numbers, strings and lists of these are the same in JSON, controls in
    // strings included.
    let value = serde_json::from_str(&entry.value);
    let value = value.unwrap_or_else(|_| entry.value.clone().into());
    let Entry { key, origin, overrides, .. } = entry;
    DeclaredValue { key, value, origin, overrides }
}
