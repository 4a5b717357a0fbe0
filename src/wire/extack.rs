// SPDX-License-Identifier: MIT OR Apache-2.0
//! Acknowledgements with the kernel's own message.
//!
//! NLMSG_ERROR carries an error number, the header of the request and then
//! attributes; NLMSG_DONE carries an error number and then attributes
//! (net/netlink/af_netlink.c, netlink_ack_tlv_fill and netlink_dump_done). A
//! message may come with error number 0: it is then information, not an error.

use netlink_packet_core::{NLM_F_ACK_TLVS, NLM_F_CAPPED};

use super::attribute::Attributes;
use crate::model::errno::EPROTO;

const NLMSGERR_ATTR_MSG: u16 = 1;
const NETLINK_HEADER: usize = 16;

/// How the kernel ended a request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ack {
    /// The error number, positive; 0 for success.
    pub errno: i32,
    /// The kernel's message.
    pub message: Option<String>,
}

impl Ack {
    /// From the payload of NLMSG_ERROR. Bytes that cannot be understood give
    /// an error number of EPROTO: a request whose end is unknown has failed.
    #[must_use]
    pub fn from_error(payload: &[u8], flags: u16) -> Self {
        let Some((errno, rest)) = split_errno(payload) else { return Self::lost() };
        if flags & NLM_F_ACK_TLVS == 0 {
            return Self { errno, message: None };
        }
        let request = if flags & NLM_F_CAPPED != 0 {
            NETLINK_HEADER
        } else {
            let length =
                rest.first_chunk().map_or(0, |b| u32::from_ne_bytes(*b) as usize);
            length.max(NETLINK_HEADER).saturating_add(3) & !3
        };
        Self { errno, message: rest.get(request..).and_then(message) }
    }

    /// From the payload of NLMSG_DONE. Kernels may leave it empty.
    #[must_use]
    pub fn from_done(payload: &[u8], flags: u16) -> Self {
        let Some((errno, rest)) = split_errno(payload) else { return Self::default() };
        let has_attributes = flags & NLM_F_ACK_TLVS != 0;
        Self { errno, message: if has_attributes { message(rest) } else { None } }
    }

    fn lost() -> Self {
        Self { errno: EPROTO, message: None }
    }
}

/// The error number, made positive, and what follows it.
fn split_errno(payload: &[u8]) -> Option<(i32, &[u8])> {
    let (errno, rest) = payload.split_first_chunk()?;
    Some((i32::from_ne_bytes(*errno).saturating_abs(), rest))
}

fn message(attributes: &[u8]) -> Option<String> {
    let text = Attributes::parse(attributes).ok()?.text(NLMSGERR_ATTR_MSG)?;
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn with_message(text: &str) -> Vec<u8> {
        Attributes::default().with_text(NLMSGERR_ATTR_MSG, text).to_bytes()
    }

    #[test]
    fn capped_and_whole_requests_are_skipped_alike() {
        for (flags, request_len) in
            [(NLM_F_CAPPED | NLM_F_ACK_TLVS, 60_u32), (NLM_F_ACK_TLVS, 22)]
        {
            let mut payload = (-16_i32).to_ne_bytes().to_vec();
            let mut request = vec![0; if flags & NLM_F_CAPPED != 0 { 16 } else { 24 }];
            request[..4].copy_from_slice(&request_len.to_ne_bytes());
            payload.extend(request);
            payload.extend(with_message("Rate node(s) exists."));
            let ack = Ack::from_error(&payload, flags);
            assert_eq!(
                (ack.errno, ack.message.as_deref()),
                (16, Some("Rate node(s) exists."))
            );
        }
    }

    #[test]
    fn a_message_with_errno_0_is_kept() {
        let mut payload = 0_i32.to_ne_bytes().to_vec();
        payload.extend(with_message("Changed eswitch mode to switchdev"));
        let ack = Ack::from_done(&payload, NLM_F_ACK_TLVS);
        assert_eq!(ack.errno, 0);
        assert_eq!(ack.message.as_deref(), Some("Changed eswitch mode to switchdev"));
    }

    #[test]
    fn an_end_that_is_cut_off_is_a_failure_and_an_empty_done_is_none() {
        assert_ne!(Ack::from_error(&[0, 0], 0).errno, 0);
        assert_eq!(Ack::from_done(&[], 0), Ack::default());
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(
            bytes in prop::collection::vec(any::<u8>(), 0..80),
            flags in any::<u16>(),
        ) {
            let _ = (Ack::from_error(&bytes, flags), Ack::from_done(&bytes, flags));
        }
    }
}
