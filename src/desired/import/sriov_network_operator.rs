// SPDX-License-Identifier: MIT OR Apache-2.0
//! The SR-IOV network operator: objects of kind `SriovNetworkNodePolicy`.

use std::cmp::Reverse;

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

const KIND: &str = "SriovNetworkNodePolicy";

pub(super) fn translate(file: &ConfigFile, drafts: &mut Drafts) -> Result<(), FileError> {
    let documents = documents(file)?;
    let mut policies = Vec::new();
    for document in &documents {
        let kind = document.get("kind").and_then(Node::text).unwrap_or_default();
        let objects = match document.get("items") {
            Some(items) if kind.ends_with("List") => items.items(),
            _ => std::slice::from_ref(document),
        };
        for object in objects {
            match (object.get("kind").and_then(Node::text), object.get("spec")) {
                (Some(KIND), Some(spec)) => policies.push((object, spec)),
                (kind, _) => {
                    let kind = kind.unwrap_or("an object without a kind");
                    drafts.note_on_file(
                        object.line,
                        format!("{kind}: only {KIND} is read"),
                    );
                }
            }
        }
    }
    // The operator's priority 0 is the highest; of equal sections the later wins here.
    let priority = |spec: &Node| {
        let text = spec.get("priority").and_then(Node::text);
        text.and_then(|text| text.parse::<u32>().ok()).unwrap_or(99)
    };
    policies.sort_by_key(|(_, spec)| Reverse(priority(spec)));
    for (object, spec) in policies {
        let name =
            object.get("metadata").and_then(|metadata| metadata.get("name")?.text());
        policy(drafts, name.unwrap_or("without a name"), spec);
    }
    Ok(())
}

/// PF names with the VFs that a policy is for: `ens3f0#0-3`.
fn by_range<'a>(
    drafts: &mut Drafts,
    selector: &'a Node,
) -> Vec<(Option<Numbers>, Vec<&'a Node>)> {
    let mut groups: Vec<(Option<Numbers>, Vec<&Node>)> = Vec::new();
    for name in selector.get("pfNames").into_iter().flat_map(Node::items) {
        let range =
            name.text().and_then(|text| text.split_once('#')).map(|(_, range)| range);
        let numbers = range.and_then(|range| range.parse().ok());
        if range.is_some() && numbers.is_none() {
            let text = name.text().unwrap_or_default();
            drafts.note_on_file(name.line, format!("{text}: no range of VFs"));
            continue;
        }
        match groups.iter_mut().find(|(other, _)| *other == numbers) {
            Some((_, names)) => names.push(name),
            None => groups.push((numbers, vec![name])),
        }
    }
    if groups.is_empty() { vec![(None, Vec::new())] } else { groups }
}

fn policy(drafts: &mut Drafts, name: &str, spec: &Node) {
    let empty = spec.get("nicSelector").is_none();
    let selector = spec.get("nicSelector").unwrap_or(spec);
    for (number, (range, names)) in by_range(drafts, selector).into_iter().enumerate() {
        let title = match &range {
            Some(range) => format!("policy {name}, VFs {range}"),
            None => format!("policy {name}"),
        };
        let index = drafts.begin(title, spec.line);
        if !empty {
            matches(drafts, index, selector, &names);
        }
        settings(drafts, index, spec, range);
        if number == 0 {
            notes(drafts, index, spec, selector);
        }
    }
}

fn matches(drafts: &mut Drafts, index: usize, selector: &Node, names: &[&Node]) {
    for node in names {
        let text = node.text().unwrap_or_default();
        let text = text.split('#').next().unwrap_or_default();
        let value = drafts.word(index, node.line, "pfNames", text);
        drafts.section(index).matches.netdev.extend(value);
    }
    for node in selector.get("rootDevices").into_iter().flat_map(Node::items) {
        let text = node.text().unwrap_or_default();
        let value = drafts.word(index, node.line, "rootDevices", text);
        drafts.section(index).matches.address.extend(value);
    }
    if let Some(vendor) = selector.get("vendor") {
        let text = vendor.text().unwrap_or_default();
        let value = drafts.word(index, vendor.line, "vendor", text);
        drafts.section(index).matches.vendor.extend(value);
    }
    if let Some(device) = selector.get("deviceID") {
        let text = device.text().unwrap_or_default();
        let value = drafts.word(index, device.line, "deviceID", text);
        drafts.section(index).matches.device.extend(value);
    }
}

fn settings(drafts: &mut Drafts, index: usize, spec: &Node, range: Option<Numbers>) {
    if let Some(vfs) = spec.get("numVfs") {
        drafts.section(index).keys.vfs =
            drafts.value(index, vfs.line, "numVfs", &vfs.literal());
    }
    if let Some(mode) = spec.get("eSwitchMode") {
        drafts.section(index).keys.mode =
            drafts.value(index, mode.line, "eSwitchMode", &mode.literal());
    }
    let kind = spec.get("deviceType");
    // A netdevice has the driver that the kernel finds.
    if let Some(kind) = kind.filter(|kind| kind.text() != Some("netdevice")) {
        let text = kind.text().unwrap_or_default();
        let driver = drafts.word(index, kind.line, "deviceType", text);
        let numbers = Located::from(range.unwrap_or(Numbers::All));
        let keys = VfKeys { driver, ..VfKeys::default() };
        drafts.section(index).vfs.push(VfSection { numbers, keys });
    }
}

fn notes(drafts: &mut Drafts, index: usize, spec: &Node, selector: &Node) {
    for (key, value) in spec.entries() {
        let text = value.text().unwrap_or_default();
        let message = match key {
            "nicSelector" | "numVfs" | "eSwitchMode" | "deviceType" | "priority" => continue,
            "resourceName" => "resourceName: the device plugin's affair".to_owned(),
            "nodeSelector" => {
                let labels: Vec<_> = value
                    .entries()
                    .map(|(label, value)| format!("{label}={}", value.text().unwrap_or_default()))
                    .collect();
                format!("nodeSelector: the policy is for nodes with {}", labels.join(", "))
            }
            "externallyManaged" if value.flag() == Some(true) => {
                "externallyManaged: the operator checks the number of VFs and the mode, and \
                 leaves both to this file"
                    .to_owned()
            }
            "isRdma" | "needVhostNet" | "excludeTopology" | "externallyManaged"
                if value.flag() == Some(false) =>
            {
                continue;
            }
            other => format!("{other} {text}").trim().to_owned(),
        };
        drafts.note(index, value.line, message);
    }
    if let Some(filter) = selector.get("netFilter") {
        drafts.note(index, filter.line, "netFilter: a section cannot match by it");
    }
}
