// SPDX-License-Identifier: MIT OR Apache-2.0
//! Netplan: `ethernets` with SR-IOV, and `vlans` with the renderer `sriov`.

use super::{
    draft::Drafts,
    yaml::{Node, documents},
};
use crate::{
    desired::{
        file::{SfSection, VfSection},
        keys::{SfKeys, VfKeys},
        numbers::Numbers,
        origin::{FileError, Located},
        values::{Choice, VfCount},
    },
    model::ConfigFile,
};

/// The keys that make an interface a PF.
const OURS: [&str; 5] = [
    "embedded-switch-mode",
    "virtual-function-count",
    "delay-virtual-functions-rebind",
    "devlink-params",
    "sub-functions",
];

pub(super) fn translate(file: &ConfigFile, drafts: &mut Drafts) -> Result<(), FileError> {
    for document in documents(file)? {
        let network = document.get("network").unwrap_or(&document);
        let ethernets = network.get("ethernets");
        let all: Vec<(&str, &Node)> =
            ethernets.into_iter().flat_map(Node::entries).collect();
        let vfs_of = |id: &str| {
            let is_vf = |node: &Node| node.get("link").and_then(Node::text) == Some(id);
            all.iter().filter(|(_, node)| is_vf(node)).count()
        };
        for (id, node) in &all {
            let has_sriov = OURS.iter().any(|key| node.get(key).is_some());
            if has_sriov || vfs_of(id) > 0 {
                pf(drafts, id, node, vfs_of(id));
            }
        }
        let mut numbered = Vec::new();
        for (id, node) in &all {
            if let Some(link) = node.get("link") {
                numbered.extend(vf(drafts, id, node, link));
            }
        }
        let vlans = network.get("vlans").into_iter().flat_map(Node::entries);
        for (id, node) in vlans {
            if node.get("renderer").and_then(Node::text) == Some("sriov") {
                vlan(drafts, id, node, &numbered);
            }
        }
    }
    Ok(())
}

fn title(id: &str) -> String {
    format!("netplan ethernet {id}")
}

fn pf(drafts: &mut Drafts, id: &str, node: &Node, vfs: usize) {
    let index = drafts.begin(title(id), node.line);
    matches(drafts, index, id, node);
    let mut others = Vec::new();
    for (key, value) in node.entries() {
        let literal = value.literal();
        match key {
            "embedded-switch-mode" => {
                drafts.section(index).keys.mode =
                    drafts.value(index, value.line, key, &literal);
            }
            "virtual-function-count" => {
                drafts.section(index).keys.vfs =
                    drafts.value(index, value.line, key, &literal);
            }
            "delay-virtual-functions-rebind" => {
                if value.flag() == Some(true) {
                    drafts.section(index).keys.bind_vfs =
                        drafts.word(index, value.line, key, "after-lag");
                }
            }
            "devlink-params" => params(drafts, index, value),
            "sub-functions" => {
                for sf in value.items() {
                    sub_function(drafts, index, sf);
                }
            }
            "match" | "set-name" | "renderer" => {}
            other => others.push(other),
        }
    }
    // As netplan counts.
    if node.get("virtual-function-count").is_none() && vfs > 0 {
        let count = VfCount::Number(u32::try_from(vfs).unwrap_or(u32::MAX));
        drafts.section(index).keys.vfs = Some(Choice::Set(count).into());
    }
    if !others.is_empty() {
        let message = format!("left to netplan: {}", others.join(", "));
        drafts.note(index, node.line, message);
    }
}

fn matches(drafts: &mut Drafts, index: usize, id: &str, node: &Node) {
    let Some(criteria) = node.get("match") else {
        let value = drafts.word(index, node.line, "the interface", id);
        drafts.section(index).matches.netdev.extend(value);
        return;
    };
    for (key, value) in criteria.entries() {
        for item in value.items() {
            let text = item.text().unwrap_or_default();
            match key {
                "name" if !text.contains('[') => {
                    let value = drafts.word(index, item.line, "match name", text);
                    drafts.section(index).matches.netdev.extend(value);
                }
                "driver" => {
                    let value = drafts.word(index, item.line, "match driver", text);
                    drafts.section(index).matches.driver.extend(value);
                }
                other => {
                    let message =
                        format!("match {other} {text}: a section cannot match by it");
                    drafts.note(index, item.line, message);
                }
            }
        }
    }
    // The name that netplan gives the interface.
    if let Some(name) = node.get("set-name") {
        let text = name.text().unwrap_or_default();
        let value = drafts.word(index, name.line, "set-name", text);
        drafts.section(index).matches.netdev.extend(value);
    }
}

