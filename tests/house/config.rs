// SPDX-License-Identifier: MIT OR Apache-2.0
//! The declared state: the JSON Schema against the parser, and machines against the files
//! that `config show` prints for them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use regex_lite::Regex;
use serde_json::{Value, json};
use swdevctl::{
    desired::{
        Actual, Config, Drift, Params, Subject, Wanted, difference, merged, present,
    },
    model::{
        ConfigFile, InlineMode, LinkState, MacAddress, Param, ParamMode, ParamType,
        ParamValue, Snapshot, TxRate, VfSettings, Vlan,
    },
    survey,
    sys::capture::{Capture, Replay},
};

/// What is wrong with a value according to a schema; none if the value is valid. Knows only
/// the keywords that the schema has.
fn problem(value: &Value, schema: &Value) -> Option<String> {
    let rules = schema.as_object().unwrap();
    rules.iter().find_map(|(keyword, rule)| {
        let valid = |schema: &Value| problem(value, schema).is_none();
        let list = || rule.as_array().unwrap();
        let fails = match keyword.as_str() {
            "$schema" | "title" | "description" | "then" | "additionalProperties" => {
                false
            }
            "type" => !has_type(value, rule.as_str().unwrap()),
            "const" => value != rule,
            "enum" => !list().contains(value),
            "minimum" => value.as_i64().is_some_and(|n| n < rule.as_i64().unwrap()),
            "maximum" => value.as_i64().is_some_and(|n| n > rule.as_i64().unwrap()),
            "minItems" => value
                .as_array()
                .is_some_and(|a| a.len() < rule.as_u64().unwrap() as usize),
            "maxItems" => value
                .as_array()
                .is_some_and(|a| a.len() > rule.as_u64().unwrap() as usize),
            "pattern" => value.as_str().is_some_and(|text| !fits(rule, text)),
            "not" => valid(rule),
            "anyOf" => !list().iter().any(valid),
            "allOf" => return list().iter().find_map(|schema| problem(value, schema)),
            "if" if valid(rule) => return problem(value, &schema["then"]),
            "if" => false,
            "items" => {
                let mut items = value.as_array().into_iter().flatten();
                return items.find_map(|item| problem(item, rule));
            }
            "required" => value.as_object().is_some_and(|object| {
                list().iter().any(|key| !object.contains_key(key.as_str().unwrap()))
            }),
            "dependentRequired" => value.as_object().is_some_and(|object| {
                rule.as_object().unwrap().iter().any(|(key, others)| {
                    let others = others.as_array().unwrap();
                    object.contains_key(key)
                        && !others
                            .iter()
                            .all(|o| object.contains_key(o.as_str().unwrap()))
                })
            }),
            "properties" | "patternProperties" => return members(value, schema),
            other => panic!("the validator does not know the keyword {other}"),
        };
        fails.then(|| format!("{keyword} {rule}: {value}"))
    })
}

fn fits(pattern: &Value, text: &str) -> bool {
    Regex::new(pattern.as_str().unwrap()).unwrap().is_match(text)
}

fn has_type(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        other => panic!("the validator does not know the type {other}"),
    }
}

fn members(value: &Value, schema: &Value) -> Option<String> {
    let mut members = value.as_object()?.iter();
    members.find_map(|(key, member)| {
        if let Some(rule) = schema.get("properties").and_then(|known| known.get(key)) {
            return problem(member, rule);
        }
        let patterns = schema.get("patternProperties").and_then(Value::as_object);
        let mut patterns = patterns.into_iter().flatten();
        match patterns.find(|(pattern, _)| fits(&json!(pattern), key)) {
            Some((_, rule)) => problem(member, rule),
            None if schema.get("additionalProperties") == Some(&json!(false)) => {
                Some(format!("unknown key {key}"))
            }
            None => None,
        }
    })
}

