// SPDX-License-Identifier: MIT OR Apache-2.0
//! The journal of a change: what the device was like and the steps, then a line
//! before and after each step, each of them durable before the step acts.
//!
//! One file of JSON lines a device, in `/run/swdevctl/journal`. A reboot removes it
//! together with the state that it is about; one that has survived a reboot is known by
//! the boot's id. A journal that cannot be understood, or is another device's, is never
//! acted on: `recover --discard` moves it to `/run/swdevctl/discarded`.

use std::{
    fs::{self, File},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    model::{EswitchMode, Handle, State},
    plan::{Action, Step},
    sys::store::{FOLDER, Store},
};

const END: &str = ".jsonl";

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// `swdevctl/journal/v1`.
    pub schema: String,
    /// The id of this boot.
    pub boot: String,
    /// Inode of the device's sysfs directory: tells another card in the slot.
    pub instance: Option<u64>,
    /// Whether a broken eswitch is rebuilt: such a change is completed, never undone.
    #[serde(default)]
    pub rebuild: bool,
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

/// What was found in the place of a device's journal.
#[derive(Debug)]
pub enum Found {
    /// No journal.
    None,
    /// A change of this boot.
    Change(Box<(Header, Progress)>),
    /// A change of another boot, of which nothing is left.
    OtherBoot,
    /// Something that is not acted on, and why.
    Unreadable(String),
}

/// The journals of all devices.
#[derive(Debug, Clone)]
pub struct Journals {
    store: Store,
    discarded: Store,
}

/// An open journal.
pub struct Journal {
    store: Store,
    name: String,
    file: File,
}

/// The file of a device, without its folder.
pub(super) fn file_name(device: &Handle, end: &str) -> String {
    device.to_string().replace('/', "-") + end
}

/// The id of this boot.
pub fn boot() -> String {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id");
    id.unwrap_or_default().trim().to_owned()
}

impl Header {
    /// Name of this version of the file.
    pub const SCHEMA: &'static str = "swdevctl/journal/v1";

    /// The most VFs that SR-IOV can count.
    const MOST_VFS: u32 = u16::MAX as u32;

    /// Why this cannot be the journal of that device.
    fn fault(&self, device: &Handle) -> Option<String> {
        let mut targets = self.steps.iter().map(|step| &step.target);
        let others = [&self.state.device, &self.stash.device];
        if let Some(other) = others.into_iter().chain(&mut targets).find(|d| *d != device)
        {
            return Some(format!("it is about {other}"));
        }
        let counts = self.steps.iter().map(|step| match &step.action {
            Action::SetVfs { from, to } => *from.max(to),
            _ => 0,
        });
        let most = counts.chain([self.state.vfs(), self.stash.vfs()]).max();
        (most > Some(Self::MOST_VFS)).then(|| "it counts more VFs than can be".into())
    }
}

impl Journals {
    /// The journals of this machine.
    #[must_use]
    pub fn new() -> Self {
        Self::below(Path::new(FOLDER))
    }

    /// The journals in another folder.
    #[must_use]
    pub fn below(folder: &Path) -> Self {
        Self {
            store: Store::new(folder.join("journal")),
            discarded: Store::new(folder.join("discarded")),
        }
    }

    /// Begins the journal of a change.
    pub fn create(&self, header: &Header) -> io::Result<Journal> {
        let name = file_name(&header.state.device, END);
        self.store.write(&name, &(serde_json::to_string(header)? + "\n"))?;
        self.open(name)
    }

    /// Opens the journal that a device has, to go on with it.
    pub fn reopen(&self, device: &Handle) -> io::Result<Journal> {
        self.open(file_name(device, END))
    }

    fn open(&self, name: String) -> io::Result<Journal> {
        let file = self.store.append(&name)?;
        let mut journal = Journal { store: self.store.clone(), name, file };
        journal.end_torn_line()?;
        Ok(journal)
    }

    /// The journal of a device and how far its change has got.
    #[must_use]
    pub fn find(&self, device: &Handle) -> Found {
        match self.store.read(&file_name(device, END)) {
            Ok(None) => Found::None,
            Ok(Some(text)) => parse(&text, device, &boot()),
            Err(error) => Found::Unreadable(error.to_string()),
        }
    }

