// SPDX-License-Identifier: MIT OR Apache-2.0
//! The file of a capture.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use super::Capture;
use crate::{error::io_text, sys::config};

/// Writes a file that is not there yet, for nobody else to read. One that could not be
/// written whole is removed.
pub fn write(capture: &Capture, path: &Path) -> io::Result<()> {
    let text = serde_json::to_string_pretty(capture)? + "\n";
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    written.inspect_err(|_| {
        // Nothing can be done about a file that stays.
        let _ = fs::remove_file(path);
    })
}

/// Reads the file of a capture; the error says what is wrong with it.
pub fn read(path: &Path) -> Result<Capture, String> {
    Capture::parse(&config::read_file(path).map_err(|error| io_text(&error))?)
}
