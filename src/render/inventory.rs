// SPDX-License-Identifier: MIT OR Apache-2.0
//! An inventory for people.

use super::{Table, Text};
use crate::{
    error::printable,
    model::{Device, EswitchState, Inventory, Port, Sriov},
};

impl Text for Inventory {
    fn to_text(&self) -> String {
        inventory(self)
    }
}

fn inventory(inventory: &Inventory) -> String {
    let mut parts: Vec<String> = inventory.devices.iter().map(device_text).collect();
    if !inventory.unassociated.is_empty() {
        let mut table = Table::new(&["NETDEV", "PORT NAME", "REASON"]);
        for lone in &inventory.unassociated {
            let port_name = lone.phys_port_name.clone().unwrap_or_default();
            table.row(&[lone.netdev.name.clone(), port_name, lone.reason.clone()]);
        }
        parts.push(format!("unassociated\n{}", table.to_text(2)));
    }
    if parts.is_empty() {
        return "no devices with an eswitch or SR-IOV\n".into();
    }
    parts.join("\n")
}

fn device_text(device: &Device) -> String {
    let mode = match device.eswitch {
        EswitchState::Known(eswitch) => format!("mode {}", eswitch.mode),
        EswitchState::None => "no eswitch".into(),
        EswitchState::Unread => "mode not readable".into(),
    };
    let driver = device.driver.as_deref().unwrap_or("no driver");
    let vfs = match device.sriov {
        Some(Sriov { configured, total: Some(total), .. }) => {
            format!("  {configured} of {total} VFs")
        }
        Some(Sriov { configured, total: None, .. }) => format!("  {configured} VFs"),
        None => String::new(),
    };
    let switch =
        device.switch_id.as_ref().map_or_else(String::new, |id| format!("  switch {id}"));
    let mut table = Table::new(&[
        "NETDEV",
        "ROLE",
        "CTRL",
        "PF",
        "VF",
        "SF",
        "FUNCTION",
        "DRIVER",
        "OWN NETDEV",
    ]);
    for port in &device.ports {
        table.row(&port_row(port));
    }
    let head = printable(&format!("{}  {driver}  {mode}{vfs}{switch}", device.handle));
    let body = if device.ports.is_empty() { String::new() } else { table.to_text(2) };
    format!("{head}\n{body}")
}

fn port_row(port: &Port) -> Vec<String> {
    let number = |number: Option<u32>| number.map(|n| n.to_string()).unwrap_or_default();
    let function = port.function.as_ref();
    let of = |text: Option<&String>| text.cloned().unwrap_or_default();
    vec![
        of(port.netdev.as_ref().map(|netdev| &netdev.name)),
        port.place.role.as_str().to_owned(),
        if port.place.controller == 0 {
            String::new()
        } else {
            port.place.controller.to_string()
        },
        number(port.place.pf),
        number(port.place.vf),
        number(port.place.sf),
        of(function.map(|function| &function.address)),
        of(function.and_then(|function| function.driver.as_ref())),
        of(function.and_then(|function| function.netdev.as_ref())),
    ]
}
