// SPDX-License-Identifier: MIT OR Apache-2.0
//! Everything that reads a machine in order to answer a question or to plan a change.
//! Nothing here writes.
//!
//! The udev helper has two of these: which policy is in force, and what one netdev is.

#[cfg(feature = "cli")]
mod claims;
#[cfg(feature = "cli")]
pub mod damage;
#[cfg(feature = "cli")]
pub mod declared;
#[cfg(feature = "cli")]
mod details;
#[cfg(feature = "cli")]
mod device;
#[cfg(feature = "cli")]
mod everything;
#[cfg(feature = "cli")]
mod failure;
#[cfg(feature = "cli")]
pub mod find;
mod identity;
#[cfg(feature = "cli")]
pub mod kept;
#[cfg(feature = "cli")]
mod mode;
#[cfg(feature = "cli")]
mod narrow;
#[cfg(feature = "cli")]
mod netdevs;
mod policy;
#[cfg(feature = "cli")]
mod ports;
#[cfg(feature = "cli")]
mod representor;
#[cfg(feature = "cli")]
pub mod select;
#[cfg(feature = "cli")]
mod sfs;
#[cfg(feature = "cli")]
mod snapshot;
#[cfg(feature = "cli")]
mod surroundings;
#[cfg(feature = "cli")]
mod target;
#[cfg(feature = "cli")]
pub mod watch;

#[cfg(feature = "cli")]
pub use device::{
    Reading, complete, devices, devices_or_all, facts, filtered, of_one_instance,
    wait_until_probed,
};
#[cfg(feature = "cli")]
pub use everything::everything;
#[cfg(feature = "cli")]
pub use failure::{machine_unread, of_error, unread, vanished};
pub use identity::{Placed, placed};
#[cfg(feature = "cli")]
pub use mode::{eswitch, mode_to_change, modes, no_devlink, no_eswitch, reading_mode};
#[cfg(feature = "cli")]
pub use netdevs::{
    function_of, is_named_by_administrator, named, of_things, policy_name, port,
    selected, unnamed,
};
pub use policy::{policy, policy_in_force};
#[cfg(feature = "cli")]
pub use ports::{
    REPRESENTORS, key, keyed, netdevs, own_netdevs, own_netdevs_of_sfs, settings,
};
#[cfg(feature = "cli")]
pub use representor::{by_devlink_port, by_policy_name, master};
#[cfg(feature = "cli")]
pub use sfs::{auxiliary, devices_with_sfs, sfs};
#[cfg(feature = "cli")]
pub use snapshot::{preflight, release, snapshot};
