// SPDX-License-Identifier: MIT OR Apache-2.0
//! Arguments of the verbs that change something.

use std::{rc::Rc, time::Duration};

use super::Output;
use crate::{
    error::Failure,
    model::Handle,
    plan::{CODES, Report},
    sys::Live,
    transaction::{
        Event, Observer, Terms,
        batch::{Batch, Goal},
    },
};

/// Arguments of verbs that plan a change.
#[derive(Debug, clap::Args)]
pub(super) struct Planned {
    /// Show the plan and change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Ignore findings with these codes.
    #[arg(long, value_name = "CODE", value_delimiter = ',', value_parser = CODES)]
    pub force: Vec<String>,
    #[command(flatten)]
    pub limits: Limits,
}

impl Planned {
    /// Makes a change of devices: a report for each that was begun, and what has failed.
    pub(super) fn make(
        &self,
        live: &Live,
        output: Output,
        handles: &[Handle],
        goal: Goal,
    ) -> (Vec<Report>, Vec<Failure>) {
        let observer = |event: Event| output.progress(&event);
        let terms = self.limits.terms(output, &observer);
        match Batch::check(live, handles, goal, &terms) {
            Ok(batch) => output.changes(batch, &terms),
            Err(failures) => (Vec::new(), failures),
        }
    }
}

/// Arguments of verbs that wait.
#[derive(Debug, clap::Args)]
pub(super) struct Limits {
    /// Time limit of the wait for another change of the same card, and of the wait for the
    /// representors of each device and their names.
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    timeout: u32,
    /// Time limit of the wait for the kernel to finish one request.
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    kernel_timeout: u32,
}

impl Limits {
    pub(super) fn terms<'a>(&self, output: Output, observer: Observer<'a>) -> Terms<'a> {
        let seconds = |seconds| Duration::from_secs(u64::from(seconds));
        Terms {
            limit: seconds(self.timeout),
            kernel_limit: seconds(self.kernel_timeout),
            waiting: Rc::new(move |text| output.waiting(text)),
            observer,
        }
    }
}
