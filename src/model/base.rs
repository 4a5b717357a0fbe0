// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the base of a device's interface names is made from.

use super::PciAddress;

/// The facts that systemd's naming schemes look at (systemd.net-naming-scheme(7)),
/// for the device as such; a port's own part comes behind the base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
        /// Whether alternative routing-ID interpretation is on: slot and
        /// function are then one number of 8 bits.
        ari: bool,
        /// Index of an onboard device, from ACPI or SMBIOS.
        onboard: Option<u32>,
        /// Number of the slot that the card sits in.
        slot: Option<u32>,
    },
}

impl BaseFacts {
    /// The base: `eno1`, else `ens3f0`, else `enp65s0f0`, in the order of
    /// systemd's default name policy; `eni10` for netdevsim.
    #[must_use]
    pub fn base_name(&self) -> String {
        let (address, multifunction, ari, onboard, slot) = match *self {
            Self::Netdevsim { id } => return format!("eni{id}"),
            Self::Pci { address, multifunction, ari, onboard, slot } => {
                (address, multifunction, ari, onboard, slot)
            }
        };
        // Firmware reports rubbish above 16 bits (systemd's own limit).
        if let Some(index) = onboard.filter(|index| *index <= 0xffff) {
            return format!("eno{index}");
        }
        let domain = match address.domain {
            0 => String::new(),
            domain => format!("P{domain}"),
        };
        let above = if ari { u32::from(address.slot) * 8 } else { 0 };
        let function = match u32::from(address.function) + above {
            0 if !multifunction => String::new(),
            function => format!("f{function}"),
        };
        match slot {
            Some(slot) => format!("en{domain}s{slot}{function}"),
            None => format!("en{domain}p{}s{}{function}", address.bus, address.slot),
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
