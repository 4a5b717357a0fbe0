// SPDX-License-Identifier: MIT OR Apache-2.0
//! Where other programs that set up SR-IOV have their files.

use std::{collections::BTreeSet, io};

use super::Host;
use crate::model::{ConfigFile, Program};

/// Programs, with their folders and the endings of their files. Of two files with one name,
/// the one in the first folder counts.
const FOLDERS: [(Program, &[&str], &str); 6] = [
    (
        Program::NetworkManager,
        &[
            "/etc/NetworkManager/system-connections",
            "/run/NetworkManager/system-connections",
            "/usr/lib/NetworkManager/system-connections",
        ],
        ".nmconnection",
    ),
    (Program::Netplan, &["/run/netplan", "/etc/netplan", "/usr/lib/netplan"], ".yaml"),
    (Program::Udevd, &SYSTEMD, ".link"),
    (Program::Networkd, &SYSTEMD, ".network"),
    (
        Program::Devlinkd,
        &["/etc/systemd/devlink", "/run/systemd/devlink", "/usr/lib/systemd/devlink"],
        ".devlink",
    ),
    (Program::SriovOperator, &["/etc/sriov-operator/pci"], ""),
];

const SYSTEMD: [&str; 4] = [
    "/etc/systemd/network",
    "/run/systemd/network",
    "/usr/local/lib/systemd/network",
    "/usr/lib/systemd/network",
];

/// Single files.
const FILES: [(Program, &str); 2] = [
    (Program::BlueField, "/etc/mellanox/mlnx-bf.conf"),
    (Program::Kernel, "/proc/cmdline"),
];

/// The most files of a folder that are read.
const MOST_FILES: usize = 256;

/// What a function makes of each file of another program. A file that cannot be read is
/// left out.
pub fn excerpts(
    host: &dyn Host,
    of: &dyn Fn(Program, &ConfigFile) -> String,
) -> Vec<String> {
    let mut files: Vec<(Program, String)> = Vec::new();
    for (program, folders, ending) in FOLDERS {
        let mut taken = BTreeSet::new();
        for folder in folders {
            let names = unless_unread(host.names(folder)).unwrap_or_default();
            let names = names.into_iter().filter(|name| name.ends_with(ending));
            for name in names.take(MOST_FILES) {
                let path = format!("{folder}/{name}");
                if taken.insert(name) {
                    files.push((program, path));
                }
            }
        }
    }
    files.extend(FILES.map(|(program, path)| (program, path.to_owned())));
    let excerpt = |(program, path): (Program, String)| {
        let of = |text| of(program, &ConfigFile { path: path.clone(), text });
        unless_unread(host.excerpt(&path, &of)).flatten()
    };
    files.into_iter().filter_map(excerpt).collect()
}

fn unless_unread<T>(read: io::Result<T>) -> Option<T> {
    read.inspect_err(|error| log::debug!("claims of other programs: {error}")).ok()
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::symlink};

    use super::*;
    use crate::sys::{Live, config::tests::place};

    #[test]
    fn a_file_that_another_of_its_name_masks_is_not_read() {
        let root = tempfile::tempdir().unwrap();
        let path = |path: &str| place(root.path(), path);
        fs::write(path("usr/lib/systemd/network/a.link"), "vendor").unwrap();
        fs::write(path("etc/systemd/network/a.link"), "own").unwrap();
        fs::write(path("usr/lib/systemd/network/b.link"), "vendor").unwrap();
        symlink("/dev/null", path("etc/systemd/network/b.link")).unwrap();
        fs::write(path("etc/netplan/c.yaml"), "own").unwrap();
        fs::write(path("run/netplan/c.yaml"), "for now").unwrap();
        let live = Live::with_root(root.path());
        let texts = excerpts(&live, &|_, file| file.text.clone());
        assert_eq!(texts, ["for now", "own", ""]);
    }
}
