// SPDX-License-Identifier: MIT OR Apache-2.0
//! A device as a picture has it: one card with uplinks at the left and one row a function
//! at the right. All strings are safe for a terminal and of one line; each form of the
//! picture escapes what its own syntax needs.

use super::{
    row::{self, Row},
    words::{clean, identifier, speed},
};
use crate::model::{Declared, Device, EswitchMode, EswitchState, Netdev, Port, Role};

/// What colour a mode has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ModeKind {
    Switchdev,
    Legacy,
    /// A mode of newer kernels, or one that could not be read.
    Other,
    /// No eswitch.
    Nothing,
}

/// The state of a netdev's link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Link {
    Up,
    NoCarrier,
    Down,
    /// The netdev is in another network namespace.
    Elsewhere,
    Absent,
}

impl Link {
    pub(super) fn of(port: &Port) -> Self {
        match &port.netdev {
            Some(Netdev { up: false, .. }) => Self::Down,
            Some(Netdev { carrier: Some(false), .. }) => Self::NoCarrier,
            Some(_) => Self::Up,
            None if port.netdev_elsewhere == Some(true) => Self::Elsewhere,
            None => Self::Absent,
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::NoCarrier => "no carrier",
            Self::Down => "down",
            Self::Elsewhere => "in another namespace",
            Self::Absent => "no netdev",
        }
    }
}

/// A port to the wire.
#[derive(Debug)]
pub(super) struct Uplink {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) link: Link,
    /// As `25G`.
    pub(super) speed: Option<String>,
    pub(super) tag: Option<String>,
    pub(super) wrong: Vec<String>,
    pub(super) title: String,
}

impl Uplink {
    fn of(port: &Port, card: &str, number: usize) -> Self {
        let link = Link::of(port);
        let netdev = port.netdev.as_ref();
        let port_name = port.phys_port_name.as_deref().map(clean);
        let name = netdev.map(|netdev| clean(&netdev.name));
        let mut wrong: Vec<String> = row::wrong_name(port).into_iter().collect();
        match link {
            Link::NoCarrier => wrong.push("no carrier".into()),
            Link::Absent => wrong.push("no netdev".into()),
            Link::Up | Link::Down | Link::Elsewhere => {}
        }
        let name = name.or(port_name).unwrap_or_else(|| "uplink".into());
        let speed = netdev.and_then(|netdev| netdev.speed_mbps).map(speed);
        let tag = row::master(netdev);
        let mut title = row::netdev_title("uplink", port);
        title.extend(speed.as_ref().map(|speed| format!("speed {speed}")));
        title.extend(wrong.iter().map(|wrong| format!("wrong: {wrong}")));
        let id = format!("{card}-uplink-{number}");
        Self { id, name, link, speed, tag, wrong, title: title.join("\n") }
    }

    /// Speed and state in words.
    pub(super) fn state(&self) -> String {
        match &self.speed {
            Some(speed) => format!("{speed} {}", self.link.word()),
            None => self.link.word().to_owned(),
        }
    }
}

/// The functions of one host.
#[derive(Debug)]
pub(super) struct Section {
    /// None for the host that the program runs on.
    pub(super) heading: Option<String>,
    pub(super) rows: Vec<Row>,
}

/// A device.
#[derive(Debug)]
pub(super) struct Card {
    pub(super) id: String,
    pub(super) handle: String,
    pub(super) driver: String,
    pub(super) mode: String,
    pub(super) kind: ModeKind,
    /// Number of VFs, switch id.
    pub(super) facts: Vec<String>,
    /// The bond of its uplinks, and whether the hardware has joined them.
    pub(super) lag: Option<String>,
    pub(super) uplinks: Vec<Uplink>,
    pub(super) sections: Vec<Section>,
    pub(super) wrong: Vec<String>,
}

