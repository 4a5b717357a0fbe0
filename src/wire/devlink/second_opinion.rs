// SPDX-License-Identifier: MIT OR Apache-2.0
//! The codec beside one that others generate from the kernel's own specification
//! (Documentation/netlink/specs/devlink.yaml): the crate netlink-bindings, which takes
//! part in tests only. It has no attribute of `devlink` and `max_io_eqs` in a port
//! function, of values in a parameter, and of nested instances.

use std::{collections::BTreeSet, ffi::CStr, fmt::Debug, fs};

use netlink_bindings::{
    builtin::BuiltinBitfield32,
    devlink::{self as theirs, IterableDevlink, PushDevlink},
    traits::NetlinkRequest as _,
};

use super::*;
use crate::{
    model::{
        DeviceInfo, EncapMode, EswitchMode, Flavour, FunctionCaps, FunctionState, Handle,
        InlineMode, MacAddress, ParamMode, ParamValue, PortHandle, RateKind, VersionKind,
    },
    wire::{attribute::Attributes, fixture},
};

/// Values that were compared and present, and messages.
#[derive(Default)]
struct Compared {
    values: usize,
    messages: usize,
}

impl Compared {
    #[track_caller]
    fn same<T: PartialEq + Debug, E>(
        &mut self,
        what: &str,
        ours: impl Into<Option<T>>,
        theirs: Result<T, E>,
    ) {
        let ours = ours.into();
        self.values += usize::from(ours.is_some());
        assert_eq!(ours, theirs.ok(), "{what}");
    }

    fn message(&mut self, bytes: &[u8]) {
        let ours = DevlinkMessage::parse(bytes).unwrap();
        let theirs = theirs::OpPortGetDo::decode_reply(bytes);
        self.messages += 1;
        if let Some(device) = handle(&ours) {
            self.same("bus", Some(device.bus), theirs.get_bus_name().map(text));
            self.same("name", Some(device.name), theirs.get_dev_name().map(text));
        }
        let eswitch = eswitch(&ours);
        let mode = eswitch.map(|eswitch| u16::from(eswitch.mode));
        self.same("mode", mode, theirs.get_eswitch_mode());
        let inline = eswitch.and_then(|of| of.inline_mode).map(u8::from);
        self.same("inline mode", inline, theirs.get_eswitch_inline_mode());
        let encap = eswitch.and_then(|of| of.encap_mode).map(u8::from);
        self.same("encap mode", encap, theirs.get_eswitch_encap_mode());
        self.port(&ours, theirs);
        self.rate(&ours, theirs);
        if let Some(param) = param(&ours) {
            let theirs = theirs.get_param().unwrap();
            self.same("parameter", Some(param.name), theirs.get_param_name().map(text));
            let generic = param.generic.then_some(());
            self.same("generic", generic, theirs.get_param_generic());
            self.same("type", Some(u8::from(param.kind)), theirs.get_param_type());
        }
    }

    fn port(&mut self, ours: &DevlinkMessage, theirs: IterableDevlink) {
        // A leaf of the rate tree has the index of its port.
        if rate(ours).is_some() {
            return;
        }
        let Some(port) = port(ours) else { return };
        self.same("port", Some(port.handle.index), theirs.get_port_index());
        self.same("port type", port.kind.map(u16::from), theirs.get_port_type());
        self.same("flavour", port.flavour.map(u16::from), theirs.get_port_flavour());
        self.same("number", port.number, theirs.get_port_number());
        self.same("controller", port.controller, theirs.get_port_controller_number());
        self.same("pf", port.pf, theirs.get_port_pci_pf_number());
        self.same("vf", port.vf, theirs.get_port_pci_vf_number());
        self.same("sf", port.sf, theirs.get_port_pci_sf_number());
        self.same("external", port.external.map(u8::from), theirs.get_port_external());
        self.same("split group", port.split_group, theirs.get_port_split_group());
        self.same("subport", port.split_subport, theirs.get_port_split_subport_number());
        self.same("lanes", port.lanes, theirs.get_port_lanes());
        let splittable = port.splittable.map(u8::from);
        self.same("splittable", splittable, theirs.get_port_splittable());
        self.same("ifindex", port.netdev_ifindex, theirs.get_port_netdev_ifindex());
        self.same("netdev", port.netdev_name, theirs.get_port_netdev_name().map(text));
        let Some(function) = port.function else { return };
        let theirs = theirs.get_port_function().unwrap();
        let hw_addr = function.hw_addr.map(|mac| mac.0);
        self.same("hw_addr", hw_addr, theirs.get_hw_addr().map(<[u8]>::to_vec));
        self.same("state", function.state.map(u8::from), theirs.get_state());
        self.same("opstate", function.opstate.map(u8::from), theirs.get_opstate());
        let caps = theirs.get_caps().map(|caps| {
            let bit =
                |bit: u32| (caps.selector & bit != 0).then_some(caps.value & bit != 0);
            [bit(1), bit(2), bit(4), bit(8)]
        });
        let FunctionCaps { roce, migratable, ipsec_crypto, ipsec_packet } = function.caps;
        let ours = caps.is_ok().then_some([roce, migratable, ipsec_crypto, ipsec_packet]);
        self.same("capabilities", ours, caps);
    }

