// SPDX-License-Identifier: MIT OR Apache-2.0
//! What differs by vendor, as data: one file a driver.
//!
//! A driver without a profile gets a cautious default.

mod bnxt;
mod ice;
mod liquidio;
mod mlx5;
mod netdevsim;
mod nfp;
mod octeontx2;
mod profile;
mod sfc;

pub use profile::{
    Decides, Ids, Loss, PfNumber, Profile, Refusal, Release, SameMode, VfNeed,
};
use profile::{EVER, UNKNOWN};

use crate::model::{Handle, Place, Role};
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

/// Whether the VFs of a PF with this driver have their representors on another device.
#[must_use]
pub fn is_represented(driver: &str) -> bool {
    PROFILES.iter().any(|profile| profile.represents.contains(&driver))
}

/// Drivers whose representors may have neither parent device nor devlink port,
/// each with the file of the id that leads to their PF.
pub fn with_orphan_representors() -> impl Iterator<Item = (&'static str, &'static str)> {
    PROFILES.into_iter().filter_map(|p| Some((p.driver, p.orphan_representors?.file())))
}

/// Whether a port of the local controller belongs to another PF than the device.
/// `index` is that of its devlink port, where it is known to have one.
#[must_use]
pub fn is_foreign(driver: Option<&str>, place: Place, index: Option<u32>) -> bool {
    let Place { role: Role::VfRep, controller: 0, pf: Some(_), vf: Some(vf), .. } = place
    else {
        return false;
    };
    match profile(driver).pf_number {
        PfNumber::Foreign => true,
        PfNumber::Mlx5 => mlx5::is_foreign(vf, index),
        PfNumber::PciFunction | PfNumber::Opaque => false,
    }
}

/// The PF number that the driver wants for a new SF of its own host, where no port of the
/// device says it. `uplink` is the number of its physical port.
///
/// mlx5 has the firmware's number of the port up to 6.12 and the PCI function from 7.2 on
/// (sf/devlink.c, `mlx5_sf_new_check_attr`); ice the firmware's number of the PF, which its
/// physical port has as well (devlink_port.c, `ice_devlink_port_new`).
#[must_use]
pub fn pf_of_sfs(
    driver: Option<&str>,
    kernel: Release,
    device: &Handle,
    uplink: Option<u32>,
) -> u32 {
    let function = device.pci_address().map_or(0, |address| address.function.into());
    match profile(driver).pf_number {
        PfNumber::Mlx5 if kernel >= (7, 0) => function,
        PfNumber::PciFunction => function,
        _ => uplink.unwrap_or(function),
    }
}

/// The device that is the other PF of a foreign port, where it is one of this
/// machine's, which come each with its driver.
#[must_use]
pub fn foreign_pf<'a>(
    driver: Option<&str>,
    device: &Handle,
    pf: u32,
    devices: &[(&'a Handle, Option<&str>)],
) -> Option<&'a Handle> {
    (profile(driver).pf_number == PfNumber::Foreign)
        .then(|| octeontx2::pf(device, pf, devices))?
}

/// The one device, of those with an orphan representor's switch id, that the
/// representor belongs to; none where that is not certain. Each device comes with
/// its driver.
///
/// Where the driver's PF number tells a card's PFs apart, it must be right even if
/// there is one device only: another PF of the card may be out of sight.
#[must_use]
pub fn owner_of_orphan<'a>(
    devices: &[(&'a Handle, Option<&str>)],
    port_name: Option<&str>,
) -> Option<&'a Handle> {
    let by_number =
        |driver: Option<&str>| profile(driver).pf_number == PfNumber::PciFunction;
    if let [(only, driver)] = devices {
        if !by_number(*driver) {
            return Some(only);
        }
    }
    let place = Place::parse(port_name?)?;
    let of_pf = matches!(place.role, Role::PfRep | Role::VfRep) && place.controller == 0;
    let pf = place.pf.filter(|_| of_pf)?;
    let is_pf = |device: &Handle, driver: Option<&str>| {
        let function = device.pci_address().map(|address| u32::from(address.function));
        by_number(driver) && function == Some(pf)
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
            owner_of_orphan(&of(driver).collect::<Vec<_>>(), Some(name))
                .map(ToString::to_string)
        };
        assert_eq!(owner("bnxt_en", "pf1vf3").as_deref(), Some("pci/0000:03:00.1"));
        assert_eq!(owner("bnxt_en", "pf2vf3"), None);
        assert_eq!(owner("LiquidIO", "pf1vf3"), None);
        assert_eq!(owner("bnxt_en", "p1"), None);
        let one = [(&devices[0], Some("nfp"))];
        assert_eq!(owner_of_orphan(&one, Some("pf0vf3")), Some(&devices[0]));
        // The other PF of the card is out of sight.
        let one = [(&devices[0], Some("bnxt_en"))];
        assert_eq!(owner_of_orphan(&one, Some("pf1vf3")), None);
        assert_eq!(owner_of_orphan(&one, Some("pf0vf3")), Some(&devices[0]));
    }

    #[test]
    fn a_vf_of_another_pf_is_told_from_the_devices_own() {
        let foreign = |driver, name: &str, index| {
            is_foreign(Some(driver), Place::parse(name).unwrap(), index)
        };
        // Its own: the vport is the VF's, whatever the PF number (the PCI function from
        // 7.2 on, the firmware's before).
        assert!(!foreign("mlx5_core", "pf0vf1", Some(0x1_0002)));
        assert!(!foreign("mlx5_core", "pf1vf1", Some(0x1_0002)));
        // A DPU's own VFs have other vport numbers.
        assert!(!foreign("mlx5_core", "pf0vf1", Some(0x1_8401)));
        // Without the index (6.1) there are no others.
        assert!(!foreign("mlx5_core", "pf1vf1", None));
        assert!(foreign("mlx5_core", "pf65vf1", Some(0x1_0201)));
        // Delegated by a PF at devfn 0, as most are.
        assert!(foreign("mlx5_core", "pf0vf1", Some(0x1_0201)));
        assert!(foreign("mlx5_core", "pf0vf2", Some(0x2_c001)));
        assert!(foreign("rvu_rep", "pf1vf1", Some(1)));
        assert!(!foreign("bnxt_en", "pf1vf1", None));
        assert!(!foreign("mlx5_core", "c1pf65vf1", Some(0x1_0201)));
    }

    #[test]
    fn octeontx2s_pfs_follow_the_admin_function_bus_by_bus() {
        let handle = |text: &str| text.parse::<Handle>().unwrap();
        let (rep, af) = (handle("pci/0002:1c:00.0"), handle("pci/0002:01:00.0"));
        let (nic, other) = (handle("pci/0002:02:00.0"), handle("pci/0000:02:00.0"));
        let devices = [
            (&rep, Some("rvu_rep")),
            (&af, Some("rvu_af")),
            (&nic, Some("rvu_nicpf")),
            (&other, Some("rvu_nicpf")),
        ];
        let pf = |driver, number| foreign_pf(Some(driver), &rep, number, &devices);
        assert_eq!(pf("rvu_rep", 1), Some(&nic));
        assert_eq!(pf("rvu_rep", 2), None);
        assert_eq!(pf("rvu_rep", u32::MAX), None);
        assert_eq!(pf("mlx5_core", 1), None);
        assert_eq!(foreign_pf(Some("rvu_rep"), &rep, 1, &devices[..1]), None);
    }
}
