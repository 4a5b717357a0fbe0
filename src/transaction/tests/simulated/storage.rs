// SPDX-License-Identifier: MIT OR Apache-2.0
//! The disk of a simulated machine.

use std::{collections::BTreeMap, io, path::PathBuf};

use super::{Simulated, absent};
use crate::sys::{Host, storage::Storage};
impl Storage for Simulated {
    fn write(&self, folder: &str, file: &str, text: &str) -> io::Result<()> {
        let name = format!("{folder}/{file}");
        let act = |files: &mut BTreeMap<String, String>| {
            files.insert(name.clone(), text.to_owned());
            Ok(())
        };
        // Of a file that is not written whole nothing is there.
        self.on_disk(format!("write {name}"), act, |_, _| {})
    }

    fn append(&self, folder: &str, file: &str, line: &str) -> io::Result<()> {
        let name = format!("{folder}/{file}");
        let add = |files: &mut BTreeMap<String, String>, text: &str| {
            let Some(file) = files.get_mut(&name) else { return Err(absent()) };
            if !file.ends_with('\n') {
                file.push('\n');
            }
            file.push_str(text);
            Ok(())
        };
        let whole = format!("{line}\n");
        let part = |files: &mut BTreeMap<String, String>, bytes: usize| {
            let _ = add(files, &whole[..bytes.min(whole.len())]);
        };
        let act = |files: &mut BTreeMap<String, String>| add(files, &whole);
        self.on_disk(format!("append {name} {line}"), act, part)
    }

    fn read(&self, folder: &str, file: &str) -> io::Result<Option<String>> {
        self.kept(folder, file)
    }

    fn remove(&self, folder: &str, file: &str) -> io::Result<()> {
        let name = format!("{folder}/{file}");
        let act = |files: &mut BTreeMap<String, String>| {
            files.remove(&name);
            Ok(())
        };
        self.on_disk(format!("remove {name}"), act, |_, _| {})
    }

    fn move_to(&self, folder: &str, file: &str, other: &str) -> io::Result<PathBuf> {
        let (from, to) = (format!("{folder}/{file}"), format!("{other}/{file}"));
        let act = |files: &mut BTreeMap<String, String>| {
            let text = files.remove(&from).ok_or_else(absent)?;
            files.insert(to.clone(), text);
            Ok(())
        };
        self.on_disk(format!("move {from}"), act, |_, _| {})?;
        Ok(PathBuf::from(to))
    }

    fn exists(&self, folder: &str, file: &str) -> bool {
        self.is_kept(folder, file)
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let prefix = format!("{folder}/");
        let files = self.files.borrow();
        let names = files.keys().filter_map(|name| name.strip_prefix(&prefix));
        Ok(names.map(Into::into).collect())
    }

    fn path(&self, folder: &str, file: &str) -> PathBuf {
        PathBuf::from(format!("{folder}/{file}"))
    }
}
