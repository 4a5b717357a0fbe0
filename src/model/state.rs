// SPDX-License-Identifier: MIT OR Apache-2.0
//! The state of a device that a mode change can alter: it is read before the change,
//! kept in the journal, and restored afterwards.

use serde::{Deserialize, Serialize};

use super::{Eswitch, FunctionCaps, Handle, MacAddress, Place, Role, VfSettings};

/// One VF.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VfState {
    /// VF number, from 0.
    pub vf: u32,
    /// PCI address.
    pub address: String,
    /// A number that the VF's device has until it goes; another VF at this address
    /// has another.
    pub instance: Option<u64>,
    /// The bound driver.
    pub driver: Option<String>,
    /// The driver that alone may be bound.
    pub driver_override: Option<String>,
    /// What the PF's netdev has of it.
    pub settings: VfSettings,
}

/// Which port a netdev or a port function is of, before and after a change; the
/// reported numbers do not change meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "FlatKey", into = "FlatKey")]
pub struct PortKey {
    /// Role, `pf` for an uplink too, since the two are one netdev in two modes; and the
    /// numbers of the function.
    pub place: Place,
    /// The port name of a physical port or a PF.
    pub port: Option<String>,
}

/// A port's key as journals have it.
#[derive(Serialize, Deserialize)]
struct FlatKey {
    role: Role,
    controller: u32,
    pf: Option<u32>,
    vf: Option<u32>,
    sf: Option<u32>,
    port: Option<String>,
}

impl From<FlatKey> for PortKey {
    fn from(key: FlatKey) -> Self {
        let FlatKey { role, controller, pf, vf, sf, port } = key;
        Self { place: Place { controller, pf, vf, sf, ..Place::of(role) }, port }
    }
}

impl From<PortKey> for FlatKey {
    fn from(key: PortKey) -> Self {
        let Place { role, controller, pf, vf, sf, .. } = key.place;
        Self { role, controller, pf, vf, sf, port: key.port }
    }
}

impl PortKey {
    /// The port of an SF.
    #[must_use]
    pub fn of_sf(controller: u32, pf: Option<u32>, sf: u32) -> Self {
        Self { place: Place::sf_rep(controller, pf, sf), port: None }
    }

    /// Whether it is the port of that SF.
    #[must_use]
    pub fn is_of_sf(&self, controller: u32, sf: u32) -> bool {
        (self.place.controller, self.place.sf) == (controller, Some(sf))
    }

    /// The own netdev of an SF of this host.
    #[must_use]
    pub fn own_netdev_of_sf(sf: u32) -> Self {
        Self { place: Place::sf(sf), port: None }
    }
}

/// An SF.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SfState {
    /// Its port.
    pub key: PortKey,
    /// Whether it is active.
    pub active: bool,
    /// Whether its function has a netdev.
    pub netdev: bool,
}

/// A netdev of the device, or of one of its VFs or SFs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetdevState {
    /// Whose it is.
    pub key: PortKey,
    /// Name; none to leave it to udev and the policy.
    pub name: Option<String>,
    /// Alternative names.
    pub altnames: Vec<String>,
    /// MTU in bytes.
    pub mtu: Option<u32>,
    /// Whether it is administratively up.
    pub up: bool,
    /// The bridge or bond that it belongs to.
    pub master: Option<String>,
}

/// The settings of the function behind a port, and of its rate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionSettings {
    /// Which port.
    pub key: PortKey,
    /// Hardware address.
    pub hw_addr: Option<MacAddress>,
    /// Capabilities.
    pub caps: FunctionCaps,
    /// Limit of IO event queues.
    pub max_io_eqs: Option<u32>,
    /// Rate limits in bytes/s (devlink's rate leaf), least and most.
    pub tx_share: Option<u64>,
    /// See `tx_share`.
    pub tx_max: Option<u64>,
    /// Strict priority of the leaf among its siblings.
    pub tx_priority: Option<u32>,
    /// Weight of the leaf among its siblings.
    pub tx_weight: Option<u32>,
    /// The parent rate node of the leaf, where a user has set one.
    pub rate_parent: Option<String>,
}

/// SR-IOV.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SriovState {
    /// Number of VFs.
    pub vfs: u32,
    /// Whether new VFs get a driver at once; none where the bus has no such choice.
    pub autoprobe: Option<bool>,
}

/// Snapshot of everything of a device that a mode change can alter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The device.
    pub device: Handle,
    /// Its driver.
    pub driver: Option<String>,
    /// Its eswitch.
    #[serde(flatten)]
    pub eswitch: Eswitch,
    /// SR-IOV, where the device has it.
    pub sriov: Option<SriovState>,
    /// VFs, by number.
    pub vfs: Vec<VfState>,
    /// Whether the settings of all VFs could be read: the kernel truncates long lists.
    pub settings_complete: bool,
    /// Netdevs, those of VFs and SFs included.
    pub netdevs: Vec<NetdevState>,
    /// Functions behind ports.
    pub functions: Vec<FunctionSettings>,
    /// SFs.
    #[serde(default)]
    pub sfs: Vec<SfState>,
    /// Interface indices of the PF's netdevs: a driver that was started anew has others.
    #[serde(default)]
    pub uplinks: Vec<u32>,
    /// Interface indices of the representors. In a stash: those of the mode that the change
    /// went to.
    #[serde(default)]
    pub representors: Vec<u32>,
}

impl State {
    /// Number of VFs.
    #[must_use]
    pub fn vfs(&self) -> u32 {
        self.sriov.map_or(0, |sriov| sriov.vfs)
    }

    /// The VF with that number.
    #[must_use]
    pub fn vf(&self, number: u32) -> Option<&VfState> {
        // The index of a VF is its number, unless earlier VFs are missing.
        let at = self.vfs.get(number as usize).filter(|vf| vf.vf == number);
        at.or_else(|| self.vfs.iter().find(|vf| vf.vf == number))
    }
}

impl FunctionSettings {
    /// Nothing is set of that port's function.
    #[must_use]
    pub fn none(key: PortKey) -> Self {
        Self {
            key,
            hw_addr: None,
            caps: FunctionCaps::default(),
            max_io_eqs: None,
            tx_share: None,
            tx_max: None,
            tx_priority: None,
            tx_weight: None,
            rate_parent: None,
        }
    }

    /// Whether nothing is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self { key: _, hw_addr, caps, max_io_eqs, .. } = self;
        let Self { tx_share, tx_max, tx_priority, tx_weight, rate_parent, .. } = self;
        hw_addr.is_none()
            && *caps == FunctionCaps::default()
            && max_io_eqs.is_none()
            && tx_share.or(*tx_max).is_none()
            && tx_priority.or(*tx_weight).is_none()
            && rate_parent.is_none()
    }
}
