// SPDX-License-Identifier: MIT OR Apache-2.0
//! The kernel's side of these messages, for simulated machines in tests.

use super::{DevlinkMessage, constants::*, decode};
use crate::{
    model::{
        DevlinkPort, EncapMode, EswitchMode, Handle, InlineMode, ParamMode, ParamType,
        PortHandle, Rate, RateKind,
    },
    wire::attribute::Attributes,
};

/// The attributes of an eswitch in a message, each of which can be absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Eswitch {
    pub mode: Option<EswitchMode>,
    pub inline_mode: Option<InlineMode>,
    pub encap_mode: Option<EncapMode>,
}

impl Eswitch {
    fn of(attributes: &Attributes) -> Self {
        Self {
            mode: attributes.u16(ATTR_ESWITCH_MODE).map(Into::into),
            inline_mode: attributes.u8(ATTR_ESWITCH_INLINE_MODE).map(Into::into),
            encap_mode: attributes.u8(ATTR_ESWITCH_ENCAP_MODE).map(Into::into),
        }
    }
}

/// What is asked of devlink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Request {
    Instance,
    Eswitch,
    SetEswitch(Eswitch),
    Ports,
    SetPort(Box<DevlinkPort>),
    /// The PF and the number of a new SF.
    AddSf(Option<u16>, Option<u32>),
    DeletePort(PortHandle),
    /// The name of a parameter.
    Param(String),
    /// A parameter that is a truth value.
    SetParam(String, bool),
    Rates,
    SetRate(Rate),
    Reload,
    Other,
}

/// The device that a request is about, and what it asks for.
pub(crate) fn request(body: &[u8]) -> (Handle, Request) {
    let message = DevlinkMessage::parse(body).unwrap();
    let request = match message.command {
        CMD_GET => Request::Instance,
        CMD_ESWITCH_GET => Request::Eswitch,
        CMD_ESWITCH_SET => Request::SetEswitch(Eswitch::of(&message.attributes)),
        CMD_PORT_GET => Request::Ports,
        CMD_PORT_SET => Request::SetPort(Box::new(decode::port(&message).unwrap())),
        CMD_PORT_NEW => Request::AddSf(
            message.attributes.u16(ATTR_PORT_PCI_PF_NUMBER),
            message.attributes.u32(ATTR_PORT_PCI_SF_NUMBER),
        ),
        CMD_PORT_DEL => Request::DeletePort(decode::port(&message).unwrap().handle),
        CMD_PARAM_GET => {
            Request::Param(message.attributes.text(ATTR_PARAM_NAME).unwrap())
        }
        CMD_PARAM_SET => Request::SetParam(
            message.attributes.text(ATTR_PARAM_NAME).unwrap(),
            message.attributes.bytes(ATTR_PARAM_VALUE_DATA).is_some(),
        ),
        CMD_RATE_GET => Request::Rates,
        CMD_RATE_SET => {
            let attributes = message.attributes.clone();
            let attributes =
                attributes.with(ATTR_RATE_TYPE, RATE_TYPE_LEAF.to_ne_bytes());
            let message = DevlinkMessage { attributes, ..message.clone() };
            Request::SetRate(decode::rate(&message).unwrap())
        }
        CMD_RELOAD => Request::Reload,
        _ => Request::Other,
    };
    (decode::handle(&message).unwrap(), request)
}

fn bytes(command: u8, attributes: Attributes<'static>) -> Vec<u8> {
    DevlinkMessage { command, attributes }.to_bytes()
}

fn of(device: &Handle) -> Attributes<'static> {
    Attributes::default()
        .with_text(ATTR_BUS_NAME, &device.bus)
        .with_text(ATTR_DEV_NAME, &device.name)
}

pub(crate) fn instance(device: &Handle) -> Vec<u8> {
    bytes(CMD_NEW, of(device))
}

pub(crate) fn eswitch(device: &Handle, eswitch: &Eswitch) -> Vec<u8> {
    let mut list = of(device);
    if let Some(mode) = eswitch.mode {
        list = list.with(ATTR_ESWITCH_MODE, u16::from(mode).to_ne_bytes());
    }
    if let Some(mode) = eswitch.inline_mode {
        list = list.with(ATTR_ESWITCH_INLINE_MODE, u8::from(mode).to_ne_bytes());
    }
    if let Some(mode) = eswitch.encap_mode {
        list = list.with(ATTR_ESWITCH_ENCAP_MODE, u8::from(mode).to_ne_bytes());
    }
    bytes(CMD_ESWITCH_GET, list)
}

