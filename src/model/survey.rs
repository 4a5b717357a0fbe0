// SPDX-License-Identifier: MIT OR Apache-2.0
//! What is looked at before a mode change: the state that it may alter, and all that
//! could stand in its way.

use super::{DeviceFacts, Link, ParamValue, Rate, State};

/// A TC rule that is in the NIC's hardware.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The interface that it hangs on.
    pub netdev: String,
    /// Its kind, as `flower`.
    pub kind: String,
    /// How many of this kind hang there.
    pub count: usize,
}

/// A VF that is held by a process through VFIO.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VfUse {
    /// VF number.
    pub vf: u32,
    /// The file that is held open.
    pub path: String,
    /// The processes, as `qemu-system-x86 (1234)`.
    pub processes: Vec<String>,
}

/// What shows that a failed change has left the eswitch broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Whether the PF's netdev is gone, so that any further change can crash the
    /// kernel; otherwise only the forwarding of legacy mode is lost.
    pub uplink_gone: bool,
    /// What it was seen by.
    pub evidence: String,
}

/// Everything that preflight needs, read at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// The running kernel's release.
    pub kernel: (u32, u32),
    /// The device.
    pub device: DeviceFacts,
    /// All links of this network namespace.
    pub links: Vec<Link>,
    /// The state.
    pub state: State,
    /// Interface indices of the uplinks, or in legacy mode the PF's netdevs.
    pub uplinks: Vec<u32>,
    /// Interface indices of the device's representors.
    pub representors: Vec<u32>,
    /// Interface indices of the VFs' own netdevs, each with its VF number.
    pub vf_netdevs: Vec<(u32, u32)>,
    /// VFs whose netdev is in another network namespace.
    pub vfs_elsewhere: Vec<u32>,
    /// Rate objects.
    pub rates: Vec<Rate>,
    /// Rules in hardware.
    pub rules: Vec<Rule>,
    /// Offloaded IPsec states and policies, by interface index.
    pub ipsec: Vec<(u32, String)>,
    /// Names of the traps that hand packets to the CPU.
    pub traps: Vec<String>,
    /// Interfaces that the default routes lead over.
    pub default_routes: Vec<u32>,
    /// Addresses of interfaces, link-local ones excepted.
    pub addresses: Vec<(u32, String)>,
    /// VFs that processes hold.
    pub vfio: Vec<VfUse>,
    /// How flows are steered (mlx5's `flow_steering_mode`).
    pub steering: Option<ParamValue>,
    /// Whether `hw-tc-offload` is on, by interface index; where that can be told.
    pub tc_offload: Vec<(u32, bool)>,
    /// What shows that the eswitch is broken.
    pub damage: Vec<Damage>,
    /// Whether the device is behind an IOMMU.
    pub iommu: bool,
}

impl Survey {
    /// The name of an interface.
    #[must_use]
    pub fn name_of(&self, ifindex: u32) -> &str {
        let link = self.links.iter().find(|link| link.ifindex == ifindex);
        link.map_or("?", |link| link.name.as_str())
    }

    /// The interfaces that stand on one: its bridge or bond, VLANs, and theirs.
    #[must_use]
    pub fn above(&self, ifindex: u32) -> Vec<u32> {
        let mut found = vec![ifindex];
        let mut at = 0;
        while let Some(lower) = found.get(at).copied() {
            at += 1;
            let own = self.links.iter().find(|link| link.ifindex == lower);
            let master = own.and_then(|link| link.master);
            let upper = self.links.iter().filter(|link| link.lower == Some(lower));
            for index in master.into_iter().chain(upper.map(|link| link.ifindex)) {
                if !found.contains(&index) {
                    found.push(index);
                }
            }
        }
        found
    }
}
