// SPDX-License-Identifier: MIT OR Apache-2.0
//! Waits for required devices, and has each changed when it comes.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use super::{Args, Context, Survey, change::Applied};
use crate::{
    desired::{Config, Requirement, Subject, Wanted},
    error::{Failure, Kind},
    model::Handle,
    survey,
    sys::{Effects as _, Memo},
};

/// The time between two looks while things happen, at least.
const PAUSE: Duration = Duration::from_millis(200);

/// The requirements that these devices do not meet.
pub(super) fn missing(
    config: &Config,
    subjects: &[Subject],
) -> impl Iterator<Item = Requirement> {
    config.requirements().into_iter().filter(|of| !of.is_met(subjects))
}

impl Args {
    /// Has the devices changed that are there, and then those that come, until each
    /// required one is there or its time is over.
    pub(super) fn apply_required(
        &self,
        context: &Context,
        config: &Config,
        mut machine: Survey,
        change: &dyn Fn(BTreeMap<Handle, Wanted>, &mut Applied),
        applied: &mut Applied,
    ) -> Result<(), Failure> {
        let live = context.live()?;
        let began = Instant::now();
        let events = live.events().map_err(|error| survey::machine_unread(&error))?;
        let (mut tried, mut told) = (Vec::new(), String::new());
        loop {
            machine.wanted.retain(|handle, _| !tried.contains(handle));
            tried.extend(machine.wanted.keys().cloned());
            change(machine.wanted, applied);
            let waited = began.elapsed();
            let missing: Vec<_> = missing(config, &machine.subjects).collect();
            let last =
                missing.iter().map(|of| of.wait).filter(|wait| *wait > waited).max();
            let Some(last) = last else {
                applied.failures.extend(missing.iter().map(not_there));
                return Ok(());
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
            machine = Survey::new(context, &Memo::new(live), config, &[])
                .map_err(|failure| failure.state("nothing more was changed"))?;
        }
    }
}

fn not_there(requirement: &Requirement) -> Failure {
    let seconds = requirement.wait.as_secs_f32();
    Failure::new(Kind::NotFound, format!("{requirement}, is not there after {seconds} s"))
        .hint("check that the card is in the machine (lspci) and that its driver is loaded (dmesg)")
}
