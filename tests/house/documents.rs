// SPDX-License-Identifier: MIT OR Apache-2.0
//! Paths and make targets in the documents exist.

use std::{fs, path::Path};

const DOCUMENTS: [&str; 12] = [
    "README.md",
    "RELEASE.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "docs/adding-a-driver.md",
    "docs/ansible.md",
    "docs/architecture.md",
    "docs/kubernetes.md",
    "docs/libraries.md",
    "docs/openstack.md",
    "docs/packages.md",
    "tests/lab/README.md",
];

/// Paths between backquotes, and the targets of links.
fn paths(text: &str) -> Vec<&str> {
    let quoted = text.split('`').skip(1).step_by(2);
    let linked = text.split("](").skip(1).filter_map(|link| link.split(')').next());
    let is_path = |word: &&str| {
        let top =
            ["src/", "tests/", "docs/", "naming-policy/", "udev-rules/", "systemd/"];
        let plain = !word.contains([' ', '*', '$']) && !word.contains("NAME");
        plain && (top.iter().any(|top| word.starts_with(top)) || word.ends_with(".md"))
    };
    quoted.chain(linked).filter(is_path).collect()
}

#[test]
fn every_path_in_a_document_exists() {
    let mut seen = 0;
    for document in DOCUMENTS {
        let text = fs::read_to_string(document).unwrap();
        for path in paths(&text) {
            seen += 1;
            let beside = Path::new(document).parent().unwrap().join(path);
            let there = Path::new(path).exists() || beside.exists();
            let made = path.contains("KERNEL");
            assert!(there || made, "{document} names {path}, which does not exist");
        }
    }
    assert!(seen > 40, "only {seen} paths were found");
}

#[test]
fn every_make_target_in_a_document_exists() {
    let makefile = fs::read_to_string("Makefile").unwrap();
    let mut seen = 0;
    for document in DOCUMENTS {
        let text = fs::read_to_string(document).unwrap();
        let quoted = text.split("`make ").skip(1);
        for command in quoted.chain(text.split("\nmake ").skip(1)) {
            let end = command.find(|c: char| !c.is_ascii_lowercase() && c != '-');
            let target = &command[..end.unwrap_or(command.len())];
            // A variable may come first.
            if !target.is_empty() {
                seen += 1;
                assert!(makefile.contains(&format!("\n{target}:")), "make {target}");
            }
        }
    }
    assert!(seen > 8, "only {seen} commands were found");
}
