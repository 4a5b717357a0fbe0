// SPDX-License-Identifier: MIT OR Apache-2.0
//! A file that other programs read at any time: it has its old content or its new content,
//! and nothing between.

use std::{
    fs::{self, OpenOptions, Permissions},
    io::{self, ErrorKind, Write as _},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
    process,
};

/// Writes a whole file beside its place and renames it. Everybody can read it, whatever the
/// umask, as the units of swdevctl have one that lets nobody read. Its first name begins
/// with a dot and has an ending of its own, so that no program that reads the whole folder
/// takes it for its own.
pub fn replace(path: &Path, text: &str) -> io::Result<()> {
    let invalid = || io::Error::new(ErrorKind::InvalidInput, "not the name of a file");
    let name = path.file_name().ok_or_else(invalid)?.to_string_lossy();
    let new = path.with_file_name(format!(".{name}.{}.new", process::id()));
    // A writer that was killed can have left one.
    match fs::remove_file(&new) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(0o644).open(&new)?;
    let readable = file.set_permissions(Permissions::from_mode(0o644));
    let written = readable.and_then(|()| file.write_all(text.as_bytes()));
    let written = written.and_then(|()| file.sync_data());
    written.and_then(|()| fs::rename(&new, path)).inspect_err(|_| {
        // Nothing can be done about a file that stays.
        let _ = fs::remove_file(&new);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_sees_the_old_or_the_new_and_nothing_else_is_left() {
        let folder =
            std::env::temp_dir().join(format!("swdevctl-replace-{}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join("a.prom");
        let texts = ["a".repeat(1 << 16), "b".repeat(1 << 17)];
        replace(&file, &texts[0]).unwrap();
        let reader = {
            let (file, texts) = (file.clone(), texts.clone());
            std::thread::spawn(move || {
                (0..500).all(|_| texts.contains(&fs::read_to_string(&file).unwrap()))
            })
        };
        (0..50).for_each(|turn| replace(&file, &texts[turn % 2]).unwrap());
        assert!(reader.join().unwrap());
        let names: Vec<_> = fs::read_dir(&folder).unwrap().collect();
        assert_eq!(names.len(), 1);
        assert!(
            replace(&folder, "x").is_err() && replace(&folder.join("no/x"), "x").is_err()
        );
        assert_eq!(
            fs::read_dir(folder.parent().unwrap())
                .unwrap()
                .filter(|entry| {
                    let name = entry.as_ref().unwrap().file_name();
                    name.to_string_lossy().starts_with(".swdevctl-replace")
                })
                .count(),
            0
        );
        fs::remove_dir_all(&folder).unwrap();
    }
}
