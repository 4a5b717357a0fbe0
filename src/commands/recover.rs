// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl recover`.

use std::time::Duration;

use serde::Serialize;

use super::{Output, select};
use crate::{
    error::{Failure, Kind},
    model::Handle,
    sys::Live,
    transaction::{self, Event, Recovered, journal},
};

/// Arguments of `recover`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Devices to recover; all whose change was cut short if none is named.
    #[arg(value_name = "DEVICE")]
    devices: Vec<String>,
    /// How long to wait for representors and their names, and for others who change
    /// the same card.
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    timeout: u32,
}

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    devices: Vec<Device>,
}

#[derive(Serialize)]
struct Device {
    handle: Handle,
    recovered: Recovered,
}

impl Args {
    pub(super) fn run(&self, machine: &Live, output: &Output) -> Result<(), Failure> {
        let handles = if self.devices.is_empty() {
            journal::devices().map_err(|error| {
                Failure::new(Kind::Failed, format!("cannot read the journals: {error}"))
            })?
        } else {
            // A journal can be of a device that has gone.
            self.devices
                .iter()
                .map(|text| match text.parse::<Handle>() {
                    Ok(handle) if journal::exists(&handle) => Ok(handle),
                    _ => select::device(machine, text),
                })
                .collect::<Result<Vec<_>, _>>()?
        };
        let limit = Duration::from_secs(u64::from(self.timeout));
        let observer = |event: Event| output.progress(&event);
        let mut devices = Vec::new();
        let mut failures = Vec::new();
        for handle in handles {
            match transaction::recover(machine, &handle, limit, &observer) {
                Ok(recovered) => devices.push(Device { handle, recovered }),
                Err(failure) => failures.push(failure),
            }
        }
        output.progress_ends();
        let document = Document { schema: "swdevctl/recovered/v1", devices };
        output.result(&document, || to_text(&document, failures.is_empty()))?;
        output.failures(failures)
    }
}

fn to_text(document: &Document, well: bool) -> String {
    if document.devices.is_empty() && well {
        return "nothing to recover\n".into();
    }
    let line = |device: &Device| {
        let what = match device.recovered {
            Recovered::Finished(mode) => {
                format!("the change was finished, it is in mode {mode}")
            }
            Recovered::Undone(mode) => {
                format!("the change was undone, it is in mode {mode}")
            }
            Recovered::Nothing => "nothing to recover".into(),
            Recovered::Void => {
                "the device or the boot of the change is gone, and nothing is left to do"
                    .into()
            }
        };
        format!("{}: {what}\n", device.handle)
    };
    document.devices.iter().map(line).collect()
}
