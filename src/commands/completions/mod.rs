// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl completions`, and what its scripts ask: `swdevctl __complete WORD...`.

mod line;
mod values;

use std::{
    env,
    ffi::OsString,
    io::{self, Write as _},
    path::Path,
};

use clap::ValueEnum;

use super::{Cli, Context, capture};
use crate::{error::Failure, sys::Live};
use line::{Line, Place};

/// The first argument that asks for completions. The words of the command line follow, up to
/// the one that is being typed.
pub const ARGUMENT: &str = "__complete";

/// What is printed in place of candidates where the shell completes names of files.
const FILES: &str = "\tfiles";

/// Arguments of `completions`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The shell.
    shell: Shell,
}

/// A shell that has a script.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Shell {
    Bash,
    Fish,
    Zsh,
}

impl Args {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        context.output.text(match self.shell {
            Shell::Bash => include_str!("swdevctl.bash"),
            Shell::Fish => include_str!("swdevctl.fish"),
            Shell::Zsh => include_str!("swdevctl.zsh"),
        })
    }
}

/// What a word can become, and what that is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    word: String,
    about: String,
}

impl Candidate {
    fn new(word: impl Into<String>, about: impl Into<String>) -> Self {
        Self { word: word.into(), about: about.into() }
    }

    /// Whether a shell can have it on one line. Names of devices and files may contain
    /// anything.
    fn is_plain(&self) -> bool {
        let text = [&self.word, &self.about];
        !self.word.is_empty() && !text.iter().any(|text| text.contains(char::is_control))
    }
}

/// Prints the candidates for the last word, a line each: the word, a tab, what it is. Says
/// nothing of errors, which would appear in the midst of what the user is typing.
pub fn complete() {
    let words = env::args_os().skip(2).map(OsString::into_string);
    let Ok(words) = words.collect::<Result<Vec<String>, _>>() else { return };
    let mut definition = Cli::definition();
    definition.build();
    let line = Line::read(&definition, &words);
    let mut text = String::new();
    let mut candidates = candidates(&line);
    candidates.retain(|candidate| candidate.word.starts_with(line.prefix));
    if let Place::Value(argument) = line.place {
        if values::are_files(argument, line.prefix) {
            text = format!("{FILES}\n");
            candidates.clear();
        }
    }
    for Candidate { word, about } in candidates.iter().filter(|word| word.is_plain()) {
        text += &format!("{}{word}\t{about}\n", line.kept);
    }
    // The shell that asked may have gone.
    let _ = io::stdout().write_all(text.as_bytes());
}

fn candidates(line: &Line) -> Vec<Candidate> {
    let Place::Value(argument) = line.place else { return line.names() };
    // No request to the kernel is made, only sysfs is read, so that a shell never waits for
    // another program's mode change.
    let live = Live::new();
    let Some(file) = line.replay else { return values::of(argument, &live, line.prefix) };
    match capture::replay(Path::new(file)) {
        Ok(replay) => values::of(argument, &replay, line.prefix),
        Err(_) => Vec::new(),
    }
}
