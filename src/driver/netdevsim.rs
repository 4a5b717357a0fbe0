// SPDX-License-Identifier: MIT OR Apache-2.0
//! Simulated devices, `netdevsim`: every port is a devlink port with the device as
//! its parent.

use super::{Profile, UNKNOWN, VfNeed};

/// See the module.
pub(super) const PROFILE: Profile =
    Profile { driver: "netdevsim", vfs: VfNeed::Any, ..UNKNOWN };
