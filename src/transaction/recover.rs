// SPDX-License-Identifier: MIT OR Apache-2.0
//! Finishes a change that was cut short: to its end if the mode was reached, or else
//! back to where it began.

use std::time::{Duration, Instant};

use serde::Serialize;

use crate::{
    error::{Failure, Kind},
    model::{EswitchMode, Handle},
    plan::Action,
    sys::{Live, Machine as _},
};

use super::{
    Observer, Transaction,
    journal::{self, Header, Progress},
    lock, mode, performer, unjournaled,
};

/// What has become of a change that was cut short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recovered {
    /// The device is as the change was to leave it.
    Finished(EswitchMode),
    /// The device is as it was before the change.
    Undone(EswitchMode),
    /// There was nothing to recover.
    Nothing,
    /// The change was of another boot, or its device has gone: nothing is left of it.
    Void,
}

/// Recovers one device.
pub fn recover(
    machine: &Live,
    device: &Handle,
    limit: Duration,
    observer: Observer<'_>,
) -> Result<Recovered, Failure> {
    let deadline = Instant::now() + limit;
    let unread = |error| unjournaled(device, &error);
    if !journal::exists(device) {
        return Ok(Recovered::Nothing);
    }
    // Whoever still works on it removes it before.
    let _locks = lock(machine, std::slice::from_ref(device), deadline)?;
    let Some((journal, header, progress)) = journal::find(device).map_err(unread)? else {
        return Ok(Recovered::Nothing);
    };
    let here = device.sysfs_path().is_some_and(|path| machine.list(&path).is_ok());
    if header.boot != journal::boot() || !here {
        journal.remove().map_err(unread)?;
        return Ok(Recovered::Void);
    }
    // Each of these waits for the kernel to be done with what it was asked for.
    let path = device.sysfs_path().unwrap_or_default();
    let _ = machine.text(&format!("{path}/sriov_numvfs"));
    let (now, _) = mode(machine, device)?;
    let onward = !progress.undoing && is_reached(&header, progress, now);
    let (before, to) = (header.state.mode, header.to);
    let performer = performer(machine, device, deadline)?;
    let transaction = Transaction { performer, header, journal, progress, observer };
    if onward {
        transaction.finish()?;
        return Ok(Recovered::Finished(to));
    }
    let cut_short =
        Failure::new(Kind::Failed, format!("the change of {device} was cut short"));
    match transaction.undo(cut_short.on(device)) {
        failure if failure.kind == Kind::Failed => Ok(Recovered::Undone(before)),
        failure => Err(failure),
    }
}

/// Whether the last of the steps that make the new state has been reached, so that
/// only the rest of the plan is left.
fn is_reached(header: &Header, progress: Progress, now: EswitchMode) -> bool {
    let shapes = |action: &Action| {
        matches!(action, Action::SetMode { .. } | Action::SetVfs { .. })
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
