// SPDX-License-Identifier: MIT OR Apache-2.0
//! When devices were made as declared, for the inventory.

use std::{
    io,
    time::{SystemTime, UNIX_EPOCH},
};

use crate::{
    model::Handle,
    survey::kept::{APPLIED, file_name},
    sys::storage::Storage,
};

/// Notes that a device was made as declared just now.
pub fn note(storage: &dyn Storage, device: &Handle) -> io::Result<()> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    storage.write(APPLIED, &file_name(device, ""), &format!("{}\n", now.as_secs()))
}
