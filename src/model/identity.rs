// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a port is, in the terms that names are made of.

use std::fmt;

use super::{Handle, PhysPortName};

/// The part of an identity that tells a device's ports apart.
///
/// The PF number is kept only for ports of other PFs: for a device's own PF its meaning differs by driver and changes between kernels (mlx5 and
/// ice), and the device says it already.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum NamingRole {
    /// A port to the wire.
    Uplink {
        /// Port number; none where the driver gives the netdev no port name.
        port: Option<u32>,
        /// Part of a split port.
        split: Option<u32>,
    },
    /// The representor of a PF.
    PfRep {
        /// Controller.
        controller: u32,
        /// PF number, of a PF other than the device.
        pf: Option<u32>,
        /// Part of a split PF.
        split: Option<u32>,
    },
    /// The representor of a VF.
    VfRep {
        /// Controller.
        controller: u32,
        /// PF number, of a PF other than the device.
        pf: Option<u32>,
        /// VF number.
        vf: u32,
    },
    /// The representor of an SF.
    SfRep {
        /// Controller.
        controller: u32,
        /// PF number, of a PF other than the device.
        pf: Option<u32>,
        /// SF number.
        sf: u32,
    },
}

impl NamingRole {
    /// What a port name says its netdev is; `foreign`, if the port's PF is
    /// another than the device. Nothing for vNICs, which are no eswitch ports.
    #[must_use]
    pub fn of(name: &PhysPortName, foreign: bool) -> Option<Self> {
        let foreign = |controller: u32, pf| (foreign || controller != 0).then_some(pf);
        Some(match *name {
            PhysPortName::Physical { port, split, .. } => {
                Self::Uplink { port: Some(port), split }
            }
            PhysPortName::Pf { controller, pf, split } => {
                Self::PfRep { controller, pf: foreign(controller, pf), split }
            }
            PhysPortName::Vf { controller, pf, vf, .. } => {
                let pf = pf.and_then(|pf| foreign(controller, pf));
                Self::VfRep { controller, pf, vf }
            }
            PhysPortName::Sf { controller, pf, sf } => {
                Self::SfRep { controller, pf: foreign(controller, pf), sf }
            }
            PhysPortName::Vnic(_) => return None,
        })
    }

    /// The role's name in policies and properties.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Uplink { .. } => "uplink",
            Self::PfRep { .. } => "pf_rep",
            Self::VfRep { .. } => "vf_rep",
            Self::SfRep { .. } => "sf_rep",
        }
    }
}

/// What a port is: the device that it belongs to and its place there. Never a
/// current name, never an order of arrival.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The device.
    pub device: Handle,
    /// Base of the device's interface names, as `enp65s0f0` or `eni10`.
    pub base: String,
    /// The port.
    pub role: NamingRole,
}

impl fmt::Display for Identity {
    /// One line that is different for different identities; short names are
    /// made from its hash, so its form may never change.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.device, self.role.as_str())?;
        let mut part = |word: &str, number: Option<u32>| match number {
            Some(number) => write!(f, " {word} {number}"),
            None => Ok(()),
        };
        match self.role {
            NamingRole::Uplink { port, split } => {
                part("port", port)?;
                part("split", split)
            }
            NamingRole::PfRep { controller, pf, split } => {
                part("controller", Some(controller))?;
                part("pf", pf)?;
                part("split", split)
            }
            NamingRole::VfRep { controller, pf, vf } => {
                part("controller", Some(controller))?;
                part("pf", pf)?;
                part("vf", Some(vf))
            }
            NamingRole::SfRep { controller, pf, sf } => {
                part("controller", Some(controller))?;
                part("pf", pf)?;
                part("sf", Some(sf))
            }
        }
    }
}
