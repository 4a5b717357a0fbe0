// SPDX-License-Identifier: MIT OR Apache-2.0
//! Bytes to values and back: no socket, no file.
//!
//! Decoding is lenient where kernels differ and strict where lengths are wrong: an
//! unknown attribute is skipped, a known attribute of the wrong size counts as absent
//! (and is logged), but a message whose lengths do not add up is an error.

pub mod address;
pub mod attribute;
pub mod devlink;
#[cfg(feature = "cli")]
pub mod ethtool;
pub mod extack;
#[cfg(test)]
mod fixture;
pub mod link;
pub mod request_name;
#[cfg(feature = "cli")]
pub mod route;
#[cfg(feature = "cli")]
pub mod tc;
#[cfg(feature = "cli")]
pub mod vf;
#[cfg(feature = "cli")]
pub mod xfrm;

/// Bytes that are not the expected message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("malformed netlink message: {0}")]
pub struct WireError(pub String);

impl From<netlink_packet_core::DecodeError> for WireError {
    fn from(error: netlink_packet_core::DecodeError) -> Self {
        Self(error.to_string())
    }
}
