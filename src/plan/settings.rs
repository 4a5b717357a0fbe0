// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a device is to have beside its mode and its number of VFs, and what is declared
//! for it as a request.

use super::{
    Binding, Lasting, Request, SfWanted, Sfs, VfDriver, VfWanted, restore,
    steps::VfChange,
};
use crate::{
    desired::{self, BindVfs, Choice, ParamChoice, Params, VfKeys, VlanProtocol, Wanted},
    driver::profile,
    model::{
        EncapMode, InlineMode, ParamMode, ParamValue, Snapshot, TcOffload, TxRate,
        VfSettings, VfState, Vlan,
    },
};

/// A device parameter that is to have another value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParamChange {
    /// Its name.
    pub name: String,
    /// The value now.
    pub from: ParamValue,
    /// The values wanted, the preferred one first.
    pub to: Vec<ParamValue>,
}

/// What a device is to have beside its mode and its number of VFs. What is absent stays
/// as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// Parameters with another value than the wanted one.
    pub params: Vec<ParamChange>,
    /// Whether new VFs get a driver at once.
    pub autoprobe: Option<bool>,
    /// The inline mode.
    pub inline_mode: Option<InlineMode>,
    /// The encap mode.
    pub encap_mode: Option<EncapMode>,
    /// Settings of VFs, which may be yet to come.
    pub vfs: Vec<VfWanted>,
    /// Drivers of VFs; none for a VF without one.
    pub drivers: Vec<(u32, Option<String>)>,
    /// SFs.
    pub sfs: Sfs,
    /// Whether the uplinks take TC rules into hardware.
    pub tc_offload: Option<bool>,
    /// Whether the representors are up.
    pub representors_up: Option<bool>,
}

impl Settings {
    /// Those that a device does not have, once it has that mode and number of VFs.
    pub(super) fn differing(&self, snapshot: &Snapshot, request: &Request) -> Self {
        let (state, to) = (&snapshot.state, request.mode);
        let VfChange { target: after, create, .. } = VfChange::new(snapshot, request);
        let remade = state.eswitch.mode != to || create;
        let profile = profile(state.driver.as_deref());
        let vfs = self.vfs.iter().filter(|wanted| wanted.vf < after);
        let vfs = vfs.map(|wanted| {
            let present = state.vf(wanted.vf).filter(|_| !remade);
            let settings = wanted.settings.only(|field| {
                let present = present.and_then(|vf| vf.settings.get(field));
                present != wanted.settings.get(field)
                    && restore::takes(&profile, to, field)
            });
            VfWanted { vf: wanted.vf, settings, stashed: Vec::new() }
        });
        let in_vain = request.waits_in_vain(snapshot);
        let drivers = self.drivers.iter().filter(|(vf, driver)| {
            *vf < after
                && !in_vain
                && (create || state.vf(*vf).is_some_and(|now| now.driver != *driver))
        });
        let other_tc = |on: &bool| {
            let mut uplinks = snapshot.tc_offload.iter().map(|(_, now)| *now);
            uplinks.any(|now| match now {
                TcOffload::On => !on,
                TcOffload::Off => *on,
                TcOffload::Fixed => false,
            })
        };
        let mut representors = snapshot
            .links
            .iter()
            .filter(|link| snapshot.representors.contains(&link.ifindex));
        let up = self.representors_up.filter(|_| to.has_representors());
        let sfs = self.sfs.differing(snapshot, request);
        let is_there = |wanted: &SfWanted| {
            let mut sfs = state.sfs.iter();
            sfs.any(|sf| sf.key.is_of_sf(wanted.controller, wanted.number))
        };
        // New representors are down.
        let new_representors = remade || !sfs.wanted.iter().all(is_there);
        Self {
            params: self.params.clone(),
            autoprobe: self.autoprobe.filter(|on| {
                state
                    .sriov
                    .and_then(|sriov| sriov.autoprobe)
                    .is_some_and(|now| now != *on)
            }),
            inline_mode: self.inline_mode.filter(|mode| {
                // What the driver reports before its first change cannot be set.
                *mode != InlineMode::None
                    && state.eswitch.inline_mode.is_some_and(|now| now != *mode)
            }),
            encap_mode: self.encap_mode.filter(|mode| {
                state.eswitch.encap_mode.is_some()
                    && state.eswitch.encap_mode != Some(*mode)
            }),
            vfs: vfs.filter(|wanted| wanted.settings != VfSettings::default()).collect(),
            drivers: drivers.cloned().collect(),
            sfs,
            tc_offload: self.tc_offload.filter(other_tc),
            representors_up: up.filter(|on| {
                new_representors && *on || representors.any(|link| link.up != *on)
            }),
        }
    }

