// SPDX-License-Identifier: MIT OR Apache-2.0
//! Modes for people.

use super::{Devices, Table, Text};
use crate::model::{DeviceMode, Eswitch};

impl Text for Devices<DeviceMode> {
    fn to_text(&self) -> String {
        let mut table = Table::new(&["DEVICE", "MODE", "INLINE", "ENCAP"]);
        for device in &self.devices {
            let Eswitch { mode, inline_mode, encap_mode } = device.eswitch;
            let inline = inline_mode.map(|mode| mode.to_string());
            let encap = encap_mode.map(|mode| mode.to_string());
            table.row(&[
                device.handle.to_string(),
                mode.to_string(),
                inline.unwrap_or_default(),
                encap.unwrap_or_default(),
            ]);
        }
        table.to_text(0)
    }
}
