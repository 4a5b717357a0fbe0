// SPDX-License-Identifier: MIT OR Apache-2.0
//! No module imports a module from further down in the table of `src/lib.rs`.

use std::{fs, path::Path};

/// Each module and what it may import of this crate.
const ALLOWED: [(&str, &[&str]); 13] = [
    ("model", &[]),
    ("error", &["model"]),
    ("wire", &["model"]),
    ("driver", &["model"]),
    ("topology", &["model", "driver"]),
    ("naming", &["model", "driver"]),
    ("desired", &["model"]),
    ("plan", &["model", "driver", "naming", "desired"]),
    ("render", &["model", "topology", "naming", "plan", "desired", "error"]),
    ("sys", &["model", "wire", "error"]),
    ("survey", &["model", "driver", "topology", "naming", "desired", "sys", "error"]),
    (
        "transaction",
        &[
            "model", "wire", "driver", "topology", "naming", "plan", "desired", "sys",
            "error", "survey",
        ],
    ),
    (
        "commands",
        &[
            "model",
            "wire",
            "driver",
            "topology",
            "naming",
            "plan",
            "desired",
            "render",
            "sys",
            "error",
            "survey",
            "transaction",
        ],
    ),
];

pub(super) fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            let name = path.strip_prefix("src").unwrap().display().to_string();
            found.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn modules_import_only_modules_above_them() {
    let mut files = Vec::new();
    sources(Path::new("src"), &mut files);
    let mut seen = 0;
    for (file, text) in &files {
        let module = file.split(['/', '.']).next().unwrap();
        let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == module) else {
            continue;
        };
        for used in uses(text) {
            seen += 1;
            let fine = used == module || allowed.contains(&used.as_str());
            assert!(fine, "src/{file} imports {used}");
        }
    }
    assert!(seen > 40, "only {seen} imports were found");
}

/// Only these files implement the traits that change a machine: for the live machine, and
/// for the simulated machine of the tests.
#[test]
fn only_the_live_machine_can_be_changed() {
    const ALLOWED: [(&str, &[&str]); 3] = [
        ("Writable", &["sys/live.rs", "transaction/tests/simulated/changes.rs"]),
        ("Storage", &["sys/storage.rs", "transaction/tests/simulated/storage.rs"]),
        ("Effects", &["sys/effects.rs", "transaction/tests/simulated/effects.rs"]),
    ];
    let mut files = Vec::new();
    sources(Path::new("src"), &mut files);
    for (name, allowed) in ALLOWED {
        let mark = format!(" {name} for ");
        let lines = |text: &str| {
            text.lines().any(|line| line.starts_with("impl") && line.contains(&mark))
        };
        let mut found: Vec<&str> = files
            .iter()
            .filter(|(_, text)| lines(text))
            .map(|(file, _)| file.as_str())
            .collect();
        found.sort_unstable();
        assert_eq!(found, allowed, "{name} is implemented elsewhere");
    }
    // A change runs on any implementation of the traits, so that tests can run it.
    let live = |(file, text): &&(String, String)| {
        file.starts_with("transaction/")
            && !file.contains("tests")
            && text.contains("Live")
    };
    let live: Vec<&str> =
        files.iter().filter(live).map(|(file, _)| file.as_str()).collect();
    assert_eq!(live, [""; 0], "these files name the live machine");
}

/// The first component of each path that begins with `crate::`, groups
/// included.
fn uses(text: &str) -> Vec<String> {
    let mut used = Vec::new();
    for at in text.split("crate::").skip(1) {
        let word = |text: &str| -> String {
            text.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
        };
        let Some(group) = at.strip_prefix('{') else {
            used.push(word(at));
            continue;
        };
        let mut depth = 0;
        let mut start = true;
        for (index, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => start = true,
                c if start && c.is_alphabetic() => {
                    used.push(word(&group[index..]));
                    start = false;
                }
                _ => {}
            }
        }
    }
    used
}

#[test]
fn each_source_file_names_its_licence() {
    let mut files = Vec::new();
    sources(Path::new("src"), &mut files);
    for (file, text) in files {
        // A script's mark for its shell comes first.
        let named = text.lines().take(2).any(|line| {
            line.trim_start_matches(['/', '#', ' '])
                .starts_with("SPDX-License-Identifier: ")
        });
        assert!(named, "src/{file}");
    }
}
