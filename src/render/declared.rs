// SPDX-License-Identifier: MIT OR Apache-2.0
//! The declared state for people, and as a file.

use std::fmt::Write as _;

use serde::Serialize;

use super::{Table, Text};
use crate::{
    desired::{DeclaredDevice, DeclaredState, Drift, Note, Origin, merged},
    error::printable,
};

/// A file that declares a state; with `--json` the same in JSON, with notes beside it.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Declaration {
    json: serde_json::Value,
    #[serde(skip)]
    text: String,
}

impl Declaration {
    /// The declaration of that text, which is TOML.
    pub fn new(
        schema: &'static str,
        text: String,
        notes: Option<&[Note]>,
    ) -> Result<Self, toml::de::Error> {
        let mut json: serde_json::Value = toml::from_str(&text)?;
        json["schema"] = schema.into();
        if let Some(notes) = notes {
            json["notes"] = serde_json::json!(notes);
        }
        Ok(Self { json, text })
    }
}

impl Text for Declaration {
    fn to_text(&self) -> String {
        self.text.clone()
    }
}

/// How devices differ from the declared state.
#[derive(Debug, Serialize)]
pub struct Drifts {
    /// The devices.
    pub devices: Vec<DeclaredDevice>,
    /// Sections that are for no device of this machine, which text has as warnings.
    pub unmatched: Vec<Origin>,
}

impl Text for Drifts {
    fn to_text(&self) -> String {
        let mut text = String::new();
        for device in &self.devices {
            let _ = match device.drift.as_deref() {
                None if device.values.is_empty() => {
                    writeln!(text, "{}: nothing is declared", device.handle)
                }
                None => {
                    writeln!(text, "{}: it cannot be read{}", device.handle, why(device))
                }
                Some([]) => writeln!(text, "{}: as declared", device.handle),
                Some(_) => writeln!(text, "{}: not as declared", device.handle),
            };
            differences(device, &mut text);
        }
        printable(&text)
    }
}

impl Text for DeclaredState {
    fn to_text(&self) -> String {
        declared(self)
    }
}

fn declared(document: &DeclaredState) -> String {
    let mut text = String::new();
    if document.files.is_empty() {
        text.push_str("nothing is declared: there is no /etc/swdevctl/swdevctl.toml\n");
    }
    for device in &document.devices {
        let driver = device.driver.as_deref().unwrap_or("no driver");
        let _ = writeln!(text, "{} ({driver})", device.handle);
        if device.values.is_empty() {
            text.push_str("  nothing is declared\n");
            continue;
        }
        let mut table = Table::new(&["KEY", "VALUE", "FROM", "OVER"]);
        for value in &device.values {
            let over: Vec<String> =
                value.overrides.iter().map(ToString::to_string).collect();
            let (key, origin) = (value.key.clone(), value.origin.to_string());
            table.row(&[key, value.value.to_string(), origin, over.join(" ")]);
        }
        text.push_str(&table.to_text(2));
        match device.drift.as_deref() {
            None => {
                let why = why(device);
                let _ = writeln!(text, "  the present state could not be read{why}");
            }
            Some([]) => text.push_str("  the device is as declared\n"),
            Some(_) => {}
        }
        differences(device, &mut text);
    }
    for origin in &document.unmatched {
        let _ = writeln!(text, "{origin}: this section is for no device of this machine");
    }
    printable(&text)
}

/// Why the present state of a device could not be read, after a colon.
fn why(device: &DeclaredDevice) -> String {
    device.unread.as_ref().map(|why| format!(": {why}")).unwrap_or_default()
}

/// What of a device differs, and what may: a line each, for all VFs of which that is so.
fn differences(device: &DeclaredDevice, text: &mut String) {
    for (what, drift) in merged(device.drift.as_deref().unwrap_or_default()) {
        let _ = writeln!(text, "  differs: {}", drift.text(&what));
    }
    for (what, Drift { wanted, origin, .. }) in merged(&device.unknown) {
        let _ = writeln!(text, "  cannot be read: {what}, declared {wanted} by {origin}");
    }
}
