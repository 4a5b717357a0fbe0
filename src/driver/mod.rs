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
mod sfc;

use crate::model::{EswitchMode, Handle, Place, Role, VfField};

/// A kernel's release: major and minor number.
pub type Release = (u32, u32);

/// The meaning of a driver's PF number, where it distinguishes PFs with one switch id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PfNumber {
    /// The function number of the PF's PCI address.
    PciFunction,
    /// The device's own PF or, beside it, one of another host: see `mlx5`.
    Mlx5,
    /// Always a PF that is a device of its own: see `octeontx2`.
    Foreign,
    /// No usable meaning: it differs by kernel or firmware.
    Opaque,
}

/// The id of a PF's netdev that its representors have as their switch id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ids {
    /// Its switch id.
    Switch,
    /// Its port id.
    Port,
}

impl Ids {
    /// The file of the netdev in sysfs that has it.
    #[must_use]
    pub fn file(self) -> &'static str {
        match self {
            Self::Switch => "phys_switch_id",
            Self::Port => "phys_port_id",
        }
    }
}

/// Who decides the eswitch mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decides {
    /// The user.
    User,
    /// The loaded firmware; with some firmware, the user.
    Firmware,
    /// There is no mode: representors come and go with the VFs.
    Vfs,
}

/// Whether a mode change needs VFs, or needs them absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VfNeed {
    /// It makes no difference.
    Any,
    /// There must be no VFs, in either direction.
    None,
    /// There must be VFs, on kernels before that release.
    SomeBefore(Release),
    /// Not known.
    Unknown,
}

/// The effect of setting the present mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameMode {
    /// Nothing.
    NoOp,
    /// It is an error.
    Refused,
}

/// A side effect of a mode change: something is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loss {
    /// The new mode.
    pub to: EswitchMode,
    /// Stable word for programs.
    pub code: &'static str,
    /// What is lost.
    pub what: &'static str,
    /// How to restore it.
    pub remedy: &'static str,
}

/// A driver's refusal, and what to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// The error number.
    pub errno: i32,
    /// Part of the message; empty where the driver gives none.
    pub says: &'static str,
    /// What to do.
    pub hint: &'static str,
}

/// Facts of one driver. Facts of some kernels only name these kernels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Profile {
    /// Name of the PF driver, as in sysfs.
    pub driver: &'static str,
    /// Where representors may come without parent device and devlink port: the id
    /// that leads to their PF.
    pub orphan_representors: Option<Ids>,
    /// Whether devlink ports are not tied to their netdevs, and found by their
    /// numbers alone.
    pub untied_ports: bool,
    /// Whether one PF can have several physical ports.
    pub several_uplinks: bool,
    /// What PF numbers in port names mean.
    pub pf_number: PfNumber,
    /// The number of the first VF, 0 or 1.
    pub first_vf: u32,
    /// Whether a representor of each VF is to be waited for in switchdev mode.
    pub represents_vfs: bool,
    /// Drivers of the PFs that it has representors for, where those are devices
    /// of their own.
    pub represents: &'static [&'static str],
    /// Who decides the mode.
    pub decides: Decides,
    /// Whether a mode change needs VFs.
    pub vfs: VfNeed,
    /// Whether VFs are enabled only while the PF's netdev is up (otherwise the
    /// request succeeds and does nothing).
    pub vfs_need_netdev_up: bool,
    /// Whether devlink's rate of a VF and the one of the PF's netdev are two settings.
    pub rates_apart: bool,
    /// Whether the driver has rate nodes of its own, `node_0` and so on, while there
    /// are VFs in switchdev mode.
    pub own_rate_nodes: bool,
    /// The first kernel with SFs, where the driver has them.
    pub sfs_since: Option<Release>,
    /// What a change to legacy does to SFs.
    pub loses_sfs: Option<&'static str>,
    /// Whether a failed creation of VFs can leave orphan representors behind.
    pub can_strand_representors: bool,
    /// Whether a mode change re-creates the RDMA device.
    pub remakes_rdma: bool,
    /// Whether a failed change can remove the PF's netdev.
    pub can_lose_uplink: bool,
    /// For drivers where a failed change to switchdev loses the forwarding of legacy mode:
    /// parts of the messages of early refusals, which leave everything unchanged.
    pub forwarding_survives: Option<&'static [&'static str]>,
    /// What setting the present mode does.
    pub same_mode: SameMode,
    /// Whether the number of VFs can change in legacy mode only.
    pub vfs_change_in_legacy: bool,
    /// Kernels before which the device falls back to legacy when its VFs go.
    pub legacy_without_vfs_before: Option<Release>,
    /// The settings of VFs that their PF's netdev takes in switchdev mode too; none
    /// where that is not known.
    pub in_switchdev: Option<&'static [VfField]>,
    /// Codes of findings with which the driver refuses any change, or one to
    /// switchdev.
    pub refuses: &'static [&'static str],
    /// The first kernel with `switchdev_inactive`, where the driver has it.
    pub inactive_since: Option<Release>,
    /// What a change takes away.
    pub losses: &'static [Loss],
    /// Refusals by number and message, the first that fits.
    pub refusals: &'static [Refusal],
}

impl Profile {
    /// Whether a rate node is one of the driver's own (ice: ice_devlink's
    /// ice_traverse_tx_tree numbers the nodes of its scheduler).
    #[must_use]
    pub fn made_rate_node(&self, name: &str) -> bool {
        let number = name.strip_prefix("node_").unwrap_or_default();
        let numbered = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        self.own_rate_nodes && numbered
    }
}

/// No kernel is before it: for what is so on all.
const EVER: Release = (u32::MAX, 0);

/// The profile of an unknown driver: its numbers have no known meaning.
const UNKNOWN: Profile = Profile {
    driver: "",
    orphan_representors: None,
    untied_ports: false,
    several_uplinks: false,
    pf_number: PfNumber::Opaque,
    first_vf: 0,
    represents_vfs: true,
    represents: &[],
    decides: Decides::User,
    vfs: VfNeed::Unknown,
    vfs_need_netdev_up: false,
    rates_apart: false,
    own_rate_nodes: false,
    sfs_since: None,
    loses_sfs: None,
    can_strand_representors: false,
    remakes_rdma: false,
    can_lose_uplink: false,
    forwarding_survives: None,
    same_mode: SameMode::NoOp,
    vfs_change_in_legacy: false,
    legacy_without_vfs_before: None,
    in_switchdev: None,
    refuses: &[],
    inactive_since: None,
    losses: &[],
    refusals: &[],
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
