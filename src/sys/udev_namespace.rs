// SPDX-License-Identifier: MIT OR Apache-2.0
//! Whether udev manages the netdevs of this network namespace.
//!
//! udev sees the events of the namespace that it runs in. Its records are by
//! interface index, and indices repeat in each namespace: in another one, its
//! records are those of other netdevs.

use std::fs;

/// Whether this process is in the network namespace of process 1, as udev is.
/// Where that cannot be read (without privileges), it is taken to be so.
#[must_use]
pub fn is_ours() -> bool {
    let namespace = |process: &str| fs::read_link(format!("/proc/{process}/ns/net")).ok();
    match (namespace("self"), namespace("1")) {
        (Some(ours), Some(udevs)) => ours == udevs,
        _ => true,
    }
}
