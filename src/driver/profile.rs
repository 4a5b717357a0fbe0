// SPDX-License-Identifier: MIT OR Apache-2.0
//! What is known of a driver.

use crate::model::{EswitchMode, VfField};

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
pub(super) const EVER: Release = (u32::MAX, 0);

/// The profile of an unknown driver: its numbers have no known meaning.
pub(super) const UNKNOWN: Profile = Profile {
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
