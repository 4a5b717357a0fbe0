// SPDX-License-Identifier: MIT OR Apache-2.0
//! Completes or rolls back a change that was interrupted: to its end if the mode was
//! reached, or else to where it began.

use super::{
    Terms,
    change::Transaction,
    journal::{Found, Header, Journal, Journals, Progress},
    lock,
    perform::Performer,
    rollback::restore_autoprobe,
    start_worker, stash, still_journaled, unjournaled, verify,
};
use crate::{
    error::{Failure, Kind},
    model::{DamageKind, EswitchMode, Handle, Recovered},
    plan::Action,
    survey,
    sys::{Effects, Machine, lock::Locks, pci},
};

/// Recovers one device.
pub fn recover(
    effects: &dyn Effects,
    device: &Handle,
    terms: &Terms,
) -> Result<Recovered, Failure> {
    let machine = effects.machine();
    let Some((journals, locks)) = journal_under_lock(effects, device, terms)? else {
        return Ok(Recovered::Nothing);
    };
    let journal = journals.open(device);
    let (header, progress) = match journals.find(machine, device) {
        Found::None => return Ok(Recovered::Nothing),
        Found::OtherBoot => return void(journal, device),
        Found::Unreadable(why) => {
            return Err(unreadable(machine, journals, device, &why));
        }
        Found::Change(change) => *change,
    };
    if !is_same_device(machine, &header) {
        return void(journal, device);
    }
    if pci::driver_of(machine, device) != header.state.driver {
        restore_autoprobe(effects, &header.state);
        return void(journal, device);
    }
    let _worker = start_worker(effects, &locks, terms)?;
    // Each of these waits for the kernel to be done with what it was asked for.
    let path = device.sysfs_path().unwrap_or_default();
    let _ = effects.wait_for_kernel(&format!("{path}/sriov_numvfs"));
    let now = survey::eswitch(machine, device)
        .map_err(|failure| not_recovered(failure, device))?
        .mode;
    if !header.rebuild && verify::is_broken(machine, device) {
        return Err(broken(machine, device));
    }
    let onward = !progress.undoing && is_reached(&header, progress, now);
    let (before, to) = (header.state.eswitch.mode, header.to);
    let mut performer = Performer::new(effects, device, terms)?;
    performer.waiter.adopt(&activated(&header))?;
    let observer = terms.observer;
    let transaction =
        Transaction { performer, header, journal, progress, observer, incomplete: None };
    if transaction.header.rebuild {
        transaction.finish()?;
        return Ok(Recovered::Rebuilt(to));
    }
    if onward {
        return match transaction.finish() {
            Ok(outcome) => {
                for note in outcome.notes {
                    log::warn!("{device}: {note}");
                }
                Ok(Recovered::Finished(to))
            }
            Err(failure) if failure.kind == Kind::Failed => {
                log::warn!("{device}: rolled back: {}", failure.message);
                Ok(Recovered::Undone(before))
            }
            Err(failure) => Err(failure),
        };
    }
    let cut_short =
        Failure::new(Kind::Failed, format!("the change of {device} was interrupted"));
    match transaction.undo(cut_short.on(device)) {
        failure if failure.kind == Kind::Failed => Ok(Recovered::Undone(before)),
        failure => Err(failure),
    }
}

/// Sets the journal of a device aside, readable or not, or where there is none its stash,
/// and leaves the device as it is.
pub fn discard(
    effects: &dyn Effects,
    device: &Handle,
    terms: &Terms,
) -> Result<Recovered, Failure> {
    let aside = match journal_under_lock(effects, device, terms)? {
        Some((journals, _locks)) => journals.discard(device).map(Some),
        None if stash::exists(effects.storage(), device) => {
            let _locks = lock(effects, std::slice::from_ref(device), terms)?;
            stash::discard(effects.storage(), device)
        }
        None => Ok(None),
    };
    let aside = aside.map_err(|error| unjournaled(device, &error))?;
    Ok(aside.map_or(Recovered::Nothing, Recovered::Discarded))
}

