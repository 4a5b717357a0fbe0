// SPDX-License-Identifier: MIT OR Apache-2.0
//! Runs a plan: each step after its line in the journal is durable; what fails is
//! undone; what was cut short is recovered.
//!
//! A mode set goes on in the kernel when the tool is killed, and a request about the
//! device then waits for its end, so whoever recovers looks at what has become of it
//! first.

pub mod broken;
mod functions;
pub mod journal;
mod look;
mod perform;
mod recover;
pub mod refusal;
mod restore;
pub mod stash;
mod surroundings;
mod wait;

use std::{
    cell::RefCell,
    io,
    time::{Duration, Instant},
};

pub use look::survey;
pub use recover::{Recovered, Waiting, discard, recover};

use crate::{
    error::{Failure, Kind},
    lookup,
    model::{Eswitch, EswitchMode, Handle, State, VfState},
    plan::{Action, Plan, Step},
    sys::{Live, Machine, devlink, lock, pci, vfs},
};
use journal::{Entry, Header, Journal, Journals, Progress};
use perform::Performer;
use wait::Waiter;

/// How long a rollback waits for representors.
const ROLLBACK_TIMEOUT: Duration = Duration::from_secs(120);

/// A progress event.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// The device.
    pub device: &'a Handle,
    /// The step.
    pub action: &'a Action,
    /// Its number, from 1.
    pub number: usize,
    /// How many steps there are.
    pub of: usize,
    /// Whether the state before is being given back.
    pub undoing: bool,
    /// Whether the step is done; otherwise it begins.
    pub done: bool,
}

/// Callback for progress events.
pub type Observer<'a> = &'a dyn Fn(Event);

/// Result of a completed change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How many representors there are.
    pub representors: usize,
    /// What the kernel said when the mode was set.
    pub kernel_message: Option<String>,
    /// What could not be given back.
    pub notes: Vec<String>,
}

/// A change that is under way.
pub struct Transaction<'a> {
    performer: Performer<'a>,
    header: Header,
    journal: Journal,
    progress: Progress,
    observer: Observer<'a>,
}

/// The mode of a device that has one, and all else of its eswitch.
pub fn mode(
    machine: &dyn Machine,
    handle: &Handle,
) -> Result<(EswitchMode, Eswitch), Failure> {
    mode_or(machine, handle, Kind::Failed)
}

/// The mode of a device that is to be changed: where there is none, that is known
/// before.
pub fn mode_to_change(
    machine: &dyn Machine,
    handle: &Handle,
) -> Result<EswitchMode, Failure> {
    mode_or(machine, handle, Kind::Refused).map(|(mode, _)| mode)
}

fn mode_or(
    machine: &dyn Machine,
    handle: &Handle,
    without: Kind,
) -> Result<(EswitchMode, Eswitch), Failure> {
    let eswitch = devlink::eswitch(machine, handle)
        .map_err(|error| refusal::reading_mode(machine, handle, &error, without))?;
    let mode = eswitch.mode.ok_or_else(|| refusal::no_eswitch(machine, handle, without));
    Ok((mode?, eswitch))
}

/// Waits until a device that is in a mode already has its representors and their
/// names.
pub fn wait(
    machine: &Live,
    device: &Handle,
    mode: EswitchMode,
    deadline: Instant,
) -> Result<Outcome, Failure> {
    let representors = Waiter::new(machine, device)?.wait(mode, deadline)?;
    Ok(Outcome { representors, kernel_message: None, notes: Vec::new() })
}

/// Takes the locks of devices, all at once. `waiting` is told when others hold one.
pub fn lock(
    machine: &dyn Machine,
    devices: &[Handle],
    limit: Duration,
    waiting: &dyn Fn(&str),
) -> Result<lock::Locks, Failure> {
    let names = devices.iter().flat_map(|device| lock::names(machine, device)).collect();
    let all: Vec<String> = devices.iter().map(ToString::to_string).collect();
    let all = all.join(", ");
    let failed = |kind, message: String| {
        Failure::new(kind, message).on(&all).state("nothing was changed")
    };
    let told = |_: &str| {
        waiting(&format!("waiting for another swdevctl that changes the card of {all}"));
    };
    match lock::take(&names, limit, &told) {
        Ok(Some(locks)) => {
            // Somebody else may be making VFs at this moment.
            devices.iter().for_each(|device| vfs::wait_until_made(machine, device));
            Ok(locks)
        }
        Ok(None) => {
            let seconds = limit.as_secs();
            let message = format!(
                "another swdevctl changes the card of {all}, and did not end within {seconds} s"
            );
            Err(failed(Kind::Failed, message)
                .hint("try again when it has ended, or wait longer with --timeout"))
        }
        Err(error) => {
            let denied = error.kind() == io::ErrorKind::PermissionDenied;
            let kind = if denied { Kind::NotPermitted } else { Kind::Failed };
            let failure = failed(kind, format!("cannot lock {all}: {error}"));
            Err(if denied { failure.hint("run it as root") } else { failure })
        }
    }
}

