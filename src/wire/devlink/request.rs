// SPDX-License-Identifier: MIT OR Apache-2.0
//! Requests to the kernel.
//!
//! Each function is named after its command; a plural stands for a dump. Since 6.6 a dump
//! by handle has that instance alone; 6.1 ignores the handle, and its dump has every
//! instance.

use super::{DevlinkMessage, constants::*};
use crate::{
    model::{
        EncapMode, EswitchMode, Flavour, FunctionCaps, FunctionState, Handle, InlineMode,
        MacAddress, ParamMode, ParamType, ParamValue, PortHandle,
    },
    wire::attribute::Attributes,
};

/// A change of the eswitch. The kernel applies mode, inline mode, encap mode in
/// this order, stops at the first error and undoes nothing (net/devlink/dev.c,
/// devlink_nl_eswitch_set_doit), so each request changes one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EswitchChange {
    /// The mode.
    Mode(EswitchMode),
    /// The inline mode.
    Inline(InlineMode),
    /// The encap mode.
    Encap(EncapMode),
}

/// A change of a port function; absent attributes stay unchanged. The kernel
/// applies the state last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FunctionChange {
    /// Hardware address; takes effect when the function's driver is bound.
    pub hw_addr: Option<MacAddress>,
    /// Wanted state.
    pub state: Option<FunctionState>,
    /// Capabilities to switch.
    pub caps: FunctionCaps,
    /// Limit of IO event queues.
    pub max_io_eqs: Option<u32>,
}

/// A change of a rate leaf.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RateChange {
    /// Guaranteed rate in bytes/s.
    pub tx_share: Option<u64>,
    /// Limit in bytes/s; 0 for none.
    pub tx_max: Option<u64>,
    /// Strict priority among siblings (6.5 and later).
    pub tx_priority: Option<u32>,
    /// Weight among siblings (6.5 and later).
    pub tx_weight: Option<u32>,
    /// Name of the parent node; empty for none.
    pub parent: Option<String>,
}

/// A port to create; drivers create SF ports only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewPort {
    /// Flavour, in practice `PciSf`.
    pub flavour: Flavour,
    /// PF number.
    pub pf: u16,
    /// SF number; mlx5 demands one, ice chooses one if absent.
    pub sf: Option<u32>,
    /// Controller; absent means the local one.
    pub controller: Option<u32>,
}

fn message(command: u8, attributes: Attributes<'static>) -> DevlinkMessage {
    DevlinkMessage { command, attributes }
}

fn of(device: &Handle) -> Attributes<'static> {
    Attributes::default()
        .with_text(ATTR_BUS_NAME, &device.bus)
        .with_text(ATTR_DEV_NAME, &device.name)
}

fn of_port(port: &PortHandle) -> Attributes<'static> {
    of(&port.device).with(ATTR_PORT_INDEX, port.index.to_ne_bytes())
}

/// DEVLINK_CMD_GET for a dump of all instances.
#[must_use]
pub fn instances() -> DevlinkMessage {
    message(CMD_GET, Attributes::default())
}

/// DEVLINK_CMD_GET.
#[must_use]
pub fn instance_get(device: &Handle) -> DevlinkMessage {
    message(CMD_GET, of(device))
}

/// DEVLINK_CMD_ESWITCH_GET; needs CAP_NET_ADMIN, and has no dump.
#[must_use]
pub fn eswitch_get(device: &Handle) -> DevlinkMessage {
    message(CMD_ESWITCH_GET, of(device))
}

/// DEVLINK_CMD_ESWITCH_SET.
#[must_use]
pub fn eswitch_set(device: &Handle, change: EswitchChange) -> DevlinkMessage {
    let attributes = of(device);
    let attributes = match change {
        EswitchChange::Mode(mode) => {
            attributes.with(ATTR_ESWITCH_MODE, u16::from(mode).to_ne_bytes())
        }
        EswitchChange::Inline(mode) => {
            attributes.with(ATTR_ESWITCH_INLINE_MODE, u8::from(mode).to_ne_bytes())
        }
        EswitchChange::Encap(mode) => {
            attributes.with(ATTR_ESWITCH_ENCAP_MODE, u8::from(mode).to_ne_bytes())
        }
    };
    message(CMD_ESWITCH_SET, attributes)
}

/// DEVLINK_CMD_RELOAD, without an action: the driver is restarted.
#[must_use]
pub fn reload(device: &Handle) -> DevlinkMessage {
    message(CMD_RELOAD, of(device))
}

/// DEVLINK_CMD_PORT_GET for a dump of one instance's ports.
#[must_use]
pub fn ports(device: &Handle) -> DevlinkMessage {
    message(CMD_PORT_GET, of(device))
}

/// DEVLINK_CMD_PORT_GET.
#[must_use]
pub fn port_get(port: &PortHandle) -> DevlinkMessage {
    message(CMD_PORT_GET, of_port(port))
}

/// DEVLINK_CMD_PORT_SET of the port's function.
#[must_use]
pub fn port_set(port: &PortHandle, change: &FunctionChange) -> DevlinkMessage {
    let mut function = Attributes::default();
    if let Some(mac) = &change.hw_addr {
        function = function.with(FN_ATTR_HW_ADDR, mac.0.clone());
    }
    if let Some(caps) = caps_bitfield(change.caps) {
        function = function.with(FN_ATTR_CAPS, caps);
    }
    if let Some(limit) = change.max_io_eqs {
        function = function.with(FN_ATTR_MAX_IO_EQS, limit.to_ne_bytes());
    }
    if let Some(state) = change.state {
        function = function.with(FN_ATTR_STATE, u8::from(state).to_ne_bytes());
    }
    message(CMD_PORT_SET, of_port(port).with_nested(ATTR_PORT_FUNCTION, &function))
}

