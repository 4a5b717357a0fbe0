// SPDX-License-Identifier: MIT OR Apache-2.0
//! From the state now and the state wanted to what would stand in the way, and
//! the steps that lead there. The steps of a dry run are those that run.

mod action;
mod binding;
mod findings;
mod readiness;
mod rebuild;
mod renames;
mod report;
mod restore;
mod settings;
#[cfg(test)]
mod settings_tests;
mod sfs;
#[cfg(test)]
mod sfs_tests;
mod steps;
#[cfg(test)]
mod tests;

pub use action::{Action, Step, Undo, VfDriver, VfWanted};
pub use findings::CODES;
pub use readiness::{Check, Readiness};
pub use rebuild::Remains;
pub use renames::{HAS_ADDRESSES, HAS_MASTER, Renames};
pub use report::Report;
use serde::Serialize;
pub use settings::{ParamChange, Settings};
pub use sfs::{SfWanted, Sfs};

use crate::model::{EswitchMode, Handle, Snapshot, State};

/// What is wanted of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The mode.
    pub mode: EswitchMode,
    /// The number of VFs; none for as many as there are.
    pub vfs: Option<u32>,
    /// Codes of findings that are accepted.
    pub force: Vec<String>,
    /// What else is wanted.
    pub settings: Settings,
    /// Which of these are to stay so: those that are declared.
    pub lasting: Lasting,
    /// When VFs have drivers.
    pub binding: Binding,
}

impl Request {
    /// The mode, and everything else as it is.
    #[must_use]
    pub fn of_mode(mode: EswitchMode) -> Self {
        let (vfs, force, settings) = (None, Vec::new(), Settings::default());
        let (lasting, binding) = (Lasting::default(), Binding::default());
        Self { mode, vfs, force, settings, lasting, binding }
    }
}

/// When VFs have drivers during a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Binding {
    /// VFs that stay keep their drivers.
    #[default]
    Kept,
    /// VFs have no driver while the mode is set.
    Unbound,
    /// VFs have no driver from then on until the uplinks are one LAG of the hardware.
    AfterLag,
}

/// What is declared, and so is set again whenever it differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lasting {
    /// The mode.
    pub mode: bool,
    /// The number of VFs.
    pub vfs: bool,
}

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
    /// The steps; none where all is so already.
    pub steps: Vec<Step>,
    /// The device before.
    #[serde(skip)]
    pub state: State,
    /// What the new mode cannot express, to be restored with the old one.
    #[serde(skip)]
    pub stash: State,
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The kernel would refuse, or something would be lost; nothing is touched.
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
    /// Whether `--force` takes its code.
    #[serde(skip)]
    pub can_be_forced: bool,
}

impl Plan {
    /// Name of this version of the document.
    pub const SCHEMA: &'static str = "swdevctl/plan/v1";

    /// The plan that brings a device to what is requested. `stash` is what it had when
    /// it was last in that mode, and the present one cannot express.
    #[must_use]
    pub fn new(snapshot: &Snapshot, request: &Request, stash: Option<&State>) -> Self {
        let state = &snapshot.state;
        let kept = stash;
        let stash = kept.filter(|kept| restore::is_current(snapshot, request.mode, kept));
        let dropped =
            stash.is_none() && kept.is_some_and(|s| restore::is_stale(snapshot, s));
        let steps = steps::steps(snapshot, request, stash);
        let mut findings = if steps.is_empty() {
            Vec::new()
        } else {
            findings::findings(snapshot, request, &steps, stash, dropped)
        };
        for finding in &mut findings {
            let accepted = request.force.iter().any(|code| code == finding.code);
            if accepted && finding.can_be_forced {
                finding.severity = Severity::Warn;
            }
        }
        let codes: Vec<&str> = findings.iter().map(|finding| finding.code).collect();
        log::debug!(
            "plan: {}, mode {} to {}, VFs {} to {} -> {} steps, findings: [{}]",
            state.device,
            state.eswitch.mode,
            request.mode,
            state.vfs(),
            request.vfs.unwrap_or_else(|| state.vfs()),
            steps.len(),
            codes.join(", ")
        );
        Self {
            schema: Self::SCHEMA,
            device: state.device.clone(),
            from: state.eswitch.mode,
            to: request.mode,
            findings,
            steps,
            state: state.clone(),
            stash: restore::to_stash(snapshot, stash),
        }
    }

    /// The plan that rebuilds a broken eswitch as it is in a state.
    #[must_use]
    pub fn rebuild(state: &State, left: &Remains, kernel: (u32, u32)) -> Self {
        Self {
            schema: Self::SCHEMA,
            device: state.device.clone(),
            from: left.mode,
            to: state.eswitch.mode,
            findings: Vec::new(),
            steps: rebuild::steps(state, left, kernel),
            state: state.clone(),
            stash: state.clone(),
        }
    }

    /// The number of VFs that the steps lead to; none where they leave it alone.
    #[must_use]
    pub fn vfs(&self) -> Option<u32> {
        let mut steps = self.steps.iter().rev();
        steps.find_map(|step| match step.action {
            Action::SetVfs { to, .. } => Some(to),
            _ => None,
        })
    }

    /// The first finding that stands in the way.
    #[must_use]
    pub fn refusal(&self) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.severity == Severity::Refuse)
    }

    /// The steps that lead back to a state from wherever these steps have got, the
    /// first `begun` of them having been begun.
    #[must_use]
    pub fn undo(state: &State, steps: &[Step], begun: usize) -> Vec<Step> {
        steps::undo(state, &steps[..begun.min(steps.len())])
    }
}