/// A journal could not be written.
fn unjournaled(device: &Handle, error: &io::Error) -> Failure {
    Failure::new(Kind::Failed, format!("cannot write the journal of {device}: {error}"))
        .on(device)
        .hint("/run/swdevctl must be a folder that root alone can write to")
}

impl<'a> Transaction<'a> {
    /// Begins a change, of which nothing has been done yet. The caller holds the
    /// device's lock, and the plan is of the state that is true under it.
    pub fn begin(
        machine: &'a Live,
        device: &'a Handle,
        plan: Plan,
        deadline: Instant,
        observer: Observer<'a>,
    ) -> Result<Self, Failure> {
        let folder = device.sysfs_path();
        let header = Header {
            schema: Header::SCHEMA.into(),
            boot: journal::boot(),
            instance: folder.and_then(|folder| machine.instance(&folder)),
            rebuild: false,
            to: plan.to,
            state: plan.state,
            steps: plan.steps,
            stash: plan.stash,
        };
        // Events are subscribed to before the switch, so that none is missed.
        let performer = performer(machine, device, deadline)?;
        let journal = Journals::new()
            .create(&header)
            .map_err(|e| unjournaled(device, &e).state("nothing was changed"))?;
        Ok(Self { performer, header, journal, progress: Progress::default(), observer })
    }

    /// Runs the steps before representors are waited for. Of several devices all are
    /// switched before any is waited for: those of a socket-direct group come with
    /// the last of its PFs.
    pub fn switch(self) -> Result<Self, Failure> {
        let waits =
            |step: &Step| matches!(step.action, Action::WaitForRepresentors { .. });
        let end = self.header.steps.iter().position(waits);
        let end = end.unwrap_or(self.header.steps.len());
        self.run(end)
    }

    /// Runs the rest of the steps, and ends the change.
    pub fn finish(self) -> Result<Outcome, Failure> {
        let end = self.header.steps.len();
        self.run(end)?.end()
    }

    /// Runs the steps up to that one; what fails is undone.
    fn run(mut self, end: usize) -> Result<Self, Failure> {
        while self.progress.done < end {
            match self.step(self.progress.done) {
                Ok(()) => {}
                // The mode is set and stays so; the rest is done all the same.
                Err(failure) if failure.kind == Kind::Incomplete => {
                    self.progress.done += 1;
                    let end = self.header.steps.len();
                    self.run(end)?.end()?;
                    return Err(failure);
                }
                Err(failure) => return Err(self.undo(failure)),
            }
        }
        Ok(self)
    }

    fn step(&mut self, number: usize) -> Result<(), Failure> {
        let device = self.performer.device;
        let step = self.header.steps[number].clone();
        let written = |error: io::Error| unjournaled(device, &error);
        self.journal.add(Entry::Begun(number)).map_err(written)?;
        self.progress.begun = number + 1;
        self.report(&step.action, number, self.header.steps.len(), false);
        self.performer.perform(&step.action)?;
        self.journal.add(Entry::Done(number)).map_err(written)?;
        self.progress.done = number + 1;
        self.report(&step.action, number, self.header.steps.len(), true);
        Ok(())
    }

    fn report(&self, action: &Action, number: usize, of: usize, done: bool) {
        let (device, undoing) = (self.performer.device, self.performer.undoing);
        (self.observer)(Event { device, action, number: number + 1, of, undoing, done });
    }

    /// All is done. What cannot be stashed is lost on the way back, which is no failure
    /// of this change.
    fn end(self) -> Result<Outcome, Failure> {
        let device = self.performer.device;
        let stash = as_of_now(self.performer.machine, self.header.stash);
        let kept = stash::rekey(device, &self.header.state, &stash)
            .and_then(|()| stash::keep(&stash, self.header.to));
        if let Err(error) = kept {
            self.performer.note(format!(
                "what mode {} had cannot be kept for the way back: {error}",
                self.header.state.mode
            ));
        }
        if let Err(error) = self.journal.remove() {
            let to = self.header.to;
            let complete = format!("the change is complete: {device} is in mode {to}");
            return Err(still_journaled(device, &error).state(complete));
        }
        Ok(Outcome {
            representors: self.performer.representors.into_inner(),
            kernel_message: self.performer.kernel_message.into_inner(),
            notes: self.performer.notes.into_inner(),
        })
    }

