// SPDX-License-Identifier: MIT OR Apache-2.0
//! Log lines of netlink requests: the command, its object, and how it ended.

use log::Level::Trace;

use super::{Answer, NetlinkError};
use crate::{error::errno_name, wire::extack::Ack};

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
    log::trace!("netlink: {} -> {}", name(), result(end));
}

fn result(end: Result<(usize, Option<&str>), &NetlinkError>) -> String {
    match end {
        Ok((count, None)) => format!("0, {count} messages"),
        Ok((count, Some(text))) => format!("0, {count} messages, \"{text}\""),
        Err(NetlinkError::Refused(Ack { errno, message: None })) => errno_name(*errno),
        Err(NetlinkError::Refused(Ack { errno, message: Some(text) })) => {
            format!("{}, \"{text}\"", errno_name(*errno))
        }
        Err(error) => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_own_message_stands_behind_its_answer() {
        let refused = |message: Option<&str>| {
            let ack = Ack { errno: 16, message: message.map(str::to_owned) };
            result(Err(&NetlinkError::Refused(ack)))
        };
        assert!(refused(Some("Rate node(s) exists.")).starts_with("EBUSY"));
        assert!(
            refused(Some("Rate node(s) exists.")).ends_with("\"Rate node(s) exists.\"")
        );
        assert!(!refused(None).contains('"'));
        assert_eq!(result(Ok((3, None))), "0, 3 messages");
        assert_eq!(result(Ok((0, Some("done")))), "0, 0 messages, \"done\"");
    }
}
