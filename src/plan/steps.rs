// SPDX-License-Identifier: MIT OR Apache-2.0
//! The order of steps, from the driver's profile: ice changes the mode without VFs
//! alone, bnxt before 6.4 only with some; bnxt changes the number of VFs in legacy
//! mode alone, and netdevsim falls back to legacy when its VFs go.

use crate::{
    driver::{VfNeed, profile},
    model::{Eswitch, EswitchMode, NetdevState, Role, Snapshot, State},
};

use super::{
    Action, Binding, ParamChange, Request, Settings, Step, Undo, VfDriver, VfWanted,
    binding, restore,
    sfs::{self, SfChange},
};

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
    /// Whether those that stay have no driver while the mode is set.
    pub unbind: bool,
    /// Whether the driver makes new ones only while the PF's netdev is up, and it is down.
    pub pf_is_down: bool,
}

impl VfChange {
    pub(super) fn new(snapshot: &Snapshot, request: &Request) -> Self {
        let current = snapshot.state.vfs();
        let target = request.vfs.unwrap_or(current);
        let switches = snapshot.state.eswitch.mode != request.mode;
        let profile = profile(snapshot.state.driver.as_deref());
        let without = profile.vfs == VfNeed::None;
        let remove = current > 0 && (target != current || switches && without);
        let create = target > 0 && (remove || current == 0);
        let unbind = request.binding != Binding::Kept && switches && !remove;
        let is_up = |index: &u32| {
            snapshot.links.iter().any(|link| link.ifindex == *index && link.up)
        };
        let pf_is_down =
            create && profile.vfs_need_netdev_up && !snapshot.uplinks.iter().any(is_up);
        Self { current, target, remove, create, unbind, pf_is_down }
    }