    /// Gives the state before back, and says in the failure how things are then.
    fn undo(mut self, mut failure: Failure) -> Failure {
        let device = self.performer.device;
        if self.is_gone() {
            return self.gone(&failure);
        }
        let state = self.header.state.clone();
        self.performer.undoing = true;
        // What could not be given back in the new state is no matter in the old one.
        self.performer.notes.take();
        self.performer.deadline = Instant::now() + ROLLBACK_TIMEOUT;
        let mut left = Vec::new();
        if let Err(error) = self.journal.add(Entry::Undoing) {
            left.push(unjournaled(device, &error).message);
        }
        let steps = Plan::undo(&state, &self.header.steps, self.progress.begun);
        for (number, step) in steps.iter().enumerate() {
            self.report(&step.action, number, steps.len(), false);
            if let Err(error) = self.performer.perform(&step.action) {
                left.push(error.message);
            }
            self.report(&step.action, number, steps.len(), true);
        }
        left.append(&mut self.performer.notes.borrow_mut());
        if self.is_gone() {
            return self.gone(&failure);
        }
        if left.is_empty() {
            let now = as_of_now(self.performer.machine, state.clone());
            if let Err(error) = stash::rekey(device, &state, &now) {
                log::warn!("the stash of {device}: {error}");
            }
            let vfs = match state.vfs() {
                0 => String::new(),
                1 => " with its VF".into(),
                vfs => format!(" with its {vfs} VFs"),
            };
            let now = format!(
                "{device} is still in mode {}{vfs}: everything is as it was before",
                state.mode
            );
            if let Err(error) = self.journal.remove() {
                let still = still_journaled(device, &error);
                failure.kind = still.kind;
                failure.hint = still.hint;
                return failure.state(format!("{now}; {}", still.message));
            }
            failure.kind = Kind::Failed;
            return failure.state(now);
        }
        failure.kind = Kind::NotUndone;
        let now = mode(self.performer.machine, device)
            .map_or("unknown".into(), |m| m.0.to_string());
        let cause = failure.hint.take().map_or(String::new(), |hint| format!("; {hint}"));
        failure
            .state(format!("{device} is in mode {now}; not undone: {}", left.join("; ")))
            .hint(format!("\"swdevctl recover {device}\" goes on with it{cause}"))
    }

    fn is_gone(&self) -> bool {
        let folder = self.performer.device.sysfs_path();
        let driver = pci::driver_of(self.performer.machine, self.performer.device);
        folder.is_none_or(|folder| self.performer.machine.list(&folder).is_err())
            || driver.is_none() && self.header.state.driver.is_some()
    }

    /// The device has gone, and with it all that the journal is about; only what new VFs
    /// do is a PCI function's own and outlives its driver.
    fn gone(self, failure: &Failure) -> Failure {
        let device = self.performer.device;
        restore_autoprobe(self.performer.machine, &self.header.state);
        let vanished = refusal::vanished(device);
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

/// A change is over, and its journal could not be removed.
fn still_journaled(device: &Handle, error: &io::Error) -> Failure {
    let message = format!("the journal of {device} cannot be removed: {error}");
    Failure::new(Kind::NotUndone, message).on(device).hint(format!(
        "when it can be, \"swdevctl recover --discard {device}\" sets it aside"
    ))
}

/// Whether new VFs get a driver is kept by the PCI function, not by its driver.
fn restore_autoprobe(machine: &Live, state: &State) {
    let before = state.sriov.and_then(|sriov| sriov.autoprobe);
    let now = pci::sriov(machine, &state.device, 0).and_then(|sriov| sriov.autoprobe);
    if let (Some(on), Some(now)) = (before, now)
        && on != now
        && let Err(error) = vfs::set_autoprobe(machine, &state.device, on)
    {
        log::warn!("sriov_drivers_autoprobe of {}: {error}", state.device);
    }
}

fn performer<'a>(
    machine: &'a Live,
    device: &'a Handle,
    deadline: Instant,
) -> Result<Performer<'a>, Failure> {
    Ok(Performer {
        machine,
        device,
        waiter: Waiter::new(machine, device)?,
        deadline,
        undoing: false,
        notes: RefCell::default(),
        kernel_message: RefCell::default(),
        representors: RefCell::default(),
    })
}

/// The state with the instances of the VFs and representors of this moment: some were
/// made again.
fn as_of_now(machine: &Live, mut state: State) -> State {
    let pf = state.device.pci_address();
    let now = pf.map(|pf| pci::vfs(machine, pf)).unwrap_or_default();
    let instance = |vf: &VfState| {
        let (_, own) = now.iter().find(|(number, _)| *number == vf.vf)?;
        machine.instance(&own.device.sysfs_path()?)
    };
    for vf in &mut state.vfs {
        vf.instance = instance(vf);
    }
    let handles = std::slice::from_ref(&state.device);
    state.representors = lookup::inventory(machine, handles)
        .ok()
        .and_then(|(_, all)| all.devices.into_iter().find(|d| d.handle == state.device))
        .map(|found| look::netdevs(&found, &look::REPRESENTORS))
        .unwrap_or_default();
    state
}
