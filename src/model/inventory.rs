// SPDX-License-Identifier: MIT OR Apache-2.0
//! The inventory: what `swdevctl inventory --json` prints, version 1.
//!
//! Keys are never removed or retyped within a version, and what is unknown is
//! null, so there is no `skip_serializing_if` here.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer, ser::SerializeStruct as _};

use super::{
    DeviceDetails, Eswitch, EswitchMode, Flavour, FunctionDetails, FunctionState, Handle,
    LinkType, MacAddress, Netdev, PciAddress, Place, SwitchId,
};

/// What a netdev or a port is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The eswitch's port to the wire.
    Uplink,
    /// Representor of a PF.
    PfRep,
    /// Representor of a VF.
    VfRep,
    /// Representor of an SF.
    SfRep,
    /// A PF's own netdev (in legacy mode, its only one).
    Pf,
    /// A VF's own netdev.
    Vf,
    /// An SF's own netdev.
    Sf,
    /// On the device, but none of these.
    Other,
}

impl Role {
    /// The roles that policies name, in their order there.
    pub const NAMED: [Self; 6] =
        [Self::Uplink, Self::PfRep, Self::VfRep, Self::SfRep, Self::Vf, Self::Sf];

    /// All.
    pub const ALL: [Self; 8] = [
        Self::Uplink,
        Self::PfRep,
        Self::VfRep,
        Self::SfRep,
        Self::Pf,
        Self::Vf,
        Self::Sf,
        Self::Other,
    ];

    /// The word used in JSON and tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Uplink => "uplink",
            Self::PfRep => "pf_rep",
            Self::VfRep => "vf_rep",
            Self::SfRep => "sf_rep",
            Self::Pf => "pf",
            Self::Vf => "vf",
            Self::Sf => "sf",
            Self::Other => "other",
        }
    }
}

/// The eswitch of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(into = "Option<Eswitch>")]
pub enum EswitchState {
    /// The device has none, or no devlink.
    None,
    /// The mode could not be read, and a warning says why: the caller lacks CAP_NET_ADMIN,
    /// or the driver failed.
    Unread,
    /// The kernel's answer.
    Known(Eswitch),
}

impl EswitchState {
    /// The mode, where it is known.
    #[must_use]
    pub fn mode(self) -> Option<EswitchMode> {
        match self {
            Self::Known(eswitch) => Some(eswitch.mode),
            Self::None | Self::Unread => None,
        }
    }
}

impl From<EswitchState> for Option<Eswitch> {
    fn from(state: EswitchState) -> Self {
        match state {
            EswitchState::Known(eswitch) => Some(eswitch),
            EswitchState::None | EswitchState::Unread => None,
        }
    }
}

/// SR-IOV of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Sriov {
    /// How many VFs it can have (sriov_totalvfs).
    pub total: Option<u32>,
    /// How many it has.
    pub configured: u32,
    /// Whether new VFs get a driver at once (sriov_drivers_autoprobe).
    pub autoprobe: Option<bool>,
}

impl fmt::Display for Sriov {
    /// How many VFs there are of how many, for people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.total {
            Some(total) => write!(f, "{} of {total} VFs", self.configured),
            None => write!(f, "{} VFs", self.configured),
        }
    }
}

/// The PF, VF or SF that a port leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Function {
    /// PCI address, or the auxiliary device's name for an SF.
    pub address: String,
    /// The bound driver.
    pub driver: Option<String>,
    /// Name of its own netdev.
    pub netdev: Option<String>,
    /// Its hardware address.
    pub mac: Option<MacAddress>,
    /// Wanted state (SFs).
    pub state: Option<FunctionState>,
    /// Link type of its netdev.
    pub link_type: Option<LinkType>,
    /// What is read of it for an inventory alone.
    #[serde(flatten)]
    pub details: FunctionDetails,
}

impl Function {
    /// The function's own device: a PCI function, or an SF's auxiliary device.
    #[must_use]
    pub fn handle(&self) -> Handle {
        match self.address.parse::<PciAddress>() {
            Ok(address) => Handle::pci(address),
            Err(_) => self.auxiliary(),
        }
    }

    /// The auxiliary device of an SF.
    #[must_use]
    pub fn auxiliary(&self) -> Handle {
        Handle::new("auxiliary", self.address.clone())
    }
}

/// A port of a device's eswitch, or a function's own netdev.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// What it is, with the numbers as reported.
    pub place: Place,
    /// Devlink's flavour, where it is a devlink port.
    pub flavour: Option<Flavour>,
    /// Devlink's port index, where it is a devlink port.
    pub port_index: Option<u32>,
    /// Whether the function is on another host.
    pub external: bool,
    /// Whether the function is a VF of another PF than the device.
    pub foreign: bool,
    /// The netdev's port name, as reported.
    pub phys_port_name: Option<String>,
    /// The netdev; none while it does not exist, or is in another namespace.
    pub netdev: Option<Netdev>,
    /// Whether it has a netdev in another network namespace; none where nothing tells.
    pub netdev_elsewhere: Option<bool>,
    /// The function that it stands for.
    pub function: Option<Function>,
}