    /// Whether a device has a journal.
    #[must_use]
    pub fn exists(&self, device: &Handle) -> bool {
        self.store.exists(&file_name(device, END))
    }

    /// Where the journal of a device is.
    #[must_use]
    pub fn path(&self, device: &Handle) -> PathBuf {
        self.store.path(&file_name(device, END))
    }

    /// The devices that have journals.
    pub fn devices(&self) -> io::Result<Vec<Handle>> {
        let device = |name: &String| {
            let device = name.strip_suffix(END)?.replacen('-', "/", 1);
            device.parse::<Handle>().ok()
        };
        let mut devices: Vec<_> = self.store.list()?.iter().filter_map(device).collect();
        devices.sort();
        Ok(devices)
    }

    /// Removes the journal of a device.
    pub fn remove(&self, device: &Handle) -> io::Result<()> {
        self.store.remove(&file_name(device, END))
    }

    /// Sets the journal of a device aside, whatever it is, and returns where it is then.
    pub fn discard(&self, device: &Handle) -> io::Result<PathBuf> {
        self.store.move_to(&self.discarded, &file_name(device, END))
    }
}

impl Default for Journals {
    fn default() -> Self {
        Self::new()
    }
}

impl Journal {
    /// Adds a line.
    pub fn add(&mut self, entry: Entry) -> io::Result<()> {
        let line = serde_json::to_string(&entry)? + "\n";
        let added =
            self.file.write_all(line.as_bytes()).and_then(|()| self.file.sync_data());
        if added.is_err() {
            // The next line must not become a part of this one.
            let _ = self.end_torn_line();
        }
        added
    }

    /// Ends a last line that was cut off.
    fn end_torn_line(&mut self) -> io::Result<()> {
        let mut last = [b'\n'];
        let mut reader = self.store.reader(&self.name)?;
        if reader.seek(SeekFrom::End(-1)).is_ok() {
            reader.read_exact(&mut last)?;
        }
        if last == *b"\n" { Ok(()) } else { self.file.write_all(b"\n") }
    }

    /// The change is over, in whatever way.
    pub fn remove(self) -> io::Result<()> {
        self.store.remove(&self.name)
    }
}

/// What a journal's text says of a device.
fn parse(text: &str, device: &Handle, boot: &str) -> Found {
    #[derive(Deserialize)]
    struct Start {
        schema: String,
        boot: String,
    }
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    let unreadable = |error: serde_json::Error| Found::Unreadable(error.to_string());
    let start: Start = match serde_json::from_str(first) {
        Ok(start) => start,
        Err(error) => return unreadable(error),
    };
    if start.boot != boot {
        return Found::OtherBoot;
    }
    if start.schema != Header::SCHEMA {
        return Found::Unreadable(format!(
            "its schema is {:?}, not {}",
            start.schema,
            Header::SCHEMA
        ));
    }
    let header: Header = match serde_json::from_str(first) {
        Ok(header) => header,
        Err(error) => return unreadable(error),
    };
    if let Some(fault) = header.fault(device) {
        return Found::Unreadable(fault);
    }
    match progress(lines, header.steps.len()) {
        Ok(progress) => Found::Change(Box::new((header, progress))),
        Err(fault) => Found::Unreadable(fault),
    }
}

/// How far a change of that many steps has got. A line that was cut off counts for
/// nothing, as what it announces was not begun; one that says something else is a fault.
fn progress<'a>(
    lines: impl Iterator<Item = &'a str>,
    steps: usize,
) -> Result<Progress, String> {
    let mut progress = Progress::default();
    for line in lines {
        let Ok(value) = serde_json::from_str::<serde_json::Value>(line) else { continue };
        match serde_json::from_value(value) {
            Ok(Entry::Begun(step)) if step < steps => progress.begun = step + 1,
            Ok(Entry::Done(step)) if step < steps => progress.done = step + 1,
            Ok(Entry::Undoing) => progress.undoing = true,
            _ => return Err(format!("it has no line {line:?}")),
        }
    }
    Ok(progress)
}

#[cfg(test)]
#[path = "journal_tests.rs"]
mod tests;
