// SPDX-License-Identifier: MIT OR Apache-2.0
//! What rtnetlink says of one network interface.

use super::{Handle, MacAddress, PortHandle, SwitchId};

/// A network interface, as far as this tool needs to know it (RTM_NEWLINK,
/// include/uapi/linux/if_link.h). Text is as the kernel sent it, lossily
/// decoded: port names come from firmware and may hold anything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Link {
    /// Interface index. Changes are addressed to the index, since names can change.
    pub ifindex: u32,
    /// Name.
    pub name: String,
    /// Whether it is an Ethernet interface (ARPHRD_ETHER).
    pub ethernet: bool,
    /// Alternative names (5.5 and later).
    pub altnames: Vec<String>,
    /// Hardware address.
    pub mac: Option<MacAddress>,
    /// MTU in bytes.
    pub mtu: Option<u32>,
    /// Whether it is administratively up (IFF_UP).
    pub up: bool,
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
    /// The device that the link says it is on: its parent, or else that of its
    /// devlink port. Nothing for a virtual interface, and for the representors
    /// that have neither.
    #[must_use]
    pub fn device(&self) -> Option<&Handle> {
        let port = self.devlink_port.as_ref().map(|port| &port.device);
        self.parent.as_ref().or(port)
    }
}
