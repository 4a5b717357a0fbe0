// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the base of a device's interface names is made from.

use super::PciAddress;

/// The facts that systemd's naming schemes look at (systemd.net-naming-scheme(7)),
/// for the device as such; a port's own part comes behind the base.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BaseFacts {
    /// A netdevsim device.
    Netdevsim {
        /// The number behind `netdevsim`.
        id: u32,
    },
    /// A PCI function.
    Pci {
        /// Its address.
        address: PciAddress,
        /// Whether its card says that it has several functions.
        multifunction: bool,
        /// Whether alternative routing-ID interpretation is on and the slot is
        /// not 0: slot and function are then one number of 8 bits.
        ari: bool,
        /// Index of an onboard device, from ACPI or SMBIOS.
        onboard: Option<u32>,
        /// Number of the slot that the card sits in.
        slot: Option<u32>,
    },
}

impl BaseFacts {
    /// The base: the first that there is of the onboard, slot and path names, in
    /// the order of systemd's default name policy.
    #[must_use]
    pub fn base_name(&self) -> String {
        self.onboard_name()
            .or_else(|| self.slot_name())
            .unwrap_or_else(|| self.path_name())
    }

    /// `eno1`, where firmware numbers the device as an onboard one.
    #[must_use]
    pub fn onboard_name(&self) -> Option<String> {
        let Self::Pci { onboard, .. } = *self else { return None };
        // Firmware reports rubbish above 16 bits (systemd's own limit).
        onboard.filter(|index| *index <= 0xffff).map(|index| format!("eno{index}"))
    }

    /// `ens3f0`, where the slot that the card sits in has a number.
    #[must_use]
    pub fn slot_name(&self) -> Option<String> {
        let Self::Pci { slot, .. } = *self else { return None };
        slot.map(|slot| {
            format!("en{}s{slot}{}", self.domain_part(), self.function_part())
        })
    }

    /// `enp65s0f0`, or `eni10` for netdevsim.
    #[must_use]
    pub fn path_name(&self) -> String {
        match *self {
            Self::Netdevsim { id } => format!("eni{id}"),
            Self::Pci { address, .. } => {
                let (domain, function) = (self.domain_part(), self.function_part());
                format!("en{domain}p{}s{}{function}", address.bus, address.slot)
            }
        }
    }

    fn domain_part(&self) -> String {
        match *self {
            Self::Pci { address, .. } if address.domain != 0 => {
                format!("P{}", address.domain)
            }
            _ => String::new(),
        }
    }

    fn function_part(&self) -> String {
        let Self::Pci { address, multifunction, ari, .. } = *self else {
            return String::new();
        };
        let above = if ari { u32::from(address.slot) * 8 } else { 0 };
        match u32::from(address.function) + above {
            0 if !multifunction => String::new(),
            function => format!("f{function}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pci(address: &str) -> BaseFacts {
        let address = address.parse().unwrap();
        BaseFacts::Pci {
            address,
            multifunction: true,
            ari: false,
            onboard: None,
            slot: None,
        }
    }

    #[test]
    fn bases_are_those_of_systemd() {
        for (address, base) in [
            ("0000:41:00.0", "enp65s0f0"),
            ("0000:d8:00.1", "enp216s0f1"),
            ("0002:01:00.0", "enP2p1s0f0"),
        ] {
            assert_eq!(pci(address).base_name(), base);
        }
        let address = "41:00.0".parse().unwrap();
        let single = |onboard, slot| {
            BaseFacts::Pci { address, multifunction: false, ari: false, onboard, slot }
                .base_name()
        };
        assert_eq!(single(None, None), "enp65s0");
        assert_eq!(single(None, Some(3)), "ens3");
        assert_eq!(single(Some(2), Some(3)), "eno2");
        assert_eq!(single(Some(0x0100_0000), None), "enp65s0");
        let address = "01:01.2".parse().unwrap();
        let ari = BaseFacts::Pci {
            address,
            multifunction: true,
            ari: true,
            onboard: None,
            slot: None,
        };
        assert_eq!(ari.base_name(), "enp1s1f10");
        assert_eq!(BaseFacts::Netdevsim { id: 10 }.base_name(), "eni10");
    }
}
