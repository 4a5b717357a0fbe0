// SPDX-License-Identifier: MIT OR Apache-2.0
//! What was found, for people: a row a thing.

use serde::Serialize;

use super::{Table, Text};
use crate::model::{Found, Port, Warning, Where};

/// What was found of several things.
#[derive(Debug, Serialize)]
pub struct Finds {
    /// A row for each thing, in the order in which they were asked for.
    pub found: Vec<Found>,
    /// Why values are unknown.
    pub warnings: Vec<Warning>,
}

impl Text for Finds {
    fn to_text(&self) -> String {
        let titles =
            ["THING", "ROLE", "NETDEV", "FUNCTION", "DRIVER", "OWN NETDEV", "DEVICE"];
        let mut table = Table::new(&titles);
        for found in &self.found {
            table.row(&row(found));
        }
        table.to_text(0)
    }
}

fn row(found: &Found) -> Vec<String> {
    let Some(device) = &found.device else {
        return vec![found.thing.clone(), "not found".into()];
    };
    // The function is most often on the same bus as its device, and in its domain.
    let device = device.name.strip_prefix("0000:").unwrap_or(&device.name).to_owned();
    let Some(port) = &found.port else {
        let none = String::new;
        return vec![found.thing.clone(), none(), none(), none(), none(), none(), device];
    };
    let function = port.function.as_ref();
    let address = function.map(|function| function.address.as_str());
    let address = address.map(|address| address.strip_prefix("0000:").unwrap_or(address));
    let driver = function.and_then(|function| function.driver.clone());
    let netdev = port.netdev.as_ref().map(|netdev| netdev.name.clone());
    vec![
        found.thing.clone(),
        role(port),
        netdev.unwrap_or_default(),
        address.unwrap_or_default().to_owned(),
        driver.unwrap_or_default(),
        own_netdev(found, port),
        device,
    ]
}

/// The role with its number, as `vf_rep 3`.
fn role(port: &Port) -> String {
    let place = port.place;
    let number = place.vf.or(place.sf).map_or_else(String::new, |n| format!(" {n}"));
    let controller = match place.controller {
        0 => String::new(),
        controller => format!(" of c{controller}"),
    };
    format!("{}{number}{controller}", place.role.as_str())
}

/// The name of the function's own netdev, or where it is.
fn own_netdev(found: &Found, port: &Port) -> String {
    let name = port.function.as_ref().and_then(|function| function.netdev.clone());
    match (name, found.location) {
        (Some(name), _) => name,
        (None, Some(Where::Here) | None) => String::new(),
        (None, Some(place)) => format!("({})", place.as_str()),
    }
}
