// SPDX-License-Identifier: MIT OR Apache-2.0
//! The licences of all dependencies against the list in deny.toml, the content of the
//! published package, and what the udev helper must not link.

use std::{fs, process::Command};

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Whether an SPDX expression can be met with allowed licences: all parts of one of its
/// alternatives are allowed.
fn can_be_met(expression: &str, allowed: &[String]) -> bool {
    let plain = expression.replace(['(', ')'], " ").replace('/', " OR ");
    let met = |part: &str| {
        let licence = part.split(" WITH ").next().unwrap_or_default().trim();
        allowed.iter().any(|known| known == licence)
    };
    let or = |text: &str| text.split(" OR ").any(|one| one.split(" AND ").all(met));
    // `(A OR B) AND C`: each part must be met.
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

/// Each package is an archive from crates.io, with its checksum.
#[test]
fn every_dependency_has_one_source() {
    let lock: toml::Table = fs::read_to_string("Cargo.lock").unwrap().parse().unwrap();
    let mut outside = 0;
    for package in lock["package"].as_array().unwrap() {
        if package["name"].as_str() == Some("swdevctl") {
            continue;
        }
        outside += 1;
        let source = package["source"].as_str().unwrap();
        assert!(source.starts_with("registry+") && source.ends_with("/crates.io-index"));
        assert_eq!(package["checksum"].as_str().unwrap().len(), 64, "{package:?}");
    }
    assert!(outside > 30);
}

/// The package holds neither the lab, whose kernel modules are under GPL-2.0, nor fixtures.
#[test]
fn what_is_published_is_what_a_build_needs() {
    let list = cargo(&["package", "--list", "--allow-dirty", "--offline"]);
    let files: Vec<&str> = list.lines().collect();
    for needed in
        ["src/main.rs", "naming-policy/systemd.toml", "man/swdevctl.8", "Makefile"]
    {
        assert!(files.contains(&needed), "{needed} is missing");
    }
    for file in files {
        let folder = file.split('/').next().unwrap();
        assert!(!["tests", "target", ".ci"].contains(&folder), "{file}");
        assert!(!file.ends_with(".c") && !file.ends_with(".ko"), "{file}");
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
