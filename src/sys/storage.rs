// SPDX-License-Identifier: MIT OR Apache-2.0
//! Small files that outlive the process, in a few private folders.

use std::{
    io,
    path::{Path, PathBuf},
};

pub use super::store::FOLDER;
use super::store::Store;

/// A place for small files. Only the holder of the device's lock writes a file.
pub trait Storage {
    /// Writes a whole file atomically and durably.
    fn write(&self, folder: &str, file: &str, text: &str) -> io::Result<()>;

    /// Appends a line to an existing file, durably. A truncated last line is terminated
    /// first.
    fn append(&self, folder: &str, file: &str, line: &str) -> io::Result<()>;

    /// A file's text; none where there is no such file.
    fn read(&self, folder: &str, file: &str) -> io::Result<Option<String>>;

    /// Removes a file, which may be gone already.
    fn remove(&self, folder: &str, file: &str) -> io::Result<()>;

    /// Moves a file of any kind to another folder, and returns its new path.
    fn move_to(&self, folder: &str, file: &str, other: &str) -> io::Result<PathBuf>;

    /// Whether something of that name exists or may exist.
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
