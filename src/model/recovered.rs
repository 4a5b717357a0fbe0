// SPDX-License-Identifier: MIT OR Apache-2.0
//! Results of recovery from interrupted changes.

use std::path::PathBuf;

use serde::Serialize;

use super::{EswitchMode, Handle};

/// The result of recovery from an interrupted change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recovered {
    /// The change was completed.
    Finished(EswitchMode),
    /// The change was rolled back.
    Undone(EswitchMode),
    /// A broken eswitch was rebuilt, in that mode.
    Rebuilt(EswitchMode),
    /// There was nothing to recover.
    Nothing,
    /// The device or its driver is gone, or the machine has rebooted since: there is nothing
    /// to recover.
    Void,
    /// The journal or the stash was set aside, and the device was left as it is.
    Discarded(PathBuf),
}

/// What has become of one device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecoveredDevice {
    /// The device.
    pub handle: Handle,
    /// What has become of its change.
    pub recovered: Recovered,
}
