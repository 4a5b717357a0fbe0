// SPDX-License-Identifier: MIT OR Apache-2.0
//! Netronome and Corigine Agilio, `nfp`.
//!
//! With the flower firmware, representors of the PF and of VFs have no parent
//! device, and no representor is a devlink port (flower/main.c). The PF number is
//! always 0. Flower is always in switchdev mode, abm can switch and has
//! representors of ports and PFs only, and the basic NIC firmware has no eswitch
//! (nfp_app.h).

use crate::model::{VfField, errno::EOPNOTSUPP};

use super::{Decides, Ids, Profile, Refusal, UNKNOWN, VfNeed};

/// See the module.
pub(super) const PROFILE: Profile = Profile {
    driver: "nfp",
    orphan_representors: Some(Ids::Switch),
    several_uplinks: true,
    // Flower's are there before the VFs' creation returns; abm has none.
    represents_vfs: false,
    vfs: VfNeed::Any,
    in_switchdev: Some(&VfField::ALL),
    decides: Decides::Firmware,
    refusals: &[Refusal {
        errno: EOPNOTSUPP,
        says: "",
        hint: "the firmware that is loaded decides the mode of this card: load another",
    }],
    ..UNKNOWN
};
