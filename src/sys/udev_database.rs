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
    Progress::Done { decided: property("ID_NET_NAME") }
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
