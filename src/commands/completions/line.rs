// SPDX-License-Identifier: MIT OR Apache-2.0
//! A command line that is being typed: which word can come next, by clap's definition.

use clap::{Arg, ArgAction, Command};

use super::Candidate;

/// What the last word is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place<'a> {
    /// A verb below the command.
    Verb,
    /// The name of an option.
    Option,
    /// A value of this argument.
    Value(&'a Arg),
    /// Nothing can stand here.
    Nothing,
}

/// A command line up to the word that is being typed.
#[derive(Debug)]
pub(super) struct Line<'a> {
    command: &'a Command,
    /// Options that are there already.
    given: Vec<&'a Arg>,
    /// The option whose value comes next.
    awaited: Option<&'a Arg>,
    /// How many positional arguments are there.
    positionals: usize,
    /// Whether no more options can come, after `--`.
    options_ended: bool,
    /// The file of `--replay`.
    pub replay: Option<&'a str>,
    pub place: Place<'a>,
    /// The part of the last word before what is being completed: `--force=`, and the values
    /// before a comma.
    pub kept: &'a str,
    /// The part of the last word that is being completed.
    pub prefix: &'a str,
}

impl<'a> Line<'a> {
    /// Reads the words after the program's name; the last one is being typed.
    pub fn read(definition: &'a Command, words: &'a [String]) -> Self {
        let (last, before) = match words.split_last() {
            Some((last, before)) => (last.as_str(), before),
            None => ("", words),
        };
        let mut line = Self {
            command: definition,
            given: Vec::new(),
            awaited: None,
            positionals: 0,
            options_ended: false,
            replay: None,
            place: Place::Nothing,
            kept: "",
            prefix: last,
        };
        before.iter().for_each(|word| line.pass(word));
        line.end(last);
        line
    }

    /// Goes past a word that is complete.
    fn pass(&mut self, word: &'a str) {
        if let Some(option) = self.awaited.take() {
            self.value(option, word);
        } else if word == "--" {
            self.options_ended = true;
        } else if self.is_option(word) && word.len() > 1 {
            self.awaited = self.option(word);
        } else if let Some(verb) = self.command.find_subcommand(word) {
            self.command = verb;
        } else {
            self.positionals += 1;
        }
    }

    /// Finds what the last word is, and divides it.
    fn end(&mut self, last: &'a str) {
        let equals = last.find('=').filter(|_| last.starts_with("--"));
        self.place = match (self.awaited, equals) {
            (Some(option), _) => Place::Value(option),
            (None, Some(equals)) if !self.options_ended => {
                (self.kept, self.prefix) = last.split_at(equals + 1);
                self.find(&last[..equals]).map_or(Place::Nothing, Place::Value)
            }
            _ if self.is_option(last) => Place::Option,
            _ => self.positional(),
        };
        if let (Place::Value(argument), Some(comma)) = (self.place, last.rfind(',')) {
            if argument.get_value_delimiter() == Some(',') {
                (self.kept, self.prefix) = last.split_at(comma + 1);
            }
        }
    }

    fn is_option(&self, word: &str) -> bool {
        word.starts_with('-') && !self.options_ended
    }

    /// The option of that name, `--vfs` or `-v`.
    fn find(&self, name: &str) -> Option<&'a Arg> {
        let mut options = self.command.get_arguments();
        options.find(|option| match name.strip_prefix("--") {
            Some(long) => option.get_long() == Some(long),
            None => option.get_short().is_some_and(|short| name == format!("-{short}")),
        })
    }

    /// Notes an option; returns it if the next word is its value.
    fn option(&mut self, word: &'a str) -> Option<&'a Arg> {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (word, None),
        };
        let option = self.find(name)?;
        self.given.push(option);
        match value {
            Some(value) => self.value(option, value),
            None if option.get_action().takes_values() => return Some(option),
            None => {}
        }
        None
    }

    fn value(&mut self, option: &Arg, value: &'a str) {
        if option.get_id() == "replay" {
            self.replay = Some(value);
        }
    }

    /// What stands after the positional arguments that are there.
    fn positional(&self) -> Place<'a> {
        if self.command.has_subcommands() {
            return Place::Verb;
        }
        let arguments: Vec<_> = self.command.get_positionals().collect();
        let last = arguments.last().filter(|last| takes_several(last));
        match arguments.get(self.positionals).or(last) {
            Some(argument) => Place::Value(argument),
            None => Place::Option,
        }
    }

    /// Candidates for the name of a verb or option.
    pub fn names(&self) -> Vec<Candidate> {
        match self.place {
            Place::Verb => {
                let verbs =
                    self.command.get_subcommands().filter(|verb| !verb.is_hide_set());
                verbs
                    .map(|verb| {
                        Candidate::new(verb.get_name(), first_line(verb.get_about()))
                    })
                    .collect()
            }
            Place::Option => {
                let options =
                    self.command.get_arguments().filter(|option| self.can_come(option));
                options
                    .filter_map(|option| {
                        let name = format!("--{}", option.get_long()?);
                        Some(Candidate::new(name, first_line(option.get_help())))
                    })
                    .collect()
            }
            Place::Value(_) | Place::Nothing => Vec::new(),
        }
    }

    /// Whether an option can be given here: it is not there yet, or may be there twice.
    fn can_come(&self, option: &Arg) -> bool {
        let again = matches!(option.get_action(), ArgAction::Append | ArgAction::Count);
        let given = self.given.iter().any(|given| given.get_id() == option.get_id());
        (again || !given) && !option.is_hide_set()
    }
}

fn takes_several(argument: &Arg) -> bool {
    matches!(argument.get_action(), ArgAction::Append)
}

fn first_line(text: Option<&clap::builder::StyledStr>) -> String {
    let text = text.map(ToString::to_string).unwrap_or_default();
    text.lines().next().unwrap_or_default().to_owned()
}
