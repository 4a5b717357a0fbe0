// SPDX-License-Identifier: MIT OR Apache-2.0
//! Reads tables of TOML key by key. All errors of a file are collected, not only the
//! first.

use std::sync::Arc;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    origin::{FileError, Located, Origin},
    values::{Value, describe},
};
use crate::model::ConfigFile;

/// A file that is read, and what was found to be wrong with it.
pub(super) struct Reader<'f> {
    path: Arc<str>,
    text: &'f str,
    /// The bytes where its lines begin.
    lines: Vec<usize>,
    pub(super) errors: Vec<FileError>,
}

impl<'f> Reader<'f> {
    pub(super) fn new(file: &'f ConfigFile) -> Self {
        let (path, text) = (file.path.as_str().into(), file.text.as_str());
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        let lines = std::iter::once(0).chain(ends).collect();
        Self { path, text, lines, errors: Vec::new() }
    }

    /// The file's top table; none where it is not TOML.
    pub(super) fn parse(&mut self) -> Option<Spanned<DeTable<'f>>> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in &errors {
            // The parser's text may go over several lines.
            let lines: Vec<_> = error.message().lines().map(str::trim).collect();
            let at = error.span().map_or(0, |span| span.start);
            self.error(at, lines.join(" "));
        }
        errors.is_empty().then_some(table)
    }

    pub(super) fn origin(&self, byte: usize) -> Origin {
        let line = self.lines.partition_point(|begin| *begin <= byte);
        let begin = self.lines[line - 1];
        let before = self.text.get(begin..byte).unwrap_or_default();
        Origin { path: self.path.clone(), line, column: before.chars().count() + 1 }
    }

    pub(super) fn error(&mut self, byte: usize, message: impl Into<String>) {
        let origin = self.origin(byte);
        self.errors.push(FileError { origin, message: message.into() });
    }
}

/// A table whose keys are taken one by one; those left at the end are unknown.
pub(super) struct Table<'t, 'f> {
    entries: &'t DeTable<'f>,
    /// The byte where it begins.
    pub(super) start: usize,
    known: Vec<&'static str>,
}

impl<'t, 'f> Table<'t, 'f> {
    pub(super) fn new(entries: &'t DeTable<'f>, start: usize) -> Self {
        Self { entries, start, known: Vec::new() }
    }

    fn entry(&mut self, key: &'static str) -> Option<(usize, &'t DeValue<'f>)> {
        self.known.push(key);
        let (name, value) = self.entries.get_key_value(key)?;
        Some((name.span().start, value.get_ref()))
    }

    /// Whether a key is there.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// The value of a key.
    pub(super) fn take<T: Value>(
        &mut self,
        reader: &mut Reader,
        key: &'static str,
    ) -> Option<Located<T>> {
        let (at, value) = self.entry(key)?;
        located(reader, key, at, value)
    }

    /// The values of a key that has one or a list of several.
    pub(super) fn take_list<T: Value>(
        &mut self,
        reader: &mut Reader,
        key: &'static str,
    ) -> Option<Vec<Located<T>>> {
        let (at, value) = self.entry(key)?;
        list(reader, key, at, value)
    }

    /// The values of a table whose keys are free, each one or a list of several.
    pub(super) fn take_map<T: Value>(
        &mut self,
        reader: &mut Reader,
        key: &'static str,
        is_name: fn(&str) -> bool,
    ) -> Vec<(String, Located<Vec<T>>)> {
        let Some((at, value)) = self.entry(key) else { return Vec::new() };
        let Some(table) = value.as_table() else {
            let message = format!("{key} must be a table, not {}", describe(value));
            reader.error(at, message);
            return Vec::new();
        };
        let mut members = Vec::new();
        for (name, value) in table {
            let (at, text) = (name.span().start, name.get_ref().to_string());
            if !is_name(&text) {
                reader.error(at, format!("{text:?} is no name for a member of {key}"));
                continue;
            }
            if let Some(values) = list::<T>(reader, &text, at, value.get_ref()) {
                let values = values.into_iter().map(|value| value.value).collect();
                members.push((text, Located::new(values, reader.origin(at))));
            }
        }
        members
    }

    /// The tables of an array of tables.
    pub(super) fn take_tables(
        &mut self,
        reader: &mut Reader,
        key: &'static str,
    ) -> Vec<Table<'t, 'f>> {
        let Some((at, value)) = self.entry(key) else { return Vec::new() };
        let tables = value.as_array().into_iter().flat_map(|array| array.iter());
        let tables: Option<Vec<_>> = tables
            .map(|item| Some(Self::new(item.get_ref().as_table()?, item.span().start)))
            .collect();
        match tables {
            Some(tables) if value.is_array() => tables,
            _ => {
                let message = format!(
                    "{key} must be an array of tables, each with a head of its own in double \
                     brackets"
                );
                reader.error(at, message);
                Vec::new()
            }
        }
    }

    /// Reports the keys that nobody has taken.
    pub(super) fn finish(self, reader: &mut Reader, what: &str) {
        for name in self.entries.keys() {
            let text = name.get_ref().as_ref();
            if !self.known.contains(&text) {
                let known = self.known.join(", ");
                let message =
                    format!("unknown key {text:?} in {what}; it can have {known}");
                reader.error(name.span().start, message);
            }
        }
    }
}

fn located<T: Value>(
    reader: &mut Reader,
    key: &str,
    at: usize,
    value: &DeValue,
) -> Option<Located<T>> {
    let parsed = T::read(value);
    if parsed.is_none() {
        let message = format!("{key} must be {}, not {}", T::EXPECTED, describe(value));
        reader.error(at, message);
    }
    Some(Located::new(parsed?, reader.origin(at)))
}

fn list<T: Value>(
    reader: &mut Reader,
    key: &str,
    at: usize,
    value: &DeValue,
) -> Option<Vec<Located<T>>> {
    let Some(array) = value.as_array() else {
        return Some(vec![located(reader, key, at, value)?]);
    };
    if array.is_empty() {
        reader.error(at, format!("the list of {key} is empty"));
        return None;
    }
    let items =
        array.iter().map(|item| located(reader, key, item.span().start, item.get_ref()));
    // All of them, so that each error is found.
    items.collect::<Vec<_>>().into_iter().collect()
}
