// SPDX-License-Identifier: MIT OR Apache-2.0
//! The licences of all dependencies, against the list in deny.toml, and what
//! the udev helper may not link.

use std::{fs, process::Command};

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Whether an SPDX expression can be met with allowed licences alone: some
/// alternative all of whose parts are allowed.
fn can_be_met(expression: &str, allowed: &[String]) -> bool {
    let plain = expression.replace(['(', ')'], " ").replace('/', " OR ");
    let met = |part: &str| {
        let licence = part.split(" WITH ").next().unwrap_or_default().trim();
        allowed.iter().any(|known| known == licence)
    };
    let or = |text: &str| text.split(" OR ").any(|one| one.split(" AND ").all(met));
    // `(A OR B) AND C`: each bracket for itself.
    match expression.contains(") AND ") {
        true => expression.split(" AND ").all(|part| or(&part.replace(['(', ')'], " "))),
        false => or(&plain),
    }
}

#[test]
fn every_dependency_has_an_allowed_licence() {
    let deny: toml::Table = fs::read_to_string("deny.toml").unwrap().parse().unwrap();
    let allowed = deny["licenses"]["allow"].as_array().unwrap();
    let allowed: Vec<String> =
        allowed.iter().map(|name| name.as_str().unwrap().to_owned()).collect();
    let text = cargo(&["metadata", "--format-version", "1", "--locked"]);
    let metadata: serde_json::Value = serde_json::from_str(&text).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 30);
    for package in packages {
        let licence = package["license"].as_str().unwrap_or("none");
        assert!(can_be_met(licence, &allowed), "{}: {licence}", package["name"]);
    }
}

#[test]
fn the_udev_helper_links_neither_a_runtime_nor_a_parser_nor_libudev() {
    let tree = cargo(&[
        "tree",
        "--locked",
        "--no-default-features",
        "-e",
        "normal",
        "--prefix",
        "none",
    ]);
    assert!(tree.contains("netlink-sys"), "{tree}");
    for unwanted in ["tokio", "clap", "udev ", "rtnetlink", "netlink-packet-route"] {
        assert!(!tree.lines().any(|line| line.starts_with(unwanted)), "{unwanted}");
    }
}
