// SPDX-License-Identifier: MIT OR Apache-2.0
//! Configuration files in `/etc`, `/run` and `/usr`, by the usual rules: of files with the
//! same name the one in the first of these folders counts, and the files in
//! `NAME.toml.d` are added in the order of their names.

use std::{
    collections::BTreeMap,
    fs::{self, File, Metadata},
    io::{self, Read as _},
    os::unix::fs::{FileTypeExt as _, MetadataExt as _},
    path::Path,
};

use super::Host;
use crate::{error::io_text, model::ConfigFile};

/// Where naming policies are looked for.
const FOLDERS: [&str; 4] = [
    "/etc/swdevctl/naming-policy",
    "/run/swdevctl/naming-policy",
    "/usr/local/share/swdevctl/naming-policy",
    "/usr/share/swdevctl/naming-policy",
];

/// Where the declared state is looked for.
#[cfg(feature = "cli")]
const DESIRED_FOLDERS: [&str; 4] =
    ["/etc/swdevctl", "/run/swdevctl", "/usr/local/lib/swdevctl", "/usr/lib/swdevctl"];

/// A naming policy's file; none where no folder has it.
pub fn policy(host: &dyn Host, name: &str) -> io::Result<Option<ConfigFile>> {
    first(host, FOLDERS, &format!("{name}.toml"))
}

/// The names of the naming policies in all folders; a folder that cannot be read has none.
#[cfg(feature = "cli")]
pub fn policies(host: &dyn Host) -> Vec<String> {
    let files = FOLDERS.iter().flat_map(|folder| host.names(folder).unwrap_or_default());
    files.filter_map(|file| file.strip_suffix(".toml").map(str::to_owned)).collect()
}

/// The drop-ins of a naming policy, in order.
pub fn drop_ins(host: &dyn Host, name: &str) -> io::Result<Vec<ConfigFile>> {
    all_in(host, FOLDERS, &format!("{name}.toml.d"))
}

/// The file of the declared state, if there is one, and its drop-ins, in order.
#[cfg(feature = "cli")]
pub fn desired(host: &dyn Host) -> io::Result<Vec<ConfigFile>> {
    let mut files = Vec::from_iter(first(host, DESIRED_FOLDERS, "swdevctl.toml")?);
    files.extend(all_in(host, DESIRED_FOLDERS, "swdevctl.toml.d")?);
    Ok(files)
}

/// The file of that name in the first folder that has it.
fn first(
    host: &dyn Host,
    folders: [&str; 4],
    name: &str,
) -> io::Result<Option<ConfigFile>> {
    for folder in folders {
        if let Some(file) = of_host(host, format!("{folder}/{name}"))? {
            return Ok(Some(file));
        }
    }
    Ok(None)
}

/// The files in the folders of that name, sorted by their own names; of two of one
/// name that in the first folder. A folder or a file that cannot be read is an error:
/// without it, the result would differ from what it asks for.
fn all_in(
    host: &dyn Host,
    folders: [&str; 4],
    name: &str,
) -> io::Result<Vec<ConfigFile>> {
    let mut found = BTreeMap::new();
    for folder in folders {
        let folder = format!("{folder}/{name}");
        for file in host.names(&folder)? {
            if file.ends_with(".toml") {
                let path = format!("{folder}/{file}");
                found.entry(file).or_insert(path);
            }
        }
    }
    found.into_values().filter_map(|path| of_host(host, path).transpose()).collect()
}

fn of_host(host: &dyn Host, path: String) -> io::Result<Option<ConfigFile>> {
    Ok(host.file(&path)?.map(|text| ConfigFile { path, text }))
}

/// Whether a file is one of the declared state.
#[cfg(feature = "cli")]
pub(super) fn is_desired(path: &str) -> bool {
    DESIRED_FOLDERS
        .iter()
        .any(|folder| path.starts_with(&format!("{folder}/swdevctl.toml")))
}

/// A file that the user has named, wherever the machine is; none where there is none.
pub fn read(path: String) -> io::Result<Option<ConfigFile>> {
    let text = if_there(&path, read_file(Path::new(&path)))?;
    Ok(text.map(|text| ConfigFile { path, text }))
}

/// A file's text, or none where there is no such file. The error names the file.
pub(super) fn if_there(
    path: &str,
    text: io::Result<String>,
) -> io::Result<Option<String>> {
    match text {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(about(path, &error)),
    }
}

/// The text of a regular file, or none of `/dev/null`. Anything else (a FIFO, a device)
/// could have no end, or never begin.
pub fn read_file(path: &Path) -> io::Result<String> {
    text_of(open(path)?)
}

