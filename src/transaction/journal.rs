// SPDX-License-Identifier: MIT OR Apache-2.0
//! The journal of a change: what the device was like and the steps, then a line
//! before and after each step, each of them durable before the step acts.
//!
//! One file of JSON lines a device, in `/run/swdevctl/journal`. A reboot takes it
//! away as it takes away what it is about; one that has survived a reboot is told by
//! the boot's id.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    model::{EswitchMode, Handle, State},
    plan::Step,
};

const JOURNALS: &str = "/run/swdevctl/journal";

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// `swdevctl/journal/v1`.
    pub schema: String,
    /// The id of this boot.
    pub boot: String,
    /// The mode wanted.
    pub to: EswitchMode,
    /// The device before.
    pub state: State,
    /// The steps.
    pub steps: Vec<Step>,
    /// What to stash for the way back.
    pub stash: State,
}

/// Any other line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Entry {
    /// The step of that number begins.
    Begun(usize),
    /// The step of that number is done.
    Done(usize),
    /// What was done is being undone.
    Undoing,
}

/// How far a change has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// So many steps were begun.
    pub begun: usize,
    /// So many steps are done.
    pub done: usize,
    /// Whether they are being undone.
    pub undoing: bool,
}

/// An open journal.
pub struct Journal {
    path: PathBuf,
    file: File,
}

impl Header {
    /// Name of this version of the file.
    pub const SCHEMA: &'static str = "swdevctl/journal/v1";
}

pub(super) fn file_of(folder: &str, device: &Handle, end: &str) -> PathBuf {
    Path::new(folder).join(device.to_string().replace('/', "-") + end)
}

fn path_of(device: &Handle) -> PathBuf {
    file_of(JOURNALS, device, ".jsonl")
}

/// The id of this boot.
pub fn boot() -> String {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id");
    id.unwrap_or_default().trim().to_owned()
}

/// Writes a whole file, durably: it is there with all its content, or not at all.
pub(super) fn write(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    fs::create_dir_all(folder)?;
    // Beside the folder, so that what is in it is whole.
    let new = folder.with_extension("new");
    let mut file = File::create(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_data()?;
    fs::rename(&new, path)?;
    File::open(folder)?.sync_all()
}

impl Journal {
    /// Begins the journal of a change.
    pub fn create(header: &Header) -> io::Result<Self> {
        let path = path_of(&header.state.device);
        write(&path, &(serde_json::to_string(header)? + "\n"))?;
        Self::open(path)
    }

    fn open(path: PathBuf) -> io::Result<Self> {
        let file = File::options().append(true).open(&path)?;
        Ok(Self { path, file })
    }

    /// Adds a line.
    pub fn add(&mut self, entry: Entry) -> io::Result<()> {
        let line = serde_json::to_string(&entry)? + "\n";
        self.file.write_all(line.as_bytes())?;
        self.file.sync_data()
    }

    /// The change is over, in whatever way.
    pub fn remove(self) -> io::Result<()> {
        fs::remove_file(&self.path)
    }
}

/// The journal of a device and how far its change has got; none where there is none.
pub fn find(device: &Handle) -> io::Result<Option<(Journal, Header, Progress)>> {
    let path = path_of(device);
    let text = match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        text => text?,
    };
    let mut lines = text.lines();
    let header: Header = serde_json::from_str(lines.next().unwrap_or_default())?;
    Ok(Some((Journal::open(path)?, header, progress(lines))))
}

/// Whether a device has a journal.
#[must_use]
pub fn exists(device: &Handle) -> bool {
    path_of(device).exists()
}

/// A last line that was cut off counts for nothing.
fn progress<'a>(lines: impl Iterator<Item = &'a str>) -> Progress {
    let mut progress = Progress::default();
    for entry in lines.filter_map(|line| serde_json::from_str(line).ok()) {
        match entry {
            Entry::Begun(step) => progress.begun = step + 1,
            Entry::Done(step) => progress.done = step + 1,
            Entry::Undoing => progress.undoing = true,
        }
    }
    progress
}

/// The devices that have journals.
pub fn devices() -> io::Result<Vec<Handle>> {
    let entries = match fs::read_dir(JOURNALS) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let name = name.strip_suffix(".jsonl").map(|name| name.replacen('-', "/", 1));
        found.extend(name.and_then(|name| name.parse::<Handle>().ok()));
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_was_cut_off_counts_for_nothing() {
        let whole = [r#"{"begun":0}"#, r#"{"done":0}"#, r#"{"begun":1}"#, r#""undoing""#];
        let all = progress(whole.into_iter());
        assert_eq!(all, Progress { begun: 2, done: 1, undoing: true });
        let cut = progress([whole[0], whole[1], r#"{"begu"#].into_iter());
        assert_eq!(cut, Progress { begun: 1, done: 1, undoing: false });
    }
}
