// SPDX-License-Identifier: MIT OR Apache-2.0
//! What is in the hardware: rules, rates, IPsec, traps, channels.

use super::{Preflight, refuse, warn};
use crate::{
    model::Rule,
    plan::{Action, Finding},
};

impl Preflight<'_> {
    pub(super) fn rules(&self) -> Option<Finding> {
        let rules = &self.snapshot.rules;
        let count = |rule: &Rule| {
            let many = if rule.count >= Rule::MOST { " or more" } else { "" };
            format!("{}: {}{many} {}", rule.netdev, rule.count, rule.kind)
        };
        // mlx5_core refuses another inline or encap mode too, and TC offload to be turned
        // off (eswitch_offloads.c, mlx5_devlink_eswitch_inline_mode_set; en_main.c,
        // set_feature_hw_tc). Rules at representors go with their VFs.
        let loses = |action: &Action| {
            matches!(
                action,
                Action::ReloadDriver { .. }
                    | Action::SetMode { .. }
                    | Action::SetVfs { from: 1.., .. }
                    | Action::SetTcOffload { to: false, .. }
            )
        };
        (!rules.is_empty() && self.does(loses)).then(|| {
            refuse(
                "tc-rules-offloaded",
                "TC rules are offloaded to its eswitch and would be lost, or the kernel \
                 refuses the change because of them",
                rules.iter().map(count).collect(),
                "delete the ingress qdiscs of these netdevs, or stop Open vSwitch",
            )
        })
    }

    /// The kernel changes no mode while there is a rate node. Nodes go with the VFs:
    /// those of the driver come back with them, those of users do not.
    pub(super) fn rate_nodes(&self) -> Option<Finding> {
        let nodes = self.snapshot.rates.iter().filter_map(|rate| rate.kind.node());
        let (driver, user): (Vec<&str>, Vec<&str>) =
            nodes.partition(|name| self.profile.made_rate_node(name));
        let owned = |nodes: Vec<&str>| nodes.into_iter().map(str::to_owned).collect();
        let device = &self.snapshot.state.device;
        if !user.is_empty() && (self.changes_mode() || self.vfs.remove) {
            let message = if self.changes_mode() && !self.vfs.remove {
                "it has rate nodes, with which the kernel changes no mode"
            } else {
                "its rate nodes go with its VFs, and would be lost"
            };
            let remedy =
                format!("delete them: \"devlink port function rate del {device}/NODE\"");
            return Some(refuse("rate-nodes", message, owned(user), remedy));
        }
        // They are there as long as one representor is.
        let go = self.vfs.remove || !self.sfs.remove.is_empty();
        let stay = !go || self.sfs.leaves_some(&self.snapshot.state);
        (self.changes_mode() && stay && !driver.is_empty()).then(|| {
            refuse(
                "rate-nodes",
                format!("{} has rate nodes of its own, with which the kernel changes no mode", self.driver),
                owned(driver),
                "remove its SFs, with which they go; they must not be deleted themselves, \
                 which would break the PF's netdev",
            )
        })
    }

    pub(super) fn ipsec(&self) -> Option<Finding> {
        let snapshot = self.snapshot;
        let own = |index: &u32| {
            snapshot.uplinks.contains(index) || snapshot.representors.contains(index)
        };
        let offloaded: Vec<String> = snapshot
            .ipsec
            .iter()
            .filter(|(index, _)| own(index))
            .map(|(index, what)| format!("{}: {what}", snapshot.name_of(*index)))
            .collect();
        if offloaded.is_empty() || !self.changes_mode() {
            return None;
        }
        let message = "IPsec states or policies are offloaded to it";
        let remedy = "delete them: \"ip xfrm state\" and \"ip xfrm policy\" list them";
        Some(if self.profile.refuses.contains(&"ipsec") {
            refuse("ipsec", message, offloaded, remedy)
        } else {
            warn("ipsec", message, offloaded, remedy)
        })
    }

    pub(super) fn traps(&self) -> Option<Finding> {
        let traps = &self.snapshot.traps;
        let refused = self.profile.refuses.contains(&"traps-active")
            && self.changes_mode()
            && self.to_switchdev();
        (refused && !traps.is_empty()).then(|| {
            refuse(
                "traps-active",
                "devlink traps are active; the kernel would refuse only after it has \
                 taken the forwarding of legacy mode down",
                traps.clone(),
                format!(
                    "devlink trap set {} trap NAME action drop",
                    self.snapshot.state.device
                ),
            )
        })
    }

    pub(super) fn channels(&self) -> Option<Finding> {
        let snapshot = self.snapshot;
        let own = snapshot.uplinks.iter().filter(|up| snapshot.channels.contains(up));
        let own: Vec<&str> = own.map(|index| snapshot.name_of(*index)).collect();
        let refused = self.profile.refuses.contains(&"adq-active")
            && self.changes_mode()
            && self.to_switchdev();
        let name = own.first().filter(|_| refused)?;
        Some(refuse(
            "adq-active",
            "its queues are divided into channels (ADQ), with which the driver does not \
             switch",
            own.iter().map(|name| format!("{name}: mqprio in mode channel")).collect(),
            format!("delete them: \"tc qdisc del dev {name} root\""),
        ))
    }
}
