// SPDX-License-Identifier: MIT OR Apache-2.0
//! Rebuilds an eswitch that a failed change has left broken: as the change's journal has
//! it or, where there is none, as far as it can be read.

use super::{
    Terms,
    change::Transaction,
    journal::{Found, Header, Journals},
    lock,
    recover::broken,
    start_worker, verify,
};
use crate::{
    error::Failure,
    model::{DamageKind, Handle, Recovered, State},
    plan::{Plan, Remains},
    survey,
    sys::{Effects, pci},
};

/// The plan of a rebuild; none where nothing shows that the eswitch is broken.
pub fn plan(effects: &dyn Effects, device: &Handle) -> Result<Option<Plan>, Failure> {
    let machine = effects.machine();
    let damage = verify::damage_of(machine, device);
    if damage.is_empty() {
        return Ok(None);
    }
    if verify::is_stale(machine, device) {
        return Err(broken(machine, device));
    }
    let kernel = survey::release(&machine.host().kernel());
    let left = Remains {
        mode: survey::eswitch(machine, device)?.mode,
        vfs: pci::number_of_vfs(machine, device),
        autoprobe: pci::sriov(machine, device, 0).and_then(|of| of.autoprobe),
        reload: damage.iter().any(|damage| damage.kind > DamageKind::Forwarding),
    };
    Ok(Some(Plan::rebuild(&before(effects, device)?, &left, kernel)))
}

/// The state to rebuild.
fn before(effects: &dyn Effects, device: &Handle) -> Result<State, Failure> {
    match Journals::of(effects.storage()).find(effects.machine(), device) {
        Found::Change(change) => Ok(change.0.state),
        _ => Ok(survey::snapshot(effects.machine(), device)?.state),
    }
}

/// Rebuilds one device.
pub fn rebuild(
    effects: &dyn Effects,
    device: &Handle,
    terms: &Terms,
) -> Result<Recovered, Failure> {
    // A rebuild that was interrupted continues.
    let journals = Journals::of(effects.storage());
    if let Found::Change(change) = journals.find(effects.machine(), device) {
        if change.0.rebuild {
            return super::recover(effects, device, terms);
        }
    }
    let locks = lock(effects, std::slice::from_ref(device), terms)?;
    let _worker = start_worker(effects, &locks, terms)?;
    let Some(plan) = plan(effects, device)? else { return Ok(Recovered::Nothing) };
    let header = Header::new(effects.machine(), plan, true);
    let to = header.to;
    Transaction::begin(effects, device, header, terms)
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
