// SPDX-License-Identifier: MIT OR Apache-2.0
//! RTM_GETLINK and its answers: the dozen attributes that this tool needs.
//!
//! Written here rather than taken from a general rtnetlink codec because no NIC
//! may be lost to one odd attribute of its own (see docs/libraries.md).
//! Statistics are skipped and per-VF data is never asked for: both cost time
//! under the RTNL lock, and beyond some 170 VFs the latter overflows.

use super::{
    WireError,
    attribute::{Attributes, text_of},
};
use crate::model::{Handle, Link, MacAddress, PortHandle, SwitchId};

/// RTM_GETLINK.
pub const GETLINK: u16 = 18;
/// RTM_NEWLINK: the answer, and the notification.
pub const NEWLINK: u16 = 16;

const HEADER: usize = 16; // struct ifinfomsg
const RTEXT_FILTER_SKIP_STATS: u32 = 8;
const IFF_UP: u32 = 1;

const IFLA_ADDRESS: u16 = 1;
const IFLA_IFNAME: u16 = 3;
const IFLA_MTU: u16 = 4;
const IFLA_MASTER: u16 = 10;
const IFLA_OPERSTATE: u16 = 16;
const IFLA_LINKINFO: u16 = 18;
const IFLA_INFO_KIND: u16 = 1;
const IFLA_EXT_MASK: u16 = 29;
const IFLA_PHYS_SWITCH_ID: u16 = 36;
const IFLA_PHYS_PORT_NAME: u16 = 38;
const IFLA_PROP_LIST: u16 = 52;
const IFLA_ALT_IFNAME: u16 = 53;
const IFLA_PARENT_DEV_NAME: u16 = 56;
const IFLA_PARENT_DEV_BUS_NAME: u16 = 57;
const IFLA_DEVLINK_PORT: u16 = 62;
// Inside IFLA_DEVLINK_PORT the numbers are devlink's.
const DEVLINK_ATTR_BUS_NAME: u16 = 1;
const DEVLINK_ATTR_DEV_NAME: u16 = 2;
const DEVLINK_ATTR_PORT_INDEX: u16 = 3;

/// The body of RTM_GETLINK for one interface.
#[must_use]
pub fn get(ifindex: u32) -> Vec<u8> {
    request(ifindex, Attributes::default())
}

/// The body of RTM_GETLINK for the interface of that name or altname.
#[must_use]
pub fn get_by_name(name: &str) -> Vec<u8> {
    request(0, Attributes::default().with_text(IFLA_ALT_IFNAME, name))
}

/// The body of RTM_GETLINK for a dump of all interfaces.
#[must_use]
pub fn all() -> Vec<u8> {
    request(0, Attributes::default())
}

fn request(ifindex: u32, attributes: Attributes) -> Vec<u8> {
    let mut body = vec![0; HEADER];
    body[4..8].copy_from_slice(&ifindex.to_ne_bytes());
    let mask = RTEXT_FILTER_SKIP_STATS.to_ne_bytes();
    body.extend(attributes.with(IFLA_EXT_MASK, mask).to_bytes());
    body
}

/// Reads RTM_NEWLINK. Only a message whose lengths lie, or that names no
/// interface, is an error.
pub fn parse(payload: &[u8]) -> Result<Link, WireError> {
    let field = |at: usize| payload.get(at..at + 4).and_then(|b| b.try_into().ok());
    let (Some(ifindex), Some(flags)) = (field(4), field(8)) else {
        return Err(WireError("a link message without its header".into()));
    };
    let attributes = Attributes::parse(payload.get(HEADER..).unwrap_or_default())?;
    let Some(name) = attributes.text(IFLA_IFNAME) else {
        return Err(WireError("a link message without a name".into()));
    };
    let properties = attributes.nested(IFLA_PROP_LIST).unwrap_or_default();
    let altnames = properties.iter().filter(|(kind, _)| *kind == IFLA_ALT_IFNAME);
    Ok(Link {
        ifindex: u32::from_ne_bytes(ifindex),
        name,
        altnames: altnames.map(|(_, bytes)| text_of(&bytes)).collect(),
        mac: attributes
            .bytes(IFLA_ADDRESS)
            .filter(|bytes| (1..=32).contains(&bytes.len()))
            .map(MacAddress),
        mtu: attributes.u32(IFLA_MTU),
        up: u32::from_ne_bytes(flags) & IFF_UP != 0,
        operstate: attributes.u8(IFLA_OPERSTATE).map(operstate),
        master: attributes.u32(IFLA_MASTER),
        kind: attributes.nested(IFLA_LINKINFO).and_then(|info| info.text(IFLA_INFO_KIND)),
        switch_id: attributes
            .bytes(IFLA_PHYS_SWITCH_ID)
            .and_then(|id| SwitchId::new(&id)),
        phys_port_name: attributes
            .text(IFLA_PHYS_PORT_NAME)
            .filter(|name| !name.is_empty()),
        parent: parent(&attributes),
        devlink_port: attributes.nested(IFLA_DEVLINK_PORT).and_then(|nest| {
            let bus = nest.text(DEVLINK_ATTR_BUS_NAME)?;
            let device = Handle::new(bus, nest.text(DEVLINK_ATTR_DEV_NAME)?);
            Some(PortHandle { device, index: nest.u32(DEVLINK_ATTR_PORT_INDEX)? })
        }),
    })
}

fn parent(attributes: &Attributes) -> Option<Handle> {
    let bus = attributes.text(IFLA_PARENT_DEV_BUS_NAME)?;
    Some(Handle::new(bus, attributes.text(IFLA_PARENT_DEV_NAME)?))
}

/// RFC 2863 states as `ip` writes them in sysfs and JSON, in lower case.
fn operstate(state: u8) -> String {
    let known =
        ["unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up"];
    match known.get(usize::from(state)) {
        Some(name) => (*name).to_owned(),
        None => format!("unknown({state})"),
    }
}
