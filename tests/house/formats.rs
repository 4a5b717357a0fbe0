// SPDX-License-Identifier: MIT OR Apache-2.0
//! The formats of other programs, by their documented rules: what Node Feature Discovery,
//! Kubernetes, Ansible, Prometheus, udev and Talos take. Programs that are packages were
//! run once too; `docs/kubernetes.md` and `docs/ansible.md` say which.

use std::{collections::BTreeMap, fs, process::Command};

use serde_json::Value;
use swdevctl::{
    model::{Declared, DeviceDetails, Inventory, Vdpa},
    render::{Consumer, Formatted, Text as _},
};

use super::machines;

fn written(inventory: &Inventory, consumer: Consumer) -> String {
    Formatted::new(inventory, consumer).to_text()
}

fn json(inventory: &Inventory, consumer: Consumer) -> Value {
    serde_json::from_str(&written(inventory, consumer)).unwrap()
}

/// The machines that every format must be able to say.
fn all() -> Vec<Inventory> {
    vec![
        machines::eight_vfs(),
        machines::many_vfs(),
        machines::many_sfs(),
        machines::dpu(),
        machines::broken(),
        machines::hostile(),
        machines::machine(Vec::new()),
    ]
}

/// A feature file as nfd-worker reads it: features and labels that have not expired.
fn nfd(text: &str, now: &str) -> (BTreeMap<String, String>, BTreeMap<String, String>) {
    assert!(text.len() <= 64 << 10, "larger files are ignored");
    let (mut features, mut labels) = (BTreeMap::new(), BTreeMap::new());
    let (mut expiry, mut skip_label) = (now.to_owned(), false);
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match line.strip_prefix("# +") {
            Some("no-label") => skip_label = true,
            Some(directive) => {
                let time = directive.strip_prefix("expiry-time=").unwrap();
                assert!(time.len() == 20 && time.ends_with('Z'), "{time}");
                expiry = time.to_owned();
            }
            None if line.starts_with('#') || expiry.as_str() < now => {}
            None => {
                let (name, value) = line.split_once('=').unwrap();
                features.insert(name.to_owned(), value.to_owned());
                if !skip_label {
                    labels.insert(name.to_owned(), value.to_owned());
                }
                skip_label = false;
            }
        }
    }
    (features, labels)
}

/// Whether Kubernetes takes this as the name or value of a label.
fn is_label(text: &str) -> bool {
    let end = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    text.len() <= 63
        && text.chars().all(inner)
        && end(text.chars().next())
        && end(text.chars().last())
}

#[test]
fn feature_files_are_within_the_limits_of_labels_and_expire() {
    let consumer = Consumer::Nfd { expires: 1_795_996_800 };
    for inventory in all() {
        let (features, labels) =
            nfd(&written(&inventory, consumer), "2026-11-29T23:59:59Z");
        for (name, value) in &features {
            let name = name.strip_prefix("feature.node.kubernetes.io/").unwrap();
            assert!(is_label(name) && is_label(value), "{name}={value}");
        }
        assert!(labels.len() <= 6 && labels.len() <= features.len());
    }
    let text = written(&machines::eight_vfs(), consumer);
    let (features, labels) = nfd(&text, "2026-11-29T23:59:59Z");
    let label = |name: &str| {
        let name = format!("feature.node.kubernetes.io/network-switchdev.{name}");
        (labels.get(&name).cloned(), features.get(&name).cloned())
    };
    let both = |text: &str| (Some(text.to_owned()), Some(text.to_owned()));
    assert_eq!(label("configured"), both("true"));
    assert_eq!(label("vfs"), both("8"));
    assert_eq!(label("pci-0000-41-00.0.representors"), (None, Some("8".into())));
    assert_eq!(label("config"), (None, None), "nothing is declared");
    assert_eq!(nfd(&text, "2026-11-30T00:00:01Z").0.len(), 0, "expired");
}

#[test]
fn drift_is_told_only_where_it_was_read() {
    let with = |drift| {
        let mut machine = machines::eight_vfs();
        let declared = Some(Declared { mode: Some("switchdev".into()), vfs: Some(8) });
        machine.devices[0].details =
            DeviceDetails { declared, drift, ..Default::default() };
        let config = |text: String| {
            let line = text
                .lines()
                .find(|line| line.contains("switchdev.config="))
                .map(str::to_owned);
            line.and_then(|line| Some(line.rsplit_once('=')?.1.to_owned()))
        };
        let nfd = config(written(&machine, Consumer::Nfd { expires: 0 }));
        let facts = json(&machine, Consumer::Ansible);
        let metrics = written(&machine, Consumer::Prometheus);
        let metric =
            metrics.lines().find(|line| line.starts_with("swdevctl_config_drift{"));
        assert!(
            metrics.contains("swdevctl_config_declared{device=\"pci/0000:41:00.0\"} 1\n")
        );
        let metric = metric.and_then(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok());
        (nfd, facts["devices"]["pci/0000:41:00.0"]["drift"].as_u64(), metric)
    };
    assert_eq!(with(None), (None, None, None));
    assert_eq!(with(Some(0)), (Some("applied".into()), Some(0), Some(0)));
    assert_eq!(with(Some(3)), (Some("drift".into()), Some(3), Some(3)));
}

