// SPDX-License-Identifier: MIT OR Apache-2.0
//! One function of a card, with the representor that stands for it.

use super::{
    card::Link,
    words::{clean, identifier},
};
use crate::model::{Function, FunctionState, Netdev, Port, Role, is_vfio};

/// What is bound to a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Driver {
    /// A driver of this machine.
    Here(String),
    /// A driver that gives the function to a guest.
    Guest(String),
    Nothing,
    /// The function is not seen from here.
    Unseen,
}

impl Driver {
    fn of(function: Option<&Function>) -> Self {
        let Some(function) = function else { return Self::Unseen };
        match function.driver.as_deref().map(clean) {
            Some(driver) if is_vfio(&driver) => Self::Guest(driver),
            Some(driver) => Self::Here(driver),
            None => Self::Nothing,
        }
    }

    pub(super) fn word(&self) -> &str {
        match self {
            Self::Here(name) | Self::Guest(name) => name,
            Self::Nothing => "no driver",
            Self::Unseen => "",
        }
    }
}

/// What must be equal in neighbours that are drawn as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kind {
    role: Role,
    controller: u32,
    pf: Option<u32>,
    foreign: bool,
    state: Option<FunctionState>,
    namespace: Option<bool>,
}

/// A function, or several that are equal but for their numbers.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) id: String,
    /// As `VF 3`.
    pub(super) label: String,
    /// The last part of the label.
    pub(super) number: Option<u32>,
    /// How many functions the row stands for.
    pub(super) count: usize,
    pub(super) kind: Kind,
    /// Whether the port should have a representor.
    pub(super) represented: bool,
    pub(super) representor: Option<String>,
    pub(super) link: Link,
    /// The bridge or datapath that the representor is in.
    pub(super) tag: Option<String>,
    pub(super) address: Option<String>,
    pub(super) driver: Driver,
    /// The function's own netdev, or where it is.
    pub(super) own: Option<String>,
    pub(super) wrong: Vec<String>,
    pub(super) title: String,
}

impl Row {
    pub(super) fn of(port: &Port, card: &str, vfs_are_represented: bool) -> Self {
        let place = port.place;
        let function = port.function.as_ref();
        let represented =
            place.is_representor() || port.lacks_representor(vfs_are_represented);
        let is_known = place.is_representor();
        let link = if is_known { Link::of(port) } else { Link::Absent };
        let netdev = port.netdev.as_ref().filter(|_| is_known);
        let wrong = wrong(port, vfs_are_represented);
        let (label, number) = label(port);
        let controller = match place.controller {
            0 => String::new(),
            controller => format!("c{controller}-"),
        };
        let id = format!("{card}-{controller}{}", identifier(&label));
        let mut title = vec![label.clone()];
        if is_known {
            title.extend(netdev_title("representor", port));
        }
        title.extend(function.map(function_title).unwrap_or_default());
        title.extend(wrong.iter().map(|wrong| format!("wrong: {wrong}")));
        Self {
            id,
            label,
            number,
            count: 1,
            kind: Kind {
                role: place.role,
                controller: place.controller,
                pf: place.pf,
                foreign: port.foreign,
                state: function.and_then(|function| function.state),
                namespace: function
                    .and_then(|function| function.details.netdev_elsewhere),
            },
            represented,
            representor: netdev.map(|netdev| clean(&netdev.name)),
            link,
            tag: master(netdev),
            address: function.map(|function| clean(&function.address)),
            driver: Driver::of(function),
            own: own(port),
            wrong,
            title: title.join("\n"),
        }
    }
}