    /// The settings that VFs get: those of a change, with the wanted ones over them.
    pub(super) fn over(&self, mut settings: Vec<VfWanted>) -> Vec<VfWanted> {
        for wanted in &self.vfs {
            match settings.iter_mut().find(|of| of.vf == wanted.vf) {
                Some(present) => {
                    let own = &wanted.settings;
                    present.stashed.retain(|field| own.get(*field).is_none());
                    present.settings =
                        own.iter().fold(present.settings.clone(), VfSettings::with);
                }
                None => settings.push(wanted.clone()),
            }
        }
        settings.sort_by_key(|of| of.vf);
        settings
    }

    /// The drivers that VFs get: those of a change, with the wanted ones over them.
    pub(super) fn bound(
        &self,
        snapshot: &Snapshot,
        mut all: Vec<VfDriver>,
    ) -> Vec<VfDriver> {
        for (vf, driver) in &self.drivers {
            let now = snapshot.state.vf(*vf);
            // An override that names the driver stays.
            let kept = now
                .and_then(|now| now.driver_override.clone())
                .filter(|own| driver.as_ref() == Some(own));
            let wanted = VfDriver {
                vf: *vf,
                driver: driver.clone(),
                any: false,
                driver_override: kept,
            };
            match all.iter_mut().find(|of| of.vf == *vf) {
                Some(present) => *present = wanted,
                None => all.push(wanted),
            }
        }
        all
    }
}

impl Request {
    /// What is declared for a device.
    #[must_use]
    pub fn declared(
        wanted: &Wanted,
        snapshot: &Snapshot,
        params: &Params,
        force: &[String],
    ) -> Self {
        let keys = &wanted.keys;
        let vfs = desired::wanted_vfs(wanted, snapshot);
        let all = 0..vfs.unwrap_or(snapshot.state.vfs());
        let mut settings = Settings {
            params: param_changes(wanted, params),
            autoprobe: set(keys.autoprobe.as_ref().map(|key| &key.value)),
            inline_mode: set(keys.inline_mode.as_ref().map(|key| &key.value)),
            encap_mode: set(keys.encap_mode.as_ref().map(|key| &key.value)),
            tc_offload: set(keys.hw_tc_offload.as_ref().map(|key| &key.value)),
            representors_up: set(keys.representors_up.as_ref().map(|key| &key.value)),
            sfs: Sfs::declared(wanted),
            ..Settings::default()
        };
        for vf in all {
            let keys = wanted.vf(vf);
            let now = snapshot.state.vf(vf);
            let of_vf = of_vf(&keys, now);
            settings.vfs.push(VfWanted { vf, settings: of_vf, stashed: Vec::new() });
            if let Some(driver) = &keys.driver {
                let name = match &driver.value {
                    desired::VfDriver::None => None,
                    desired::VfDriver::Named(name) => Some(name.clone()),
                };
                settings.drivers.push((vf, name));
            }
        }
        let mode = desired::wanted_mode(wanted, snapshot);
        let lasting = Lasting {
            mode: set(keys.mode.as_ref().map(|key| &key.value)).is_some(),
            vfs: vfs.is_some(),
        };
        let late = keys.bind_vfs.as_ref().is_some_and(|of| of.value == BindVfs::AfterLag);
        let binding = if late { Binding::AfterLag } else { Binding::Kept };
        Self { mode, vfs, force: force.to_vec(), settings, lasting, binding }
    }
}

