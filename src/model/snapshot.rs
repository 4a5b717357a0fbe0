// SPDX-License-Identifier: MIT OR Apache-2.0
//! Everything that preflight reads: the state that a mode change can alter, and all that
//! could stand in its way.

use serde::Serialize;

use super::{Claim, DeviceFacts, EswitchMode, Handle, Link, ParamValue, Rate, Sf, State};

/// A TC rule that is in the NIC's hardware.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The interface that it hangs on.
    pub netdev: String,
    /// Its kind, as `flower`.
    pub kind: String,
    /// The number of rules of this kind, at most [`Rule::MOST`].
    pub count: usize,
}

impl Rule {
    /// The limit of counting: a NIC can have hundreds of thousands of rules.
    pub const MOST: usize = 100;
}

/// The interface through which a process uses a PF or a VF.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HolderKind {
    /// VFIO: a guest, or a program in user space.
    Vfio,
    /// RDMA verbs.
    Rdma,
    /// vDPA: a guest.
    Vdpa,
    /// UIO: a program in user space.
    Uio,
}

/// Whose a device file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// The PF's.
    Pf,
    /// That VF's.
    Vf(u32),
    /// That SF's.
    Sf(u32),
}

/// A PF, VF or SF whose device file processes hold open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Whose file it is.
    pub of: Held,
    /// What kind of file it is.
    pub kind: HolderKind,
    /// The file that is held open.
    pub path: String,
    /// The processes, as `qemu-system-x86 (1234)`.
    pub processes: Vec<String>,
}

/// Whether TC rules can be put into a NIC's hardware (`hw-tc-offload`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TcOffload {
    /// On.
    On,
    /// Off, and can be switched on.
    Off,
    /// Off, and cannot be switched on: the driver was built without TC offload.
    Fixed,
}

/// Evidence that a failed change has left the eswitch broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// What is broken.
    pub kind: DamageKind,
    /// The observation.
    pub evidence: String,
}

/// How an eswitch is broken; the graver kind is the greater one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DamageKind {
    /// The forwarding of legacy mode is lost. A switch that succeeds brings it back.
    Forwarding,
    /// The driver has gone on without the first table of a packet's path, and takes a table
    /// for it that it has freed. A reload of the driver sets it.
    RootLost,
    /// The PF's netdev is gone: a further change can crash the kernel, and a reload of the
    /// driver brings the netdev back.
    UplinkGone,
    /// The mode is legacy, and the PF's netdev is still configured for switchdev: whatever
    /// takes the netdev down uses memory that the driver has freed.
    UplinkStale,
}

impl DamageKind {
    /// What mends it, as a hint.
    #[must_use]
    pub fn remedy(self, device: &Handle) -> String {
        match self {
            Self::UplinkStale => format!(
                "reboot the machine; before that, do not change the mode of {device}, and do not reload or unbind its driver: the kernel uses freed memory, and even a list of links can crash it"
            ),
            Self::Forwarding | Self::RootLost | Self::UplinkGone => format!(
                "\"swdevctl recover --rebuild {device}\" rebuilds it; do not set the mode before"
            ),
        }
    }
}

/// Snapshot of a device and what is around it: all that preflight needs, read at one
/// time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
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
    /// SFs.
    pub sfs: Vec<Sf>,
    /// SFs of this host whose netdev is in another network namespace.
    pub sfs_elsewhere: Vec<u32>,
    /// Rate objects.
    pub rates: Vec<Rate>,
    /// Rules in hardware.
    pub rules: Vec<Rule>,
    /// Offloaded IPsec states and policies, by interface index.
    pub ipsec: Vec<(u32, String)>,
    /// Names of the traps that pass packets to the CPU.
    pub traps: Vec<String>,
    /// Interfaces that the default routes lead over.
    pub default_routes: Vec<u32>,
    /// Addresses of interfaces, link-local ones excepted.
    pub addresses: Vec<(u32, String)>,
    /// PF, VFs and SFs whose device files processes hold.
    pub holders: Vec<Holder>,
    /// Names of the PF's RDMA devices.
    pub rdma: Vec<String>,
    /// Whether the ports of the card are one eswitch (mlx5's `esw_multiport`).
    pub multiport: bool,
    /// Interfaces whose queues are divided into channels (ADQ).
    pub channels: Vec<u32>,
    /// Names of representors whose VF does not exist.
    pub stranded: Vec<String>,
    /// Active SFs without a netdev, that need a parameter to get one.
    pub sfs_without_netdev: Vec<Handle>,
    /// The mode of the card's other PFs.
    pub siblings: Vec<(Handle, EswitchMode)>,
    /// How flows are steered (mlx5's `flow_steering_mode`).
    pub steering: Option<ParamValue>,
    /// Whether TC rules can be offloaded, by interface index; where that is reported.
    pub tc_offload: Vec<(u32, TcOffload)>,
    /// What shows that the eswitch is broken.
    pub damage: Vec<Damage>,
    /// Whether the uplinks are one LAG of the hardware; none where the driver does not
    /// tell.
    pub lag: Option<bool>,
    /// What other programs set of the device's SR-IOV.
    pub claims: Vec<Claim>,
    /// What could not be read, and why: it may block the change.
    pub unread: Vec<String>,
    /// Whether the device is behind an IOMMU.
    pub iommu: bool,
}

impl Snapshot {
    /// Whether an uplink is in a bond.
    #[must_use]
    pub fn in_bond(&self) -> bool {
        let link = |index: u32| self.links.iter().find(|link| link.ifindex == index);
        self.uplinks.iter().any(|index| {
            let master = link(*index).and_then(|uplink| link(uplink.master?));
            master.is_some_and(|master| master.kind.as_deref() == Some("bond"))
        })
    }

    /// The name of an interface.
    #[must_use]
    pub fn name_of(&self, ifindex: u32) -> &str {
        let link = self.links.iter().find(|link| link.ifindex == ifindex);
        link.map_or("?", |link| link.name.as_str())
    }
}
