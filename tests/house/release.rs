// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a release consists of: one version in all files that name it, a changelog that a
//! stranger can read, and an archive with everything that an installation needs.

use std::{collections::BTreeSet, env, fs, process::Command};

#[test]
fn packages_and_pages_have_the_version_of_the_program() {
    let version = env!("CARGO_PKG_VERSION");
    let changelog = fs::read_to_string("packaging/debian/changelog").unwrap();
    assert!(changelog.starts_with(&format!("swdevctl ({version}-")), "{changelog}");
    let spec = fs::read_to_string("packaging/rpm/swdevctl.spec").unwrap();
    let of_spec = spec.lines().find_map(|line| line.strip_prefix("Version:"));
    assert_eq!(of_spec.map(str::trim), Some(version));
    let newest = spec.split("%changelog\n").nth(1).and_then(|text| text.lines().next());
    assert!(newest.unwrap().ends_with(&format!(" - {version}-1")), "{newest:?}");
    let mut pages = 0;
    for entry in fs::read_dir("man").unwrap() {
        let path = entry.unwrap().path();
        let page = fs::read_to_string(&path).unwrap();
        let title = page.lines().find(|line| line.starts_with(".TH ")).unwrap();
        assert!(title.contains(&format!("\"swdevctl {version}\"")), "{path:?}: {title}");
        pages += 1;
    }
    assert!(pages > 3, "{pages}");
}

#[test]
fn the_changelog_has_sections_and_a_sentence_a_line() {
    const SECTIONS: [&str; 6] =
        ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"];
    let text = fs::read_to_string("CHANGELOG.md").unwrap();
    let newest = text.lines().find_map(|line| line.strip_prefix("## ")).unwrap();
    assert!(newest.starts_with(env!("CARGO_PKG_VERSION")), "{newest}");
    let mut entries = BTreeSet::new();
    let mut section = None;
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("### ") {
            assert!(SECTIONS.contains(&name), "{name}");
            section = Some(name);
        } else if let Some(entry) = line.strip_prefix("- ") {
            assert!(section.is_some() && entry.ends_with('.'), "{line}");
            assert!(!entry.contains(". "), "two sentences: {line}");
            assert!(entries.insert(entry), "twice: {line}");
        } else {
            assert!(!line.starts_with(' '), "an entry of two lines: {line}");
        }
    }
    assert!(entries.len() > 30, "{}", entries.len());
}

#[test]
fn the_archive_holds_what_an_installation_needs() {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
    let output =
        cargo.args(["package", "--list", "--allow-dirty", "--offline"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let list = String::from_utf8(output.stdout).unwrap();
    let list: BTreeSet<_> = list.lines().collect();
    for folder in ["man", "naming-policy", "udev-rules", "systemd"] {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path().display().to_string();
            assert!(list.iter().any(|file| file.starts_with(&path)), "{path}");
        }
    }
    for file in [
        "Cargo.lock",
        "Makefile",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "README.md",
        "CHANGELOG.md",
        "SECURITY.md",
        "docs/swdevctl-toml-v1.schema.json",
        "docs/watch.jq",
        "src/commands/completions/swdevctl.zsh",
        "contrib/systemd/swdevctl-textfile.service",
    ] {
        assert!(list.contains(file), "{file}");
    }
    for folder in ["tests/", "fuzz/", "packaging/", "target/", "vendor/", "."] {
        let cargos = ".cargo_vcs_info.json";
        let foreign =
            list.iter().find(|file| file.starts_with(folder) && **file != cargos);
        assert_eq!(foreign, None);
    }
}

/// Compares a page of `make bench` with the one in the repository.
fn compared(page: &str) -> (bool, String) {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), page).unwrap();
    let mut command = Command::new("tests/lab/bench-compare");
    let output = command.arg("docs/benchmarks.md").arg(file.path()).output().unwrap();
    (output.status.success(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_benchmark_that_is_worse_is_found() {
    let page = fs::read_to_string("docs/benchmarks.md").unwrap();
    let (is_fine, output) = compared(&page);
    assert!(is_fine && output.ends_with(" 0 worse\n"), "{output}");
    // The last figure of the page: one program's wait for RTNL.
    let (before, line) = page.trim_end().rsplit_once('\n').unwrap();
    let wait = line.rsplit('|').nth(2).unwrap();
    let line = line.replacen(wait, " 9999 ", 1);
    let (is_fine, output) = compared(&format!("{before}\n{line}"));
    assert!(!is_fine && output.contains("9999 is "), "{output}");
    assert!(!compared("<!-- results -->\n").0);
}
