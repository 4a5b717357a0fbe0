// SPDX-License-Identifier: MIT OR Apache-2.0
//! The binaries on the build machine. Tests that need devlink are in the lab.

use std::process::{Command, Output};

use serde_json::Value;

fn swdevctl(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_swdevctl")).args(arguments).output().unwrap()
}

fn error(output: &Output) -> Value {
    assert!(output.stdout.is_empty());
    serde_json::from_slice::<Value>(&output.stderr).unwrap()["error"].take()
}

/// Whether this kernel has devlink, by its list of symbols.
fn kernel_has_devlink() -> bool {
    let symbols = std::fs::read_to_string("/proc/kallsyms");
    symbols.is_ok_and(|text| text.contains("devlink_nl_family"))
}

#[test]
fn without_devlink_the_kernel_is_named_as_the_cause() {
    if kernel_has_devlink() {
        println!("skipped: this kernel has devlink");
        return;
    }
    for verb in [&["mode", "show", "--json"][..], &["mode", "set", "switchdev", "--json"]]
    {
        let output = swdevctl(verb);
        assert_eq!(output.status.code(), Some(1));
        let error = error(&output);
        assert_eq!(error["state"], "nothing was changed");
        assert!(
            error["hint"].as_str().unwrap().contains("CONFIG_NET_DEVLINK"),
            "{error}"
        );
    }
    let output = swdevctl(&["inventory", "--json"]);
    assert_eq!(output.status.code(), Some(0));
    let inventory: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(super::schema::problem(&inventory, &serde_json::json!({}), ""), None);
}

#[test]
fn a_wrong_command_line_is_one_clear_error() {
    for arguments in [
        &["mode", "set"][..],
        &["mode", "set", "both"],
        &["rep", "--device", "x"],
        &["rep", "--device", "x", "--vf", "1", "--uplink"],
        &["nonsense"],
        &["mode", "set", "legacy", "../x"],
        &["mode", "set", "legacy", "--force", "everything"],
        &["mode", "set", "legacy", "--vfs", "-1"],
    ] {
        let output = swdevctl(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty());
        assert!(String::from_utf8_lossy(&output.stderr).starts_with("error: "));
        let with_json = swdevctl(&[arguments, &["--json"]].concat());
        assert_eq!(error(&with_json)["code"], "usage", "{arguments:?}");
    }
}

#[test]
fn a_missing_device_is_not_found() {
    for device in ["0000:ff:1f.7", "pci/ff:1f.7", "netdevsim/none", "no-such-netdev"] {
        let output = swdevctl(&["mode", "show", device, "--json"]);
        assert_eq!(output.status.code(), Some(5), "{device}");
        assert_eq!(error(&output)["device"], device);
    }
}

#[test]
fn help_goes_to_standard_output() {
    for arguments in [&["--help"][..], &["mode", "set", "--help"], &["--version"]] {
        let output = swdevctl(arguments);
        assert_eq!(output.status.code(), Some(0));
        assert!(!output.stdout.is_empty() && output.stderr.is_empty());
    }
}

#[test]
fn the_helper_prints_nothing_for_other_interfaces() {
    for ifindex in ["", "1", "nonsense", "999999", "1\nNAME=x"] {
        let mut helper = Command::new(env!("CARGO_BIN_EXE_swdevctl-udev"));
        let output = helper.env_clear().env("IFINDEX", ifindex).output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        assert!(output.stdout.is_empty() && output.stderr.is_empty(), "{ifindex:?}");
    }
}

#[test]
fn the_worker_answers_requests_until_its_input_ends() {
    use std::{io::Write as _, process::Stdio};
    let mut worker = Command::new(env!("CARGO_BIN_EXE_swdevctl"))
        .arg(swdevctl::sys::worker::ARGUMENT)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = worker.stdin.take().unwrap();
    writeln!(input, r#"{{"Read":["class/net/lo/ifindex",4096]}}"#).unwrap();
    writeln!(input, r#"{{"Read":["class/net/lo/nothing",4096]}}"#).unwrap();
    writeln!(input, r#"{{"Write":["class/net/nothing/mtu","1"]}}"#).unwrap();
    drop(input);
    let output = worker.wait_with_output().unwrap();
    assert!(output.status.success());
    let replies = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = replies.lines().collect();
    assert_eq!(
        lines,
        [r#"{"Done":[[[49,10]],null]}"#, r#"{"Errno":2}"#, r#"{"Errno":2}"#]
    );
}
