// SPDX-License-Identifier: MIT OR Apache-2.0
//! Names of uplinks and representors, and of VFs' and SFs' own netdevs.
//!
//! A name is a pure function of an [`Identity`](crate::model::Identity) and a
//! [`Policy`]: the same for any order of events, any kernel, and any present names of
//! other interfaces. The identity has the device's base name in
//! systemd's naming scheme in force, which a policy may use or not. The command line
//! and the udev helper share this one function.

mod built_in;
#[cfg(feature = "cli")]
mod check;
#[cfg(feature = "cli")]
mod explanation;
mod file;
mod identify;
mod number;
mod policy;
mod rename;
#[cfg(feature = "cli")]
mod rules;
mod template;
#[cfg(test)]
mod tests;

#[cfg(feature = "cli")]
pub use check::{Check, Collision, Difference};
#[cfg(feature = "cli")]
pub use explanation::{Explanation, Explanations, NameRow, Names, Tried};
pub use file::{DEFAULT, PolicyError};
pub use identify::{ending_of_function, identity, is_own_netdev, owner, port_place};
pub use policy::{Attempt, Name, Policy};
pub use rename::{Change, NameConflict, Target, changes};
#[cfg(feature = "cli")]
pub use rules::{Match, Omitted, Rule, Rules};
pub use template::Misfit;
