// SPDX-License-Identifier: MIT OR Apache-2.0
//! os-net-config: objects of type `sriov_pf` and `sriov_vf`, wherever they are members.

use super::{
    draft::Drafts,
    yaml::{Node, documents},
};
use crate::{
    desired::{
        file::VfSection,
        keys::VfKeys,
        numbers::Numbers,
        origin::{FileError, Located},
    },
    model::ConfigFile,
};

pub(super) fn translate(file: &ConfigFile, drafts: &mut Drafts) -> Result<(), FileError> {
    let documents = documents(file)?;
    let mut objects = Vec::new();
    for document in &documents {
        let top = document.get("network_config").unwrap_or(document);
        for object in top.items() {
            collect(object, None, &mut objects);
        }
    }
    let of_type = |kind: &'static str| {
        let is = move |node: &Node| node.get("type").and_then(Node::text) == Some(kind);
        objects.iter().filter(move |(node, _)| is(node))
    };
    for (node, parent) in of_type("sriov_pf") {
        pf(drafts, node, *parent);
    }
    for (node, _) in of_type("sriov_vf") {
        vf(drafts, node);
    }
    Ok(())
}

/// All objects, each with the type of the one that it is a member of.
fn collect<'a>(
    node: &'a Node,
    parent: Option<&'a str>,
    objects: &mut Vec<(&'a Node, Option<&'a str>)>,
) {
    objects.push((node, parent));
    let kind = node.get("type").and_then(Node::text);
    for member in node.get("members").into_iter().flat_map(Node::items) {
        collect(member, kind, objects);
    }
}

/// The section of a PF, which is known by its name.
fn section(drafts: &mut Drafts, name: &str, line: usize) -> usize {
    let title = format!("os-net-config sriov_pf {name}");
    if let Some(index) = drafts.find(&title) {
        return index;
    }
    let index = drafts.begin(title, line);
    let counted = name.strip_prefix("nic").is_some_and(|number| {
        !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
    });
    if counted {
        let message = format!(
            "{name} is os-net-config's own number of an interface: its name is not here"
        );
        drafts.note(index, line, message);
    } else {
        let value = drafts.word(index, line, "name", name);
        drafts.section(index).matches.netdev.extend(value);
    }
    index
}

fn pf(drafts: &mut Drafts, node: &Node, parent: Option<&str>) {
    let name = node.get("name").and_then(Node::text).unwrap_or_default();
    let index = section(drafts, name, node.line);
    let mut others = Vec::new();
    for (key, value) in node.entries() {
        let (line, literal) = (value.line, value.literal());
        match key {
            "type" | "name" | "members" => {}
            "numvfs" => {
                drafts.section(index).keys.vfs = drafts.value(index, line, key, &literal);
            }
            "drivers_autoprobe" => {
                drafts.section(index).keys.autoprobe =
                    drafts.value(index, line, key, &literal);
            }
            "link_mode" => {
                drafts.section(index).keys.mode =
                    drafts.value(index, line, key, &literal);
            }
            "steering_mode" => {
                if let Some(mode) = drafts.value(index, line, key, &literal) {
                    let choices = Located::from(vec![mode.value]);
                    let params = &mut drafts.section(index).params;
                    params.insert("flow_steering_mode".to_owned(), choices);
                }
            }
            "vdpa" if value.flag() == Some(true) => {
                drafts.note(index, line, "vdpa: vDPA devices are not made");
            }
            other => others.push(other),
        }
    }
    // os-net-config binds these VFs only when the bond is offloaded.
    let switchdev = node.get("link_mode").and_then(Node::text) == Some("switchdev");
    if switchdev && parent == Some("linux_bond") {
        drafts.section(index).keys.bind_vfs =
            drafts.word(index, node.line, "bond", "after-lag");
    }
    left(drafts, index, node.line, &others);
}

fn left(drafts: &mut Drafts, index: usize, line: usize, keys: &[&str]) {
    if !keys.is_empty() {
        let message = format!("left to os-net-config: {}", keys.join(", "));
        drafts.note(index, line, message);
    }
}

fn vf(drafts: &mut Drafts, node: &Node) {
    let device = node.get("device").and_then(Node::text).unwrap_or_default();
    let index = section(drafts, device, node.line);
    let number = node.get("vfid").and_then(|vfid| vfid.text()?.parse::<u32>().ok());
    let Some(number) = number else {
        drafts.note(index, node.line, "a sriov_vf without vfid");
        return;
    };
    let mut keys = VfKeys::default();
    let mut others = Vec::new();
    for (key, value) in node.entries() {
        let (line, literal) = (value.line, value.literal());
        let text = value.text().unwrap_or_default();
        match key {
            "type" | "device" | "vfid" | "name" => {}
            "vlan_id" => keys.vlan = drafts.value(index, line, key, &literal),
            "qos" => keys.qos = drafts.value(index, line, key, &literal),
            "min_tx_rate" => keys.min_tx_rate = drafts.value(index, line, key, &literal),
            "max_tx_rate" => keys.max_tx_rate = drafts.value(index, line, key, &literal),
            "spoofcheck" => keys.spoof_check = drafts.value(index, line, key, &literal),
            "trust" => keys.trust = drafts.value(index, line, key, &literal),
            "state" => keys.link_state = drafts.word(index, line, key, text),
            "macaddr" => keys.mac = drafts.word(index, line, key, text),
            "driver" => keys.driver = drafts.word(index, line, key, text),
            other => others.push(other),
        }
    }
    left(drafts, index, node.line, &others);
    let numbers = Numbers::of([number]).into();
    drafts.section(index).vfs.push(VfSection { numbers, keys });
}
