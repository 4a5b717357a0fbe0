// SPDX-License-Identifier: MIT OR Apache-2.0
//! Messages from the kernel.
//!
//! Each function reads one kind of object from the attributes of a message. It returns
//! none where the message lacks an attribute that each such object has.

use super::{DevlinkMessage, constants::*};
use crate::{
    model::{
        DeviceInfo, DevlinkPort, Eswitch, FunctionCaps, Handle, MacAddress, Param,
        ParamMode, ParamType, ParamValue, PortFunction, Rate, RateKind, Version,
        VersionKind,
    },
    wire::attribute::{Attributes, text_of},
};

/// The instance that a message is about.
#[must_use]
pub fn handle(message: &DevlinkMessage) -> Option<Handle> {
    handle_in(&message.attributes)
}

fn handle_in(attributes: &Attributes) -> Option<Handle> {
    let bus = attributes.text(ATTR_BUS_NAME)?;
    let name = attributes.text(ATTR_DEV_NAME)?;
    (!bus.is_empty() && !name.is_empty()).then(|| Handle::new(bus, name))
}

/// The instances nested in an instance (6.7 and later).
#[must_use]
pub fn nested_instances(message: &DevlinkMessage) -> Vec<Handle> {
    let nested =
        message.attributes.iter().filter(|(kind, _)| *kind == ATTR_NESTED_DEVLINK);
    nested.filter_map(|(_, bytes)| handle_in(&Attributes::parse(bytes).ok()?)).collect()
}

/// An answer to ESWITCH_GET. A device without an eswitch answers with its handle
/// alone; inline and encap mode are there only where the driver has them.
#[must_use]
pub fn eswitch(message: &DevlinkMessage) -> Option<Eswitch> {
    let attributes = &message.attributes;
    Some(Eswitch {
        mode: attributes.u16(ATTR_ESWITCH_MODE)?.into(),
        inline_mode: attributes.u8(ATTR_ESWITCH_INLINE_MODE).map(Into::into),
        encap_mode: attributes.u8(ATTR_ESWITCH_ENCAP_MODE).map(Into::into),
    })
}

/// A port.
#[must_use]
pub fn port(message: &DevlinkMessage) -> Option<DevlinkPort> {
    let attributes = &message.attributes;
    let device = handle_in(attributes)?;
    let truth = |kind| attributes.u8(kind).map(|value| value != 0);
    Some(DevlinkPort {
        kind: attributes.u16(ATTR_PORT_TYPE).map(Into::into),
        flavour: attributes.u16(ATTR_PORT_FLAVOUR).map(Into::into),
        number: attributes.u32(ATTR_PORT_NUMBER),
        controller: attributes.u32(ATTR_PORT_CONTROLLER_NUMBER),
        pf: attributes.u16(ATTR_PORT_PCI_PF_NUMBER),
        vf: attributes.u16(ATTR_PORT_PCI_VF_NUMBER),
        sf: attributes.u32(ATTR_PORT_PCI_SF_NUMBER),
        external: truth(ATTR_PORT_EXTERNAL),
        split_group: attributes.u32(ATTR_PORT_SPLIT_GROUP),
        split_subport: attributes.u32(ATTR_PORT_SPLIT_SUBPORT_NUMBER),
        lanes: attributes.u32(ATTR_PORT_LANES),
        splittable: truth(ATTR_PORT_SPLITTABLE),
        netdev_ifindex: attributes.u32(ATTR_PORT_NETDEV_IFINDEX),
        netdev_name: attributes.text(ATTR_PORT_NETDEV_NAME),
        function: attributes.nested(ATTR_PORT_FUNCTION).map(|nest| function(&nest)),
        ..DevlinkPort::new(device, attributes.u32(ATTR_PORT_INDEX)?)
    })
}

fn function(attributes: &Attributes) -> PortFunction {
    PortFunction {
        hw_addr: attributes
            .bytes(FN_ATTR_HW_ADDR)
            .filter(|bytes| (1..=32).contains(&bytes.len()))
            .map(MacAddress),
        state: attributes.u8(FN_ATTR_STATE).map(Into::into),
        opstate: attributes.u8(FN_ATTR_OPSTATE).map(Into::into),
        caps: attributes.u64(FN_ATTR_CAPS).map(caps).unwrap_or_default(),
        max_io_eqs: attributes.u32(FN_ATTR_MAX_IO_EQS),
        devlink: attributes.nested(FN_ATTR_DEVLINK).and_then(|nest| handle_in(&nest)),
    }
}

