// SPDX-License-Identifier: MIT OR Apache-2.0
//! What has become of a device whose mode was set.

use serde::Serialize;

use super::{Finding, Plan};
use crate::model::{EswitchMode, Handle};

/// What has become of one device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The device.
    pub handle: Handle,
    /// Its mode before.
    pub from: EswitchMode,
    /// Its mode.
    pub to: EswitchMode,
    /// Its number of VFs.
    pub vfs: u32,
    /// Whether anything was to be done.
    pub changed: bool,
    /// What went with the change.
    pub findings: Vec<Finding>,
    /// What the kernel said when the mode was set.
    pub kernel_message: Option<String>,
    /// How many representors there are.
    pub representors: usize,
    /// What could not be restored.
    pub notes: Vec<String>,
}

impl Report {
    /// Of a device with which nothing is to be done.
    #[must_use]
    pub fn unchanged(handle: &Handle, mode: EswitchMode, vfs: u32) -> Self {
        Self {
            handle: handle.clone(),
            from: mode,
            to: mode,
            vfs,
            changed: false,
            findings: Vec::new(),
            kernel_message: None,
            representors: 0,
            notes: Vec::new(),
        }
    }

    /// Of a device with which a plan is to be carried out.
    #[must_use]
    pub fn planned(plan: &Plan, vfs: u32) -> Self {
        Self {
            from: plan.from,
            changed: !plan.steps.is_empty(),
            findings: plan.findings.clone(),
            ..Self::unchanged(&plan.device, plan.to, vfs)
        }
    }
}
