// SPDX-License-Identifier: MIT OR Apache-2.0
//! Command lines in the manual and in documents are valid, and print what the pages say.

use std::{env, fs, os::unix::fs::symlink, process::Command};

use regex_lite::Regex;
use swdevctl::{commands::Cli, desired::Config, model::ConfigFile, naming::Policy};

use super::manual::{pages, plain, read, section};

/// Command lines of swdevctl: after a prompt; in a block of a document also without one or
/// after `sudo`, and in its text between backquotes.
fn examples(file: &str) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap();
    let is_document = file.ends_with(".md");
    let prompts = if is_document { "^(?:[$#] |sudo |swdevctl )" } else { "^[$#] " };
    let prompted = Regex::new(prompts).unwrap();
    let command = Regex::new("swdevctl ([^|>)\"&;\\\\`#]*)").unwrap();
    let quoted = Regex::new("`swdevctl ([^`]*)`").unwrap();
    let blocks: Vec<&str> = match is_document {
        true => text.split("```").skip(1).step_by(2).collect(),
        false => vec![&text],
    };
    let lines = blocks.into_iter().flat_map(str::lines).map(plain);
    let lines: Vec<_> = lines.filter(|line| prompted.is_match(line)).collect();
    let found = lines.iter().flat_map(|line| command.captures_iter(line));
    let found = found.chain(quoted.captures_iter(&text));
    found.map(|found| found[1].trim().to_owned()).collect()
}

#[test]
fn the_command_lines_of_examples_are_valid() {
    let mut count = 0;
    let documents =
        ["README.md", "docs/coexistence.md", "docs/kubernetes.md", "docs/openstack.md"];
    let pages = pages().into_iter().map(|page| format!("man/{page}"));
    for page in pages.chain(documents.map(str::to_owned)) {
        for line in examples(&page) {
            let arguments = line.split_whitespace();
            let parsed = Cli::definition()
                .try_get_matches_from(std::iter::once("swdevctl").chain(arguments));
            assert!(parsed.is_ok(), "{page}: {line}: {}", parsed.unwrap_err());
            count += 1;
        }
    }
    assert!(count > 40, "{count}");
}

/// The commands in a page's examples, and what the page says that they print.
fn dialogue(page: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut continued = false;
    let examples = section(page, "EXAMPLES");
    let blocks =
        examples.split(".nf\n").skip(1).filter_map(|block| block.split(".fi").next());
    for line in blocks.flat_map(str::lines) {
        let line = line.replace("\\-", "-").replace("\\e", "\\").replace("\\&", "");
        match (line.strip_prefix("$ ").or(line.strip_prefix("# ")), found.last_mut()) {
            (Some(command), _) => found.push((command.to_owned(), String::new())),
            (None, Some((command, _))) if continued => *command += &format!("\n{line}"),
            (None, Some((_, output))) => *output += &format!("{line}\n"),
            (None, None) => panic!("{line}"),
        }
        continued = line.ends_with('\\');
    }
    found
}

/// The file in a page's examples that begins with its own path.
fn shown_file(page: &str) -> ConfigFile {
    let page = read(page);
    let (_, shown) = section(&page, "EXAMPLES").split_once(".nf\n# /etc/").unwrap();
    let (path, text) = shown.split(".fi").next().unwrap().split_once('\n').unwrap();
    ConfigFile { path: format!("/etc/{path}"), text: text.replace("\\-", "-") }
}

#[test]
fn the_files_in_examples_are_valid() {
    let declared = Config::read(&[shown_file("swdevctl.toml.5")]);
    assert!(declared.is_ok(), "{declared:?}");
    let policy = Policy::shipped("systemd", &[shown_file("swdevctl-naming.5")]);
    assert!(policy.is_ok(), "{policy:?}");
}

/// Runs what reads, and makes a machine of a capture answer.
#[test]
fn examples_print_what_the_pages_say() {
    const ON_THE_CAPTURE: &str = r#"swdevctl() { case " $* " in
*" --replay "* | " completions "*) command swdevctl "$@" ;;
*) command swdevctl "$@" --replay machine.json ;;
esac; }
"#;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir(path("bin")).unwrap();
    symlink(env!("CARGO_BIN_EXE_swdevctl"), path("bin/swdevctl")).unwrap();
    let capture = |name: &str| format!("tests/fixtures/capture/6.12/{name}.capture.json");
    fs::copy(capture("mlx5"), path("nic.json")).unwrap();
    let netplan =
        "network:\n  ethernets:\n    enp1s0np0:\n      virtual-function-count: 2\n";
    fs::write(path("50-sriov.yaml"), netplan).unwrap();
    let search = format!("{}:{}", path("bin").display(), env::var("PATH").unwrap());
    // Not: what writes outside of the folder, has no end, or needs what may not be installed.
    let has_jq = Command::new("jq").arg("--version").output().is_ok();
    let runs = |command: &String| {
        let mine = command.starts_with("swdevctl ") || command.starts_with("mkdir -p ~/");
        let outside = command.contains(">/") || command.contains("--output /");
        let needs = command.contains("| dot") || (command.contains("| jq") && !has_jq);
        mine && !outside && !needs && !command.starts_with("swdevctl watch")
    };
    let (mut ran, mut changing) = (0, 0);
    for page in pages().into_iter().filter(|page| page.ends_with(".8")) {
        let machine = if page == "swdevctl-sf.8" { "sfs" } else { "mlx5" };
        fs::copy(capture(machine), path("machine.json")).unwrap();
        for (command, wanted) in
            dialogue(&read(&page)).into_iter().filter(|(command, _)| runs(command))
        {
            let output = Command::new("bash")
                .args(["-c", &format!("{ON_THE_CAPTURE}{command}")])
                .current_dir(folder.path())
                .env("PATH", &search)
                .env("HOME", folder.path())
                .env("LC_ALL", "C")
                .output()
                .unwrap();
            let error = String::from_utf8_lossy(&output.stderr);
            if error.contains("--replay cannot be used") {
                changing += 1;
                continue;
            }
            assert!(output.status.success(), "{page}: {command}: {error}");
            let printed = String::from_utf8_lossy(&output.stdout);
            assert!(
                wanted.is_empty() || printed == wanted,
                "{page}: {command}:\n{printed}"
            );
            ran += 1;
        }
    }
    assert!(ran > 25 && changing > 8, "{ran} {changing}");
}
