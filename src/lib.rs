// SPDX-License-Identifier: MIT OR Apache-2.0
//! swdevctl: eswitch modes, representors and their names.
//!
//! Facts, then decision, then effect: readers make plain data, pure functions
//! decide, one place acts. A module may import only what stands above it here,
//! and `tests/house.rs` holds it to that:
//!
//! | module | may import |
//! |---|---|
//! | `model` | nothing of this crate |
//! | `error` | `model` |
//! | `wire` | `model` |
//! | `driver` | `model` |
//! | `topology` | `model`, `driver` |
//! | `naming` | `model`, `driver` |
//! | `desired` | `model` |
//! | `plan` | `model`, `driver`, `naming`, `desired` |
//! | `render` | `model`, `topology`, `naming`, `plan`, `desired`, `error` |
//! | `sys` | `model`, `wire`, `error` |
//! | `survey` | `model`, `driver`, `topology`, `naming`, `desired`, `sys`, `error` |
//! | `transaction` | everything but `render` and `commands` |
//! | `commands` | everything |
//!
//! The udev helper uses `survey`, `render` and a sliver of `sys`; it is built without the feature `cli`, so without clap and libudev.

#[cfg(feature = "cli")]
pub mod desired;
pub mod driver;
pub mod error;
pub mod model;
pub mod naming;
#[cfg(feature = "cli")]
pub mod plan;
pub mod render;
pub mod survey;
pub mod sys;
pub mod topology;
#[cfg(feature = "cli")]
pub mod transaction;
pub mod wire;

#[cfg(feature = "cli")]
pub mod commands;
