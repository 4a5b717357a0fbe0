// SPDX-License-Identifier: MIT OR Apache-2.0
//! What is read of a simulated machine.

use std::io;

use super::{Card, Lock, Simulated, absent, refused};
use crate::{
    model::{PciAddress, errno},
    sys::{Answer, Host, Machine, NetlinkError, Question},
    transaction::tests::card::Owner,
};
impl Machine for Simulated {
    fn host(&self) -> &dyn Host {
        self
    }

    fn ask(&self, question: &Question) -> Result<Answer, NetlinkError> {
        let messages = match question {
            Question::Route { kind, dump, body } => self.route(*kind, *dump, body)?,
            Question::Devlink { body, .. } => self.devlink(body)?,
            Question::Ethtool { .. } => return Err(refused(errno::EOPNOTSUPP, None)),
            Question::Xfrm { .. } => Vec::new(),
        };
        Ok(Answer { messages: messages.into_iter().collect(), message: None })
    }

    fn walk(
        &self,
        _kind: u16,
        _body: &[u8],
        _visit: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<(), NetlinkError> {
        Ok(())
    }

    fn read(&self, path: &str, _most: usize) -> io::Result<Vec<u8>> {
        let card = self.card.borrow();
        let folder = card.device.sysfs_path().unwrap();
        let text = match path.strip_prefix(&format!("{folder}/")) {
            Some("sriov_numvfs") => {
                // The read is outside the process for requests, so nothing would end it.
                assert!(!self.requests.hold(Lock::Device), "blocks: a read of {path}");
                card.vfs.len().to_string()
            }
            Some("sriov_totalvfs") if card.is_pci() => "7".into(),
            Some("sriov_drivers_autoprobe") if card.is_pci() => {
                u8::from(card.autoprobe).to_string()
            }
            Some("class") => "0x020000".into(),
            Some("net/uplink0/phys_switch_id" | "net/uplink0/phys_port_id") => {
                "07".repeat(8)
            }
            _ if path.ends_with("/SET_FLOW_TABLE_ROOT/failed") && card.is_mlx5() => {
                card.refused_roots.to_string()
            }
            _ if card.sf_of(path, "/sfnum").is_some() && card.is_mlx5() => {
                card.sf_of(path, "/sfnum").unwrap_or_default().to_string()
            }
            _ => match vf_of(path) {
                Some((vf, "driver_override")) => {
                    let own = card.vfs.get(vf as usize).ok_or_else(absent)?;
                    own.driver_override.clone().unwrap_or_else(|| "(null)".into())
                }
                _ => return Err(absent()),
            },
        };
        Ok(text.into())
    }

    fn link_name(&self, path: &str) -> io::Result<String> {
        let card = self.card.borrow();
        let folder = card.device.sysfs_path().unwrap();
        let own = path.strip_prefix(&format!("{folder}/"));
        if own == Some("driver") && card.bound {
            return Ok(card.face.driver.into());
        }
        if let Some(vf) = own.and_then(|name| name.strip_prefix("virtfn")) {
            let vf: u32 = vf.parse().map_err(|_| absent())?;
            let exists = card.is_pci() && (vf as usize) < card.vfs.len();
            return exists.then(|| vf_address(vf).to_string()).ok_or_else(absent);
        }
        let subsystem = own.and_then(|name| name.strip_suffix("/subsystem"));
        if subsystem.is_some_and(|name| card.sf_at(name).is_some()) {
            return Ok("auxiliary".into());
        }
        if card.sf_of(path, "/driver").is_some() {
            return Ok(format!("{}.sf", card.face.driver));
        }
        match vf_of(path) {
            Some((vf, "driver")) => {
                let own = card.vfs.get(vf as usize).ok_or_else(absent)?;
                own.driver.clone().ok_or_else(absent)
            }
            Some((_, "physfn")) => Ok(card.device.name.clone()),
            _ => Err(absent()),
        }
    }

    fn real_path(&self, path: &str) -> io::Result<String> {
        Ok(path.replace("bus/pci/devices", "devices/pci0000:00"))
    }

    fn list(&self, path: &str) -> io::Result<Vec<String>> {
        let card = self.card.borrow();
        let folder = card.device.sysfs_path().unwrap();
        if path == folder {
            let vfs = if card.is_pci() { card.vfs.len() } else { 0 };
            let vfs = (0..vfs).map(|vf| format!("virtfn{vf}"));
            let sfs = card.sfs.values().filter_map(|sf| sf.auxiliary);
            return Ok(vfs.chain(sfs.map(|sf| card.auxiliary(sf))).collect());
        }
        if path == format!("{folder}/net") {
            let pf = card.netdevs.get(&Owner::Pf);
            return pf.map(|netdev| vec![netdev.name.clone()]).ok_or_else(absent);
        }
        let bound = path.strip_prefix("bus/pci/drivers/") == Some(card.face.driver);
        if bound && card.is_pci() {
            return Ok(vec![card.device.name.clone()]);
        }
        match vf_of(path) {
            Some((vf, "")) if (vf as usize) < card.vfs.len() => Ok(Vec::new()),
            _ => Err(absent()),
        }
    }

    fn instance(&self, path: &str) -> Option<u64> {
        let card = self.card.borrow();
        if Some(path) == card.device.sysfs_path().as_deref() {
            return Some(card.instance);
        }
        let (vf, _) = vf_of(path)?;
        Some(card.vfs.get(vf as usize)?.instance)
    }
}

pub(super) fn vf_address(vf: u32) -> PciAddress {
    format!("0000:03:00.{}", vf + 1).parse().unwrap()
}

impl Card {
    pub(super) fn is_mlx5(&self) -> bool {
        self.face.driver == "mlx5_core"
    }

    /// The number of the SF of which that is a file.
    fn sf_of(&self, path: &str, file: &str) -> Option<u32> {
        let device = path.strip_prefix("bus/auxiliary/devices/")?.strip_suffix(file)?;
        self.sf_at(device)
    }
}

pub(super) fn vf_of(path: &str) -> Option<(u32, &str)> {
    let rest = path.strip_prefix("bus/pci/devices/0000:03:00.")?;
    let (function, rest) = rest.split_once('/').unwrap_or((rest, ""));
    Some((function.parse::<u32>().ok()?.checked_sub(1)?, rest))
}