#[test]
fn facts_of_400_representors_are_below_40_kilobytes() {
    let vfs = (0..400).map(|vf| machines::vf(vf, Some("vfio-pci"), false));
    let machine = machines::machine(vec![machines::card(vfs.collect())]);
    let text = written(&machine, Consumer::Ansible);
    assert!(text.len() < 40_000, "{} bytes", text.len());
    let facts: Value = serde_json::from_str(&text).unwrap();
    let device = &facts["devices"]["pci/0000:41:00.0"];
    assert_eq!(device["representors"]["vf"]["399"], "enp65s0f0r399");
    assert_eq!(device["representors"]["vf"].as_object().unwrap().len(), 400);
    let dpu = json(&machines::dpu(), Consumer::Ansible);
    let representors = &dpu["devices"]["pci/0000:41:00.0"]["representors"];
    assert_eq!(representors["c1pf0vf"]["11"], "pf0vf11");
    assert_eq!(representors["c1pf"]["0"], "pf0hpf");
    assert_eq!(representors["sf"]["88"], "enp65s0f0sf88");
}

#[test]
fn device_information_leads_from_a_vf_to_its_representor() {
    let mut machine = machines::eight_vfs();
    let vdpa = |driver: &str, path: Option<&str>| Vdpa {
        name: "vdpa0".into(),
        driver: Some(driver.into()),
        path: path.map(str::to_owned),
    };
    let function = |machine: &mut Inventory, port: usize, vdpa| {
        let function = machine.devices[0].ports[port].function.as_mut().unwrap();
        function.details.vdpa = vec![vdpa];
    };
    function(&mut machine, 1, vdpa("vhost_vdpa", Some("/dev/vhost-vdpa-0")));
    function(&mut machine, 2, vdpa("virtio_vdpa", None));
    let map = json(&machine, Consumer::DeviceInfo);
    assert_eq!(map.as_object().unwrap().len(), 8);
    for (address, info) in map.as_object().unwrap() {
        let kind = info["type"].as_str().unwrap();
        let inner = &info[kind];
        assert_eq!(
            (info["version"].as_str(), inner["pci-address"].as_str()),
            (Some("1.1.0"), Some(address.as_str()))
        );
        assert_eq!(inner["pf-pci-address"], "0000:41:00.0");
        assert!(!inner.as_object().unwrap().values().any(Value::is_null), "{info}");
    }
    assert_eq!(map["0000:41:00.4"]["pci"]["representor-device"], "enp65s0f0r2");
    assert_eq!(map["0000:41:00.2"]["vdpa"]["driver"], "vhost");
    assert_eq!(map["0000:41:00.2"]["vdpa"]["parent-device"], "vdpa0");
    assert_eq!(map["0000:41:00.3"]["type"], "pci", "a vDPA device without a path");
    let broken = json(&machines::broken(), Consumer::DeviceInfo);
    assert!(broken["0000:41:00.5"]["pci"].get("representor-device").is_none());
}

/// The limits of resource.k8s.io/v1: a device's name is a label of DNS; at most 32
/// attributes, each with a domain and a C identifier, and strings of at most 64 bytes.
#[test]
fn attributes_are_within_the_limits_of_resource_slices() {
    for inventory in all() {
        for device in json(&inventory, Consumer::Dra)["devices"].as_array().unwrap() {
            let name = device["name"].as_str().unwrap();
            let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(name.len() <= 63 && name.chars().all(fits), "{name}");
            let attributes = device["attributes"].as_object().unwrap();
            assert!(attributes.len() <= 32);
            for (name, value) in attributes {
                let (domain, identifier) = name.split_once('/').unwrap();
                assert!(domain.len() <= 63 && identifier.len() <= 32);
                assert!(identifier.chars().all(|c| c.is_ascii_alphanumeric()));
                let value = value.as_object().unwrap();
                assert_eq!(value.len(), 1);
                assert!(
                    value
                        .values()
                        .all(|value| value.as_str().is_none_or(|of| of.len() <= 64))
                );
            }
        }
    }
    let devices = json(&machines::eight_vfs(), Consumer::Dra);
    let vf = &devices["devices"][2];
    assert_eq!(vf["name"], "0000-41-00-4");
    let prefix = "sriovnetwork.k8snetworkplumbingwg.io";
    for (name, value) in [
        (format!("{prefix}/vfID"), serde_json::json!({ "int": 2 })),
        (format!("{prefix}/EswitchMode"), serde_json::json!({ "string": "switchdev" })),
        (format!("{prefix}/PFName"), serde_json::json!({ "string": "enp65s0f0np0" })),
        (
            format!("{prefix}/pfPciAddress"),
            serde_json::json!({ "string": "0000:41:00.0" }),
        ),
        ("dra.net/isSriovVf".into(), serde_json::json!({ "bool": true })),
        ("swdevctl/representor".into(), serde_json::json!({ "string": "enp65s0f0r2" })),
    ] {
        assert_eq!(vf["attributes"][&name], value, "{name}");
    }
}

