// SPDX-License-Identifier: MIT OR Apache-2.0
//! Intel E800, `ice`.
//!
//! Every representor has the PF as its parent and is a devlink port. The PF
//! number is the PCI function on 6.1 and the firmware's later
//! (ice_devlink_port.c). The mode comes first, then the VFs (ice_eswitch.c,
//! ice_eswitch_mode_set); a message comes with success too.

use super::{Loss, Profile, Refusal, UNKNOWN, VfNeed};
use crate::model::{EswitchMode, VfField, errno::EOPNOTSUPP};

/// See the module.
pub(super) const PROFILE: Profile = Profile {
    driver: "ice",
    vfs: VfNeed::None,
    // The scheduler's node and the VF's bandwidth.
    rates_apart: true,
    // Deleting one takes a node of the PF's own away, and its netdev cannot be opened
    // until the driver is reloaded.
    own_rate_nodes: true,
    can_strand_representors: true,
    refuses: &["adq-active", "uplink-in-bridge"],
    // devlink_port.c, ice_devlink_port_new.
    sfs_since: Some((6, 12)),
    // ice_eswitch_mode_set frees what its representors need.
    loses_sfs: Some("the representors of its SFs are torn down with the mode"),
    // ice_sriov.c, ice_set_vf_trust. The link state follows the representor
    // (ice_repr.c, ice_repr_open and ice_repr_stop).
    in_switchdev: Some(&[
        VfField::Mac,
        VfField::Vlan,
        VfField::Rate,
        VfField::SpoofCheck,
    ]),
    losses: &[Loss {
        to: EswitchMode::Switchdev,
        code: "link-interrupted",
        what: "the PF's netdev goes down and up for a moment when the first VF comes",
        remedy: "expect its traffic to stop for that time",
    }],
    refusals: &[
        Refusal {
            errno: EOPNOTSUPP,
            says: "no VFs",
            hint: "this driver changes the mode only without VFs: write 0 to sriov_numvfs first",
        },
        Refusal {
            errno: EOPNOTSUPP,
            says: "ADQ is active",
            hint: "delete the PF's root qdisc first: \"tc qdisc del dev NETDEV root\"",
        },
    ],
    ..UNKNOWN
};
