// SPDX-License-Identifier: MIT OR Apache-2.0
//! Sections under translation, with notes about what was not translated.

use serde::Serialize;
use toml::de::DeValue;

use crate::{
    desired::{
        file::{Config, Section},
        origin::{Located, Origin},
        values::Value,
        write::{self, comment, quoted},
    },
    model::ConfigFile,
};

/// Something that was not translated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// Where it stands in the foreign file.
    pub origin: Origin,
    /// What, and what to do about it.
    pub message: String,
}

/// A translated file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The text of a file for swdevctl, the notes in it as comments.
    pub text: String,
    /// What was not translated.
    pub notes: Vec<Note>,
}

/// A section in the making.
#[derive(Debug)]
struct Draft {
    /// What is translated.
    section: Section,
    /// Where it comes from, for people.
    title: String,
    /// What is not translated.
    notes: Vec<Note>,
}

/// All sections in the making.
#[derive(Debug)]
pub(super) struct Drafts {
    path: std::sync::Arc<str>,
    all: Vec<Draft>,
    /// Notes on no section.
    notes: Vec<Note>,
}

impl Drafts {
    pub(super) fn new(file: &ConfigFile) -> Self {
        Self { path: file.path.as_str().into(), all: Vec::new(), notes: Vec::new() }
    }

    fn origin(&self, line: usize) -> Origin {
        Origin { path: self.path.clone(), line, column: 1 }
    }

    /// Begins a section, which is made from what begins at that line.
    pub(super) fn begin(&mut self, title: impl Into<String>, line: usize) -> usize {
        let section = Section { origin: self.origin(line), ..Section::default() };
        self.all.push(Draft { title: title.into(), section, notes: Vec::new() });
        self.all.len() - 1
    }

    /// The section with that index, which [`Self::begin`] has returned.
    pub(super) fn section(&mut self, index: usize) -> &mut Section {
        &mut self.all[index].section
    }

    /// The index of the section with that title.
    pub(super) fn find(&self, title: &str) -> Option<usize> {
        self.all.iter().position(|draft| draft.title == title)
    }

    /// Notes what of a section was not translated.
    pub(super) fn note(&mut self, index: usize, line: usize, message: impl Into<String>) {
        let note = Note { origin: self.origin(line), message: message.into() };
        self.all[index].notes.push(note);
    }

    /// Notes what of the file was not translated.
    pub(super) fn note_on_file(&mut self, line: usize, message: impl Into<String>) {
        let note = Note { origin: self.origin(line), message: message.into() };
        self.notes.push(note);
    }

    /// A value from a literal of TOML; a note where it is not acceptable.
    pub(super) fn value<T: Value>(
        &mut self,
        index: usize,
        line: usize,
        key: &str,
        literal: &str,
    ) -> Option<Located<T>> {
        let value = DeValue::parse(literal).ok().and_then(|v| T::read(v.get_ref()));
        if value.is_none() {
            let message = format!("{key}: {literal} is not {}", T::EXPECTED);
            self.note(index, line, message);
        }
        value.map(Located::from)
    }

    /// As [`Self::value`], from a text.
    pub(super) fn word<T: Value>(
        &mut self,
        index: usize,
        line: usize,
        key: &str,
        text: &str,
    ) -> Option<Located<T>> {
        self.value(index, line, key, &quoted(text))
    }

    /// The file. A section without match keys, or that contradicts itself, becomes a
    /// comment.
    pub(super) fn finish(mut self) -> Imported {
        if self.all.is_empty() && self.notes.is_empty() {
            self.note_on_file(1, "nothing in this file sets up SR-IOV");
        }
        let mut text = comment(&format!("translated from {}", self.path));
        let mut notes = self.notes;
        text.extend(notes.iter().map(as_comment));
        for mut draft in self.all {
            let body = write::section(&draft.section, &[]);
            let file = ConfigFile { path: "the section".to_owned(), text: body.clone() };
            let refused = if draft.section.matches.entries().is_empty() {
                Some(
                    "nothing says which device this is: add address = \"...\"".to_owned(),
                )
            } else {
                let errors = Config::read(&[file]).err().unwrap_or_default();
                errors.first().map(|error| error.message.clone())
            };
            if let Some(refused) = &refused {
                let message = format!("{}: {refused}", draft.title);
                draft.notes.push(Note { origin: draft.section.origin.clone(), message });
            }
            text.push('\n');
            text.push_str(&comment(&draft.title));
            text.extend(draft.notes.iter().map(as_comment));
            match refused {
                None => text.push_str(&body),
                Some(_) => {
                    text.extend(body.lines().map(comment));
                }
            }
            notes.append(&mut draft.notes);
        }
        Imported { text, notes }
    }
}

fn as_comment(note: &Note) -> String {
    comment(&format!("not translated, line {}: {}", note.origin.line, note.message))
}
