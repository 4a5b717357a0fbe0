// SPDX-License-Identifier: MIT OR Apache-2.0
//! What `-v` and `-vv` log.

use std::process::Command;

fn log(option: &str, verb: &[&str]) -> String {
    let capture = "tests/fixtures/capture/6.12/bnxt-6.3-pair.capture.json";
    let output = Command::new(env!("CARGO_BIN_EXE_swdevctl"))
        .args([option, "--json", "--replay", capture])
        .args(verb)
        .output()
        .unwrap();
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_decision_is_a_line_with_its_inputs_an_arrow_and_the_result() {
    let plan = log("-v", &["mode", "set", "legacy", "--all", "--dry-run"]);
    let names = log("-v", &["name", "check"]);
    for line in [
        "debug: device: pci/0000:00:10.0, driver bnxt_en -> mode switchdev",
        "debug: mode: pci/0000:00:10.7 -> switchdev",
        "debug: base name: pci/0000:00:10.0, 1 netdevs -> enp0s16f0",
        "debug: netdev: enp0s16f7r0, pf7vf0 -> pci/0000:00:10.7",
        "debug: plan: pci/0000:00:10.0, mode switchdev to legacy, VFs 3 to 3 -> ",
    ] {
        assert!(plan.lines().any(|of| of.starts_with(line)), "{line}\n{plan}");
    }
    let mut names_of_vf = names
        .lines()
        .filter(|line| line.starts_with("debug: name: pci/0000:00:10.7 vf vf 2"));
    let name = names_of_vf.next().unwrap();
    assert!(name.contains(" by policy systemd-1, template "), "{name}");
    assert!(name.ends_with(" -> enp0s16f7v2"), "{name}");
    for line in plan.lines().chain(names.lines()).filter(|of| of.starts_with("debug:")) {
        assert!(line.contains(" -> "), "{line}");
    }
    assert!(!plan.contains("trace:"), "{plan}");
}

#[test]
fn a_netlink_request_is_a_line_with_its_object_and_the_answer() {
    let all = log("-vv", &["mode", "set", "legacy", "--all", "--dry-run"]);
    for line in [
        "trace: netlink: RTM_GETLINK (dump) -> 0, ",
        "trace: netlink: DEVLINK_CMD_ESWITCH_GET pci/0000:00:10.0 -> 0, 1 messages",
        "trace: netlink: RTM_GETADDR (dump) -> ENODEV",
    ] {
        assert!(all.lines().any(|of| of.starts_with(line)), "{line}\n{all}");
    }
}
