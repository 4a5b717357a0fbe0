// SPDX-License-Identifier: MIT OR Apache-2.0
//! Simulated devices, `netdevsim`: every port is a devlink port with the device as
//! its parent.

use super::{PfNumber, Profile};

/// See the module.
pub(super) const PROFILE: Profile = Profile {
    driver: "netdevsim",
    lone_representors: false,
    pf_number: PfNumber::Opaque,
    first_vf: 0,
    represents_vfs: true,
    firmware_decides: false,
};
