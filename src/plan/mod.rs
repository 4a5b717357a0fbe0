// SPDX-License-Identifier: MIT OR Apache-2.0
//! From the state now and the state wanted to what would stand in the way, and
//! the steps that lead there. The steps of a dry run are those that run.

use serde::Serialize;

use crate::{
    driver::{Decides, VfNeed, profile},
    model::{DeviceFacts, EswitchMode, Flavour, Handle, RateKind},
};

/// A plan for one device, and its JSON, version 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// `swdevctl/plan/v1`.
    pub schema: &'static str,
    /// The device.
    pub device: Handle,
    /// Its mode now.
    pub from: EswitchMode,
    /// The mode wanted.
    pub to: EswitchMode,
    /// What stands in the way, or goes with the change.
    pub findings: Vec<Finding>,
    /// The steps; none where the device is in the mode already.
    pub steps: Vec<Step>,
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The kernel would refuse, so nothing is touched.
    Refuse,
    /// To be known before.
    Warn,
}

/// One thing found before anything is touched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stable word for programs.
    pub code: &'static str,
    /// Its weight.
    pub severity: Severity,
    /// Text for people.
    pub message: String,
    /// What it was seen by.
    pub evidence: Vec<String>,
    /// What to do about it.
    pub remedy: String,
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Sets the eswitch mode.
    SetMode,
    /// Waits until the representors are those of the mode, with their names.
    WaitForRepresentors,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What it does.
    pub step: Action,
    /// To what.
    pub target: Handle,
    /// The mode before.
    pub from: EswitchMode,
    /// The mode after.
    pub to: EswitchMode,
    /// The mode that undoes it; none where there is nothing to undo.
    pub undo: Option<EswitchMode>,
}

impl Plan {
    /// Name of this version of the document.
    pub const SCHEMA: &'static str = "swdevctl/plan/v1";

    /// The plan for a device that is in the mode already: to do nothing.
    #[must_use]
    pub fn nothing(device: &Handle, mode: EswitchMode) -> Self {
        Self {
            schema: Self::SCHEMA,
            device: device.clone(),
            from: mode,
            to: mode,
            findings: Vec::new(),
            steps: Vec::new(),
        }
    }

    /// The plan that brings a device from a mode to another. `rates` are the
    /// device's rate objects.
    #[must_use]
    pub fn new(
        device: &DeviceFacts,
        rates: &[RateKind],
        from: EswitchMode,
        to: EswitchMode,
    ) -> Self {
        let handle = &device.handle;
        let step = |step, undo| Step { step, target: handle.clone(), from, to, undo };
        Self {
            schema: Self::SCHEMA,
            device: handle.clone(),
            from,
            to,
            findings: findings(device, rates, to),
            steps: vec![
                step(Action::SetMode, Some(from)),
                step(Action::WaitForRepresentors, None),
            ],
        }
    }

    /// The first finding that stands in the way.
    #[must_use]
    pub fn refusal(&self) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.severity == Severity::Refuse)
    }
}

fn findings(device: &DeviceFacts, rates: &[RateKind], to: EswitchMode) -> Vec<Finding> {
    let profile = profile(device.driver.as_deref());
    let driver = device.driver.as_deref().unwrap_or("its driver");
    let vfs: Vec<String> =
        device.vfs.iter().map(|(_, vf)| vf.device.name.clone()).collect();
    let numvfs = device.handle.sysfs_path().map_or_else(
        || "sriov_numvfs".into(),
        |path| format!("/sys/{path}/sriov_numvfs"),
    );
    let mut found = Vec::new();
    let nodes: Vec<String> =
        rates.iter().filter_map(|rate| Some(rate.node()?.to_owned())).collect();
    if !nodes.is_empty() {
        found.push(Finding {
            code: "rate-nodes",
            severity: Severity::Refuse,
            message: "it has rate nodes, with which the kernel changes no mode".into(),
            evidence: nodes,
            remedy: format!(
                "delete them: \"devlink port function rate del {}/NODE\"",
                device.handle
            ),
        });
    }
    match profile.vfs {
        VfNeed::None if !vfs.is_empty() => found.push(Finding {
            code: "vfs-must-be-zero",
            severity: Severity::Refuse,
            message: format!("{driver} changes the mode only without VFs"),
            evidence: vfs,
            remedy: format!(
                "write 0 to {numvfs} first, and their number again afterwards"
            ),
        }),
        VfNeed::SomeBefore(kernel) if vfs.is_empty() && to.has_representors() => {
            found.push(Finding {
                code: "vfs-required",
                severity: Severity::Warn,
                message: format!("{driver} refuses without VFs before Linux {kernel}"),
                evidence: vec![format!("{numvfs}: 0")],
                remedy: format!(
                    "on such a kernel, write their number to {numvfs} first{}",
                    if profile.vfs_need_netdev_up { ", with its netdev up" } else { "" }
                ),
            });
        }
        _ => {}
    }
    if profile.decides == Decides::Firmware {
        found.push(Finding {
            code: "firmware-decides",
            severity: Severity::Warn,
            message: "with most firmware of this card the mode is fixed".into(),
            evidence: vec![driver.to_owned()],
            remedy: "load other firmware if the kernel refuses".into(),
        });
    }
    let sfs = device.ports.iter().filter(|port| port.flavour == Some(Flavour::PciSf));
    let sfs: Vec<String> = sfs.map(|port| port.handle.to_string()).collect();
    for loss in profile.losses.iter().filter(|loss| loss.to == to) {
        let is_sfs = loss.code == "sf-lost";
        if is_sfs && sfs.is_empty() {
            continue;
        }
        found.push(Finding {
            code: loss.code,
            severity: Severity::Warn,
            message: loss.what.into(),
            evidence: if is_sfs { sfs.clone() } else { vec![driver.to_owned()] },
            remedy: loss.remedy.into(),
        });
    }
    found
}
