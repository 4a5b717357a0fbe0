// SPDX-License-Identifier: MIT OR Apache-2.0
//! Performs one step. A write's return code is not believed: what it was to change
//! is read again. What is so already is not written.

use std::{
    cell::{Cell, RefCell},
    io,
    time::Duration,
};

use super::{ROLLBACK_TIMEOUT, Terms, wait::Waiter};
use crate::{
    error::{Failure, Kind},
    model::{EswitchMode, Handle},
    plan::Action,
    survey,
    sys::{Effects, Machine, NetlinkError, pci},
};

/// What steps are performed with.
pub(super) struct Performer<'a> {
    /// The machine, to read from.
    pub machine: &'a dyn Machine,
    /// The machine, to change it.
    pub effects: &'a dyn Effects,
    pub device: &'a Handle,
    pub waiter: Waiter<'a>,
    /// How long representors are waited for.
    pub limit: Duration,
    /// Whether the state before is being restored, so that an error counts for
    /// nothing if that state is there all the same.
    pub undoing: bool,
    /// What could not be restored, and is no failure.
    pub notes: RefCell<Vec<String>>,
    /// What others have taken since, as a name: a rollback ends without it.
    pub taken: RefCell<Vec<String>>,
    /// What the kernel said when the mode was set.
    pub kernel_message: RefCell<Option<String>>,
    /// How many representors there are at the end.
    pub representors: Cell<usize>,
    /// A failure with which the driver is known to lose the forwarding of legacy mode.
    pub forwarding_lost: Cell<Option<String>>,
}

impl<'a> Performer<'a> {
    pub(super) fn new(
        effects: &'a dyn Effects,
        device: &'a Handle,
        terms: &Terms<'a>,
    ) -> Result<Self, Failure> {
        Ok(Self {
            machine: effects.machine(),
            effects,
            device,
            waiter: Waiter::new(effects, device, terms)?,
            limit: terms.limit,
            undoing: false,
            notes: RefCell::default(),
            taken: RefCell::default(),
            kernel_message: RefCell::default(),
            representors: Cell::default(),
            forwarding_lost: Cell::default(),
        })
    }

    /// From now on the state before is restored.
    pub(super) fn begin_rollback(&mut self) {
        let (least, most) = ROLLBACK_TIMEOUT;
        self.undoing = true;
        self.limit = self.limit.clamp(least, most);
        // What could not be restored in the new state is no matter in the old one.
        self.notes.take();
        self.taken.take();
    }

    /// An error where a signal says not to go on: the first one ends a change, and the
    /// second one its rollback.
    pub(super) fn go_on(&self) -> Result<(), Failure> {
        let enough = if self.undoing { 2 } else { 1 };
        if self.effects.interrupts() < enough {
            return Ok(());
        }
        Err(self.failed(format!("the change of {} was interrupted", self.device)))
    }

    /// Performs the step.
    pub(super) fn perform(&self, action: &Action) -> Result<(), Failure> {
        match action {
            Action::ReloadDriver { to, .. } => self.reload(to),
            Action::SetParam { name, to, .. } => self.set_param(name, to),
            Action::SetAutoprobe { to, .. } => self.set_autoprobe(*to),
            Action::SetPfUp { to, .. } => self.set_pf_up(*to),
            Action::SetVfs { to, .. } => self.set_vfs(*to),
            Action::SetMode { to, inline_mode, encap_mode, .. } => {
                self.set_mode(*to)?;
                self.keep(*inline_mode, *encap_mode)
            }
            Action::RemoveSfs { from, .. } => self.remove_sfs(from),
            Action::AddSfs { to, .. } => self.add_sfs(to),
            Action::SetUpSfs { to, .. } => self.set_up_sfs(to),
            Action::SetSfStates { to, .. } => self.set_sf_states(to),
            Action::RestoreVfSettings { to, lenient, .. } => self.settings(to, *lenient),
            Action::BindVfs { to, .. } => to.iter().try_for_each(|vf| self.bind(vf)),
            Action::WaitForRepresentors { to, .. } => self.wait(*to),
            Action::RestoreFunctions { to, .. } => self.functions(to),
            Action::RestoreNetdevs { to, .. } => self.netdevs(to),
            Action::SetTcOffload { to, .. } => self.set_tc_offload(*to),
            Action::WaitForLag { .. } => self.wait_for_lag(),
            Action::SetRepresentorsUp { to, .. } => self.set_representors_up(*to),
        }
    }

    pub(super) fn note(&self, text: String) {
        self.notes.borrow_mut().push(text);
    }

    /// Notes what cannot be restored because others have it now, or have removed it: no
    /// further attempt would change that.
    pub(super) fn note_taken(&self, text: String) {
        self.taken.borrow_mut().push(text);
    }

    pub(super) fn failed(&self, message: impl Into<String>) -> Failure {
        Failure::new(Kind::Failed, message).on(self.device)
    }

    pub(super) fn io(&self, what: &str, error: &io::Error) -> Failure {
        let mut failure = self.failed(format!("cannot {what}"));
        failure.errno = error.raw_os_error();
        if failure.errno.is_none() {
            failure.kernel_message = Some(error.to_string());
        }
        failure.hint("check the kernel log (dmesg) for messages from the driver")
    }

    pub(super) fn refused(&self, what: &str, error: &NetlinkError) -> Failure {
        let mut failure = survey::of_error(format!("cannot {what}"), self.device, error);
        failure.kind = Kind::Failed;
        failure.hint("check the kernel log (dmesg) for messages from the driver")
    }

    /// Nothing tells of a LAG of the hardware, so its state is read again and again.
    fn wait_for_lag(&self) -> Result<(), Failure> {
        const PAUSE: Duration = Duration::from_millis(200);
        let deadline = self.effects.now() + self.limit;
        while pci::lag(self.machine, self.device) == Some(false) {
            self.go_on()?;
            if self.effects.now() >= deadline {
                let seconds = self.limit.as_secs();
                let message = format!(
                    "the uplink of {} is in no LAG of the hardware after {seconds} s",
                    self.device
                );
                return Err(self.failed(message).hint(
                    "put all uplinks of the card into one bond that is up, all in mode switchdev; the kernel log (dmesg) says why mlx5_core activates no LAG",
                ));
            }
            self.waiter.pause(deadline.min(self.effects.now() + PAUSE))?;
        }
        Ok(())
    }

    fn wait(&self, wanted: EswitchMode) -> Result<(), Failure> {
        let now = survey::eswitch(self.machine, self.device)?.mode;
        if now != wanted {
            let message = format!("{} fell back to mode {now}", self.device);
            return Err(self.failed(message));
        }
        let deadline = self.effects.now() + self.limit;
        let representors = self.waiter.wait(wanted, deadline, &|| self.go_on())?;
        self.representors.set(representors);
        Ok(())
    }
}
