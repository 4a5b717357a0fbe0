// SPDX-License-Identifier: MIT OR Apache-2.0
//! Sets the number of VFs, and restores their settings and drivers.

use std::{io, time::Duration};

use super::perform::Performer;
use crate::{
    error::Failure,
    model::{
        Link, OwnFunction, Place, Role, VfSetting,
        errno::{ENODEV, ENOENT, EOPNOTSUPP},
    },
    plan::{VfDriver, VfWanted},
    survey,
    sys::{links, pci, vfs},
};

/// How long udev may take to load the driver of VFs that have just come. For some it is a
/// module of its own (iavf, liquidio_vf).
const LOADING: Duration = Duration::from_secs(10);

impl Performer<'_> {
    pub(super) fn set_autoprobe(&self, on: bool) -> Result<(), Failure> {
        let sriov = pci::sriov(self.machine, self.device, 0);
        if sriov.and_then(|sriov| sriov.autoprobe) == Some(on) {
            return Ok(());
        }
        let what = format!("set sriov_drivers_autoprobe of {}", self.device);
        vfs::set_autoprobe(self.effects, self.device, on)
            .map_err(|error| self.io(&what, &error))?;
        let sriov = pci::sriov(self.machine, self.device, 0);
        if sriov.and_then(|sriov| sriov.autoprobe) == Some(on) {
            return Ok(());
        }
        Err(self.failed(format!("cannot {what}: the kernel reported success")))
    }

    fn vfs(&self) -> u32 {
        pci::number_of_vfs(self.machine, self.device)
    }

    pub(super) fn set_vfs(&self, number: u32) -> Result<(), Failure> {
        let now = self.vfs();
        if now == number {
            return Ok(());
        }
        let what = format!("set the number of VFs of {} to {number}", self.device);
        let set = |number| {
            vfs::set_number(self.effects, self.device, number)
                .map_err(|error| self.io(&what, &error))
        };
        // The kernel changes no number to another but through 0.
        if now != 0 && number != 0 {
            set(0)?;
        }
        set(number)?;
        match self.vfs() {
            now if now == number => Ok(()),
            now => Err(self
                .failed(format!(
                    "{} reported success for {number} VFs, but has {now}",
                    self.device
                ))
                .hint("check the kernel log (dmesg) for messages from the driver")),
        }
    }

    /// The netdev that has the settings of VFs: the PF's own, or an uplink.
    fn settings_netdev(&self) -> Result<Option<u32>, Failure> {
        let all =
            links::all(self.machine).map_err(|error| survey::machine_unread(&error))?;
        let own = |link: &&Link| {
            let name = link.phys_port_name.as_deref().map(Place::parse);
            link.parent.as_ref() == Some(self.device)
                && matches!(
                    name,
                    None | Some(Some(Place { role: Role::Uplink | Role::Pf, .. }))
                )
        };
        let mut own: Vec<u32> = all.iter().filter(own).map(|link| link.ifindex).collect();
        own.sort_by_key(|index| {
            all.iter().any(|l| l.ifindex == *index && l.phys_port_name.is_none())
        });
        Ok(survey::settings(self.machine, &own).map(|(ifindex, ..)| ifindex))
    }

    pub(super) fn settings(
        &self,
        wanted: &[VfWanted],
        lenient: bool,
    ) -> Result<(), Failure> {
        let Some(ifindex) = self.settings_netdev()? else {
            let message = format!("the PF's netdev of {} is not here", self.device);
            return Err(self.failed(message));
        };
        // Nobody has set it. A VF that has got one loses it again when the change is undone.
        let is_zero = |setting: &VfSetting| matches!(setting, VfSetting::Mac(m) | VfSetting::NodeGuid(m) | VfSetting::PortGuid(m) if m.is_zero());
        let differing = || -> Result<Vec<(u32, VfSetting)>, Failure> {
            let told = vfs::settings(self.machine, ifindex)
                .map_err(|error| self.refused("read the settings of VFs", &error))?;
            let now = told.unwrap_or_default().vfs;
            let mut differing = Vec::new();
            for wanted in wanted {
                let now = now.iter().find(|(vf, _)| *vf == wanted.vf);
                let settings = wanted.settings.iter().filter(|setting| {
                    let present =
                        now.and_then(|(_, settings)| settings.get(setting.field()));
                    let matters = !is_zero(setting) || self.undoing && present.is_some();
                    matters && present.as_ref() != Some(setting)
                });
                differing.extend(settings.map(|setting| (wanted.vf, setting)));
            }
            Ok(differing)
        };
        let mut refused = Vec::new();
        for (vf, setting) in differing()? {
            let what = setting.field().as_str();
            match vfs::set(self.effects, ifindex, vf, &setting) {
                Ok(()) => {}
                Err(error) if lenient && error.errno() == Some(EOPNOTSUPP) => {
                    self.note(format!("VF {vf}: {what} cannot be set in this mode"));
                    refused.push((vf, setting));
                }
                // Some drivers take none back, which is seen below.
                Err(_) if is_zero(&setting) => {}
                Err(error) => {
                    let failure =
                        self.refused(&format!("set the {what} of VF {vf}"), &error);
                    return Err(self.with_way_on(failure, wanted, vf, &setting));
                }
            }
        }
        for (vf, setting) in differing()? {
            if refused.contains(&(vf, setting.clone())) {
                continue;
            }
            let what = setting.field().as_str();
            if is_zero(&setting) {
                self.note_taken(format!(
                    "VF {vf}: the driver keeps the {what} that it got"
                ));
                continue;
            }
            let message = format!(
                "the kernel reported success, but the {what} of VF {vf} did not change"
            );
            if !lenient {
                let failure = self.failed(message);
                return Err(self.with_way_on(failure, wanted, vf, &setting));
            }
            self.note(message);
        }
        Ok(())
    }

    /// Says how to change the mode without a setting that only the stash has.
    fn with_way_on(
        &self,
        failure: Failure,
        wanted: &[VfWanted],
        vf: u32,
        setting: &VfSetting,
    ) -> Failure {
        let stashed = |wanted: &VfWanted| {
            wanted.vf == vf && wanted.stashed.contains(&setting.field())
        };
        if !wanted.iter().any(stashed) {
            return failure;
        }
        failure.hint(format!(
            "to change the mode without the settings that were kept for it, set them aside with \"swdevctl recover --discard {}\"",
            self.device
        ))
    }

    pub(super) fn bind(&self, wanted: &VfDriver) -> Result<(), Failure> {
        let pf = self.device.pci_address();
        let all = pf.map(|pf| pci::vfs(self.machine, pf)).unwrap_or_default();
        let Some((_, own)) = all.into_iter().find(|(vf, _)| *vf == wanted.vf) else {
            return Err(self.failed(format!("{} has no VF {}", self.device, wanted.vf)));
        };
        let address = own.device.name.as_str();
        let name = wanted.driver.as_deref().unwrap_or("its driver");
        let what = format!("bind VF {} ({address}) to {name}", wanted.vf);
        self.bind_to(&own, wanted).map_err(|error| {
            let failure = self.io(&what, &error);
            match error.raw_os_error() {
                Some(ENOENT) => failure.hint(format!(
                    "load the driver with \"modprobe {name}\", and at each boot by a file of modules-load.d(5)"
                )),
                _ => failure,
            }
        })?;
        let driver_override = vfs::driver_override(self.machine, address);
        if driver_override != wanted.driver_override {
            let now = driver_override.as_deref().unwrap_or("none");
            return Err(
                self.failed(format!("the driver_override of VF {} is {now}", wanted.vf))
            );
        }
        let now = pci::driver_of(self.machine, &own.device);
        if wanted.any || now == wanted.driver {
            return Ok(());
        }
        let now = now.unwrap_or_else(|| "none".into());
        let name = wanted.driver.as_deref().unwrap_or("none");
        Err(self.failed(format!("the driver of VF {} is {now}, not {name}", wanted.vf)))
    }

    fn bind_to(&self, own: &OwnFunction, wanted: &VfDriver) -> io::Result<()> {
        let address = own.device.name.as_str();
        let set_override =
            |driver: Option<&str>| vfs::set_override(self.effects, address, driver);
        // One may be left of a bind that was interrupted.
        if vfs::driver_override(self.machine, address) != wanted.driver_override {
            set_override(wanted.driver_override.as_deref())?;
        }
        if own.driver == wanted.driver && !wanted.any {
            return Ok(());
        }
        if own.driver.is_some() && !wanted.any {
            vfs::unbind(self.effects, address)?;
        }
        let Some(driver) = wanted.driver.as_deref() else {
            // Which driver the kernel finds, if any, is its own affair.
            return match wanted.any && own.driver.is_none() {
                true => vfs::probe(self.effects, address),
                false => Ok(()),
            };
        };
        match self.bind_when_loaded(address, driver) {
            // Without autoprobe a VF takes a driver by its override alone
            // (drivers/pci/pci-driver.c, pci_device_can_probe).
            Err(error)
                if error.raw_os_error() == Some(ENODEV)
                    && wanted.driver_override.is_none() =>
            {
                set_override(Some(driver))?;
                let bound = vfs::bind(self.effects, address, driver);
                set_override(None)?;
                bound
            }
            bound => bound,
        }
    }

    /// Binds a VF to a driver, which udev may still be loading.
    fn bind_when_loaded(&self, address: &str, driver: &str) -> io::Result<()> {
        const PAUSE: Duration = Duration::from_millis(100);
        let deadline = self.effects.now() + LOADING;
        loop {
            let bound = vfs::bind(self.effects, address, driver);
            let is_missing =
                bound.as_ref().is_err_and(|e| e.raw_os_error() == Some(ENOENT));
            let now = self.effects.now();
            let gives_up = now >= deadline || self.effects.interrupts() > 0;
            if !is_missing || gives_up || self.waiter.pause(now + PAUSE).is_err() {
                return bound;
            }
        }
    }
}
