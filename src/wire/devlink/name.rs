// SPDX-License-Identifier: MIT OR Apache-2.0
//! Names of requests, for errors and logs.

use super::{DevlinkMessage, constants::*, handle};

/// The name of a command in include/uapi/linux/devlink.h.
#[must_use]
pub fn command_name(command: u8) -> String {
    let name = match command {
        CMD_GET => "GET",
        CMD_PORT_GET => "PORT_GET",
        CMD_PORT_SET => "PORT_SET",
        CMD_PORT_NEW => "PORT_NEW",
        CMD_PORT_DEL => "PORT_DEL",
        CMD_ESWITCH_GET => "ESWITCH_GET",
        CMD_ESWITCH_SET => "ESWITCH_SET",
        CMD_RELOAD => "RELOAD",
        CMD_PARAM_GET => "PARAM_GET",
        CMD_PARAM_SET => "PARAM_SET",
        CMD_INFO_GET => "INFO_GET",
        CMD_TRAP_GET => "TRAP_GET",
        CMD_RATE_GET => "RATE_GET",
        CMD_RATE_SET => "RATE_SET",
        _ => return format!("devlink command {command}"),
    };
    format!("DEVLINK_CMD_{name}")
}

/// The object that a message is about: an instance, or its port or parameter.
#[must_use]
pub fn object_name(message: &DevlinkMessage) -> Option<String> {
    let device = handle(message)?;
    let attributes = &message.attributes;
    Some(match attributes.u32(ATTR_PORT_INDEX) {
        Some(port) => format!("{device}/{port}"),
        None => match attributes.text(ATTR_PARAM_NAME) {
            Some(param) => format!("{device} {param}"),
            None => device.to_string(),
        },
    })
}
