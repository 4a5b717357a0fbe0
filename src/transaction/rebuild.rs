// SPDX-License-Identifier: MIT OR Apache-2.0
//! Rebuilds an eswitch that a failed change has left broken: as the change's journal has
//! it or, where there is none, as far as it can be read.

use super::{
    Recovered, Terms,
    change::Transaction,
    journal::{Found, Header, Journals},
    lock, start_worker, verify,
};
use crate::{
    error::Failure,
    model::{Handle, State},
    plan::Plan,
    survey::{self, mode},
    sys::{Live, Machine as _},
};

/// The plan of a rebuild; none where nothing shows that the eswitch is broken.
pub fn plan(machine: &Live, device: &Handle) -> Result<Option<Plan>, Failure> {
    let damage = verify::damage_of(machine, device);
    if damage.is_empty() {
        return Ok(None);
    }
    let (now, _) = mode(machine, device)?;
    let gone = damage.iter().any(|damage| damage.uplink_gone);
    let kernel = survey::release(&machine.kernel());
    Ok(Some(Plan::rebuild(&before(machine, device)?, now, kernel, gone)))
}

/// The state to rebuild.
fn before(machine: &Live, device: &Handle) -> Result<State, Failure> {
    match Journals::new().find(device) {
        Found::Change(change) => Ok(change.0.state),
        _ => Ok(survey::snapshot(machine, device)?.state),
    }
}

/// Rebuilds one device.
pub fn rebuild(
    machine: &Live,
    device: &Handle,
    terms: &Terms,
) -> Result<Recovered, Failure> {
    // One that was cut short goes on.
    if let Found::Change(change) = Journals::new().find(device) {
        if change.0.rebuild {
            return super::recover(machine, device, terms);
        }
    }
    let locks = lock(machine, std::slice::from_ref(device), terms)?;
    start_worker(machine, &locks, terms)?;
    let Some(plan) = plan(machine, device)? else { return Ok(Recovered::Nothing) };
    let header = Header::new(machine, plan, true);
    let to = header.to;
    Transaction::begin(machine, device, header, terms)
        .map_err(|failure| {
            if failure.state.is_some() {
                failure
            } else {
                failure.state("nothing was changed")
            }
        })?
        .finish()?;
    Ok(Recovered::Rebuilt(to))
}
