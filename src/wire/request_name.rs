// SPDX-License-Identifier: MIT OR Apache-2.0
//! Names of requests, for errors and logs: the command as the kernel's headers call it,
//! and the object that it is about.

use super::{
    devlink::{self, DevlinkMessage},
    link,
};
#[cfg(feature = "cli")]
use super::{ethtool, route, tc, xfrm};

const IFINDEX: std::ops::Range<usize> = 4..8; // struct ifinfomsg, tcmsg

/// The name of a request to rtnetlink.
#[must_use]
pub fn of_route(kind: u16, dump: bool, body: &[u8]) -> String {
    // Numbers without a name here are those of include/uapi/linux/rtnetlink.h.
    let command = match kind {
        link::NEWLINK => "RTM_NEWLINK",
        link::GETLINK => "RTM_GETLINK",
        link::SETLINK => "RTM_SETLINK",
        22 => "RTM_GETADDR",
        26 => "RTM_GETROUTE",
        34 => "RTM_GETRULE",
        38 => "RTM_GETQDISC",
        46 => "RTM_GETTFILTER",
        link::NEWLINKPROP => "RTM_NEWLINKPROP",
        link::DELLINKPROP => "RTM_DELLINKPROP",
        _ => return with_object(&format!("rtnetlink request {kind}"), dump, None),
    };
    with_object(command, dump, object_of(kind, body))
}

/// What a request to rtnetlink is about.
fn object_of(kind: u16, body: &[u8]) -> Option<String> {
    match kind {
        #[cfg(feature = "cli")]
        route::GETROUTE | route::GETRULE => route::requested(body),
        #[cfg(feature = "cli")]
        tc::GETTFILTER => tc::requested_hook(body),
        _ => link_of(kind, body),
    }
}

/// The interface that a request about links names, by index or by name.
fn link_of(kind: u16, body: &[u8]) -> Option<String> {
    let of_link = [
        link::NEWLINK,
        link::GETLINK,
        link::SETLINK,
        link::NEWLINKPROP,
        link::DELLINKPROP,
    ];
    if !of_link.contains(&kind) {
        return None;
    }
    match u32::from_ne_bytes(body.get(IFINDEX)?.try_into().ok()?) {
        0 => link::requested_name(body),
        ifindex => Some(format!("interface {ifindex}")),
    }
}

/// The name of a request to devlink.
#[must_use]
pub fn of_devlink(dump: bool, body: &[u8]) -> String {
    let Ok(message) = DevlinkMessage::parse(body) else {
        return with_object("devlink request", dump, None);
    };
    let command = devlink::command_name(message.command);
    with_object(&command, dump, devlink::object_name(&message))
}

/// The name of a request to ethtool's family.
#[cfg(feature = "cli")]
#[must_use]
pub fn of_ethtool(body: &[u8]) -> String {
    let ifindex = ethtool::requested_interface(body);
    let object = ifindex.map(|ifindex| format!("interface {ifindex}"));
    let command = match ethtool::only_asks(body) {
        true => "ETHTOOL_MSG_FEATURES_GET",
        false => "ETHTOOL_MSG_FEATURES_SET",
    };
    with_object(command, false, object)
}

/// The name of a request for all of IPsec's objects of a kind.
#[cfg(feature = "cli")]
#[must_use]
pub fn of_xfrm(kind: u16) -> String {
    let command = match kind {
        xfrm::GETSA => "XFRM_MSG_GETSA",
        xfrm::GETPOLICY => "XFRM_MSG_GETPOLICY",
        _ => "xfrm request",
    };
    with_object(command, true, None)
}

fn with_object(command: &str, dump: bool, object: Option<String>) -> String {
    let dump = if dump { " (dump)" } else { "" };
    let object = object.map_or_else(String::new, |object| format!(" {object}"));
    format!("{command}{dump}{object}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Handle, PortHandle};

    #[test]
    fn a_request_is_named_by_its_command_and_its_object() {
        let device: Handle = "pci/03:00.0".parse().unwrap();
        let port = PortHandle { device: device.clone(), index: 7 };
        let devlink =
            |dump, request: &DevlinkMessage| of_devlink(dump, &request.to_bytes());
        for (name, expected) in [
            (of_route(link::GETLINK, false, &link::get(4)), "RTM_GETLINK interface 4"),
            (of_route(link::GETLINK, false, &link::get_by_name("p0")), "RTM_GETLINK p0"),
            (of_route(link::GETLINK, true, &link::all()), "RTM_GETLINK (dump)"),
            (
                of_route(26, true, &route::through(route::Family::V6, 254, 7)),
                "RTM_GETROUTE (dump) IPv6, table 254, interface 7",
            ),
            (
                of_route(46, true, &tc::filters(tc::Hook::Block(3), true)),
                "RTM_GETTFILTER (dump) block 3, terse",
            ),
            (of_route(999, true, &[]), "rtnetlink request 999 (dump)"),
            (
                devlink(false, &devlink::eswitch_get(&device)),
                "DEVLINK_CMD_ESWITCH_GET pci/0000:03:00.0",
            ),
            (
                devlink(true, &devlink::ports(&device)),
                "DEVLINK_CMD_PORT_GET (dump) pci/0000:03:00.0",
            ),
            (
                devlink(false, &devlink::port_get(&port)),
                "DEVLINK_CMD_PORT_GET pci/0000:03:00.0/7",
            ),
            (devlink(true, &devlink::instances()), "DEVLINK_CMD_GET (dump)"),
        ] {
            assert_eq!(name, expected);
        }
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = of_devlink(false, &bytes);
            let _ = (of_route(link::GETLINK, false, &bytes), of_ethtool(&bytes));
        }
    }
}
