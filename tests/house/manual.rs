// SPDX-License-Identifier: MIT OR Apache-2.0
//! Every verb, option, finding and exit code is in the manual.

use std::fs;

use swdevctl::{commands::Cli, error::Kind};

fn manual() -> String {
    fs::read_to_string("man/swdevctl.8").unwrap()
}

/// All options of a command and those below it, with the command's name.
fn options(command: &clap::Command, path: &str, found: &mut Vec<(String, String)>) {
    for argument in command.get_arguments() {
        if let Some(long) = argument.get_long() {
            found.push((path.to_owned(), long.to_owned()));
        }
    }
    for below in command.get_subcommands() {
        options(below, &format!("{path} {}", below.get_name()), found);
    }
}

#[test]
fn every_option_is_in_the_manual() {
    let mut command = Cli::definition();
    command.build();
    let mut found = Vec::new();
    options(&command, "swdevctl", &mut found);
    assert!(found.len() > 10);
    for (path, long) in found {
        let written = format!("\\-\\-{}", long.replace('-', "\\-"));
        assert!(manual().contains(&written), "{path} --{long}");
    }
}

#[test]
fn every_verb_is_in_the_manual() {
    let manual = manual();
    let synopsis = manual.split(".SH SYNOPSIS").nth(1).unwrap();
    let synopsis = synopsis.split(".SH").next().unwrap();
    let command = Cli::definition();
    for verb in command.get_subcommands() {
        let below: Vec<_> = verb.get_subcommands().map(clap::Command::get_name).collect();
        let names = match below.as_slice() {
            [] => vec![verb.get_name().to_owned()],
            below => {
                below.iter().map(|name| format!("{} {name}", verb.get_name())).collect()
            }
        };
        for name in names {
            assert!(manual.contains(&format!(".SS {name}")), "{name}");
            let line = format!("\n\\fBswdevctl {name}");
            assert!(synopsis.contains(&line), "{name} is not in the synopsis");
        }
    }
}

#[test]
fn every_finding_is_in_the_manual() {
    let manual = manual();
    let findings = manual.split(".SH FINDINGS").nth(1).unwrap();
    let findings = findings.split(".SH").next().unwrap();
    for code in swdevctl::plan::CODES {
        assert!(findings.contains(&code.replace('-', "\\-")), "{code}");
    }
}

#[test]
fn every_exit_code_is_in_the_manual() {
    let status = manual();
    let status =
        status.split(".SH EXIT STATUS").nth(1).unwrap().split(".SH").next().unwrap();
    let kinds = [
        Kind::Failed,
        Kind::Usage,
        Kind::Refused,
        Kind::NotUndone,
        Kind::NotFound,
        Kind::Incomplete,
        Kind::NotPermitted,
    ];
    for code in kinds.map(Kind::exit_code).into_iter().chain([0]) {
        assert!(status.contains(&format!(".TP\n.B {code}\n")), "{code}");
    }
    for kind in kinds {
        assert!(manual().contains(kind.code()), "{}", kind.code());
    }
}
