// SPDX-License-Identifier: MIT OR Apache-2.0
//! Starts a device's driver anew.

use std::time::Duration;

use super::{perform::Performer, verify};
use crate::{
    error::Failure,
    survey,
    sys::{devlink, pci, vfs},
};

/// How long the driver's netdev is waited for.
const STARTED: Duration = Duration::from_secs(60);

impl Performer<'_> {
    /// Reloads by devlink. Where the driver cannot, it is unbound and bound; never where
    /// a reload was tried and failed, as the kernel can crash on an unbind then.
    pub(super) fn reload(&self, driver: &str) -> Result<(), Failure> {
        let events = self.effects.events();
        let events = events.map_err(|error| survey::machine_unread(&error))?;
        match devlink::reload(self.effects, self.device) {
            Ok(_) => {}
            Err(error) if error.is_unsupported() => self.rebind(driver)?,
            Err(error) => {
                let what = format!("reload the driver of {}", self.device);
                return Err(self.refused(&what, &error));
            }
        }
        let deadline = self.effects.now() + STARTED;
        while !verify::has_uplink(self.machine, self.device) {
            self.go_on()?;
            let woken = events.wait(deadline, Duration::ZERO);
            if !woken.map_err(|error| survey::machine_unread(&error.into()))? {
                return Err(self.failed(format!(
                    "{driver} was reloaded, but {} has no netdev after {} s",
                    self.device,
                    STARTED.as_secs()
                )));
            }
        }
        Ok(())
    }

    fn rebind(&self, driver: &str) -> Result<(), Failure> {
        let what = |verb: &str| format!("{verb} {} {driver}", self.device);
        let Some(address) = self.device.pci_address().map(|pf| pf.to_string()) else {
            return Err(self.failed(format!("{} has no driver to bind", self.device)));
        };
        // A rebuild that was interrupted may have unbound it already.
        if pci::driver_of(self.machine, self.device).is_some() {
            vfs::unbind(self.effects, &address)
                .map_err(|error| self.io(&what("unbind"), &error))?;
        }
        vfs::bind(self.effects, &address, driver)
            .map_err(|error| self.io(&what("bind"), &error))
    }
}
