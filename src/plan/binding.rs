// SPDX-License-Identifier: MIT OR Apache-2.0
//! When VFs get their drivers: for VF LAG, only once the uplinks are one LAG of the
//! hardware, since a VF that is bound before keeps its single port.

use super::{
    Action, Binding, ParamChange, Request, Settings, VfDriver,
    steps::{VfChange, new_drivers},
};
use crate::model::{NetdevState, ParamValue, Role, Snapshot, State};

/// Parameters that need the ports of a card in mode switchdev.
const AFTER_MODE: [&str; 1] = ["esw_multiport"];

impl ParamChange {
    /// Whether it can be made only after the mode.
    pub(super) fn is_late(&self) -> bool {
        AFTER_MODE.contains(&self.name.as_str())
    }
}

impl Action {
    /// Whether it comes when the other devices of the change are in their mode: the
    /// representors of a socket-direct group come with the last of its PFs, and ports are
    /// one LAG or one eswitch only when all of them are in mode switchdev.
    #[must_use]
    pub fn needs_others(&self) -> bool {
        match self {
            Self::WaitForRepresentors { .. } | Self::WaitForLag { .. } => true,
            Self::SetParam { name, .. } => AFTER_MODE.contains(&name.as_str()),
            _ => false,
        }
    }
}

impl Request {
    /// Whether VFs stay without drivers: they wait for a LAG, and there is neither a bond
    /// nor a multiport eswitch to become one.
    pub(super) fn waits_in_vain(&self, snapshot: &Snapshot) -> bool {
        let on = |param: &ParamChange| {
            param.is_late() && param.to.first() == Some(&ParamValue::Flag(true))
        };
        self.binding == Binding::AfterLag
            && !snapshot.in_bond()
            && !snapshot.multiport
            && !self.settings.params.iter().any(on)
    }
}

/// The drivers that VFs get in the end.
pub(super) fn drivers(
    snapshot: &Snapshot,
    request: &Request,
    wanted: &Settings,
    vfs: &VfChange,
    autoprobe: bool,
) -> Vec<VfDriver> {
    if request.waits_in_vain(snapshot) {
        return Vec::new();
    }
    let state = &snapshot.state;
    let all = match vfs.create || vfs.unbind {
        true => new_drivers(state, vfs.target, autoprobe),
        // Those that an earlier change has left without one.
        false if request.binding == Binding::AfterLag && autoprobe => unbound(state),
        false => Vec::new(),
    };
    wanted.bound(snapshot, all)
}

fn unbound(state: &State) -> Vec<VfDriver> {
    let vfs = state.vfs.iter().filter(|vf| vf.driver.is_none());
    let any = |vf: u32, driver_override: &Option<String>| VfDriver {
        vf,
        driver: None,
        any: true,
        driver_override: driver_override.clone(),
    };
    vfs.map(|vf| any(vf.vf, &vf.driver_override)).collect()
}

/// Takes the drivers from VFs that stay.
pub(super) fn unbind(state: &State, vfs: &VfChange) -> Option<Action> {
    let bound = state.vfs.iter().filter(|vf| vf.driver.is_some() && vfs.unbind);
    let to: Vec<VfDriver> = bound
        .map(|vf| VfDriver {
            vf: vf.vf,
            driver: None,
            any: false,
            driver_override: vf.driver_override.clone(),
        })
        .collect();
    (!to.is_empty()).then_some(Action::BindVfs { from: (), to })
}

/// Whether a netdev is there when VFs have their drivers: not that of a VF that is made anew
/// and gets another driver, or none.
pub(super) fn keeps(
    state: &State,
    vfs: &VfChange,
    drivers: &[VfDriver],
    netdev: &NetdevState,
) -> bool {
    let place = &netdev.key.place;
    let Some(vf) = place.vf.filter(|_| place.role == Role::Vf && vfs.remove) else {
        return true;
    };
    let now = state.vf(vf).and_then(|now| now.driver.as_ref());
    drivers.iter().any(|of| of.vf == vf && (of.any || of.driver.as_ref() == now))
}

/// Waits for the LAG where there is none yet. Only mlx5 tells.
pub(super) fn wait_for_lag(snapshot: &Snapshot, request: &Request) -> Option<Action> {
    let is_active =
        snapshot.lag == Some(true) && snapshot.state.eswitch.mode == request.mode;
    let is_due = request.binding == Binding::AfterLag && !is_active;
    (is_due && snapshot.lag.is_some())
        .then_some(Action::WaitForLag { from: (), to: true })
}
