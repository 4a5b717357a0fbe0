// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a port or a netdev is on its device, and the grammar of `phys_port_name`, which
//! says it.
//!
//! Most port names come from devlink (net/devlink/port.c,
//! __devlink_port_phys_port_name_get); bnxt, liquidio, nfp, sfc and older ice
//! and mlx5 drivers make their own. All forms are matched whole: what is not in
//! the grammar is not half understood.

use super::{Role, decimal};

/// The place of a port of an eswitch, or of a function's own netdev, on its device: its
/// role, and the numbers that go with the role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The role.
    pub role: Role,
    /// Controller; 0 is the local one.
    pub controller: u32,
    /// PF number, as reported.
    pub pf: Option<u32>,
    /// VF number.
    pub vf: Option<u32>,
    /// SF number.
    pub sf: Option<u32>,
    /// Line card of a physical port.
    pub linecard: Option<u32>,
    /// Number of a physical port; none where the driver gives the netdev no port name.
    pub port: Option<u32>,
    /// Part of a split port, or of a split PF (nfp's abm application).
    pub split: Option<u32>,
}

/// One `letters` + `number` part of a name.
type Part<'a> = (&'a str, u32);

/// Splits `c1pf0vf3` into `c`1 `pf`0 `vf`3; nothing if any part lacks its
/// number or a number is not canonical.
fn parts(mut text: &str) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    while !text.is_empty() {
        let letters = text.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(text.len());
        let (word, rest) = text.split_at(letters);
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (number, rest) = rest.split_at(digits);
        parts.push((word, decimal(number)?));
        text = rest;
    }
    Some(parts)
}

impl Place {
    /// A place of that role on the local controller, without other numbers.
    #[must_use]
    pub const fn of(role: Role) -> Self {
        Self::new(role, 0, None)
    }

    const fn new(role: Role, controller: u32, pf: Option<u32>) -> Self {
        let none = None;
        Self {
            role,
            controller,
            pf,
            vf: none,
            sf: none,
            linecard: none,
            port: none,
            split: none,
        }
    }

    /// A port to the wire.
    #[must_use]
    pub const fn uplink(port: Option<u32>, split: Option<u32>) -> Self {
        Self { port, split, ..Self::new(Role::Uplink, 0, None) }
    }

    /// The representor of a PF.
    #[must_use]
    pub const fn pf_rep(controller: u32, pf: Option<u32>, split: Option<u32>) -> Self {
        Self { split, ..Self::new(Role::PfRep, controller, pf) }
    }

    /// The representor of a VF.
    #[must_use]
    pub const fn vf_rep(controller: u32, pf: Option<u32>, vf: u32) -> Self {
        Self { vf: Some(vf), ..Self::new(Role::VfRep, controller, pf) }
    }

    /// The representor of an SF.
    #[must_use]
    pub const fn sf_rep(controller: u32, pf: Option<u32>, sf: u32) -> Self {
        Self { sf: Some(sf), ..Self::new(Role::SfRep, controller, pf) }
    }

    /// A PF's own netdev, which is no port of an eswitch.
    #[must_use]
    pub const fn own_pf() -> Self {
        Self::new(Role::Pf, 0, None)
    }

    /// The own netdev of a VF; its number counts from 0, as in `virtfnN`.
    #[must_use]
    pub const fn vf(vf: u32) -> Self {
        Self { vf: Some(vf), ..Self::new(Role::Vf, 0, None) }
    }

    /// The own netdev of an SF.
    #[must_use]
    pub const fn sf(sf: u32) -> Self {
        Self { sf: Some(sf), ..Self::new(Role::Sf, 0, None) }
    }

