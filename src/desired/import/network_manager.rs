// SPDX-License-Identifier: MIT OR Apache-2.0
//! Profiles of NetworkManager: `[sriov]` of nm-settings-keyfile(5).

use super::{
    draft::Drafts,
    keyfile::{Line, lines},
};
use crate::{
    desired::{
        file::VfSection,
        keys::VfKeys,
        matching::{AddressPattern, DriverPattern, NetdevPattern},
        numbers::Numbers,
        origin::FileError,
    },
    model::ConfigFile,
};

pub(super) fn translate(file: &ConfigFile, drafts: &mut Drafts) -> Result<(), FileError> {
    let lines = lines(file)?;
    let find = |group: &str, key: &str| {
        lines.iter().find(|line| line.group == group && line.key == key)
    };
    let sriov: Vec<&Line> = lines.iter().filter(|line| line.group == "sriov").collect();
    let Some(first) = sriov.first() else {
        drafts.note_on_file(1, "the profile has no [sriov], so it leaves SR-IOV alone");
        return Ok(());
    };
    let name = find("connection", "id").map_or("a profile", |line| line.value);
    let index = drafts.begin(format!("NetworkManager profile {name}"), first.number);
    matches(drafts, index, &lines);
    for line in &sriov {
        setting(drafts, index, line);
    }
    if find("sriov", "total-vfs").is_none() {
        // NetworkManager sets the number, 0 where the profile has none.
        drafts.section(index).keys.vfs = drafts.value(index, first.number, "vfs", "0");
    }
    Ok(())
}

fn matches(drafts: &mut Drafts, index: usize, lines: &[Line]) {
    for line in lines {
        let list =
            || line.value.split(';').map(str::trim).filter(|text| !text.is_empty());
        match (line.group, line.key) {
            ("connection", "interface-name") => {
                let value = drafts.word(index, line.number, "interface-name", line.value);
                drafts.section(index).matches.netdev.extend(value);
            }
            ("match", "interface-name") => {
                for text in list() {
                    let text = text.trim_start_matches('|');
                    let value = pattern::<NetdevPattern>(drafts, index, line, text);
                    drafts.section(index).matches.netdev.extend(value);
                }
            }
            ("match", "driver") => {
                for text in list() {
                    let text = text.trim_start_matches('|');
                    let value = pattern::<DriverPattern>(drafts, index, line, text);
                    drafts.section(index).matches.driver.extend(value);
                }
            }
            ("match", "path") => {
                for text in list() {
                    let text = text.trim_start_matches('|');
                    let text = text.strip_prefix("pci-").unwrap_or(text);
                    let value = pattern::<AddressPattern>(drafts, index, line, text);
                    drafts.section(index).matches.address.extend(value);
                }
            }
            ("ethernet" | "802-3-ethernet", "mac-address") | ("match", _) => {
                let message = format!("{}: a section cannot match by it", line.key);
                drafts.note(index, line.number, message);
            }
            _ => {}
        }
    }
}

fn pattern<T: crate::desired::Value>(
    drafts: &mut Drafts,
    index: usize,
    line: &Line,
    text: &str,
) -> Option<crate::desired::Located<T>> {
    if text.starts_with(['!', '&']) {
        let message = format!("{}: {text}: no section can say what is not", line.key);
        drafts.note(index, line.number, message);
        return None;
    }
    drafts.word(index, line.number, line.key, text)
}

/// The word for one of NetworkManager's numbers, which keyfiles have.
fn named<'a>(value: &'a str, words: &[&'a str]) -> &'a str {
    let number = value.parse::<usize>().ok();
    match number.and_then(|number| words.get(number)) {
        Some(word) => word,
        None if value == "-1" => "preserve",
        None => value,
    }
}

fn setting(drafts: &mut Drafts, index: usize, line: &Line) {
    let Line { number, key, value, .. } = *line;
    match key {
        "total-vfs" => {
            drafts.section(index).keys.vfs = drafts.value(index, number, key, value);
        }
        "autoprobe-drivers" => {
            let word = named(value, &["false", "true"]);
            if !matches!(word, "preserve" | "default") {
                drafts.section(index).keys.autoprobe =
                    drafts.value(index, number, key, word);
            }
        }
        "eswitch-mode" => {
            let word = named(value, &["legacy", "switchdev"]);
            drafts.section(index).keys.mode = drafts.word(index, number, key, word);
        }
        "eswitch-inline-mode" => {
            let word = named(value, &["none", "link", "network", "transport"]);
            drafts.section(index).keys.inline_mode =
                drafts.word(index, number, key, word);
        }
        "eswitch-encap-mode" => {
            let word = named(value, &["none", "basic"]);
            drafts.section(index).keys.encap_mode = drafts.word(index, number, key, word);
        }
        "preserve-on-down" => {
            let message =
                "preserve-on-down: nothing is reset when a profile is deactivated";
            drafts.note(index, number, message);
        }
        _ => match key.strip_prefix("vf.").and_then(|vf| vf.parse::<u32>().ok()) {
            Some(vf) => {
                let keys = vf_keys(drafts, index, number, value);
                let numbers = Numbers::of([vf]).into();
                drafts.section(index).vfs.push(VfSection { numbers, keys });
            }
            None => drafts.note(index, number, format!("{key}: not known")),
        },
    }
}

fn vf_keys(drafts: &mut Drafts, index: usize, line: usize, text: &str) -> VfKeys {
    let mut keys = VfKeys::default();
    for attribute in text.split_whitespace() {
        let (name, value) = attribute.split_once('=').unwrap_or((attribute, ""));
        match name {
            "mac" => keys.mac = drafts.word(index, line, name, value),
            "spoof-check" => keys.spoof_check = drafts.value(index, line, name, value),
            "trust" => keys.trust = drafts.value(index, line, name, value),
            "min-tx-rate" => keys.min_tx_rate = drafts.value(index, line, name, value),
            "max-tx-rate" => keys.max_tx_rate = drafts.value(index, line, name, value),
            "vlans" => vlan(drafts, index, line, value, &mut keys),
            _ => drafts.note(index, line, format!("{name}: not known")),
        }
    }
    keys
}

/// `ID[.PRIORITY[.PROTOCOL]]`, of which a VF can have one.
fn vlan(drafts: &mut Drafts, index: usize, line: usize, text: &str, keys: &mut VfKeys) {
    let mut vlans = text.split(';').filter(|vlan| !vlan.is_empty());
    let first = vlans.next().unwrap_or_default();
    if let Some(more) = vlans.next() {
        drafts.note(index, line, format!("VLAN {more}: a VF has one VLAN"));
    }
    let mut parts = first.split('.');
    keys.vlan = drafts.value(index, line, "vlans", parts.next().unwrap_or_default());
    if let Some(qos) = parts.next() {
        keys.qos = drafts.value(index, line, "vlans", qos);
    }
    if let Some(protocol) = parts.next() {
        let protocol = match protocol {
            "q" => "802.1q",
            "ad" => "802.1ad",
            other => other,
        };
        keys.vlan_proto = drafts.word(index, line, "vlans", protocol);
    }
}
