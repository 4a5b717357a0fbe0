// SPDX-License-Identifier: MIT OR Apache-2.0
//! What is restored after a change, in the form that the new mode has; and what is
//! stashed for the way back, since the new mode cannot express it.

use std::collections::BTreeSet;

use crate::{
    driver::{Profile, profile},
    model::{
        EswitchMode, FunctionSettings, NetdevState, PortKey, Role, Snapshot, State,
        VfField, VfSettings, VfState,
    },
};

use super::{
    VfWanted,
    sfs::{self, SfChange},
    steps::VfChange,
};

/// Whether the PF's netdev takes a setting in a mode.
pub(super) fn takes(profile: &Profile, mode: EswitchMode, field: VfField) -> bool {
    !mode.has_representors()
        || profile.in_switchdev.is_none_or(|fields| fields.contains(&field))
}

/// Whether somebody else has changed the mode since a stash was made: of the
/// representors that there were then, none is there.
pub(super) fn is_stale(snapshot: &Snapshot, stash: &State) -> bool {
    let now: BTreeSet<u32> = snapshot.representors.iter().copied().collect();
    let mut former = stash.representors.iter();
    !stash.representors.is_empty() && !former.any(|index| now.contains(index))
}

/// Whether a stash is of the mode that the device goes to, and of its last time there.
pub(super) fn is_current(snapshot: &Snapshot, to: EswitchMode, stash: &State) -> bool {
    let returns = snapshot.state.eswitch.mode.has_representors() != to.has_representors();
    returns && !is_stale(snapshot, stash)
}

/// The VF as it was in another state, if it is the same one.
fn same<'a>(vf: &VfState, other: Option<&'a State>) -> Option<&'a VfState> {
    let former = other?.vf(vf.vf)?;
    (former.instance == vf.instance).then_some(former)
}

/// The stashed settings of a VF that the present mode cannot express.
fn stashed(snapshot: &Snapshot, vf: &VfState, stash: Option<&State>) -> VfSettings {
    let profile = profile(snapshot.state.driver.as_deref());
    let hidden = |field| !takes(&profile, snapshot.state.eswitch.mode, field);
    same(vf, stash).map(|before| before.settings.only(hidden)).unwrap_or_default()
}

/// All settings of a VF: those that the present mode has, and of those that it cannot
/// express the former ones.
fn all_settings(snapshot: &Snapshot, vf: &VfState, stash: Option<&State>) -> VfSettings {
    stashed(snapshot, vf, stash).iter().fold(vf.settings.clone(), VfSettings::with)
}

/// The settings that VFs should have in a mode, of those that they have now. Empty
/// where the PF's netdev reports none.
pub(super) fn vf_settings(
    snapshot: &Snapshot,
    mode: EswitchMode,
    stash: Option<&State>,
    vfs: u32,
) -> Vec<VfWanted> {
    let profile = profile(snapshot.state.driver.as_deref());
    let present = snapshot.state.vfs.iter().filter(|vf| vf.vf < vfs);
    let wanted = present.map(|vf| VfWanted {
        vf: vf.vf,
        settings: all_settings(snapshot, vf, stash)
            .only(|field| takes(&profile, mode, field)),
        stashed: stashed(snapshot, vf, stash)
            .iter()
            .map(|setting| setting.field())
            .filter(|field| takes(&profile, mode, *field))
            .collect(),
    });
    wanted.filter(|wanted| wanted.settings != VfSettings::default()).collect()
}

/// The settings that a mode cannot express and that somebody has made, by VF.
pub(super) fn not_expressible(
    snapshot: &Snapshot,
    mode: EswitchMode,
    stash: Option<&State>,
) -> Vec<(u32, Vec<VfField>)> {
    let profile = profile(snapshot.state.driver.as_deref());
    let of = |vf: &VfState| {
        let settings = all_settings(snapshot, vf, stash);
        let lost = settings
            .iter()
            .filter(|one| !one.is_default() && !takes(&profile, mode, one.field()));
        (vf.vf, lost.map(|one| one.field()).collect::<Vec<_>>())
    };
    snapshot.state.vfs.iter().map(of).filter(|(_, fields)| !fields.is_empty()).collect()
}

/// The attributes of the functions of a state, after the VFs were given these settings.
pub(super) fn own_functions(
    state: &State,
    settings: &[VfWanted],
) -> Vec<FunctionSettings> {
    let profile = profile(state.driver.as_deref());
    let mut functions = state.functions.clone();
    for function in &mut functions {
        drop_overridden_rate(&profile, function, settings);
    }
    functions
}

/// Drops devlink's limits of a VF where its setting at the PF's netdev is another. Both
/// are one limit of the hardware: the netdev shows what holds, devlink what was last
/// asked of it (`mlx5_core`, esw/qos.c).
fn drop_overridden_rate(
    profile: &Profile,
    function: &mut FunctionSettings,
    settings: &[VfWanted],
) {
    const MEGABIT: u64 = 125_000;
    let vf = function.key.place.vf.filter(|_| function.key.place.controller == 0);
    // Settings stand by VF number.
    let at = vf.and_then(|vf| settings.binary_search_by_key(&vf, |of| of.vf).ok());
    let rate = at.and_then(|at| settings[at].settings.rate);
    let (Some(rate), false) = (rate, profile.rates_apart) else { return };
    let megabits = |bytes: Option<u64>| bytes.unwrap_or(0) / MEGABIT;
    let equal = megabits(function.tx_share) == u64::from(rate.min)
        && megabits(function.tx_max) == u64::from(rate.max);
    if !equal {
        (function.tx_share, function.tx_max) = (None, None);
    }
}

