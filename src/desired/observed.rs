// SPDX-License-Identifier: MIT OR Apache-2.0
//! The actual state of a device, in the keys of the file. What the kernel does not report is
//! absent.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    keys::{DeviceKeys, SfKeys, VfKeys},
    origin::Located,
    values::{
        Choice, Mac, Qos, Rate, Value, VfCount, VfDriver, VfLinkState, VlanId,
        VlanProtocol,
    },
};
use crate::model::{
    EncapMode, EswitchMode, Flavour, InlineMode, PortKey, Role, Snapshot, TcOffload,
    VfState,
};

/// Bytes/s of one Mbit/s: devlink's unit of rates, in that of VF settings.
const MEGABIT: u64 = 125_000;

#[expect(clippy::unnecessary_wraps, reason = "each key is an Option")]
fn some<T>(value: T) -> Option<Located<T>> {
    Some(value.into())
}

/// The keys of the device itself, those of its netdevs excepted.
pub(super) fn device(snapshot: &Snapshot) -> DeviceKeys {
    let state = &snapshot.state;
    let known = |mode: &EswitchMode| !matches!(mode, EswitchMode::Unknown(_));
    let inline =
        state.eswitch.inline_mode.filter(|mode| !matches!(mode, InlineMode::Unknown(_)));
    let encap =
        state.eswitch.encap_mode.filter(|mode| !matches!(mode, EncapMode::Unknown(_)));
    let autoprobe = state.sriov.and_then(|sriov| sriov.autoprobe);
    DeviceKeys {
        mode: Some(state.eswitch.mode)
            .filter(known)
            .and_then(|mode| some(Choice::Set(mode))),
        vfs: state.sriov.and_then(|sriov| some(Choice::Set(VfCount::Number(sriov.vfs)))),
        autoprobe: autoprobe.and_then(|on| some(Choice::Set(on))),
        inline_mode: inline.and_then(|mode| some(Choice::Set(mode))),
        encap_mode: encap.and_then(|mode| some(Choice::Set(mode))),
        hw_tc_offload: uniform(&tc_offload(snapshot)),
        representors_up: uniform(&representors_up(snapshot)),
        ..DeviceKeys::default()
    }
}

/// Whether TC rules go into hardware, by uplink; where the kernel reports it.
pub(super) fn tc_offload(snapshot: &Snapshot) -> Vec<(&str, bool)> {
    let uplinks = snapshot.tc_offload.iter();
    let on = |state: TcOffload| state == TcOffload::On;
    uplinks.map(|(index, state)| (snapshot.name_of(*index), on(*state))).collect()
}

/// Whether a representor is up, by its name.
pub(super) fn representors_up(snapshot: &Snapshot) -> Vec<(&str, bool)> {
    let representors: BTreeSet<u32> = snapshot.representors.iter().copied().collect();
    let links = snapshot.links.iter();
    let representors = links.filter(|link| representors.contains(&link.ifindex));
    representors.map(|link| (link.name.as_str(), link.up)).collect()
}

/// The value that all have.
fn uniform(all: &[(&str, bool)]) -> Option<Located<Choice<bool>>> {
    let (_, first) = *all.first()?;
    let equal = all.iter().all(|(_, value)| *value == first);
    equal.then(|| Choice::Set(first).into())
}

/// The keys of a VF.
pub(super) fn vf(snapshot: &Snapshot, vf: &VfState) -> VfKeys {
    let settings = &vf.settings;
    let function = function(snapshot, vf.vf);
    let mac = function.and_then(|function| function.hw_addr.as_ref());
    let mac = mac.or(settings.mac.as_ref()).and_then(Mac::new);
    let mut rate = settings.rate.map(|rate| (rate.min, rate.max));
    // In switchdev mode the limits are those of the rate object, where there is one.
    if let Some(limited) = function.filter(|f| f.tx_share.or(f.tx_max).is_some()) {
        let megabits = |bytes: Option<u64>| {
            let rounded = (bytes.unwrap_or(0) + MEGABIT / 2) / MEGABIT;
            u32::try_from(rounded).unwrap_or(u32::MAX)
        };
        rate = Some((megabits(limited.tx_share), megabits(limited.tx_max)));
    }
    let vlan = settings.vlan;
    let driver = match &vf.driver {
        Some(name) => name.parse().ok(),
        // Without an address nothing is known of the function.
        None => (!vf.address.is_empty()).then_some(VfDriver::None),
    };
    VfKeys {
        mac: mac.and_then(some),
        vlan: vlan.and_then(|vlan| some(VlanId(vlan.id))),
        qos: vlan.and_then(|vlan| some(Qos(vlan.qos))),
        vlan_proto: vlan
            .and_then(|vlan| VlanProtocol::from_ethertype(vlan.protocol))
            .and_then(some),
        spoof_check: settings.spoof_check.and_then(some),
        trust: settings.trust.and_then(some),
        link_state: settings.link_state.and_then(|state| some(VfLinkState(state))),
        min_tx_rate: rate.and_then(|(min, _)| some(Rate(min))),
        max_tx_rate: rate.and_then(|(_, max)| some(Rate(max))),
        driver: driver.and_then(some),
    }
}

/// Whether the kernel reports the MAC address of a VF, a zero one included.
pub(super) fn reports_mac(snapshot: &Snapshot, vf: &VfState) -> bool {
    vf.settings.mac.is_some()
        || function(snapshot, vf.vf).is_some_and(|function| function.hw_addr.is_some())
}

/// What the representor's port says of a VF of this host; nothing where several ports
/// could be the VF's.
fn function(snapshot: &Snapshot, vf: u32) -> Option<&crate::model::FunctionSettings> {
    let is_of = |key: &PortKey| {
        key.place.role == Role::VfRep
            && key.place.controller == 0
            && key.place.vf == Some(vf)
    };
    let mut functions =
        snapshot.state.functions.iter().filter(|function| is_of(&function.key));
    match (functions.next(), functions.next()) {
        (function, None) => function,
        _ => None,
    }
}

/// The SFs, by controller and number.
pub(super) fn sfs(snapshot: &Snapshot) -> BTreeMap<(u32, u32), SfKeys> {
    let ports = snapshot.device.ports.iter();
    let sfs = ports.filter(|port| {
        port.flavour == Some(Flavour::PciSf)
            && port.handle.device == snapshot.device.handle
    });
    let keys = sfs.filter_map(|port| {
        let function = port.function.clone().unwrap_or_default();
        let keys = SfKeys {
            mac: function.hw_addr.as_ref().and_then(Mac::new).and_then(some),
            state: function.state.and_then(some).filter(|state| {
                // Nobody can declare a state that has no name.
                !state.value.write().contains("unknown")
            }),
            // The kernel has no such attribute.
            trust: None,
            roce: function.caps.roce.and_then(some),
        };
        Some(((port.controller.unwrap_or(0), port.sf?), keys))
    });
    keys.collect()
}
