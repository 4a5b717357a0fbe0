// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl sf list`.

use super::Context;
use crate::{
    error::Failure,
    model::Handle,
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
        let (inventory, sfs) = survey::devices_with_sfs(context.machine, &named)?;
        context.warnings(&inventory);
        let listed =
            |(handle, sfs): &(Handle, Vec<_>)| !sfs.is_empty() || named.contains(handle);
        let devices = sfs.into_iter().filter(listed);
        let devices =
            devices.map(|(handle, sfs)| DeviceSfs { handle, changed: None, sfs });
        let devices = Devices { devices: devices.collect() };
        context.output.result(&Document::new("swdevctl/sf-list/v1", devices))
    }
}
