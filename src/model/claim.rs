// SPDX-License-Identifier: MIT OR Apache-2.0
//! What other programs have to say about the SR-IOV of a device.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::EswitchMode;

/// Another program that sets up SR-IOV by files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Program {
    /// NetworkManager: profiles.
    NetworkManager,
    /// Netplan: YAML.
    Netplan,
    /// systemd-udevd: `.link` files.
    Udevd,
    /// systemd-networkd: `.network` files.
    Networkd,
    /// systemd-devlinkd: `.devlink` files.
    Devlinkd,
    /// The SR-IOV network operator: what it has applied, a file for each PF.
    SriovOperator,
    /// `mlnx_bf_configure` of BlueField.
    BlueField,
    /// The kernel, by its command line.
    Kernel,
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NetworkManager => "NetworkManager",
            Self::Netplan => "netplan",
            Self::Udevd => "systemd-udevd",
            Self::Networkd => "systemd-networkd",
            Self::Devlinkd => "systemd-devlinkd",
            Self::SriovOperator => "the SR-IOV network operator",
            Self::BlueField => "mlnx_bf_configure",
            Self::Kernel => "the kernel's command line",
        })
    }
}

/// A setting of SR-IOV in a file of another program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Whose file it is.
    pub program: Program,
    /// The file.
    pub file: String,
    /// The line, from 1; none where the whole file says so.
    pub line: Option<usize>,
    /// The key with its value, as in the file.
    pub key: String,
    /// The eswitch mode that is set.
    pub mode: Option<EswitchMode>,
    /// The number of VFs that is set.
    pub vfs: Option<u32>,
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { program, file, line, key, .. } = self;
        match line {
            Some(line) => write!(f, "{program}: {key} ({file}:{line})"),
            None => write!(f, "{program}: {key} ({file})"),
        }
    }
}
