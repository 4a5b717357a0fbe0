// SPDX-License-Identifier: MIT OR Apache-2.0
//! The only I/O: netlink, sysfs, udev.
//!
//! All reading goes through [`Machine`] and its [`Host`]; [`Live`] is the machine that
//! the program runs on, and a capture can stand in for it. Everything above this
//! module works on what they return.

#[cfg(feature = "cli")]
pub mod addresses;
pub mod base;
#[cfg(feature = "cli")]
pub mod blockers;
#[cfg(feature = "cli")]
pub mod capture;
pub mod config;
#[cfg(feature = "cli")]
pub mod details;
pub mod devlink;
#[cfg(feature = "cli")]
mod effects;
#[cfg(feature = "cli")]
pub mod gather;
#[cfg(feature = "cli")]
pub mod holders;
mod host;
pub mod links;
mod live;
mod live_host;
#[cfg(feature = "cli")]
pub mod lock;
mod machine;
#[cfg(feature = "cli")]
mod memo;
mod messages;
mod netlink;
#[cfg(feature = "cli")]
pub mod notices;
#[cfg(feature = "cli")]
pub mod others;
pub mod pci;
pub mod privileges;
#[cfg(feature = "cli")]
mod replace;
#[cfg(feature = "cli")]
pub mod routes;
#[cfg(feature = "cli")]
pub mod signals;
#[cfg(feature = "cli")]
pub mod storage;
#[cfg(feature = "cli")]
mod store;
mod trace;
#[cfg(feature = "cli")]
pub mod udev_database;
mod udev_namespace;
#[cfg(feature = "cli")]
pub mod vfs;
#[cfg(feature = "cli")]
pub mod watch;
#[cfg(feature = "cli")]
pub mod worker;

#[cfg(feature = "cli")]
pub use effects::{Effects, Events};
pub use host::Host;
pub use live::Live;
#[cfg(feature = "cli")]
pub use machine::walk;
pub use machine::{Answer, Change, Machine, NetlinkError, Question, Writable};
#[cfg(feature = "cli")]
pub use memo::Memo;
pub use messages::Messages;
#[cfg(feature = "cli")]
pub use replace::replace;

/// The file with the id of this boot.
#[cfg(feature = "cli")]
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";
