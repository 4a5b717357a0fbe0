// SPDX-License-Identifier: MIT OR Apache-2.0
//! The journal of a change: what the device was like and the steps, then a line
//! before and after each step, each of them durable before the step acts.
//!
//! One file of JSON lines a device, in `/run/swdevctl/journal`. A reboot removes it
//! together with the state that it is about; one that has survived a reboot is known by
//! the boot's id. A journal that cannot be understood, or is another device's, is never
//! acted on: `recover --discard` moves it to `/run/swdevctl/discarded`.

mod parse;
#[cfg(test)]
mod tests;

use std::{io, path::PathBuf};

use serde::{Deserialize, Serialize};

pub use parse::Found;

use crate::{
    model::{EswitchMode, Handle, State},
    plan::Step,
    survey::kept::{JOURNAL_END, JOURNALS, journal_name},
    sys::{
        Machine,
        storage::{RUN, Storage},
    },
};

pub(super) const DISCARDED: &str = "discarded";

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

impl Header {
    /// Name of this version of the file.
    pub const SCHEMA: &'static str = "swdevctl/journal/v1";
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

/// The journals of all devices.
#[derive(Clone, Copy)]
pub struct Journals<'a>(&'a dyn Storage);

/// The journal of a change that is under way.
pub struct Journal<'a> {
    storage: &'a dyn Storage,
    name: String,
}

impl<'a> Journals<'a> {
    /// The journals of the machine that the program runs on.
    #[must_use]
    pub fn new() -> Self {
        Self(&RUN)
    }

    /// The journals in a storage.
    #[must_use]
    pub fn of(storage: &'a dyn Storage) -> Self {
        Self(storage)
    }

    /// Begins the journal of a change.
    pub fn create(self, header: &Header) -> io::Result<Journal<'a>> {
        let journal = self.open(&header.state.device);
        let line = serde_json::to_string(header)? + "\n";
        self.0.write(JOURNALS, &journal.name, &line)?;
        Ok(journal)
    }

    /// The journal that a device has, to go on with it.
    #[must_use]
    pub fn open(self, device: &Handle) -> Journal<'a> {
        Journal { storage: self.0, name: journal_name(device) }
    }

    /// The journal of a device and how far its change has got.
    #[must_use]
    pub fn find(self, machine: &dyn Machine, device: &Handle) -> Found {
        match self.0.read(JOURNALS, &journal_name(device)) {
            Ok(None) => Found::None,
            Ok(Some(text)) => parse::parse(&text, device, &machine.host().boot()),
            Err(error) => Found::Unreadable(error.to_string()),
        }
    }

    /// Whether a device has a journal.
    #[must_use]
    pub fn exists(self, device: &Handle) -> bool {
        self.0.exists(JOURNALS, &journal_name(device))
    }

    /// Where the journal of a device is.
    #[must_use]
    pub fn path(self, device: &Handle) -> PathBuf {
        self.0.path(JOURNALS, &journal_name(device))
    }

    /// The devices that have journals.
    pub fn devices(self) -> io::Result<Vec<Handle>> {
        let device = |name: &String| {
            let device = name.strip_suffix(JOURNAL_END)?.replacen('-', "/", 1);
            device.parse::<Handle>().ok()
        };
        let names = self.0.list(JOURNALS)?;
        let mut devices: Vec<_> = names.iter().filter_map(device).collect();
        devices.sort();
        Ok(devices)
    }

    /// Sets the journal of a device aside, whatever it is, and returns where it is then.
    pub fn discard(self, device: &Handle) -> io::Result<PathBuf> {
        self.0.move_to(JOURNALS, &journal_name(device), DISCARDED)
    }
}

impl Default for Journals<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl Journal<'_> {
    /// Adds a line.
    pub fn add(&self, entry: Entry) -> io::Result<()> {
        self.storage.append(JOURNALS, &self.name, &serde_json::to_string(&entry)?)
    }

    /// The change is over, in whatever way.
    pub fn remove(self) -> io::Result<()> {
        self.storage.remove(JOURNALS, &self.name)
    }
}
