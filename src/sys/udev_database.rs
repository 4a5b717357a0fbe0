// SPDX-License-Identifier: MIT OR Apache-2.0
//! What udev has done with a netdev.

use std::{io::ErrorKind, os::unix::net::UnixStream};

use udev::Device;

use super::udev_namespace;

/// Progress of udev with a netdev.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// No udev manages this network namespace: udev runs in another one, or not at all
    /// (perhaps in a container).
    NoUdev,
    /// udev has not finished, or does not know the netdev.
    Pending,
    /// udev has finished, its rename included.
    Done {
        /// The name that rules or `.link` files have chosen.
        decided: Option<String>,
    },
}

/// Progress of udev with the netdev of that name and index; pending where the netdev has
/// another name by now.
#[must_use]
pub fn progress(name: &str, ifindex: u32) -> Progress {
    if !udev_namespace::is_ours() || !listens() {
        return Progress::NoUdev;
    }
    let device = Device::from_subsystem_sysname("net".into(), name.into());
    let Ok(device) = device else { return Progress::Pending };
    let property = |key: &str| {
        device.property_value(key).map(|value| value.to_string_lossy().into_owned())
    };
    if property("IFINDEX") != Some(ifindex.to_string()) || !device.is_initialized() {
        return Progress::Pending;
    }
    // Between decision and rename, udev's record has ID_NET_NAME but not yet the name;
    // systemd 258 and later set ID_RENAMING or ID_PROCESSING while rules run.
    let pending = ["ID_RENAMING", "ID_PROCESSING"];
    if pending.iter().any(|key| property(key).is_some()) {
        return Progress::Pending;
    }
    // With systemd's own .link file alone, a name that the kernel assigned is kept for
    // want of a better one, which is no decision; nor is a name of systemd's if our rules
    // had no say, as for a netdev that did not say yet what it is.
    let default = property("ID_NET_LINK_FILE").is_some_and(|file| is_vendor_file(&file));
    let undecided = is_kernel_assigned(&device) || property("SWDEV_ROLE").is_none();
    let decided = if default && undecided { None } else { property("ID_NET_NAME") };
    Progress::Done { decided }
}

/// Whether that `.link` file came with systemd.
#[must_use]
pub fn is_vendor_file(file: &str) -> bool {
    file.starts_with("/usr/lib/") || file.starts_with("/lib/")
}

/// Whether the netdev's name is still the one that the kernel counted out
/// (NET_NAME_ENUM), or the kernel does not say.
fn is_kernel_assigned(device: &Device) -> bool {
    const NET_NAME_ENUM: &str = "1";
    device.attribute_value("name_assign_type").is_none_or(|kind| kind == NET_NAME_ENUM)
}

/// Whether udev, or systemd on its behalf, listens on its control socket. The file of
/// the socket may outlive udev, so this connects with the wrong socket type: only a
/// listener refuses that with EPROTOTYPE.
fn listens() -> bool {
    match UnixStream::connect("/run/udev/control") {
        Ok(_) => true,
        Err(error) => {
            !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused)
        }
    }
}
