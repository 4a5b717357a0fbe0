// SPDX-License-Identifier: MIT OR Apache-2.0
//! Reading and changing network interfaces.

use std::sync::Once;

use super::{Change, Machine, NetlinkError, Question, Writable};
use crate::{
    model::{AltName, IfName, Link, errno::EBUSY},
    wire::link as wire,
};

const EINVAL: i32 = 22;
const EMSGSIZE: i32 = 90;

fn question(dump: bool, body: Vec<u8>) -> Question {
    Question::Route { kind: wire::GETLINK, dump, body }
}

fn one(machine: &dyn Machine, body: Vec<u8>) -> Result<Option<Link>, NetlinkError> {
    match machine.ask(&question(false, body)) {
        Ok(answer) => Ok(match answer.messages.first() {
            Some(payload) => Some(wire::parse(payload)?),
            None => None,
        }),
        Err(error) if error.is_gone() => Ok(None),
        Err(error) => Err(error),
    }
}

/// The interface with that index, if any.
pub fn by_index(
    machine: &dyn Machine,
    ifindex: u32,
) -> Result<Option<Link>, NetlinkError> {
    one(machine, wire::get(ifindex))
}

/// The interface with that name or altname, if any.
pub fn by_name(machine: &dyn Machine, name: &str) -> Result<Option<Link>, NetlinkError> {
    // The kernel takes at most 127 bytes (ALTIFNAMSIZ - 1).
    if name.is_empty() || name.len() > 127 || name.contains('\0') {
        return Ok(None);
    }
    one(machine, wire::get_by_name(name))
}

/// All interfaces, by index. An interface that cannot be decoded is logged and left out.
pub fn all(machine: &dyn Machine) -> Result<Vec<Link>, NetlinkError> {
    let answer = match machine.ask(&question(true, wire::all())) {
        Err(error) if error.errno() == Some(EMSGSIZE) => return one_by_one(machine),
        answer => answer?,
    };
    let mut links: Vec<Link> = Vec::with_capacity(answer.messages.len());
    for payload in answer.messages {
        match wire::parse(&payload) {
            Ok(link) => links.push(link),
            Err(error) => log::debug!("{error}, ignoring a link"),
        }
    }
    Ok(in_order(links))
}

/// The interfaces, each asked for by itself: a port name that is too long for the kernel
/// ends every dump with EMSGSIZE (net/core/rtnetlink.c, rtnl_phys_port_name_fill). Those
/// with such a port name are left out, which is logged once.
fn one_by_one(machine: &dyn Machine) -> Result<Vec<Link>, NetlinkError> {
    const FOLDER: &str = "class/net";
    static LOGGED: Once = Once::new();
    let (mut links, mut ignored) = (Vec::new(), Vec::new());
    for name in machine.list(FOLDER)? {
        let file = |file: &str| format!("{FOLDER}/{name}/{file}");
        let Some(ifindex) = machine.number(&file("ifindex")) else { continue };
        let port_name = machine.read(&file("phys_port_name"), 1);
        // The kernel warns of itself where it is asked for such an interface.
        if port_name.is_err_and(|error| error.raw_os_error() == Some(EINVAL)) {
            ignored.push(name);
        } else {
            links.extend(by_index(machine, ifindex)?);
        }
    }
    LOGGED.call_once(|| {
        let names = ignored.join(", ");
        log::warn!("the kernel cannot report the port names of {names}: ignoring them");
    });
    Ok(in_order(links))
}

fn in_order(mut links: Vec<Link>) -> Vec<Link> {
    links.sort_by_key(|link| link.ifindex);
    links.dedup_by_key(|link| link.ifindex);
    links
}

/// Renames an interface, addressed by its index. EBUSY before 6.2 while it is up,
/// EEXIST where the name or an altname is taken, ENODEV where it has vanished.
pub fn rename(
    machine: &(impl Writable + ?Sized),
    ifindex: u32,
    name: &IfName,
) -> Result<(), NetlinkError> {
    change(machine, wire::SETLINK, wire::name(ifindex, name))
}

