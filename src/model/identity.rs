// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a port is, in the terms that names are made of.

use std::fmt;

use super::{Base, Handle, IfName, Place};

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
    /// The place, as names are made from it: see [`Place::named`].
    pub place: Place,
}

impl fmt::Display for Identity {
    /// One line that is different for different identities; short names are
    /// made from its hash, so its form may never change.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.device, self.place.role.as_str())?;
        let mut part = |word: &str, number: Option<u32>| match number {
            Some(number) => write!(f, " {word} {number}"),
            None => Ok(()),
        };
        part("port", self.place.port)?;
        let numbers =
            ["controller", "pf", "vf", "sf"].into_iter().zip(self.place.numbers());
        for (word, number) in numbers {
            part(word, number)?;
        }
        part("split", self.place.split)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BaseNames, Scheme};

    #[test]
    fn the_line_that_short_names_are_made_from_never_changes() {
        let line = |place| {
            let device = "pci/0000:03:00.0".parse().unwrap();
            let base = Base {
                scheme: Scheme::NEWEST,
                in_force: BaseNames::default(),
                newest: None,
            };
            Identity { device, driver: None, base, systemd: None, place }.to_string()
        };
        for (place, text) in [
            (Place::uplink(Some(1), Some(2)), "uplink port 1 split 2"),
            (Place::uplink(None, None), "uplink"),
            (Place::pf_rep(1, Some(2), Some(3)), "pf_rep controller 1 pf 2 split 3"),
            (Place::vf_rep(0, None, 7), "vf_rep controller 0 vf 7"),
            (Place::sf_rep(1, Some(0), 88), "sf_rep controller 1 pf 0 sf 88"),
            (Place::vf(7), "vf vf 7"),
            (Place::sf(88), "sf sf 88"),
        ] {
            assert_eq!(line(place), format!("pci/0000:03:00.0 {text}"));
        }
    }
}
