// SPDX-License-Identifier: MIT OR Apache-2.0
//! The codec against bytes of real kernels: what iproute2's `devlink` sent and
//! what the kernel answered, in tests/fixtures/devlink. The ports of the files
//! `vsim-*` are simulated (on the real devlink of that kernel), as netdevsim has
//! no port functions.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::{
    model::{
        Eswitch, EswitchMode, Flavour, FunctionCaps, FunctionState, Handle, MacAddress,
        OpState, ParamMode, ParamType, ParamValue, PortHandle, PortType, RateKind,
    },
    wire::{attribute::Attributes, fixture},
};

const KERNELS: [&str; 2] = ["6.1", "6.12"];

struct Exchange {
    sent: Vec<Vec<u8>>,
    received: Vec<DevlinkMessage>,
}

fn exchange(name: &str, kernel: &str) -> Exchange {
    let fixture::Exchange { sent, received } =
        fixture::exchange(&format!("devlink/{name}"), kernel);
    let parse = |bytes: &Vec<u8>| DevlinkMessage::parse(bytes).unwrap();
    Exchange { sent, received: received.iter().map(parse).collect() }
}

fn device() -> Handle {
    "netdevsim/netdevsim10".parse().unwrap()
}

fn card() -> Handle {
    "pci/0000:01:00.0".parse().unwrap()
}

fn port_of(device: Handle, index: u32) -> PortHandle {
    PortHandle { device, index }
}

/// Attributes without their order: iproute2's differs in places.
fn set(attributes: &Attributes) -> BTreeSet<(u16, Vec<u8>)> {
    attributes.iter().map(|(kind, value)| (kind, value.to_vec())).collect()
}

#[track_caller]
fn same(ours: &DevlinkMessage, theirs: &[u8]) {
    let theirs = DevlinkMessage::parse(theirs).unwrap();
    assert_eq!(ours.command, theirs.command);
    assert_eq!(set(&ours.attributes), set(&theirs.attributes));
    // And what is built is what is read.
    let read = DevlinkMessage::parse(&ours.to_bytes()).unwrap();
    assert_eq!(
        (read.command, set(&read.attributes)),
        (ours.command, set(&ours.attributes))
    );
}

#[test]
fn requests_are_those_that_kernels_accept() {
    for kernel in KERNELS {
        let sent = |name: &str| exchange(name, kernel).sent.pop().unwrap();
        same(&instances(), &sent("dev-dump"));
        same(&instance_get(&device()), &sent("dev-get"));
        same(&eswitch_get(&device()), &sent("eswitch-get"));
        let mode = EswitchChange::Mode(EswitchMode::Switchdev);
        same(&eswitch_set(&device(), mode), &sent("eswitch-set"));
        same(&port_get(&port_of(device(), 128)), &sent("port-get"));
        same(&param_get(&device(), "max_macs"), &sent("param-get-u32"));
        let init = ParamMode::DriverInit;
        let number = ParamValue::U32(64);
        same(&param_set(&device(), "max_macs", init, &number), &sent("param-set-u32"));
        let off = ParamValue::Flag(false);
        same(&param_set(&device(), "test1", init, &off), &sent("param-set-flag"));
    }
}

#[test]
fn requests_about_port_functions_are_those_that_kernels_accept() {
    let sent = |name: &str| exchange(name, "6.12").sent.pop().unwrap();
    let sf = NewPort { flavour: Flavour::PciSf, pf: 0, sf: Some(88), controller: None };
    same(&port_new(&card(), sf), &sent("vsim-port-new"));
    let change = FunctionChange {
        hw_addr: Some(MacAddress(vec![2, 0, 0, 0, 0, 0x58])),
        state: Some(FunctionState::Active),
        ..FunctionChange::default()
    };
    let port = port_of(card(), 0x8000);
    same(&port_set(&port, &change), &sent("vsim-port-set"));
    let caps = FunctionCaps { roce: Some(false), ..FunctionCaps::default() };
    let change = FunctionChange { caps, ..FunctionChange::default() };
    same(&port_set(&port_of(card(), 1), &change), &sent("vsim-port-set-roce"));
    same(&port_del(&port), &sent("vsim-port-del"));
}

#[test]
fn instances_and_eswitch_are_read() {
    for kernel in KERNELS {
        for name in ["dev-dump", "dev-get"] {
            assert_eq!(handle(&exchange(name, kernel).received[0]), Some(device()));
        }
        let answer = &exchange("eswitch-get", kernel).received[0];
        let mode = EswitchMode::Switchdev;
        assert_eq!(
            eswitch(answer),
            Some(Eswitch { mode, inline_mode: None, encap_mode: None })
        );
    }
    let nested = nested_instances(&exchange("vsim-dev-get", "6.12").received[0]);
    assert_eq!(nested, ["auxiliary/mlx5_core.eth.0".parse().unwrap()]);
    let answer = eswitch(&exchange("vsim-eswitch-get", "6.12").received[0]).unwrap();
    assert_eq!(answer.inline_mode.map(|mode| mode.to_string()).as_deref(), Some("none"));
    assert!(answer.encap_mode.is_some());
}

