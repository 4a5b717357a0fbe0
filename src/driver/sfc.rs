// SPDX-License-Identifier: MIT OR Apache-2.0
//! AMD Solarflare EF100, `sfc`.
//!
//! There is no eswitch mode: representors come with the VFs, without parent
//! device, and their devlink ports are not tied to them. The PF reports no switch
//! id; its port id is its representors' switch id (ef100_rep.c, ef100_netdev.c).

use super::{Decides, Ids, Profile, UNKNOWN, VfNeed};

/// See the module.
pub(super) const PROFILE: Profile = Profile {
    driver: "sfc",
    orphan_representors: Some(Ids::Port),
    untied_ports: true,
    vfs: VfNeed::Any,
    decides: Decides::Vfs,
    ..UNKNOWN
};
