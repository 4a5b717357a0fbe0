// SPDX-License-Identifier: MIT OR Apache-2.0
//! PCI and Ethernet addresses.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::ParseError;

/// A PCI function's address, `dddd:bb:ss.f`.
///
/// The domain has up to 32 bits: hypervisors and VMD bridges make domains above
/// `ffff`. The slot has 5 bits and the function 3, as in the kernel's `devfn`
/// (include/uapi/linux/pci.h).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PciAddress {
    /// PCI domain (segment).
    pub domain: u32,
    /// Bus number.
    pub bus: u8,
    /// Slot, 0 to 31.
    pub slot: u8,
    /// Function, 0 to 7.
    pub function: u8,
}

impl PciAddress {
    /// Bus, slot and function as the one number by which a device is addressed on
    /// its PCI domain.
    #[must_use]
    pub fn routing_id(self) -> u32 {
        u32::from(self.bus) << 8 | u32::from(self.slot) << 3 | u32::from(self.function)
    }
}

impl FromStr for PciAddress {
    type Err = ParseError;

    /// Accepts `0000:03:00.0` and, for domain 0, `03:00.0`.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let error = || ParseError::new("a PCI address such as 0000:03:00.0", text);
        let hex = |part: &str, most: usize| {
            let fits = (1..=most).contains(&part.len())
                && part.bytes().all(|b| b.is_ascii_hexdigit());
            if fits { u32::from_str_radix(part, 16).ok() } else { None }
        };
        let (rest, function) = text.rsplit_once('.').ok_or_else(error)?;
        let mut parts = rest.rsplitn(3, ':');
        let slot = parts.next().and_then(|p| hex(p, 2)).ok_or_else(error)?;
        let bus = parts.next().and_then(|p| hex(p, 2)).ok_or_else(error)?;
        let domain = match parts.next() {
            None => 0,
            Some(part) => hex(part, 8).ok_or_else(error)?,
        };
        let function = hex(function, 1).ok_or_else(error)?;
        if slot > 0x1f || function > 7 {
            return Err(error());
        }
        Ok(Self { domain, bus: bus as u8, slot: slot as u8, function: function as u8 })
    }
}

impl fmt::Display for PciAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { domain, bus, slot, function } = self;
        write!(f, "{domain:04x}:{bus:02x}:{slot:02x}.{function:x}")
    }
}

/// A hardware address of a netdev or port function: 6 octets for Ethernet, 8
/// for a GUID, up to 32 in the kernel (MAX_ADDR_LEN).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MacAddress(pub Vec<u8>);

impl MacAddress {
    /// Whether every octet is zero, which drivers report for "not set".
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0.iter().all(|octet| *octet == 0)
    }

    /// Whether it is the address of one interface of Ethernet: 6 octets, neither a group's
    /// nor zero.
    #[must_use]
    pub fn is_of_an_interface(&self) -> bool {
        self.0.len() == 6 && self.0[0] & 1 == 0 && !self.is_zero()
    }
}

impl fmt::Display for MacAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, octet) in self.0.iter().enumerate() {
            let colon = if index == 0 { "" } else { ":" };
            write!(f, "{colon}{octet:02x}")?;
        }
        Ok(())
    }
}

impl FromStr for MacAddress {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let octets = text.split(':').map(|part| u8::from_str_radix(part, 16));
        let octets: Result<Vec<u8>, _> = octets.collect();
        octets.map(Self).map_err(|_| ParseError::new("a hardware address", text))
    }
}

impl Serialize for MacAddress {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for MacAddress {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_round_trip_in_short_long_and_wide_domains() {
        for (text, printed) in [
            ("0000:03:00.0", "0000:03:00.0"),
            ("03:00.0", "0000:03:00.0"),
            ("0002:d8:1f.7", "0002:d8:1f.7"),
            ("10000:e1:00.0", "10000:e1:00.0"),
        ] {
            let address: PciAddress = text.parse().unwrap();
            assert_eq!(address.to_string(), printed);
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in
            ["", "3", "03:00", "03:20.0", "03:00.8", "0000:03:00.0.1", "g3:00.0", ":00.0"]
        {
            assert!(text.parse::<PciAddress>().is_err(), "{text}");
        }
    }
}