/// A `struct nla_bitfield32` (value, selector) of the capabilities to switch.
fn caps_bitfield(caps: FunctionCaps) -> Option<Vec<u8>> {
    let bits = [
        (caps.roce, FN_CAP_ROCE),
        (caps.migratable, FN_CAP_MIGRATABLE),
        (caps.ipsec_crypto, FN_CAP_IPSEC_CRYPTO),
        (caps.ipsec_packet, FN_CAP_IPSEC_PACKET),
    ];
    let (mut value, mut selector) = (0_u32, 0_u32);
    for (wanted, bit) in bits {
        if let Some(on) = wanted {
            selector |= bit;
            value |= if on { bit } else { 0 };
        }
    }
    (selector != 0).then(|| [value.to_ne_bytes(), selector.to_ne_bytes()].concat())
}

/// DEVLINK_CMD_PORT_NEW; the reply is the new port.
#[must_use]
pub fn port_new(device: &Handle, port: NewPort) -> DevlinkMessage {
    let mut attributes = of(device)
        .with(ATTR_PORT_FLAVOUR, u16::from(port.flavour).to_ne_bytes())
        .with(ATTR_PORT_PCI_PF_NUMBER, port.pf.to_ne_bytes());
    if let Some(sf) = port.sf {
        attributes = attributes.with(ATTR_PORT_PCI_SF_NUMBER, sf.to_ne_bytes());
    }
    if let Some(controller) = port.controller {
        attributes =
            attributes.with(ATTR_PORT_CONTROLLER_NUMBER, controller.to_ne_bytes());
    }
    message(CMD_PORT_NEW, attributes)
}

/// DEVLINK_CMD_PORT_DEL.
#[must_use]
pub fn port_del(port: &PortHandle) -> DevlinkMessage {
    message(CMD_PORT_DEL, of_port(port))
}

/// DEVLINK_CMD_RATE_GET for a dump of one instance's rate objects.
#[must_use]
pub fn rates(device: &Handle) -> DevlinkMessage {
    message(CMD_RATE_GET, of(device))
}

/// DEVLINK_CMD_RATE_SET of a port's rate leaf.
#[must_use]
pub fn rate_set(port: &PortHandle, change: &RateChange) -> DevlinkMessage {
    let mut attributes = of_port(port);
    let limits =
        [(ATTR_RATE_TX_SHARE, change.tx_share), (ATTR_RATE_TX_MAX, change.tx_max)];
    for (kind, limit) in limits {
        if let Some(limit) = limit {
            attributes = attributes.with(kind, limit.to_ne_bytes());
        }
    }
    let ranks = [
        (ATTR_RATE_TX_PRIORITY, change.tx_priority),
        (ATTR_RATE_TX_WEIGHT, change.tx_weight),
    ];
    for (kind, rank) in ranks {
        if let Some(rank) = rank {
            attributes = attributes.with(kind, rank.to_ne_bytes());
        }
    }
    if let Some(parent) = &change.parent {
        attributes = attributes.with_text(ATTR_RATE_PARENT_NODE_NAME, parent);
    }
    message(CMD_RATE_SET, attributes)
}

/// DEVLINK_CMD_TRAP_GET for a dump of one instance's traps.
#[must_use]
pub fn traps(device: &Handle) -> DevlinkMessage {
    message(CMD_TRAP_GET, of(device))
}

/// DEVLINK_CMD_INFO_GET.
#[must_use]
pub fn info_get(device: &Handle) -> DevlinkMessage {
    message(CMD_INFO_GET, of(device))
}

/// DEVLINK_CMD_PARAM_GET.
#[must_use]
pub fn param_get(device: &Handle, name: &str) -> DevlinkMessage {
    message(CMD_PARAM_GET, of(device).with_text(ATTR_PARAM_NAME, name))
}

/// DEVLINK_CMD_PARAM_SET. A truth value is sent as the presence of its data
/// (net/devlink/param.c, devlink_param_value_get_from_info).
#[must_use]
pub fn param_set(
    device: &Handle,
    name: &str,
    mode: ParamMode,
    value: &ParamValue,
) -> DevlinkMessage {
    let (kind, data) = match value {
        ParamValue::U8(value) => (ParamType::U8, Some(value.to_ne_bytes().to_vec())),
        ParamValue::U16(value) => (ParamType::U16, Some(value.to_ne_bytes().to_vec())),
        ParamValue::U32(value) => (ParamType::U32, Some(value.to_ne_bytes().to_vec())),
        ParamValue::U64(value) => (ParamType::U64, Some(value.to_ne_bytes().to_vec())),
        ParamValue::Text(value) => {
            (ParamType::Text, Some([value.as_bytes(), &[0]].concat()))
        }
        ParamValue::Flag(value) => (ParamType::Flag, value.then(Vec::new)),
    };
    let mut attributes = of(device)
        .with_text(ATTR_PARAM_NAME, name)
        .with(ATTR_PARAM_TYPE, u8::from(kind).to_ne_bytes())
        .with(ATTR_PARAM_VALUE_CMODE, u8::from(mode).to_ne_bytes());
    if let Some(data) = data {
        attributes = attributes.with(ATTR_PARAM_VALUE_DATA, data);
    }
    message(CMD_PARAM_SET, attributes)
}
