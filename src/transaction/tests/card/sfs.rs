// SPDX-License-Identifier: MIT OR Apache-2.0
//! The SFs of a simulated card.

use super::{Answer, Card, Function, Owner, Sf};
use crate::model::{MacAddress, errno};

impl Card {
    /// mlx5 deletes its SFs with the mode; ice has taken from them what they need.
    pub(super) fn lose_sfs(&mut self) {
        if !self.sfs.is_empty() && self.face.driver == "ice" {
            self.violations.push("the mode was changed with SFs".into());
        }
        self.sfs.clear();
        self.netdevs.retain(|owner, _| !matches!(owner, Owner::Sf(_) | Owner::SfRep(_)));
    }

    pub fn add_sf(&mut self, pf: Option<u16>, number: Option<u32>) -> Answer {
        if self.profile().sfs_since.is_none_or(|since| self.face.kernel < since) {
            return Err((errno::EOPNOTSUPP, None));
        }
        let (Some(0), Some(number)) = (pf, number) else {
            return Err((errno::EINVAL, Some("Invalid pfnum supplied")));
        };
        if !self.switched() {
            let message = "SF ports are only supported in eswitch switchdev mode.";
            return Err((errno::EOPNOTSUPP, Some(message)));
        }
        if self.sfs.contains_key(&number) {
            return Err((
                errno::EEXIST,
                Some("SF already exist. Choose different sfnum"),
            ));
        }
        let function = Function::default();
        self.sfs.insert(number, Sf { auxiliary: None, wants_netdev: false, function });
        self.add(Owner::SfRep(number), "");
        Ok(())
    }

    pub fn delete_sf(&mut self, number: u32) -> Answer {
        self.netdevs.remove(&Owner::SfRep(number));
        self.netdevs.remove(&Owner::Sf(number));
        self.sfs.remove(&number).map(drop).ok_or((errno::EINVAL, None))
    }

    pub fn set_sf(
        &mut self,
        number: u32,
        mac: Option<MacAddress>,
        roce: Option<bool>,
        active: Option<bool>,
    ) -> Answer {
        if roce.is_some() && self.face.driver == "ice" {
            return Err((errno::EOPNOTSUPP, None));
        }
        let auxiliary = self.number();
        let lightweight = self.face.driver == "mlx5_core";
        let Some(sf) = self.sfs.get_mut(&number) else {
            return Err((errno::EINVAL, None));
        };
        if sf.auxiliary.is_some() && (mac.is_some() || roce.is_some()) {
            self.violations.push("an active SF was set up".into());
        }
        sf.function.hw_addr = mac.or(sf.function.hw_addr.take());
        sf.function.caps.roce = roce.or(sf.function.caps.roce);
        match active {
            Some(true) if sf.auxiliary.is_none() => {
                (sf.auxiliary, sf.wants_netdev) = (Some(auxiliary), !lightweight);
                self.start_sf(number);
            }
            Some(false) => {
                (sf.auxiliary, sf.wants_netdev) = (None, false);
                self.netdevs.remove(&Owner::Sf(number));
            }
            _ => {}
        }
        Ok(())
    }

    /// The driver of an SF starts, or starts anew.
    pub fn start_sf(&mut self, number: u32) {
        self.netdevs.remove(&Owner::Sf(number));
        if self.sfs.get(&number).is_some_and(|sf| sf.wants_netdev) {
            self.add(Owner::Sf(number), "");
        }
    }

    /// The number of the SF that has that auxiliary device.
    pub fn sf_at(&self, device: &str) -> Option<u32> {
        let own = |(_, sf): &(&u32, &Sf)| {
            sf.auxiliary.is_some_and(|of| self.auxiliary(of) == device)
        };
        self.sfs.iter().find(own).map(|(number, _)| *number)
    }

    /// The name of an auxiliary device.
    pub fn auxiliary(&self, number: u32) -> String {
        let module = self.face.driver;
        format!("{module}.sf.{number}")
    }
}