/// Renames an interface. Kernels before 6.2 do not rename an interface that is up: it is
/// taken down for a moment, and brought up again in any case.
pub fn rename_at_any_state(
    machine: &(impl Writable + ?Sized),
    ifindex: u32,
    name: &IfName,
) -> Result<(), NetlinkError> {
    let refused = match rename(machine, ifindex, name) {
        Err(error) if error.errno() == Some(EBUSY) => error,
        other => return other,
    };
    if !by_index(machine.machine(), ifindex)?.is_some_and(|link| link.up) {
        return Err(refused);
    }
    let up = |up| change(machine, wire::SETLINK, wire::up(ifindex, up));
    up(false)?;
    let renamed = rename(machine, ifindex, name);
    up(true)?;
    renamed
}

/// Sets an interface's MTU.
#[cfg(feature = "cli")]
pub fn set_mtu(
    machine: &(impl Writable + ?Sized),
    ifindex: u32,
    mtu: u32,
) -> Result<(), NetlinkError> {
    change(machine, wire::SETLINK, wire::mtu(ifindex, mtu))
}

/// Adds an interface to a bridge or bond; with none, removes the interface from it.
#[cfg(feature = "cli")]
pub fn set_master(
    machine: &(impl Writable + ?Sized),
    ifindex: u32,
    master: Option<u32>,
) -> Result<(), NetlinkError> {
    change(machine, wire::SETLINK, wire::master(ifindex, master.unwrap_or(0)))
}

/// Brings an interface up, or takes it down.
#[cfg(feature = "cli")]
pub fn set_up(
    machine: &(impl Writable + ?Sized),
    ifindex: u32,
    up: bool,
) -> Result<(), NetlinkError> {
    change(machine, wire::SETLINK, wire::up(ifindex, up))
}

/// Adds an alternative name. EEXIST where any interface has the name.
pub fn add_altname(
    machine: &(impl Writable + ?Sized),
    ifindex: u32,
    name: &AltName,
) -> Result<(), NetlinkError> {
    change(machine, wire::NEWLINKPROP, wire::altname(ifindex, name))
}

/// Removes an alternative name.
pub fn remove_altname(
    machine: &(impl Writable + ?Sized),
    ifindex: u32,
    name: &AltName,
) -> Result<(), NetlinkError> {
    change(machine, wire::DELLINKPROP, wire::altname(ifindex, name))
}

fn change(
    machine: &(impl Writable + ?Sized),
    kind: u16,
    body: Vec<u8>,
) -> Result<(), NetlinkError> {
    machine.change(&Change::Route { kind, body }).map(drop)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sys::capture::{Capture, Replay};

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn interfaces_are_read_one_by_one_where_the_kernel_cannot_dump_them() {
        let get = |index| format!("route 18 get {}", hex(&wire::get(index)));
        let answer = |index: u8, name: [u8; 2]| {
            let header = [0, 0, 1, 0, index, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            let link = [&header[..], &[7, 0, 3, 0], &name, &[0, 0]].concat();
            json!({"answer": {"messages": [hex(&link)], "message": null}})
        };
        let capture = json!({
            "schema": Capture::SCHEMA, "swdevctl": "0", "kernel": "6.12", "masked": false,
            "answers": {
                format!("route 18 dump {}", hex(&wire::all())):
                    {"refused": {"errno": EMSGSIZE, "message": null}},
                get(1): answer(1, *b"b0"),
                get(5): answer(5, *b"a0"),
            },
            "files": {
                "class/net/a0/ifindex": {"text": "5\n"},
                "class/net/b0/ifindex": {"text": "1\n"},
                "class/net/bad/ifindex": {"text": "3\n"},
            },
            "folders": { "class/net": ["a0", "b0", "bad", "bonding_masters"] },
            "links": {}, "paths": {},
        });
        let replay = Replay::new(Capture::parse(&capture.to_string()).unwrap());
        let links = all(&replay).unwrap();
        let names: Vec<_> = links.iter().map(|l| (l.ifindex, l.name.as_str())).collect();
        assert_eq!(names, [(1, "b0"), (5, "a0")]);
    }
}