fn schema() -> Value {
    let text = fs::read_to_string("docs/swdevctl-toml-v1.schema.json").unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Values that are acceptable, and values that are not, by key.
const DEVICE: [(&str, &[&str], &[&str]); 18] = [
    (
        "address",
        &["'0000:03:00.*'", "['03:00.0', '10000:e1:00.1']"],
        &["'eth0'", "3", "[]", "'03:00.8'", "'03:20.0'"],
    ),
    (
        "handle",
        &["'*'", "'netdevsim/netdevsim1'", "['pci/*']"],
        &["'0000:03:00.0'", "'a b/*'", "''"],
    ),
    ("driver", &["'mlx5_core'", "['ice', 'bnxt_en']"], &["'mlx5*'", "''", "true"]),
    ("vendor", &["'0x15b3'", "'15B3'"], &["'mellanox'", "5555", "'15b'"]),
    ("serial", &["'MT2116X09299'", "['a', 'B 7']"], &["''", "7", "'é'"]),
    (
        "netdev",
        &["'enp3s0f?np*'", "'a.long-altname_of-the-rack'"],
        &["'a b'", "''", "'a/b'", "'a:b'"],
    ),
    (
        "mode",
        &["'legacy'", "'switchdev'", "'switchdev_inactive'", "'preserve'"],
        &["'Switchdev'", "true", "''"],
    ),
    (
        "vfs",
        &["0", "65535", "'max'", "'preserve'"],
        &["-1", "65536", "'all'", "'8'", "1.0"],
    ),
    ("autoprobe", &["true", "false", "'preserve'"], &["'yes'", "0"]),
    (
        "inline_mode",
        &["'none'", "'link'", "'network'", "'transport'", "'preserve'"],
        &["'basic'", "0"],
    ),
    ("encap_mode", &["'none'", "'basic'", "'preserve'"], &["'link'", "true"]),
    ("hw_tc_offload", &["true", "'preserve'"], &["'on'"]),
    ("representors_up", &["false", "'preserve'"], &["'up'", "1"]),
    ("bind_vfs", &["'at-once'", "'after-lag'"], &["'later'", "true"]),
    ("group", &["'bond0'", "'a.b-c_d'"], &["''", "'a b'", "1"]),
    ("required", &["true", "false"], &["'yes'", "'preserve'"]),
    (
        "wait",
        &["'10s'", "'500ms'", "'2min'", "'1h'"],
        &["10", "'10'", "'0s'", "'-1s'", "'s'", "'1 s'", "'1d'"],
    ),
    (
        "params",
        &["{ a = 1 }", "{ a = ['hmfs', 'smfs'], 'b.c' = true }", "{}"],
        &[
            "'smfs'",
            "{ a = [] }",
            "{ a = 1.5 }",
            "{ 'a b' = 1 }",
            "{ a = -1 }",
            "{ a = '\"' }",
            "{ a = '' }",
        ],
    ),
];

const VF: [(&str, &[&str], &[&str]); 11] = [
    (
        "number",
        &["0", "'0-3'", "'0,2,4-7'", "'*'", "'7'"],
        &["-1", "'a'", "''", "'1-'", "[0, 1]", "'1,'", "true"],
    ),
    (
        "mac",
        &["'02:00:00:00:00:0f'"],
        &["'01:00:00:00:00:01'", "'00:00:00:00:00:00'", "'02:00'", "'2:0:0:0:0:1'", "2"],
    ),
    ("vlan", &["0", "4094"], &["4095", "-1", "'100'"]),
    ("qos", &["0", "7"], &["8", "true"]),
    ("vlan_proto", &["'802.1q'", "'802.1ad'"], &["'802.1Q'", "33024"]),
    ("spoof_check", &["true"], &["'on'"]),
    ("trust", &["false"], &["1"]),
    ("link_state", &["'auto'", "'enable'", "'disable'"], &["'up'", "true"]),
    ("min_tx_rate", &["0", "4294967295"], &["4294967296", "-1", "'1G'"]),
    ("max_tx_rate", &["0", "100000"], &["-1", "1.5"]),
    ("driver", &["'vfio-pci'", "'none'"], &["''", "'a/b'", "false"]),
];

const SF: [(&str, &[&str], &[&str]); 6] = [
    ("number", &["88", "'88-91'"], &["'*'", "-1", "''"]),
    ("controller", &["0", "1"], &["-1", "'1'"]),
    ("mac", &["'02:00:00:00:00:58'"], &["'ff:ff:ff:ff:ff:ff'"]),
    ("state", &["'active'", "'inactive'"], &["'on'", "true"]),
    ("trust", &["true"], &["'yes'"]),
    ("roce", &["false"], &["0"]),
];

/// Whole sections, and whether they are acceptable.
const SECTIONS: [(&str, bool); 22] = [
    ("", true),
    ("device = []", true),
    ("devices = []", false),
    ("device = 1", false),
    ("[device]\naddress = '03:00.0'", false),
    ("[[device]]", false),
    ("[[device]]\nmode = 'legacy'", false),
    ("[[device]]\nhandle = '*'", true),
    ("[[device]]\naddress = '03:00.0'\nmodes = 'legacy'", false),
    ("[[device]]\ndevice = '101d'", false),
    ("[[device]]\nvendor = '15b3'\ndevice = ['101d', '1017']", true),
    (
        "[[device]]\nhandle = '*'\nmode = 'switchdev_inactive'\nactivate = 'a.service'",
        true,
    ),
    ("[[device]]\nhandle = '*'\nmode = 'switchdev_inactive'\nactivate = 'a'", false),
    ("[[device]]\nhandle = '*'\nmode = 'switchdev'\nactivate = 'a.service'", false),
    ("[[device]]\nhandle = '*'\nactivate = 'a.service'", true),
    ("[[device]]\nhandle = '*'\nmode = 'legacy'\nrepresentors_up = true", false),
    ("[[device]]\nhandle = '*'\nmode = 'legacy'\nbind_vfs = 'after-lag'", false),
    ("[[device]]\nhandle = '*'\nmode = 'legacy'\n[[device.sf]]\nnumber = 1", false),
    ("[[device]]\nhandle = '*'\nrequired = false\nwait = '1s'", false),
    ("[[device]]\nhandle = '*'\n[[device.vf]]\ntrust = true", false),
    (
        "[[device]]\nhandle = '*'\n[[device.vf]]\nnumber = '0-1'\nmac = '02:00:00:00:00:01'",
        false,
    ),
    ("[[device]]\nhandle = '*'\n[[device.sf]]\nnumber = '*'", false),
];

#[test]
fn the_schema_and_the_parser_accept_and_refuse_the_same() {
    let mut examples: Vec<(String, bool)> =
        SECTIONS.iter().map(|(text, good)| ((*text).to_owned(), *good)).collect();
    let mut add = |head: &str, keys: &[(&str, &[&str], &[&str])]| {
        for (key, good, bad) in keys {
            // TOML allows a key only once.
            let head: String = head
                .lines()
                .filter(|line| !line.starts_with(&format!("{key} =")))
                .flat_map(|line| [line, "\n"])
                .collect();
            examples.extend(good.iter().map(|v| (format!("{head}{key} = {v}\n"), true)));
            examples.extend(bad.iter().map(|v| (format!("{head}{key} = {v}\n"), false)));
        }
    };
    add("[[device]]\nhandle = '*'\n", &DEVICE);
    add("[[device]]\nhandle = '*'\n[[device.vf]]\nnumber = 1\n", &VF);
    add("[[device]]\nhandle = '*'\n[[device.sf]]\nnumber = 1\n", &SF);
    let schema = schema();
    for (text, good) in &examples {
        let file = ConfigFile { path: "f".into(), text: text.clone() };
        let read = Config::read(&[file]);
        assert_eq!(read.is_ok(), *good, "the parser: {text}\n{read:?}");
        let value: Value = toml::from_str(text).unwrap();
        let problem = problem(&value, &schema);
        assert_eq!(problem.is_none(), *good, "the schema: {text}\n{problem:?}");
    }
    assert!(examples.len() > 150);
}

#[test]
fn every_key_is_in_the_schema_and_in_the_manual() {
    let manual = fs::read_to_string("man/swdevctl.toml.5").unwrap();
    let device = &schema()["properties"]["device"]["items"]["properties"];
    let tested = |keys: &[(&str, &[&str], &[&str])], more: &[&str]| {
        let mut keys: Vec<String> = keys.iter().map(|(key, ..)| (*key).into()).collect();
        keys.extend(more.iter().map(|key| (*key).to_owned()));
        keys.sort();
        keys
    };
    for (properties, keys) in [
        (device, tested(&DEVICE, &["device", "activate", "vf", "sf"])),
        (&device["vf"]["items"]["properties"], tested(&VF, &[])),
        (&device["sf"]["items"]["properties"], tested(&SF, &[])),
    ] {
        let known: Vec<&String> = properties.as_object().unwrap().keys().collect();
        let mut sorted: Vec<String> = known.iter().map(|key| (*key).clone()).collect();
        sorted.sort();
        assert_eq!(sorted, keys);
        for key in keys {
            assert!(manual.contains(&key), "{key}");
        }
    }
}

fn captures(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            captures(&path, found);
        } else if path.to_string_lossy().ends_with(".capture.json") {
            found.push(path);
        }
    }
}

