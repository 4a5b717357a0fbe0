// SPDX-License-Identifier: MIT OR Apache-2.0
//! Handles of devlink instances and of their ports.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{ParseError, PciAddress, decimal};

/// The handle of a devlink instance, `BUS/DEVICE`: `pci/0000:03:00.0`,
/// `netdevsim/netdevsim1`, `auxiliary/mlx5_core.eth.0`.
///
/// Since 7.2 the kernel also has instances without a device, which it names
/// `devlink_index/N` (net/devlink/sh_dev.c); those parse like any other.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Handle {
    /// The bus that the device sits on.
    pub bus: String,
    /// The device's name on that bus.
    pub name: String,
}

impl Handle {
    /// A handle from its two parts, as the kernel reports them.
    #[must_use]
    pub fn new(bus: impl Into<String>, name: impl Into<String>) -> Self {
        Self { bus: bus.into(), name: name.into() }
    }

    /// The handle of a PCI function's devlink instance.
    #[must_use]
    pub fn pci(address: PciAddress) -> Self {
        Self::new("pci", address.to_string())
    }

    /// The PCI address, for an instance on the PCI bus.
    #[must_use]
    pub fn pci_address(&self) -> Option<PciAddress> {
        if self.bus == "pci" { self.name.parse().ok() } else { None }
    }

    /// Whether both parts can stand in a path below `/sys/bus`. Handles come
    /// from the kernel and from users; neither may lead out of that folder.
    fn is_plain(part: &str) -> bool {
        let fits = |b: u8| b.is_ascii_alphanumeric() || b".:_-".contains(&b);
        !part.is_empty() && part != "." && part != ".." && part.bytes().all(fits)
    }

    /// The device's folder below the root of sysfs, or nothing for a handle
    /// whose parts could not be a folder's name.
    #[must_use]
    pub fn sysfs_path(&self) -> Option<String> {
        let plain = Self::is_plain(&self.bus) && Self::is_plain(&self.name);
        plain.then(|| format!("bus/{}/devices/{}", self.bus, self.name))
    }
}

impl FromStr for Handle {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let error = || ParseError::new("a devlink handle such as pci/0000:03:00.0", text);
        let (bus, name) = text.split_once('/').ok_or_else(error)?;
        if !Self::is_plain(bus) || !Self::is_plain(name) {
            return Err(error());
        }
        if bus == "pci" {
            return Ok(Self::pci(name.parse()?));
        }
        Ok(Self::new(bus, name))
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.bus, self.name)
    }
}

impl Serialize for Handle {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Handle {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// The handle of a devlink port: its instance and the port's index there.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PortHandle {
    /// The instance.
    pub device: Handle,
    /// DEVLINK_ATTR_PORT_INDEX; drivers choose it freely (mlx5: vhca and vport).
    pub index: u32,
}

impl fmt::Display for PortHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.device, self.index)
    }
}

impl FromStr for PortHandle {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let error = || {
            ParseError::new("the handle of a port such as pci/0000:03:00.0/32768", text)
        };
        let (device, index) = text.rsplit_once('/').ok_or_else(error)?;
        let index = decimal(index).ok_or_else(error)?;
        Ok(Self { device: device.parse().map_err(|_| error())?, index })
    }
}

impl Serialize for PortHandle {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_round_trip() {
        for text in [
            "pci/0000:03:00.0",
            "netdevsim/netdevsim1",
            "auxiliary/mlx5_core.eth.0",
            "devlink_index/3",
        ] {
            assert_eq!(text.parse::<Handle>().unwrap().to_string(), text);
        }
        assert_eq!(
            "pci/03:00.0".parse::<Handle>().unwrap().to_string(),
            "pci/0000:03:00.0"
        );
    }

    #[test]
    fn no_handle_leads_out_of_its_folder() {
        for text in
            ["pci", "pci/", "/x", "../etc", "netdevsim/..", "a/b/c", "pci/nonsense"]
        {
            assert!(text.parse::<Handle>().is_err(), "{text}");
        }
        assert_eq!(Handle::new("pci", "../../x").sysfs_path(), None);
    }
}
