// SPDX-License-Identifier: MIT OR Apache-2.0
//! swdevctl: eswitch modes, representors and their names.
//!
//! Facts, then decisions, then effects: readers make plain data, pure functions
//! decide, one place acts. A module can import only modules above it in this table,
//! which `tests/house/imports.rs` checks:
//!
//! | module | may import |
//! |---|---|
//! | `model` | no module of this crate |
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
//! The udev helper uses `survey`, `render` and a part of `sys`. The helper is built without
//! the feature `cli`, and so without clap and libudev.

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
