// SPDX-License-Identifier: MIT OR Apache-2.0
//! YAML and JSON: netplan, and what the SR-IOV network operator has applied.

use super::{Claims, Property, claim};
use crate::{
    desired::import::yaml::{Node, documents},
    model::{Claim, ConfigFile, Program},
};

pub(super) fn netplan(file: &ConfigFile) -> Vec<Claims> {
    let mut all = Vec::new();
    for document in documents(file).unwrap_or_default() {
        let network = document.get("network").unwrap_or(&document);
        let ethernets = network.get("ethernets");
        for (id, node) in ethernets.into_iter().flat_map(Node::entries) {
            let claims =
                node.entries().filter_map(|(key, value)| ethernet(file, key, value));
            let mut claims = Claims { devices: Vec::new(), claims: claims.collect() };
            devices(&mut claims, id, node);
            all.push(claims);
        }
    }
    all
}

fn ethernet(file: &ConfigFile, key: &str, value: &Node) -> Option<Claim> {
    const OTHERS: [&str; 3] =
        ["delay-virtual-functions-rebind", "devlink-params", "sub-functions"];
    let text = value.text();
    let (mode, vfs) = match key {
        "embedded-switch-mode" => (text.and_then(|text| text.parse().ok()), None),
        "virtual-function-count" => (None, text.and_then(|text| text.parse().ok())),
        other if OTHERS.contains(&other) => (None, None),
        _ => return None,
    };
    let key = text.map_or_else(|| key.to_owned(), |text| format!("{key}: {text}"));
    let claim = claim(Program::Netplan, file, value.line, key);
    Some(Claim { mode, vfs, ..claim })
}

/// The devices that an interface of netplan's is for.
fn devices(claims: &mut Claims, id: &str, node: &Node) {
    let Some(criteria) = node.get("match") else {
        return claims.add(Property::Netdev, [id.to_owned()]);
    };
    let set_name = node.get("set-name").and_then(Node::text);
    for (key, value) in criteria.entries() {
        let items = value.items().iter().filter_map(Node::text).map(str::to_owned);
        match key {
            "name" => {
                claims.add(Property::Netdev, items.chain(set_name.map(str::to_owned)));
            }
            "driver" => claims.add(Property::Driver, items),
            "macaddress" => claims.add_macs(items),
            // The name that netplan gives it, whatever it is found by.
            _ => claims.add(
                if set_name.is_some() { Property::Netdev } else { Property::Other },
                set_name.map(str::to_owned),
            ),
        }
    }
}

/// A PF that the operator has set up; one that it knows to be managed by others is left to
/// them.
pub(super) fn sriov_operator(file: &ConfigFile) -> Vec<Claims> {
    let documents = documents(file).unwrap_or_default();
    let all = documents.iter().filter_map(|pf| {
        let address = pf.get("pciAddress")?.text()?;
        let of_others = pf.get("externallyManaged").and_then(Node::flag) == Some(true);
        if of_others {
            return None;
        }
        let mut claims = Claims::default();
        claims.add(Property::Address, [address.to_owned()]);
        for (key, node) in pf.entries() {
            let Some(text) = node.text() else { continue };
            let claim =
                claim(Program::SriovOperator, file, node.line, format!("{key}: {text}"));
            match key {
                "numVfs" => {
                    let vfs = text.parse().ok();
                    claims.claims.push(Claim { vfs, ..claim });
                }
                "eSwitchMode" => {
                    let mode = text.parse().ok();
                    claims.claims.push(Claim { mode, ..claim });
                }
                _ => {}
            }
        }
        Some(claims)
    });
    all.collect()
}
