// SPDX-License-Identifier: MIT OR Apache-2.0
//! Devlink over generic netlink: messages of family `devlink`, version 1.
//!
//! `request` builds requests, and `decode` reads replies. Both support kernels from 6.1
//! to 7.x:
//! - the replies of a port dump carry command 3 (NEW) on 6.1 and 7 (PORT_NEW) later,
//!   so replies are distinguished by their attributes, never by their command;
//! - 7.2 and later add an index to each handle, and have instances without a device,
//!   named `devlink_index/N`; bus and device name are always present as well;
//! - unknown values are kept as numbers.

mod constants;
mod decode;
#[cfg(test)]
mod golden;
#[cfg(test)]
pub(crate) mod kernel;
mod message;
mod name;
mod request;
#[cfg(test)]
mod second_opinion;

pub use constants::{CMD_NEW, CMD_PORT_DEL, CMD_PORT_NEW};
pub use decode::{
    active_trap, eswitch, handle, info, nested_instances, param, port, rate,
};
pub use message::{DevlinkMessage, only_asks};
pub use name::{command_name, object_name};
pub use request::{
    EswitchChange, FunctionChange, NewPort, RateChange, eswitch_get, eswitch_set,
    info_get, instance_get, instances, param_get, param_set, port_del, port_get,
    port_new, port_set, ports, rate_set, rates, reload, traps,
};

/// The multicast group that all notifications go to.
pub const MULTICAST_GROUP: &str = "config";
