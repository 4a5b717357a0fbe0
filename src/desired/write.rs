// SPDX-License-Identifier: MIT OR Apache-2.0
//! Writes sections as text that reads back as the same.

use std::fmt::Write as _;

use super::{file::Section, keys::Entry, values::Value};

/// A text as a string of TOML. What it holds may come from a device or a foreign file.
#[must_use]
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// A line of a comment, without whatever could end it.
#[must_use]
pub(super) fn comment(text: &str) -> String {
    let plain: String =
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("# {plain}\n")
}

/// A section, with comments before it.
#[must_use]
pub(super) fn section(section: &Section, comments: &[String]) -> String {
    let mut text: String = comments.iter().map(|line| comment(line)).collect();
    text.push_str("[[device]]\n");
    for (key, patterns) in section.matches.entries() {
        text.push_str(&format!("{key} = {}\n", one_or_list(&patterns)));
    }
    text.push_str(&lines(&section.keys.entries()));
    if !section.params.is_empty() {
        let params = section.params.iter();
        let params: Vec<String> = params
            .map(|(name, values)| {
                let values: Vec<_> = values.value.iter().map(Value::write).collect();
                format!("{name} = {}", one_or_list(&values))
            })
            .collect();
        text.push_str(&format!("params = {{ {} }}\n", params.join(", ")));
    }
    for vfs in &section.vfs {
        let number = vfs.numbers.value.write();
        text.push_str(&format!("\n[[device.vf]]\nnumber = {number}\n"));
        text.push_str(&lines(&vfs.keys.entries()));
    }
    for sfs in &section.sfs {
        let number = sfs.numbers.value.write();
        text.push_str(&format!("\n[[device.sf]]\nnumber = {number}\n"));
        if sfs.controller != 0 {
            text.push_str(&format!("controller = {}\n", sfs.controller));
        }
        text.push_str(&lines(&sfs.keys.entries()));
    }
    text
}

fn lines(entries: &[Entry]) -> String {
    entries.iter().map(|entry| format!("{} = {}\n", entry.key, entry.value)).collect()
}

/// One value as it is, several as a list.
pub(super) fn one_or_list(values: &[String]) -> String {
    match values {
        [one] => one.clone(),
        several => format!("[{}]", several.join(", ")),
    }
}
