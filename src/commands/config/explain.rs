// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl config explain`.

use std::fmt::Write as _;

use serde::Serialize;

use super::{Output, State, all_errors, declared, files, subject};
use crate::{
    commands::select,
    desired::{self, Drift, Entry, Origin, Subject, Wanted},
    error::{Failure, printable},
    model::Handle,
    render::Table,
    survey,
    sys::Machine,
};

/// Arguments of `config explain`.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Args {
    /// Devices to explain; all of the machine if none is named.
    #[arg(value_name = "DEVICE")]
    devices: Vec<String>,
    /// Read this file, and no other; several in the order in which they count.
    #[arg(long, value_name = "FILE")]
    file: Vec<String>,
}

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    /// The files that were read, in the order in which they count.
    files: Vec<String>,
    devices: Vec<Explanation>,
    /// Sections that are for no device of this machine.
    unmatched: Vec<Origin>,
}

#[derive(Serialize)]
struct Explanation {
    handle: Handle,
    driver: Option<String>,
    /// The sections that are for the device, the least specific first.
    sections: Vec<Origin>,
    values: Vec<Explained>,
    /// What differs now; none where the device could not be read.
    drift: Option<Vec<Drift>>,
    /// What may differ: the kernel does not report it.
    unknown: Vec<Drift>,
}

#[derive(Serialize)]
struct Explained {
    key: String,
    value: serde_json::Value,
    #[serde(flatten)]
    origin: Origin,
    overrides: Vec<Origin>,
}

impl Args {
    pub(super) fn run(
        &self,
        machine: &dyn Machine,
        output: &Output,
    ) -> Result<(), Failure> {
        let files = files(&self.file)?;
        let config = declared(&files, output)?;
        let inventory =
            survey::devices_or_all(machine, &select::devices(machine, &self.devices)?)?;
        for warning in &inventory.warnings {
            output.warning(&warning.message);
        }
        let serials = config.needs_serials();
        let devices = inventory.devices.iter();
        let subjects: Vec<Subject> =
            devices.map(|device| subject(machine, device, serials)).collect();
        let (mut devices, mut errors) = (Vec::new(), Vec::new());
        for subject in &subjects {
            match config.wanted(subject) {
                Ok(wanted) if wanted.is_empty() && self.devices.is_empty() => {}
                Ok(wanted) => devices.push(explain(machine, subject, &wanted)),
                Err(mut found) => errors.append(&mut found),
            }
        }
        if !errors.is_empty() {
            return Err(all_errors(errors, output));
        }
        // Sections can be called unmatched only if every device was read.
        let all = self.devices.is_empty();
        let document = Document {
            schema: "swdevctl/config-explanation/v1",
            files: files.into_iter().map(|file| file.path).collect(),
            devices,
            unmatched: if all { config.unmatched(&subjects) } else { Vec::new() },
        };
        output.result(&document, || to_text(&document))
    }
}

fn explain(machine: &dyn Machine, subject: &Subject, wanted: &Wanted) -> Explanation {
    let params = wanted.params.keys().map(String::as_str);
    // A device without an eswitch, or a caller who may not read it, is explained all
    // the same.
    let state = match wanted.is_empty() {
        true => None,
        false => State::read(machine, &subject.handle, params).ok(),
    };
    let difference = state.map(|state| desired::difference(wanted, &state.actual()));
    let (drift, unknown) = match difference {
        Some(difference) => (Some(difference.drifts), difference.unknown),
        None => (None, Vec::new()),
    };
    Explanation {
        handle: subject.handle.clone(),
        driver: subject.driver.clone(),
        sections: wanted.sections.clone(),
        values: wanted.entries().into_iter().map(explained).collect(),
        drift,
        unknown,
    }
}

fn explained(entry: Entry) -> Explained {
    // Booleans, numbers, strings and lists of these are the same in JSON, controls in
    // strings included.
    let value = serde_json::from_str(&entry.value);
    let value = value.unwrap_or_else(|_| entry.value.clone().into());
    let Entry { key, origin, overrides, .. } = entry;
    Explained { key, value, origin, overrides }
}

fn to_text(document: &Document) -> String {
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
            None => text.push_str("  the present state could not be read\n"),
            Some([]) => text.push_str("  the device is as declared\n"),
            Some(drift) => {
                for drift in drift {
                    let _ = writeln!(text, "  differs: {drift}");
                }
            }
        }
        for Drift { item, wanted, origin, .. } in &device.unknown {
            let _ =
                writeln!(text, "  cannot be read: {item}, declared {wanted} by {origin}");
        }
    }
    for origin in &document.unmatched {
        let _ = writeln!(text, "{origin}: this section is for no device of this machine");
    }
    printable(&text)
}