fn swdevctl(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_swdevctl")).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn what_config_show_prints_does_not_differ_from_the_machine() {
    let folder = tempfile::tempdir().unwrap();
    let schema = schema();
    let (mut devices, mut values) = (0, 0);
    let mut all = Vec::new();
    captures(Path::new("tests/fixtures/capture"), &mut all);
    assert!(all.len() > 40);
    for capture in all {
        let capture = capture.to_str().unwrap();
        let (code, text, errors) = swdevctl(&["config", "show", "--replay", capture]);
        if code == Some(5) {
            assert!(errors.contains("no device with an eswitch"), "{capture}: {errors}");
            continue;
        }
        assert_eq!(code, Some(0), "{capture}: {errors}");
        assert_eq!(problem(&toml::from_str(&text).unwrap(), &schema), None, "{capture}");
        let file = folder.path().join("shown.toml");
        fs::write(&file, &text).unwrap();
        let file = file.to_str().unwrap();
        let explain =
            ["config", "explain", "--json", "--replay", capture, "--file", file];
        let (code, explained, errors) = swdevctl(&explain);
        assert_eq!(code, Some(0), "{capture}: {errors}");
        let explained: Value = serde_json::from_str(&explained).unwrap();
        assert_eq!(explained["unmatched"], json!([]), "{capture}");
        for device in explained["devices"].as_array().unwrap() {
            assert_eq!(device["drift"], json!([]), "{capture}: {text}");
            assert_eq!(device["unknown"], json!([]), "{capture}: {text}");
            values += device["values"].as_array().unwrap().len();
            devices += 1;
        }
    }
    assert!(devices > 60 && values > 300, "{devices} devices, {values} values");
}

