// SPDX-License-Identifier: MIT OR Apache-2.0
//! NVIDIA ConnectX and BlueField, `mlx5_core`.
//!
//! Every representor has the PF as its parent and is a devlink port. The PF
//! number is the firmware's port number less one up to 6.12, and the PCI function
//! from 7.2 on (esw/devlink_port.c), so nothing is concluded from it.

use super::{PfNumber, Profile};

/// See the module.
pub(super) const PROFILE: Profile = Profile {
    driver: "mlx5_core",
    lone_representors: false,
    pf_number: PfNumber::Opaque,
    first_vf: 0,
    represents_vfs: true,
    firmware_decides: false,
};
