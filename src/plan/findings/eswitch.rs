// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the eswitch itself, its driver and its firmware have against a change, and what
//! a driver takes along.

use super::{Preflight, refuse, warn};
use crate::{
    driver::Decides,
    model::{DamageKind, EswitchMode},
    plan::Finding,
};

impl Preflight<'_> {
    /// A further change of such a device can crash the kernel.
    pub(super) fn eswitch_broken(&self) -> Option<Finding> {
        let damage = &self.snapshot.damage;
        let kind = damage.iter().map(|damage| damage.kind).max()?;
        if kind == DamageKind::Forwarding && !self.changes_mode() {
            return None;
        }
        let evidence = damage.iter().map(|damage| damage.evidence.clone()).collect();
        let device = &self.snapshot.state.device;
        let mut finding = refuse(
            "eswitch-broken",
            "an earlier change failed and left the eswitch broken",
            evidence,
            kind.remedy(device),
        );
        finding.can_be_forced = kind == DamageKind::Forwarding;
        Some(finding)
    }

    /// What could not be read may hide what stands in the way.
    pub(super) fn unread(&self) -> Option<Finding> {
        let unread = &self.snapshot.unread;
        (!unread.is_empty()).then(|| {
            refuse(
                "unread",
                "there may be other blockers, since some of the state could not be read",
                unread.clone(),
                "try again, or continue with --force unread as if there were none",
            )
        })
    }

    pub(super) fn mode_unsupported(&self) -> Option<Finding> {
        let present = self.snapshot.state.eswitch.mode;
        if let EswitchMode::Unknown(_) = present {
            return self.changes_mode().then(|| {
                refuse(
                    "mode-unsupported",
                    "the kernel reports a mode that does not exist: its driver was built \
                     without switchdev",
                    vec![format!("{} reports mode {present}", self.driver)],
                    "use a kernel whose driver has switchdev (ice: CONFIG_ICE_SWITCHDEV)",
                )
            });
        }
        if self.request.mode != EswitchMode::SwitchdevInactive {
            return None;
        }
        let (major, minor) = self.snapshot.kernel;
        let here = format!("{} on Linux {major}.{minor}", self.driver);
        let message = match self.profile.inactive_since {
            Some(since) if self.snapshot.kernel >= since => return None,
            Some((major, minor)) => {
                format!("switchdev_inactive needs Linux {major}.{minor}")
            }
            None => {
                format!("switchdev_inactive needs another driver than {}", self.driver)
            }
        };
        Some(refuse("mode-unsupported", message, vec![here], "set switchdev instead"))
    }

    /// nfp: flower's representor of the PF has no parent device, abm's has.
    pub(super) fn firmware_decides(&self) -> Option<Finding> {
        let of_abm = |index: &u32| {
            self.link(*index).is_some_and(|link| {
                let name = link.phys_port_name.as_deref().unwrap_or_default();
                link.parent.is_some() && name.starts_with("pf")
            })
        };
        let fixed = self.profile.decides == Decides::Firmware
            && self.changes_mode()
            && self.snapshot.state.eswitch.mode.has_representors()
            && !self.snapshot.representors.iter().any(of_abm);
        fixed.then(|| {
            refuse(
                "firmware-decides",
                "the firmware that is loaded decides the mode of this card",
                vec![format!(
                    "{} in mode {}",
                    self.driver, self.snapshot.state.eswitch.mode
                )],
                "load other firmware: with abm the mode can be set",
            )
        })
    }

    pub(super) fn losses(&self) -> Vec<Finding> {
        let losses = self.profile.losses.iter();
        let losses = losses.filter(|loss| self.modes.contains(&loss.to));
        let mut found: Vec<Finding> = Vec::new();
        for loss in losses {
            let evidence = vec![self.driver.to_owned()];
            let finding = warn(loss.code, loss.what, evidence, loss.remedy);
            if !found.contains(&finding) {
                found.push(finding);
            }
        }
        found
    }

    pub(super) fn rdma(&self) -> Option<Finding> {
        let devices = &self.snapshot.rdma;
        let goes = self.changes_mode() && self.profile.remakes_rdma;
        (goes && !devices.is_empty()).then(|| {
            warn(
                "rdma-interrupted",
                "its RDMA device is removed and made again, and whatever uses it breaks; \
                 in switchdev mode the PF has no RoCE",
                devices.clone(),
                "stop what uses RDMA on it, in the kernel too (NVMe, NFS, iSER)",
            )
        })
    }

    pub(super) fn multiport(&self) -> Option<Finding> {
        (self.changes_mode() && self.snapshot.multiport).then(|| {
            let device = &self.snapshot.state.device;
            warn(
                "multiport-lost",
                "its ports are one eswitch (esw_multiport), which the change ends",
                vec![format!("esw_multiport of {device} is true")],
                format!(
                    "when all ports are in switchdev mode again: \"devlink dev param set \
                     {device} name esw_multiport value true cmode runtime\""
                ),
            )
        })
    }
}
