// SPDX-License-Identifier: MIT OR Apache-2.0
//! Compares our numbers of commands, attributes and enumerations with the headers of the
//! lab's kernels, and prints what newer kernels have added.
//!
//! The lab unpacks the headers; without them nothing is compared.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

use super::c_header::Values;

/// The headers with the constants of `src/wire`; not every kernel has all of them.
const HEADERS: [&str; 14] = [
    "devlink",
    "ethtool_netlink",
    "ethtool_netlink_generated",
    "fib_rules",
    "if",
    "if_addr",
    "if_ether",
    "if_link",
    "netlink",
    "pkt_cls",
    "pkt_sched",
    "rtnetlink",
    "genetlink",
    "xfrm",
];

/// Prefixes of the constants whose additions are printed.
const WATCHED: [&str; 5] =
    ["DEVLINK_CMD_", "DEVLINK_ATTR_", "DEVLINK_PORT_", "DEVLINK_ESWITCH_", "IFLA_"];

/// Our file and prefix of a constant's name, and the kernel's prefix.
const PREFIXES: [(&str, &str, &str); 20] = [
    ("devlink/constants", "CMD_", "DEVLINK_CMD_"),
    ("devlink/constants", "ATTR_", "DEVLINK_ATTR_"),
    ("devlink/constants", "FN_ATTR_HW_ADDR", "DEVLINK_PORT_FUNCTION_ATTR_HW_ADDR"),
    ("devlink/constants", "FN_ATTR_", "DEVLINK_PORT_FN_ATTR_"),
    ("devlink/constants", "FN_CAP_", "DEVLINK_PORT_FN_CAP_"),
    ("devlink/constants", "TRAP_ACTION_", "DEVLINK_TRAP_ACTION_"),
    ("devlink/constants", "RATE_TYPE_", "DEVLINK_RATE_TYPE_"),
    ("ethtool", "FEATURES_GET", "ETHTOOL_MSG_FEATURES_GET"),
    ("ethtool", "FEATURES_SET", "ETHTOOL_MSG_FEATURES_SET"),
    ("ethtool", "FEATURES_", "ETHTOOL_A_FEATURES_"),
    ("ethtool", "HEADER_", "ETHTOOL_A_HEADER_"),
    ("ethtool", "BITSET_", "ETHTOOL_A_BITSET_"),
    ("ethtool", "BIT_", "ETHTOOL_A_BITSET_BIT_"),
    ("link", "DEVLINK_ATTR_", "DEVLINK_ATTR_"),
    ("vf", "VLAN_8021Q", "ETH_P_8021Q"),
    ("xfrm", "GET", "XFRM_MSG_GET"),
    ("", "GET", "RTM_GET"),
    ("", "NEW", "RTM_NEW"),
    ("", "DEL", "RTM_DEL"),
    ("", "SET", "RTM_SET"),
];

/// Numbers that none of these headers has, or that they define as an expression of
/// another type.
const ONLY_OURS: [&str; 2] = ["ethtool VERSION", "tc MAGIC_BLOCK"];

/// An enumeration of `src/model`, and the prefix of its values in the headers.
const ENUMERATIONS: [(&str, &str); 8] = [
    ("EncapMode", "DEVLINK_ESWITCH_ENCAP_MODE_"),
    ("EswitchMode", "DEVLINK_ESWITCH_MODE_"),
    ("Flavour", "DEVLINK_PORT_FLAVOUR_"),
    ("FunctionState", "DEVLINK_PORT_FN_STATE_"),
    ("InlineMode", "DEVLINK_ESWITCH_INLINE_MODE_"),
    ("OpState", "DEVLINK_PORT_FN_OPSTATE_"),
    ("ParamMode", "DEVLINK_PARAM_CMODE_"),
    ("PortType", "DEVLINK_PORT_TYPE_"),
];

/// The kernels that the lab has unpacked, oldest first.
fn kernels() -> Vec<(String, Values)> {
    let folder = |name: &str, below: &str| {
        env::var_os(name).map(|folder| PathBuf::from(folder).join(below))
    };
    let cache = folder("SWDEVCTL_LAB_CACHE", "")
        .or_else(|| folder("XDG_CACHE_HOME", "swdevctl-lab"))
        .or_else(|| folder("HOME", ".cache/swdevctl-lab"));
    let Some(cache) = cache else { return Vec::new() };
    let mut kernels = Vec::new();
    for series in entries(&cache).filter(|name| name.starts_with("kernel-")) {
        let sources = cache.join(&series).join("tree/usr/src");
        for headers in entries(&sources).filter(|name| name.ends_with("-common")) {
            let version = headers.trim_start_matches("linux-headers-").to_owned();
            let folder = sources.join(headers).join("include/uapi/linux");
            let text = |name: &&str| {
                fs::read_to_string(folder.join(name).with_extension("h")).ok()
            };
            let values = HEADERS.iter().filter_map(text).fold(
                Values::default(),
                |mut values, text| {
                    values.read(&text);
                    values
                },
            );
            kernels.push((version, values));
        }
    }
    kernels.sort_by_key(|(version, _)| numbers(version));
    kernels
}

