// SPDX-License-Identifier: MIT OR Apache-2.0
//! Simulated devices, `netdevsim`: every port is a devlink port with the device as
//! its parent.

use super::{EVER, Profile, UNKNOWN, VfNeed};
use crate::model::VfField;

/// See the module.
pub(super) const PROFILE: Profile = Profile {
    driver: "netdevsim",
    several_uplinks: true,
    vfs: VfNeed::Any,
    rates_apart: true,
    legacy_without_vfs_before: Some(EVER),
    in_switchdev: Some(&VfField::ALL),
    ..UNKNOWN
};
