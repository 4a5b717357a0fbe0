// SPDX-License-Identifier: MIT OR Apache-2.0
//! The identity of a netdev: the facts that its name is made from.

use std::fmt;

use super::{Base, Handle, IfName, PhysPortName};

/// The part of an identity that distinguishes the netdevs of a device: its ports,
/// and the own netdevs of its functions.
///
/// The PF number is kept only for ports of other PFs: for a device's own PF its
/// meaning differs by driver and changes between kernels (mlx5 and ice), and the
/// device says it already.
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
    /// The own netdev of a VF.
    Vf {
        /// VF number, from 0, as in `virtfnN`.
        vf: u32,
    },
    /// The own netdev of an SF.
    Sf {
        /// SF number.
        sf: u32,
    },
}

impl NamingRole {
    /// The names of all roles, as in policies and properties.
    pub const ALL: [&'static str; 6] =
        ["uplink", "pf_rep", "vf_rep", "sf_rep", "vf", "sf"];

    /// The role of a netdev with that port name; `foreign` says that the port's PF is
    /// not the device. None for vNICs, which are no eswitch ports, and
    /// for ports of line cards, which no NIC has.
    #[must_use]
    pub fn of(name: &PhysPortName, foreign: bool) -> Option<Self> {
        let foreign = |controller: u32, pf| (foreign || controller != 0).then_some(pf);
        Some(match *name {
            PhysPortName::Physical { linecard: None, port, split } => {
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
            PhysPortName::Physical { .. } | PhysPortName::Vnic(_) => return None,
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
            Self::Vf { .. } => "vf",
            Self::Sf { .. } => "sf",
        }
    }

    /// Whether it is the role of a representor.
    #[must_use]
    pub fn is_representor(&self) -> bool {
        matches!(self, Self::PfRep { .. } | Self::VfRep { .. } | Self::SfRep { .. })
    }

    /// Controller, PF, VF and SF number, where it has them.
    #[must_use]
    pub fn numbers(&self) -> [Option<u32>; 4] {
        match *self {
            Self::Uplink { .. } => [None; 4],
            Self::PfRep { controller, pf, .. } => [Some(controller), pf, None, None],
            Self::VfRep { controller, pf, vf } => [Some(controller), pf, Some(vf), None],
            Self::SfRep { controller, pf, sf } => [Some(controller), pf, None, Some(sf)],
            Self::Vf { vf } => [None, None, Some(vf), None],
            Self::Sf { sf } => [None, None, None, Some(sf)],
        }
    }
}

/// What a netdev is: the device that it belongs to and its place there. Never a
/// current name, never an order of arrival.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The device.
    pub device: Handle,
    /// The device's driver, which says how its numbers are to be taken.
    pub driver: Option<String>,
    /// The base of the device's interface names.
    pub base: Base,
    /// The name that systemd gives to the netdev by itself, where it names the netdev
    /// as what it is: an uplink, or the own netdev of a VF or SF.
    pub systemd: Option<IfName>,
    /// The place.
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
        if let NamingRole::Uplink { port, split } = self.role {
            part("port", port)?;
            return part("split", split);
        }
        for (word, number) in
            ["controller", "pf", "vf", "sf"].into_iter().zip(self.role.numbers())
        {
            part(word, number)?;
        }
        match self.role {
            NamingRole::PfRep { split, .. } => part("split", split),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BaseNames, Scheme};

    #[test]
    fn the_line_that_short_names_are_made_from_never_changes() {
        let line = |role| {
            let device = "pci/0000:03:00.0".parse().unwrap();
            let base = Base {
                scheme: Scheme::NEWEST,
                in_force: BaseNames::default(),
                newest: None,
            };
            Identity { device, driver: None, base, systemd: None, role }.to_string()
        };
        use NamingRole as R;
        for (role, text) in [
            (R::Uplink { port: Some(1), split: Some(2) }, "uplink port 1 split 2"),
            (R::Uplink { port: None, split: None }, "uplink"),
            (
                R::PfRep { controller: 1, pf: Some(2), split: Some(3) },
                "pf_rep controller 1 pf 2 split 3",
            ),
            (R::VfRep { controller: 0, pf: None, vf: 7 }, "vf_rep controller 0 vf 7"),
            (
                R::SfRep { controller: 1, pf: Some(0), sf: 88 },
                "sf_rep controller 1 pf 0 sf 88",
            ),
            (R::Vf { vf: 7 }, "vf vf 7"),
            (R::Sf { sf: 88 }, "sf sf 88"),
        ] {
            assert_eq!(line(role), format!("pci/0000:03:00.0 {text}"));
        }
    }
}
