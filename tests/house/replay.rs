// SPDX-License-Identifier: MIT OR Apache-2.0
//! Captures of the lab's machines replay, on any machine and without root, to
//! the inventory that the live machine printed at that moment, byte for byte.

use std::{fs, path::PathBuf, process::Command};

/// Captures that are kept, and those of the lab's last run.
fn captures() -> Vec<PathBuf> {
    let kept = fs::read_dir("tests/fixtures/capture").unwrap();
    let mut found: Vec<PathBuf> = kept.map(|entry| entry.unwrap().path()).collect();
    for kernel in ["6.1", "6.12", "7"] {
        for scenario in fs::read_dir(format!("target/lab/{kernel}")).into_iter().flatten()
        {
            let files = fs::read_dir(scenario.unwrap().path()).into_iter().flatten();
            found.extend(files.map(|file| file.unwrap().path()));
        }
    }
    found.retain(|path| path.to_string_lossy().ends_with(".capture.json"));
    found
}

fn swdevctl(arguments: &[&str]) -> (Option<i32>, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_swdevctl")).args(arguments).output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_capture_replays_to_the_inventory_of_its_machine() {
    let captures = captures();
    assert!(captures.len() >= 3);
    for capture in captures {
        let path = capture.to_str().unwrap();
        let inventory =
            fs::read_to_string(path.replace(".capture.", ".inventory.")).unwrap();
        let replayed = swdevctl(&["inventory", "--json", "--replay", path]);
        assert_eq!(replayed, (Some(0), inventory), "{path}");
    }
}

#[test]
fn names_and_modes_replay_too() {
    let faces = "tests/fixtures/capture/faces-6.12.capture.json";
    let (code, names) = swdevctl(&["name", "show", "--json", "--replay", faces]);
    let names: serde_json::Value = serde_json::from_str(&names).unwrap();
    assert_eq!((code, names["policy"].as_str()), (Some(0), Some("systemd-1")));
    for row in names["netdevs"].as_array().unwrap() {
        assert_eq!(row["name"], row["policy_name"]);
    }
    let rep = ["rep", "--device", "04:00.0", "--vf", "2", "--replay", faces];
    assert_eq!(swdevctl(&rep), (Some(0), "enp4s0r2\n".into()));
    // By the name of a netdev: the one link is found in the recorded dump.
    let mode = ["mode", "show", "enp1s0np0", "--json", "--replay", faces];
    let (code, mode) = swdevctl(&mode);
    let mode: serde_json::Value = serde_json::from_str(&mode).unwrap();
    assert_eq!((code, &mode["devices"][0]["mode"]), (Some(0), &"switchdev".into()));
    assert_eq!(swdevctl(&["mode", "show", "nonsense", "--replay", faces]).0, Some(5));
}

/// What must not differ between kernels: each port's role, numbers, name and
/// function.
fn essence(inventory: &str) -> Vec<String> {
    let inventory: serde_json::Value = serde_json::from_str(inventory).unwrap();
    let mut ports = Vec::new();
    for device in inventory["devices"].as_array().unwrap() {
        for port in device["ports"].as_array().unwrap() {
            ports.push(format!(
                "{} {} {} {} {} {} {}",
                device["handle"],
                port["role"],
                port["controller"],
                port["vf"],
                port["sf"],
                port["netdev"]["name"],
                port["function"]["address"]
            ));
        }
    }
    ports.sort();
    ports
}

#[test]
fn names_and_functions_are_the_same_on_each_kernel() {
    for machine in ["faces", "two-pfs", "netdevsim"] {
        let of = |kernel: &str| {
            let path =
                format!("tests/fixtures/capture/{machine}-{kernel}.inventory.json");
            essence(&fs::read_to_string(path).unwrap())
        };
        assert_eq!(of("6.1"), of("6.12"), "{machine}");
    }
}
