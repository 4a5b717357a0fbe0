// SPDX-License-Identifier: MIT OR Apache-2.0
//! Marvell LiquidIO II, `LiquidIO`.
//!
//! Representors have no parent device and are no devlink ports (lio_vf_rep.c).
//! The switch id is the address of the PF's netdev, so each PF has its own; the PF
//! reports it in switchdev mode only.

use super::{Ids, Loss, Profile, Refusal, UNKNOWN, VfNeed};
use crate::model::{
    EswitchMode, VfField,
    errno::{EINVAL, EPERM},
};

/// See the module.
pub(super) const PROFILE: Profile = Profile {
    driver: "LiquidIO",
    orphan_representors: Some(Ids::Switch),
    vfs: VfNeed::Any,
    in_switchdev: Some(&VfField::ALL),
    losses: &[Loss {
        to: EswitchMode::Switchdev,
        code: "config-lost",
        what: "representors get new random addresses",
        remedy: "set addresses that others rely on",
    }],
    refusals: &[
        Refusal {
            errno: EPERM,
            says: "",
            hint: "the mode was set before the representors failed (lio_vf_rep_create): set legacy, then switchdev again",
        },
        Refusal {
            errno: EINVAL,
            says: "",
            hint: "the card's firmware has no switchdev: load one that has",
        },
    ],
    ..UNKNOWN
};
