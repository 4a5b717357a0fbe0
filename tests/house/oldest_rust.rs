// SPDX-License-Identifier: MIT OR Apache-2.0
//! The project builds with the Rust of `rust-version`.
//!
//! clippy reports functions of the standard library that are newer, but not new syntax:
//! `let` after `&&` in a condition needs Rust 1.88.

use std::{fs, path::PathBuf, process::Command};

/// The numbers of a version, for comparison.
fn version(text: &str) -> Vec<u32> {
    text.split('.').map(|number| number.parse().unwrap()).collect()
}

#[test]
fn no_dependency_needs_a_newer_rust() {
    let manifest: toml::Table =
        fs::read_to_string("Cargo.toml").unwrap().parse().unwrap();
    let ours = version(manifest["package"]["rust-version"].as_str().unwrap());
    let arguments =
        ["metadata", "--format-version", "1", "--locked", "--filter-platform"];
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .arg("x86_64-unknown-linux-gnu")
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 30);
    for package in packages {
        let Some(needed) = package["rust_version"].as_str() else { continue };
        assert!(version(needed) <= [&ours[..], &[0]].concat(), "{}", package["name"]);
    }
}

/// The first condition of the source that joins a `let` to something else with `&&`.
fn chain(source: &str) -> Option<&str> {
    let mut rest = source;
    while let Some((_, after)) = ["if ", "while "]
        .iter()
        .filter_map(|word| Some((rest.find(word)?, *word)))
        .min()
        .map(|(at, word)| (at, &rest[at + word.len()..]))
    {
        let mut depth = 0;
        let mut chained = false;
        let mut end = after.len();
        for (at, c) in after.char_indices() {
            match c {
                // A block begins at the end of a line, as rustfmt writes it.
                '{' if depth == 0 && after[at + 1..].starts_with('\n') => {
                    end = at;
                    break;
                }
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth -= 1,
                '&' if depth == 0 => chained |= after[at..].starts_with("&& "),
                _ => {}
            }
            if depth < 0 || c == ';' {
                end = at;
                break;
            }
        }
        let condition = &after[..end];
        let lets = condition.starts_with("let ") || condition.contains("&& let ");
        if chained && lets {
            return Some(condition);
        }
        rest = after;
    }
    None
}

#[test]
fn no_condition_needs_a_newer_rust() {
    assert!(chain("if let Some(a) = b\n    && c\n{\n").is_some());
    assert!(chain("if a && let Some(b) = c {\n").is_some());
    assert!(chain("while let Some(a) = b && c(|x| x) {\n").is_some());
    assert!(chain("if let A { b: true, .. } = (c && d) {\n    if a && b {\n").is_none());
    assert!(chain("x.then(|| if let Some(a) = b { c } else { d }) && e;\n").is_none());
    let mut folders = vec![PathBuf::from("src"), PathBuf::from("tests/house")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("oldest_rust.rs") {
                let source = fs::read_to_string(&path).unwrap();
                let found = chain(&source);
                assert_eq!(found, None, "{}: needs Rust 1.88", path.display());
                files += 1;
            }
        }
    }
    assert!(files > 50);
}
