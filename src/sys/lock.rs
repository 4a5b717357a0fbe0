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
#[derive(Debug)]
pub struct Locks {
    files: Vec<File>,
}

impl Locks {
    /// Lets processes that are started from now on hold the locks as well.
    pub(super) fn inherit(&self) -> io::Result<()> {
        for file in &self.files {
            fcntl_setfd(file, FdFlags::empty())?;
        }
        Ok(())
    }
}

/// What the lock of a device is called: by the functions of one PCI device, and by
/// the switch id, which PFs at different places share in a socket-direct group.
/// Some devices have an id in one mode only, so neither is enough.
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

/// Takes locks, waiting for others who hold them for `limit` at most; none where it
/// passed. `waiting` is told of each lock that is waited for. Everybody takes them in the
/// order of their names, so no two wait for each other.
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

/// The file, locked. A wait that is given up ends with the process.
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