#[test]
fn ports_are_read_whatever_command_a_dump_carries() {
    for (kernel, command) in [("6.1", CMD_NEW), ("6.12", CMD_PORT_NEW)] {
        let dump = exchange("port-dump", kernel).received;
        assert!(dump.iter().all(|message| message.command == command));
        let ports: Vec<_> = dump.iter().map(|message| port(message).unwrap()).collect();
        assert_eq!(ports.len(), 3);
        assert_eq!(ports[0].flavour, Some(Flavour::Physical));
        assert_eq!(ports[0].number, Some(1));
        let vf = &ports[2];
        assert_eq!(vf.handle, port_of(device(), 129));
        assert_eq!(vf.kind, Some(PortType::Ethernet));
        assert_eq!(vf.flavour, Some(Flavour::PciVf));
        assert_eq!((vf.controller, vf.pf, vf.vf), (Some(0), Some(0), Some(1)));
        assert_eq!((vf.external, vf.splittable), (Some(false), Some(false)));
        assert_eq!(vf.netdev_name.as_deref(), Some("eni10npf0vf1"));
        assert!(vf.netdev_ifindex.is_some());
        assert_eq!(vf.place(), crate::model::Place::parse("pf0vf1"));
        assert_eq!(port(&exchange("port-get", kernel).received[0]).unwrap().vf, Some(0));
    }
}

#[test]
fn port_functions_are_read() {
    let sf = port(&exchange("vsim-port-get-sf", "6.12").received[0]).unwrap();
    assert_eq!((sf.flavour, sf.sf), (Some(Flavour::PciSf), Some(88)));
    let function = sf.function.unwrap();
    assert_eq!(function.hw_addr.unwrap().to_string(), "02:00:00:00:00:58");
    assert_eq!(function.state, Some(FunctionState::Active));
    assert!(matches!(function.opstate, Some(OpState::Detached | OpState::Attached)));
    let vf = port(&exchange("vsim-port-get-vf", "6.12").received[0]).unwrap();
    let caps = vf.function.unwrap().caps;
    assert_eq!((caps.roce, caps.migratable), (Some(false), Some(false)));
    assert_eq!(caps.ipsec_crypto, None);
    let new = port(&exchange("vsim-port-new", "6.12").received[0]).unwrap();
    assert_eq!(new.function.unwrap().state, Some(FunctionState::Inactive));
}

#[test]
fn rates_and_parameters_are_read() {
    for kernel in KERNELS {
        let dump = exchange("rate-dump", kernel).received;
        let rates: Vec<_> = dump.iter().map(|message| rate(message).unwrap()).collect();
        let leaf = rates.iter().find(|rate| rate.kind == RateKind::Leaf(128)).unwrap();
        // 10 Mbit/s, in bytes.
        assert_eq!(
            (leaf.tx_max, leaf.parent.as_deref()),
            (Some(1_250_000), Some("gold"))
        );
        assert!(rates.iter().any(|rate| rate.kind == RateKind::Node("gold".into())));
        let number = param(&exchange("param-get-u32", kernel).received[0]).unwrap();
        assert_eq!((number.name.as_str(), number.generic), ("max_macs", true));
        assert_eq!(number.kind, ParamType::U32);
        assert_eq!(number.values, [(ParamMode::DriverInit, ParamValue::U32(32))]);
        let flag = param(&exchange("param-get-flag", kernel).received[0]).unwrap();
        assert_eq!((flag.kind, flag.generic), (ParamType::Flag, false));
        assert_eq!(flag.values, [(ParamMode::DriverInit, ParamValue::Flag(true))]);
    }
}

#[test]
fn notifications_of_the_config_group_are_read() {
    for kernel in KERNELS {
        let all = exchange("notify", kernel).received;
        let ports: Vec<_> = all
            .iter()
            .filter(|message| [CMD_PORT_NEW, CMD_PORT_DEL].contains(&message.command))
            .map(|message| port(message).unwrap())
            .collect();
        assert!(ports.iter().any(|port| port.vf == Some(1)));
        assert!(all.iter().any(|message| message.command == CMD_PORT_DEL));
    }
}

/// 7.2 and later: a third mode, handles with an index (DEVLINK_ATTR_INDEX,
/// 184), instances without a device.
#[test]
fn what_newer_kernels_add_is_kept_or_skipped() {
    let attributes = Attributes::default()
        .with_text(1, "devlink_index")
        .with_text(2, "3")
        .with(184, 3_u32.to_ne_bytes())
        .with(25, 2_u16.to_ne_bytes());
    let message = DevlinkMessage { command: 1, attributes };
    assert_eq!(handle(&message).unwrap().to_string(), "devlink_index/3");
    assert_eq!(eswitch(&message).unwrap().mode, EswitchMode::SwitchdevInactive);
    let odd = Attributes::default().with(25, 9_u16.to_ne_bytes());
    let odd = eswitch(&DevlinkMessage { command: 1, attributes: odd });
    assert_eq!(odd.unwrap().mode.to_string(), "unknown(9)");
}

fn read_all(bytes: &[u8]) {
    if let Ok(message) = DevlinkMessage::parse(bytes) {
        let _ = (handle(&message), nested_instances(&message), eswitch(&message));
        let _ = (port(&message), rate(&message), param(&message));
    }
}

#[test]
fn a_cut_off_answer_never_panics() {
    for name in ["port-get", "rate-dump", "param-get-flag", "eswitch-get"] {
        for message in exchange(name, "6.12").received {
            let bytes = message.to_bytes();
            for length in 0..bytes.len() {
                read_all(&bytes[..length]);
            }
        }
    }
}

proptest! {
    #[test]
    fn a_lying_or_random_answer_never_panics(
        at in any::<prop::sample::Index>(),
        lie in any::<u8>(),
        random in prop::collection::vec(any::<u8>(), 0..120),
    ) {
        let mut bytes = exchange("vsim-port-get-sf", "6.12").received[0].to_bytes();
        let at = at.index(bytes.len());
        bytes[at] = lie;
        read_all(&bytes);
        read_all(&random);
    }
}
