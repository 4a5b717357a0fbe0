// SPDX-License-Identifier: MIT OR Apache-2.0
//! The steps of a plan: what each does, and what undoes it.

use serde::{Deserialize, Serialize};

use crate::model::{
    EncapMode, EswitchMode, FunctionSettings, Handle, InlineMode, NetdevState,
    ParamValue, PortKey, SfState, VfField, VfSettings,
};

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
    /// Brings the PF's netdev up, or takes it down.
    SetPfUp {
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

impl Action {
    /// The word for it, as in JSON.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::ReloadDriver { .. } => "reload-driver",
            Self::SetParam { .. } => "set-param",
            Self::SetAutoprobe { .. } => "set-autoprobe",
            Self::SetPfUp { .. } => "set-pf-up",
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
