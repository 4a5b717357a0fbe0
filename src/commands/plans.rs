// SPDX-License-Identifier: MIT OR Apache-2.0
//! What `--dry-run` shows: the plan of each device, which is what would run.

use super::Context;
use crate::{
    error::Failure,
    model::Handle,
    plan::Plan,
    render::{Document, Plans},
    transaction::batch::{self, Goal},
};

/// Prints the plans; fails where something stands in the way of one.
pub(super) fn show(
    context: &Context,
    handles: &[Handle],
    goal: Goal,
) -> Result<(), Failure> {
    let plans = handles.iter().map(|handle| of_device(context, handle, goal));
    let plans = plans.collect::<Result<Vec<_>, _>>()?;
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

/// The plan of a device. An earlier change that was interrupted stands in the way too.
pub(super) fn of_device(
    context: &Context,
    handle: &Handle,
    goal: Goal,
) -> Result<Plan, Failure> {
    let mut plan = batch::plan(context.machine, handle, goal)?;
    plan.findings.extend(batch::unfinished(context.machine, handle));
    Ok(plan)
}
