// SPDX-License-Identifier: MIT OR Apache-2.0
//! The mode of a simulated card.

use std::mem;

use super::{Answer, Card, Owner, settings::unset};
use crate::{
    driver::{Decides, SameMode, VfNeed},
    model::{EncapMode, EswitchMode, InlineMode, errno},
};

impl Card {
    pub fn set_mode(&mut self, to: EswitchMode) -> Answer {
        let profile = self.profile();
        let without = (errno::EOPNOTSUPP, None);
        if profile.decides == Decides::Vfs || self.face.flower {
            return Err(without);
        }
        if self.mode == Some(to) {
            return match profile.same_mode {
                SameMode::NoOp => Ok(()),
                SameMode::Refused => Err((errno::EINVAL, None)),
            };
        }
        match profile.vfs {
            VfNeed::None if !self.vfs.is_empty() => {
                return Err((errno::EOPNOTSUPP, Some("there must be no VFs created")));
            }
            VfNeed::SomeBefore(release)
                if self.face.kernel < release
                    && self.vfs.is_empty()
                    && to.has_representors() =>
            {
                return Err((errno::EPERM, None));
            }
            _ => {}
        }
        self.change_mode(to);
        Ok(())
    }

    /// The mode changes, and what the driver has to start anew for it.
    pub(super) fn change_mode(&mut self, to: EswitchMode) {
        self.mode = Some(to);
        self.inline_mode = self.inline_mode.map(|_| InlineMode::Link);
        self.encap_mode = self.encap_mode.map(|_| EncapMode::None);
        for vf in &mut self.vfs {
            vf.settings = unset();
        }
        if let Some(pf) = self.netdevs.get_mut(&Owner::Pf) {
            pf.mtu = 1500;
        }
        self.forwards = true;
        if mem::take(&mut self.loses_root) {
            self.root = false;
            self.refused_roots += 1;
        }
        if !self.switched() {
            self.lose_sfs();
        }
        self.remake();
    }

    /// A switch fails where the driver has begun with it.
    pub fn fail_in_switch(&mut self) -> Answer {
        let profile = self.profile();
        if self.loses && profile.forwarding_survives.is_some() {
            self.forwards = false;
        }
        if self.loses && profile.can_lose_uplink {
            self.netdevs.remove(&Owner::Pf);
        }
        Err((errno::EINVAL, Some("Failed setting eswitch to offloads")))
    }

    pub fn set_inline(&mut self, to: InlineMode) -> Answer {
        self.inline_mode = self.inline_mode.map(|_| to);
        Ok(())
    }

    pub fn set_encap(&mut self, to: EncapMode) -> Answer {
        self.encap_mode = self.encap_mode.map(|_| to);
        Ok(())
    }

    /// The driver is started anew: in legacy mode, with its VFs.
    pub fn reload(&mut self) {
        self.netdevs.remove(&Owner::Pf);
        self.add(Owner::Pf, "");
        self.change_mode(EswitchMode::Legacy);
        self.root = true;
    }
}