    /// Whether what uses VFs loses them, for a moment or for ever.
    pub(super) fn interrupts(&self) -> bool {
        self.remove || self.unbind
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
    let sfs = SfChange::new(snapshot, request, stash);
    let wanted = request.settings.differing(snapshot, request);
    let moves = state.eswitch.mode != to || vfs.current != vfs.target;
    let before = |release| snapshot.kernel < release;
    let in_legacy = profile.vfs_change_in_legacy && (vfs.remove || vfs.create);
    let leaves = in_legacy && state.eswitch.mode != EswitchMode::Legacy;
    let falls_back = vfs.remove && profile.legacy_without_vfs_before.is_some_and(before);
    let from =
        if falls_back || leaves { EswitchMode::Legacy } else { state.eswitch.mode };
    let vfs_first = in_legacy
        || to.has_representors()
            && matches!(profile.vfs, VfNeed::SomeBefore(release) if before(release));
    let create = vfs.create.then_some(Action::SetVfs { from: 0, to: vfs.target });
    let autoprobe = state.sriov.and_then(|of| of.autoprobe);
    // New VFs get their drivers when they have their settings.
    let held = (vfs.create && autoprobe == Some(true)).then_some(false);
    let finally = wanted.autoprobe.or(autoprobe);
    let settings = match moves {
        true => restore::vf_settings(snapshot, to, stash, vfs.target),
        false => Vec::new(),
    };
    let settings = wanted.over(settings);
    let former = restore::Former::new(snapshot, to, stash, &vfs, leaves);
    let functions = former.as_ref().map(|of| of.functions(&settings)).unwrap_or_default();
    let mut netdevs = match moves {
        true => restore::netdevs(snapshot, &vfs, former.as_ref()),
        false => Vec::new(),
    };
    netdevs.extend(restore::netdevs_of_sfs(snapshot, &sfs, stash));
    let drivers =
        binding::drivers(snapshot, request, &wanted, &vfs, finally == Some(true));
    if !moves && wanted == Settings::default() && drivers.is_empty() {
        return Vec::new();
    }
    netdevs.retain(|netdev| binding::keeps(state, &vfs, &drivers, netdev));
    let late = request.binding == Binding::AfterLag;
    // Those of VFs come with their drivers.
    let (late_netdevs, netdevs): (Vec<_>, Vec<_>) =
        netdevs.into_iter().partition(|of| late && of.key.place.role == Role::Vf);
    let (late_params, params): (Vec<_>, Vec<_>) =
        wanted.params.iter().partition(|param| param.is_late());
    let new_representors = state.eswitch.mode != to
        || (vfs.create || !sfs.states.is_empty() || !sfs.add.is_empty())
            && to.has_representors();

    let mut actions = Vec::new();
    actions.extend(params.into_iter().map(set_param));
    actions.extend(set_autoprobe(autoprobe, held));
    let up = vfs.pf_is_down && request.lasting.vfs;
    actions.extend(up.then_some(Action::SetPfUp { from: false, to: true }));
    actions.extend(sfs.removal());
    actions.extend(binding::unbind(state, &vfs));
    actions
        .extend(leaves.then(|| set_mode(state, state.eswitch.mode, EswitchMode::Legacy)));
    actions.extend(vfs.remove.then_some(Action::SetVfs { from: vfs.current, to: 0 }));
    actions.extend(create.clone().filter(|_| vfs_first));
    let (inline_mode, encap_mode) = (wanted.inline_mode, wanted.encap_mode);
    if from != to {
        // Another mode may bring other ones along.
        let inline_mode = inline_mode.or(state.eswitch.inline_mode);
        let encap_mode = encap_mode.or(state.eswitch.encap_mode);
        actions.push(Action::SetMode { from, to, inline_mode, encap_mode });
    } else if inline_mode.is_some() || encap_mode.is_some() {
        actions.push(Action::SetMode { from, to, inline_mode, encap_mode });
    }
    actions.extend(create.filter(|_| !vfs_first));
    actions.extend(restore_settings(state, settings));
    actions.extend(sfs.addition());
    actions.extend(sfs.setting_up());
    // What a function may do is read by its driver when it is bound.
    actions.extend(
        (!functions.is_empty())
            .then_some(Action::RestoreFunctions { from: (), to: functions }),
    );
    actions.extend(set_autoprobe(held.or(autoprobe), finally));
    let bind = (!drivers.is_empty()).then_some(Action::BindVfs { from: (), to: drivers });
    actions.extend(bind.clone().filter(|_| !late));
    actions.extend(sfs.activation());
    actions.extend(
        new_representors
            .then_some(Action::WaitForRepresentors { from: state.eswitch.mode, to }),
    );
    actions.extend(restore_netdevs(netdevs));
    actions.extend(wanted.tc_offload.map(|to| Action::SetTcOffload { from: !to, to }));
    let up = wanted.representors_up;
    actions.extend(up.map(|to| Action::SetRepresentorsUp { from: (), to }));
    actions.extend(late_params.into_iter().map(set_param));
    if let Some(bind) = bind.filter(|_| late) {
        actions.extend(binding::wait_for_lag(snapshot, request));
        actions.push(bind);
        actions.extend(restore_netdevs(late_netdevs));
    }
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
    // An undoing that was interrupted may have reached the former mode already.
    if remade && profile(state.driver.as_deref()).vfs_change_in_legacy {
        actions.insert(0, set_mode(state, state.eswitch.mode, EswitchMode::Legacy));
    }
    if remade && kept_autoprobe {
        actions.insert(0, Action::SetAutoprobe { from: true, to: false });
        actions.push(Action::SetAutoprobe { from: false, to: true });
    }
    // With some drivers the mode has gone with the VFs.
    let last = actions.iter().rev().find(|action| shapes_mode(action));
    if !matches!(last, Some(Action::SetMode { to, .. }) if *to == state.eswitch.mode) {
        actions.push(set_mode(state, state.eswitch.mode, state.eswitch.mode));
    }
    // Nobody can set a mode that does not exist.
    let unknown = matches!(state.eswitch.mode, EswitchMode::Unknown(_));
    actions.retain(|action| {
        !unknown
            || !matches!(action, Action::SetMode { to, .. } if *to == state.eswitch.mode)
    });
    let settings = own_settings(state);
    let functions = restore::own_functions(state, &settings);
    actions.extend(restore_settings(state, settings));
    let of_sfs = begun.iter().any(|step| step.action.is_of_sfs());
    let mut sfs = if of_sfs { sfs::of_state(state) } else { SfChange::default() };
    sfs::take_back_addresses(&mut sfs, state, begun);
    actions.extend(sfs.setting_up());
    actions.push(Action::RestoreFunctions { from: (), to: functions });
    actions.extend(sfs.activation());
    let bound = begun.iter().any(|step| matches!(step.action, Action::BindVfs { .. }));
    actions.extend((remade || bound).then(|| bind(state, state.vfs())).flatten());
    let wait =
        Action::WaitForRepresentors { from: state.eswitch.mode, to: state.eswitch.mode };
    actions.extend((!unknown).then_some(wait));
    actions.push(Action::RestoreNetdevs { from: (), to: state.netdevs.clone() });
    actions.into_iter().map(|action| step(state, action)).collect()
}

/// Whether the mode can be another one after it.
fn shapes_mode(action: &Action) -> bool {
    matches!(
        action,
        Action::SetMode { .. } | Action::SetVfs { .. } | Action::ReloadDriver { .. }
    )
}

/// The action that a step's `undo` stands for.
fn reversed(state: &State, step: &Step) -> Option<Action> {
    match (step.undo.clone()?, &step.action) {
        (Undo::Flag(to), Action::SetAutoprobe { to: from, .. }) => {
            Some(Action::SetAutoprobe { from: *from, to })
        }
        (Undo::Flag(to), Action::SetTcOffload { to: from, .. }) => {
            Some(Action::SetTcOffload { from: *from, to })
        }
        (Undo::Flag(to), Action::SetPfUp { to: from, .. }) => {
            Some(Action::SetPfUp { from: *from, to })
        }
        (Undo::Vfs(to), Action::SetVfs { to: from, .. }) => {
            Some(Action::SetVfs { from: *from, to })
        }
        (Undo::Mode(to), Action::SetMode { to: from, .. }) => {
            Some(set_mode(state, *from, to))
        }
        (Undo::Sfs(_), Action::AddSfs { to, .. }) => {
            Some(Action::RemoveSfs { from: to.clone(), to: () })
        }
        (Undo::Sfs(to), Action::RemoveSfs { .. }) => {
            Some(Action::AddSfs { from: (), to })
        }
        (Undo::Param(to), Action::SetParam { name, to: from, .. }) => {
            let (name, from) = (name.clone(), from.first()?.clone());
            Some(Action::SetParam { name, from, to: vec![to] })
        }
        _ => None,
    }
}

pub(super) fn set_mode(state: &State, from: EswitchMode, to: EswitchMode) -> Action {
    let Eswitch { inline_mode, encap_mode, .. } = state.eswitch;
    Action::SetMode { from, to, inline_mode, encap_mode }
}

/// The settings that VFs have in a state, as far as its mode takes them.
pub(super) fn own_settings(state: &State) -> Vec<VfWanted> {
    let profile = profile(state.driver.as_deref());
    let takes = |field| restore::takes(&profile, state.eswitch.mode, field);
    let settings = state.vfs.iter().map(|vf| VfWanted {
        vf: vf.vf,
        settings: vf.settings.only(takes),
        stashed: Vec::new(),
    });
    settings.collect()
}

fn restore_netdevs(to: Vec<NetdevState>) -> Option<Action> {
    (!to.is_empty()).then_some(Action::RestoreNetdevs { from: (), to })
}

pub(super) fn restore_settings(state: &State, to: Vec<VfWanted>) -> Option<Action> {
    let lenient = profile(state.driver.as_deref()).in_switchdev.is_none();
    (!to.is_empty()).then_some(Action::RestoreVfSettings { from: (), to, lenient })
}

/// Drivers for VFs that were just made: those that they had or, where there were no
/// such VFs, the one that the kernel chooses, if it was to choose any.
pub(super) fn bind(state: &State, vfs: u32) -> Option<Action> {
    let any = state.sriov.and_then(|of| of.autoprobe) == Some(true);
    let to = new_drivers(state, vfs, any);
    (!to.is_empty()).then_some(Action::BindVfs { from: (), to })
}

/// See [`bind`]; `any` says whether the kernel is to choose.
pub(super) fn new_drivers(state: &State, vfs: u32, any: bool) -> Vec<VfDriver> {
    // Buses other than PCI have no functions to bind.
    if state.device.pci_address().is_none() {
        return Vec::new();
    }
    let of = |number: u32| match state.vf(number) {
        Some(vf) => VfDriver {
            vf: number,
            driver: vf.driver.clone(),
            any: false,
            driver_override: vf.driver_override.clone(),
        },
        None => VfDriver { vf: number, driver: None, any, driver_override: None },
    };
    (0..vfs).map(of).collect()
}

/// Nothing where that is so already, or the bus has no such choice.
fn set_autoprobe(from: Option<bool>, to: Option<bool>) -> Option<Action> {
    let (from, to) = (from?, to?);
    (from != to).then_some(Action::SetAutoprobe { from, to })
}

fn set_param(change: &ParamChange) -> Action {
    let ParamChange { name, from, to } = change.clone();
    Action::SetParam { name, from, to }
}

pub(super) fn step(state: &State, action: Action) -> Step {
    let undo = match &action {
        Action::SetAutoprobe { from, .. }
        | Action::SetPfUp { from, .. }
        | Action::SetTcOffload { from, .. } => Some(Undo::Flag(*from)),
        Action::SetParam { from, .. } => Some(Undo::Param(from.clone())),
        Action::SetVfs { from, .. } => Some(Undo::Vfs(*from)),
        Action::SetMode { from, .. } => Some(Undo::Mode(*from)),
        Action::AddSfs { .. } => Some(Undo::Sfs(Vec::new())),
        Action::RemoveSfs { from, .. } => Some(Undo::Sfs(from.clone())),
        _ => None,
    };
    Step { action, target: state.device.clone(), undo }
}
