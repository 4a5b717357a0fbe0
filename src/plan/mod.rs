// SPDX-License-Identifier: MIT OR Apache-2.0
//! From the state now and the state wanted to what would stand in the way, and
//! the steps that lead there. The steps of a dry run are those that run.

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

pub use findings::CODES;
pub use readiness::{Check, Readiness};
pub use renames::{HAS_ADDRESSES, HAS_MASTER, Renames};
pub use report::Report;
use serde::{Deserialize, Serialize};
pub use settings::{ParamChange, Settings};
pub use sfs::{SfWanted, Sfs};

use crate::model::{
    EncapMode, EswitchMode, FunctionSettings, Handle, InlineMode, NetdevState,
    ParamValue, PortKey, SfState, Snapshot, State, VfField, VfSettings,
};

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

/// The driver of one VF.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VfDriver {
    /// VF number.
    pub vf: u32,
    /// The driver; none to leave the VF without one.
    pub driver: Option<String>,
    /// Whether the kernel chooses the driver.
    pub any: bool,
    /// The driver that alone may be bound.
    pub driver_override: Option<String>,
}

impl VfDriver {
    /// Whether the VF is to have no driver.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.driver.is_none() && !self.any
    }
}

/// The settings of one VF.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VfWanted {
    /// VF number.
    pub vf: u32,
    /// Settings.
    pub settings: VfSettings,
    /// Which of them come from the stash, since the mode before cannot express them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stashed: Vec<VfField>,
}

/// What a step does. Each can be repeated: what is so already stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Action {
    /// Starts the driver anew: by devlink or, where the driver has no reload, by unbinding
    /// and binding it.
    ReloadDriver {
        /// Unknown before the step.
        from: (),
        /// The driver.
        to: String,
    },
    /// Sets a device parameter, at run time.
    SetParam {
        /// Its name.
        name: String,
        /// Before.
        from: ParamValue,
        /// After: the first of these that the device takes.
        to: Vec<ParamValue>,
    },
    /// Sets whether new VFs get a driver at once.
    SetAutoprobe {
        /// Before.
        from: bool,
        /// After.
        to: bool,
    },
    /// Sets the number of VFs.
    SetVfs {
        /// Before.
        from: u32,
        /// After.
        to: u32,
    },
    /// Sets the eswitch mode, and with it the inline and the encap mode.
    SetMode {
        /// Before.
        from: EswitchMode,
        /// After.
        to: EswitchMode,
        /// The inline mode; none to leave it.
        inline_mode: Option<InlineMode>,
        /// The encap mode; none to leave it.
        encap_mode: Option<EncapMode>,
    },
    /// Removes SFs.
    RemoveSfs {
        /// Their ports.
        from: Vec<PortKey>,
        /// None are left of them.
        to: (),
    },
    /// Creates SFs, inactive ones.
    AddSfs {
        /// None were there.
        from: (),
        /// Their ports.
        to: Vec<PortKey>,
    },
    /// Gives SFs the attributes of their functions, which have to be inactive for it.
    SetUpSfs {
        /// Unknown before the step.
        from: (),
        /// The attributes.
        to: Vec<FunctionSettings>,
    },
    /// Activates or deactivates SFs, and waits for their functions.
    SetSfStates {
        /// Unknown before the step.
        from: (),
        /// The states.
        to: Vec<SfState>,
    },
    /// Gives VFs their settings at the PF's netdev.
    RestoreVfSettings {
        /// Unknown before the step.
        from: (),
        /// The settings.
        to: Vec<VfWanted>,
        /// Whether refusals are expected, as the driver is not known.
        lenient: bool,
    },
    /// Binds VFs to their drivers.
    BindVfs {
        /// None, as the VFs are new.
        from: (),
        /// The drivers.
        to: Vec<VfDriver>,
    },
    /// Waits until the representors are those of the mode, with their names.
    WaitForRepresentors {
        /// Mode before.
        from: EswitchMode,
        /// Mode after.
        to: EswitchMode,
    },
    /// Gives port functions their attributes.
    RestoreFunctions {
        /// Unknown before the step.
        from: (),
        /// The attributes.
        to: Vec<FunctionSettings>,
    },
    /// Gives netdevs their names, altnames, MTU, bridge or bond, and up state.
    RestoreNetdevs {
        /// Unknown before the step.
        from: (),
        /// The netdevs.
        to: Vec<NetdevState>,
    },
    /// Sets whether the uplinks take TC rules into hardware.
    SetTcOffload {
        /// Before.
        from: bool,
        /// After.
        to: bool,
    },
    /// Waits until the uplinks are one LAG of the hardware.
    WaitForLag {
        /// Unknown before the step.
        from: (),
        /// Always true.
        to: bool,
    },
    /// Brings the representors up, or takes them down.
    SetRepresentorsUp {
        /// Unknown before the step.
        from: (),
        /// Whether they are up.
        to: bool,
    },
}

/// What undoes a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Undo {
    /// The former choice.
    Flag(bool),
    /// The former number of VFs.
    Vfs(u32),
    /// The former mode.
    Mode(EswitchMode),
    /// The former value of a parameter.
    Param(ParamValue),
    /// Those of the SFs that were there.
    Sfs(Vec<PortKey>),
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What it does.
    #[serde(flatten)]
    pub action: Action,
    /// To what.
    pub target: Handle,
    /// The value that undoes it; none where there is nothing to undo, or what is to
    /// be given back follows the other undoing.
    pub undo: Option<Undo>,
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

    /// The plan that rebuilds a broken eswitch as it is in a state; where the PF's netdev
    /// is gone, `reload` says so.
    #[must_use]
    pub fn rebuild(
        state: &State,
        from: EswitchMode,
        kernel: (u32, u32),
        reload: bool,
    ) -> Self {
        Self {
            schema: Self::SCHEMA,
            device: state.device.clone(),
            from,
            to: state.eswitch.mode,
            findings: Vec::new(),
            steps: rebuild::steps(state, from, kernel, reload),
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

impl Action {
    /// The word for it, as in JSON.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::ReloadDriver { .. } => "reload-driver",
            Self::SetParam { .. } => "set-param",
            Self::SetAutoprobe { .. } => "set-autoprobe",
            Self::SetVfs { .. } => "set-vfs",
            Self::SetMode { .. } => "set-mode",
            Self::RemoveSfs { .. } => "remove-sfs",
            Self::AddSfs { .. } => "add-sfs",
            Self::SetUpSfs { .. } => "set-up-sfs",
            Self::SetSfStates { .. } => "set-sf-states",
            Self::RestoreVfSettings { .. } => "restore-vf-settings",
            Self::BindVfs { .. } => "bind-vfs",
            Self::WaitForRepresentors { .. } => "wait-for-representors",
            Self::RestoreFunctions { .. } => "restore-functions",
            Self::RestoreNetdevs { .. } => "restore-netdevs",
            Self::SetTcOffload { .. } => "set-tc-offload",
            Self::WaitForLag { .. } => "wait-for-lag",
            Self::SetRepresentorsUp { .. } => "set-representors-up",
        }
    }

    /// Whether it is about SFs.
    #[must_use]
    pub fn is_of_sfs(&self) -> bool {
        matches!(
            self,
            Self::RemoveSfs { .. }
                | Self::AddSfs { .. }
                | Self::SetUpSfs { .. }
                | Self::SetSfStates { .. }
        )
    }
}