fn entries(folder: &Path) -> impl Iterator<Item = String> + use<> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok())
}

fn numbers(version: &str) -> Vec<u32> {
    let numbers = version.split(|c: char| !c.is_ascii_digit());
    numbers.filter_map(|number| number.parse().ok()).collect()
}

/// The integer constants of `src/wire`: the file and the name, and the value.
fn ours() -> BTreeMap<String, i64> {
    let mut ours = BTreeMap::new();
    for file in
        entries(Path::new("src/wire")).map(|name| format!("src/wire/{name}")).chain(
            entries(Path::new("src/wire/devlink"))
                .map(|name| format!("src/wire/devlink/{name}")),
        )
    {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        let module = file.trim_start_matches("src/wire/").trim_end_matches(".rs");
        for line in text.lines().filter(|line| !line.starts_with(' ')) {
            let Some((_, constant)) = line.split_once("const ") else { continue };
            let Some((name, rest)) = constant.split_once(": ") else { continue };
            let Some((kind, value)) = rest.split_once(" = ") else { continue };
            if !["u8", "u16", "u32"].contains(&kind) {
                continue;
            }
            let value = value.split(';').next().unwrap();
            let value = Values::default()
                .evaluate(value)
                .or_else(|| (value == "u32::MAX").then_some(i64::from(u32::MAX)));
            let value = value.unwrap_or_else(|| panic!("{file}: {line}"));
            ours.insert(format!("{module} {name}"), value);
        }
    }
    ours
}

/// The kernel's name for one of our constants.
fn theirs(module_and_name: &str) -> String {
    let (module, name) = module_and_name.split_once(' ').unwrap();
    let prefix = PREFIXES.iter().find(|(file, prefix, _)| {
        (file.is_empty() || *file == module) && name.starts_with(prefix)
    });
    match prefix {
        Some((_, ours, theirs)) => name.replacen(ours, theirs, 1),
        None => name.to_owned(),
    }
}

/// The values of one of our enumerations, by the text that each value prints.
fn enumeration(name: &str) -> BTreeMap<String, i64> {
    let files = ["src/model/devlink.rs", "src/model/eswitch.rs"];
    let text: String = files.map(|file| fs::read_to_string(file).unwrap()).concat();
    let body = text.split(&format!("    {name}: u")).nth(1).unwrap();
    let body = body.split("\n    }").next().unwrap();
    let values = body.lines().filter_map(|line| {
        let (_, value) = line.trim().split_once(" = ")?;
        let (number, text) = value.split_once(" \"")?;
        Some((text.trim_end_matches("\",").replace('_', ""), number.parse().ok()?))
    });
    values.collect()
}

#[test]
fn our_numbers_are_those_of_the_labs_kernels() {
    let kernels = kernels();
    let Some((newest, newest_values)) = kernels.last() else {
        return super::skipped("numbers against kernel headers: the lab has none yet");
    };
    // With older kernels only, some names are missing.
    let has_all = numbers(newest) >= [6, 12].into();
    let ours = ours();
    let mut compared = 0;
    for (name, value) in &ours {
        if ONLY_OURS.contains(&name.as_str()) {
            continue;
        }
        let theirs = theirs(name);
        let known = newest_values.get(&theirs).is_some();
        assert!(known || !has_all, "{newest} has no {theirs} ({name})");
        for (kernel, values) in &kernels {
            // Older kernels do not have every name yet.
            if let Some(number) = values.get(&theirs) {
                assert_eq!(*value, number, "{name} is {theirs} of {kernel}");
                compared += 1;
            }
        }
    }
    for (name, prefix) in ENUMERATIONS {
        let ours = enumeration(name);
        assert!(ours.len() > 1, "{name}");
        for (kernel, values) in &kernels {
            for (theirs, number) in values.with_prefix(prefix) {
                let text = theirs[prefix.len()..].to_lowercase().replace('_', "");
                match ours.get(&text) {
                    Some(value) => assert_eq!(*value, number, "{name} of {kernel}"),
                    None => super::note(&format!("{kernel}: {theirs} is no {name} yet")),
                }
                compared += usize::from(ours.contains_key(&text));
            }
        }
    }
    assert!(ours.len() > 100 && compared > ours.len(), "{compared} of {}", ours.len());
    let names: Vec<&str> = kernels.iter().map(|(name, _)| name.as_str()).collect();
    super::note(&format!("{compared} numbers are those of Linux {}", names.join(", ")));
    for pair in kernels.windows(2) {
        let [(older, old), (newer, new)] = pair else { continue };
        for prefix in WATCHED {
            let added: Vec<String> = new
                .with_prefix(prefix)
                .filter(|(name, _)| old.get(name).is_none())
                .map(|(name, number)| format!("{} {number}", &name[prefix.len()..]))
                .collect();
            if !added.is_empty() {
                let added = added.join(", ");
                super::note(&format!("{newer} beside {older}: {prefix}{{{added}}}"));
            }
        }
    }
}
