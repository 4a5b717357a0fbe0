// SPDX-License-Identifier: MIT OR Apache-2.0
//! The grammar of `phys_port_name`.
//!
//! Most names come from devlink (net/devlink/port.c,
//! __devlink_port_phys_port_name_get); bnxt, liquidio, nfp, sfc and older ice
//! and mlx5 drivers make their own. All forms are matched whole: what is not in
//! the grammar is not half understood.

use std::fmt;

use super::decimal;

/// A parsed port name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PhysPortName {
    /// `p1`, `p1s0`, `l2p1`: a port of the card.
    Physical {
        /// Line card.
        linecard: Option<u32>,
        /// Port number.
        port: u32,
        /// Part of a split port.
        split: Option<u32>,
    },
    /// `pf0`, `c1pf0`, `pf0s1`: a physical function.
    Pf {
        /// Controller, 0 where the name has none.
        controller: u32,
        /// PF number as reported.
        pf: u32,
        /// Part of a split PF (nfp's abm application).
        split: Option<u32>,
    },
    /// `pf0vf3`, `c1pf0vf3`, `p0pf0vf3`, `pf0vfr3`, `vf3`, `vf3@pf0`: a virtual
    /// function.
    Vf {
        /// Controller, 0 where the name has none.
        controller: u32,
        /// PF number as reported.
        pf: Option<u32>,
        /// VF number.
        vf: u32,
        /// Physical port (sfc alone).
        port: Option<u32>,
    },
    /// `pf0sf88`, `c1pf0sf88`: a subfunction.
    Sf {
        /// Controller, 0 where the name has none.
        controller: u32,
        /// PF number as reported.
        pf: u32,
        /// SF number.
        sf: u32,
    },
    /// `n0`: a vNIC of nfp's abm application; no eswitch port.
    Vnic(u32),
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

impl PhysPortName {
    /// Parses a name; none where the name is not in the grammar.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        // Older drivers mixed cases and wrote the PF behind: `VF3@PF1`.
        let lower = text.to_ascii_lowercase();
        if let Some((vf, pf)) = lower.split_once('@') {
            return match (parts(vf)?.as_slice(), parts(pf)?.as_slice()) {
                ([("vf", vf)], [("pf", pf)]) => Some(Self::vf(0, Some(*pf), *vf)),
                _ => None,
            };
        }
        if let Ok([("vf", vf)]) = <[Part; 1]>::try_from(parts(&lower)?) {
            return Some(Self::vf(0, None, vf));
        }
        let all = parts(text)?;
        let (controller, rest) = match all.as_slice() {
            [("c", controller), rest @ ..] if !rest.is_empty() => {
                (Some(*controller), rest)
            }
            rest => (None, rest),
        };
        let local = controller.is_none();
        let number = controller.unwrap_or(0);
        Some(match *rest {
            [("n", vnic)] if local => Self::Vnic(vnic),
            [("p", port)] if local => Self::physical(None, port, None),
            [("p", port), ("s", split)] if local => {
                Self::physical(None, port, Some(split))
            }
            [("l", card), ("p", port)] if local => Self::physical(Some(card), port, None),
            [("l", card), ("p", port), ("s", split)] if local => {
                Self::physical(Some(card), port, Some(split))
            }
            [("pf", pf)] => Self::Pf { controller: number, pf, split: None },
            [("pf", pf), ("s", split)] => {
                Self::Pf { controller: number, pf, split: Some(split) }
            }
            [("pf", pf), ("vf" | "vfr", vf)] => Self::vf(number, Some(pf), vf),
            [("pf", pf), ("sf", sf)] => Self::Sf { controller: number, pf, sf },
            [("p", port), ("pf", pf), ("vf", vf)] if local => {
                Self::Vf { controller: 0, pf: Some(pf), vf, port: Some(port) }
            }
            _ => return None,
        })
    }

    fn vf(controller: u32, pf: Option<u32>, vf: u32) -> Self {
        Self::Vf { controller, pf, vf, port: None }
    }

    fn physical(linecard: Option<u32>, port: u32, split: Option<u32>) -> Self {
        Self::Physical { linecard, port, split }
    }
}

impl fmt::Display for PhysPortName {
    /// The newest kernel's form of the name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = |letter: &str, number: Option<u32>| {
            number.map_or_else(String::new, |number| format!("{letter}{number}"))
        };
        let of = |controller: u32| prefix("c", (controller != 0).then_some(controller));
        match *self {
            Self::Physical { linecard, port, split } => {
                write!(f, "{}p{port}{}", prefix("l", linecard), prefix("s", split))
            }
            Self::Pf { controller, pf, split } => {
                write!(f, "{}pf{pf}{}", of(controller), prefix("s", split))
            }
            Self::Vf { controller, pf, vf, port } => {
                let (port, pf) = (prefix("p", port), prefix("pf", pf));
                write!(f, "{}{port}{pf}vf{vf}", of(controller))
            }
            Self::Sf { controller, pf, sf } => {
                write!(f, "{}pf{pf}sf{sf}", of(controller))
            }
            Self::Vnic(number) => write!(f, "n{number}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PhysPortName as N;

    #[test]
    fn every_form_in_use_is_understood() {
        let vf = |pf, vf| Some(N::Vf { controller: 0, pf, vf, port: None });
        for (text, expected) in [
            ("p0", Some(N::Physical { linecard: None, port: 0, split: None })),
            ("p1s3", Some(N::Physical { linecard: None, port: 1, split: Some(3) })),
            ("l2p1", Some(N::Physical { linecard: Some(2), port: 1, split: None })),
            ("l2p1s4", Some(N::Physical { linecard: Some(2), port: 1, split: Some(4) })),
            ("pf0", Some(N::Pf { controller: 0, pf: 0, split: None })),
            ("pf31", Some(N::Pf { controller: 0, pf: 31, split: None })),
            ("pf0s1", Some(N::Pf { controller: 0, pf: 0, split: Some(1) })),
            ("c1pf0", Some(N::Pf { controller: 1, pf: 0, split: None })),
            ("pf13vf42", vf(Some(13), 42)),
            ("pf0vfr3", vf(Some(0), 3)),
            ("vf42", vf(None, 42)),
            ("VF19@PF13", vf(Some(13), 19)),
            ("vf2@pf1", vf(Some(1), 2)),
            ("c1pf0vf3", Some(N::Vf { controller: 1, pf: Some(0), vf: 3, port: None })),
            (
                "p0pf0vf3",
                Some(N::Vf { controller: 0, pf: Some(0), vf: 3, port: Some(0) }),
            ),
            ("pf0sf88", Some(N::Sf { controller: 0, pf: 0, sf: 88 })),
            ("c1pf0sf88", Some(N::Sf { controller: 1, pf: 0, sf: 88 })),
            ("n0", Some(N::Vnic(0))),
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

    #[test]
    fn names_print_as_the_newest_kernel_writes_them() {
        for text in [
            "p0", "p1s3", "l2p1", "pf0", "c1pf0vf3", "pf0sf88", "n0", "p0pf0vf3", "pf0s1",
        ] {
            assert_eq!(N::parse(text).unwrap().to_string(), text);
        }
    }
}
