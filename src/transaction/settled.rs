// SPDX-License-Identifier: MIT OR Apache-2.0
//! Devices that are as declared already, found with one look at the machine.

use std::time::Duration;

use super::{
    Terms,
    batch::{Declared, unfinished},
    together,
    wait::Waiter,
};
use crate::{
    desired::{self, Actual},
    model::Handle,
    plan::{Plan, Report, Request},
    survey::{self, declared, kept},
    sys::{Effects, Machine, Memo, lock},
};

/// What is to be told of the devices with which nothing is to be done: they are as declared,
/// and their representors have their names. Nobody is waited for: a device that somebody
/// changes at this moment, or that cannot be read, is none of them.
#[must_use]
pub fn settled(effects: &dyn Effects, declared: &Declared, terms: &Terms) -> Vec<Report> {
    let machine = effects.machine();
    let (mut locks, mut free) = (Vec::new(), Vec::new());
    for card in together::cards(machine, declared) {
        let names = card.iter().flat_map(|device| lock::names(machine, device)).collect();
        if let Ok(Some(taken)) = effects.lock(&names, Duration::ZERO, &|_| {}) {
            locks.push(taken);
            free.extend(card);
        }
    }
    let memo = Memo::new(machine);
    let of = |device: &Handle| report(effects, &memo, device, declared, terms);
    free.iter().filter_map(of).collect()
}

fn report(
    effects: &dyn Effects,
    machine: &dyn Machine,
    device: &Handle,
    declared: &Declared,
    terms: &Terms,
) -> Option<Report> {
    let wanted = declared.wanted.get(device)?;
    if unfinished(machine, device).is_some() {
        return None;
    }
    let snapshot = survey::snapshot(machine, device).ok()?;
    let params = declared::params(machine, device, wanted);
    let actual = Actual { snapshot: &snapshot, params: &params };
    let request = Request::declared(wanted, &snapshot, &params, &declared.force);
    let stash = kept::stash(machine, device, request.mode);
    let plan = Plan::new(&snapshot, &request, stash.as_ref());
    if !plan.steps.is_empty() || !desired::difference(wanted, &actual).drifts.is_empty() {
        return None;
    }
    let waiter = Waiter::reading(effects, machine, device, terms).ok()?.keeping_names();
    let representors = waiter.ready(plan.to)?;
    Some(Report { representors, ..Report::planned(&plan, snapshot.state.vfs()) })
}