#[test]
fn what_is_wrong_with_a_section_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("f.toml");
    fs::write(&file, "[[device]]\nhandle = '*'\n[[device.vf]]\nnumber = 0\nqos = 3\n")
        .unwrap();
    let capture = "tests/fixtures/capture/6.12/faces.capture.json";
    let file = file.to_str().unwrap();
    let (code, _, errors) =
        swdevctl(&["apply", "--check", "--replay", capture, "--file", file]);
    assert_eq!(code, Some(2), "{errors}");
    assert_eq!(errors.matches("f.toml:5:1: qos is of a VLAN").count(), 1, "{errors}");
}

/// The snapshot of a device in a capture, for tests that modify it.
fn snapshot(machine: &str, device: &str) -> Snapshot {
    let path = format!("tests/fixtures/capture/6.12/{machine}.capture.json");
    let replay = Replay::new(Capture::parse(&fs::read_to_string(path).unwrap()).unwrap());
    survey::snapshot(&replay, &device.parse().unwrap()).unwrap()
}

fn wanted(snapshot: &Snapshot, keys: &str) -> Wanted {
    wanted_by(snapshot, &format!("[[device]]\nhandle = '*'\n{keys}\n"))
}

fn wanted_by(snapshot: &Snapshot, text: &str) -> Wanted {
    let file = ConfigFile { path: "f".into(), text: text.into() };
    let config = Config::read(&[file]).unwrap();
    let subject = Subject {
        handle: snapshot.device.handle.clone(),
        driver: snapshot.device.driver.clone(),
        ids: None,
        serials: Vec::new(),
        netdevs: Vec::new(),
        macs: Vec::new(),
        has_eswitch: true,
    };
    config.wanted(&subject).unwrap()
}

/// The differences, and the keys whose values the kernel does not report.
fn drift_of(
    snapshot: &Snapshot,
    params: &[Param],
    keys: &str,
) -> (Vec<String>, Vec<String>) {
    let params = Params { present: params.to_vec(), refused: Some([].into()) };
    let actual = Actual { snapshot, params: &params };
    let difference = difference(&wanted(snapshot, keys), &actual);
    let texts = |drifts: &[Drift]| {
        let drifts = merged(drifts).into_iter();
        drifts.map(|(what, drift)| drift.text(&what)).collect()
    };
    (texts(&difference.drifts), texts(&difference.unknown))
}

