// SPDX-License-Identifier: MIT OR Apache-2.0
//! Marvell LiquidIO II, `LiquidIO`.
//!
//! Representors have no parent device and are no devlink ports (lio_vf_rep.c).
//! The switch id is the address of the PF's netdev, so each PF has its own; the PF
//! reports it in switchdev mode only.

use super::{PfNumber, Profile};

/// See the module.
pub(super) const PROFILE: Profile = Profile {
    driver: "LiquidIO",
    lone_representors: true,
    pf_number: PfNumber::Opaque,
    first_vf: 0,
    represents_vfs: true,
    firmware_decides: false,
};
