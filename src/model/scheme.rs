// SPDX-License-Identifier: MIT OR Apache-2.0
//! Naming schemes of systemd, and what udev has recorded of a netdev's names.

use serde::{Deserialize, Serialize};

/// A naming scheme, by its number: 257 for `v257`. Its history is in
/// systemd.net-naming-scheme(7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scheme(u16);

impl Scheme {
    /// The newest scheme that there will ever be.
    pub const NEWEST: Self = Self(u16::MAX);
    /// VFs are named after their PF, and the slots of upstream bridges count.
    pub const VFS_BY_NUMBER: Self = Self(239);
    /// An onboard index of 0 is valid.
    pub const ONBOARD_ZERO: Self = Self(240);
    /// netdevsim has names.
    pub const NETDEVSIM: Self = Self(243);
    /// The slot of a bridge no longer counts.
    pub const NO_BRIDGE_SLOT: Self = Self(247);
    /// Slots are named by `function_id`, and an onboard index has 16 bits.
    pub const FUNCTION_ID: Self = Self(249);
    /// The slot of a bridge counts for functions of a multi-function card.
    pub const MULTIFUNCTION_BRIDGE_SLOT: Self = Self(251);
    /// The slot of a bridge no longer counts, again.
    pub const NO_BRIDGE_SLOT_AGAIN: Self = Self(255);
    /// ACPI's `_SUN` is read.
    pub const SUN: Self = Self(257);
    /// SFs' own netdevs have names.
    pub const SFS: Self = Self(261);

    /// The scheme of that name, as in `net.naming_scheme=` and the property
    /// `ID_NET_NAMING_SCHEME`. A name that is not known means the newest scheme;
    /// Red Hat's stand for the one that they began with.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let number = name.strip_prefix('v').and_then(|number| number.parse().ok());
        let vendor = || match name.strip_prefix("rhel-")?.split('.').next()? {
            "8" => Some(239),
            "9" => Some(250),
            "10" => Some(256),
            _ => None,
        };
        number.or_else(vendor).map_or(Self::NEWEST, Self)
    }

    /// Its name; none for the newest, which differs by version of systemd.
    #[must_use]
    pub fn name(self) -> Option<String> {
        (self != Self::NEWEST).then(|| format!("v{}", self.0))
    }
}

/// What udev's record of a netdev says about its names. Empty where there is no
/// record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UdevNames {
    /// `ID_NET_NAMING_SCHEME`: the scheme in force.
    pub scheme: Option<String>,
    /// `ID_NET_NAME_ONBOARD`, of systemd's `net_id`.
    pub onboard: Option<String>,
    /// `ID_NET_NAME_SLOT`.
    pub slot: Option<String>,
    /// `ID_NET_NAME_PATH`.
    pub path: Option<String>,
    /// `ID_NET_NAME`: the name that was decided on.
    pub decided: Option<String>,
    /// `ID_NET_LINK_FILE`: the `.link` file that decided.
    pub link_file: Option<String>,
}

impl UdevNames {
    /// The names that are made from properties.
    pub fn read(property: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            scheme: property("ID_NET_NAMING_SCHEME"),
            onboard: property("ID_NET_NAME_ONBOARD"),
            slot: property("ID_NET_NAME_SLOT"),
            path: property("ID_NET_NAME_PATH"),
            decided: property("ID_NET_NAME"),
            link_file: property("ID_NET_LINK_FILE"),
        }
    }

    /// The names in a record of udev's database, whose lines are `E:KEY=VALUE`.
    #[must_use]
    pub fn from_record(record: &str) -> Self {
        Self::read(|key| {
            let value = |line: &str| {
                Some(
                    line.strip_prefix("E:")?
                        .strip_prefix(key)?
                        .strip_prefix('=')?
                        .to_owned(),
                )
            };
            record.lines().find_map(value)
        })
    }

    /// The names of systemd's schemes, in the order of its default name policy.
    #[must_use]
    pub fn by_schemes(&self) -> [Option<&str>; 3] {
        [self.onboard.as_deref(), self.slot.as_deref(), self.path.as_deref()]
    }

    /// Changes each name.
    #[cfg(feature = "cli")]
    pub fn for_each(&mut self, change: impl Fn(&str) -> String) {
        let names = [
            &mut self.onboard,
            &mut self.slot,
            &mut self.path,
            &mut self.decided,
            &mut self.link_file,
        ];
        for name in names.into_iter().flatten() {
            *name = change(name);
        }
    }

    /// The scheme in force, where it is recorded.
    #[must_use]
    pub fn scheme(&self) -> Option<Scheme> {
        self.scheme.as_deref().map(Scheme::named)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_are_ordered_and_unknown_ones_are_the_newest() {
        assert!(Scheme::named("v238") < Scheme::VFS_BY_NUMBER);
        assert!(Scheme::named("rhel-9.4") < Scheme::SUN);
        assert!(Scheme::named("rhel-8.10") < Scheme::NO_BRIDGE_SLOT);
        for name in ["latest", "", "v", "v99999", "rhel-x", "v-1"] {
            assert_eq!(Scheme::named(name), Scheme::NEWEST, "{name}");
        }
    }

    #[test]
    fn a_record_gives_whole_properties_only() {
        let record = "S:x\nE:ID_NET_NAME_PATHS=no\nE:ID_NET_NAME_PATH=enp1s0np0\n\
            E:ID_NET_NAMING_SCHEME=v252\nX:ID_NET_NAME=no\n";
        let names = UdevNames::from_record(record);
        assert_eq!(names.by_schemes(), [None, None, Some("enp1s0np0")]);
        assert_eq!((names.scheme(), names.decided), (Some(Scheme(252)), None));
        assert_eq!(UdevNames::from_record(""), UdevNames::default());
    }
}
