// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl recover`.

use std::{io::ErrorKind, time::Duration};

use serde::Serialize;

use super::{Output, select};
use crate::{
    error::{Failure, Kind},
    model::Handle,
    sys::Live,
    transaction::{self, Event, Recovered, Waiting, journal::Journals},
};

/// Arguments of `recover`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Devices to recover; all whose change was cut short if none is named.
    #[arg(value_name = "DEVICE")]
    devices: Vec<String>,
    /// Set the journals of these devices aside, readable or not, and leave the devices
    /// as they are.
    #[arg(long, requires = "devices")]
    discard: bool,
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
        let handles = self.handles(machine)?;
        let waiting = Waiting {
            limit: Duration::from_secs(u64::from(self.timeout)),
            told: &|text| output.note(text),
        };
        let observer = |event: Event| output.progress(&event);
        let mut devices = Vec::new();
        let mut failures = Vec::new();
        for handle in handles {
            let recovered = if self.discard {
                transaction::discard(machine, &handle, &waiting)
            } else {
                transaction::recover(machine, &handle, &waiting, &observer)
            };
            match recovered {
                Ok(recovered) => devices.push(Device { handle, recovered }),
                Err(failure) => failures.push(failure),
            }
        }
        output.progress_ends();
        let document = Document { schema: "swdevctl/recovered/v1", devices };
        output.result(&document, || to_text(&document, failures.is_empty()))?;
        output.failures(failures)
    }

    fn handles(&self, machine: &Live) -> Result<Vec<Handle>, Failure> {
        let journals = Journals::new();
        if self.devices.is_empty() {
            return journals.devices().map_err(|error| {
                let denied = error.kind() == ErrorKind::PermissionDenied;
                let kind = if denied { Kind::NotPermitted } else { Kind::Failed };
                Failure::new(kind, format!("cannot read the journals: {error}"))
            });
        }
        // A journal can be of a device that has gone.
        let handle = |text: &String| match text.parse::<Handle>() {
            Ok(handle) if journals.exists(&handle) => Ok(handle),
            _ => select::device(machine, text),
        };
        self.devices.iter().map(handle).collect()
    }
}

fn to_text(document: &Document, well: bool) -> String {
    if document.devices.is_empty() && well {
        return "nothing to recover\n".into();
    }
    let line = |device: &Device| {
        let what = match &device.recovered {
            Recovered::Finished(mode) => {
                format!("completed the interrupted change; the mode is {mode}")
            }
            Recovered::Undone(mode) => {
                format!("rolled back the interrupted change; the mode is {mode}")
            }
            Recovered::Nothing => "nothing to recover".into(),
            Recovered::Void => {
                "the device or its driver is gone or the machine has rebooted since; nothing to recover".into()
            }
            Recovered::Discarded(path) => {
                format!("left as it is; its journal is now {}", path.display())
            }
        };
        format!("{}: {what}\n", device.handle)
    };
    document.devices.iter().map(line).collect()
}