fn params(drafts: &mut Drafts, index: usize, node: &Node) {
    for (name, value) in node.entries() {
        let value = drafts.value(index, value.line, name, &value.literal());
        if let Some(value) = value {
            let choices = Located::from(vec![value.value]);
            drafts.section(index).params.insert(name.to_owned(), choices);
        }
    }
}

fn sub_function(drafts: &mut Drafts, index: usize, node: &Node) {
    let number = node.get("sfnum");
    let number = number.and_then(|number| number.text()?.parse::<u32>().ok());
    let Some(number) = number else {
        drafts.note(index, node.line, "a sub-function without sfnum");
        return;
    };
    let mut keys = SfKeys::default();
    for (key, value) in node.entries() {
        match key {
            "sfnum" => {}
            "hw-address" => {
                keys.mac =
                    drafts.word(index, value.line, key, value.text().unwrap_or_default());
            }
            "state" => {
                keys.state = drafts.value(index, value.line, key, &value.literal());
            }
            other => {
                drafts.note(index, value.line, format!("sub-function {number}: {other}"));
            }
        }
    }
    let numbers = Numbers::of([number]).into();
    drafts.section(index).sfs.push(SfSection { numbers, controller: 0, keys });
}

/// A VF that was translated: its id, the section of its PF, and its index there.
struct Vf<'a> {
    id: &'a str,
    index: usize,
    place: usize,
}

/// Translates a VF where its name tells its number, as systemd's names do.
fn vf<'a>(drafts: &mut Drafts, id: &'a str, node: &Node, link: &Node) -> Option<Vf<'a>> {
    let pf = link.text().unwrap_or_default();
    let Some(index) = drafts.find(&title(pf)) else {
        let message = format!("VF {id}: its PF {pf} is not in this file");
        drafts.note_on_file(node.line, message);
        return None;
    };
    let name = node.get("match").and_then(|criteria| criteria.get("name")?.text());
    let Some(number) = vf_number(name.unwrap_or(id), pf) else {
        let message = format!(
            "VF {id}: netplan does not say its number; write [[device.vf]] for it"
        );
        drafts.note(index, node.line, message);
        return None;
    };
    let mut keys = VfKeys::default();
    let mut others = Vec::new();
    for (key, value) in node.entries() {
        match key {
            "macaddress" => {
                let text = value.text().unwrap_or_default();
                keys.mac = drafts.word(index, value.line, key, text);
            }
            "link" | "match" | "set-name" | "renderer" => {}
            other => others.push(other),
        }
    }
    if !others.is_empty() {
        let message = format!("VF {id}: left to netplan: {}", others.join(", "));
        drafts.note(index, node.line, message);
    }
    let vfs = &mut drafts.section(index).vfs;
    vfs.push(VfSection { numbers: Numbers::of([number]).into(), keys });
    Some(Vf { id, index, place: vfs.len() - 1 })
}

/// The N of `enp3s0f0vN`, for the PF `enp3s0f0np0` or `enp3s0f0`.
fn vf_number(name: &str, pf: &str) -> Option<u32> {
    let base = match pf.rsplit_once("np") {
        Some((base, port)) if port.bytes().all(|b| b.is_ascii_digit()) => base,
        _ => pf,
    };
    let number = name.strip_prefix(base)?.strip_prefix('v')?;
    number.parse().ok().filter(|_| number.bytes().all(|b| b.is_ascii_digit()))
}

/// A VLAN that the NIC filters for a VF.
fn vlan(drafts: &mut Drafts, id: &str, node: &Node, vfs: &[Vf]) {
    let link = node.get("link").and_then(Node::text).unwrap_or_default();
    let Some(vf) = vfs.iter().find(|vf| vf.id == link) else {
        let message = format!("VLAN {id}: the number of its VF {link} is not known");
        drafts.note_on_file(node.line, message);
        return;
    };
    if let Some(number) = node.get("id") {
        let value = drafts.value(vf.index, number.line, "id", &number.literal());
        drafts.section(vf.index).vfs[vf.place].keys.vlan = value;
    }
}
