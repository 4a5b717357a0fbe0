// SPDX-License-Identifier: MIT OR Apache-2.0
//! A command asks the kernel each question once.

use std::{collections::BTreeMap, process::Command};

/// Captures of machines with devices of several vendors, and with two devices of one card.
const CAPTURES: [&str; 2] = ["faces", "bnxt-6.3-pair"];

/// The questions that a command asks, as `-vv` logs them, each with its count.
fn questions(capture: &str, verb: &[&str]) -> BTreeMap<String, usize> {
    let file = format!("tests/fixtures/capture/6.12/{capture}.capture.json");
    let output = Command::new(env!("CARGO_BIN_EXE_swdevctl"))
        .args(["-vv", "--json", "--replay", &file])
        .args(verb)
        .output()
        .unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    let mut counts = BTreeMap::new();
    for line in log.lines().filter_map(|line| line.strip_prefix("trace: netlink: ")) {
        let (question, _) = line.rsplit_once(" -> ").unwrap();
        *counts.entry(question.to_owned()).or_default() += 1;
    }
    assert!(!counts.is_empty(), "{verb:?} of {capture}: {log}");
    counts
}

#[test]
fn a_command_asks_each_question_once() {
    for capture in CAPTURES {
        for verb in [
            &["doctor"][..],
            &["mode", "set", "switchdev", "--all", "--dry-run"],
            &["inventory"],
            &["config", "show"],
        ] {
            let counts = questions(capture, verb);
            let all: usize = counts.values().sum();
            println!(
                "{capture}: {verb:?} asks {all} questions, {} distinct",
                counts.len()
            );
            let repeated: Vec<_> =
                counts.iter().filter(|(_, count)| **count > 1).collect();
            assert_eq!(repeated, [], "{verb:?} of {capture}");
            let modes = counts.keys().filter(|of| of.contains("CMD_ESWITCH_GET")).count();
            assert!(modes > 1, "{verb:?} of {capture}");
        }
    }
}
