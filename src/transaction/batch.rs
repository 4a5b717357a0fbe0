// SPDX-License-Identifier: MIT OR Apache-2.0
//! Changes of several devices: all are checked before any is touched, and all are
//! switched before any is waited for.

use super::{
    Outcome, Terms,
    change::Transaction,
    journal::{Header, Journals},
    perform::Performer,
    start_worker,
};
use crate::{
    error::{Failure, Kind},
    model::{EswitchMode, Handle},
    plan::{Finding, Plan, Severity},
    sys::{Effects, lock::Locks},
};

/// One device of a batch that was checked.
pub struct Change {
    /// The device.
    pub device: Handle,
    /// The mode that it is to have.
    pub to: EswitchMode,
    /// What is to be done; none where it is in the mode already.
    pub plan: Option<Plan>,
}

/// What stands in the way of any change of a device: an earlier one that was cut short.
#[must_use]
pub fn unfinished(device: &Handle) -> Option<Finding> {
    let journals = Journals::new();
    journals.exists(device).then(|| Finding {
        code: "change-unfinished",
        severity: Severity::Refuse,
        message: "an earlier change was cut short".into(),
        evidence: vec![journals.path(device).display().to_string()],
        remedy: format!("complete or roll it back first: \"swdevctl recover {device}\""),
        can_be_forced: false,
    })
}

/// Makes the changes, and returns what has become of each. The caller holds the locks.
#[must_use]
pub fn run(
    effects: &dyn Effects,
    changes: &[Change],
    locks: &Locks,
    terms: &Terms,
) -> Vec<Result<Outcome, Failure>> {
    if changes.iter().any(|change| change.plan.is_some()) {
        if let Err(failure) = start_worker(effects, locks, terms) {
            return changes
                .iter()
                .map(|change| Err(failure.clone().on(&change.device)))
                .collect();
        }
    }
    let switched: Vec<_> =
        changes.iter().map(|change| switch(effects, change, terms).transpose()).collect();
    let finished =
        switched.into_iter().zip(changes).map(|(switched, change)| match switched {
            Some(transaction) => transaction?.finish(),
            None => wait(effects, change, terms),
        });
    finished.collect()
}

/// Runs the part of the plan that switches; the representors are still to come.
fn switch<'a>(
    effects: &'a dyn Effects,
    change: &'a Change,
    terms: &Terms<'a>,
) -> Result<Option<Transaction<'a>>, Failure> {
    let (device, Some(plan)) = (&change.device, &change.plan) else { return Ok(None) };
    if effects.interrupts() > 0 {
        let message = format!("interrupted before {device} was changed");
        return Err(Failure::new(Kind::Failed, message)
            .on(device)
            .state("nothing was changed"));
    }
    let header = Header::new(effects.machine(), plan.clone(), false);
    Transaction::begin(effects, device, header, terms)?.switch().map(Some)
}

/// Waits until a device that is in a mode already has its representors and their names.
fn wait(
    effects: &dyn Effects,
    change: &Change,
    terms: &Terms,
) -> Result<Outcome, Failure> {
    let performer = Performer::new(effects, &change.device, terms)?;
    let deadline = effects.now() + terms.limit;
    let waiter = performer.waiter.keeping_names();
    let representors = waiter.wait(change.to, deadline, &|| Ok(()))?;
    Ok(Outcome { representors, kernel_message: None, notes: Vec::new() })
}
