// SPDX-License-Identifier: MIT OR Apache-2.0
//! Locks: one change at a time of a card, whose PFs share one switch.

use std::{
    collections::BTreeSet,
    fs::File,
    io,
    path::Path,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use rustix::{
    fs::{FlockOperation, flock},
    io::{Errno, FdFlags, fcntl_setfd},
};

use super::{
    Machine,
    store::{FOLDER, Store},
};
use crate::model::Handle;

/// Locks that are held until it is dropped, or the process ends.
#[derive(Debug, Default)]
pub struct Locks {
    files: Vec<File>,
}

impl Locks {
    /// Makes processes that are started from now on inherit the locks.
    pub(super) fn inherit(&self) -> io::Result<()> {
        for file in &self.files {
            fcntl_setfd(file, FdFlags::empty())?;
        }
        Ok(())
    }
}

/// The names of a device's locks: one for all functions of its PCI device, and one for
/// its switch id, which PFs at different addresses share in a socket-direct group.
/// Neither is enough alone: some devices have a switch id in one mode only.
#[must_use]
pub fn names(machine: &dyn Machine, device: &Handle) -> BTreeSet<String> {
    let Some(address) = device.pci_address() else {
        return BTreeSet::from([device.to_string().replace('/', "-")]);
    };
    let text = device.to_string().replace('/', "-");
    let card = text.rsplit_once('.').map_or(text.as_str(), |(card, _)| card);
    let net = format!("bus/pci/devices/{address}/net");
    let netdevs = machine.list(&net).unwrap_or_default();
    let id = netdevs.iter().find_map(|name| {
        let id = machine.text(&format!("{net}/{name}/phys_switch_id"))?;
        let plain = !id.is_empty() && id.bytes().all(|b| b.is_ascii_hexdigit());
        plain.then(|| format!("switch-{id}"))
    });
    [card.to_owned()].into_iter().chain(id).collect()
}

/// Takes locks, and waits at most `limit` for other holders; none after that time, or at
/// once if it is zero. `waiting` is called with the name of each lock that is waited for.
/// Each process takes locks in the order of their names, which excludes deadlocks.
pub fn take(
    names: &BTreeSet<String>,
    limit: Duration,
    waiting: &dyn Fn(&str),
) -> io::Result<Option<Locks>> {
    let deadline = Instant::now() + limit;
    let store = Store::new(Path::new(FOLDER).join("lock"));
    let mut files = Vec::new();
    for name in names {
        let file = store.open(name)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => files.push(file),
            Err(Errno::WOULDBLOCK) => {
                if limit.is_zero() {
                    return Ok(None);
                }
                waiting(name);
                let left = deadline.saturating_duration_since(Instant::now());
                match wait(file, left)? {
                    Some(file) => files.push(file),
                    None => return Ok(None),
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Some(Locks { files }))
}

/// The locked file. The thread of a wait that was given up ends with the process.
fn wait(file: File, limit: Duration) -> io::Result<Option<File>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let locked = flock(&file, FlockOperation::LockExclusive);
        let _ = sender.send(locked.map(|()| file));
    });
    match receiver.recv_timeout(limit) {
        Ok(locked) => Ok(Some(locked?)),
        Err(_) => Ok(None),
    }
}
