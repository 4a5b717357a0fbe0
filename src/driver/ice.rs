// SPDX-License-Identifier: MIT OR Apache-2.0
//! Intel E800, `ice`.
//!
//! Every representor has the PF as its parent and is a devlink port. The PF
//! number is the PCI function on 6.1 and the firmware's later (ice_devlink_port.c).

use super::{PfNumber, Profile};

/// See the module.
pub(super) const PROFILE: Profile = Profile {
    driver: "ice",
    lone_representors: false,
    pf_number: PfNumber::Opaque,
    first_vf: 0,
    represents_vfs: true,
    firmware_decides: false,
};
