// SPDX-License-Identifier: MIT OR Apache-2.0
//! The order of steps, from the driver's profile: ice changes the mode without VFs
//! alone, bnxt before 6.4 only with some; bnxt changes the number of VFs in legacy
//! mode alone, and netdevsim falls back to legacy when its VFs go.

use crate::{
    driver::{VfNeed, profile},
    model::{EswitchMode, Snapshot, State},
};

use super::{Action, Request, Step, Undo, VfDriver, VfWanted, restore};

/// How the VFs get to the number that is wanted.
pub(super) struct VfChange {
    /// How many there are.
    pub current: u32,
    /// How many there should be.
    pub target: u32,
    /// Whether those that there are go, for a moment or for ever.
    pub remove: bool,
    /// Whether new ones are made.
    pub create: bool,
}

impl VfChange {
    pub(super) fn new(snapshot: &Snapshot, request: &Request) -> Self {
        let current = snapshot.state.vfs();
        let target = request.vfs.unwrap_or(current);
        let switches = snapshot.state.mode != request.mode;
        let without = profile(snapshot.state.driver.as_deref()).vfs == VfNeed::None;
        let remove = current > 0 && (target != current || switches && without);
        let create = target > 0 && (remove || current == 0);
        Self { current, target, remove, create }
    }
}

/// The steps from a state to what is requested; none where all is so already.
pub(super) fn steps(
    snapshot: &Snapshot,
    request: &Request,
    stash: Option<&State>,
) -> Vec<Step> {
    let (state, to) = (&snapshot.state, request.mode);
    let profile = profile(state.driver.as_deref());
    let vfs = VfChange::new(snapshot, request);
    if state.mode == to && vfs.current == vfs.target {
        return Vec::new();
    }
    let before = |release| snapshot.kernel < release;
    let in_legacy = profile.vfs_change_in_legacy && (vfs.remove || vfs.create);
    let leaves = in_legacy && state.mode != EswitchMode::Legacy;
    let falls_back = vfs.remove && profile.legacy_without_vfs_before.is_some_and(before);
    let from = if falls_back || leaves { EswitchMode::Legacy } else { state.mode };
    let vfs_first = in_legacy
        || to.has_representors()
            && matches!(profile.vfs, VfNeed::SomeBefore(release) if before(release));
    let create = vfs.create.then_some(Action::SetVfs { from: 0, to: vfs.target });
    let autoprobe = vfs.create && state.sriov.and_then(|of| of.autoprobe) == Some(true);
    let settings = restore::vf_settings(snapshot, to, stash, vfs.target);
    let former = restore::Former::new(snapshot, to, stash, &vfs, leaves);
    let functions = former.as_ref().map(|of| of.functions(&settings)).unwrap_or_default();
    let netdevs = restore::netdevs(snapshot, &vfs, former.as_ref());
    let new_representors = state.mode != to || vfs.create && to.has_representors();

    let mut actions = Vec::new();
    actions.extend(autoprobe.then_some(Action::SetAutoprobe { from: true, to: false }));
    actions.extend(leaves.then(|| set_mode(state, state.mode, EswitchMode::Legacy)));
    actions.extend(vfs.remove.then_some(Action::SetVfs { from: vfs.current, to: 0 }));
    actions.extend(create.clone().filter(|_| vfs_first));
    actions.extend((from != to).then(|| set_mode(state, from, to)));
    actions.extend(create.filter(|_| !vfs_first));
    actions.extend(restore_settings(state, settings));
    // What a function may do is read by its driver when it is bound.
    actions.extend(
        (!functions.is_empty())
            .then_some(Action::RestoreFunctions { from: (), to: functions }),
    );
    actions.extend(autoprobe.then_some(Action::SetAutoprobe { from: false, to: true }));
    actions.extend(vfs.create.then(|| bind(state, vfs.target)).flatten());
    actions.extend(
        new_representors.then_some(Action::WaitForRepresentors { from: state.mode, to }),
    );
    actions.extend(
        (!netdevs.is_empty()).then_some(Action::RestoreNetdevs { from: (), to: netdevs }),
    );
    actions.into_iter().map(|action| step(state, action)).collect()
}