impl Card {
    pub(super) fn of(device: &Device) -> Self {
        let id = identifier(&device.handle.to_string());
        let (mode, kind) = mode(device.eswitch);
        let is_wire = |port: &&Port| is_wire(device, port);
        let (wires, others): (Vec<&Port>, Vec<&Port>) =
            device.ports.iter().partition(is_wire);
        let uplinks = wires.iter().enumerate();
        let vfs = device.sriov.map(|sriov| sriov.to_string());
        let switch = device.switch_id.as_ref().map(|id| clean(&format!("switch {id}")));
        Self {
            uplinks: uplinks.map(|(at, port)| Uplink::of(port, &id, at)).collect(),
            sections: sections(&others, &id, device.represents_vfs()),
            handle: clean(&device.handle.to_string()),
            driver: clean(device.driver.as_deref().unwrap_or("no driver")),
            facts: vfs.into_iter().chain(switch).collect(),
            lag: lag(device),
            wrong: differences(device),
            mode,
            kind,
            id,
        }
    }

    /// What there is to say of the device as a whole, but for what is wrong.
    pub(super) fn head(&self) -> impl Iterator<Item = &str> {
        let head = [&self.handle, &self.driver, &self.mode];
        head.into_iter().chain(&self.facts).chain(&self.lag).map(String::as_str)
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.sections.iter().flat_map(|section| &section.rows)
    }
}

fn mode(eswitch: EswitchState) -> (String, ModeKind) {
    match eswitch {
        EswitchState::Known(eswitch) => {
            let kind = match eswitch.mode {
                EswitchMode::Switchdev => ModeKind::Switchdev,
                EswitchMode::Legacy => ModeKind::Legacy,
                EswitchMode::SwitchdevInactive | EswitchMode::Unknown(_) => {
                    ModeKind::Other
                }
            };
            (eswitch.mode.to_string(), kind)
        }
        EswitchState::None => ("no eswitch".into(), ModeKind::Nothing),
        EswitchState::Unread => ("mode not readable".into(), ModeKind::Other),
    }
}

/// Whether a port leads to the wire: an uplink or, where a device has none, the PF itself.
fn is_wire(device: &Device, port: &Port) -> bool {
    let has_uplink = device.ports.iter().any(|port| port.place.role == Role::Uplink);
    match port.place.role {
        Role::Uplink => true,
        Role::Pf => !has_uplink,
        _ => false,
    }
}

fn sections(ports: &[&Port], card: &str, vfs_are_represented: bool) -> Vec<Section> {
    let mut sections: Vec<(u32, Vec<Row>)> = Vec::new();
    for port in ports {
        let controller = port.place.controller;
        let row = Row::of(port, card, vfs_are_represented);
        match sections.iter_mut().find(|(of, _)| *of == controller) {
            Some((_, rows)) => rows.push(row),
            None => sections.push((controller, vec![row])),
        }
    }
    sections.sort_by_key(|(controller, _)| *controller);
    let heading = |controller| match controller {
        0 => None,
        controller => Some(format!("another host, controller {controller}")),
    };
    let section = |(controller, rows)| Section { heading: heading(controller), rows };
    sections.into_iter().map(section).collect()
}

fn lag(device: &Device) -> Option<String> {
    let state = match device.details.lag_active {
        Some(true) => "LAG active",
        Some(false) if device.bond.is_some() => "LAG not active",
        Some(false) | None => "",
    };
    let bond = device.bond.as_deref().map(clean).unwrap_or_default();
    let text = format!("{bond} {state}").trim().to_owned();
    Some(text).filter(|text| !text.is_empty())
}

/// How a device differs from what is declared for it.
fn differences(device: &Device) -> Vec<String> {
    let mut wrong = Vec::new();
    if let Some(Declared { mode, vfs }) = &device.details.declared {
        let present = device.eswitch.mode().map(|mode| mode.to_string());
        let other_mode =
            mode.as_ref().filter(|mode| present.as_ref().is_some_and(|now| now != *mode));
        wrong.extend(other_mode.map(|mode| format!("declared mode {}", clean(mode))));
        let configured = device.sriov.map(|sriov| sriov.configured);
        let other_count =
            vfs.filter(|vfs| configured.is_some_and(|number| number != *vfs));
        wrong.extend(other_count.map(|vfs| format!("declared {vfs} VFs")));
    }
    match device.details.drift {
        Some(drift) if drift > 0 && wrong.is_empty() => {
            wrong.push(format!("differs from what is declared: {drift}"));
        }
        _ => {}
    }
    wrong
}
