// SPDX-License-Identifier: MIT OR Apache-2.0
//! The output of a verb: a value with a text form and a JSON form.

use serde::Serialize;

use super::TextStyle;
use crate::{error::printable, model::Netdev};

/// A value with a form for people.
pub trait Text: Serialize {
    /// The text, safe for a terminal.
    fn to_text(&self) -> String;

    /// The text as it looks where it is printed.
    fn to_styled(&self, _style: TextStyle) -> String {
        self.to_text()
    }
}

/// A document: the name and version of its schema, and the keys of its body.
#[derive(Debug, Clone, Serialize)]
pub struct Document<T> {
    schema: &'static str,
    #[serde(flatten)]
    body: T,
}

impl<T> Document<T> {
    /// A document of that schema.
    pub fn new(schema: &'static str, body: T) -> Self {
        Self { schema, body }
    }
}

impl<T: Text> Text for Document<T> {
    fn to_text(&self) -> String {
        self.body.to_text()
    }
}

/// A body that is a list of devices.
#[derive(Debug, Clone, Serialize)]
pub struct Devices<T> {
    /// The devices.
    pub devices: Vec<T>,
}

/// One netdev of a device.
#[derive(Debug, Serialize)]
pub struct DeviceNetdev<'a> {
    /// The device.
    pub device: &'a crate::model::Handle,
    /// The netdev.
    pub netdev: &'a Netdev,
}

impl Text for DeviceNetdev<'_> {
    fn to_text(&self) -> String {
        format!("{}\n", printable(&self.netdev.name))
    }
}

/// A file that was written.
#[derive(Debug, Serialize)]
pub struct Captured {
    /// Its path.
    pub file: String,
    /// Whether hardware addresses and ids in it are invented.
    pub masked: bool,
}

/// A file that other programs read was written.
#[derive(Debug, Serialize)]
pub struct Written {
    /// Its path.
    pub file: String,
}

impl Text for Written {
    /// Nothing: a timer's log would repeat it.
    fn to_text(&self) -> String {
        String::new()
    }
}

impl Text for Captured {
    fn to_text(&self) -> String {
        format!("{}\n", printable(&self.file))
    }
}