fn set<T: Copy>(choice: Option<&Choice<T>>) -> Option<T> {
    match choice? {
        Choice::Set(value) => Some(*value),
        Choice::Preserve => None,
    }
}

/// The settings of a VF; of a VLAN or rate that is declared in part, the rest is as now.
fn of_vf(keys: &VfKeys, now: Option<&VfState>) -> VfSettings {
    let present = now.map(|now| now.settings.clone()).unwrap_or_default();
    let rate = present.rate.unwrap_or(TxRate { min: 0, max: 0 });
    let min = keys.min_tx_rate.as_ref().map(|rate| rate.value.0);
    let max = keys.max_tx_rate.as_ref().map(|rate| rate.value.0);
    let declares_rate = min.or(max).is_some();
    let no_vlan = Vlan { id: 0, qos: 0, protocol: VlanProtocol::Dot1q.ethertype() };
    let ends = keys.vlan.as_ref().is_some_and(|vlan| vlan.value.0 == 0);
    let tags = present.vlan.filter(|now| now.id != 0 && !ends).unwrap_or(no_vlan);
    VfSettings {
        mac: keys.mac.as_ref().map(|mac| mac.value.0.clone()),
        vlan: keys.vlan.as_ref().map(|vlan| Vlan {
            id: vlan.value.0,
            qos: keys.qos.as_ref().map_or(tags.qos, |qos| qos.value.0),
            protocol: keys
                .vlan_proto
                .as_ref()
                .map_or(tags.protocol, |protocol| protocol.value.ethertype()),
        }),
        rate: declares_rate.then(|| TxRate {
            min: min.unwrap_or(rate.min),
            max: max.unwrap_or(rate.max),
        }),
        spoof_check: keys.spoof_check.as_ref().map(|on| on.value),
        trust: keys.trust.as_ref().map(|on| on.value),
        link_state: keys.link_state.as_ref().map(|state| state.value.0),
        ..VfSettings::default()
    }
}

/// The declared parameters that the device has with another value, each in the type that
/// the device has for it.
fn param_changes(wanted: &Wanted, params: &Params) -> Vec<ParamChange> {
    let changes = wanted.params.iter().filter_map(|(name, choices)| {
        let param = params.present.iter().find(|param| param.name == *name)?;
        let now = param.values.iter().find(|(mode, _)| *mode == ParamMode::Runtime);
        let from = now.map(|(_, value)| value.clone())?;
        let possible = params.possible(name, &choices.value);
        let to: Vec<ParamValue> =
            possible.filter_map(|choice| in_type_of(&from, choice)).collect();
        (to.first()? != &from).then(|| ParamChange { name: name.clone(), from, to })
    });
    changes.collect()
}

fn in_type_of(now: &ParamValue, choice: &ParamChoice) -> Option<ParamValue> {
    Some(match (now, choice) {
        (ParamValue::Flag(_), ParamChoice::Flag(value)) => ParamValue::Flag(*value),
        (ParamValue::Text(_), ParamChoice::Text(value)) => {
            ParamValue::Text(value.clone())
        }
        (ParamValue::U8(_), ParamChoice::Number(n)) => {
            ParamValue::U8((*n).try_into().ok()?)
        }
        (ParamValue::U16(_), ParamChoice::Number(n)) => {
            ParamValue::U16((*n).try_into().ok()?)
        }
        (ParamValue::U32(_), ParamChoice::Number(n)) => {
            ParamValue::U32((*n).try_into().ok()?)
        }
        (ParamValue::U64(_), ParamChoice::Number(n)) => ParamValue::U64(*n),
        _ => return None,
    })
}