/// The journals, with the lock of a device that has one: whoever still works on the
/// device has ended then, and may have removed it.
fn journal_under_lock<'a>(
    effects: &'a dyn Effects,
    device: &Handle,
    terms: &Terms,
) -> Result<Option<(Journals<'a>, Locks)>, Failure> {
    let journals = Journals::of(effects.storage());
    if !journals.exists(device) {
        return Ok(None);
    }
    let locks = lock(effects, std::slice::from_ref(device), terms)?;
    Ok(journals.exists(device).then_some((journals, locks)))
}

/// A device that another mode set would damage further.
pub(super) fn broken(machine: &dyn Machine, device: &Handle) -> Failure {
    let damage = verify::damage_of(machine, device);
    let remedy = damage.iter().map(|damage| damage.kind).max();
    let evidence: Vec<String> = damage.into_iter().map(|of| of.evidence).collect();
    Failure::new(
        Kind::NotUndone,
        format!("a failed change has left the eswitch of {device} broken"),
    )
    .on(device)
    .state(evidence.join("; "))
    .hint(remedy.unwrap_or(DamageKind::Forwarding).remedy(device))
}

/// Nothing is left of what the journal is about.
fn void(journal: Journal, device: &Handle) -> Result<Recovered, Failure> {
    match journal.remove() {
        Ok(()) => Ok(Recovered::Void),
        Err(error) => Err(still_journaled(device, &error)),
    }
}

/// Whether it is still the device of the change, not another one in its place.
fn is_same_device(machine: &dyn Machine, header: &Header) -> bool {
    let folder = header.state.device.sysfs_path();
    let instance = folder.and_then(|folder| machine.instance(&folder));
    instance.is_some() && instance == header.instance
}

/// The journal says nothing that can be acted on.
fn unreadable(
    machine: &dyn Machine,
    journals: Journals,
    device: &Handle,
    why: &str,
) -> Failure {
    let mode = survey::eswitch(machine, device)
        .map_or("unknown".into(), |eswitch| eswitch.mode.to_string());
    let sriov = pci::sriov(machine, device, 0);
    let autoprobe = match sriov.and_then(|sriov| sriov.autoprobe) {
        Some(false) => ", new VFs get no driver (sriov_drivers_autoprobe is 0)",
        _ => "",
    };
    Failure::new(
        Kind::NotUndone,
        format!("the journal of {device} cannot be used: {why}"),
    )
    .on(device)
    .state(format!(
        "{device} is in mode {mode} with {} VFs{autoprobe}; the journal is {}",
        pci::number_of_vfs(machine, device),
        journals.path(device).display()
    ))
    .hint(format!(
        "check the mode and the VFs, and correct them where needed; then set the journal aside with \"swdevctl recover --discard {device}\""
    ))
}

/// A failure before anything was recovered.
fn not_recovered(failure: Failure, device: &Handle) -> Failure {
    let kind = match failure.kind {
        Kind::NotPermitted => Kind::NotPermitted,
        _ => Kind::NotUndone,
    };
    Failure { kind, ..failure }.state(format!(
        "the change of {device} is still unfinished, and its journal is kept"
    ))
}

/// The SFs of this host that the change activates.
fn activated(header: &Header) -> Vec<u32> {
    let states = header.steps.iter().filter_map(|step| match &step.action {
        Action::SetSfStates { to, .. } => Some(to),
        _ => None,
    });
    let here = states.flatten().filter(|sf| sf.key.place.controller == 0);
    here.filter_map(|sf| sf.key.place.sf).collect()
}

/// Whether the last of the steps that make the new state has been reached, so that
/// only the rest of the plan is left.
fn is_reached(header: &Header, progress: Progress, now: EswitchMode) -> bool {
    let shapes = |action: &Action| {
        matches!(
            action,
            Action::SetMode { .. }
                | Action::SetVfs { .. }
                | Action::AddSfs { .. }
                | Action::RemoveSfs { .. }
        )
    };
    // bnxt goes to legacy first where it has to change its VFs.
    let mode_step = header
        .steps
        .iter()
        .rposition(|step| matches!(step.action, Action::SetMode { .. }));
    match mode_step {
        Some(at) => progress.begun > at && now == header.to,
        None => {
            let last = header.steps.iter().rposition(|step| shapes(&step.action));
            last.is_some_and(|last| progress.done > last)
        }
    }
}