/// The text of a file; the error says where it is none.
fn text_of(mut file: File) -> io::Result<String> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    String::from_utf8(bytes).map_err(|error| {
        let end = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&error.as_bytes()[..end]).into_owned();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let message = format!("line {line}, column {column}: this is not UTF-8");
        io::Error::new(io::ErrorKind::InvalidData, message)
    })
}

/// The text of a regular file that nobody but root and the caller can change: root acts by
/// what it says. A link is followed, and the file at its end counts.
pub(super) fn read_trusted(path: &Path) -> io::Result<String> {
    let file = open(path)?;
    let metadata = file.metadata()?;
    if !is_null(&metadata) && can_others_write(&metadata)? {
        let message = "others than root can change it: chown root:root and chmod go-w it";
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
    }
    text_of(file)
}

fn can_others_write(file: &Metadata) -> io::Result<bool> {
    let by_group = file.mode() & 0o020 != 0 && file.gid() != 0;
    if by_group || file.mode() & 0o002 != 0 {
        return Ok(true);
    }
    // The folder of a process belongs to its user.
    Ok(file.uid() != 0 && file.uid() != fs::metadata("/proc/self")?.uid())
}

fn open(path: &Path) -> io::Result<File> {
    // Before it is opened, since a FIFO would wait there.
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() && !is_null(&metadata) {
        let message = "it is not a regular file";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    File::open(path)
}

/// Whether it is `/dev/null`, to which a link masks a file of the same name.
fn is_null(metadata: &Metadata) -> bool {
    // Character device 1:3.
    const NULL: u64 = 0x103;
    metadata.file_type().is_char_device() && metadata.rdev() == NULL
}

/// An error that names the file.
pub(super) fn about(path: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{path}: {}", io_text(error)))
}

#[cfg(test)]
pub(super) mod tests {
    use std::{
        fs::Permissions,
        os::unix::fs::{PermissionsExt as _, chown, symlink},
        path::PathBuf,
    };

    use super::*;

    /// Where a file is below a root, in a folder that is there.
    pub(in crate::sys) fn place(root: &Path, path: &str) -> PathBuf {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    }

    #[test]
    fn a_file_that_others_can_change_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("a.toml"), folder.path().join("b.toml"));
        fs::write(&file, "text").unwrap();
        symlink(&file, &link).unwrap();
        let readable = |mode: u32| {
            fs::set_permissions(&file, Permissions::from_mode(mode)).unwrap();
            let read = [&file, &link].map(|path| read_trusted(path).is_ok());
            assert_eq!(read[0], read[1], "{mode:o}");
            read[0]
        };
        assert!(readable(0o644) && readable(0o600));
        assert!(!readable(0o646));
        let gid = fs::metadata(&file).unwrap().gid();
        assert_eq!(readable(0o664), gid == 0);
        // Only root can give a file away.
        if chown(&file, Some(65534), None).is_ok() {
            assert!(!readable(0o644));
        }
        assert_eq!(read_file(&file).unwrap(), "text");
    }

    #[test]
    fn text_that_is_none_is_told_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.toml");
        fs::write(&file, b"a\n\xc3\xa9b\xff").unwrap();
        for read in [read_file, read_trusted] {
            let error = read(&file).unwrap_err().to_string();
            assert_eq!(error, "line 2, column 3: this is not UTF-8");
        }
    }

    #[test]
    #[cfg(feature = "cli")]
    fn of_two_files_with_one_name_the_first_counts_and_can_mask_the_other() {
        let root = tempfile::tempdir().unwrap();
        let path = |path: &str| place(root.path(), path);
        for file in ["swdevctl.toml", "swdevctl.toml.d/a.toml", "swdevctl.toml.d/b.toml"]
        {
            fs::write(path(&format!("usr/lib/swdevctl/{file}")), "vendor").unwrap();
        }
        let read = || {
            let live = super::super::Live::with_root(root.path());
            let files = desired(&live).unwrap();
            files.into_iter().map(|file| file.text).collect::<Vec<_>>()
        };
        assert_eq!(read(), ["vendor"; 3]);
        symlink("/dev/null", path("etc/swdevctl/swdevctl.toml.d/a.toml")).unwrap();
        symlink("/dev/null", path("run/swdevctl/swdevctl.toml")).unwrap();
        assert_eq!(read(), ["", "", "vendor"]);
        fs::write(path("etc/swdevctl/swdevctl.toml"), "own").unwrap();
        assert_eq!(read(), ["own", "", "vendor"]);
    }
}
