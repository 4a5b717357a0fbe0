// SPDX-License-Identifier: MIT OR Apache-2.0
//! Small files that outlive the process, in a few private folders.

use std::{
    io,
    path::{Path, PathBuf},
};

pub use super::store::FOLDER;
use super::store::Store;

/// A place for small files. Whoever writes one holds the lock of its device.
pub trait Storage {
    /// Writes a whole file, durably: it is there with all its content or not at all.
    fn write(&self, folder: &str, file: &str, text: &str) -> io::Result<()>;

    /// Adds a line to a file that is there, durably. A last line that was cut off is
    /// ended before.
    fn append(&self, folder: &str, file: &str, line: &str) -> io::Result<()>;

    /// A file's text; none where there is no such file.
    fn read(&self, folder: &str, file: &str) -> io::Result<Option<String>>;

    /// Removes a file, which may be gone already.
    fn remove(&self, folder: &str, file: &str) -> io::Result<()>;

    /// Moves a file, whatever it is, to another folder, and returns where it is then.
    fn move_to(&self, folder: &str, file: &str, other: &str) -> io::Result<PathBuf>;

    /// Whether there is something of that name, or there may be.
    fn exists(&self, folder: &str, file: &str) -> bool;

    /// The names in a folder, sorted.
    fn list(&self, folder: &str) -> io::Result<Vec<String>>;

    /// Where a file is.
    fn path(&self, folder: &str, file: &str) -> PathBuf;
}

/// The folders below `/run/swdevctl`.
pub static RUN: Folders<'static> = Folders(FOLDER);

/// Folders below another.
pub struct Folders<'a>(pub &'a str);

impl Folders<'_> {
    fn store(&self, folder: &str) -> Store {
        Store::new(Path::new(self.0).join(folder))
    }
}

impl Storage for Folders<'_> {
    fn write(&self, folder: &str, file: &str, text: &str) -> io::Result<()> {
        self.store(folder).write(file, text)
    }

    fn append(&self, folder: &str, file: &str, line: &str) -> io::Result<()> {
        self.store(folder).append(file, line)
    }

    fn read(&self, folder: &str, file: &str) -> io::Result<Option<String>> {
        self.store(folder).read(file)
    }

    fn remove(&self, folder: &str, file: &str) -> io::Result<()> {
        self.store(folder).remove(file)
    }

    fn move_to(&self, folder: &str, file: &str, other: &str) -> io::Result<PathBuf> {
        self.store(folder).move_to(&self.store(other), file)
    }

    fn exists(&self, folder: &str, file: &str) -> bool {
        self.store(folder).exists(file)
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        self.store(folder).list()
    }

    fn path(&self, folder: &str, file: &str) -> PathBuf {
        self.store(folder).path(file)
    }
}
