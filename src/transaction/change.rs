// SPDX-License-Identifier: MIT OR Apache-2.0
//! A change that is under way.

use std::io;

use super::{
    Event, Observer, Outcome, Terms, broken,
    journal::{Entry, Header, Journal, Journals, Progress},
    perform::Performer,
    rollback::as_of_now,
    stash, still_journaled, unjournaled, verify,
};
use crate::{
    error::{Failure, Kind},
    model::Handle,
    plan::{Action, Plan, Step},
    sys::{Effects, Machine},
};

/// A change that is under way.
pub(super) struct Transaction<'a> {
    pub performer: Performer<'a>,
    pub header: Header,
    pub journal: Journal<'a>,
    pub progress: Progress,
    pub observer: Observer<'a>,
    /// Representors were missing at the end of their time. The mode is set all the same.
    pub incomplete: Option<Failure>,
}

impl Header {
    /// The header of a change that begins now.
    pub(super) fn new(machine: &dyn Machine, plan: Plan, rebuild: bool) -> Self {
        let folder = plan.device.sysfs_path();
        Self {
            schema: Self::SCHEMA.into(),
            boot: machine.host().boot(),
            instance: folder.and_then(|folder| machine.instance(&folder)),
            rebuild,
            to: plan.to,
            state: plan.state,
            steps: plan.steps,
            stash: plan.stash,
        }
    }
}

impl<'a> Transaction<'a> {
    /// Begins a change, of which nothing has been done yet. The caller holds the
    /// device's lock, and the plan is of the state that is true under it.
    pub(super) fn begin(
        effects: &'a dyn Effects,
        device: &'a Handle,
        header: Header,
        terms: &Terms<'a>,
    ) -> Result<Self, Failure> {
        // Events are subscribed to before the switch, so that none is missed.
        let performer = Performer::new(effects, device, terms)?;
        let journal = Journals::of(effects.storage()).create(&header);
        let journal = journal
            .map_err(|error| unjournaled(device, &error).state("nothing was changed"))?;
        let observer = terms.observer;
        let progress = Progress::default();
        Ok(Self { performer, header, journal, progress, observer, incomplete: None })
    }

    /// Runs the steps before the first that needs the other devices in their mode: of
    /// several devices all are switched before any is waited for.
    pub(super) fn switch(self) -> Result<Self, Failure> {
        let needs_others = |step: &Step| step.action.needs_others();
        let end = self.header.steps.iter().position(needs_others);
        let end = end.unwrap_or(self.header.steps.len());
        self.run(end)
    }

    /// Runs the rest of the steps. What was done can still be undone.
    pub(super) fn complete(self) -> Result<Self, Failure> {
        let end = self.header.steps.len();
        self.run(end)
    }

    /// Runs the rest of the steps, and ends the change.
    pub(super) fn finish(self) -> Result<Outcome, Failure> {
        self.complete()?.end()
    }

    /// Runs the steps up to that one; what fails is undone.
    fn run(mut self, end: usize) -> Result<Self, Failure> {
        while self.progress.done < end {
            match self.step(self.progress.done) {
                Ok(()) => {}
                // The mode is set and stays so; the rest is done all the same.
                Err(failure) if failure.kind == Kind::Incomplete => {
                    self.progress.done += 1;
                    self.incomplete = Some(failure);
                }
                Err(failure) => {
                    let failure = self.with_way_on(failure);
                    return Err(self.failed(failure));
                }
            }
        }
        Ok(self)
    }

    /// Says how to change the mode without the SFs that were kept for it.
    fn with_way_on(&self, mut failure: Failure) -> Failure {
        let (before, to) = (self.header.state.eswitch.mode, self.header.to);
        let returns = !before.has_representors() && to.has_representors();
        let step = self.header.steps.get(self.progress.done);
        if !returns || !step.is_some_and(|step| step.action.is_of_sfs()) {
            return failure;
        }
        let hint = failure.hint.take().map_or(String::new(), |hint| format!("{hint}; "));
        let device = self.performer.device;
        failure.hint(format!(
            "{hint}to change the mode without the SFs that were kept for it, drop them with \"swdevctl recover --discard {device}\""
        ))
    }

    /// A step has failed, or a change of another device that this one depends on.
    pub(super) fn failed(self, failure: Failure) -> Failure {
        if self.performer.effects.is_stuck() || self.header.rebuild {
            return self.leave(failure);
        }
        // A rollback would make it worse. The journal stays, and holds off others.
        if failure.kind == Kind::NotUndone {
            return failure;
        }
        self.undo(failure)
    }

    fn step(&mut self, number: usize) -> Result<(), Failure> {
        let device = self.performer.device;
        let step = self.header.steps[number].clone();
        let written = |error: io::Error| unjournaled(device, &error);
        self.performer.go_on()?;
        self.journal.add(Entry::Begun(number)).map_err(written)?;
        self.progress.begun = number + 1;
        self.report(&step.action, number, self.header.steps.len(), false);
        self.performer.perform(&step.action)?;
        self.journal.add(Entry::Done(number)).map_err(written)?;
        self.progress.done = number + 1;
        self.report(&step.action, number, self.header.steps.len(), true);
        Ok(())
    }

    pub(super) fn report(&self, action: &Action, number: usize, of: usize, done: bool) {
        let (device, undoing) = (self.performer.device, self.performer.undoing);
        (self.observer)(Event { device, action, number: number + 1, of, undoing, done });
    }

    /// All is done. What cannot be stashed is lost on the way back, which is no failure
    /// of this change.
    pub(super) fn end(self) -> Result<Outcome, Failure> {
        let (machine, device) = (self.performer.machine, self.performer.device);
        let storage = self.performer.effects.storage();
        if self.header.rebuild {
            let damage = verify::differences(machine, &self.header.state);
            if !damage.is_empty() {
                let message =
                    format!("{device} was rebuilt, but differs from its state before");
                let failure = Failure::new(Kind::NotUndone, message).on(device);
                return Err(failure.state(damage.join("; ")).hint(
                    "check the kernel log (dmesg) for messages from the driver; a reboot makes it new",
                ));
            }
            let _ = broken::remove_mark(storage, device);
        }
        let stash = as_of_now(machine, self.header.stash);
        let kept = stash::rekey(storage, device, &self.header.state, &stash)
            .and_then(|()| stash::keep(storage, &stash, self.header.to));
        if let Err(error) = kept {
            self.performer.note(format!(
                "what mode {} had cannot be kept for the way back: {error}",
                self.header.state.eswitch.mode
            ));
        }
        if let Err(error) = self.journal.remove() {
            let to = self.header.to;
            let complete = format!("the change is complete: {device} is in mode {to}");
            return Err(still_journaled(device, &error).state(complete));
        }
        if let Some(failure) = self.incomplete {
            return Err(failure);
        }
        let mut notes = self.performer.notes.into_inner();
        notes.append(&mut self.performer.taken.into_inner());
        Ok(Outcome {
            representors: self.performer.representors.into_inner(),
            kernel_message: self.performer.kernel_message.into_inner(),
            notes,
        })
    }
}
