// SPDX-License-Identifier: MIT OR Apache-2.0
//! RTM_GETLINK and its answers: the dozen attributes that this tool needs.
//!
//! The decoder is written by hand because a general rtnetlink codec loses a whole link
//! to one odd attribute (see docs/libraries.md). Requests skip statistics and per-VF
//! data: both cost time under the RTNL lock, and per-VF data overflows beyond some 170
//! VFs.

#[cfg(test)]
pub(crate) mod kernel;

use super::{
    WireError,
    attribute::{Attributes, text_of},
};
use crate::model::{
    AltName, Handle, IfName, Link, LinkType, MacAddress, PortHandle, SwitchId,
};

/// RTM_GETLINK.
pub const GETLINK: u16 = 18;
/// RTM_NEWLINK: the answer, and the notification.
pub const NEWLINK: u16 = 16;

/// RTM_SETLINK: changes one interface.
pub const SETLINK: u16 = 19;
/// RTM_NEWLINKPROP: adds alternative names (5.5 and later).
pub const NEWLINKPROP: u16 = 108;
/// RTM_DELLINKPROP: removes alternative names.
pub const DELLINKPROP: u16 = 109;

pub(super) const HEADER: usize = 16; // struct ifinfomsg
const RTEXT_FILTER_SKIP_STATS: u32 = 8;
const IFF_UP: u32 = 1;
const IFF_LOWER_UP: u32 = 1 << 16;

const IFLA_ADDRESS: u16 = 1;
const IFLA_IFNAME: u16 = 3;
const IFLA_MTU: u16 = 4;
const IFLA_LINK: u16 = 5;
const IFLA_MASTER: u16 = 10;
const IFLA_OPERSTATE: u16 = 16;
const IFLA_LINKINFO: u16 = 18;
const IFLA_INFO_KIND: u16 = 1;
const IFLA_EXT_MASK: u16 = 29;
const IFLA_PHYS_PORT_ID: u16 = 34;
const IFLA_PHYS_SWITCH_ID: u16 = 36;
const IFLA_LINK_NETNSID: u16 = 37;
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

/// The name or altname of the interface that a request is about.
#[must_use]
pub fn requested_name(body: &[u8]) -> Option<String> {
    Attributes::parse(body.get(HEADER..)?).ok()?.text(IFLA_ALT_IFNAME)
}

/// The body of RTM_GETLINK for a dump of all interfaces.
#[must_use]
pub fn all() -> Vec<u8> {
    request(0, Attributes::default())
}

fn request(ifindex: u32, attributes: Attributes) -> Vec<u8> {
    let mask = RTEXT_FILTER_SKIP_STATS.to_ne_bytes();
    message(ifindex, &attributes.with(IFLA_EXT_MASK, mask))
}

/// The body of RTM_NEWLINKPROP and RTM_DELLINKPROP for one alternative name.
#[must_use]
pub fn altname(ifindex: u32, name: &AltName) -> Vec<u8> {
    let list = Attributes::default().with_text(IFLA_ALT_IFNAME, name.as_str());
    message(ifindex, &Attributes::default().with_nested(IFLA_PROP_LIST, &list))
}

/// The body of RTM_SETLINK that renames an interface.
#[must_use]
pub fn name(ifindex: u32, name: &IfName) -> Vec<u8> {
    message(ifindex, &Attributes::default().with_text(IFLA_IFNAME, name.as_str()))
}

/// The body of RTM_SETLINK that sets the MTU.
#[cfg(feature = "cli")]
#[must_use]
pub fn mtu(ifindex: u32, mtu: u32) -> Vec<u8> {
    message(ifindex, &Attributes::default().with(IFLA_MTU, mtu.to_ne_bytes()))
}

/// The body of RTM_SETLINK that adds the interface to a bridge or bond; 0 removes the
/// interface from it.
#[cfg(feature = "cli")]
#[must_use]
pub fn master(ifindex: u32, master: u32) -> Vec<u8> {
    message(ifindex, &Attributes::default().with(IFLA_MASTER, master.to_ne_bytes()))
}

