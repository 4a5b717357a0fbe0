// SPDX-License-Identifier: MIT OR Apache-2.0
//! What has become of changes that were cut short.

use std::path::PathBuf;

use serde::Serialize;

use super::{EswitchMode, Handle};

/// What has become of a change that was cut short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recovered {
    /// The device is as the change was to leave it.
    Finished(EswitchMode),
    /// The device is as it was before the change.
    Undone(EswitchMode),
    /// A broken eswitch was rebuilt, in that mode.
    Rebuilt(EswitchMode),
    /// There was nothing to recover.
    Nothing,
    /// The boot of the change, the device or its driver has gone: nothing is left of it.
    Void,
    /// The journal was set aside unread, and the device was left as it is.
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
