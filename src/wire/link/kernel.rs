// SPDX-License-Identifier: MIT OR Apache-2.0
//! The kernel's side of these messages, for simulated machines in tests.

use super::*;
use crate::model::SwitchId;

/// RTM_NEWLINK of a link, as far as [`parse`] reads it.
pub(crate) fn answer(link: &Link) -> Vec<u8> {
    message_of(link, Attributes::default())
}

/// The same with further attributes.
pub(crate) fn message_of(link: &Link, more: Attributes) -> Vec<u8> {
    let mut list = more.with_text(IFLA_IFNAME, &link.name);
    if let Some(mtu) = link.mtu {
        list = list.with(IFLA_MTU, mtu.to_ne_bytes());
    }
    if let Some(master) = link.master {
        list = list.with(IFLA_MASTER, master.to_ne_bytes());
    }
    if let Some(kind) = &link.kind {
        let info = Attributes::default().with_text(IFLA_INFO_KIND, kind);
        list = list.with_nested(IFLA_LINKINFO, &info);
    }
    let bytes = |id: &SwitchId| {
        let digits = id.to_string();
        let octet = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
        (0..digits.len()).step_by(2).map(octet).collect::<Vec<u8>>()
    };
    for (kind, id) in
        [(IFLA_PHYS_SWITCH_ID, &link.switch_id), (IFLA_PHYS_PORT_ID, &link.port_id)]
    {
        if let Some(id) = id {
            list = list.with(kind, bytes(id));
        }
    }
    if let Some(name) = &link.phys_port_name {
        list = list.with_text(IFLA_PHYS_PORT_NAME, name);
    }
    if !link.altnames.is_empty() {
        let names = link.altnames.iter();
        let names = names.fold(Attributes::default(), |names, name| {
            names.with_text(IFLA_ALT_IFNAME, name)
        });
        list = list.with_nested(IFLA_PROP_LIST, &names);
    }
    if let Some(parent) = &link.parent {
        list = list
            .with_text(IFLA_PARENT_DEV_NAME, &parent.name)
            .with_text(IFLA_PARENT_DEV_BUS_NAME, &parent.bus);
    }
    if let Some(PortHandle { device, index }) = &link.devlink_port {
        let port = Attributes::default()
            .with_text(DEVLINK_ATTR_BUS_NAME, &device.bus)
            .with_text(DEVLINK_ATTR_DEV_NAME, &device.name)
            .with(DEVLINK_ATTR_PORT_INDEX, index.to_ne_bytes());
        list = list.with_nested(IFLA_DEVLINK_PORT, &port);
    }
    let mut bytes = message(link.ifindex, &list);
    bytes[2..4].copy_from_slice(&LinkType::ETHER.0.to_ne_bytes());
    bytes[8..12].copy_from_slice(&(u32::from(link.up) * IFF_UP).to_ne_bytes());
    bytes
}

/// What a request changes of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LinkChange {
    Name(String),
    Mtu(u32),
    Master(u32),
    Up(bool),
    AddAltname(String),
    RemoveAltname(String),
    Vf(u32, crate::model::VfSetting),
}

/// The interface that a request is about.
pub(crate) fn ifindex(body: &[u8]) -> u32 {
    u32::from_ne_bytes(body[4..8].try_into().unwrap())
}

/// What a request changes.
pub(crate) fn change(kind: u16, body: &[u8]) -> LinkChange {
    let attributes = Attributes::parse(&body[HEADER..]).unwrap();
    let properties = attributes.nested(IFLA_PROP_LIST).unwrap_or_default();
    if let Some(name) = properties.text(IFLA_ALT_IFNAME) {
        return match kind {
            NEWLINKPROP => LinkChange::AddAltname(name),
            _ => LinkChange::RemoveAltname(name),
        };
    }
    if let Some((vf, setting)) = crate::wire::vf::kernel::change(&attributes) {
        return LinkChange::Vf(vf, setting);
    }
    if let Some(name) = attributes.text(IFLA_IFNAME) {
        return LinkChange::Name(name);
    }
    if let Some(mtu) = attributes.u32(IFLA_MTU) {
        return LinkChange::Mtu(mtu);
    }
    if let Some(master) = attributes.u32(IFLA_MASTER) {
        return LinkChange::Master(master);
    }
    LinkChange::Up(body[8] & 1 != 0)
}