/// Representors and port functions that a change makes again, as they were.
pub(super) struct Former<'a> {
    snapshot: &'a Snapshot,
    state: &'a State,
    /// Whether that state is of an earlier time in this mode, rather than the present.
    stashed: bool,
    /// VFs below this number have new representors.
    vfs: u32,
}

impl<'a> Former<'a> {
    /// Nothing where no representor is made again. `leaves` says that the device leaves
    /// the mode for a moment.
    pub(super) fn new(
        snapshot: &'a Snapshot,
        to: EswitchMode,
        stash: Option<&'a State>,
        vfs: &VfChange,
        leaves: bool,
    ) -> Option<Self> {
        let stays = snapshot.state.eswitch.mode.has_representors();
        let state = match (to.has_representors(), stays) {
            (true, true) if vfs.remove || leaves => &snapshot.state,
            (true, false) => stash?,
            _ => return None,
        };
        Some(Self { snapshot, state, stashed: !stays, vfs: vfs.target })
    }

    /// Whether a port stands for the same function again.
    fn has(&self, key: &PortKey) -> bool {
        match (key.place.role, key.place.vf) {
            (Role::PfRep, _) => self.stashed,
            (Role::VfRep, Some(number)) if key.place.controller == 0 && self.stashed => {
                let vf = self.snapshot.state.vf(number);
                number < self.vfs
                    && vf.is_some_and(|vf| same(vf, Some(self.state)).is_some())
            }
            (Role::VfRep, Some(number)) => key.place.controller == 0 && number < self.vfs,
            _ => false,
        }
    }

    /// The attributes of port functions, after the VFs were given these settings. The
    /// address comes from there where the PF's netdev has it as well.
    pub(super) fn functions(&self, settings: &[VfWanted]) -> Vec<FunctionSettings> {
        let profile = profile(self.state.driver.as_deref());
        let there = self.state.functions.iter();
        let there = there.filter(|f| f.key.place.role == Role::VfRep && self.has(&f.key));
        let mut functions: Vec<FunctionSettings> = there.cloned().collect();
        for function in &mut functions {
            if takes(&profile, EswitchMode::Switchdev, VfField::Mac) {
                function.hw_addr = None;
            }
            drop_overridden_rate(&profile, function, settings);
        }
        functions.retain(|function| !function.is_empty());
        functions
    }

    /// Representors. Where they are stashed, their names are those of the policy and
    /// the `.link` files of today.
    fn netdevs(&self) -> impl Iterator<Item = NetdevState> {
        let there = self.state.netdevs.iter();
        let there = there.filter(|netdev| self.has(&netdev.key));
        there.map(|netdev| NetdevState {
            name: netdev.name.clone().filter(|_| !self.stashed),
            ..netdev.clone()
        })
    }
}

/// The netdevs that are restored: the PF's, those of VFs that are made again, and
/// their representors.
pub(super) fn netdevs(
    snapshot: &Snapshot,
    vfs: &VfChange,
    former: Option<&Former<'_>>,
) -> Vec<NetdevState> {
    let own =
        snapshot.state.netdevs.iter().filter(|netdev| match netdev.key.place.role {
            Role::Pf => true,
            Role::Vf => vfs.remove && netdev.key.place.vf < Some(vfs.target),
            _ => false,
        });
    own.cloned().chain(former.into_iter().flat_map(Former::netdevs)).collect()
}

/// The netdevs of SFs that are made again or restarted, and their representors.
/// Representors have the names of the policy of today.
pub(super) fn netdevs_of_sfs(
    snapshot: &Snapshot,
    change: &SfChange,
    stash: Option<&State>,
) -> Vec<NetdevState> {
    let kept = sfs::kept(&snapshot.state, stash);
    let former = kept.into_iter().flat_map(|kept| &kept.netdevs);
    let former = former.filter(|netdev| sfs::is_of(&netdev.key, &change.add));
    let former = former.map(|netdev| NetdevState {
        name: netdev.name.clone().filter(|_| netdev.key.place.role == Role::Sf),
        ..netdev.clone()
    });
    let restarted = snapshot.state.netdevs.iter().filter(|netdev| {
        let sf = netdev.key.place.sf.filter(|_| netdev.key.place.role == Role::Sf);
        sf.is_some_and(|sf| change.restarted.contains(&sf))
    });
    former.chain(restarted.cloned()).collect()
}

/// The state that is stashed for the way back.
pub(super) fn to_stash(snapshot: &Snapshot, stash: Option<&State>) -> State {
    let mut state = snapshot.state.clone();
    for vf in &mut state.vfs {
        vf.settings = all_settings(snapshot, vf, stash);
    }
    state
}
