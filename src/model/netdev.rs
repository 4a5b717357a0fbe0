// SPDX-License-Identifier: MIT OR Apache-2.0
//! A netdev as an inventory shows it.

use serde::Serialize;

use super::{Link, LinkIndex, LinkType, MacAddress, TcOffload};

/// What a netdev belongs to: a bridge, a bond, a team, a VRF, or the datapath of Open
/// vSwitch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Master {
    /// Name.
    pub name: String,
    /// Kind, as `bridge`, `bond`, `openvswitch`.
    pub kind: Option<String>,
}

impl Master {
    fn of(link: &Link) -> Self {
        Self { name: link.name.clone(), kind: link.kind.clone() }
    }

    /// Whether it is a bond.
    #[must_use]
    pub fn is_bond(&self) -> bool {
        self.kind.as_deref() == Some("bond")
    }
}

/// A netdev in this network namespace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Netdev {
    /// Name.
    pub name: String,
    /// Alternative names.
    pub altnames: Vec<String>,
    /// Interface index.
    pub ifindex: u32,
    /// Hardware address.
    pub mac: Option<MacAddress>,
    /// MTU in bytes.
    pub mtu: Option<u32>,
    /// Whether it is administratively up.
    pub up: bool,
    /// Operational state.
    pub operstate: Option<String>,
    /// Link type.
    pub link_type: LinkType,
    /// Whether it has a carrier; none while it is down.
    pub carrier: Option<bool>,
    /// Speed, where it was read.
    pub speed_mbps: Option<u32>,
    /// Duplex, where it was read.
    pub duplex: Option<String>,
    /// What it belongs to.
    pub master: Option<Master>,
    /// Whether TC rules go to the hardware, where it was read.
    pub tc_offload: Option<TcOffload>,
    /// The name that the naming policy gives to it, where it was computed.
    pub policy_name: Option<String>,
}

impl Netdev {
    /// Whether it has that name or altname.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.altnames.iter().any(|altname| altname == name)
    }

    /// The name that the naming policy gives, where it has another one and no such altname.
    #[must_use]
    pub fn missing_name(&self) -> Option<&str> {
        self.policy_name.as_deref().filter(|name| !self.is_called(name))
    }

    /// A link as the inventory shows it.
    #[must_use]
    pub fn of(link: &Link, links: &LinkIndex) -> Self {
        Self {
            name: link.name.clone(),
            altnames: link.altnames.clone(),
            ifindex: link.ifindex,
            mac: link.mac.clone(),
            mtu: link.mtu,
            up: link.up,
            operstate: link.operstate.clone(),
            link_type: link.link_type,
            carrier: link.carrier,
            speed_mbps: None,
            duplex: None,
            master: link.master.and_then(|index| links.get(index)).map(Master::of),
            tc_offload: None,
            policy_name: None,
        }
    }
}