/// From a `struct nla_bitfield32`: value first, then the selector that says
/// which bits the port has.
fn caps(bitfield: u64) -> FunctionCaps {
    let [a, b, c, d, e, f, g, h] = bitfield.to_ne_bytes();
    let (value, selector) =
        (u32::from_ne_bytes([a, b, c, d]), u32::from_ne_bytes([e, f, g, h]));
    let bit = |bit: u32| (selector & bit != 0).then_some(value & bit != 0);
    FunctionCaps {
        roce: bit(FN_CAP_ROCE),
        migratable: bit(FN_CAP_MIGRATABLE),
        ipsec_crypto: bit(FN_CAP_IPSEC_CRYPTO),
        ipsec_packet: bit(FN_CAP_IPSEC_PACKET),
    }
}

/// A rate object.
#[must_use]
pub fn rate(message: &DevlinkMessage) -> Option<Rate> {
    let attributes = &message.attributes;
    let kind = match attributes.u16(ATTR_RATE_TYPE)? {
        RATE_TYPE_LEAF => RateKind::Leaf(attributes.u32(ATTR_PORT_INDEX)?),
        RATE_TYPE_NODE => RateKind::Node(attributes.text(ATTR_RATE_NODE_NAME)?),
        _ => return None,
    };
    Some(Rate {
        device: handle_in(attributes)?,
        kind,
        tx_share: attributes.u64(ATTR_RATE_TX_SHARE),
        tx_max: attributes.u64(ATTR_RATE_TX_MAX),
        tx_priority: attributes.u32(ATTR_RATE_TX_PRIORITY),
        tx_weight: attributes.u32(ATTR_RATE_TX_WEIGHT),
        parent: attributes.text(ATTR_RATE_PARENT_NODE_NAME),
    })
}

/// The device and the name of a trap that passes packets to the CPU; none for a trap
/// that drops them.
#[must_use]
pub fn active_trap(message: &DevlinkMessage) -> Option<(Handle, String)> {
    let attributes = &message.attributes;
    (attributes.u8(ATTR_TRAP_ACTION)? == TRAP_ACTION_TRAP)
        .then(|| Some((handle_in(attributes)?, attributes.text(ATTR_TRAP_NAME)?)))?
}

/// An answer to INFO_GET. A version without a name or a value is left out.
#[must_use]
pub fn info(message: &DevlinkMessage) -> DeviceInfo {
    let attributes = &message.attributes;
    let version = |(kind, bytes)| {
        let kind = match kind {
            ATTR_INFO_VERSION_FIXED => VersionKind::Fixed,
            ATTR_INFO_VERSION_RUNNING => VersionKind::Running,
            ATTR_INFO_VERSION_STORED => VersionKind::Stored,
            _ => return None,
        };
        let nest = Attributes::parse(bytes).ok()?;
        let text = |kind| nest.text(kind);
        let (name, value) =
            (text(ATTR_INFO_VERSION_NAME)?, text(ATTR_INFO_VERSION_VALUE)?);
        Some(Version { kind, name, value })
    };
    DeviceInfo {
        serial_number: attributes.text(ATTR_INFO_SERIAL_NUMBER),
        board_serial_number: attributes.text(ATTR_INFO_BOARD_SERIAL_NUMBER),
        versions: attributes.iter().filter_map(version).collect(),
    }
}

/// A parameter with its values.
#[must_use]
pub fn param(message: &DevlinkMessage) -> Option<Param> {
    let nest = message.attributes.nested(ATTR_PARAM)?;
    let kind = ParamType::from(nest.u8(ATTR_PARAM_TYPE)?);
    let list = nest.nested(ATTR_PARAM_VALUES_LIST).unwrap_or_default();
    let entries = list.iter().filter(|(entry, _)| *entry == ATTR_PARAM_VALUE);
    Some(Param {
        device: handle(message)?,
        name: nest.text(ATTR_PARAM_NAME)?,
        generic: nest.bytes(ATTR_PARAM_GENERIC).is_some(),
        kind,
        values: entries.filter_map(|(_, bytes)| param_value(kind, bytes)).collect(),
    })
}

fn param_value(kind: ParamType, bytes: &[u8]) -> Option<(ParamMode, ParamValue)> {
    let entry = Attributes::parse(bytes).ok()?;
    let data = ATTR_PARAM_VALUE_DATA;
    let value = match kind {
        ParamType::U8 => ParamValue::U8(entry.u8(data)?),
        ParamType::U16 => ParamValue::U16(entry.u16(data)?),
        ParamType::U32 => ParamValue::U32(entry.u32(data)?),
        ParamType::U64 => ParamValue::U64(entry.u64(data)?),
        ParamType::Text => ParamValue::Text(text_of(&entry.bytes(data)?)),
        ParamType::Flag => ParamValue::Flag(entry.bytes(data).is_some()),
        ParamType::Unknown(_) => return None,
    };
    Some((entry.u8(ATTR_PARAM_VALUE_CMODE)?.into(), value))
}
