// SPDX-License-Identifier: MIT OR Apache-2.0
//! Sets what is declared for a device beside its mode and its VFs: parameters, offload
//! of TC rules, the PF's netdev and representors up or down.

use super::perform::Performer;
use crate::{
    error::Failure,
    model::{
        Netdev, ParamMode, ParamValue, Role, TcOffload,
        errno::{EBUSY, EINVAL, EOPNOTSUPP},
    },
    survey::{self, Reading, kept},
    sys::{NetlinkError, blockers, devlink, links},
};

impl Performer<'_> {
    /// Sets a parameter to the first of these values that the device takes.
    pub(super) fn set_param(
        &self,
        name: &str,
        wanted: &[ParamValue],
    ) -> Result<(), Failure> {
        let now = || {
            let param = devlink::param(self.machine, self.device, name);
            let param = param.map_err(|error| {
                self.refused(
                    &format!("read the parameter {name} of {}", self.device),
                    &error,
                )
            })?;
            let mut values = param.values.into_iter();
            let value = values.find(|(mode, _)| *mode == ParamMode::Runtime);
            Ok(value.map(|(_, value)| value))
        };
        let (mut failure, mut refused) = (None, Vec::new());
        for value in wanted {
            let set = match now()?.as_ref() == Some(value) {
                true => Ok(()),
                false => devlink::set_param(
                    self.effects,
                    self.device,
                    name,
                    ParamMode::Runtime,
                    value,
                )
                .map(drop),
            };
            match set {
                Ok(()) if now()?.as_ref() == Some(value) => {
                    self.note_refused(name, refused);
                    return Ok(());
                }
                Ok(()) => {
                    failure = Some(self.failed(format!(
                        "the kernel reported success, but the parameter {name} of {} is not {value}",
                        self.device
                    )));
                }
                Err(error) => {
                    let what =
                        format!("set the parameter {name} of {} to {value}", self.device);
                    let of_mode = self.may_be_of_mode(&error);
                    if error.errno() == Some(EINVAL) || !of_mode {
                        refused.push(value.to_string());
                    }
                    failure = Some(match of_mode {
                        true => self.refused(&what, &error).hint(format!(
                            "the driver may set it in mode legacy alone: \"swdevctl mode set legacy {}\", and apply again",
                            self.device
                        )),
                        false => self.refused(&what, &error),
                    });
                }
            }
        }
        failure.map_or(Ok(()), Err)
    }

    /// Whether the mode can be the reason of a refusal: mlx5 sets its `flow_steering_mode`
    /// in mode legacy alone.
    fn may_be_of_mode(&self, error: &NetlinkError) -> bool {
        matches!(error.errno(), Some(EOPNOTSUPP | EBUSY))
            && survey::eswitch(self.machine, self.device)
                .is_ok_and(|eswitch| eswitch.mode.has_representors())
    }

    /// Remembers the values that a device has refused before it took one, so that they are
    /// not tried again at each `apply`. That it cannot be noted harms nothing else.
    fn note_refused(&self, name: &str, values: Vec<String>) {
        if values.is_empty() || self.undoing {
            return;
        }
        let mut all = kept::refused_params(self.machine, self.device).unwrap_or_default();
        all.entry(name.to_owned()).or_default().extend(values);
        let written = serde_json::to_string(&all).map_err(Into::into).and_then(|text| {
            let file = kept::file_name(self.device, ".json");
            self.effects.storage().write(kept::PARAMS, &file, &text)
        });
        if let Err(error) = written {
            log::warn!("{}: cannot note what it refused: {error}", self.device);
        }
    }

    /// Lets the uplinks take TC rules into hardware, or no longer; those of which the
    /// driver allows no choice excepted.
    pub(super) fn set_tc_offload(&self, on: bool) -> Result<(), Failure> {
        for netdev in self.netdevs_of(|role| matches!(role, Role::Uplink | Role::Pf))? {
            let now = || blockers::tc_offload(self.machine, netdev.ifindex);
            let is_so = |now: Option<TcOffload>| match now {
                None | Some(TcOffload::Fixed) => true,
                Some(TcOffload::On) => on,
                Some(TcOffload::Off) => !on,
            };
            if is_so(now()) {
                continue;
            }
            let word = if on { "on" } else { "off" };
            let what = format!("switch hw-tc-offload {word} at {}", netdev.name);
            blockers::set_tc_offload(self.effects, netdev.ifindex, on)
                .map_err(|error| self.refused(&what, &error))?;
            if !is_so(now()) {
                let message =
                    format!("the kernel reported success, but could not {what}");
                return Err(self.failed(message));
            }
        }
        Ok(())
    }

    /// Brings the PF's netdev up, or takes it down.
    pub(super) fn set_pf_up(&self, up: bool) -> Result<(), Failure> {
        self.set_up(up, |role| matches!(role, Role::Uplink | Role::Pf))
    }

    /// Brings the representors up, or takes them down.
    pub(super) fn set_representors_up(&self, up: bool) -> Result<(), Failure> {
        self.set_up(up, |role| matches!(role, Role::PfRep | Role::VfRep | Role::SfRep))
    }

    /// Those that vanish meanwhile are no concern of this change.
    fn set_up(&self, up: bool, of: impl Fn(&Role) -> bool) -> Result<(), Failure> {
        for netdev in self.netdevs_of(of)? {
            if netdev.up == up {
                continue;
            }
            match links::set_up(self.effects, netdev.ifindex, up) {
                Err(error) if !error.is_gone() => {
                    let direction = if up { "bring up" } else { "take down" };
                    return Err(
                        self.refused(&format!("{direction} {}", netdev.name), &error)
                    );
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn netdevs_of(&self, wanted: impl Fn(&Role) -> bool) -> Result<Vec<Netdev>, Failure> {
        let ports = Reading::of(self.machine, self.device)?.device.ports;
        let ports = ports.into_iter().filter(|port| wanted(&port.place.role));
        Ok(ports.filter_map(|port| port.netdev).collect())
    }
}
