// SPDX-License-Identifier: MIT OR Apache-2.0
//! The base of a device's interface names, and the facts behind it.

use super::{PciAddress, Place, Role, Scheme, UdevNames};

/// The names that systemd makes of a device, without a port's own part; each where
/// there is one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct BaseNames {
    /// `eno1`, where firmware numbers the device as an onboard one.
    pub onboard: Option<String>,
    /// `ens3f0`, where the slot that the card sits in has a number.
    pub slot: Option<String>,
    /// `enp65s0f0`, or `eni10` for netdevsim.
    pub path: Option<String>,
}

impl BaseNames {
    /// The first that there is, in the order of systemd's default name policy.
    #[must_use]
    pub fn first(&self) -> Option<&str> {
        [&self.onboard, &self.slot, &self.path].into_iter().find_map(Option::as_deref)
    }

    /// The names of the device of a netdev that systemd has named: those of the netdev
    /// without its own part, which is one of `endings`. Nothing where none of them
    /// ends so.
    #[must_use]
    pub fn of_netdev(names: &UdevNames, endings: &[String]) -> Option<Self> {
        let cut = |name: &str| {
            let base =
                endings.iter().find_map(|ending| name.strip_suffix(ending.as_str()));
            base.filter(|base| !base.is_empty()).map(str::to_owned)
        };
        let [onboard, slot, path] = names.by_schemes().map(|name| name.and_then(cut));
        let base = Self { onboard, slot, path };
        base.first().is_some().then_some(base)
    }
}

/// What systemd may put behind a device's base for a netdev with that port name, or
/// without one: `r3` in schemes from v254 on, and `npf0vf3`.
#[must_use]
pub fn endings_of_port(port_name: Option<&str>) -> Vec<String> {
    let Some(port_name) = port_name else { return vec![String::new()] };
    let mut endings = vec![format!("n{port_name}")];
    if let Some(Place {
        role: Role::VfRep,
        controller: 0,
        pf: Some(_),
        vf: Some(vf),
        ..
    }) = Place::parse(port_name)
    {
        if port_name.starts_with("pf") {
            endings.push(format!("r{vf}"));
        }
    }
    endings
}

/// The base names of a device.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Base {
    /// The naming scheme in force.
    pub scheme: Scheme,
    /// The names in that scheme.
    pub in_force: BaseNames,
    /// In systemd's newest scheme; none where no policy asks for them.
    pub newest: Option<BaseNames>,
}

/// The number of the slot that a card sits in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Slot {
    /// The slot of a card, a number of its PCI domain.
    Card(u32),
    /// The slot of a function alone, a number of the whole machine (s390).
    Function(u32),
}

/// The facts that systemd's naming schemes look at (systemd.net-naming-scheme(7)),
/// for the device as such, as one scheme reads them.
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
        /// Whether the card reports several functions.
        multifunction: bool,
        /// Whether alternative routing-ID interpretation is on and the slot is
        /// not 0: slot and function are then one number of 8 bits.
        ari: bool,
        /// Index of an onboard device, from ACPI or SMBIOS.
        onboard: Option<u32>,
        /// The slot that the card sits in.
        slot: Option<Slot>,
    },
}

impl BaseFacts {
    /// The names that a scheme makes from these facts.
    #[must_use]
    pub fn names(&self, scheme: Scheme) -> BaseNames {
        BaseNames { onboard: self.onboard(scheme), slot: self.slot(), path: self.path() }
    }

    fn onboard(&self, scheme: Scheme) -> Option<String> {
        let Self::Pci { onboard: Some(index), .. } = *self else { return None };
        // Firmware reports invalid numbers above these limits, which are systemd's own.
        let most = if scheme >= Scheme::FUNCTION_ID { 0xffff } else { 0x3fff };
        let least = u32::from(scheme < Scheme::ONBOARD_ZERO);
        (least..=most).contains(&index).then(|| format!("eno{index}"))
    }

