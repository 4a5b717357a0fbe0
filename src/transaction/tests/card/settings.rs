// SPDX-License-Identifier: MIT OR Apache-2.0
//! The settings that VFs and netdevs of a simulated card have.

use super::{Card, Owner};
use crate::model::{LinkState, MacAddress, TxRate, VfSettings, Vlan};

impl Card {
    /// Gives the VFs and netdevs what an administrator would have given them.
    pub fn configure(&mut self) {
        let bridge = self.index_of(Owner::Bridge);
        for (owner, netdev) in &mut self.netdevs {
            match owner {
                Owner::Bridge => {}
                Owner::Pf => {
                    (netdev.mtu, netdev.up) = (9000, true);
                    netdev.altnames = vec!["wan".into()];
                }
                Owner::PfRep => netdev.up = true,
                Owner::Vf(vf) => {
                    (netdev.mtu, netdev.up) = (1400, true);
                    netdev.name = format!("guest{vf}");
                }
                Owner::Sf(sf) => {
                    (netdev.mtu, netdev.up) = (1300, true);
                    netdev.name = format!("inner{sf}");
                }
                Owner::SfRep(sf) => {
                    (netdev.mtu, netdev.up) = (1500, true);
                    netdev.altnames = vec![format!("port{sf}")];
                }
                Owner::VfRep(vf) => {
                    (netdev.mtu, netdev.up) = (1800, true);
                    netdev.altnames = vec![format!("mine{vf}")];
                    netdev.master = bridge.filter(|_| *vf == 0);
                }
            }
        }
        for vf in 0..self.vfs.len() as u32 {
            if self.is_pci() && vf == 0 {
                let _ = self.unbind(vf);
                self.vfs[0].driver_override = Some("vfio-pci".into());
                let _ = self.bind(vf, Some("vfio-pci"));
            }
            for setting in given(vf).iter() {
                let _ = self.set_vf(vf, setting);
            }
        }
        let apart = self.profile().rates_apart;
        for (vf, function) in &mut self.functions {
            function.caps.roce = Some(*vf == 1);
            function.tx_max = apart.then_some(1_000_000 + u64::from(*vf));
        }
    }
}

/// The settings of a VF that nobody has configured.
pub(super) fn unset() -> VfSettings {
    VfSettings {
        mac: Some(MacAddress(vec![0; 6])),
        vlan: Some(Vlan { id: 0, qos: 0, protocol: 0x8100 }),
        rate: Some(TxRate { min: 0, max: 0 }),
        spoof_check: Some(false),
        trust: Some(false),
        link_state: Some(LinkState::Auto),
        ..VfSettings::default()
    }
}

fn given(vf: u32) -> VfSettings {
    VfSettings {
        mac: Some(MacAddress(vec![2, 0, 0, 0, 0, vf as u8])),
        vlan: Some(Vlan { id: 100 + vf as u16, qos: 0, protocol: 0x8100 }),
        rate: Some(TxRate { min: 0, max: 1000 + vf }),
        spoof_check: Some(vf == 0),
        trust: Some(vf == 1),
        link_state: Some(LinkState::Enable),
        ..VfSettings::default()
    }
}
