// SPDX-License-Identifier: MIT OR Apache-2.0
//! SFs for people.

use std::fmt::Write as _;

use serde::Serialize;

use super::{Devices, Table, Text, plan::count};
use crate::model::{Handle, Sf};

/// SFs of a device.
#[derive(Debug, Clone, Serialize)]
pub struct DeviceSfs {
    /// The device.
    pub handle: Handle,
    /// Whether anything was to be done; none where nothing was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed: Option<bool>,
    /// Its SFs.
    pub sfs: Vec<Sf>,
}

/// The SFs that a device no longer has.
#[derive(Debug, Clone, Serialize)]
pub struct RemovedSfs {
    /// The device.
    pub handle: Handle,
    /// Whether anything was to be done.
    pub changed: bool,
    /// Their numbers.
    pub removed: Vec<u32>,
}

impl Text for Devices<DeviceSfs> {
    fn to_text(&self) -> String {
        match self.devices.as_slice() {
            [] => "no SFs\n".into(),
            devices => devices.iter().map(of_device).collect(),
        }
    }
}

impl Text for Devices<RemovedSfs> {
    fn to_text(&self) -> String {
        let mut text = String::new();
        for RemovedSfs { handle, removed, .. } in &self.devices {
            let _ = match removed.len() {
                0 => writeln!(text, "{handle}: no such SFs"),
                number => writeln!(text, "{handle}: {} removed", count(number, "SF")),
            };
        }
        text
    }
}

fn of_device(device: &DeviceSfs) -> String {
    let DeviceSfs { handle, changed, sfs } = device;
    let so = if *changed == Some(false) { ", already so" } else { "" };
    let mut text = format!("{handle}: {}{so}\n", count(sfs.len(), "SF"));
    if sfs.is_empty() {
        return text;
    }
    let mut table = Table::new(&[
        "SF",
        "CTRL",
        "PORT",
        "STATE",
        "MAC",
        "ROCE",
        "REPRESENTOR",
        "FUNCTION",
        "OWN NETDEV",
    ]);
    sfs.iter().for_each(|sf| table.row(&row(sf)));
    text.push_str(&table.to_text(2));
    text
}

fn row(sf: &Sf) -> Vec<String> {
    let function = sf.function.as_ref();
    let roce = sf.roce.map(|on| if on { "on" } else { "off" });
    vec![
        sf.number.to_string(),
        if sf.controller == 0 { String::new() } else { sf.controller.to_string() },
        sf.port.index.to_string(),
        sf.state.map(|state| state.to_string()).unwrap_or_default(),
        sf.mac.as_ref().map(ToString::to_string).unwrap_or_default(),
        roce.unwrap_or_default().to_owned(),
        sf.representor.as_ref().map(|netdev| netdev.name.clone()).unwrap_or_default(),
        function.map(|of| of.address.clone()).unwrap_or_default(),
        function.and_then(|of| of.netdev.clone()).unwrap_or_default(),
    ]
}
