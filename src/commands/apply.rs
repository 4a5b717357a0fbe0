// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl apply`.

use std::collections::BTreeMap;

use super::{Context, Planned, config};
use crate::{
    desired::{BindVfs, Config, Wanted},
    error::{Failure, Kind},
    model::{Handle, Inventory, RecoveredDevice},
    render::{Devices, Document, Plans, Recoveries, Text as _},
    survey::{self, declared, select},
    sys::{Live, Machine},
    transaction::{
        self, Event, Terms,
        batch::{self, Batch, Goal},
        journal::Journals,
    },
};

/// Arguments of `apply`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Devices to change [default: all with a declared state]
    #[arg(value_name = "DEVICE")]
    devices: Vec<String>,
    /// Read this file instead of the system's files; several files count in this order.
    #[arg(long, value_name = "FILE")]
    file: Vec<String>,
    /// Only compare; exit code 8 if a device is not as declared.
    #[arg(long, conflicts_with_all = ["dry_run", "force"])]
    check: bool,
    #[command(flatten)]
    change: Planned,
}

impl Args {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let files = config::files(context, &self.file)?;
        if files.is_empty() {
            let text = "nothing is declared: there is no /etc/swdevctl/swdevctl.toml";
            context.output.warning(text);
        }
        let config = config::declared(&files, &context.output)?;
        let handles = select::devices(context.machine, &self.devices)?;
        let inventory = survey::devices_or_all(context.machine, &handles)?;
        context.warnings(&inventory);
        if self.check {
            return self.compare(context, &config, &inventory);
        }
        let wanted = declared::wanted(context.machine, &config, &inventory)
            .map_err(|errors| config::all_errors(errors, &context.output))?;
        let wanted = wanted.into_iter().map(|(of, wanted)| (of.handle, wanted));
        let mut wanted: BTreeMap<Handle, Wanted> = wanted.collect();
        wanted.retain(|_, wanted| !wanted.is_empty());
        for handle in handles.iter().filter(|handle| !wanted.contains_key(handle)) {
            context.output.warning(&format!("nothing is declared for {handle}"));
        }
        wanted.iter().for_each(|(handle, wanted)| ignored(context, handle, wanted));
        match self.change.dry_run {
            true => self.plan(context, &wanted),
            false => self.apply(context, context.live()?, &wanted),
        }
    }

    /// Prints what differs.
    fn compare(
        &self,
        context: &Context,
        config: &Config,
        inventory: &Inventory,
    ) -> Result<(), Failure> {
        let all = self.devices.is_empty();
        let state = declared::state(context.machine, config, inventory, all)
            .map_err(|errors| config::all_errors(errors, &context.output))?;
        let devices = Devices { devices: state.devices };
        context.output.result(&Document::new("swdevctl/drift/v1", &devices))?;
        let failures = devices.devices.iter().filter_map(|device| {
            let handle = &device.handle;
            match device.drift.as_deref() {
                Some([]) => None,
                Some(_) => Some(differs(handle, "it is not as declared")),
                None if device.values.is_empty() => None,
                None => {
                    let message = format!("the present state of {handle} cannot be read");
                    Some(Failure::new(Kind::Failed, message).on(handle))
                }
            }
        });
        context.output.failures(failures.collect())
    }

    /// Prints the plan of each device.
    fn plan(
        &self,
        context: &Context,
        wanted: &BTreeMap<Handle, Wanted>,
    ) -> Result<(), Failure> {
        let goal = Goal::Declared(wanted, &self.change.force);
        let (mut plans, mut failures) = (Vec::new(), Vec::new());
        for handle in wanted.keys() {
            match batch::plan(context.machine, handle, goal) {
                Ok(plan) => plans.push(plan),
                Err(failure) => failures.push(failure),
            }
        }
        for plan in &mut plans {
            plan.findings.extend(batch::unfinished(context.machine, &plan.device));
        }
        failures.extend(plans.iter().filter_map(batch::refused));
        context.output.result(&Document::new("swdevctl/plans/v1", Plans { plans }))?;
        context.output.failures(failures)
    }

    fn apply(
        &self,
        context: &Context,
        live: &Live,
        wanted: &BTreeMap<Handle, Wanted>,
    ) -> Result<(), Failure> {
        let output = context.output;
        let handles: Vec<Handle> = wanted.keys().cloned().collect();
        let observer = |event: Event| output.progress(&event);
        let terms = self.change.limits.terms(output, &observer);
        let goal = Goal::Declared(wanted, &self.change.force);
        recover(live, &handles, &terms, context)?;
        let batch = match Batch::check(live, &handles, goal, &terms) {
            Ok(batch) => batch,
            Err(failures) => return output.failures(failures),
        };
        let (devices, mut failures) = output.changes(batch, &terms);
        for report in &devices {
            failures.extend(remaining(live, &report.handle, wanted));
        }
        output.report(&Document::new("swdevctl/apply/v1", Devices { devices }));
        output.failures(failures)
    }
}

/// Finishes or rolls back what an earlier change has left half done.
fn recover(
    live: &Live,
    handles: &[Handle],
    terms: &Terms,
    context: &Context,
) -> Result<(), Failure> {
    let journals = Journals::new();
    let (mut devices, mut failures) = (Vec::new(), Vec::new());
    for handle in handles.iter().filter(|handle| journals.exists(handle)) {
        match transaction::recover(live, handle, terms) {
            Ok(recovered) => {
                devices.push(RecoveredDevice { handle: handle.clone(), recovered });
            }
            Err(failure) => failures.push(failure),
        }
    }
    if !devices.is_empty() {
        let told = Recoveries { devices, failed: !failures.is_empty() }.to_text();
        context.output.note(told.trim_end());
    }
    context.output.failures(failures)
}

/// What is not as declared after all was done.
fn remaining(
    machine: &dyn Machine,
    handle: &Handle,
    wanted: &BTreeMap<Handle, Wanted>,
) -> Option<Failure> {
    let drifts = match declared::difference(machine, handle, wanted.get(handle)?) {
        Ok(difference) => difference.drifts,
        Err(failure) => return Some(failure),
    };
    let drifts: Vec<String> = drifts.iter().map(ToString::to_string).collect();
    (!drifts.is_empty()).then(|| differs(handle, &drifts.join("; ")))
}

fn differs(handle: &Handle, how: &str) -> Failure {
    Failure::new(Kind::Drift, format!("{handle}: {how}"))
        .on(handle)
        .state("whatever else is declared for it is so")
        .hint(format!(
            "\"swdevctl config explain {handle}\" shows each value with its line"
        ))
}

/// Tells of keys that are read and not acted on.
fn ignored(context: &Context, handle: &Handle, wanted: &Wanted) {
    let keys = &wanted.keys;
    let late = keys.bind_vfs.as_ref().filter(|of| of.value == BindVfs::AfterLag);
    let ignored = [
        ("group", keys.group.is_some()),
        ("activate", keys.activate.is_some()),
        ("bind_vfs", late.is_some()),
        ("wait", keys.wait.is_some()),
    ];
    for (key, _) in ignored.into_iter().filter(|(_, declared)| *declared) {
        let text =
            format!("{handle}: {key} is declared, but has no effect in this version");
        context.output.warning(&text);
    }
}
