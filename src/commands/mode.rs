// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl mode`, and `mode show`.

use serde::Serialize;

use super::{Output, mode_set::SetArgs, select};
use crate::{
    error::Failure,
    model::{EncapMode, Eswitch, EswitchMode, Handle, InlineMode},
    render::Table,
    survey::mode,
    sys::Machine,
};

/// Verbs below `mode`.
#[derive(Debug, clap::Subcommand)]
pub(super) enum ModeVerb {
    /// Show the eswitch mode.
    Show(ShowArgs),
    /// Set the eswitch mode, and wait until the representors are there and
    /// named.
    Set(SetArgs),
}

/// Arguments of `mode show`.
#[derive(Debug, clap::Args)]
pub(super) struct ShowArgs {
    /// Devices to show; all that have an eswitch if none is named.
    #[arg(value_name = "DEVICE")]
    devices: Vec<String>,
}

/// What both verbs print with `--json`.
#[derive(Serialize)]
pub(super) struct Document<T> {
    pub(super) schema: &'static str,
    pub(super) devices: Vec<T>,
}

#[derive(Serialize)]
struct Shown {
    handle: Handle,
    mode: EswitchMode,
    inline_mode: Option<InlineMode>,
    encap_mode: Option<EncapMode>,
}

impl ShowArgs {
    pub(super) fn run(
        &self,
        machine: &dyn Machine,
        output: &Output,
    ) -> Result<(), Failure> {
        let handles = select::devices_or_all(machine, &self.devices)?;
        let mut devices = Vec::new();
        for handle in handles {
            let (mode, eswitch) = mode(machine, &handle)?;
            let Eswitch { inline_mode, encap_mode, .. } = eswitch;
            devices.push(Shown { handle, mode, inline_mode, encap_mode });
        }
        let document = Document { schema: "swdevctl/mode/v1", devices };
        output.result(&document, || {
            let mut table = Table::new(&["DEVICE", "MODE", "INLINE", "ENCAP"]);
            for device in &document.devices {
                let inline = device.inline_mode.map(|mode| mode.to_string());
                let encap = device.encap_mode.map(|mode| mode.to_string());
                table.row(&[
                    device.handle.to_string(),
                    device.mode.to_string(),
                    inline.unwrap_or_default(),
                    encap.unwrap_or_default(),
                ]);
            }
            table.to_text(0)
        })
    }
}
