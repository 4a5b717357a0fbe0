// SPDX-License-Identifier: MIT OR Apache-2.0
//! Private files in `/run/swdevctl`: folders 0700 and files 0600 whatever the umask,
//! since root performs what stands in them, and takes part in the locks there.
//!
//! A file is written in the folder `unfinished` beside its own and then renamed, so it is
//! there with all its content or not at all, and a writer that is killed leaves nothing
//! in the folder. Whoever writes a file holds the lock of its device. What is no regular
//! file is refused, not waited for.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions},
    io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _},
    os::unix::fs::{
        DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
    },
    path::{Path, PathBuf},
};

use rustix::{fs::OFlags, process::geteuid};

/// The folder of all stores.
pub const FOLDER: &str = "/run/swdevctl";

/// The most that is read of a file.
const LARGEST: u64 = 16 << 20;

/// One folder.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// The store in that folder, which need not exist yet.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Where a file is.
    #[must_use]
    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    /// Creates the folder, or revokes the permissions of others.
    fn prepare(&self) -> io::Result<()> {
        if let Some(parent) = self.folder.parent() {
            own_folder(parent, 0o755, 0o022)?;
        }
        own_folder(&self.folder, 0o700, 0o077)
    }

    /// Writes a whole file, durably.
    pub fn write(&self, file: &str, text: &str) -> io::Result<()> {
        self.prepare()?;
        let unfinished = Self::new(self.folder.with_file_name("unfinished"));
        unfinished.prepare()?;
        let folder = self.folder.file_name().unwrap_or_default().to_string_lossy();
        let new = unfinished.path(&format!("{folder}-{file}"));
        // A writer that was killed can have left one.
        match fs::remove_file(&new) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut opened = options().write(true).create_new(true).open(&new)?;
        let written = opened.write_all(text.as_bytes()).and_then(|()| opened.sync_data());
        if let Err(error) = written.and_then(|()| fs::rename(&new, self.path(file))) {
            let _ = fs::remove_file(&new);
            return Err(error);
        }
        self.sync()
    }

    /// A file's text, if there is such a file.
    pub fn read(&self, file: &str) -> io::Result<Option<String>> {
        let opened = match self.reader(file) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            opened => opened?,
        };
        let mut text = String::new();
        opened.take(LARGEST + 1).read_to_string(&mut text)?;
        if text.len() as u64 > LARGEST {
            return Err(ErrorKind::FileTooLarge.into());
        }
        Ok(Some(text))
    }

    /// Opens a file that is there to read it.
    fn reader(&self, file: &str) -> io::Result<File> {
        regular(options().read(true).open(self.path(file))?)
    }

    /// Appends a line to an existing file, durably. A last line that was truncated by a
    /// full disk is terminated first.
    pub fn append(&self, file: &str, line: &str) -> io::Result<()> {
        let mut opened = regular(options().append(true).open(self.path(file))?)?;
        let mut last = [b'\n'];
        let mut reader = self.reader(file)?;
        if reader.seek(SeekFrom::End(-1)).is_ok() {
            reader.read_exact(&mut last)?;
        }
        if last != *b"\n" {
            opened.write_all(b"\n")?;
        }
        opened.write_all(format!("{line}\n").as_bytes())?;
        opened.sync_data()
    }

    /// Opens a file to lock it, and makes it if need be.
    pub fn open(&self, file: &str) -> io::Result<File> {
        self.prepare()?;
        regular(options().append(true).create(true).open(self.path(file))?)
    }

    /// Whether there is something of that name, or there may be: who cannot look must
    /// not conclude that there is nothing.
    #[must_use]
    pub fn exists(&self, file: &str) -> bool {
        let error = self.path(file).symlink_metadata().err();
        error.is_none_or(|error| error.kind() != ErrorKind::NotFound)
    }

    /// Removes a file, which may be gone already.
    pub fn remove(&self, file: &str) -> io::Result<()> {
        match fs::remove_file(self.path(file)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Moves a file, whatever it is, into another store of the same file system.
    pub fn move_to(&self, other: &Self, file: &str) -> io::Result<PathBuf> {
        other.prepare()?;
        let to = other.path(file);
        fs::rename(self.path(file), &to)?;
        self.sync()?;
        Ok(to)
    }

    /// The names in the folder, sorted.
    pub fn list(&self) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut names = Vec::new();
        for entry in entries {
            names.extend(entry?.file_name().into_string().ok());
        }
        names.sort();
        Ok(names)
    }

    fn sync(&self) -> io::Result<()> {
        File::open(&self.folder)?.sync_all()
    }
}