pub(crate) fn port(port: &DevlinkPort) -> Vec<u8> {
    let mut list =
        of(&port.handle.device).with(ATTR_PORT_INDEX, port.handle.index.to_ne_bytes());
    for (kind, value) in [
        (ATTR_PORT_TYPE, port.kind.map(u16::from)),
        (ATTR_PORT_FLAVOUR, port.flavour.map(u16::from)),
        (ATTR_PORT_PCI_PF_NUMBER, port.pf),
        (ATTR_PORT_PCI_VF_NUMBER, port.vf),
    ] {
        list = value
            .into_iter()
            .fold(list, |list, value| list.with(kind, value.to_ne_bytes()));
    }
    for (kind, value) in [
        (ATTR_PORT_NUMBER, port.number),
        (ATTR_PORT_NETDEV_IFINDEX, port.netdev_ifindex),
        (ATTR_PORT_PCI_SF_NUMBER, port.sf),
    ] {
        list = value
            .into_iter()
            .fold(list, |list, value| list.with(kind, value.to_ne_bytes()));
    }
    if let Some(function) = &port.function {
        let mut nest = Attributes::default();
        if let Some(mac) = &function.hw_addr {
            nest = nest.with(FN_ATTR_HW_ADDR, mac.0.clone());
        }
        if let Some(roce) = function.caps.roce {
            let value = if roce { FN_CAP_ROCE } else { 0 };
            let field = [value.to_ne_bytes(), FN_CAP_ROCE.to_ne_bytes()].concat();
            nest = nest.with(FN_ATTR_CAPS, field);
        }
        let states = [
            (FN_ATTR_STATE, function.state.map(u8::from)),
            (FN_ATTR_OPSTATE, function.opstate.map(u8::from)),
        ];
        nest = states.into_iter().fold(nest, |nest, (kind, value)| match value {
            Some(value) => nest.with(kind, value.to_ne_bytes()),
            None => nest,
        });
        if let Some(device) = &function.devlink {
            nest = nest.with_nested(FN_ATTR_DEVLINK, &of(device));
        }
        list = list.with_nested(ATTR_PORT_FUNCTION, &nest);
    }
    bytes(CMD_PORT_NEW, list)
}

/// A parameter that is a truth value and takes effect with the next reload.
pub(crate) fn flag(device: &Handle, name: &str, on: bool) -> Vec<u8> {
    let entry = Attributes::default()
        .with(ATTR_PARAM_VALUE_CMODE, u8::from(ParamMode::DriverInit).to_ne_bytes());
    let entry = if on { entry.with(ATTR_PARAM_VALUE_DATA, []) } else { entry };
    let values = Attributes::default().with_nested(ATTR_PARAM_VALUE, &entry);
    let nest = Attributes::default()
        .with_text(ATTR_PARAM_NAME, name)
        .with(ATTR_PARAM_TYPE, u8::from(ParamType::Flag).to_ne_bytes())
        .with_nested(ATTR_PARAM_VALUES_LIST, &values);
    bytes(CMD_PARAM_GET, of(device).with_nested(ATTR_PARAM, &nest))
}

pub(crate) fn rate(rate: &Rate) -> Vec<u8> {
    let list = match &rate.kind {
        RateKind::Leaf(port) => of(&rate.device)
            .with(ATTR_RATE_TYPE, RATE_TYPE_LEAF.to_ne_bytes())
            .with(ATTR_PORT_INDEX, port.to_ne_bytes()),
        RateKind::Node(name) => of(&rate.device)
            .with(ATTR_RATE_TYPE, RATE_TYPE_NODE.to_ne_bytes())
            .with_text(ATTR_RATE_NODE_NAME, name),
    };
    let limits = [(ATTR_RATE_TX_SHARE, rate.tx_share), (ATTR_RATE_TX_MAX, rate.tx_max)];
    let list = limits.into_iter().fold(list, |list, (kind, value)| match value {
        Some(value) => list.with(kind, value.to_ne_bytes()),
        None => list,
    });
    bytes(CMD_RATE_GET, list)
}
