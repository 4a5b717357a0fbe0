// SPDX-License-Identifier: MIT OR Apache-2.0
//! Names of uplinks and representors.
//!
//! A name is a pure function of an [`Identity`](crate::model::Identity) and a
//! [`Policy`]: the same whatever the order of events, the kernel, the version
//! of systemd, and the names that other interfaces bear at that moment. The
//! command line and the udev helper share this one function.

mod identify;
mod policy;
mod template;

pub use identify::{identity, owner};
pub use policy::{Name, Policy, PolicyError};
