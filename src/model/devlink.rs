// SPDX-License-Identifier: MIT OR Apache-2.0
//! Devlink's own objects: ports, port functions, rate objects, parameters.
//!
//! Fields are optional because drivers and kernels leave them out; which ones
//! a kernel sends is in net/devlink/port.c (devlink_nl_port_attrs_put).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{Handle, MacAddress, ParseError, Place, PortHandle, eswitch::kernel_enum};

kernel_enum! {
    /// DEVLINK_ATTR_PORT_FLAVOUR, a u16; printed as by `devlink port`.
    Flavour: u16, "a devlink port flavour" {
        /// A front-panel port.
        Physical = 0 "physical",
        /// A CPU port of a switch.
        Cpu = 1 "cpu",
        /// A port between switches.
        Dsa = 2 "dsa",
        /// A PCI physical function.
        PciPf = 3 "pcipf",
        /// A PCI virtual function.
        PciVf = 4 "pcivf",
        /// The function's own netdev: no eswitch port.
        Virtual = 5 "virtual",
        /// A port that nothing uses.
        Unused = 6 "unused",
        /// A subfunction.
        PciSf = 7 "pcisf",
    }
}

kernel_enum! {
    /// DEVLINK_ATTR_PORT_TYPE, a u16.
    PortType: u16, "a devlink port type" {
        /// Not decided yet: the port has no netdev at this moment.
        NotSet = 0 "notset",
        /// The driver decides.
        Auto = 1 "auto",
        /// Ethernet.
        Ethernet = 2 "eth",
        /// InfiniBand.
        InfiniBand = 3 "ib",
    }
}

kernel_enum! {
    /// DEVLINK_PORT_FN_ATTR_STATE, a u8: what the user wants of the function.
    FunctionState: u8, "one of inactive, active" {
        /// Off.
        Inactive = 0 "inactive",
        /// On.
        Active = 1 "active",
    }
}

kernel_enum! {
    /// DEVLINK_PORT_FN_ATTR_OPSTATE, a u8: what the function does.
    OpState: u8, "one of detached, attached" {
        /// No driver is bound to it.
        Detached = 0 "detached",
        /// A driver is bound to it.
        Attached = 1 "attached",
    }
}

/// The switchable capabilities of a port function, DEVLINK_PORT_FN_ATTR_CAPS
/// (6.2 and later): for each, whether it is on, or absent where the port does
/// not have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FunctionCaps {
    /// RoCE.
    pub roce: Option<bool>,
    /// Live migration.
    pub migratable: Option<bool>,
    /// IPsec crypto offload (6.7 and later).
    pub ipsec_crypto: Option<bool>,
    /// IPsec packet offload (6.7 and later).
    pub ipsec_packet: Option<bool>,
}

/// The function behind a port: DEVLINK_ATTR_PORT_FUNCTION.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PortFunction {
    /// The hardware address that the function will see as its own.
    pub hw_addr: Option<MacAddress>,
    /// Wanted state (SFs).
    pub state: Option<FunctionState>,
    /// Actual state (SFs).
    pub opstate: Option<OpState>,
    /// Capabilities.
    pub caps: FunctionCaps,
    /// Limit of IO event queues (6.10 and later).
    pub max_io_eqs: Option<u32>,
    /// The function's own devlink instance, where it is in this network
    /// namespace (6.7 and later): the exact link from an SF port to its device.
    pub devlink: Option<Handle>,
}

/// A devlink port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DevlinkPort {
    /// Instance and index.
    pub handle: PortHandle,
    /// Type; `NotSet` while there is no netdev.
    pub kind: Option<PortType>,
    /// Flavour.
    pub flavour: Option<Flavour>,
    /// Number of a physical port, the N of `pN`.
    pub number: Option<u32>,
    /// Controller; 0 is the one that the eswitch's host sits on.
    pub controller: Option<u32>,
    /// PF number. Its meaning differs by driver and kernel: no PCI function.
    pub pf: Option<u16>,
    /// VF number, from 0 (octeontx2: from 1).
    pub vf: Option<u16>,
    /// SF number, chosen by the user.
    pub sf: Option<u32>,
    /// Whether the function is on another host. Absent on SFs before 7.3.
    pub external: Option<bool>,
    /// The group of a split port (DEVLINK_ATTR_PORT_SPLIT_GROUP).
    pub split_group: Option<u32>,
    /// Number of this part of a split port, the N of `pXsN`.
    pub split_subport: Option<u32>,
    /// Lanes.
    pub lanes: Option<u32>,
    /// Whether it can be split.
    pub splittable: Option<bool>,
    /// The netdev's interface index, while it is in this network namespace.
    pub netdev_ifindex: Option<u32>,
    /// The netdev's name at the time of the message, possibly already old.
    pub netdev_name: Option<String>,
    /// The function behind the port.
    pub function: Option<PortFunction>,
}

