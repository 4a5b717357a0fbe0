// SPDX-License-Identifier: MIT OR Apache-2.0
//! The steps that rebuild a broken eswitch.
//!
//! Where the PF's netdev is gone, the driver is started anew before anything else:
//! another mode set, or VFs that go, can crash the kernel then (mlx5). It comes up in
//! legacy mode. New VFs bring a new forwarding table. They are created in legacy mode,
//! where they also get what mode switchdev cannot express, and keeps.

use super::{
    Action, Step, VfWanted,
    restore::{self, own_functions},
    sfs,
    steps::{bind, own_settings, restore_settings, set_mode, step},
};
use crate::{
    driver::{VfNeed, profile},
    model::{EswitchMode, State},
};

/// What a change has left of a device that it has broken.
#[derive(Debug, Clone, Copy)]
pub struct Remains {
    /// The mode.
    pub mode: EswitchMode,
    /// The number of VFs.
    pub vfs: u32,
    /// Whether new VFs get a driver at once.
    pub autoprobe: Option<bool>,
    /// Whether only a driver that starts anew mends it.
    pub reload: bool,
}

/// The steps to a state from what is left.
pub(super) fn steps(state: &State, left: &Remains, kernel: (u32, u32)) -> Vec<Step> {
    let profile = profile(state.driver.as_deref());
    let reload = left.reload;
    let from = if reload { EswitchMode::Legacy } else { left.mode };
    let (to, vfs) = (state.eswitch.mode, state.vfs());
    let vfs_first = profile.vfs_change_in_legacy
        || reload
        || matches!(profile.vfs, VfNeed::SomeBefore(release) if kernel < release);
    let autoprobe = state.sriov.and_then(|of| of.autoprobe) == Some(true);
    let restore_autoprobe = autoprobe && (vfs > 0 || left.autoprobe == Some(false));
    let driver = state.driver.clone().filter(|_| reload);
    let create = (vfs > 0).then_some(Action::SetVfs { from: 0, to: vfs });

    let mut actions = Vec::new();
    actions.extend(driver.map(|driver| Action::ReloadDriver { from: (), to: driver }));
    let without_drivers = Action::SetAutoprobe { from: true, to: false };
    actions.extend((autoprobe && vfs > 0).then_some(without_drivers));
    let remove = Action::SetVfs { from: left.vfs, to: 0 };
    actions.extend((left.vfs > 0).then_some(remove));
    actions.extend(create.clone().filter(|_| vfs_first));
    let inexpressible = inexpressible(state);
    actions.extend(restore_settings(state, inexpressible).filter(|_| vfs_first));
    // The driver starts with an inline and an encap mode of its own.
    actions.extend((reload || from != to).then(|| set_mode(state, from, to)));
    actions.extend(create.filter(|_| !vfs_first));
    let settings = own_settings(state);
    let functions = own_functions(state, &settings);
    actions.extend(restore_settings(state, settings));
    let sfs = sfs::of_state(state);
    actions.extend(sfs.addition());
    actions.extend(sfs.setting_up());
    actions.push(Action::RestoreFunctions { from: (), to: functions });
    let with_drivers = Action::SetAutoprobe { from: false, to: true };
    actions.extend(restore_autoprobe.then_some(with_drivers));
    actions.extend((vfs > 0).then(|| bind(state, vfs)).flatten());
    actions.extend(sfs.activation());
    actions.push(Action::WaitForRepresentors { from, to });
    actions.push(Action::RestoreNetdevs { from: (), to: state.netdevs.clone() });
    actions.retain(
        |action| !matches!(action, Action::RestoreFunctions { to, .. } if to.is_empty()),
    );
    actions.into_iter().map(|action| step(state, action)).collect()
}

/// What VFs have that cannot be set in the mode of the state, but in legacy mode.
fn inexpressible(state: &State) -> Vec<VfWanted> {
    let profile = profile(state.driver.as_deref());
    let takes = |mode, field| restore::takes(&profile, mode, field);
    let settings = state.vfs.iter().map(|vf| VfWanted {
        vf: vf.vf,
        settings: vf.settings.only(|field| {
            takes(EswitchMode::Legacy, field) && !takes(state.eswitch.mode, field)
        }),
        stashed: Vec::new(),
    });
    settings.filter(|vf| vf.settings.iter().next().is_some()).collect()
}
