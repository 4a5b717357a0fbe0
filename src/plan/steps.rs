// SPDX-License-Identifier: MIT OR Apache-2.0
//! The order of steps, from the driver's profile: ice changes the mode without VFs
//! alone, bnxt before 6.4 only with some; bnxt changes the number of VFs in legacy
//! mode alone, and netdevsim falls back to legacy when its VFs go.

use crate::{
    driver::{VfNeed, profile},
    model::{EswitchMode, State, Survey},
};

use super::{Action, Request, Step, Undo, VfDriver, VfWanted, restore};

/// How the VFs get to the number that is wanted.
pub(super) struct Vfs {
    /// How many there are.
    pub now: u32,
    /// How many there shall be.
    pub then: u32,
    /// Whether those that there are go, for a moment or for ever.
    pub go: bool,
    /// Whether new ones are made.
    pub come: bool,
}

impl Vfs {
    pub(super) fn new(survey: &Survey, request: &Request) -> Self {
        let now = survey.state.vfs();
        let then = request.vfs.unwrap_or(now);
        let switches = survey.state.mode != request.mode;
        let without = profile(survey.state.driver.as_deref()).vfs == VfNeed::None;
        let go = now > 0 && (then != now || switches && without);
        Self { now, then, go, come: then > 0 && (go || now == 0) }
    }
}

/// The steps from a state to what is requested; none where all is so already.
pub(super) fn steps(
    survey: &Survey,
    request: &Request,
    parked: Option<&State>,
) -> Vec<Step> {
    let (state, to) = (&survey.state, request.mode);
    let profile = profile(state.driver.as_deref());
    let vfs = Vfs::new(survey, request);
    if state.mode == to && vfs.now == vfs.then {
        return Vec::new();
    }
    let before = |release| survey.kernel < release;
    let in_legacy = profile.vfs_change_in_legacy && (vfs.go || vfs.come);
    let leaves = in_legacy && state.mode != EswitchMode::Legacy;
    let falls_back = vfs.go && profile.legacy_without_vfs_before.is_some_and(before);
    let from = if falls_back || leaves { EswitchMode::Legacy } else { state.mode };
    let vfs_first = in_legacy
        || to.has_representors()
            && matches!(profile.vfs, VfNeed::SomeBefore(release) if before(release));
    let create = vfs.come.then_some(Action::SetVfs { from: 0, to: vfs.then });
    let autoprobe = vfs.come && state.sriov.and_then(|of| of.autoprobe) == Some(true);
    let settings = restore::vf_settings(survey, to, parked, vfs.then);
    let functions = match (to.has_representors(), state.mode == to) {
        (true, false) => restore::functions(survey, parked),
        _ => Vec::new(),
    };
    let netdevs = restore::netdevs(survey, to, parked, vfs.go.then_some(vfs.then));
    let new_representors = state.mode != to || vfs.come && to.has_representors();

    let mut actions = Vec::new();
    actions.extend(autoprobe.then_some(Action::SetAutoprobe { from: true, to: false }));
    actions.extend(leaves.then(|| set_mode(state, state.mode, EswitchMode::Legacy)));
    actions.extend(vfs.go.then_some(Action::SetVfs { from: vfs.now, to: 0 }));
    actions.extend(create.clone().filter(|_| vfs_first));
    actions.extend((from != to).then(|| set_mode(state, from, to)));
    actions.extend(create.filter(|_| !vfs_first));
    actions.extend(restore_settings(state, settings));
    actions.extend(autoprobe.then_some(Action::SetAutoprobe { from: false, to: true }));
    actions.extend(vfs.come.then(|| bind(state, vfs.then)).flatten());
    actions.extend(
        new_representors.then_some(Action::WaitForRepresentors { from: state.mode, to }),
    );
    actions.extend(
        (!functions.is_empty())
            .then_some(Action::RestoreFunctions { from: (), to: functions }),
    );
    actions.extend(
        (!netdevs.is_empty()).then_some(Action::RestoreNetdevs { from: (), to: netdevs }),
    );
    actions.into_iter().map(|action| step(state, action)).collect()
}

/// The way back to a state: what was begun in reverse, then all that the state had.
pub(super) fn undo(state: &State, begun: &[Step]) -> Vec<Step> {
    let reversed = begun.iter().rev().filter_map(|step| {
        Some(match step.action.clone() {
            Action::SetAutoprobe { from, to } => {
                Action::SetAutoprobe { from: to, to: from }
            }
            Action::SetVfs { from, to } => Action::SetVfs { from: to, to: from },
            Action::SetMode { from, to, .. } => set_mode(state, to, from),
            _ => return None,
        })
    });
    let mut actions: Vec<Action> = reversed.collect();
    let remade = begun.iter().any(|step| matches!(step.action, Action::SetVfs { .. }));
    // VFs that were only to go come back without a driver too, until each gets its own.
    let kept_autoprobe = state.sriov.and_then(|of| of.autoprobe) == Some(true)
        && !begun.iter().any(|step| matches!(step.action, Action::SetAutoprobe { .. }));
    if remade && kept_autoprobe {
        actions.insert(0, Action::SetAutoprobe { from: true, to: false });
        actions.push(Action::SetAutoprobe { from: false, to: true });
    }
    // With some drivers the mode has gone with the VFs.
    actions.push(set_mode(state, state.mode, state.mode));
    let settings = state.vfs.iter().map(|vf| VfWanted {
        vf: vf.vf,
        settings: vf.settings.only(|field| {
            let profile = profile(state.driver.as_deref());
            restore::takes(&profile, state.mode, field)
        }),
    });
    actions.extend(restore_settings(state, settings.collect()));
    actions.extend(remade.then(|| bind(state, state.vfs())).flatten());
    actions.push(Action::WaitForRepresentors { from: state.mode, to: state.mode });
    actions.push(Action::RestoreFunctions { from: (), to: state.functions.clone() });
    actions.push(Action::RestoreNetdevs { from: (), to: state.netdevs.clone() });
    actions.into_iter().map(|action| step(state, action)).collect()
}

fn set_mode(state: &State, from: EswitchMode, to: EswitchMode) -> Action {
    let State { inline_mode, encap_mode, .. } = *state;
    Action::SetMode { from, to, inline_mode, encap_mode }
}

fn restore_settings(state: &State, to: Vec<VfWanted>) -> Option<Action> {
    let lenient = profile(state.driver.as_deref()).in_switchdev.is_none();
    (!to.is_empty()).then_some(Action::RestoreVfSettings { from: (), to, lenient })
}

/// Drivers for VFs that were just made: those that they had or, where there were no
/// such VFs, the one that the kernel chooses, if it was to choose any.
fn bind(state: &State, vfs: u32) -> Option<Action> {
    // Buses other than PCI have no functions to bind.
    state.device.pci_address()?;
    let any = state.sriov.and_then(|of| of.autoprobe) == Some(true);
    let of = |number: u32| match state.vfs.iter().find(|vf| vf.vf == number) {
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

fn step(state: &State, action: Action) -> Step {
    let undo = match &action {
        Action::SetAutoprobe { from, .. } => Some(Undo::Autoprobe(*from)),
        Action::SetVfs { from, .. } => Some(Undo::Vfs(*from)),
        Action::SetMode { from, .. } => Some(Undo::Mode(*from)),
        _ => None,
    };
    Step { action, target: state.device.clone(), undo }
}
