// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl config show`.

use super::{Output, State, select};
use crate::{
    desired::{self, Note, PARAMS},
    error::{Failure, Kind},
    sys::Machine,
};

/// Arguments of `config show`.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Args {
    /// Devices to show; all that have an eswitch if none is named.
    #[arg(value_name = "DEVICE")]
    devices: Vec<String>,
}

impl Args {
    pub(super) fn run(
        &self,
        machine: &dyn Machine,
        output: &Output,
    ) -> Result<(), Failure> {
        let handles = select::devices_or_all(machine, &self.devices)?;
        let (mut sections, mut failures) = (Vec::new(), Vec::new());
        for handle in &handles {
            match State::read(machine, handle, PARAMS) {
                Ok(state) => sections.push(desired::present(&state.actual())),
                Err(failure) => failures.push(failure),
            }
        }
        print(&sections.join("\n"), "swdevctl/config/v1", None, output)?;
        output.failures(failures)
    }
}

/// Prints a file, with `--json` as the same in JSON, with notes beside it.
pub(super) fn print(
    text: &str,
    schema: &'static str,
    notes: Option<&[Note]>,
    output: &Output,
) -> Result<(), Failure> {
    let json: Result<serde_json::Value, _> = toml::from_str(text);
    let mut json = json.map_err(|error| {
        Failure::new(Kind::Failed, format!("the state cannot be written: {error}"))
    })?;
    json["schema"] = schema.into();
    if let Some(notes) = notes {
        json["notes"] = serde_json::json!(notes);
    }
    output.result(&json, || text.to_owned())
}
