// SPDX-License-Identifier: MIT OR Apache-2.0
//! What `--dry-run` shows: the plan of each device, which is what would run.

use super::Context;
use crate::{
    error::Failure,
    model::Handle,
    render::{Document, Plans},
    transaction::batch::{self, Goal},
};

/// Prints the plans; fails where something stands in the way of one.
pub(super) fn show(
    context: &Context,
    handles: &[Handle],
    goal: Goal,
) -> Result<(), Failure> {
    let plans = handles.iter().map(|handle| batch::plan(context.machine, handle, goal));
    let mut plans = plans.collect::<Result<Vec<_>, _>>()?;
    for plan in &mut plans {
        plan.findings.extend(batch::unfinished(context.machine, &plan.device));
    }
    let refused = plans.iter().filter_map(batch::refused).collect();
    match plans.as_slice() {
        [plan] => context.output.result(plan)?,
        _ => {
            let plans = Document::new("swdevctl/plans/v1", Plans { plans });
            context.output.result(&plans)?;
        }
    }
    context.output.failures(refused)
}
