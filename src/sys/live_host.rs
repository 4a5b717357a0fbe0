// SPDX-License-Identifier: MIT OR Apache-2.0
//! What is around the devices of the machine that the program runs on.

#[cfg(feature = "cli")]
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};
use std::{fs, io};

#[cfg(feature = "cli")]
use super::store::{FOLDER, Store};
use super::{Host, Live, config, udev_namespace};
use crate::model::{Scheme, UdevNames};

impl Live {
    /// A file's text; empty where it cannot be read.
    fn text_of(&self, path: &str) -> String {
        fs::read_to_string(self.host_path(path)).unwrap_or_default()
    }

    /// A folder below `/run/swdevctl`.
    #[cfg(feature = "cli")]
    fn store(&self, folder: &str) -> Store {
        Store::new(self.host_path(FOLDER).join(folder))
    }
}

impl Host for Live {
    fn kernel(&self) -> String {
        self.text_of("/proc/sys/kernel/osrelease").trim().to_owned()
    }

    #[cfg(feature = "cli")]
    fn boot(&self) -> String {
        self.text_of(super::BOOT_ID).trim().to_owned()
    }

    fn naming_scheme(&self) -> Scheme {
        let line = self.text_of("/proc/cmdline");
        let option =
            |word: &str| word.strip_prefix("net.naming_scheme=").map(Scheme::named);
        line.split_ascii_whitespace()
            .filter_map(option)
            .next_back()
            .unwrap_or(Scheme::NEWEST)
    }

    fn udev_names(&self, ifindex: u32) -> UdevNames {
        if !*self.is_udevs_namespace.get_or_init(udev_namespace::is_ours) {
            return UdevNames::default();
        }
        UdevNames::from_record(&self.text_of(&format!("/run/udev/data/n{ifindex}")))
    }

    #[cfg(feature = "cli")]
    fn is_active(&self, unit: &str) -> bool {
        let mut command = std::process::Command::new("systemctl");
        let command = command.args(["is-active", "--quiet", "--", unit]);
        command.status().is_ok_and(|status| status.success())
    }

    fn file(&self, path: &str) -> io::Result<Option<String>> {
        config::if_there(path, config::read_trusted(&self.host_path(path)))
    }

    #[cfg(feature = "cli")]
    fn excerpt(
        &self,
        path: &str,
        of: &dyn Fn(String) -> String,
    ) -> io::Result<Option<String>> {
        const LARGEST: u64 = 1 << 20;
        let is_large = |metadata: fs::Metadata| metadata.len() > LARGEST;
        if fs::metadata(self.host_path(path)).is_ok_and(is_large) {
            let error = io::Error::from(io::ErrorKind::FileTooLarge);
            return Err(config::about(path, &error));
        }
        let text = config::read_file(&self.host_path(path));
        Ok(config::if_there(path, text)?.map(of))
    }

    fn names(&self, folder: &str) -> io::Result<Vec<String>> {
        let about = |error: io::Error| config::about(folder, &error);
        let entries = match fs::read_dir(self.host_path(folder)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Vec::new());
            }
            entries => entries.map_err(about)?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = entry.map_err(about)?.file_name();
            names.push(name.into_string().map_err(|name| {
                let error =
                    io::Error::new(io::ErrorKind::InvalidData, "its name is not UTF-8");
                config::about(&format!("{folder}/{}", name.to_string_lossy()), &error)
            })?);
        }
        names.sort();
        Ok(names)
    }

    #[cfg(feature = "cli")]
    fn kept(&self, folder: &str, file: &str) -> io::Result<Option<String>> {
        self.store(folder).read(file)
    }

    #[cfg(feature = "cli")]
    fn is_kept(&self, folder: &str, file: &str) -> bool {
        self.store(folder).exists(file)
    }

    #[cfg(feature = "cli")]
    fn holders(&self, paths: &[String]) -> Vec<Vec<String>> {
        let mut holders = vec![Vec::new(); paths.len()];
        if paths.is_empty() {
            return holders;
        }
        for entry in fs::read_dir(self.host_path("/proc")).into_iter().flatten().flatten()
        {
            let name = entry.file_name().to_string_lossy().into_owned();
            if !name.bytes().all(|b| b.is_ascii_digit()) {
                continue;
            }
            let open = fs::read_dir(entry.path().join("fd")).into_iter().flatten();
            let open = open.flatten().filter_map(|fd| fs::read_link(fd.path()).ok());
            let open: BTreeSet<PathBuf> = open.collect();
            // Of a file in a container's own /dev the kernel tells the part below it.
            let held = |path: &String| {
                let below = path.strip_prefix("/dev");
                open.contains(Path::new(path))
                    || below.is_some_and(|below| open.contains(Path::new(below)))
            };
            let command = || fs::read_to_string(entry.path().join("comm"));
            for (path, holders) in paths.iter().zip(&mut holders) {
                if held(path) {
                    let command = command().unwrap_or_default();
                    holders.push(format!("{} ({name})", command.trim()));
                }
            }
        }
        holders
    }
}
