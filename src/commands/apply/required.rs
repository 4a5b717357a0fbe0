// SPDX-License-Identifier: MIT OR Apache-2.0
//! Waits for required devices, and has each changed when it comes.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use super::{Context, Survey};
use crate::{
    desired::{Config, Requirement, Wanted},
    error::{Failure, Kind},
    model::Handle,
    survey,
    sys::{Effects as _, Live, Memo},
};

/// The time between two looks while things happen, at least.
const PAUSE: Duration = Duration::from_millis(200);

/// The required devices that are not there: of the whole machine or, where devices are
/// named, of their groups.
pub(super) fn missing(
    config: &Config,
    handles: &[Handle],
    machine: &Survey,
) -> Vec<Requirement> {
    let is_meant = |of: &Requirement| {
        handles.is_empty() || machine.wanted.values().any(|w| waits(w, of))
    };
    let mut all = config.requirements();
    all.retain(|of| !of.is_met(&machine.subjects) && is_meant(of));
    all
}

/// Whether a device is changed only together with the required one.
fn waits(wanted: &Wanted, required: &Requirement) -> bool {
    required.group.as_deref().is_some_and(|group| wanted.group() == Some(group))
}

/// Has the devices changed that are there, and then those that come, until each required
/// one is there or its time is over. A group is changed when those of its devices are there
/// that are required. Returns what is missing.
pub(super) fn apply_required(
    context: &Context,
    config: &Config,
    handles: &[Handle],
    mut machine: Survey,
    change: &mut dyn FnMut(BTreeMap<Handle, Wanted>),
) -> Result<Vec<Failure>, Failure> {
    let live = context.live()?;
    let began = Instant::now();
    let events = live.events().map_err(|error| survey::machine_unread(&error))?;
    let (mut tried, mut told) = (Vec::new(), String::new());
    loop {
        let missing = missing(config, handles, &machine);
        let is_held = |wanted: &Wanted| missing.iter().any(|of| waits(wanted, of));
        machine.wanted.retain(|handle, _| !tried.contains(handle));
        let (held, ready): (BTreeMap<_, _>, BTreeMap<_, _>) =
            machine.wanted.into_iter().partition(|(_, wanted)| is_held(wanted));
        tried.extend(ready.keys().cloned());
        change(ready);
        let waited = began.elapsed();
        let last = missing.iter().map(|of| of.wait).filter(|wait| *wait > waited).max();
        let Some(last) = last else {
            let absent = held.keys().map(held_back).chain(missing.iter().map(not_there));
            return Ok(absent.collect());
        };
        let names: Vec<String> = missing.iter().map(ToString::to_string).collect();
        let names = names.join("; ");
        if names != told {
            let left = (last - waited).as_secs();
            context.output.waiting(&format!("waiting for {names}: {left} s at most"));
            told = names;
        }
        let woken = events.wait(began + last, PAUSE);
        woken.map_err(|error| {
            Failure::new(Kind::Failed, format!("cannot wait for devices: {error}"))
        })?;
        survey::wait_until_probed(live, &[]);
        machine = look(context, live, config, handles)
            .map_err(|failure| failure.state("nothing more was changed"))?;
    }
}

/// The devices as they are now.
fn look(
    context: &Context,
    live: &Live,
    config: &Config,
    handles: &[Handle],
) -> Result<Survey, Failure> {
    let memo = Memo::new(live);
    let mut machine = Survey::new(context, &memo, config, handles)?;
    machine.add_groups(context, &memo, config, handles)?;
    Ok(machine)
}

fn held_back(device: &Handle) -> Failure {
    let message =
        format!("{device} is not changed: a required device of its group is not there");
    Failure::new(Kind::NotFound, message).on(device).state("nothing was changed")
}

fn not_there(requirement: &Requirement) -> Failure {
    let seconds = requirement.wait.as_secs_f32();
    Failure::new(Kind::NotFound, format!("{requirement}, is not there after {seconds} s"))
        .hint("check that the card is in the machine (lspci) and that its driver is loaded (dmesg)")
}
