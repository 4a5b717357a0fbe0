// SPDX-License-Identifier: MIT OR Apache-2.0
//! What is read of a machine beside netlink and sysfs: the files of the administrator,
//! of the run and of the vendor, what udev has recorded, and what `/proc` tells.

use std::io;

use crate::model::{Scheme, UdevNames};

/// The machine around its devices. Paths are absolute, below the root of the machine.
pub trait Host {
    /// The running kernel's release, as `6.12.117+deb12-amd64`.
    fn kernel(&self) -> String;

    /// The id of this boot; empty where it cannot be read.
    #[cfg(feature = "cli")]
    fn boot(&self) -> String;

    /// The naming scheme that the kernel's command line pins (`net.naming_scheme=`);
    /// the newest where it pins none.
    fn naming_scheme(&self) -> Scheme;

    /// What udev has recorded of a netdev's names.
    fn udev_names(&self, ifindex: u32) -> UdevNames;

    /// The processes that hold these device files open, as `qemu-system-x86 (1234)`, in
    /// the order of the files. All processes are looked at, once for all files.
    #[cfg(feature = "cli")]
    fn holders(&self, paths: &[String]) -> Vec<Vec<String>>;

    /// Whether a unit of systemd is active.
    #[cfg(feature = "cli")]
    fn is_active(&self, unit: &str) -> bool;

    /// The text of a regular file; none where there is none. The error names the file.
    fn file(&self, path: &str) -> io::Result<Option<String>>;

    /// What a function makes of the text of a regular file that is not too large; none
    /// where there is none. Only that is recorded, so that a capture has no secrets of
    /// other programs.
    #[cfg(feature = "cli")]
    fn excerpt(
        &self,
        path: &str,
        of: &dyn Fn(String) -> String,
    ) -> io::Result<Option<String>>;

    /// The names in a folder, sorted; none where there is no such folder. The error
    /// names the folder.
    fn names(&self, folder: &str) -> io::Result<Vec<String>>;

    /// The text of a file that swdevctl keeps in a folder below `/run/swdevctl`; none
    /// where there is none.
    #[cfg(feature = "cli")]
    fn kept(&self, folder: &str, file: &str) -> io::Result<Option<String>>;

    /// Whether swdevctl keeps such a file, or may keep one that the caller cannot see.
    #[cfg(feature = "cli")]
    fn is_kept(&self, folder: &str, file: &str) -> bool;
}
