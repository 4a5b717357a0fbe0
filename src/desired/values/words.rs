// SPDX-License-Identifier: MIT OR Apache-2.0
//! Values that are words of the file's own.

use std::{fmt, str::FromStr, time::Duration};

use crate::model::{LinkState, MacAddress};

/// Defines an enum of the file's own words.
macro_rules! word_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl FromStr for $name {
            type Err = ();

            fn from_str(text: &str) -> Result<Self, ()> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err(()),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(match self { $(Self::$variant => $text,)+ })
            }
        }
    };
}

word_enum! {
    /// The protocol of a VF's VLAN.
    VlanProtocol {
        /// Customer tags, 0x8100.
        Dot1q "802.1q",
        /// Service tags, 0x88a8.
        Dot1ad "802.1ad",
    }
}

word_enum! {
    /// When the VFs of a device are bound to their drivers.
    BindVfs {
        /// As soon as the mode is set.
        AtOnce "at-once",
        /// When the bond of the uplinks is offloaded (VF LAG).
        AfterLag "after-lag",
    }
}

impl VlanProtocol {
    /// The Ethernet protocol number.
    #[must_use]
    pub fn ethertype(self) -> u16 {
        match self {
            Self::Dot1q => 0x8100,
            Self::Dot1ad => 0x88a8,
        }
    }

    /// The protocol of that number; none for a number that is neither.
    #[must_use]
    pub fn from_ethertype(number: u16) -> Option<Self> {
        match number {
            0x8100 => Some(Self::Dot1q),
            0x88a8 => Some(Self::Dot1ad),
            _ => None,
        }
    }
}

/// A VF's link state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VfLinkState(pub LinkState);

impl FromStr for VfLinkState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Ok(Self(match text {
            "auto" => LinkState::Auto,
            "enable" => LinkState::Enable,
            "disable" => LinkState::Disable,
            _ => return Err(()),
        }))
    }
}

impl fmt::Display for VfLinkState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            LinkState::Auto => "auto",
            LinkState::Enable => "enable",
            LinkState::Disable => "disable",
        })
    }
}

/// Whether a text is made of letters, digits and these characters.
pub(super) fn is_plain(text: &str, others: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || others.contains(c);
    !text.is_empty() && text.len() <= 255 && text.chars().all(fits)
}

/// Defines a text with a rule.
macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $rule:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(pub String);

        impl FromStr for $name {
            type Err = ();

            fn from_str(text: &str) -> Result<Self, ()> {
                let rule: fn(&str) -> bool = $rule;
                if rule(text) { Ok(Self(text.to_owned())) } else { Err(()) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text! {
    /// A name that the file's author chooses.
    Word, |text| is_plain(text, "-_.")
}

text! {
    /// The name of a unit of systemd.
    UnitName, |text| {
        let kinds = ["service", "target", "socket", "path", "mount", "device", "timer"];
        let suffix = text.rsplit_once('.').filter(|(name, _)| !name.is_empty());
        is_plain(text, ":-_.\\@") && suffix.is_some_and(|(_, kind)| kinds.contains(&kind))
    }
}

/// The driver of a VF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VfDriver {
    /// No driver is bound.
    None,
    /// This driver.
    Named(String),
}

impl FromStr for VfDriver {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "none" => Ok(Self::None),
            name if is_plain(name, "-_") => Ok(Self::Named(name.to_owned())),
            _ => Err(()),
        }
    }
}

impl fmt::Display for VfDriver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Named(name) => name,
        })
    }
}

/// How long a device is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait(pub Duration);

impl FromStr for Wait {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        const UNITS: [(&str, u64); 4] =
            [("ms", 1), ("min", 60_000), ("h", 3_600_000), ("s", 1_000)];
        let digits = text.find(|c: char| !c.is_ascii_digit()).ok_or(())?;
        let (number, unit) = text.split_at(digits);
        let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit).ok_or(())?;
        let number: u64 = number.parse().map_err(drop)?;
        let milliseconds = number.checked_mul(*factor).ok_or(())?;
        if !(1..=3_600_000).contains(&milliseconds) {
            return Err(());
        }
        Ok(Self(Duration::from_millis(milliseconds)))
    }
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_millis() {
            whole if whole % 1_000 == 0 => write!(f, "{}s", whole / 1_000),
            other => write!(f, "{other}ms"),
        }
    }
}

/// The MAC address of one interface: 6 octets, neither a group's nor zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mac(pub MacAddress);

impl Mac {
    /// From an address of the kernel's; none where it is no such address.
    #[must_use]
    pub fn new(address: &MacAddress) -> Option<Self> {
        address.is_of_an_interface().then(|| Self(address.clone()))
    }
}

impl FromStr for Mac {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        // Two digits an octet, as the kernel prints them.
        let full = text.len() == 17 && text.split(':').all(|octet| octet.len() == 2);
        let digits = text.bytes().all(|b| b == b':' || b.is_ascii_hexdigit());
        let address = text.parse().ok().filter(|_| full && digits);
        address.and_then(|address| Self::new(&address)).ok_or(())
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_they_are_written() {
        for text in ["1s", "90s", "1500ms", "3600s"] {
            assert_eq!(Wait::from_str(text).unwrap().to_string(), text);
        }
        assert_eq!(Wait::from_str("2min").unwrap().0, Duration::from_secs(120));
        for text in ["", "s", "10", "0s", "2h", "-1s", "1 s", "99999999999999999999s"] {
            assert!(Wait::from_str(text).is_err(), "{text}");
        }
        for text in ["00:00:00:00:00:00", "01:00:00:00:00:01", "2:0:0:0:0:1", "02:00"] {
            assert!(Mac::from_str(text).is_err(), "{text}");
        }
        assert!(Mac::from_str("02:00:00:00:00:01").is_ok());
        for text in ["ovs-vswitchd.service", "a@0000:03:00.0.service"] {
            assert!(UnitName::from_str(text).is_ok(), "{text}");
        }
        for text in ["ovs", ".service", "a b.service", "x.service\n"] {
            assert!(UnitName::from_str(text).is_err(), "{text}");
        }
    }
}