#[test]
fn each_drift_of_a_device_is_named() {
    let snapshot = snapshot("mlx5", "pci/0000:01:00.0");
    for (keys, expected) in [
        ("mode = 'switchdev'\nvfs = 2\nautoprobe = true", &[][..]),
        ("mode = 'preserve'\nvfs = 'preserve'\nautoprobe = 'preserve'", &[]),
        ("mode = 'legacy'", &["mode is \"switchdev\", declared \"legacy\" by f:3:1"]),
        (
            "mode = 'switchdev_inactive'",
            &["mode is \"switchdev\", declared \"switchdev_inactive\" by f:3:1"],
        ),
        ("mode = 'switchdev_inactive'\nactivate = 'a.service'", &[]),
        ("vfs = 4", &["vfs is 2, declared 4 by f:3:1"]),
        (
            "vfs = 200",
            &["vfs is 2, declared 200 by f:3:1: the device can have 127 at most"],
        ),
        ("vfs = 'max'", &["vfs is 2, declared \"max\" by f:3:1"]),
        ("autoprobe = false", &["autoprobe is true, declared false by f:3:1"]),
        (
            "inline_mode = 'transport'\nencap_mode = 'none'",
            &[
                "inline_mode is \"none\", declared \"transport\" by f:3:1",
                "encap_mode is \"basic\", declared \"none\" by f:4:1",
            ],
        ),
        (
            "representors_up = true",
            &["representors_up is false at enp1s0r0, enp1s0r1, declared true by f:3:1"],
        ),
        ("group = 'a'\nrequired = true\nwait = '1s'\nbind_vfs = 'after-lag'", &[]),
    ] {
        assert_eq!(drift_of(&snapshot, &[], keys), (strings(expected), vec![]), "{keys}");
    }
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn each_drift_of_a_parameter_is_named() {
    let snapshot = snapshot("mlx5", "pci/0000:01:00.0");
    let param = |name: &str, mode, value| Param {
        device: snapshot.device.handle.clone(),
        name: name.into(),
        generic: false,
        kind: ParamType::Text,
        values: vec![(mode, value)],
    };
    let params = [
        param("flow_steering_mode", ParamMode::Runtime, ParamValue::Text("smfs".into())),
        param("esw_multiport", ParamMode::Runtime, ParamValue::Flag(false)),
        param("queues", ParamMode::Runtime, ParamValue::U32(8)),
        param("enable_roce", ParamMode::DriverInit, ParamValue::Flag(true)),
    ];
    for (keys, expected) in [
        ("flow_steering_mode = 'smfs', esw_multiport = false, queues = 8", &[][..]),
        (
            "flow_steering_mode = ['hmfs', 'smfs']",
            &["params.flow_steering_mode is \"smfs\", declared \"hmfs\" by f:3:12"],
        ),
        ("queues = 9", &["params.queues is 8, declared 9 by f:3:12"]),
        (
            "esw_multiport = true",
            &["params.esw_multiport is false, declared true by f:3:12"],
        ),
        (
            "nothing = 1",
            &[
                "params.nothing is not 1 as declared by f:3:12: the device has no parameter nothing",
            ],
        ),
        (
            "esw_multiport = 'yes'",
            &[
                "params.esw_multiport is false, declared \"yes\" by f:3:12: the device has another type of esw_multiport",
            ],
        ),
        (
            "enable_roce = true",
            &[
                "params.enable_roce is not true as declared by f:3:12: enable_roce takes effect after a reload only",
            ],
        ),
    ] {
        let keys = format!("params = {{ {keys} }}");
        assert_eq!(
            drift_of(&snapshot, &params, &keys),
            (strings(expected), vec![]),
            "{keys}"
        );
    }
    // The second choice counts if the device is known to refuse the first.
    let wanted = wanted(&snapshot, "params = { flow_steering_mode = ['hmfs', 'smfs'] }");
    let refused = [("flow_steering_mode".to_owned(), vec!["hmfs".to_owned()])];
    let params = Params { present: params.to_vec(), refused: Some(refused.into()) };
    let actual = Actual { snapshot: &snapshot, params: &params };
    assert_eq!(difference(&wanted, &actual).drifts, []);
}

#[test]
fn each_drift_of_a_vf_is_named() {
    let mut snapshot = snapshot("mlx5", "pci/0000:01:00.0");
    snapshot.state.vfs[0].settings = VfSettings {
        mac: Some(MacAddress(vec![2, 0, 0, 0, 0, 1])),
        vlan: Some(Vlan { id: 100, qos: 3, protocol: 0x8100 }),
        rate: Some(TxRate { min: 10, max: 1000 }),
        spoof_check: Some(true),
        trust: Some(false),
        link_state: Some(LinkState::Auto),
        ..VfSettings::default()
    };
    let vf = |keys: &str| format!("[[device.vf]]\nnumber = 0\n{keys}");
    for (keys, expected) in [
        (
            "mac = '02:00:00:00:00:01'\nvlan = 100\nqos = 3\nvlan_proto = '802.1q'\nspoof_check = true\ntrust = false\nlink_state = 'auto'\nmin_tx_rate = 10\nmax_tx_rate = 1000\ndriver = 'mlx5_core'",
            &[][..],
        ),
        (
            "mac = '02:00:00:00:00:02'",
            &[
                "vf 0: mac is \"02:00:00:00:00:01\", declared \"02:00:00:00:00:02\" by f:5:1",
            ],
        ),
        ("vlan = 0", &["vf 0: vlan is 100, declared 0 by f:5:1"]),
        ("vlan = 100\nqos = 0", &["vf 0: qos is 3, declared 0 by f:6:1"]),
        (
            "vlan = 100\nvlan_proto = '802.1ad'",
            &["vf 0: vlan_proto is \"802.1q\", declared \"802.1ad\" by f:6:1"],
        ),
        (
            "trust = true\nmax_tx_rate = 0",
            &[
                "vf 0: trust is false, declared true by f:5:1",
                "vf 0: max_tx_rate is 1000, declared 0 by f:6:1",
            ],
        ),
        (
            "driver = 'none'",
            &["vf 0: driver is \"mlx5_core\", declared \"none\" by f:5:1"],
        ),
    ] {
        let keys = vf(keys);
        assert_eq!(
            drift_of(&snapshot, &[], &keys),
            (strings(expected), vec![]),
            "{keys}"
        );
    }
    // The kernel reports no settings of VF 1: they are unknown, unless the VF is to be created
    // again in another mode.
    let trust = "[[device.vf]]\nnumber = '*'\ntrust = false";
    let untold = "vf 1: trust is not false as declared by f:5:1";
    assert_eq!(drift_of(&snapshot, &[], trust), (vec![], strings(&[untold])));
    let (drifts, unknown) =
        drift_of(&snapshot, &[], &format!("mode = 'legacy'\n{trust}"));
    assert_eq!((drifts.len(), unknown.len()), (2, 0));
    // A VF that does not exist yet differs in everything that is declared for it.
    let (drifts, unknown) = drift_of(&snapshot, &[], &format!("vfs = 3\n{trust}"));
    assert_eq!(drifts[1], "vf 2: trust is not false as declared by f:6:1");
    assert_eq!((drifts.len(), unknown.len()), (2, 1));
    let beyond = "[[device.vf]]\nnumber = 5\ntrust = false";
    let (drifts, _) = drift_of(&snapshot, &[], beyond);
    let there = "vf 5 is declared and not there by f:4:1: there are 2 VFs, and vfs is not declared";
    assert_eq!(drifts, [there]);
}

/// A card with 127 VFs has no more lines than kinds of differences, and VFs that it cannot
/// have are not compared.
#[test]
fn what_differs_at_many_vfs_is_one_line() {
    let snapshot = snapshot("mlx5", "pci/0000:01:00.0");
    let trust = "[[device.vf]]\nnumber = '*'\ntrust = true";
    let (drifts, unknown) = drift_of(&snapshot, &[], &format!("vfs = 65535\n{trust}"));
    let most = "the device can have 127 at most";
    assert_eq!(drifts[0], format!("vfs is 2, declared 65535 by f:3:1: {most}"));
    assert_eq!(drifts[1..], ["vf 2-126: trust is not true as declared by f:6:1"]);
    assert_eq!(unknown, ["vf 0-1: trust is not true as declared by f:6:1"]);
    let named = "vfs = 'max'\n[[device.vf]]\nnumber = '120-130'";
    let (drifts, _) = drift_of(&snapshot, &[], named);
    let beyond = "vf 127-130 is declared and not there by f:5:1: the device can have 127 VFs at most";
    assert_eq!(drifts[1..], [beyond]);
    let sfs = "[[device.sf]]\nnumber = '5,7-9'\nroce = true";
    let (drifts, _) = drift_of(&snapshot, &[], sfs);
    assert_eq!(
        drifts,
        [
            "sf 5,7-9 is declared and not there by f:4:1",
            "sf 5,7-9: roce is not true as declared by f:5:1",
        ]
    );
}

fn has_lines(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.lines().any(|other| other == *line), "{line}: {text}");
    }
}

