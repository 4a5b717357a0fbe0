// SPDX-License-Identifier: MIT OR Apache-2.0
//! Failures to read.

use crate::{
    error::{Failure, Kind},
    model::Handle,
    sys::NetlinkError,
};

/// Failure to read something that every machine has.
#[must_use]
pub fn unread(what: &str, error: &NetlinkError) -> Failure {
    let mut failure = Failure::new(Kind::Failed, format!("cannot read {what}: {error}"));
    failure.errno = error.errno();
    failure
}

/// Failure to read what is common to all of a machine.
#[must_use]
pub fn machine_unread(error: &NetlinkError) -> Failure {
    unread("this machine", error)
}

/// A failure that is due to a netlink error.
#[must_use]
pub fn of_error(message: String, device: &Handle, error: &NetlinkError) -> Failure {
    let kind = if error.is_gone() {
        Kind::NotFound
    } else if error.is_denied() {
        Kind::NotPermitted
    } else {
        Kind::Failed
    };
    let mut failure = Failure::new(kind, message).on(device);
    failure.errno = error.errno();
    match error {
        NetlinkError::Refused(ack) => failure.kernel_message.clone_from(&ack.message),
        other => failure.kernel_message = Some(other.to_string()),
    }
    failure
}

/// The device has gone.
#[must_use]
pub fn vanished(device: &Handle) -> Failure {
    Failure::new(Kind::NotFound, format!("{device} vanished while it was read"))
        .on(device)
        .state(format!("{device} has vanished"))
        .hint("check the kernel log (dmesg) for what removed it")
}