    /// Parses a port name; none where the name is not in the grammar:
    ///
    /// - `p1`, `p1s0`, `l2p1`: a port of the card;
    /// - `pf0`, `c1pf0`, `pf0s1`: a physical function;
    /// - `pf0vf3`, `c1pf0vf3`, `p0pf0vf3`, `pf0vfr3`, `vf3`, `vf3@pf0`: a virtual function;
    /// - `pf0sf88`, `c1pf0sf88`: a subfunction;
    /// - `n0`: a vNIC of nfp's abm application, which is the PF's own.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        // Older drivers mixed cases and wrote the PF behind: `VF3@PF1`.
        let lower = text.to_ascii_lowercase();
        if let Some((vf, pf)) = lower.split_once('@') {
            return match (parts(vf)?.as_slice(), parts(pf)?.as_slice()) {
                ([("vf", vf)], [("pf", pf)]) => Some(Self::vf_rep(0, Some(*pf), *vf)),
                _ => None,
            };
        }
        if let Ok([("vf", vf)]) = <[Part; 1]>::try_from(parts(&lower)?) {
            return Some(Self::vf_rep(0, None, vf));
        }
        let all = parts(text)?;
        match all.as_slice() {
            [("c", controller), rest @ ..] if !rest.is_empty() => {
                Self::of_function(*controller, rest)
            }
            rest => Self::of_port(rest).or_else(|| Self::of_function(0, rest)),
        }
    }

    /// Forms that have no controller.
    fn of_port(parts: &[Part]) -> Option<Self> {
        let on_card =
            |linecard, port, split| Self { linecard, ..Self::uplink(Some(port), split) };
        Some(match *parts {
            [("n", _)] => Self::own_pf(),
            [("p", port)] => on_card(None, port, None),
            [("p", port), ("s", split)] => on_card(None, port, Some(split)),
            [("l", card), ("p", port)] => on_card(Some(card), port, None),
            [("l", card), ("p", port), ("s", split)] => {
                on_card(Some(card), port, Some(split))
            }
            // sfc says the physical port too, which tells nothing more.
            [("p", _), ("pf", pf), ("vf", vf)] => Self::vf_rep(0, Some(pf), vf),
            _ => return None,
        })
    }

    /// Forms that can have a controller before them.
    fn of_function(controller: u32, parts: &[Part]) -> Option<Self> {
        Some(match *parts {
            [("pf", pf)] => Self::pf_rep(controller, Some(pf), None),
            [("pf", pf), ("s", split)] => Self::pf_rep(controller, Some(pf), Some(split)),
            [("pf", pf), ("vf" | "vfr", vf)] => Self::vf_rep(controller, Some(pf), vf),
            [("pf", pf), ("sf", sf)] => Self::sf_rep(controller, Some(pf), sf),
            _ => return None,
        })
    }

    /// What names are made from: the PF number is kept only for ports of other PFs,
    /// which `foreign` and other controllers say. For a device's own PF its meaning
    /// differs by driver and changes between kernels (mlx5 and ice), and the device
    /// says it already. Nothing for what is no eswitch port, and for ports of line
    /// cards, which no NIC has.
    #[must_use]
    pub fn named(self, foreign: bool) -> Option<Self> {
        let named = self.linecard.is_none() && Role::NAMED.contains(&self.role);
        let pf = self.pf.filter(|_| foreign || self.controller != 0);
        named.then_some(Self { pf, ..self })
    }

    /// Whether it stands for a function in the eswitch.
    #[must_use]
    pub fn is_representor(self) -> bool {
        matches!(self.role, Role::PfRep | Role::VfRep | Role::SfRep)
    }

    /// Controller, PF, VF and SF number, where the role has them.
    #[must_use]
    pub fn numbers(self) -> [Option<u32>; 4] {
        let controller = self.is_representor().then_some(self.controller);
        [controller, self.pf, self.vf, self.sf]
    }
}

#[cfg(test)]
mod tests {
    use super::Place as N;

    #[test]
    fn every_form_in_use_is_understood() {
        let vf = |pf, vf| Some(N::vf_rep(0, pf, vf));
        let uplink =
            |linecard, port, split| Some(N { linecard, ..N::uplink(Some(port), split) });
        for (text, expected) in [
            ("p0", uplink(None, 0, None)),
            ("p1s3", uplink(None, 1, Some(3))),
            ("l2p1", uplink(Some(2), 1, None)),
            ("l2p1s4", uplink(Some(2), 1, Some(4))),
            ("pf0", Some(N::pf_rep(0, Some(0), None))),
            ("pf31", Some(N::pf_rep(0, Some(31), None))),
            ("pf0s1", Some(N::pf_rep(0, Some(0), Some(1)))),
            ("c1pf0", Some(N::pf_rep(1, Some(0), None))),
            ("pf13vf42", vf(Some(13), 42)),
            ("pf0vfr3", vf(Some(0), 3)),
            ("vf42", vf(None, 42)),
            ("VF19@PF13", vf(Some(13), 19)),
            ("vf2@pf1", vf(Some(1), 2)),
            ("c1pf0vf3", Some(N::vf_rep(1, Some(0), 3))),
            ("p0pf0vf3", Some(N::vf_rep(0, Some(0), 3))),
            ("pf0sf88", Some(N::sf_rep(0, Some(0), 88))),
            ("c1pf0sf88", Some(N::sf_rep(1, Some(0), 88))),
            ("n0", Some(N::own_pf())),
        ] {
            assert_eq!(N::parse(text), expected, "{text}");
        }
    }

    #[test]
    fn nothing_is_half_matched() {
        for text in [
            "",
            "g4rbl3d",
            "p",
            "pf",
            "vf",
            "c1",
            // Of mlx5 before Linux 5.0; any driver's port may be called so.
            "0",
            "42",
            "c1p0",
            "pf0vf",
            "pf0vf3x",
            "xpf0vf3",
            "pf0vf03",
            "pf0 vf3",
            "pf0vf3\n",
            "pf0vf99999999999",
            "p0s",
            "PF1VF42@",
            "@",
            "pf0sf",
            "c1n0",
            "$(reboot)",
            "pf-1",
            "p1p2",
            "P0",
        ] {
            assert_eq!(N::parse(text), None, "{text:?}");
        }
    }
}