/// The way back to a state: what was begun in reverse, then all that the state had.
pub(super) fn undo(state: &State, begun: &[Step]) -> Vec<Step> {
    let reversed = begun.iter().rev().filter_map(|step| reversed(state, step));
    let mut actions: Vec<Action> = reversed.collect();
    let remade = begun.iter().any(|step| matches!(step.action, Action::SetVfs { .. }));
    // VFs that were only to go come back without a driver too, until each gets its own.
    let kept_autoprobe = state.sriov.and_then(|of| of.autoprobe) == Some(true)
        && !begun.iter().any(|step| matches!(step.action, Action::SetAutoprobe { .. }));
    // An undoing that was cut short may have reached the former mode already.
    if remade && profile(state.driver.as_deref()).vfs_change_in_legacy {
        actions.insert(0, set_mode(state, state.mode, EswitchMode::Legacy));
    }
    if remade && kept_autoprobe {
        actions.insert(0, Action::SetAutoprobe { from: true, to: false });
        actions.push(Action::SetAutoprobe { from: false, to: true });
    }
    // With some drivers the mode has gone with the VFs.
    actions.push(set_mode(state, state.mode, state.mode));
    // Nobody can set a mode that does not exist.
    let unknown = matches!(state.mode, EswitchMode::Unknown(_));
    actions.retain(|action| {
        !unknown || !matches!(action, Action::SetMode { to, .. } if *to == state.mode)
    });
    let settings = own_settings(state);
    let functions = restore::own_functions(state, &settings);
    actions.extend(restore_settings(state, settings));
    actions.push(Action::RestoreFunctions { from: (), to: functions });
    actions.extend(remade.then(|| bind(state, state.vfs())).flatten());
    let wait = Action::WaitForRepresentors { from: state.mode, to: state.mode };
    actions.extend((!unknown).then_some(wait));
    actions.push(Action::RestoreNetdevs { from: (), to: state.netdevs.clone() });
    actions.into_iter().map(|action| step(state, action)).collect()
}

/// The action that a step's `undo` stands for.
fn reversed(state: &State, step: &Step) -> Option<Action> {
    match (step.undo?, &step.action) {
        (Undo::Autoprobe(to), Action::SetAutoprobe { to: from, .. }) => {
            Some(Action::SetAutoprobe { from: *from, to })
        }
        (Undo::Vfs(to), Action::SetVfs { to: from, .. }) => {
            Some(Action::SetVfs { from: *from, to })
        }
        (Undo::Mode(to), Action::SetMode { to: from, .. }) => {
            Some(set_mode(state, *from, to))
        }
        _ => None,
    }
}

pub(super) fn set_mode(state: &State, from: EswitchMode, to: EswitchMode) -> Action {
    let State { inline_mode, encap_mode, .. } = *state;
    Action::SetMode { from, to, inline_mode, encap_mode }
}

/// The settings that VFs have in a state, as far as its mode takes them.
pub(super) fn own_settings(state: &State) -> Vec<VfWanted> {
    let profile = profile(state.driver.as_deref());
    let takes = |field| restore::takes(&profile, state.mode, field);
    let settings = state.vfs.iter().map(|vf| VfWanted {
        vf: vf.vf,
        settings: vf.settings.only(takes),
        stashed: Vec::new(),
    });
    settings.collect()
}

pub(super) fn restore_settings(state: &State, to: Vec<VfWanted>) -> Option<Action> {
    let lenient = profile(state.driver.as_deref()).in_switchdev.is_none();
    (!to.is_empty()).then_some(Action::RestoreVfSettings { from: (), to, lenient })
}

/// Drivers for VFs that were just made: those that they had or, where there were no
/// such VFs, the one that the kernel chooses, if it was to choose any.
pub(super) fn bind(state: &State, vfs: u32) -> Option<Action> {
    // Buses other than PCI have no functions to bind.
    state.device.pci_address()?;
    let any = state.sriov.and_then(|of| of.autoprobe) == Some(true);
    let of = |number: u32| match state.vf(number) {
        Some(vf) => VfDriver {
            vf: number,
            driver: vf.driver.clone(),
            any: false,
            driver_override: vf.driver_override.clone(),
        },
        None => VfDriver { vf: number, driver: None, any, driver_override: None },
    };
    (vfs > 0).then(|| Action::BindVfs { from: (), to: (0..vfs).map(of).collect() })
}

pub(super) fn step(state: &State, action: Action) -> Step {
    let undo = match &action {
        Action::SetAutoprobe { from, .. } => Some(Undo::Autoprobe(*from)),
        Action::SetVfs { from, .. } => Some(Undo::Vfs(*from)),
        Action::SetMode { from, .. } => Some(Undo::Mode(*from)),
        _ => None,
    };
    Step { action, target: state.device.clone(), undo }
}
