// SPDX-License-Identifier: MIT OR Apache-2.0
//! Keyfiles of GLib, and systemd's files: groups in brackets, `key=value` a line, `#` or
//! `;` before comments.

use crate::{
    desired::origin::{FileError, Origin},
    model::ConfigFile,
};

/// One `key=value`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::desired) struct Line<'f> {
    pub(in crate::desired) number: usize,
    pub(in crate::desired) group: &'f str,
    pub(in crate::desired) key: &'f str,
    pub(in crate::desired) value: &'f str,
}

/// The lines of a file.
pub(in crate::desired) fn lines(file: &ConfigFile) -> Result<Vec<Line<'_>>, FileError> {
    let mut group = "";
    let mut lines = Vec::new();
    for (number, text) in (1..).zip(file.text.lines()) {
        let text = text.trim();
        if text.is_empty() || text.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'))
        {
            group = name;
            continue;
        }
        let Some((key, value)) = text.split_once('=').filter(|_| !group.is_empty())
        else {
            let origin =
                Origin { path: file.path.as_str().into(), line: number, column: 1 };
            let message = "neither [group] nor key=value: this is no keyfile".to_owned();
            return Err(FileError { origin, message });
        };
        lines.push(Line { number, group, key: key.trim(), value: value.trim() });
    }
    Ok(lines)
}
