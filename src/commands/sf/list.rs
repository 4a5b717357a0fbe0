// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl sf list`.

use super::{Context, sfs};
use crate::{
    error::Failure,
    render::{DeviceSfs, Devices, Document},
    survey::{self, select},
};

/// Arguments of `sf list`.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Args {
    /// Devices to list [default: all that have SFs]
    #[arg(value_name = "DEVICE")]
    devices: Vec<String>,
}

impl Args {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let named = select::owners(context.machine, &self.devices)?;
        let inventory = survey::devices_or_all(context.machine, &named)?;
        context.warnings(&inventory);
        let mut devices = Vec::new();
        for device in inventory.devices {
            let sfs = sfs(context.machine, &device.handle)?;
            if !sfs.is_empty() || named.contains(&device.handle) {
                devices.push(DeviceSfs { handle: device.handle, changed: None, sfs });
            }
        }
        let devices = Devices { devices };
        context.output.result(&Document::new("swdevctl/sf-list/v1", devices))
    }
}
