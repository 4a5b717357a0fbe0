// SPDX-License-Identifier: MIT OR Apache-2.0
//! Sets the eswitch's mode, and restores what of the eswitch a change of it alters.

use super::{perform::Performer, recover::broken, refusal, verify};
use crate::{
    error::Failure,
    model::{EncapMode, EswitchMode, InlineMode},
    survey,
    sys::devlink,
    wire::devlink::EswitchChange,
};

impl Performer<'_> {
    pub(super) fn set_mode(&self, wanted: EswitchMode) -> Result<(), Failure> {
        let before = survey::eswitch(self.machine, self.device)?.mode;
        if before == wanted {
            return Ok(());
        }
        let change = EswitchChange::Mode(wanted);
        let now =
            || survey::eswitch(self.machine, self.device).map(|eswitch| eswitch.mode);
        match devlink::set_eswitch(self.effects, self.device, change) {
            Ok(message) => *self.kernel_message.borrow_mut() = message,
            Err(_) if self.undoing && now().is_ok_and(|now| now == wanted) => {}
            Err(error)
                if refusal::is_there_already(
                    self.machine,
                    self.device,
                    wanted,
                    &error,
                ) => {}
            Err(error) => {
                let (machine, device) = (self.machine, self.device);
                if refusal::loses_forwarding(machine, device, (before, wanted), &error) {
                    self.forwarding_lost.set(Some(error.to_string()));
                }
                return Err(refusal::setting_mode(machine, device, wanted, &error));
            }
        }
        let now = now()?;
        if now == wanted {
            // Each mode that is set comes with its forwarding.
            self.forwarding_lost.set(None);
            return match verify::is_stale(self.machine, self.device) {
                true => Err(broken(self.machine, self.device)),
                false => Ok(()),
            };
        }
        Err(self
            .failed(format!(
                "the kernel reported success, but {} is in mode {now}, not {wanted}",
                self.device
            ))
            .hint("check the kernel log (dmesg) for messages from the driver"))
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
