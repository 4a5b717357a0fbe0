// SPDX-License-Identifier: MIT OR Apache-2.0
//! An inventory for people.

use super::{
    Table, Text, TextStyle, Tone,
    columns::{Cell, Column, lay_out},
};
use crate::{
    error::printable,
    model::{Device, EswitchMode, EswitchState, Function, Inventory, Netdev, Port, Role},
};

impl Text for Inventory {
    fn to_text(&self) -> String {
        self.to_styled(TextStyle::default())
    }

    fn to_styled(&self, style: TextStyle) -> String {
        let mut parts: Vec<String> =
            self.devices.iter().map(|device| device_text(device, style)).collect();
        if !self.unassociated.is_empty() {
            parts.push(unassociated(self, style));
        }
        if parts.is_empty() {
            return "no device and no port to list\n".into();
        }
        parts.join("\n")
    }
}

fn unassociated(inventory: &Inventory, style: TextStyle) -> String {
    let mut table = Table::new(&["NETDEV", "PORT NAME", "REASON"]);
    for row in &inventory.unassociated {
        let port_name = row.phys_port_name.clone().unwrap_or_default();
        table.row(&[row.netdev.name.clone(), port_name, row.reason.clone()]);
    }
    format!("{}\n{}", style.paint("unassociated", Tone::Odd), table.to_text(2))
}

fn device_text(device: &Device, style: TextStyle) -> String {
    let ports =
        if device.ports.is_empty() { String::new() } else { ports(device, style) };
    format!("{}{ports}", head(device, style))
}

/// What there is to say of the device as a whole, wrapped between its parts.
fn head(device: &Device, style: TextStyle) -> String {
    let plain = |text: String| (printable(&text), Tone::Plain);
    let mut parts = vec![
        (printable(&device.handle.to_string()), Tone::Title),
        plain(device.driver.clone().unwrap_or_else(|| "no driver".into())),
        mode(device.eswitch),
    ];
    parts.extend(device.sriov.map(|sriov| plain(sriov.to_string())));
    let switch = device.switch_id.as_ref().map(|id| format!("switch {id}"));
    let bond = device.bond.as_ref().map(|bond| format!("bond {bond}"));
    parts.extend(switch.into_iter().chain(bond).map(plain));
    let (mut text, mut column) = (String::new(), 0);
    for (number, (part, tone)) in parts.iter().enumerate() {
        let length = part.chars().count();
        let fits = style.width.is_none_or(|width| column + 2 + length <= width);
        match (number, fits) {
            (0, _) => {}
            (_, true) => text.push_str("  "),
            (_, false) => text.push_str("\n    "),
        }
        column = if fits || number == 0 { column + 2 + length } else { 4 + length };
        text.push_str(&style.paint(part, *tone).to_string());
    }
    text + "\n"
}

fn mode(eswitch: EswitchState) -> (String, Tone) {
    match eswitch {
        EswitchState::Known(eswitch) => {
            let tone = match eswitch.mode {
                EswitchMode::Switchdev => Tone::Good,
                EswitchMode::Legacy => Tone::Plain,
                _ => Tone::Odd,
            };
            (format!("mode {}", eswitch.mode), tone)
        }
        EswitchState::None => ("no eswitch".into(), Tone::Plain),
        EswitchState::Unread => ("mode not readable".into(), Tone::Odd),
    }
}

fn ports(device: &Device, style: TextStyle) -> String {
    let cells = |cell: &dyn Fn(&Port) -> Cell| device.ports.iter().map(cell).collect();
    let column = |title, text: &dyn Fn(&Port) -> Option<String>| {
        Column::new(title, cells(&|port| text(port).into()))
    };
    let number = |number: Option<u32>| number.map(|number| number.to_string());
    let netdev = |title, field: &dyn Fn(&Netdev) -> Option<String>| {
        let text = |port: &Port| port.netdev.as_ref().and_then(field);
        Column::luxury(title, cells(&|port| text(port).into()))
    };
    let function = |field: fn(&Function) -> Option<String>| {
        move |port: &Port| port.function.as_ref().and_then(field)
    };
    let represented = device.represents_vfs();
    let columns = [
        Column::new("NETDEV", cells(&|port| name(port, represented))),
        column("ROLE", &|port| Some(port.place.role.as_str().to_owned())),
        column("CTRL", &|port| {
            number(Some(port.place.controller).filter(|number| *number != 0))
        }),
        column("PF", &|port| number(port.place.pf)),
        column("VF", &|port| number(port.place.vf)),
        column("SF", &|port| number(port.place.sf)),
        column("FUNCTION", &function(|function| Some(function.address.clone()))),
        column("DRIVER", &function(|function| function.driver.clone())),
        column("OWN NETDEV", &function(|function| function.netdev.clone())),
        Column::luxury("STATE", cells(&state)),
        netdev("MASTER", &|netdev| Some(netdev.master.as_ref()?.name.clone())),
        netdev("MBIT/S", &|netdev| number(netdev.speed_mbps)),
        netdev("ADDRESS", &|netdev| Some(netdev.mac.as_ref()?.to_string())),
        netdev("ALTNAMES", &|netdev| Some(netdev.altnames.join(" "))),
    ];
    lay_out(&columns, 2, style)
}

/// The name of a port's netdev. A VF without a representor, and a port without a netdev,
/// are what a switch in use should not have.
fn name(port: &Port, vfs_are_represented: bool) -> Cell {
    let is_lost_uplink = port.place.role == Role::Uplink && port.is_absent();
    let is_wrong = is_lost_uplink || port.lacks_representor(vfs_are_represented);
    let tone = if is_wrong { Tone::Bad } else { Tone::Plain };
    let name = port.netdev.as_ref().map(|netdev| netdev.name.as_str());
    Cell::new(name.unwrap_or_default(), tone)
}

/// The state of a port's netdev, in one word.
fn state(port: &Port) -> Cell {
    let is_uplink = port.place.role == Role::Uplink;
    let (word, tone) = match &port.netdev {
        None if port.netdev_elsewhere == Some(true) => ("elsewhere", Tone::Plain),
        None => ("", Tone::Plain),
        Some(Netdev { up: false, .. }) => ("down", Tone::Plain),
        Some(Netdev { carrier: Some(false), .. }) if is_uplink => {
            ("no-carrier", Tone::Odd)
        }
        Some(Netdev { carrier: Some(false), .. }) => ("no-carrier", Tone::Plain),
        Some(_) => ("up", Tone::Plain),
    };
    Cell::new(word, tone)
}
