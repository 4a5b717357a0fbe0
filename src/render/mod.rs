// SPDX-License-Identifier: MIT OR Apache-2.0
//! Values as text: tables, JSON, udev's environment.

#[cfg(feature = "cli")]
mod columns;
#[cfg(feature = "cli")]
mod declared;
#[cfg(feature = "cli")]
mod document;
#[cfg(feature = "cli")]
pub mod fields;
#[cfg(feature = "cli")]
mod find;
#[cfg(feature = "cli")]
mod formats;
#[cfg(feature = "cli")]
mod inventory;
#[cfg(feature = "cli")]
pub mod json;
#[cfg(feature = "cli")]
mod mode;
#[cfg(feature = "cli")]
mod names;
#[cfg(feature = "cli")]
mod plan;
#[cfg(feature = "cli")]
mod readiness;
#[cfg(feature = "cli")]
mod recovered;
#[cfg(feature = "cli")]
mod rules;
#[cfg(feature = "cli")]
mod selected;
#[cfg(feature = "cli")]
mod sfs;
#[cfg(feature = "cli")]
mod table;
#[cfg(feature = "cli")]
mod text_style;
#[cfg(feature = "cli")]
mod topology;
mod udev;

#[cfg(feature = "cli")]
pub use declared::{Declaration, Drifts};
#[cfg(feature = "cli")]
pub use document::{Captured, DeviceNetdev, Devices, Document, Text, Written};
#[cfg(feature = "cli")]
pub use find::Finds;
#[cfg(feature = "cli")]
pub use formats::{Consumer, Formatted};
#[cfg(feature = "cli")]
use plan::findings;
#[cfg(feature = "cli")]
pub use plan::{Plans, action};
#[cfg(feature = "cli")]
pub use recovered::Recoveries;
#[cfg(feature = "cli")]
pub use rules::{RuleFile, RuleForm};
#[cfg(feature = "cli")]
pub use selected::Selected;
#[cfg(feature = "cli")]
pub use sfs::{DeviceSfs, RemovedSfs};
#[cfg(feature = "cli")]
pub use table::Table;
#[cfg(feature = "cli")]
pub use text_style::{TextStyle, Tone};
#[cfg(feature = "cli")]
pub use topology::{Form, Topology};
pub use udev::properties;
