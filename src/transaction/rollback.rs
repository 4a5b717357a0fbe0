// SPDX-License-Identifier: MIT OR Apache-2.0
//! Undoes what was done of a change, and says how things are then: as before only where
//! that was seen.

use super::{
    change::Transaction, journal::Entry, stash, still_journaled, unjournaled, verify,
};
use crate::{
    error::{Failure, Kind},
    model::{State, VfState},
    plan::Plan,
    survey::{self, Reading},
    sys::{Effects, Machine, pci, vfs},
};

impl Transaction<'_> {
    /// Restores the state before, and says in the failure how things are then.
    pub(super) fn undo(mut self, mut failure: Failure) -> Failure {
        let (machine, device) = (self.performer.machine, self.performer.device);
        if self.is_gone() {
            return self.gone(&failure);
        }
        self.performer.begin_rollback();
        let mut left = Vec::new();
        // Without this line a recovery may complete the change, which is as good.
        if let Err(error) = self.journal.add(Entry::Undoing) {
            log::warn!("{}", unjournaled(device, &error).message);
        }
        let steps =
            Plan::undo(&self.header.state, &self.header.steps, self.progress.begun);
        for (number, step) in steps.iter().enumerate() {
            if self.performer.go_on().is_err() || self.performer.effects.is_stuck() {
                return self.leave(failure);
            }
            self.report(&step.action, number, steps.len(), false);
            if let Err(error) = self.performer.perform(&step.action) {
                left.push(error.message);
            }
            self.report(&step.action, number, steps.len(), true);
        }
        if self.performer.effects.is_stuck() {
            return self.leave(failure);
        }
        left.append(&mut self.performer.notes.borrow_mut());
        if self.is_gone() {
            return self.gone(&failure);
        }
        let state = &self.header.state;
        if let Some(reason) = self.performer.forwarding_lost.take() {
            verify::mark_if_lost(self.performer.effects, state, &steps, &reason);
        }
        left.extend(verify::differences(machine, state));
        if left.is_empty() {
            return self.restored(failure);
        }
        failure.kind = Kind::NotUndone;
        let now = survey::eswitch(machine, device);
        let now = now.map_or("unknown".into(), |now| now.mode.to_string());
        let cause = failure.hint.take().map_or(String::new(), |hint| format!("; {hint}"));
        let remedy = verify::remedy(machine, device).unwrap_or_else(|| {
            format!("\"swdevctl recover {device}\" continues the rollback")
        });
        failure
            .state(format!("{device} is in mode {now}; not undone: {}", left.join("; ")))
            .hint(format!("{remedy}{cause}"))
    }

    /// The state before was seen again.
    fn restored(self, mut failure: Failure) -> Failure {
        let device = self.performer.device;
        let state = self.header.state;
        let now = as_of_now(self.performer.machine, state.clone());
        let storage = self.performer.effects.storage();
        if let Err(error) = stash::rekey(storage, device, &state, &now) {
            log::warn!("the stash of {device}: {error}");
        }
        let vfs = match state.vfs() {
            0 => String::new(),
            1 => " with its VF".into(),
            vfs => format!(" with its {vfs} VFs"),
        };
        let taken = self.performer.taken.into_inner();
        for what in &taken {
            log::warn!("{device}: {what}");
        }
        let all = match taken.as_slice() {
            [] => "everything is as it was before".to_owned(),
            taken => format!("all is as it was before, except: {}", taken.join("; ")),
        };
        let now = format!("{device} is still in mode {}{vfs}: {all}", state.eswitch.mode);
        if let Err(error) = self.journal.remove() {
            let still = still_journaled(device, &error);
            failure.kind = still.kind;
            failure.hint = still.hint;
            return failure.state(format!("{now}; {}", still.message));
        }
        failure.kind = Kind::Failed;
        failure.state(now)
    }

    /// Leaves the change where it is: the kernel is still at it, or the user has no time,
    /// or it cannot be undone. The journal stays.
    pub(super) fn leave(self, mut failure: Failure) -> Failure {
        let device = self.performer.device;
        failure.kind = Kind::NotUndone;
        let at = match self.header.steps.get(self.progress.begun.saturating_sub(1)) {
            Some(_) if self.performer.undoing => "while it was rolled back".to_owned(),
            Some(step) => format!("at the step {}", step.action.word()),
            None => "before its first step".into(),
        };
        let kernel = if self.performer.effects.is_stuck() {
            "; the kernel continues with the request"
        } else {
            ""
        };
        let cause = failure.hint.take().map_or(String::new(), |hint| format!("; {hint}"));
        failure
            .state(format!(
                "the change of {device} was left {at}, and its journal is kept{kernel}"
            ))
            .hint(format!("\"swdevctl recover {device}\" completes or undoes it{cause}"))
    }

    fn is_gone(&self) -> bool {
        let folder = self.performer.device.sysfs_path();
        let driver = pci::driver_of(self.performer.machine, self.performer.device);
        folder.is_none_or(|folder| self.performer.machine.list(&folder).is_err())
            || driver.is_none() && self.header.state.driver.is_some()
    }

    /// The device has gone, and with it all that the journal is about; only whether new
    /// VFs get a driver is kept by a PCI function and outlives its driver.
    fn gone(self, failure: &Failure) -> Failure {
        let device = self.performer.device;
        restore_autoprobe(self.performer.effects, &self.header.state);
        let vanished = survey::vanished(device);
        let message = format!("{device} vanished during the change: {}", failure.message);
        let mut failure = Failure { message, errno: failure.errno, ..vanished };
        if let Err(error) = self.journal.remove() {
            let still = still_journaled(device, &error);
            failure.kind = still.kind;
            failure.hint = still.hint;
        }
        failure
    }
}

/// Restores whether new VFs get a driver, which the PCI function keeps and not its
/// driver.
pub(super) fn restore_autoprobe(effects: &dyn Effects, state: &State) {
    let machine = effects.machine();
    let before = state.sriov.and_then(|sriov| sriov.autoprobe);
    let now = pci::sriov(machine, &state.device, 0).and_then(|sriov| sriov.autoprobe);
    if let (Some(on), Some(now)) = (before, now) {
        if on != now {
            if let Err(error) = vfs::set_autoprobe(effects, &state.device, on) {
                log::warn!("sriov_drivers_autoprobe of {}: {error}", state.device);
            }
        }
    }
}

/// The state with the instances of the VFs and representors of this moment: some were
/// made again.
pub(super) fn as_of_now(machine: &dyn Machine, mut state: State) -> State {
    let pf = state.device.pci_address();
    let now = pf.map(|pf| pci::vfs(machine, pf)).unwrap_or_default();
    let instance = |vf: &VfState| {
        let (_, own) = now.iter().find(|(number, _)| *number == vf.vf)?;
        machine.instance(&own.device.sysfs_path()?)
    };
    for vf in &mut state.vfs {
        vf.instance = instance(vf);
    }
    state.representors = Reading::of(machine, &state.device)
        .map(|reading| survey::netdevs(&reading.device, &survey::REPRESENTORS))
        .unwrap_or_default();
    state
}