impl DevlinkPort {
    /// A port with only its handle known.
    #[must_use]
    pub fn new(device: Handle, index: u32) -> Self {
        Self {
            handle: PortHandle { device, index },
            kind: None,
            flavour: None,
            number: None,
            controller: None,
            pf: None,
            vf: None,
            sf: None,
            external: None,
            split_group: None,
            split_subport: None,
            lanes: None,
            splittable: None,
            netdev_ifindex: None,
            netdev_name: None,
            function: None,
        }
    }

    /// What the port's attributes say it is, in the terms of a port name; the
    /// same for every kernel, whatever name that kernel would generate.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        let controller = self.controller.unwrap_or(0);
        let pf = Some(u32::from(self.pf.unwrap_or(0)));
        Some(match self.flavour? {
            Flavour::Physical => Place::uplink(Some(self.number?), self.split_subport),
            Flavour::PciPf => Place::pf_rep(controller, pf, None),
            Flavour::PciVf => Place::vf_rep(controller, pf, u32::from(self.vf?)),
            Flavour::PciSf => Place::sf_rep(controller, pf, self.sf?),
            _ => return None,
        })
    }
}

/// Kind of a rate object (DEVLINK_ATTR_RATE_TYPE, a u16).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RateKind {
    /// Belongs to the port with this index.
    Leaf(u32),
    /// A named group. While one exists, the kernel refuses every mode change.
    Node(String),
}

impl RateKind {
    /// The name of a node.
    #[must_use]
    pub fn node(&self) -> Option<&str> {
        match self {
            Self::Node(name) => Some(name),
            Self::Leaf(_) => None,
        }
    }
}

/// A rate object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    /// The instance.
    pub device: Handle,
    /// Leaf or node.
    pub kind: RateKind,
    /// Guaranteed rate in bytes per second.
    pub tx_share: Option<u64>,
    /// Limit in bytes per second.
    pub tx_max: Option<u64>,
    /// Strict priority among siblings (6.5 and later).
    pub tx_priority: Option<u32>,
    /// Weight among siblings (6.5 and later).
    pub tx_weight: Option<u32>,
    /// Name of the parent node.
    pub parent: Option<String>,
}

kernel_enum! {
    /// When a parameter's value takes effect (DEVLINK_ATTR_PARAM_VALUE_CMODE, u8).
    ParamMode: u8, "one of runtime, driverinit, permanent" {
        /// At once.
        Runtime = 0 "runtime",
        /// At the next devlink reload.
        DriverInit = 1 "driverinit",
        /// After the next reset; kept in the device.
        Permanent = 2 "permanent",
    }
}

kernel_enum! {
    /// Type of a parameter's value (DEVLINK_ATTR_PARAM_TYPE, a u8: the NLA type
    /// numbers of include/net/netlink.h).
    ParamType: u8, "a parameter type" {
        /// 8 bits.
        U8 = 1 "u8",
        /// 16 bits.
        U16 = 2 "u16",
        /// 32 bits.
        U32 = 3 "u32",
        /// 64 bits (6.16 and later).
        U64 = 4 "u64",
        /// Text.
        Text = 5 "string",
        /// True if the attribute is there at all.
        Flag = 6 "bool",
    }
}

/// A parameter's value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ParamValue {
    /// 8 bits.
    U8(u8),
    /// 16 bits.
    U16(u16),
    /// 32 bits.
    U32(u32),
    /// 64 bits.
    U64(u64),
    /// Text.
    Text(String),
    /// A truth value.
    Flag(bool),
}

impl fmt::Display for ParamValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::U8(value) => value.fmt(f),
            Self::U16(value) => value.fmt(f),
            Self::U32(value) => value.fmt(f),
            Self::U64(value) => value.fmt(f),
            Self::Text(value) => f.pad(value),
            Self::Flag(value) => value.fmt(f),
        }
    }
}

/// A device parameter with its value in each configuration mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Param {
    /// The instance.
    pub device: Handle,
    /// Name, as `flow_steering_mode`.
    pub name: String,
    /// Whether devlink itself defines it (the rest are the driver's).
    pub generic: bool,
    /// Type of the value.
    pub kind: ParamType,
    /// Values by mode.
    pub values: Vec<(ParamMode, ParamValue)>,
}