#[test]
fn settings_of_vfs_and_parameters_are_shown_and_do_not_differ() {
    let mut snapshot = snapshot("mlx5", "pci/0000:01:00.0");
    let settings = |last| VfSettings {
        mac: Some(MacAddress(vec![2, 0, 0, 0, 0, last])),
        vlan: Some(Vlan { id: 100, qos: 3, protocol: 0x88a8 }),
        rate: Some(TxRate { min: 0, max: 1000 }),
        spoof_check: Some(false),
        trust: Some(true),
        link_state: Some(LinkState::Disable),
        ..VfSettings::default()
    };
    for (vf, last) in snapshot.state.vfs.iter_mut().zip(1..) {
        vf.settings = settings(last);
        vf.driver = None;
    }
    let params = [Param {
        device: snapshot.device.handle.clone(),
        name: "flow_steering_mode".into(),
        generic: false,
        kind: ParamType::Text,
        values: vec![(ParamMode::Runtime, ParamValue::Text("smfs".into()))],
    }];
    let params = Params { present: params.to_vec(), refused: None };
    let actual = Actual { snapshot: &snapshot, params: &params };
    let text = present(&actual);
    has_lines(
        &text,
        &[
            "params = { flow_steering_mode = \"smfs\" }",
            "number = \"0-1\"",
            "vlan = 100",
            "qos = 3",
            "vlan_proto = \"802.1ad\"",
            "spoof_check = false",
            "trust = true",
            "link_state = \"disable\"",
            "max_tx_rate = 1000",
            "driver = \"none\"",
            "mac = \"02:00:00:00:00:02\"",
        ],
    );
    let difference = difference(&wanted_by(&snapshot, &text), &actual);
    assert_eq!((difference.drifts, difference.unknown), (vec![], vec![]));
}

/// What somebody else has set and no file can declare is left out, and told.
#[test]
fn a_state_that_no_file_can_declare_is_shown_without_it() {
    let mut snapshot = snapshot("mlx5", "pci/0000:01:00.0");
    snapshot.state.vfs[0].settings = VfSettings {
        // All VLANs, with some drivers.
        vlan: Some(Vlan { id: 4095, qos: 3, protocol: 0x8100 }),
        rate: Some(TxRate { min: 10, max: 5 }),
        trust: Some(true),
        ..VfSettings::default()
    };
    snapshot.state.vfs[1].settings.vlan = Some(Vlan { id: 5, qos: 9, protocol: 0x8100 });
    let params = Params { present: Vec::new(), refused: None };
    let actual = Actual { snapshot: &snapshot, params: &params };
    let text = present(&actual);
    has_lines(
        &text,
        &[
            "# vf 0: no file can declare its vlan",
            "# vf 0: no file can declare its min_tx_rate",
            "# vf 1: no file can declare its qos",
            "trust = true",
            "vlan = 5",
        ],
    );
    let wanted = wanted_by(&snapshot, &text);
    assert_eq!(difference(&wanted, &actual).drifts, []);
}

