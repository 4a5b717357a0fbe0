// SPDX-License-Identifier: MIT OR Apache-2.0
//! Captures of the lab's machines replay, on any machine and without root, to
//! the inventory that the live machine printed at that moment, byte for byte.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// The captures of one kernel, of each driver, behaviour and topology of the lab.
pub fn captures(kernel: &str) -> Vec<PathBuf> {
    let folder = fs::read_dir(format!("tests/fixtures/capture/{kernel}")).unwrap();
    let mut found: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.to_string_lossy().ends_with(".capture.json"));
    found.sort();
    // Of Linux 7 there are those of the vendors' own drivers.
    assert!(found.len() > if kernel == "7" { 4 } else { 20 });
    found
}

fn inventory_of(capture: &Path) -> PathBuf {
    capture.to_str().unwrap().replace(".capture.", ".inventory.").into()
}

fn swdevctl(arguments: &[&str]) -> (Option<i32>, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_swdevctl")).args(arguments).output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_capture_replays_to_the_inventory_of_its_machine() {
    for capture in ["6.1", "6.12", "7"].into_iter().flat_map(captures) {
        let inventory = fs::read_to_string(inventory_of(&capture)).unwrap();
        let path = capture.to_str().unwrap();
        let replayed = swdevctl(&["inventory", "--json", "--replay", path]);
        assert!(replayed == (Some(0), inventory), "{path} replays to another inventory");
    }
}

#[test]
fn a_plan_can_be_made_for_a_captured_machine() {
    let plan = |machine: &str, mode| {
        let path = format!("tests/fixtures/capture/6.12/{machine}.capture.json");
        let arguments = ["mode", "set", mode, "01:00.0", "--dry-run", "--json"];
        let (code, plan) = swdevctl(&[&arguments[..], &["--replay", &path]].concat());
        let plan: Value = serde_json::from_str(&plan).unwrap();
        let findings = plan["findings"].as_array().unwrap();
        let codes: Vec<_> = findings.iter().map(|of| of["code"].clone()).collect();
        (code, codes, plan["steps"].as_array().unwrap().len())
    };
    let none: Vec<Value> = Vec::new();
    let (code, codes, steps) = plan("mlx5", "legacy");
    assert_eq!((code, codes), (Some(0), vec!["link-interrupted".into()]));
    assert!(steps >= 2);
    assert_eq!(plan("sfs", "legacy").1, ["sf-lost", "link-interrupted"]);
    assert_eq!(plan("ice-sf", "legacy").1[0], "sf-lost");
    let (code, codes, steps) = plan("real-ice", "legacy");
    assert_eq!((code, codes), (Some(0), vec!["vfs-must-be-zero".into()]));
    assert!(steps >= 6, "VFs are removed and created again");
    let (code, codes, _) = plan("real-nfp", "legacy");
    assert_eq!((code, codes), (Some(3), vec!["firmware-decides".into()]));
    assert_eq!(plan("mlx5", "switchdev"), (Some(0), none, 0));
}

/// The capture has the tree of ice's scheduler as rate nodes, edited in as the kernel's
/// documentation (devlink/ice.rst) shows them. The driver removes them with the VFs.
#[test]
fn the_rate_nodes_of_ice_block_no_change() {
    let capture = "tests/fixtures/capture/ice-nodes.json";
    let legacy = ["mode", "set", "legacy", "01:00.0", "--dry-run", "--replay", capture];
    let (code, text) = swdevctl(&legacy);
    assert!(code == Some(0) && !text.contains("rate"), "{text}");
    let (_, text) = swdevctl(&["doctor", "01:00.0", "--replay", capture]);
    assert!(!text.contains("would be refused") && !text.contains("rate del"), "{text}");
}

#[test]
fn names_and_modes_replay_too() {
    let faces = "tests/fixtures/capture/6.12/faces.capture.json";
    let (code, names) = swdevctl(&["name", "show", "--json", "--replay", faces]);
    let names: Value = serde_json::from_str(&names).unwrap();
    assert_eq!((code, names["policy"].as_str()), (Some(0), Some("systemd-1")));
    for row in names["netdevs"].as_array().unwrap() {
        match row["role"].as_str() {
            Some("uplink" | "vf") => assert_eq!(row["policy_name"], Value::Null),
            _ => assert_eq!(row["name"], row["policy_name"]),
        }
    }
    let rep = ["rep", "--device", "04:00.0", "--vf", "1", "--replay", faces];
    assert_eq!(swdevctl(&rep), (Some(0), "enp4s0r1\n".into()));
    // The device is given by a netdev, whose link is found in the recorded dump.
    let mode = ["mode", "show", "enp1s0np0", "--json", "--replay", faces];
    let (code, mode) = swdevctl(&mode);
    let mode: Value = serde_json::from_str(&mode).unwrap();
    assert_eq!((code, &mode["devices"][0]["mode"]), (Some(0), &"switchdev".into()));
    assert_eq!(swdevctl(&["mode", "show", "nonsense", "--replay", faces]).0, Some(5));
}

/// The parts of an inventory that must be equal on all kernels: each port's role, numbers,
/// name and function. Names of uplinks are systemd's, and on 6.1 it does not see ice's port.
fn essence(inventory: &str) -> Vec<String> {
    let inventory: Value = serde_json::from_str(inventory).unwrap();
    let mut ports = Vec::new();
    for device in inventory["devices"].as_array().unwrap() {
        for port in device["ports"].as_array().unwrap() {
            let name = (port["role"] != "uplink").then_some(&port["netdev"]["name"]);
            ports.push(format!(
                "{} {} {} {} {} {name:?} {}",
                device["handle"],
                port["role"],
                port["controller"],
                port["vf"],
                port["sf"],
                port["function"]["address"]
            ));
        }
    }
    ports.sort();
    ports
}

#[test]
fn names_and_functions_are_the_same_on_each_kernel() {
    let mut compared = 0;
    for capture in ["6.1", "7"].into_iter().flat_map(captures) {
        let here = inventory_of(&capture);
        let there =
            here.to_str().unwrap().replace("/6.1/", "/6.12/").replace("/7/", "/6.12/");
        // Some kernels lack SFs of some drivers.
        let Ok(there) = fs::read_to_string(there) else { continue };
        let here_text = fs::read_to_string(&here).unwrap();
        assert_eq!(essence(&here_text), essence(&there), "{}", here.display());
        compared += 1;
    }
    assert!(compared > 20);
}
