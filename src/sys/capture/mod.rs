// SPDX-License-Identifier: MIT OR Apache-2.0
//! Captures: everything that was read of a machine, in one file; and a machine that
//! answers from such a file.
//!
//! A capture holds the kernel's answers as they came, so that a replay goes
//! through the same decoding as the live machine.

mod file;
mod mask;
mod record;
mod replay;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use file::{read, write};
pub use record::Recorder;
pub use replay::Replay;

use super::{Question, store::FOLDER};
use crate::model::UdevNames;

/// The content of a capture's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capture {
    /// `swdevctl/capture/v1`.
    pub schema: String,
    /// The version of swdevctl that made it.
    pub swdevctl: String,
    /// The kernel's release.
    pub kernel: String,
    /// Whether addresses and switch ids were replaced.
    pub masked: bool,
    /// Netlink answers, by request.
    answers: BTreeMap<String, Recorded>,
    /// Files of sysfs by path below its root, and other files by absolute path.
    files: BTreeMap<String, Content>,
    /// Last components of symbolic links' targets.
    links: BTreeMap<String, String>,
    /// Real paths.
    paths: BTreeMap<String, String>,
    /// Names in folders.
    folders: BTreeMap<String, Vec<String>>,
    /// Numbers of folders.
    #[serde(default)]
    instances: BTreeMap<String, u64>,
    /// Processes that hold a device file open.
    #[serde(default)]
    holders: BTreeMap<String, Vec<String>>,
    /// Units of systemd that are active, of those that are declared to activate devices.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    units: BTreeSet<String>,
    /// The naming scheme that the kernel's command line pins.
    #[serde(default)]
    naming_scheme: Option<String>,
    /// What udev has recorded of netdevs' names, by index.
    #[serde(default)]
    udev: BTreeMap<u32, UdevNames>,
}

/// An answer, or why there was none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Recorded {
    Answer { messages: Vec<String>, message: Option<String> },
    Refused { errno: i32, message: Option<String> },
    NoDevlink,
}

/// A file's content; hexadecimal where it is binary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Content {
    Text(String),
    Hex(String),
}

impl Capture {
    /// Name of this version of the file.
    pub const SCHEMA: &'static str = "swdevctl/capture/v1";

    fn new(kernel: &str) -> Self {
        Self {
            schema: Self::SCHEMA.into(),
            swdevctl: env!("CARGO_PKG_VERSION").into(),
            kernel: kernel.into(),
            masked: false,
            answers: BTreeMap::new(),
            files: BTreeMap::new(),
            links: BTreeMap::new(),
            paths: BTreeMap::new(),
            folders: BTreeMap::new(),
            instances: BTreeMap::new(),
            holders: BTreeMap::new(),
            units: BTreeSet::new(),
            naming_scheme: None,
            udev: BTreeMap::new(),
        }
    }

    /// Reads a capture's file; the error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let capture: Self =
            serde_json::from_str(text).map_err(|error| error.to_string())?;
        if capture.schema != Self::SCHEMA {
            return Err(format!(
                "its schema is {:?}, not {:?}",
                capture.schema,
                Self::SCHEMA
            ));
        }
        Ok(capture)
    }
}

impl Content {
    fn of(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => Self::Text(text.into()),
            _ => Self::Hex(hex(bytes)),
        }
    }

    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.clone().into_bytes(),
            Self::Hex(digits) => unhex(digits).unwrap_or_default(),
        }
    }
}

/// Where a file that swdevctl keeps below `/run/swdevctl` is.
fn kept_path(folder: &str, file: &str) -> String {
    format!("{FOLDER}/{folder}/{file}")
}

/// A request as text.
fn key(question: &Question) -> String {
    let how = |dump: &bool| if *dump { "dump" } else { "get" };
    match question {
        Question::Route { kind, dump, body } => {
            format!("route {kind} {} {}", how(dump), hex(body))
        }
        Question::Devlink { dump, body } => {
            format!("devlink {} {}", how(dump), hex(body))
        }
        Question::Ethtool { body } => format!("ethtool {}", hex(body)),
        Question::Xfrm { kind } => format!("xfrm {kind}"),
    }
}

fn hex(bytes: &[u8]) -> String {
    hex_with(bytes, "")
}

fn hex_with(bytes: &[u8], separator: &str) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(separator)
}

fn unhex(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .map(|pair| {
            let text = std::str::from_utf8(pair).ok().filter(|text| text.len() == 2)?;
            u8::from_str_radix(text, 16).ok()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_capture_is_refused() {
        for text in ["", "{}", "[]", r#"{"schema":"swdevctl/capture/v9"}"#] {
            assert!(Capture::parse(text).is_err(), "{text}");
        }
    }
}
