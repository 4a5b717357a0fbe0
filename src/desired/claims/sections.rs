// SPDX-License-Identifier: MIT OR Apache-2.0
//! Files of groups in brackets: profiles of NetworkManager, and systemd's.

use super::{Claims, Property, claim};
use crate::{
    desired::import::keyfile::{Line, lines},
    model::{Claim, ConfigFile, EswitchMode, Program},
};

/// `[sriov]` of nm-settings-keyfile(5).
pub(super) fn network_manager(file: &ConfigFile) -> Vec<Claims> {
    let lines = lines(file).unwrap_or_default();
    let mut claims = Claims::default();
    for line in &lines {
        match (line.group, line.key) {
            ("connection", "interface-name") => {
                claims.add(Property::Netdev, [line.value.to_owned()]);
            }
            ("match", "interface-name") => {
                claims.add(Property::Netdev, list(line, ';', ""));
            }
            ("match", "driver") => claims.add(Property::Driver, list(line, ';', "")),
            ("match", "path") => claims.add(Property::Address, list(line, ';', "pci-")),
            ("ethernet" | "802-3-ethernet", "mac-address") => {
                claims.add_macs([line.value.to_owned()].into_iter());
            }
            ("match", _) => claims.add(Property::Other, []),
            ("sriov", key) => {
                let (mut mode, mut vfs) = (None, None);
                match (key, line.value) {
                    ("eswitch-mode", "0" | "legacy") => mode = "legacy".parse().ok(),
                    ("eswitch-mode", "1" | "switchdev") => {
                        mode = "switchdev".parse().ok();
                    }
                    ("total-vfs", number) => vfs = number.parse().ok(),
                    _ => {}
                }
                claims.claims.push(setting(
                    Program::NetworkManager,
                    file,
                    line,
                    mode,
                    vfs,
                ));
            }
            _ => {}
        }
    }
    // NetworkManager sets the number, 0 where the profile has none.
    if claims.claims.iter().all(|claim| claim.vfs.is_none()) {
        if let Some(first) = claims.claims.first_mut() {
            first.vfs = Some(0);
        }
    }
    vec![claims]
}

/// systemd.link(5), systemd.network(5), and `.devlink` files.
pub(super) fn systemd(program: Program, file: &ConfigFile) -> Vec<Claims> {
    let lines = lines(file).unwrap_or_default();
    let mut claims = Claims::default();
    for line in &lines {
        let words = || list(line, ' ', "");
        match (line.group, line.key) {
            ("Match", "OriginalName" | "Name") => claims.add(Property::Netdev, words()),
            ("Match", "Driver") => claims.add(Property::Driver, words()),
            ("Match", "Path") => claims.add(Property::Address, list(line, ' ', "pci-")),
            ("Match", "MACAddress" | "PermanentMACAddress") => {
                claims.add_macs(words().into_iter());
            }
            ("Match", "Handle") => claims.add(Property::Handle, words()),
            ("Match", _) => claims.add(Property::Other, []),
            ("Link", "SR-IOVVirtualFunctions") | ("SR-IOV", _) | ("Dev", _) => {
                let Line { key, value, .. } = *line;
                let vfs = (key == "SR-IOVVirtualFunctions").then(|| value.parse().ok());
                let mode = key.eq_ignore_ascii_case("ESwitchMode");
                let mode = mode.then(|| value.parse().ok());
                let (vfs, mode) = (vfs.flatten(), mode.flatten());
                claims.claims.push(setting(program, file, line, mode, vfs));
            }
            _ => {}
        }
    }
    // A VF's settings are many lines.
    claims.claims.dedup_by_key(|claim| {
        (claim.mode, claim.vfs, claim.key.starts_with("[SR-IOV]").then_some(()))
    });
    vec![claims]
}

/// A claim. Of other values than modes and numbers of VFs only the key is kept: they can be
/// addresses.
fn setting(
    program: Program,
    file: &ConfigFile,
    line: &Line,
    mode: Option<EswitchMode>,
    vfs: Option<u32>,
) -> Claim {
    let Line { group, key, value, number } = *line;
    let text = match mode.is_some() || vfs.is_some() {
        true => format!("[{group}] {key}={value}"),
        false => format!("[{group}] {key}"),
    };
    Claim { mode, vfs, ..claim(program, file, number, text) }
}

/// The patterns of a list. What is not meant ("!") cannot be compared, so it is no
/// pattern.
fn list(line: &Line, between: char, prefix: &str) -> Vec<String> {
    let words = line.value.split(between).map(|word| word.trim().trim_start_matches('|'));
    let words = words.filter(|word| !word.is_empty() && !word.starts_with(['!', '&']));
    words.map(|word| word.strip_prefix(prefix).unwrap_or(word).to_owned()).collect()
}
