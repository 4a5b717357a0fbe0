// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a user knows of a port or function, and wants to find it by.

use super::{Handle, MacAddress, PciAddress, PortHandle};

/// A port or function, by one of its names or addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Thing {
    /// A PF, VF or SF by its device: a PCI address, or a handle.
    Device(Handle),
    /// A port by its handle.
    Port(PortHandle),
    /// A netdev by its hardware address.
    Mac(MacAddress),
    /// A netdev by its name or altname, or an auxiliary device.
    Name(String),
}

impl Thing {
    /// What a text means; each text means something, so that a wrong one is not found.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        if let Ok(address) = text.parse::<PciAddress>() {
            return Self::Device(Handle::pci(address));
        }
        // The kernel's rule for names of interfaces excludes `/` and `:`.
        if let Some(mac) = mac(text) {
            return Self::Mac(mac);
        }
        if let Ok(port) = text.parse::<PortHandle>() {
            return Self::Port(port);
        }
        match text.parse::<Handle>() {
            Ok(handle) => Self::Device(handle),
            Err(_) => Self::Name(text.to_owned()),
        }
    }

    /// The stable word for it in JSON.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Device(_) => "device",
            Self::Port(_) => "port",
            Self::Mac(_) => "mac",
            Self::Name(_) => "name",
        }
    }
}

/// A hardware address of at least six octets, each of two digits.
fn mac(text: &str) -> Option<MacAddress> {
    let octet = |part: &str| {
        let digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_hexdigit());
        digits.then(|| u8::from_str_radix(part, 16).ok())?
    };
    let octets = text.split(':').map(octet).collect::<Option<Vec<u8>>>()?;
    (6..=32).contains(&octets.len()).then_some(MacAddress(octets))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_is_told_apart() {
        for (text, kind) in [
            ("0000:03:00.1", "device"),
            ("03:00.1", "device"),
            ("pci/0000:03:00.1", "device"),
            ("auxiliary/mlx5_core.sf.4", "device"),
            ("pci/0000:03:00.0/1", "port"),
            ("auxiliary/mlx5_core.eth.0/65535", "port"),
            ("netdevsim/netdevsim10", "device"),
            ("52:54:00:12:34:5F", "mac"),
            ("52:54:00:12:34", "name"),
            ("52:54:0:12:34:56", "name"),
            ("mlx5_core.sf.4", "name"),
            ("enp3s0np0", "name"),
            ("../x", "name"),
            ("pci/../x", "name"),
            ("", "name"),
        ] {
            assert_eq!(Thing::parse(text).kind(), kind, "{text}");
        }
    }
}