#[test]
fn each_drift_of_an_sf_is_named() {
    let snapshot = snapshot("sfs", "pci/0000:01:00.0");
    let sf = |keys: &str| format!("[[device.sf]]\nnumber = 88\n{keys}");
    let same = sf("mac = '02:00:00:00:00:58'\nstate = 'active'\nroce = true");
    assert_eq!(drift_of(&snapshot, &[], &same), (vec![], vec![]));
    let other = sf("mac = '02:00:00:00:00:59'\nstate = 'inactive'\nroce = false");
    let expected = [
        "sf 88: mac is \"02:00:00:00:00:58\", declared \"02:00:00:00:00:59\" by f:5:1",
        "sf 88: state is \"active\", declared \"inactive\" by f:6:1",
        "sf 88: roce is true, declared false by f:7:1",
    ];
    assert_eq!(drift_of(&snapshot, &[], &other).0, expected);
    let trust = "sf 88: trust is not true as declared by f:5:1";
    assert_eq!(drift_of(&snapshot, &[], &sf("trust = true")).1, [trust]);
    let more = "[[device.sf]]\nnumber = '88-90'\ncontroller = 1\nstate = 'active'";
    let (drifts, _) = drift_of(&snapshot, &[], more);
    assert_eq!(drifts.len(), 2);
    assert_eq!(drifts[0], "controller 1 sf 88-90 is declared and not there by f:4:1");
}

#[test]
fn an_import_prints_a_file_and_says_what_it_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let netplan = write(
        "a.yaml",
        "network:\n  ethernets:\n    enp3s0np0:\n      embedded-switch-mode: switchdev\n      mtu: 9000\n",
    );
    let (code, text, errors) = swdevctl(&["config", "import", "netplan", &netplan]);
    assert_eq!(code, Some(0), "{errors}");
    assert!(text.ends_with("[[device]]\nnetdev = \"enp3s0np0\"\nmode = \"switchdev\"\n"));
    let note = format!("{netplan}:3:1: not translated: left to netplan: mtu\n");
    assert_eq!(errors, format!("warning: {note}"));
    let json = ["config", "import", "netplan", &netplan, "--json"];
    let (code, json, errors) = swdevctl(&json);
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["schema"], "swdevctl/config-import/v1");
    assert_eq!(json["device"][0]["mode"], "switchdev");
    assert_eq!(json["notes"][0]["origin"]["line"], 3);
    // The printed file can be read without changes.
    let own = write("own.toml", &text);
    let explain = ["config", "explain", "--file", &own, "--json", "--replay"];
    let faces = "tests/fixtures/capture/6.12/faces.capture.json";
    let (code, explained, errors) = swdevctl(&[&explain[..], &[faces]].concat());
    assert_eq!(code, Some(0), "{errors}");
    let explained: Value = serde_json::from_str(&explained).unwrap();
    assert_eq!(explained["devices"][0]["handle"], "pci/0000:03:00.0");
    assert_eq!(explained["devices"][0]["drift"], json!([]));
    for (program, text, place) in [
        ("netplan", "a: [", ":2:1: "),
        ("networkmanager", "a: b", ":1:1: neither [group] nor key=value"),
        ("os-net-config", "a: *b", ":1:4: "),
        ("sriov-network-operator", "\"", ":"),
    ] {
        let broken = write("broken", text);
        let (code, out, errors) = swdevctl(&["config", "import", program, &broken]);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{program}: {errors}");
        assert!(errors.starts_with(&format!("error: {broken}{place}")), "{errors}");
    }
    let absent = folder.path().join("absent");
    let (code, ..) = swdevctl(&["config", "import", "netplan", absent.to_str().unwrap()]);
    assert_eq!(code, Some(2));
}

#[test]
fn a_wrong_file_is_all_its_errors_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.toml");
    fs::write(&path, "[[device]]\nhandle = '*'\nmode = 'x'\nvfss = 1\n").unwrap();
    let path = path.to_str().unwrap();
    let (code, text, errors) = swdevctl(&["config", "explain", "--file", path]);
    assert_eq!((code, text.as_str()), (Some(2), ""));
    assert!(errors.contains(&format!("error: {path}:3:1: mode must be")), "{errors}");
    assert!(errors.contains(&format!("error: {path}:4:1: unknown key")), "{errors}");
}