    fn rate(&mut self, ours: &DevlinkMessage, theirs: IterableDevlink) {
        let Some(rate) = rate(ours) else { return };
        match rate.kind {
            RateKind::Leaf(index) => {
                self.same("rate type", Some(0), theirs.get_rate_type());
                self.same("leaf", Some(index), theirs.get_port_index());
            }
            RateKind::Node(name) => {
                self.same("rate type", Some(1), theirs.get_rate_type());
                self.same("node", Some(name), theirs.get_rate_node_name().map(text));
            }
        }
        self.same("share", rate.tx_share, theirs.get_rate_tx_share());
        self.same("max", rate.tx_max, theirs.get_rate_tx_max());
        self.same("priority", rate.tx_priority, theirs.get_rate_tx_priority());
        self.same("weight", rate.tx_weight, theirs.get_rate_tx_weight());
        let parent = theirs.get_rate_parent_node_name().map(text);
        self.same("parent", rate.parent, parent);
    }
}

fn text(text: &CStr) -> String {
    text.to_str().unwrap().to_owned()
}

/// Everything that kernels answered, in tests/fixtures/devlink.
#[test]
fn answers_of_real_kernels_are_read_the_same() {
    let mut compared = Compared::default();
    for entry in fs::read_dir("tests/fixtures/devlink").unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        let (name, kernel) = file.trim_end_matches(".hex").rsplit_once('-').unwrap();
        for bytes in fixture::exchange(&format!("devlink/{name}"), kernel).received {
            compared.message(&bytes);
        }
    }
    let Compared { values, messages } = compared;
    println!("{values} values of {messages} messages are read the same");
    assert!(messages > 50 && values > 300, "{values} values of {messages} messages");
}

fn set(bytes: &[u8]) -> (u8, u8, BTreeSet<(u16, Vec<u8>)>) {
    let attributes = Attributes::parse(&bytes[4..]).unwrap();
    // A nest is a list of its own, in which order does not matter either.
    let plain = |(kind, value): (u16, &[u8])| match kind {
        145 => {
            let list = Attributes::parse(value).unwrap();
            let mut parts: Vec<_> = list.iter().collect();
            parts.sort();
            (kind, format!("{parts:?}").into_bytes())
        }
        _ => (kind, value.to_vec()),
    };
    (bytes[0], bytes[1], attributes.iter().map(plain).collect())
}

/// What their encoder makes, begun with the handle of the device.
macro_rules! theirs {
    ($operation:ident $(, $push:ident($value:expr))*) => {{
        let mut bytes = Vec::new();
        let encoder = of(theirs::$operation::encode_request(&mut bytes));
        drop(encoder$(.$push($value))*);
        bytes
    }};
}

fn of(encoder: PushDevlink<&mut Vec<u8>>) -> PushDevlink<&mut Vec<u8>> {
    encoder.push_bus_name(c"pci").push_dev_name(c"0000:03:00.0")
}

