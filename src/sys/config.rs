// SPDX-License-Identifier: MIT OR Apache-2.0
//! Configuration files in `/etc`, `/run` and `/usr`, by the usual rules: of files with the
//! same name the one in the first of these folders counts, and the files in
//! `NAME.toml.d` are added in the order of their names.

use std::{
    collections::BTreeMap,
    fs::{self, File, Metadata},
    io,
    os::unix::fs::MetadataExt as _,
    path::Path,
};

use super::Host;
use crate::model::ConfigFile;

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

/// The text of a regular file. Anything else (a FIFO, a device) could have no end, or
/// never begin.
pub fn read_file(path: &Path) -> io::Result<String> {
    io::read_to_string(open(path)?)
}

/// The text of a regular file that nobody but root and the caller can change: root acts by
/// what it says. A link is followed, and the file at its end counts.
pub(super) fn read_trusted(path: &Path) -> io::Result<String> {
    let file = open(path)?;
    if can_others_write(&file.metadata()?)? {
        let message = "others than root can change it: chown root:root and chmod go-w it";
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
    }
    io::read_to_string(file)
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
    if !fs::metadata(path)?.is_file() {
        let message = "it is not a regular file";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    File::open(path)
}

/// An error that names the file.
pub(super) fn about(path: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{path}: {error}"))
}

#[cfg(test)]
mod tests {
    use std::{
        fs::Permissions,
        os::unix::fs::{PermissionsExt as _, chown, symlink},
    };

    use super::*;

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
}
