// SPDX-License-Identifier: MIT OR Apache-2.0
//! Runs a plan: each step after its line in the journal is durable; what fails is
//! rolled back; what was interrupted is recovered.
//!
//! Ending signals are blocked meanwhile. The first one stops the change after the step
//! that is under way, and rolls it back; the second one leaves at once, and the journal
//! stays. Requests to the kernel are made by a process of their own, which neither
//! signals nor a kill of the command end.

pub mod applied;
pub mod batch;
pub mod broken;
mod change;
mod eswitch;
mod functions;
pub mod journal;
pub mod names;
mod perform;
mod rebuild;
mod recover;
mod refusal;
mod reload;
mod restore;
mod rollback;
mod settings;
pub mod settled;
mod sfs;
pub mod stash;
#[cfg(test)]
mod tests;
pub mod together;
mod verify;
mod vfs;
mod wait;

use std::{io, rc::Rc, time::Duration};

pub use rebuild::{plan as rebuild_plan, rebuild};
pub use recover::{discard, recover};

use crate::{
    error::{Failure, Kind},
    model::Handle,
    plan::Action,
    sys::{Effects, lock, storage::FOLDER},
};

/// How long a rollback waits for representors, at least and at most.
const ROLLBACK_TIMEOUT: (Duration, Duration) =
    (Duration::from_secs(30), Duration::from_secs(120));

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
    /// Whether the state before is being restored.
    pub undoing: bool,
    /// Whether the step is done; otherwise it begins.
    pub done: bool,
}

/// Callback for progress events.
pub type Observer<'a> = &'a dyn Fn(Event);

/// How long to wait, and who is told.
#[derive(Clone)]
pub struct Terms<'a> {
    /// The limit for others who change the same card, and for the representors of each
    /// device.
    pub limit: Duration,
    /// The limit for each request to the kernel.
    pub kernel_limit: Duration,
    /// Callback for what is waited for.
    pub waiting: Rc<dyn Fn(&str)>,
    /// Callback for progress events.
    pub observer: Observer<'a>,
}

/// Result of a completed change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How many representors there are.
    pub representors: usize,
    /// What the kernel said when the mode was set.
    pub kernel_message: Option<String>,
    /// What could not be restored.
    pub notes: Vec<String>,
}

/// Takes the locks of devices, all at once.
pub fn lock(
    effects: &dyn Effects,
    devices: &[Handle],
    terms: &Terms,
) -> Result<lock::Locks, Failure> {
    let machine = effects.machine();
    let names = devices.iter().flat_map(|device| lock::names(machine, device)).collect();
    let all: Vec<String> = devices.iter().map(ToString::to_string).collect();
    let all = all.join(", ");
    let failed = |kind, message: String| {
        Failure::new(kind, message).on(&all).state("nothing was changed")
    };
    let waiting = |_: &str| {
        let text = format!("waiting for another swdevctl that changes the card of {all}");
        (terms.waiting)(&text);
    };
    match effects.lock(&names, terms.limit, &waiting) {
        Ok(Some(locks)) => Ok(locks),
        Ok(None) => {
            let seconds = terms.limit.as_secs();
            let message = format!(
                "another swdevctl changes the card of {all}, and did not end within {seconds} s"
            );
            Err(failed(Kind::Failed, message)
                .hint("try again when it has ended, or wait longer with --timeout"))
        }
        Err(error) => {
            let denied = error.kind() == io::ErrorKind::PermissionDenied;
            let kind = if denied { Kind::NotPermitted } else { Kind::Failed };
            let mut failure = failed(kind, format!("cannot lock {all}: {error}"));
            failure.errno = error.raw_os_error();
            Err(if denied { failure.hint("run it as root") } else { failure })
        }
    }
}

/// The process that makes requests to the kernel, until this is dropped: it holds the
/// locks as well, and the next change of the same card needs them.
struct Worker<'a>(&'a dyn Effects);

impl Drop for Worker<'_> {
    fn drop(&mut self) {
        self.0.stop_worker();
    }
}

/// From now on a process of its own asks the kernel, and ending signals are blocked.
fn start_worker<'a>(
    effects: &'a dyn Effects,
    locks: &lock::Locks,
    terms: &Terms,
) -> Result<Worker<'a>, Failure> {
    let waiting = Rc::clone(&terms.waiting);
    let waiting = Box::new(move |text: &str| waiting(text));
    let started = effects.start_worker(locks, terms.kernel_limit, waiting);
    started.map_err(|error| {
        let message =
            format!("cannot start a process for requests to the kernel: {error}");
        Failure::new(Kind::Failed, message).state("nothing was changed")
    })?;
    Ok(Worker(effects))
}

/// A journal could not be written.
fn unjournaled(device: &Handle, error: &io::Error) -> Failure {
    let message = format!("cannot write the journal of {device}: {error}");
    Failure::new(Kind::Failed, message)
        .on(device)
        .hint(format!("{FOLDER} must be a folder that root alone can write to"))
}

/// A change is over, and its journal could not be removed.
fn still_journaled(device: &Handle, error: &io::Error) -> Failure {
    let message = format!("the journal of {device} cannot be removed: {error}");
    Failure::new(Kind::NotUndone, message).on(device).hint(format!(
        "when it can be, \"swdevctl recover --discard {device}\" sets it aside"
    ))
}
