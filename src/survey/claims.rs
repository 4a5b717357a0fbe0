// SPDX-License-Identifier: MIT OR Apache-2.0
//! What other programs set of a device's SR-IOV.

use crate::{
    desired::{Claims, Subject, claims},
    model::{Claim, Snapshot},
    sys::{Machine, others},
};

/// What files of other programs claim of a device.
#[must_use]
pub fn of(machine: &dyn Machine, snapshot: &Snapshot) -> Vec<Claim> {
    let subject = Subject::of_snapshot(snapshot);
    let excerpts = others::excerpts(machine.host(), &|program, file| {
        serde_json::to_string(&claims(program, file)).unwrap_or_default()
    });
    let all = excerpts.iter().filter_map(|text| {
        // A capture may have something else there.
        serde_json::from_str::<Vec<Claims>>(text).ok()
    });
    let all: Vec<Claims> = all.flatten().collect();
    let found: Vec<Claim> = all.iter().flat_map(|of| of.of(&subject)).cloned().collect();
    log::debug!(
        "claims: {} of {} files -> {}",
        subject.handle,
        excerpts.len(),
        found.len()
    );
    found
}
