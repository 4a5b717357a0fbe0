// SPDX-License-Identifier: MIT OR Apache-2.0
//! What rtnetlink says of one network interface.

use serde::{Serialize, Serializer};

use super::{Handle, MacAddress, PortHandle, SwitchId};

/// The kind of a link's hardware (ARPHRD_*, include/uapi/linux/if_arp.h).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkType(pub u16);

impl LinkType {
    /// Ethernet.
    pub const ETHER: Self = Self(1);
    /// InfiniBand.
    pub const INFINIBAND: Self = Self(32);
    /// No hardware at all.
    pub const NONE: Self = Self(0xfffe);
}

impl Default for LinkType {
    fn default() -> Self {
        Self::NONE
    }
}

impl Serialize for LinkType {
    /// The words of `ip link`, and a number where a NIC has no such links.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::ETHER => serializer.serialize_str("ether"),
            Self::INFINIBAND => serializer.serialize_str("infiniband"),
            Self::NONE => serializer.serialize_str("none"),
            Self(other) => serializer.collect_str(&other),
        }
    }
}

/// A network interface, as far as this tool needs to know it (RTM_NEWLINK,
/// include/uapi/linux/if_link.h). Text is as the kernel sent it, lossily
/// decoded: port names come from firmware and may hold anything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Link {
    /// Interface index. Changes are addressed to the index, since names can change.
    pub ifindex: u32,
    /// Name.
    pub name: String,
    /// Kind of hardware.
    pub link_type: LinkType,
    /// Alternative names (5.5 and later).
    pub altnames: Vec<String>,
    /// Hardware address.
    pub mac: Option<MacAddress>,
    /// MTU in bytes.
    pub mtu: Option<u32>,
    /// Whether it is administratively up (IFF_UP).
    pub up: bool,
    /// Whether it has a carrier (IFF_LOWER_UP); none while it is down.
    pub carrier: Option<bool>,
    /// Operational state by RFC 2863, as `up`, `down`, `unknown`.
    pub operstate: Option<String>,
    /// Interface index of the bridge or bond that it belongs to.
    pub master: Option<u32>,
    /// Interface index of the interface below a virtual one (a VLAN's), where that is
    /// in this network namespace.
    pub lower: Option<u32>,
    /// Kind of a virtual interface (`bridge`, `vlan`); none for hardware.
    pub kind: Option<String>,
    /// Switch id.
    pub switch_id: Option<SwitchId>,
    /// Port id: the same form as a switch id, but of this one port.
    pub port_id: Option<SwitchId>,
    /// Port name, as reported.
    pub phys_port_name: Option<String>,
    /// The parent device. Absent on many representors (nfp, liquidio, sfc,
    /// octeontx2; bnxt before 6.4).
    pub parent: Option<Handle>,
    /// The devlink port (6.2 and later).
    pub devlink_port: Option<PortHandle>,
}

impl Link {
    /// Whether it has that name or altname.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.altnames.iter().any(|altname| altname == name)
    }

    /// The device that the link says it is on: its parent, or else that of its
    /// devlink port. Nothing for a virtual interface, and for the representors
    /// that have neither.
    #[must_use]
    pub fn device(&self) -> Option<&Handle> {
        let port = self.devlink_port.as_ref().map(|port| &port.device);
        self.parent.as_ref().or(port)
    }
}
