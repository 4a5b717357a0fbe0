// SPDX-License-Identifier: MIT OR Apache-2.0
//! Netronome and Corigine Agilio, `nfp`.
//!
//! With the flower firmware, representors of the PF and of VFs have no parent
//! device, and no representor is a devlink port (flower/main.c). The PF number is
//! always 0. The firmware decides the mode.

use super::{PfNumber, Profile};

/// See the module.
pub(super) const PROFILE: Profile = Profile {
    driver: "nfp",
    lone_representors: true,
    pf_number: PfNumber::Opaque,
    first_vf: 0,
    represents_vfs: true,
    firmware_decides: true,
};
