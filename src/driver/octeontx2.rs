// SPDX-License-Identifier: MIT OR Apache-2.0
//! Marvell OcteonTX2 and CN10K.
//!
//! The admin function's driver switches a hardware switch on and makes no
//! representors (af/rvu_devlink.c). Those are made by a device of their own, for
//! all PFs and VFs at once; they are devlink ports without a parent device, and
//! count VFs from 1 (af/rvu_rep.c).

use super::{PfNumber, Profile};

/// The admin function.
pub(super) const AF_PROFILE: Profile = Profile {
    driver: "rvu_af",
    lone_representors: false,
    pf_number: PfNumber::Opaque,
    first_vf: 0,
    represents_vfs: false,
    firmware_decides: false,
};

/// The device of the representors, whose own VFs there are none.
pub(super) const REP_PROFILE: Profile =
    Profile { driver: "rvu_rep", first_vf: 1, ..AF_PROFILE };
