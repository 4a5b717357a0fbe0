// SPDX-License-Identifier: MIT OR Apache-2.0
//! What udev has done with a netdev.

use std::{io::ErrorKind, os::unix::net::UnixStream};

use udev::Device;

/// How far udev is with a netdev.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// There is no udev on this machine (a container, perhaps).
    NoUdev,
    /// It has not finished with it, or does not know it.
    Pending,
    /// It has finished, its rename included.
    Done {
        /// The name that its rules or `.link` files decided on.
        decided: Option<String>,
    },
}

/// How far udev is with the netdev of that name and index. The name may be an
/// old one: then it is pending.
#[must_use]
pub fn progress(name: &str, ifindex: u32) -> Progress {
    if !listens() {
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
    // Between its decision and its rename udev's record has this and no name yet.
    if property("ID_RENAMING").is_some() {
        return Progress::Pending;
    }
    // With systemd's own .link file alone, a name of the kernel's counting is
    // kept for want of a better one, which is no decision.
    let default = property("ID_NET_LINK_FILE").is_some_and(|file| is_systemds(&file));
    let decided =
        if default && counted(&device) { None } else { property("ID_NET_NAME") };
    Progress::Done { decided }
}

/// Whether a `.link` file that is not systemd's own named the netdev of that name.
#[must_use]
pub fn is_administrators(name: &str) -> bool {
    let device = Device::from_subsystem_sysname("net".into(), name.into());
    let Ok(device) = device else { return false };
    let of = |key: &str| {
        device.property_value(key).map(|value| value.to_string_lossy().into_owned())
    };
    let names = of("ID_NET_NAME").is_some_and(|decided| decided == name);
    names && of("ID_NET_LINK_FILE").is_some_and(|file| !is_systemds(&file))
}

/// Whether that `.link` file came with systemd.
fn is_systemds(file: &str) -> bool {
    file.starts_with("/usr/lib/") || file.starts_with("/lib/")
}

/// Whether the netdev's name is still the one that the kernel counted out
/// (NET_NAME_ENUM), or the kernel does not say.
fn counted(device: &Device) -> bool {
    const NET_NAME_ENUM: &str = "1";
    device.attribute_value("name_assign_type").is_none_or(|kind| kind == NET_NAME_ENUM)
}

/// Whether udev, or systemd on its behalf, listens on its control socket. A
/// socket of another type is connected to here, which a listener refuses in its
/// own way: the file alone outlives udev.
fn listens() -> bool {
    match UnixStream::connect("/run/udev/control") {
        Ok(_) => true,
        Err(error) => {
            !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused)
        }
    }
}
