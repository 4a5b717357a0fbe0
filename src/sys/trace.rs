// SPDX-License-Identifier: MIT OR Apache-2.0
//! Log lines of netlink requests: the command, its object, and how it ended.

use log::Level::Trace;

use super::{Answer, NetlinkError};
use crate::error::errno_name;

/// Logs the kernel's answer to a request.
pub(super) fn answer(name: &dyn Fn() -> String, answer: &Result<Answer, NetlinkError>) {
    end(name, answer.as_ref().map(|of| (of.messages.len(), of.message.as_deref())));
}

/// Logs how a request ended: the number of messages with the kernel's own message, or
/// the error.
pub(super) fn end(
    name: &dyn Fn() -> String,
    end: Result<(usize, Option<&str>), &NetlinkError>,
) {
    if !log::log_enabled!(Trace) {
        return;
    }
    let name = name();
    match end {
        Ok((count, None)) => log::trace!("netlink: {name} -> 0, {count} messages"),
        Ok((count, Some(text))) => {
            log::trace!("netlink: {name} -> 0, {count} messages: {text}");
        }
        Err(NetlinkError::Refused(ack)) => {
            let errno = errno_name(ack.errno);
            let text = ack.message.as_deref().unwrap_or("no message");
            log::trace!("netlink: {name} -> {errno}: {text}");
        }
        Err(error) => log::trace!("netlink: {name} -> {error}"),
    }
}
