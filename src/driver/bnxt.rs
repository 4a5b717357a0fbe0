// SPDX-License-Identifier: MIT OR Apache-2.0
//! Broadcom NetXtreme-C/E, `bnxt_en`.
//!
//! Representors are no devlink ports, and before 6.4 they have no parent device
//! (bnxt_vfr.c). All PFs of a card share one switch id; a port name has the
//! function number of the PF that it belongs to.

use super::{PfNumber, Profile};

/// See the module.
pub(super) const PROFILE: Profile = Profile {
    driver: "bnxt_en",
    lone_representors: true,
    pf_number: PfNumber::PciFunction,
    first_vf: 0,
    represents_vfs: true,
    firmware_decides: false,
};
