// SPDX-License-Identifier: MIT OR Apache-2.0
//! Broadcom NetXtreme-C/E, `bnxt_en`.
//!
//! Representors are no devlink ports, and before 6.4 they have no parent device
//! (bnxt_vfr.c). All PFs of a card share one switch id; a port name has the
//! function number of the PF that it belongs to. Refusals come without a message
//! (bnxt_dl_eswitch_mode_set).

use super::{Ids, Loss, PfNumber, Profile, Refusal, SameMode, UNKNOWN, VfNeed};
use crate::model::{
    EswitchMode, VfField,
    errno::{EINVAL, ENODEV, ENOLINK, ENOTSUPP, EPERM},
};

/// See the module.
pub(super) const PROFILE: Profile = Profile {
    driver: "bnxt_en",
    orphan_representors: Some(Ids::Switch),
    pf_number: PfNumber::PciFunction,
    vfs: VfNeed::SomeBefore((6, 4)),
    vfs_need_netdev_up: true,
    same_mode: SameMode::Refused,
    // In switchdev with the PF up, bnxt_sriov_configure waits 10 s for itself with
    // RTNL held, and a PF that is closed meanwhile is a NULL dereference.
    vfs_change_in_legacy: true,
    // bnxt_sriov.c asks for no mode.
    in_switchdev: Some(&VfField::ALL),
    losses: &[Loss {
        to: EswitchMode::Legacy,
        code: "link-interrupted",
        what: "the PF's netdev goes down and up for a moment if it is up",
        remedy: "expect its traffic to stop for that time",
    }],
    refusals: &[
        Refusal {
            errno: EPERM,
            says: "",
            hint: "before Linux 6.4 this driver switches only with VFs: write their number to sriov_numvfs first",
        },
        Refusal {
            errno: ENOTSUPP,
            says: "",
            hint: "the card's firmware is too old for switchdev: update it",
        },
        Refusal {
            errno: ENODEV,
            says: "",
            hint: "the card reports no PCIe device serial number, which its representors need",
        },
        Refusal {
            errno: ENOLINK,
            says: "",
            hint: "the firmware could not make the representors: the kernel's log may say why",
        },
        Refusal {
            errno: EINVAL,
            says: "",
            hint: "this driver refuses the mode that the device is in already, and modes that it does not know",
        },
    ],
    ..UNKNOWN
};