/// As `VF 3`, with its last number.
fn label(port: &Port) -> (String, Option<u32>) {
    let place = port.place;
    let of_pf = match place.pf {
        Some(pf) if port.foreign || place.controller != 0 => format!("PF {pf} "),
        _ => String::new(),
    };
    let numbered = |word: &str, number: Option<u32>| {
        let number = number.map(|number| format!(" {number}")).unwrap_or_default();
        format!("{of_pf}{word}{number}")
    };
    match place.role {
        Role::VfRep | Role::Vf => (numbered("VF", place.vf), place.vf),
        Role::SfRep | Role::Sf => (numbered("SF", place.sf), place.sf),
        Role::PfRep => {
            let pf = place.pf.map(|pf| format!("PF {pf}"));
            let split = place.split.map(|split| format!(" s{split}")).unwrap_or_default();
            (pf.unwrap_or_else(|| "PF".into()) + &split, place.split)
        }
        Role::Pf => ("PF".into(), None),
        Role::Uplink | Role::Other => {
            let name = port.netdev.as_ref().map(|netdev| clean(&netdev.name));
            (name.unwrap_or_else(|| "other".into()), None)
        }
    }
}

/// Where the netdev of a function is.
fn own(port: &Port) -> Option<String> {
    let Some(function) = &port.function else {
        let is_own = matches!(port.place.role, Role::Pf | Role::Other | Role::Sf);
        return port.netdev.as_ref().filter(|_| is_own).map(|netdev| clean(&netdev.name));
    };
    let vdpa = || function.details.vdpa.first().map(|vdpa| clean(&vdpa.name));
    let elsewhere =
        || (function.details.netdev_elsewhere == Some(true)).then_some("other namespace");
    let inactive =
        || (function.state == Some(FunctionState::Inactive)).then_some("inactive");
    let netdev = function.netdev.as_deref().map(clean);
    netdev.or_else(vdpa).or_else(|| elsewhere().or_else(inactive).map(str::to_owned))
}

/// What a port that a switch in use has should not be like.
fn wrong(port: &Port, vfs_are_represented: bool) -> Vec<String> {
    let missing =
        port.lacks_representor(vfs_are_represented).then_some(match port.place.role {
            Role::Vf => "no representor",
            _ => "representor has no netdev",
        });
    missing.map(str::to_owned).into_iter().chain(wrong_name(port)).collect()
}

/// The name that a netdev should have by the naming policy, where it has another.
pub(super) fn wrong_name(port: &Port) -> Option<String> {
    let right = port.netdev.as_ref()?.missing_name()?;
    Some(format!("should be {}", clean(right)))
}

/// The bridge, bond or datapath of a netdev.
pub(super) fn master(netdev: Option<&Netdev>) -> Option<String> {
    let master = netdev?.master.as_ref()?;
    // All ports of Open vSwitch's datapath have this one master.
    let is_datapath = master.kind.as_deref() == Some("openvswitch");
    Some(if is_datapath { "OVS".into() } else { clean(&master.name) })
}

/// What there is to say of a netdev.
pub(super) fn netdev_title(what: &str, port: &Port) -> Vec<String> {
    let Some(netdev) = &port.netdev else {
        return vec![format!("{what}: {}", Link::of(port).word())];
    };
    let mut lines =
        vec![format!("{what} {}, {}", clean(&netdev.name), Link::of(port).word())];
    if !netdev.altnames.is_empty() {
        let altnames: Vec<String> =
            netdev.altnames.iter().map(|name| clean(name)).collect();
        lines.push(format!("altnames {}", altnames.join(" ")));
    }
    lines.extend(netdev.mac.as_ref().map(|mac| format!("address {mac}")));
    if let Some(master) = &netdev.master {
        let kind = master.kind.as_deref().unwrap_or("master");
        lines.push(clean(&format!("in {kind} {}", master.name)));
    }
    lines
}

fn function_title(function: &Function) -> Vec<String> {
    let driver = function.driver.as_deref().unwrap_or("no driver");
    let mut lines = vec![clean(&format!("function {}, {driver}", function.address))];
    lines.extend(
        function.netdev.as_ref().map(|name| clean(&format!("own netdev {name}"))),
    );
    lines.extend(function.mac.as_ref().map(|mac| format!("own address {mac}")));
    if function.details.netdev_elsewhere == Some(true) {
        lines.push("own netdev in another namespace".into());
    }
    lines.extend(function.state.map(|state| format!("state {state}")));
    lines
}
