// SPDX-License-Identifier: MIT OR Apache-2.0
//! NVIDIA ConnectX and BlueField, `mlx5_core`.
//!
//! Every representor has the PF as its parent and is a devlink port. VFs need
//! neither be there nor be absent (eswitch_offloads.c,
//! mlx5_devlink_eswitch_mode_set).

use super::{Loss, PfNumber, Profile, Refusal, UNKNOWN, VfNeed};
use crate::model::{
    EswitchMode, VfField,
    errno::{EBUSY, EINVAL, EOPNOTSUPP, EPERM},
};

/// en_main.c, mlx5e_netdev_change_profile.
const BLIP: Loss = Loss {
    to: EswitchMode::Switchdev,
    code: "link-interrupted",
    what: "the PF's netdev is detached for a moment, and its link goes down and up",
    remedy: "expect its traffic to stop for that time",
};

/// See the module.
pub(super) const PROFILE: Profile = Profile {
    driver: "mlx5_core",
    pf_number: PfNumber::Mlx5,
    vfs: VfNeed::Any,
    // eswitch_offloads.c, esw_offloads_enable: the way out of an error unloads the
    // representor of the uplink, and with it the netdev.
    can_lose_uplink: true,
    // main.c, mlx5_rescan_drivers: the device of legacy mode and the representors' are
    // two drivers.
    remakes_rdma: true,
    // eswitch_offloads.c, mlx5_devlink_eswitch_mode_set up to the call of
    // esw_offloads_start, which takes the legacy table down first.
    forwarding_survives: Some(&[
        "firmware reset",
        "Socket Direct",
        "E-Switch is busy",
        "IPsec",
        "net namespace has diverged",
        "Rate node(s) exist",
    ]),
    // esw/legacy.c, mlx5_eswitch_set_vport_vlan and others; en_main.c,
    // mlx5e_set_vf_link_state.
    in_switchdev: Some(&[VfField::Mac, VfField::Rate]),
    refuses: &["ipsec", "traps-active", "netns-diverged"],
    inactive_since: Some((6, 19)),
    sfs_since: Some((5, 13)),
    // sf/devlink.c, mlx5_sf_esw_event.
    loses_sfs: Some("all SFs of the device are deleted"),
    losses: &[BLIP, Loss { to: EswitchMode::Legacy, ..BLIP }],
    refusals: &[
        Refusal {
            errno: EBUSY,
            says: "E-Switch is busy",
            hint: "offloaded TC rules hold it: delete the ingress qdiscs of its netdevs, of its bond and of tunnels (vxlan, geneve), and nftables' flowtables with offload, or stop Open vSwitch",
        },
        Refusal {
            errno: EINVAL,
            says: "E-Switch is busy",
            hint: "another change of this eswitch is under way: try again when it is over",
        },
        Refusal {
            errno: EBUSY,
            says: "firmware reset",
            hint: "its firmware is being reset: try again when that is over",
        },
        Refusal {
            errno: EPERM,
            says: "Socket Direct",
            hint: "with this kernel a card in socket-direct mode stays in legacy; Linux 7 can switch it",
        },
        Refusal {
            errno: EOPNOTSUPP,
            says: "IPsec",
            hint: "delete the IPsec states and policies that are offloaded to it: \"ip xfrm state\" lists them",
        },
        Refusal {
            errno: EINVAL,
            says: "net namespace has diverged",
            hint: "its uplink netdev is in another network namespace than the device: move it back first",
        },
        Refusal {
            errno: EOPNOTSUPP,
            says: "traps are active",
            hint: "set its devlink traps to their default action first: \"devlink trap show\" lists them",
        },
        Refusal {
            errno: EINVAL,
            says: "Failed setting eswitch to offloads",
            hint: "try again: before Linux 6.15 this fails at random; a ConnectX-4 Lx refuses while VFs are bound to a driver: \"swdevctl mode set --unbind-vfs\" unbinds them and binds them afterwards",
        },
        Refusal {
            errno: EOPNOTSUPP,
            says: "Inline mode",
            hint: "its inline mode is fixed by the hardware",
        },
    ],
    ..UNKNOWN
};

/// Whether a VF of the local controller is another PF's than the device's.
///
/// The PF number says nothing: it is the firmware's port number less one up to 6.12,
/// the PCI function from 7.2 on, and for VFs that another host delegated ("adjacent",
/// from 7.2 on) the raw devfn of their PF, which is 0 on most cards; their VF numbers
/// repeat the device's own (esw/adj_vport.c). The vport number in the lower half of
/// the port index tells them apart: it is VF number + 1 for the device's own VF, and
/// those of a DPU's own VFs lie between those of SFs and of delegated VFs.
pub(super) fn is_foreign(vf: u32, index: Option<u32>) -> bool {
    const OF_DPU: u32 = 0x8000;
    const DELEGATED: u32 = 0xc000;
    index.is_some_and(|index| match index & 0xffff {
        DELEGATED.. => true,
        OF_DPU.. => false,
        vport => vport != vf.wrapping_add(1),
    })
}
