// SPDX-License-Identifier: MIT OR Apache-2.0
//! What differs by vendor, as data: one file a driver.
//!
//! A driver that is not listed gets a careful default.

mod bnxt;
mod ice;
mod liquidio;
mod mlx5;
mod netdevsim;
mod nfp;
mod octeontx2;
mod sfc;

use crate::model::{Handle, PhysPortName};

/// What a driver's PF number means, where it tells PFs with one switch id apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PfNumber {
    /// The function number of the PF's PCI address.
    PciFunction,
    /// Nothing that would help: it differs by kernel or firmware.
    Opaque,
}

/// Facts of one driver that hold on all kernels from 6.1 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Profile {
    /// Name of the PF driver, as in sysfs.
    pub driver: &'static str,
    /// Whether representors may come without parent device and devlink port, so
    /// that the switch id alone leads to their PF.
    pub lone_representors: bool,
    /// What PF numbers in port names mean.
    pub pf_number: PfNumber,
    /// The number of the first VF, 0 or 1.
    pub first_vf: u32,
    /// Whether each VF has a representor in switchdev mode.
    pub represents_vfs: bool,
    /// Whether the firmware that is loaded decides the mode, and nobody else.
    pub firmware_decides: bool,
}

/// A driver of which nothing is known: nothing is concluded from numbers.
const UNKNOWN: Profile = Profile {
    driver: "",
    lone_representors: false,
    pf_number: PfNumber::Opaque,
    first_vf: 0,
    represents_vfs: true,
    firmware_decides: false,
};

const PROFILES: [Profile; 9] = [
    mlx5::PROFILE,
    nfp::PROFILE,
    bnxt::PROFILE,
    liquidio::PROFILE,
    ice::PROFILE,
    octeontx2::AF_PROFILE,
    octeontx2::REP_PROFILE,
    sfc::PROFILE,
    netdevsim::PROFILE,
];

/// The profile of a driver.
#[must_use]
pub fn profile(driver: Option<&str>) -> Profile {
    let known = PROFILES.iter().find(|profile| Some(profile.driver) == driver);
    known.copied().unwrap_or(UNKNOWN)
}

/// Drivers whose representors may have neither parent device nor devlink port.
pub fn with_lone_representors() -> impl Iterator<Item = &'static str> {
    let lone = PROFILES.into_iter().filter(|profile| profile.lone_representors);
    lone.map(|profile| profile.driver)
}

/// The one device, of those with a lone representor's switch id, that it belongs
/// to; nothing where that cannot be told. Each device comes with its driver.
#[must_use]
pub fn owner_of_lone<'a>(
    devices: &[(&'a Handle, Option<&str>)],
    port_name: Option<&str>,
) -> Option<&'a Handle> {
    if let [(only, _)] = devices {
        return Some(only);
    }
    let pf = match PhysPortName::parse(port_name?)? {
        PhysPortName::Pf { controller: 0, pf, .. } => pf,
        PhysPortName::Vf { controller: 0, pf: Some(pf), .. } => pf,
        _ => return None,
    };
    let is_pf = |device: &Handle, driver: Option<&str>| {
        let function = device.pci_address().map(|address| u32::from(address.function));
        profile(driver).pf_number == PfNumber::PciFunction && function == Some(pf)
    };
    let mut owners = devices.iter().filter(|(device, driver)| is_pf(device, *driver));
    match (owners.next(), owners.next()) {
        (Some((owner, _)), None) => Some(owner),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pfs_of_one_card_are_told_apart_only_where_the_number_says_it() {
        let devices: Vec<Handle> =
            ["pci/03:00.0", "pci/03:00.1"].map(|text| text.parse().unwrap()).into();
        let of = |driver| devices.iter().map(move |device| (device, Some(driver)));
        let owner = |driver, name| {
            owner_of_lone(&of(driver).collect::<Vec<_>>(), Some(name))
                .map(ToString::to_string)
        };
        assert_eq!(owner("bnxt_en", "pf1vf3").as_deref(), Some("pci/0000:03:00.1"));
        assert_eq!(owner("bnxt_en", "pf2vf3"), None);
        assert_eq!(owner("LiquidIO", "pf1vf3"), None);
        assert_eq!(owner("bnxt_en", "p1"), None);
        let one = [(&devices[0], Some("nfp"))];
        assert_eq!(owner_of_lone(&one, Some("pf0vf3")), Some(&devices[0]));
    }
}
