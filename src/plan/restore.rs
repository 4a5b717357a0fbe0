// SPDX-License-Identifier: MIT OR Apache-2.0
//! What is given back after a change, in the form that the new mode has; and what is
//! kept for the way back, as that mode has no form for it.

use crate::{
    driver::{Profile, profile},
    model::{
        EswitchMode, FunctionSettings, NetdevState, PortKey, Role, State, Survey,
        VfField, VfSettings, VfState,
    },
};

use super::VfWanted;

/// Whether the PF's netdev takes a setting in a mode.
pub(super) fn takes(profile: &Profile, mode: EswitchMode, field: VfField) -> bool {
    !mode.has_representors()
        || profile.in_switchdev.is_none_or(|fields| fields.contains(&field))
}

/// The VF as it was in another state, if it is the same one.
fn same<'a>(vf: &VfState, other: Option<&'a State>) -> Option<&'a VfState> {
    let found = other?.vfs.iter().find(|of| of.vf == vf.vf)?;
    (found.instance == vf.instance).then_some(found)
}

/// All settings of a VF: those that the present mode has, and of those that it has
/// no form for the ones of before.
fn all_settings(survey: &Survey, vf: &VfState, parked: Option<&State>) -> VfSettings {
    let profile = profile(survey.state.driver.as_deref());
    let before = same(vf, parked);
    let mut settings = vf.settings.clone();
    for field in VfField::ALL {
        let old = before.and_then(|before| before.settings.get(field));
        if let (false, Some(old)) = (takes(&profile, survey.state.mode, field), old) {
            settings = settings.with(old);
        }
    }
    settings
}

/// The settings that VFs shall have in a mode, of those that they have now. Empty
/// where the PF's netdev tells of none.
pub(super) fn vf_settings(
    survey: &Survey,
    mode: EswitchMode,
    parked: Option<&State>,
    vfs: u32,
) -> Vec<VfWanted> {
    let profile = profile(survey.state.driver.as_deref());
    let present = survey.state.vfs.iter().filter(|vf| vf.vf < vfs);
    let wanted = present.map(|vf| VfWanted {
        vf: vf.vf,
        settings: all_settings(survey, vf, parked)
            .only(|field| takes(&profile, mode, field)),
    });
    wanted.filter(|wanted| wanted.settings != VfSettings::default()).collect()
}

/// The settings that a mode has no form for and that somebody has made, by VF.
pub(super) fn not_expressible(
    survey: &Survey,
    mode: EswitchMode,
    parked: Option<&State>,
) -> Vec<(u32, Vec<VfField>)> {
    let profile = profile(survey.state.driver.as_deref());
    let of = |vf: &VfState| {
        let settings = all_settings(survey, vf, parked);
        let lost = settings
            .iter()
            .filter(|one| !one.is_default() && !takes(&profile, mode, one.field()));
        (vf.vf, lost.map(|one| one.field()).collect::<Vec<_>>())
    };
    survey.state.vfs.iter().map(of).filter(|(_, fields)| !fields.is_empty()).collect()
}

/// Whether a port of before stands for the same function still.
fn is_there_still(survey: &Survey, parked: &State, key: &PortKey) -> bool {
    match (key.role, key.vf) {
        (Role::PfRep, _) => true,
        (Role::VfRep, Some(number)) if key.controller == 0 => {
            let vf = survey.state.vfs.iter().find(|vf| vf.vf == number);
            vf.is_some_and(|vf| same(vf, Some(parked)).is_some())
        }
        _ => false,
    }
}

/// The attributes of port functions that are given back on arrival in a mode. Those
/// that the PF's netdev has as well come from there.
pub(super) fn functions(
    survey: &Survey,
    parked: Option<&State>,
) -> Vec<FunctionSettings> {
    let profile = profile(survey.state.driver.as_deref());
    let takes = |field| takes(&profile, EswitchMode::Switchdev, field);
    let Some(parked) = parked else { return Vec::new() };
    let there = parked.functions.iter().filter(|of| {
        of.key.role == Role::VfRep && is_there_still(survey, parked, &of.key)
    });
    let mut functions: Vec<FunctionSettings> = there.cloned().collect();
    for function in &mut functions {
        if takes(VfField::Mac) {
            function.hw_addr = None;
        }
        if takes(VfField::Rate) {
            (function.tx_share, function.tx_max) = (None, None);
        }
    }
    functions.retain(FunctionSettings::says_something);
    functions
}

/// The netdevs that are given back what they had: the PF's, those of VFs that are
/// made anew, and representors as they were when there were some.
pub(super) fn netdevs(
    survey: &Survey,
    mode: EswitchMode,
    parked: Option<&State>,
    remade: Option<u32>,
) -> Vec<NetdevState> {
    let own = survey.state.netdevs.iter().filter(|netdev| match netdev.key.role {
        Role::Pf => true,
        Role::Vf => remade.is_some_and(|vfs| netdev.key.vf < Some(vfs)),
        _ => false,
    });
    let parked = parked.filter(|_| mode.has_representors());
    let representors = parked.into_iter().flat_map(|parked| {
        let there = move |netdev: &&NetdevState| {
            netdev.key.role != Role::Pf && is_there_still(survey, parked, &netdev.key)
        };
        parked.netdevs.iter().filter(there)
    });
    // Their names are those of the policy and the .link files of today.
    let representors =
        representors.map(|netdev| NetdevState { name: None, ..netdev.clone() });
    own.cloned().chain(representors).collect()
}

/// The state that is kept for the way back.
pub(super) fn to_park(survey: &Survey, parked: Option<&State>) -> State {
    let mut state = survey.state.clone();
    for vf in &mut state.vfs {
        vf.settings = all_settings(survey, vf, parked);
    }
    state
}