/// Neither a symbolic link nor a FIFO that nobody writes to is followed or waited for.
fn options() -> OpenOptions {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
    let mut options = File::options();
    options.mode(0o600).custom_flags(flags as i32);
    options
}

fn regular(file: File) -> io::Result<File> {
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::new(ErrorKind::InvalidData, "it is no regular file"));
    }
    // Root performs what stands in it. Other callers read what is root's, and their own.
    if ![0, geteuid().as_raw()].contains(&metadata.uid()) {
        let message = "it belongs to another user";
        return Err(io::Error::new(ErrorKind::PermissionDenied, message));
    }
    if metadata.uid() == geteuid().as_raw() && metadata.mode() & 0o077 != 0 {
        file.set_permissions(Permissions::from_mode(0o600))?;
    }
    Ok(file)
}

/// A folder of the caller's with these permissions at the most.
fn own_folder(path: &Path, mode: u32, others: u32) -> io::Result<()> {
    match DirBuilder::new().mode(mode).create(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        made => made?,
    }
    let metadata = path.symlink_metadata()?;
    if !metadata.is_dir() {
        return Err(ErrorKind::NotADirectory.into());
    }
    if metadata.uid() != geteuid().as_raw() {
        let message = format!("{} belongs to another user", path.display());
        return Err(io::Error::new(ErrorKind::PermissionDenied, message));
    }
    if metadata.mode() & others != 0 {
        fs::set_permissions(path, Permissions::from_mode(mode))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rustix::fs::{CWD, Mode, mkfifoat};

    use super::*;

    fn mode(path: &Path) -> u32 {
        path.symlink_metadata().unwrap().mode() & 0o777
    }

    #[test]
    fn what_others_may_do_is_taken_from_them() {
        let top = tempfile::tempdir().unwrap();
        let root = top.path().join("swdevctl");
        let store = Store::new(root.join("journal"));
        store.write("a", "text").unwrap();
        let modes = || ["", "journal", "journal/a"].map(|name| mode(&root.join(name)));
        assert_eq!(modes(), [0o755, 0o700, 0o600]);
        for name in ["", "journal", "journal/a"] {
            fs::set_permissions(root.join(name), Permissions::from_mode(0o777)).unwrap();
        }
        drop(store.open("a").unwrap());
        assert_eq!(modes(), [0o755, 0o700, 0o600]);
        assert_eq!(store.read("a").unwrap().as_deref(), Some("text"));
        assert_eq!(store.list().unwrap(), ["a"]);
    }

    #[test]
    fn what_is_no_regular_file_is_refused_and_not_waited_for() {
        let top = tempfile::tempdir().unwrap();
        let store = Store::new(top.path().join("run").join("journal"));
        std::os::unix::fs::DirBuilderExt::mode(&mut DirBuilder::new(), 0o700)
            .recursive(true)
            .create(top.path().join("run/journal"))
            .unwrap();
        mkfifoat(CWD, store.path("fifo"), Mode::RUSR).unwrap();
        std::os::unix::fs::symlink("/dev/zero", store.path("link")).unwrap();
        fs::create_dir(store.path("folder")).unwrap();
        for name in ["fifo", "link", "folder"] {
            assert!(store.read(name).is_err(), "{name}");
            assert!(store.open(name).is_err(), "{name}");
            assert!(store.exists(name), "{name}");
        }
        assert_eq!(store.read("nothing").unwrap(), None);
        // Only root can give a file away.
        store.write("given", "text").unwrap();
        assert!(store.read("given").is_ok());
        if std::os::unix::fs::chown(store.path("given"), Some(65534), None).is_ok() {
            assert!(store.read("given").is_err() && store.open("given").is_err());
        }
    }

    #[test]
    fn what_a_killed_writer_left_is_not_in_the_folder_and_in_nobodys_way() {
        let top = tempfile::tempdir().unwrap();
        let run = top.path().join("run");
        let (store, other) =
            (Store::new(run.join("journal")), Store::new(run.join("stash")));
        other.write("a", "other").unwrap();
        fs::write(run.join("unfinished/journal-a"), "half").unwrap();
        assert_eq!(mode(&run.join("unfinished")), 0o700);
        assert_eq!((store.list().unwrap().len(), store.read("a").unwrap()), (0, None));
        store.write("a", "whole").unwrap();
        assert_eq!(store.read("a").unwrap().as_deref(), Some("whole"));
        assert_eq!(store.list().unwrap(), ["a"]);
        assert!(fs::read_dir(run.join("unfinished")).unwrap().next().is_none());
    }
}
