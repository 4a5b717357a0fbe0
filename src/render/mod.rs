// SPDX-License-Identifier: MIT OR Apache-2.0
//! Values as text: tables, JSON, udev's environment.

#[cfg(feature = "cli")]
mod plan;
#[cfg(feature = "cli")]
mod table;
mod udev;

#[cfg(feature = "cli")]
pub use plan::{action, findings, plan};
#[cfg(feature = "cli")]
pub use table::Table;
pub use udev::properties;
