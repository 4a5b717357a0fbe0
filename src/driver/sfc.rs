// SPDX-License-Identifier: MIT OR Apache-2.0
//! AMD Solarflare EF100, `sfc`.
//!
//! There is no eswitch mode: representors come with the VFs, without parent
//! device, and their devlink ports are not tied to them (ef100_rep.c). The PF
//! reports no switch id, so nothing leads from a representor to it.

use super::{PfNumber, Profile};

/// See the module.
pub(super) const PROFILE: Profile = Profile {
    driver: "sfc",
    lone_representors: false,
    pf_number: PfNumber::Opaque,
    first_vf: 0,
    represents_vfs: true,
    firmware_decides: false,
};
