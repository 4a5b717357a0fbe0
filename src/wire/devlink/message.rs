// SPDX-License-Identifier: MIT OR Apache-2.0
//! A devlink message: a command and attributes, framed as generic netlink.

use netlink_packet_core::{DecodeError, Emitable, ParseableParametrized};
use netlink_packet_generic::{GenlFamily, GenlHeader, GenlMessage};

use super::constants::*;
use crate::wire::{WireError, attribute::Attributes};

/// Command and attributes of one message, in either direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DevlinkMessage {
    /// DEVLINK_CMD_*.
    pub command: u8,
    /// DEVLINK_ATTR_*.
    pub attributes: Attributes<'static>,
}

impl DevlinkMessage {
    /// Reads a message's payload: the generic netlink header and attributes.
    pub fn parse(payload: &[u8]) -> Result<Self, WireError> {
        let message = GenlMessage::<Self>::parse_with_param(payload, 0)?;
        Ok(message.payload)
    }

    /// The payload to be sent: the generic netlink header and attributes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let message = GenlMessage::from_payload(self.clone());
        let mut bytes = vec![0; message.buffer_len()];
        message.emit(&mut bytes);
        bytes
    }
}

/// Whether a request with this payload only reads.
#[must_use]
pub fn only_asks(payload: &[u8]) -> bool {
    const ASKING: [u8; 7] = [
        CMD_GET,
        CMD_PORT_GET,
        CMD_ESWITCH_GET,
        CMD_PARAM_GET,
        CMD_INFO_GET,
        CMD_TRAP_GET,
        CMD_RATE_GET,
    ];
    payload.first().is_some_and(|command| ASKING.contains(command))
}

impl GenlFamily for DevlinkMessage {
    fn family_name() -> &'static str {
        "devlink"
    }

    fn command(&self) -> u8 {
        self.command
    }

    fn version(&self) -> u8 {
        1
    }
}

impl Emitable for DevlinkMessage {
    fn buffer_len(&self) -> usize {
        self.attributes.buffer_len()
    }

    fn emit(&self, buffer: &mut [u8]) {
        self.attributes.emit(buffer);
    }
}

impl ParseableParametrized<[u8], GenlHeader> for DevlinkMessage {
    fn parse_with_param(bytes: &[u8], header: GenlHeader) -> Result<Self, DecodeError> {
        let attributes =
            Attributes::parse(bytes).map_err(|error| DecodeError::from(error.0))?;
        Ok(Self { command: header.cmd, attributes: attributes.into_owned() })
    }
}
