// SPDX-License-Identifier: MIT OR Apache-2.0
//! The state of a simulated card, as the tests compare it.

use std::collections::BTreeMap;

use super::{Card, Netdev};
use crate::model::EswitchMode;

impl Card {
    /// All that must be the same again, by name.
    pub fn view(&self) -> BTreeMap<String, String> {
        let mut view = BTreeMap::new();
        let mut put = |name: String, value: String| drop(view.insert(name, value));
        put("bound".into(), format!("{}", self.bound));
        put("mode".into(), format!("{:?}", self.mode));
        put("inline mode".into(), format!("{:?}", self.inline_mode));
        put("encap mode".into(), format!("{:?}", self.encap_mode));
        put("autoprobe".into(), format!("{}", self.autoprobe));
        put("VFs".into(), format!("{}", self.vfs.len()));
        let legacy = self.mode == Some(EswitchMode::Legacy) && !self.vfs.is_empty();
        put("forwards".into(), format!("{}", self.forwards || !legacy));
        put("root flow table".into(), format!("{}", self.root));
        for (number, vf) in self.vfs.iter().enumerate() {
            put(format!("VF {number} driver"), format!("{:?}", vf.driver));
            put(format!("VF {number} override"), format!("{:?}", vf.driver_override));
            for setting in vf.settings.iter() {
                let name = setting.field().as_str();
                put(format!("VF {number} {name}"), format!("{setting:?}"));
            }
        }
        for (number, sf) in &self.sfs {
            put(format!("SF {number} active"), format!("{}", sf.auxiliary.is_some()));
            put(format!("SF {number} function"), format!("{:?}", sf.function));
        }
        for (vf, function) in &self.functions {
            put(format!("function {vf}"), format!("{function:?}"));
        }
        for (owner, netdev) in &self.netdevs {
            let Netdev { ifindex: _, name, altnames, mtu, up, master } = netdev;
            let master = master.map(|index| {
                let mut all = self.netdevs.iter();
                all.find(|(_, other)| other.ifindex == index).map(|(owner, _)| *owner)
            });
            put(format!("{owner:?} name"), name.clone());
            put(format!("{owner:?} altnames"), format!("{altnames:?}"));
            put(format!("{owner:?} MTU"), format!("{mtu}"));
            put(format!("{owner:?} up"), format!("{up}"));
            put(format!("{owner:?} bridge"), format!("{master:?}"));
        }
        view
    }
}
