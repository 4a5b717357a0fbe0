// SPDX-License-Identifier: MIT OR Apache-2.0
//! The mark of a device whose forwarding a change has taken down.

use std::io;

use crate::{
    model::Handle,
    survey::damage::{FOLDER, Mark},
    sys::storage::Storage,
};

/// Leaves a mark on a device.
pub(super) fn mark(storage: &dyn Storage, mark: &Mark) -> io::Result<()> {
    let text = serde_json::to_string(mark)?;
    storage.write(FOLDER, &Mark::file_name(&mark.device), &text)
}

/// Removes the mark on a device, if there is one.
pub(super) fn remove_mark(storage: &dyn Storage, device: &Handle) -> io::Result<()> {
    storage.remove(FOLDER, &Mark::file_name(device))
}
