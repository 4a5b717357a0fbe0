// SPDX-License-Identifier: MIT OR Apache-2.0
//! The VFs of a simulated card, and their drivers.

use super::{Answer, Card, Owner, Vf, settings::unset};
use crate::{
    driver::Release,
    model::{EswitchMode, VfSetting, errno},
};

impl Card {
    pub fn set_number(&mut self, number: u32) -> Answer {
        let profile = self.profile();
        if number > 0 && !self.vfs.is_empty() {
            return Err((errno::EBUSY, None));
        }
        let pf_is_up = self.netdevs.get(&Owner::Pf).is_some_and(|netdev| netdev.up);
        if profile.vfs_need_netdev_up && !pf_is_up {
            return Ok(());
        }
        if profile.vfs_change_in_legacy && self.switched() {
            self.violations.push("VFs were changed in switchdev mode".into());
        }
        let before = |release: Option<Release>| {
            release.is_some_and(|release| self.face.kernel < release)
        };
        let falls_back = before(profile.legacy_without_vfs_before);
        self.vfs.clear();
        self.netdevs.retain(|owner, _| !matches!(owner, Owner::Vf(_) | Owner::VfRep(_)));
        self.functions.clear();
        if number == 0 {
            if falls_back && self.switched() {
                self.change_mode(EswitchMode::Legacy);
            }
            return Ok(());
        }
        for vf in 0..number {
            let instance = u64::from(self.number());
            let (driver, driver_override) = (None, None);
            self.vfs.push(Vf { instance, driver, driver_override, settings: unset() });
            if self.is_pci() && self.autoprobe {
                self.attach(vf, "vfdrv");
            }
        }
        self.forwards = true;
        self.represent();
        Ok(())
    }

    fn attach(&mut self, vf: u32, driver: &str) {
        self.vfs[vf as usize].driver = Some(driver.into());
        if driver != "vfio-pci" {
            self.add(Owner::Vf(vf), "");
        }
    }

    /// As drivers/pci/pci-driver.c has it, pci_device_can_probe and pci_match_device.
    pub fn bind(&mut self, vf: u32, driver: Option<&str>) -> Answer {
        if driver.is_some() && self.missing > 0 {
            self.missing -= 1;
            return Err((errno::ENOENT, None));
        }
        let Some(own) = self.vfs.get(vf as usize) else {
            return Err((errno::ENODEV, None));
        };
        if own.driver.is_some() {
            return Err((errno::EBUSY, None));
        }
        let only = own.driver_override.clone();
        let named = driver.or(only.as_deref()).unwrap_or("vfdrv").to_owned();
        let probes = self.autoprobe || only.is_some();
        let matches = match &only {
            Some(only) => *only == named,
            None => true,
        };
        if !probes || !matches {
            return if driver.is_some() { Err((errno::ENODEV, None)) } else { Ok(()) };
        }
        self.attach(vf, &named);
        Ok(())
    }

    pub fn unbind(&mut self, vf: u32) -> Answer {
        let Some(own) = self.vfs.get_mut(vf as usize) else {
            return Err((errno::ENODEV, None));
        };
        if own.driver.take().is_none() {
            return Err((errno::ENODEV, None));
        }
        self.netdevs.remove(&Owner::Vf(vf));
        Ok(())
    }

    pub fn set_vf(&mut self, vf: u32, setting: VfSetting) -> Answer {
        let taken = !self.switched()
            || self.profile().in_switchdev.is_none_or(|f| f.contains(&setting.field()));
        match self.vfs.get_mut(vf as usize) {
            Some(_) if !taken => Err((errno::EOPNOTSUPP, None)),
            Some(own) => {
                own.settings = own.settings.clone().with(setting);
                Ok(())
            }
            None => Err((errno::EINVAL, None)),
        }
    }
}
