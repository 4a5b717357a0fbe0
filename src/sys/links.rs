// SPDX-License-Identifier: MIT OR Apache-2.0
//! Reading and changing network interfaces.

use std::{collections::BTreeSet, sync::Once};

use super::{Change, Machine, Messages, NetlinkError, Question, Writable};
use crate::{
    model::{
        AltName, IfName, Link,
        errno::{EBUSY, EINVAL, EMSGSIZE},
    },
    wire::link as wire,
};

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
    let dump = match machine.ask(&question(true, wire::all())) {
        Err(error) if error.errno() == Some(EMSGSIZE) => Messages::default(),
        answer => answer?.messages,
    };
    let mut links: Vec<Link> = Vec::with_capacity(dump.len());
    for payload in dump.iter() {
        match wire::parse(payload) {
            Ok(link) => links.push(link),
            Err(error) => log::debug!("{error}, ignoring a link"),
        }
    }
    links.extend(missing(machine, &links)?);
    links.sort_by_key(|link| link.ifindex);
    links.dedup_by_key(|link| link.ifindex);
    Ok(links)
}

/// The interfaces that a dump lacks. An interface whose port name is too long ends every
/// dump, with EMSGSIZE or, on Linux 6.12, as if nothing came after it
/// (net/core/rtnetlink.c, rtnl_phys_port_name_fill). Such an interface cannot be read at
/// all, which is logged once.
fn missing(machine: &dyn Machine, dump: &[Link]) -> Result<Vec<Link>, NetlinkError> {
    const FOLDER: &str = "class/net";
    static LOGGED: Once = Once::new();
    let dumped: BTreeSet<&str> = dump.iter().map(|link| link.name.as_str()).collect();
    let names = machine.list(FOLDER).unwrap_or_default();
    let (mut links, mut ignored) = (Vec::new(), Vec::new());
    for name in names.into_iter().filter(|name| !dumped.contains(name.as_str())) {
        let file = |file: &str| format!("{FOLDER}/{name}/{file}");
        let port_name = machine.read(&file("phys_port_name"), 1);
        // The kernel logs a warning with a stack trace for such an interface.
        if port_name.is_err_and(|error| error.raw_os_error() == Some(EINVAL)) {
            ignored.push(name);
        } else if machine.read(&file("ifindex"), 1).is_ok() {
            links.extend(by_name(machine, &name)?);
        }
    }
    if !ignored.is_empty() {
        let names = ignored.join(", ");
        let message = "the kernel cannot report the port names of";
        LOGGED.call_once(|| log::warn!("{message} {names}: ignoring them"));
    }
    Ok(links)
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
    fn interfaces_that_a_dump_lacks_are_asked_for_by_name() {
        let link = |index: u8, name: [u8; 2]| {
            let header = [0, 0, 1, 0, index, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            hex(&[&header[..], &[7, 0, 3, 0], &name, &[0, 0]].concat())
        };
        let (a0, b0) = (link(5, *b"a0"), link(1, *b"b0"));
        let answer =
            |links: &[&String]| json!({"answer": {"messages": links, "message": null}});
        let get = |name| format!("route 18 get {}", hex(&wire::get_by_name(name)));
        let listed = |dump: serde_json::Value| {
            let capture = json!({
                "schema": Capture::SCHEMA, "swdevctl": "0", "kernel": "6.12",
                "masked": false,
                "answers": {
                    format!("route 18 dump {}", hex(&wire::all())): dump,
                    get("a0"): answer(&[&a0]),
                    get("b0"): answer(&[&b0]),
                },
                "files": {
                    "class/net/a0/ifindex": {"text": "5\n"},
                    "class/net/b0/ifindex": {"text": "1\n"},
                },
                "folders": { "class/net": ["a0", "b0", "bonding_masters"] },
                "links": {}, "paths": {},
            });
            let replay = Replay::new(Capture::parse(&capture.to_string()).unwrap());
            let links = all(&replay).unwrap();
            links.into_iter().map(|l| (l.ifindex, l.name)).collect::<Vec<_>>()
        };
        let both = [(1, "b0".to_owned()), (5, "a0".to_owned())];
        let refused = json!({"refused": {"errno": EMSGSIZE, "message": null}});
        assert_eq!(listed(refused), both);
        assert_eq!(listed(answer(&[&b0])), both);
        assert_eq!(listed(answer(&[&b0, &a0])), both);
    }
}