#[test]
fn requests_are_encoded_the_same() {
    let device: Handle = "pci/0000:03:00.0".parse().unwrap();
    let port = PortHandle { device: device.clone(), index: 7 };
    let mut theirs_of_sf = Vec::new();
    let _ = of(theirs::OpPortSetDo::encode_request(&mut theirs_of_sf))
        .push_port_index(7)
        .nested_port_function()
        .push_hw_addr(&[2, 0, 0, 0, 0, 9])
        .push_caps({
            let mut caps = BuiltinBitfield32::new();
            (caps.value, caps.selector) = (0b1001, 0b1011);
            caps
        })
        .push_state(1)
        .end_nested();
    let change = FunctionChange {
        hw_addr: Some(MacAddress(vec![2, 0, 0, 0, 0, 9])),
        state: Some(FunctionState::Active),
        caps: FunctionCaps {
            roce: Some(true),
            migratable: Some(false),
            ipsec_crypto: None,
            ipsec_packet: Some(true),
        },
        max_io_eqs: None,
    };
    let sf =
        NewPort { flavour: Flavour::PciSf, pf: 1, sf: Some(88), controller: Some(2) };
    let mut theirs_of_dump = Vec::new();
    let _ = theirs::OpGetDump::encode_request(&mut theirs_of_dump);
    let mode = |mode| eswitch_set(&device, EswitchChange::Mode(mode));
    let inline = eswitch_set(&device, EswitchChange::Inline(InlineMode::Transport));
    let encap = eswitch_set(&device, EswitchChange::Encap(EncapMode::Basic));
    let rate = RateChange {
        tx_share: Some(5),
        tx_max: Some(u64::MAX),
        tx_priority: Some(2),
        tx_weight: Some(3),
        parent: Some("gold".into()),
    };
    let (driverinit, flag) = (ParamMode::DriverInit, ParamValue::Flag(false));
    let pairs = [
        (instances(), theirs_of_dump),
        (instance_get(&device), theirs!(OpGetDo)),
        (eswitch_get(&device), theirs!(OpEswitchGetDo)),
        (mode(EswitchMode::Legacy), theirs!(OpEswitchSetDo, push_eswitch_mode(0))),
        (mode(EswitchMode::Switchdev), theirs!(OpEswitchSetDo, push_eswitch_mode(1))),
        (
            mode(EswitchMode::SwitchdevInactive),
            theirs!(
                OpEswitchSetDo,
                push_eswitch_mode(theirs::EswitchMode::SwitchdevInactive as u16)
            ),
        ),
        (inline, theirs!(OpEswitchSetDo, push_eswitch_inline_mode(3))),
        (encap, theirs!(OpEswitchSetDo, push_eswitch_encap_mode(1))),
        (ports(&device), theirs!(OpPortGetDump)),
        (port_get(&port), theirs!(OpPortGetDo, push_port_index(7))),
        (port_set(&port, &change), theirs_of_sf),
        (
            port_new(&device, sf),
            theirs!(
                OpPortNewDo,
                push_port_flavour(theirs::PortFlavour::PciSf as u16),
                push_port_pci_pf_number(1),
                push_port_pci_sf_number(88),
                push_port_controller_number(2)
            ),
        ),
        (port_del(&port), theirs!(OpPortDelDo, push_port_index(7))),
        (rates(&device), theirs!(OpRateGetDump)),
        (
            rate_set(&port, &rate),
            theirs!(
                OpRateSetDo,
                push_port_index(7),
                push_rate_tx_share(5),
                push_rate_tx_max(u64::MAX),
                push_rate_tx_priority(2),
                push_rate_tx_weight(3),
                push_rate_parent_node_name(c"gold")
            ),
        ),
        (traps(&device), theirs!(OpTrapGetDump)),
        (info_get(&device), theirs!(OpInfoGetDo)),
        (param_get(&device, "test1"), theirs!(OpParamGetDo, push_param_name(c"test1"))),
        (
            param_set(&device, "test1", driverinit, &flag),
            theirs!(
                OpParamSetDo,
                push_param_name(c"test1"),
                push_param_type(theirs::VarAttrType::Flag as u8),
                push_param_value_cmode(theirs::ParamCmode::Driverinit as u8)
            ),
        ),
    ];
    for (ours, theirs) in pairs {
        assert_eq!(set(&ours.to_bytes()), set(&theirs), "command {}", ours.command);
    }
}

#[test]
fn serial_numbers_and_versions_are_read() {
    let mut answer = DevlinkMessage { command: 51, attributes: Attributes::default() };
    assert_eq!(info(&answer), DeviceInfo::default());
    let mut theirs_of_info = Vec::new();
    PushDevlink::new(&mut theirs_of_info)
        .push_info_serial_number(c"b8599f0300346c10")
        .nested_info_version_fixed()
        .push_info_version_name(c"fw.psid")
        .push_info_version_value(c"MT_0000000359")
        .end_nested()
        .nested_info_version_running()
        .push_info_version_name(c"fw.version")
        .push_info_version_value(c"22.41.1000")
        .end_nested()
        .nested_info_version_stored()
        .push_info_version_name(c"fw.version")
        .end_nested()
        .push_info_board_serial_number(c"MT2116X09299");
    answer.attributes = Attributes::parse(&theirs_of_info).unwrap().into_owned();
    let info = info(&answer);
    assert_eq!(info.serials(), ["b8599f0300346c10", "MT2116X09299"]);
    let versions: Vec<_> = info
        .versions
        .iter()
        .map(|version| (version.kind, version.name.as_str(), version.value.as_str()))
        .collect();
    let fixed = (VersionKind::Fixed, "fw.psid", "MT_0000000359");
    assert_eq!(versions, [fixed, (VersionKind::Running, "fw.version", "22.41.1000")]);
}