#[test]
fn what_a_declaration_cannot_reach_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.toml");
    let path = path.to_str().unwrap();
    let machine = "tests/fixtures/capture/6.12/mlx5.capture.json";
    let run = |how: &str, text: &str| {
        fs::write(path, text).unwrap();
        swdevctl(&["--replay", machine, "apply", how, "--file", path])
    };
    // A name that no interface has, as by a typing error.
    let absent = "[[device]]\nnetdev = 'enp99s0*'\nmode = 'switchdev'\n";
    let warning =
        format!("warning: {path}:1:1: this section is for no device of this machine\n");
    for how in ["--check", "--dry-run"] {
        let nothing = (Some(0), String::new(), warning.clone());
        assert_eq!(run(how, absent), nothing, "{how}");
    }
    let json = ["--replay", machine, "apply", "--check", "--json", "--file", path];
    let json: Value = serde_json::from_str(&swdevctl(&json).1).unwrap();
    assert_eq!(json["unmatched"], json!([{ "path": path, "line": 1, "column": 1 }]));
    // A required device is told of by itself.
    let (code, _, errors) = run("--check", &format!("{absent}required = true\n"));
    assert_eq!(code, Some(8));
    assert!(!errors.contains("warning"), "{errors}");
    let impossible = "[[device]]\ndriver = 'mlx5_core'\nautoprobe = false\n\
                      params = { nothing = true }\n";
    let (code, plan, errors) = run("--dry-run", impossible);
    assert_eq!(code, Some(0));
    assert!(plan.contains("1. turn driver autoprobe off"), "{plan}");
    let text = format!(
        "warning: pci/0000:01:00.0: params.nothing is not true as declared by {path}:4:12: \
         the device has no parameter nothing\n"
    );
    assert_eq!(errors, text);
    // A list of plans even of one device, as swdevctl(8) has it.
    let json = ["--replay", machine, "apply", "--dry-run", "--json", "--file", path];
    let json: Value = serde_json::from_str(&swdevctl(&json).1).unwrap();
    assert_eq!(json["schema"], "swdevctl/plans/v1");
    assert_eq!(json["plans"].as_array().map(Vec::len), Some(1));
}

#[test]
fn why_a_device_cannot_be_compared_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.toml");
    fs::write(&path, "[[device]]\ndriver = 'nfp'\nmode = 'switchdev'\n").unwrap();
    let path = path.to_str().unwrap();
    let machine = "tests/fixtures/capture/6.12/nfp-nic.capture.json";
    let check = ["--replay", machine, "apply", "--check", "--file", path];
    let (code, text, errors) = swdevctl(&check);
    assert_eq!(code, Some(1));
    let why = "pci/0000:01:00.0 has no eswitch [driver-unsupported: nfp]";
    assert_eq!(text, format!("pci/0000:01:00.0: it cannot be read: {why}\n"));
    assert!(errors.contains(&format!("cannot be read: {why}\n")), "{errors}");
    assert!(errors.contains("hint: the firmware that is loaded has none"), "{errors}");
    let explain = ["--replay", machine, "config", "explain", "--file", path];
    let text = swdevctl(&explain).1;
    assert!(text.contains(&format!("could not be read: {why}\n")), "{text}");
}

#[test]
fn a_mode_that_a_device_does_not_have_is_refused() {
    let machine = |name| format!("tests/fixtures/capture/6.12/{name}.capture.json");
    let (ice, mlx5) = (machine("real-ice"), machine("mlx5"));
    for (option, value, what) in
        [("--inline-mode", "link", "inline"), ("--encap-mode", "basic", "encap")]
    {
        let set = ["mode", "set", "switchdev", "--dry-run", option, value, "--replay"];
        let (code, text, errors) = swdevctl(&[&set[..], &[&ice]].concat());
        assert_eq!((code, text.as_str()), (Some(3), ""), "{option}");
        let error = format!("error: pci/0000:01:00.0 has no {what} mode\n");
        assert!(errors.starts_with(&error), "{errors}");
        let (code, ..) = swdevctl(&[&set[..], &[&mlx5]].concat());
        assert_eq!(code, Some(0), "{option}");
    }
}

/// mlx5_core reports an inline mode until its first switch that no driver can be set to.
#[test]
fn the_first_inline_mode_is_not_shown_and_cannot_be_reached() {
    let mut snapshot = snapshot("mlx5", "pci/0000:01:00.0");
    let params = Params { present: Vec::new(), refused: None };
    let shown = |snapshot: &Snapshot| present(&Actual { snapshot, params: &params });
    assert!(!shown(&snapshot).contains("inline_mode"), "{}", shown(&snapshot));
    snapshot.state.eswitch.inline_mode = Some(InlineMode::Link);
    assert!(shown(&snapshot).contains("inline_mode = \"link\""));
    let drift = "inline_mode is \"link\", declared \"none\" by f:3:1: no driver can be set to none";
    assert_eq!(drift_of(&snapshot, &[], "inline_mode = 'none'").0, [drift]);
}