    fn slot(&self) -> Option<String> {
        let Self::Pci { slot, .. } = *self else { return None };
        let function = self.function_part();
        Some(match slot? {
            Slot::Card(number) => format!("en{}s{number}{function}", self.domain_part()),
            Slot::Function(number) => format!("ens{number}{function}"),
        })
    }

    fn path(&self) -> Option<String> {
        Some(match *self {
            Self::Netdevsim { id } => format!("eni{id}"),
            Self::Pci { address, .. } => {
                let (domain, function) = (self.domain_part(), self.function_part());
                format!("en{domain}p{}s{}{function}", address.bus, address.slot)
            }
        })
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

    const NEWEST: Scheme = Scheme::NEWEST;

    fn pci(
        address: &str,
        multifunction: bool,
        onboard: Option<u32>,
        slot: Option<Slot>,
    ) -> BaseFacts {
        let address = address.parse().unwrap();
        BaseFacts::Pci { address, multifunction, ari: false, onboard, slot }
    }

    fn first(facts: BaseFacts, scheme: Scheme) -> String {
        facts.names(scheme).first().unwrap().to_owned()
    }

    #[test]
    fn bases_are_those_of_systemd() {
        for (address, base) in [
            ("0000:41:00.0", "enp65s0f0"),
            ("0000:d8:00.1", "enp216s0f1"),
            ("0002:01:00.0", "enP2p1s0f0"),
        ] {
            assert_eq!(first(pci(address, true, None, None), NEWEST), base);
        }
        let single = |onboard, slot| first(pci("41:00.0", false, onboard, slot), NEWEST);
        assert_eq!(single(None, None), "enp65s0");
        assert_eq!(single(None, Some(Slot::Card(3))), "ens3");
        assert_eq!(single(Some(2), Some(Slot::Card(3))), "eno2");
        assert_eq!(single(Some(0x0100_0000), None), "enp65s0");
        let address = "01:01.2".parse().unwrap();
        let ari = BaseFacts::Pci {
            address,
            multifunction: true,
            ari: true,
            onboard: None,
            slot: None,
        };
        assert_eq!(first(ari, NEWEST), "enp1s1f10");
        assert_eq!(first(BaseFacts::Netdevsim { id: 10 }, NEWEST), "eni10");
    }

    #[test]
    fn the_slot_of_a_card_is_one_of_its_domain_and_that_of_a_function_of_the_machine() {
        let slot = |slot| first(pci("0101:00:00.0", true, None, Some(slot)), NEWEST);
        assert_eq!(slot(Slot::Card(3)), "enP257s3f0");
        assert_eq!(slot(Slot::Function(0x800)), "ens2048f0");
    }

    #[test]
    fn an_onboard_index_counts_as_in_its_scheme() {
        let of = |index, scheme| {
            pci("41:00.0", false, Some(index), None).names(Scheme::named(scheme)).onboard
        };
        assert_eq!((of(0, "v239"), of(0, "v240")), (None, Some("eno0".into())));
        assert_eq!(of(0x4000, "v248"), None);
        assert_eq!(of(0x4000, "v249"), Some("eno16384".into()));
    }

    #[test]
    fn the_base_of_a_netdev_that_systemd_has_named() {
        let names = UdevNames {
            slot: Some("ens5f0npf0vf0".into()),
            path: Some("enp65s0f0npf0vf0".into()),
            ..UdevNames::default()
        };
        let base = |endings: &[&str]| {
            let endings: Vec<String> = endings.iter().map(ToString::to_string).collect();
            BaseNames::of_netdev(&names, &endings)
        };
        let found = base(&["npf0vf0", "r0"]).unwrap();
        assert_eq!(
            (found.first(), found.path.as_deref()),
            (Some("ens5f0"), Some("enp65s0f0"))
        );
        assert_eq!(base(&["r0"]), None);
        // A name that is only the ending has no base.
        assert_eq!(base(&["ens5f0npf0vf0", "enp65s0f0npf0vf0"]), None);
    }
}
