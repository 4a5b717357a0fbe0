// SPDX-License-Identifier: MIT OR Apache-2.0
//! Files of the administrator, the run and the vendor, by the usual rules: of two
//! files of one name the one in the folder named first counts, and the files in
//! `NAME.toml.d` are added in the order of their names.

use std::{collections::BTreeMap, fs, io};

use crate::model::ConfigFile;

/// Where naming policies are looked for.
const FOLDERS: [&str; 4] = [
    "/etc/swdevctl/naming-policy",
    "/run/swdevctl/naming-policy",
    "/usr/local/share/swdevctl/naming-policy",
    "/usr/share/swdevctl/naming-policy",
];

/// A naming policy's file; none where no folder has it.
pub fn policy(name: &str) -> io::Result<Option<ConfigFile>> {
    for folder in FOLDERS {
        if let Some(file) = read(format!("{folder}/{name}.toml"))? {
            return Ok(Some(file));
        }
    }
    Ok(None)
}

/// The drop-ins of a naming policy, in order.
pub fn drop_ins(name: &str) -> io::Result<Vec<ConfigFile>> {
    let mut found = BTreeMap::new();
    for folder in FOLDERS {
        let folder = format!("{folder}/{name}.toml.d");
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let file = entry?.file_name().to_string_lossy().into_owned();
            if file.ends_with(".toml") {
                let path = format!("{folder}/{file}");
                found.entry(file).or_insert(path);
            }
        }
    }
    let files = found.into_values().map(|path| read(path).transpose());
    files.flatten().collect()
}

/// A file; none where there is none.
pub fn read(path: String) -> io::Result<Option<ConfigFile>> {
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Some(ConfigFile { path, text })),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io::Error::new(error.kind(), format!("{path}: {error}"))),
    }
}