/// The values of labels and the number of a line of metrics.
fn sample(line: &str) -> Option<(Vec<String>, u64)> {
    let (series, value) = line.rsplit_once(' ')?;
    let labels =
        series.split_once('{').map_or("", |(_, rest)| rest.strip_suffix('}').unwrap());
    let (mut values, mut rest) = (Vec::new(), labels);
    while !rest.is_empty() {
        let (name, after) = rest.split_once("=\"")?;
        assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{name}");
        let mut escaped = false;
        let end = after.find(|c| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        })?;
        values.push(after[..end].to_owned());
        rest = after[end + 1..].trim_start_matches(',');
    }
    Some((values, value.parse().ok()?))
}

#[test]
fn metrics_are_in_the_text_format() {
    for inventory in all() {
        let text = written(&inventory, Consumer::Prometheus);
        assert!(text.ends_with('\n'));
        let mut metric = "";
        for line in text.lines() {
            match line.strip_prefix("# TYPE ") {
                Some(rest) => metric = rest.strip_suffix(" gauge").unwrap(),
                None if line.starts_with("# HELP ") => {}
                None => {
                    assert!(line.starts_with(metric), "{line}");
                    assert!(sample(line).is_some(), "{line}");
                }
            }
        }
    }
    let text = written(&machines::broken(), Consumer::Prometheus);
    let value = |metric: &str| {
        let of = |line: &&str| line.starts_with(metric) && line.contains("0000:41:00.0");
        sample(text.lines().find(of).unwrap()).unwrap().1
    };
    assert_eq!(value("swdevctl_representors_missing{"), 2);
    assert_eq!(value("swdevctl_representors_unnamed{"), 1);
    assert_eq!(value("swdevctl_vfs{"), 4);
    assert!(text.contains("{device=\"pci/0000:41:00.1\",mode=\"legacy\"} 1\n"));
}

fn swdevctl(arguments: &[&str], capture: &str) -> (Option<i32>, String) {
    let path = format!("tests/fixtures/capture/6.12/{capture}.capture.json");
    let mut swdevctl = Command::new(env!("CARGO_BIN_EXE_swdevctl"));
    let output = swdevctl.args(arguments).args(["--replay", &path]).output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn an_output_file_is_complete_and_nothing_is_printed() {
    let file = std::env::temp_dir().join(format!("swdevctl-{}.prom", std::process::id()));
    let path = file.to_str().unwrap();
    let arguments = ["inventory", "--format", "prometheus", "--output", path];
    assert_eq!(swdevctl(&arguments, "faces"), (Some(0), String::new()));
    let (_, printed) = swdevctl(&["inventory", "--format", "prometheus"], "faces");
    assert_eq!(fs::read_to_string(&file).unwrap(), printed);
    fs::remove_file(&file).unwrap();
    let nowhere = ["inventory", "--format", "nfd", "--output", "/nonexistent/x"];
    assert_eq!(swdevctl(&nowhere, "faces").0, Some(1));
    assert_eq!(swdevctl(&["inventory", "--output", "x"], "faces").0, Some(2));
    let fields = ["inventory", "--format", "nfd", "--fields", "handle"];
    assert_eq!(swdevctl(&fields, "faces").0, Some(2));
}

#[test]
fn each_netdev_that_a_policy_names_has_one_exact_rule() {
    let (code, rules) = swdevctl(&["name", "rules", "--policy", "mlnx-ofed"], "sfs");
    assert_eq!(code, Some(0));
    let (_, names) =
        swdevctl(&["name", "show", "--json", "--policy", "mlnx-ofed"], "sfs");
    let names: Value = serde_json::from_str(&names).unwrap();
    let named: Vec<&str> = names["netdevs"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|row| row["policy_name"].as_str())
        .collect();
    let lines: Vec<&str> = rules.lines().filter(|line| !line.starts_with('#')).collect();
    assert!(named.len() > 2 && lines.len() == named.len(), "{rules}");
    for name in named {
        let end = format!(", NAME=\"{name}\"");
        assert_eq!(lines.iter().filter(|line| line.ends_with(&end)).count(), 1, "{name}");
    }
    let conditions: std::collections::HashSet<_> =
        lines.iter().map(|line| line.split(", NAME=").next().unwrap()).collect();
    assert_eq!(conditions.len(), lines.len());
    let (_, talos) =
        swdevctl(&["name", "rules", "--format", "talos", "--policy", "mlnx-ofed"], "sfs");
    let quoted: Vec<String> = lines.iter().map(|line| format!("  - '{line}'")).collect();
    assert!(talos.contains("\nkind: UdevRulesConfig\nrules:\n"));
    assert!(talos.ends_with(&(quoted.join("\n") + "\n")), "{talos}");
    assert!(!lines.iter().any(|line| line.contains('\'')));
}
