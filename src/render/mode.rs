// SPDX-License-Identifier: MIT OR Apache-2.0
//! Modes for people.

use super::{Devices, Table, Text};
use crate::model::DeviceMode;

impl Text for Devices<DeviceMode> {
    fn to_text(&self) -> String {
        let mut table = Table::new(&["DEVICE", "MODE", "INLINE", "ENCAP"]);
        for device in &self.devices {
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
    }
}
