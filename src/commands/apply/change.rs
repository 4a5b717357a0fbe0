// SPDX-License-Identifier: MIT OR Apache-2.0
//! Brings devices to their declared state.

use std::collections::{BTreeMap, BTreeSet};

use super::{Args, Context, Survey, differs, required::apply_required};
use crate::{
    desired::{self, Config, Wanted},
    error::Failure,
    model::{Handle, RecoveredDevice},
    plan::Report,
    render::{Devices, Document, Recoveries, Text as _},
    survey::{declared, kept},
    sys::{Live, Machine, storage},
    transaction::{
        self, Event, Terms,
        batch::{self, Batch, Declared, Goal},
        journal::Journals,
        settled, together,
    },
};

/// What has become of devices so far.
#[derive(Default)]
struct Applied {
    reports: Vec<Report>,
    failures: Vec<Failure>,
}

impl Args {
    /// Changes the devices that are there, and then those that are required as they come.
    pub(super) fn apply(
        &self,
        context: &Context,
        config: &Config,
        handles: &[Handle],
        machine: Survey,
    ) -> Result<(), Failure> {
        let live = context.live()?;
        let output = context.output;
        let observer = |event: Event| output.progress(&event);
        let terms = self.change.limits.terms(output, &observer);
        let mut applied = Applied::default();
        let mut change = |wanted: BTreeMap<Handle, Wanted>| {
            let mut declared = self.goal(live, wanted);
            for report in settled::settled(live, &declared, &terms) {
                declared.wanted.remove(&report.handle);
                applied.reports.push(report);
            }
            for card in together::cards(live, &declared) {
                apply(context, live, &card, &declared, &terms, &mut applied);
            }
        };
        let absent = apply_required(context, config, handles, machine, &mut change);
        applied.failures.extend(absent.unwrap_or_else(|failure| vec![failure]));
        let Applied { reports: mut devices, failures } = applied;
        devices.sort_by(|one, other| one.handle.cmp(&other.handle));
        output.report(&Document::new("swdevctl/apply/v1", Devices { devices }));
        output.failures(failures)
    }
}

/// Changes the devices of one card, or of cards that belong together.
fn apply(
    context: &Context,
    live: &Live,
    card: &BTreeSet<Handle>,
    declared: &Declared,
    terms: &Terms,
    applied: &mut Applied,
) {
    let handles = recover(context, live, card, terms, &mut applied.failures);
    let batch = match Batch::check(live, &handles, Goal::Declared(declared), terms) {
        Ok(batch) => batch,
        Err(mut failures) => return applied.failures.append(&mut failures),
    };
    let (mut reports, mut failures) = context.output.changes(batch, terms);
    for Report { handle, changed, .. } in &reports {
        match remaining(live, handle, declared) {
            Some(failure) => failures.push(failure),
            None if *changed || kept::applied(live, handle).is_none() => {
                note_applied(handle);
            }
            None => {}
        }
    }
    applied.reports.append(&mut reports);
    applied.failures.append(&mut failures);
}

/// Notes when this was, for the inventory; that it cannot be noted harms nothing else.
fn note_applied(handle: &Handle) {
    if let Err(error) = transaction::applied::note(&storage::RUN, handle) {
        log::warn!("{handle}: cannot note when it was made as declared: {error}");
    }
}

/// Finishes or rolls back what an earlier change has left half done, and returns the
/// devices with which that went well.
fn recover(
    context: &Context,
    live: &Live,
    handles: &BTreeSet<Handle>,
    terms: &Terms,
    failures: &mut Vec<Failure>,
) -> Vec<Handle> {
    let journals = Journals::new();
    let (interrupted, mut ready): (Vec<_>, Vec<_>) =
        handles.iter().cloned().partition(|handle| journals.exists(handle));
    let mut devices = Vec::new();
    let before = failures.len();
    for handle in interrupted {
        match transaction::recover(live, &handle, terms) {
            Ok(recovered) => {
                devices.push(RecoveredDevice { handle: handle.clone(), recovered });
                ready.push(handle);
            }
            Err(failure) => failures.push(failure),
        }
    }
    if !devices.is_empty() {
        let told = Recoveries { devices, failed: failures.len() > before }.to_text();
        context.output.note(told.trim_end());
    }
    ready
}

/// What is not as declared after all was done.
fn remaining(
    machine: &dyn Machine,
    handle: &Handle,
    declared: &Declared,
) -> Option<Failure> {
    let wanted = declared.wanted.get(handle)?;
    let drifts = match declared::difference(machine, handle, wanted) {
        Ok(difference) => difference.drifts,
        Err(failure) => return Some(failure),
    };
    let drifts = desired::merged(&drifts);
    let drifts: Vec<String> =
        drifts.into_iter().map(|(what, drift)| drift.text(&what)).collect();
    if drifts.is_empty() {
        return None;
    }
    let failure = differs(handle, &drifts.join("; "));
    match batch::plan(machine, handle, Goal::Declared(declared)) {
        Ok(plan) if plan.steps.is_empty() => Some(failure.state(format!(
            "whatever else is declared for it is so; its driver does not take this in mode {}",
            plan.to
        ))),
        _ => Some(failure),
    }
}