impl Device {
    /// Whether each VF has a representor in its mode. A PF that is split is one of nfp's abm
    /// application, which represents PFs alone (drivers/net/ethernet/netronome/nfp/abm).
    #[must_use]
    pub fn represents_vfs(&self) -> bool {
        let of_abm =
            |port: &Port| port.place.role == Role::PfRep && port.place.split.is_some();
        self.eswitch.mode().is_some_and(EswitchMode::has_representors)
            && !self.ports.iter().any(of_abm)
    }
}

impl Port {
    /// Whether it has no netdev in any network namespace that is known of.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.netdev.is_none() && self.netdev_elsewhere != Some(true)
    }

    /// Whether it is of a VF or SF whose representor, or the representor's netdev, is not
    /// there though [`Device::represents_vfs`] says that it should be.
    #[must_use]
    pub fn lacks_representor(&self, vfs_are_represented: bool) -> bool {
        match self.place.role {
            Role::VfRep | Role::SfRep => self.is_absent(),
            Role::Vf => vfs_are_represented,
            _ => false,
        }
    }
}

impl Serialize for Port {
    /// One flat object.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Port", 12)?;
        object.serialize_field("role", &self.place.role)?;
        object.serialize_field("flavour", &self.flavour)?;
        object.serialize_field("port_index", &self.port_index)?;
        object.serialize_field("controller", &self.place.controller)?;
        object.serialize_field("pf", &self.place.pf)?;
        object.serialize_field("vf", &self.place.vf)?;
        object.serialize_field("sf", &self.place.sf)?;
        object.serialize_field("external", &self.external)?;
        object.serialize_field("phys_port_name", &self.phys_port_name)?;
        object.serialize_field("netdev", &self.netdev)?;
        object.serialize_field("netdev_elsewhere", &self.netdev_elsewhere)?;
        object.serialize_field("function", &self.function)?;
        object.end()
    }
}

/// A device: a devlink instance with an eswitch, or a PCI PF that could have one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Device {
    /// Devlink handle.
    pub handle: Handle,
    /// Bus.
    pub bus: String,
    /// Address on the bus.
    pub address: String,
    /// Driver.
    pub driver: Option<String>,
    /// NUMA node.
    pub numa_node: Option<u32>,
    /// Eswitch.
    pub eswitch: EswitchState,
    /// The switch id that its netdevs report.
    pub switch_id: Option<SwitchId>,
    /// SR-IOV.
    pub sriov: Option<Sriov>,
    /// The bond that an uplink is in.
    pub bond: Option<String>,
    /// What is read of it for an inventory alone.
    #[serde(flatten)]
    pub details: DeviceDetails,
    /// Ports: uplinks, then PFs, VFs, SFs, each by number.
    pub ports: Vec<Port>,
}

/// A netdev with a port name or switch id that belongs to no known device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unassociated {
    /// The netdev.
    pub netdev: Netdev,
    /// Its port name.
    pub phys_port_name: Option<String>,
    /// Its switch id.
    pub switch_id: Option<SwitchId>,
    /// Why it could not be placed.
    pub reason: String,
}

/// A reason why the inventory is incomplete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// Stable word for programs.
    pub code: &'static str,
    /// Text for people.
    pub message: String,
    /// The device, if it is about one.
    pub device: Option<Handle>,
}

impl Warning {
    /// The code where the caller may not read a mode.
    pub const MODE_NOT_PERMITTED: &'static str = "eswitch-not-permitted";
    /// The code where the caller may not see who uses functions.
    pub const HOLDERS_NOT_PERMITTED: &'static str = "holders-not-permitted";

    /// Whether it says that the caller lacks a privilege. The files that processes of other
    /// users hold are root's to see, as the mode is.
    #[must_use]
    pub fn denies(&self) -> bool {
        self.code == Self::MODE_NOT_PERMITTED
    }
}

/// The whole document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Inventory {
    /// `swdevctl/inventory/v1`.
    pub schema: &'static str,
    /// Devices, by handle.
    pub devices: Vec<Device>,
    /// Netdevs that could not be placed.
    pub unassociated: Vec<Unassociated>,
    /// Warnings.
    pub warnings: Vec<Warning>,
}

impl Inventory {
    /// Name of this version of the document.
    pub const SCHEMA: &'static str = "swdevctl/inventory/v1";

    /// The handles of its devices.
    #[must_use]
    pub fn handles(&self) -> Vec<&Handle> {
        self.devices.iter().map(|device| &device.handle).collect()
    }
}
