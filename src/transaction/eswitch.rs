// SPDX-License-Identifier: MIT OR Apache-2.0
//! Sets the eswitch's mode, and restores what of the eswitch a change of it alters.

use super::{perform::Performer, recover::broken, refusal, verify};
use crate::{
    error::Failure,
    model::{EncapMode, EswitchMode, InlineMode},
    survey,
    sys::{devlink, pci},
    wire::devlink::EswitchChange,
};

impl Performer<'_> {
    pub(super) fn set_mode(&self, wanted: EswitchMode) -> Result<(), Failure> {
        let (machine, device) = (self.machine, self.device);
        let before = survey::eswitch(machine, device)?.mode;
        if before == wanted {
            return Ok(());
        }
        let refused = pci::refused_roots(machine, device);
        self.request_mode(before, wanted)?;
        let now = survey::eswitch(machine, device)?.mode;
        if now != wanted {
            return Err(self
                .failed(format!(
                    "the kernel reported success, but {device} is in mode {now}, not {wanted}"
                ))
                .hint("check the kernel log (dmesg) for messages from the driver"));
        }
        // Each mode that is set comes with its forwarding.
        self.forwarding_lost.set(None);
        if verify::is_stale(machine, device) {
            return Err(broken(machine, device));
        }
        let now = pci::refused_roots(machine, device);
        if refused.zip(now).is_some_and(|(before, now)| now > before) {
            verify::mark_root_lost(self.effects, device);
            return Err(broken(machine, device));
        }
        Ok(())
    }

    /// Sets the mode, unless somebody else was quicker.
    fn request_mode(
        &self,
        before: EswitchMode,
        wanted: EswitchMode,
    ) -> Result<(), Failure> {
        let (machine, device) = (self.machine, self.device);
        let now = || survey::eswitch(machine, device).map(|eswitch| eswitch.mode);
        match devlink::set_eswitch(self.effects, device, EswitchChange::Mode(wanted)) {
            Ok(message) => *self.kernel_message.borrow_mut() = message,
            Err(_) if self.undoing && now().is_ok_and(|now| now == wanted) => {}
            Err(error) if refusal::is_there_already(machine, device, wanted, &error) => {}
            Err(error) => {
                if refusal::loses_forwarding(machine, device, (before, wanted), &error) {
                    self.forwarding_lost.set(Some(error.to_string()));
                }
                return Err(refusal::setting_mode(machine, device, wanted, &error));
            }
        }
        Ok(())
    }

    /// Restores inline and encap mode, if the change altered them.
    ///
    /// Inline mode `none` is not restored: it is what `mlx5_core` reports until its first
    /// switch, in which it takes what the NIC needs. `ConnectX-4` needs `link`.
    pub(super) fn keep(
        &self,
        inline_mode: Option<InlineMode>,
        encap_mode: Option<EncapMode>,
    ) -> Result<(), Failure> {
        let now = survey::eswitch(self.machine, self.device)?;
        let inline = inline_mode
            .filter(|wanted| *wanted != InlineMode::None)
            .filter(|wanted| now.inline_mode.is_some_and(|now| now != *wanted));
        let encap =
            encap_mode.filter(|wanted| now.encap_mode.is_some_and(|now| now != *wanted));
        if inline.is_none() && encap.is_none() {
            return Ok(());
        }
        let changes = inline
            .map(EswitchChange::Inline)
            .into_iter()
            .chain(encap.map(EswitchChange::Encap));
        for change in changes {
            devlink::set_eswitch(self.effects, self.device, change).map_err(|error| {
                self.refused(
                    &format!("set the inline or encap mode of {}", self.device),
                    &error,
                )
            })?;
        }
        let now = survey::eswitch(self.machine, self.device)?;
        let inline = inline.filter(|wanted| now.inline_mode != Some(*wanted));
        let encap = encap.filter(|wanted| now.encap_mode != Some(*wanted));
        let what = inline.map(|mode| format!("inline mode {mode}"));
        match what.or_else(|| encap.map(|mode| format!("encap mode {mode}"))) {
            None => Ok(()),
            Some(what) => Err(self.failed(format!(
                "the kernel reported success, but {} does not have {what}",
                self.device
            ))),
        }
    }
}
