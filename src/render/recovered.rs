// SPDX-License-Identifier: MIT OR Apache-2.0
//! Results of recovery, as text.

use serde::Serialize;

use super::Text;
use crate::model::{Recovered, RecoveredDevice};

/// What has become of several changes.
#[derive(Debug, Serialize)]
pub struct Recoveries {
    /// The devices.
    pub devices: Vec<RecoveredDevice>,
    /// Whether others could not be recovered.
    #[serde(skip)]
    pub failed: bool,
}

impl Text for Recoveries {
    fn to_text(&self) -> String {
        recoveries(self)
    }
}

fn recoveries(document: &Recoveries) -> String {
    if document.devices.is_empty() && !document.failed {
        return "nothing to recover\n".into();
    }
    let line = |device: &RecoveredDevice| {
        let what = match &device.recovered {
            Recovered::Finished(mode) => {
                format!("completed the interrupted change; the mode is {mode}")
            }
            Recovered::Undone(mode) => {
                format!("rolled back the interrupted change; the mode is {mode}")
            }
            Recovered::Rebuilt(mode) => format!("rebuilt; the mode is {mode}"),
            Recovered::Nothing => "nothing to recover".into(),
            Recovered::Void => {
                "the device or its driver is gone or the machine has rebooted since; nothing to recover".into()
            }
            Recovered::Discarded(path) => {
                format!("left as it is; what was kept of it is now {}", path.display())
            }
        };
        format!("{}: {what}\n", device.handle)
    };
    document.devices.iter().map(line).collect()
}