/// The body of RTM_SETLINK that brings the interface up or takes it down.
#[must_use]
pub fn up(ifindex: u32, up: bool) -> Vec<u8> {
    let mut body = message(ifindex, &Attributes::default());
    body[8..12].copy_from_slice(&(u32::from(up) * IFF_UP).to_ne_bytes());
    // ifi_change: the flags to change.
    body[12..16].copy_from_slice(&IFF_UP.to_ne_bytes());
    body
}

/// A body with that header and those attributes.
pub(super) fn message(ifindex: u32, attributes: &Attributes) -> Vec<u8> {
    let mut body = vec![0; HEADER];
    body[4..8].copy_from_slice(&ifindex.to_ne_bytes());
    body.extend(attributes.to_bytes());
    body
}

/// Reads RTM_NEWLINK. Only a message whose lengths are wrong, or that names no
/// interface, is an error.
pub fn parse(payload: &[u8]) -> Result<Link, WireError> {
    let field = |at: usize| payload.get(at..at + 4).and_then(|b| b.try_into().ok());
    let (Some(ifindex), Some(flags)) = (field(4), field(8)) else {
        return Err(WireError("a link message without its header".into()));
    };
    let flags = u32::from_ne_bytes(flags);
    let up = flags & IFF_UP != 0;
    let attributes = Attributes::parse(payload.get(HEADER..).unwrap_or_default())?;
    let Some(name) = attributes.text(IFLA_IFNAME) else {
        return Err(WireError("a link message without a name".into()));
    };
    let properties = attributes.nested(IFLA_PROP_LIST).unwrap_or_default();
    let altnames = properties.iter().filter(|(kind, _)| *kind == IFLA_ALT_IFNAME);
    Ok(Link {
        ifindex: u32::from_ne_bytes(ifindex),
        name,
        link_type: LinkType(u16::from_ne_bytes([payload[2], payload[3]])),
        altnames: altnames.map(|(_, bytes)| text_of(bytes)).collect(),
        mac: attributes
            .bytes(IFLA_ADDRESS)
            .filter(|bytes| (1..=32).contains(&bytes.len()))
            .map(MacAddress),
        mtu: attributes.u32(IFLA_MTU),
        up,
        carrier: up.then_some(flags & IFF_LOWER_UP != 0),
        operstate: attributes.u8(IFLA_OPERSTATE).map(operstate),
        master: attributes.u32(IFLA_MASTER),
        lower: lower(&attributes),
        kind: attributes.nested(IFLA_LINKINFO).and_then(|info| info.text(IFLA_INFO_KIND)),
        switch_id: id(&attributes, IFLA_PHYS_SWITCH_ID),
        port_id: id(&attributes, IFLA_PHYS_PORT_ID),
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

/// The message with only the attributes that are read, here and in `vf`. A capture must
/// not contain what else an interface reports: peers, tunnels, its owner. The result is
/// empty where the message cannot be decoded.
#[cfg(feature = "cli")]
#[must_use]
pub fn as_read(payload: &[u8]) -> Vec<u8> {
    let Some(header) = payload.get(..HEADER) else { return Vec::new() };
    let mut kept = Attributes::default();
    match super::vf::parts(&payload[HEADER..]) {
        Some(parts) => {
            kept =
                keep(kept, &parts.before).with(super::vf::IFLA_VFINFO_LIST, parts.list);
            kept = keep(kept, &parts.after);
        }
        None => kept = keep(kept, &Attributes::parse_prefix(&payload[HEADER..])),
    }
    [header, &kept.to_bytes()].concat()
}

/// Adds the attributes that are read.
#[cfg(feature = "cli")]
fn keep(mut kept: Attributes<'static>, attributes: &Attributes) -> Attributes<'static> {
    const KEPT: [u16; 15] = [
        IFLA_ADDRESS,
        IFLA_IFNAME,
        IFLA_MTU,
        IFLA_LINK,
        IFLA_MASTER,
        IFLA_OPERSTATE,
        super::vf::IFLA_NUM_VF,
        IFLA_PHYS_PORT_ID,
        IFLA_PHYS_SWITCH_ID,
        IFLA_LINK_NETNSID,
        IFLA_PHYS_PORT_NAME,
        IFLA_PROP_LIST,
        IFLA_PARENT_DEV_NAME,
        IFLA_PARENT_DEV_BUS_NAME,
        IFLA_DEVLINK_PORT,
    ];
    const ETHERNET_ADDRESS: usize = 6;
    for (kind, value) in attributes.iter() {
        kept = match kind {
            // A shorter one is no hardware address: a tunnel's is an IP address.
            IFLA_ADDRESS if value.len() < ETHERNET_ADDRESS => kept,
            IFLA_LINKINFO => match attributes
                .nested(kind)
                .and_then(|of| of.bytes(IFLA_INFO_KIND))
            {
                Some(of) => kept
                    .with_nested(kind, &Attributes::default().with(IFLA_INFO_KIND, of)),
                None => kept,
            },
            kind if KEPT.contains(&kind) => kept.with(kind, value),
            _ => kept,
        };
    }
    kept
}

/// The interface below, where it is in this network namespace.
fn lower(attributes: &Attributes) -> Option<u32> {
    let elsewhere = attributes.bytes(IFLA_LINK_NETNSID).is_some();
    attributes.u32(IFLA_LINK).filter(|lower| *lower != 0 && !elsewhere)
}

fn id(attributes: &Attributes, kind: u16) -> Option<SwitchId> {
    SwitchId::new(&attributes.bytes(kind)?)
}

fn parent(attributes: &Attributes) -> Option<Handle> {
    let bus = attributes.text(IFLA_PARENT_DEV_BUS_NAME)?;
    Some(Handle::new(bus, attributes.text(IFLA_PARENT_DEV_NAME)?))
}

/// RFC 2863 states as in sysfs and in the JSON of `ip`, in lower case.
fn operstate(state: u8) -> String {
    let known =
        ["unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up"];
    match known.get(usize::from(state)) {
        Some(name) => (*name).to_owned(),
        None => format!("unknown({state})"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wire::fixture::{Exchange, exchange};

    #[test]
    fn links_of_real_kernels_are_read() {
        for (kernel, has_port) in [("6.1", false), ("6.12", true)] {
            let Exchange { sent, received } = exchange("link/dump", kernel);
            assert_eq!([all()].as_slice(), sent);
            let links: Vec<Link> =
                received.iter().map(|bytes| parse(bytes).unwrap()).collect();
            assert_eq!(links.len(), 4);
            let lo = &links[0];
            assert_eq!((lo.name.as_str(), lo.up, lo.ifindex), ("lo", true, 1));
            assert_eq!(
                (&lo.parent, &lo.devlink_port, &lo.switch_id),
                (&None, &None, &None)
            );
            let rep = links.iter().find(|link| link.name == "eni10npf0vf1").unwrap();
            assert_eq!(rep.phys_port_name.as_deref(), Some("pf0vf1"));
            assert_eq!(rep.parent, Some(Handle::new("netdevsim", "netdevsim10")));
            assert_eq!(rep.switch_id.as_ref().unwrap().to_string().len(), 64);
            assert_eq!(
                (rep.mtu, rep.up, rep.operstate.as_deref()),
                (Some(1500), false, Some("down"))
            );
            let device = Handle::new("netdevsim", "netdevsim10");
            let port = PortHandle { device, index: 129 };
            assert_eq!(rep.devlink_port, has_port.then_some(port));
        }
    }

    /// Where the general codec reads a message, ours reads the same.
    #[cfg(feature = "cli")]
    #[test]
    fn the_general_codec_reads_the_same() {
        use netlink_packet_core::Parseable as _;
        use rtnetlink::packet_route::link::{LinkAttribute, LinkMessage};

        for kernel in ["6.1", "6.12"] {
            for bytes in exchange("link/dump", kernel).received {
                let ours = parse(&bytes).unwrap();
                let theirs = LinkMessage::parse(bytes.as_slice()).unwrap();
                assert_eq!(theirs.header.index, ours.ifindex);
                for attribute in theirs.attributes {
                    match attribute {
                        LinkAttribute::IfName(name) => assert_eq!(name, ours.name),
                        LinkAttribute::Mtu(mtu) => assert_eq!(Some(mtu), ours.mtu),
                        LinkAttribute::Address(mac) => {
                            assert_eq!(Some(MacAddress(mac)), ours.mac);
                        }
                        LinkAttribute::PhysPortName(name) => {
                            assert_eq!(Some(name), ours.phys_port_name);
                        }
                        _ => {}
                    }
                }
            }
        }
    }

    #[cfg(feature = "cli")]
    #[test]
    fn what_is_kept_of_a_message_reads_the_same_and_has_nothing_else() {
        for kernel in ["6.1", "6.12"] {
            for bytes in exchange("link/dump", kernel).received {
                let kept = as_read(&bytes);
                assert_eq!(parse(&kept), parse(&bytes));
                assert!(kept.len() < bytes.len());
            }
        }
        const IFALIAS: u16 = 20;
        const INFO_DATA: u16 = 2;
        let info = Attributes::default()
            .with_text(IFLA_INFO_KIND, "vxlan")
            .with(INFO_DATA, [198, 51, 100, 7]);
        let attributes = Attributes::default()
            .with_text(IFLA_IFNAME, "vx0")
            .with(IFLA_ADDRESS, [192, 0, 2, 9])
            .with_text(IFALIAS, "customer Smith")
            .with_nested(IFLA_LINKINFO, &info);
        let kept = as_read(&message(7, &attributes));
        assert_eq!(parse(&kept).unwrap().kind.as_deref(), Some("vxlan"));
        for secret in [&[198, 51, 100, 7][..], &[192, 0, 2, 9], b"Smith"] {
            assert!(!kept.windows(secret.len()).any(|part| part == secret));
        }
        assert_eq!(as_read(&[1, 2, 3]), [0; 0]);
    }

    #[test]
    fn one_odd_attribute_loses_nothing_else() {
        let header = [&[0; 4][..], &7_u32.to_ne_bytes(), &[0; 8]].concat();
        let attributes = Attributes::default()
            .with_text(IFLA_IFNAME, "eth0")
            .with(IFLA_MTU, [1])
            .with(IFLA_PHYS_SWITCH_ID, [0; 33])
            .with(IFLA_DEVLINK_PORT, [])
            .with(IFLA_PHYS_PORT_NAME, [0xff, b'a', 0])
            .with(999, [1, 2, 3]);
        let link = parse(&[header, attributes.to_bytes()].concat()).unwrap();
        assert_eq!((link.name.as_str(), link.ifindex, link.mtu), ("eth0", 7, None));
        assert_eq!((link.switch_id, link.devlink_port), (None, None));
        assert_eq!(link.phys_port_name.as_deref(), Some("\u{fffd}a"));
    }

    proptest! {
        #[test]
        fn cut_lying_and_random_bytes_never_panic(
            cut in any::<prop::sample::Index>(),
            at in any::<prop::sample::Index>(),
            lie in any::<u8>(),
            random in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let mut bytes = exchange("link/dump", "6.12").received.remove(2);
            let at = at.index(bytes.len());
            bytes[at] = lie;
            let _ = (parse(&bytes), parse(&bytes[..cut.index(bytes.len())]), parse(&random));
        }
    }
}
