// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl apply`.

mod change;
mod check;
mod required;

use std::collections::BTreeMap;

use super::{Context, Planned, config, plans};
use crate::{
    desired::{Config, Origin, Subject, Wanted, merged},
    error::{Failure, Kind},
    model::{Handle, Inventory},
    render::{Document, Plans},
    survey::{self, declared, select},
    sys::Machine,
    transaction::{
        batch::{self, Declared, Goal},
        together,
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
        if !self.check && !self.change.dry_run {
            survey::wait_until_probed(context.machine, &handles);
        }
        let mut machine = Survey::new(context, context.machine, &config, &handles)?;
        if !self.check {
            machine.add_groups(context, context.machine, &config, &handles)?;
        }
        context.warnings(&machine.inventory);
        if handles.is_empty() {
            unmatched(context, &config, &machine.subjects);
        }
        if self.change.dry_run {
            for missing in required::missing(&config, &handles, &machine) {
                context.output.warning(&format!("{missing}, is not there"));
            }
        }
        for handle in handles.iter().filter(|handle| !machine.wanted.contains_key(handle))
        {
            // No warning: udev has each PF applied that comes.
            context.output.note(&format!("nothing is declared for {handle}"));
        }
        let is_named = |handle: &&Handle| handles.is_empty() || handles.contains(handle);
        for other in machine.wanted.keys().filter(|handle| !is_named(handle)) {
            context.output.note(&format!("{other} is of their group"));
        }
        machine
            .wanted
            .iter()
            .for_each(|(handle, wanted)| ignored(context, handle, wanted));
        match (self.check, self.change.dry_run) {
            (true, _) => self.compare(context, &config, &machine),
            (_, true) => self.plan(context, machine),
            _ => self.apply(context, &config, &handles, machine),
        }
    }

    /// Prints the plan of each device.
    fn plan(&self, context: &Context, machine: Survey) -> Result<(), Failure> {
        let declared = self.goal(context.machine, machine.wanted);
        let (mut planned, mut failures) = (Vec::new(), Vec::new());
        for handle in declared.wanted.keys() {
            match plans::of_device(context, handle, Goal::Declared(&declared)) {
                Ok(plan) => planned.push(plan),
                Err(failure) => failures.push(failure),
            }
        }
        for plan in &planned {
            impossible(context, &plan.device, &declared.wanted);
        }
        failures.extend(planned.iter().filter_map(batch::refused));
        let plans = Plans { plans: planned };
        context.output.result(&Document::new("swdevctl/plans/v1", plans))?;
        context.output.failures(failures)
    }

    /// What is declared for devices as the goal of a change.
    fn goal(&self, machine: &dyn Machine, wanted: BTreeMap<Handle, Wanted>) -> Declared {
        let groups = together::groups(machine, &wanted);
        Declared { wanted, groups, force: self.change.force.clone() }
    }
}

/// The devices of the machine at one time, and what is declared for them.
struct Survey {
    inventory: Inventory,
    subjects: Vec<Subject>,
    /// Devices for which something is declared.
    wanted: BTreeMap<Handle, Wanted>,
}

impl Survey {
    /// Reads these devices, or all where there are none.
    fn new(
        context: &Context,
        machine: &dyn Machine,
        config: &Config,
        handles: &[Handle],
    ) -> Result<Self, Failure> {
        let inventory = survey::devices_or_all(machine, handles)?;
        let all = declared::wanted(machine, config, &inventory)
            .map_err(|errors| config::all_errors(errors, &context.output))?;
        let (mut subjects, mut wanted) = (Vec::new(), BTreeMap::new());
        for (subject, keys) in all {
            if !keys.is_empty() {
                wanted.insert(subject.handle.clone(), keys);
            }
            subjects.push(subject);
        }
        Ok(Self { inventory, subjects, wanted })
    }

    /// Adds the devices that are changed all or none with these, where not all are meant.
    fn add_groups(
        &mut self,
        context: &Context,
        machine: &dyn Machine,
        config: &Config,
        handles: &[Handle],
    ) -> Result<(), Failure> {
        if handles.is_empty() {
            return Ok(());
        }
        let bonded = together::bonded(machine);
        let has_group = |(handle, wanted): (&Handle, &Wanted)| {
            wanted.group().is_some() || bonded.contains(handle)
        };
        if !self.wanted.iter().any(has_group) {
            return Ok(());
        }
        let Self { subjects, wanted: mut all, .. } =
            Self::new(context, machine, config, &[])?;
        self.subjects = subjects;
        for group in together::groups(machine, &all) {
            if !group.iter().any(|device| self.wanted.contains_key(device)) {
                continue;
            }
            let members = group.iter().filter_map(|member| all.remove_entry(member));
            self.wanted.extend(members);
        }
        Ok(())
    }
}

/// Tells of keys that cannot be acted on.
fn ignored(context: &Context, handle: &Handle, wanted: &Wanted) {
    // The kernel has no such attribute.
    let trusted = wanted.sfs().into_values().any(|(_, keys)| keys.trust.is_some());
    if trusted {
        let text = format!(
            "{handle}: trust is declared for SFs, but the kernel cannot set it for them"
        );
        context.output.warning(&text);
    }
}

/// Tells of sections that are for no device: one of a required device is told of when it
/// does not come.
fn unmatched(context: &Context, config: &Config, subjects: &[Subject]) {
    let required = config.sections.iter().filter(|section| {
        section.keys.required.as_ref().is_some_and(|required| required.value)
    });
    let required: Vec<&Origin> = required.map(|section| &section.origin).collect();
    for origin in config.unmatched(subjects) {
        if !required.contains(&&origin) {
            let text = format!("{origin}: this section is for no device of this machine");
            context.output.warning(&text);
        }
    }
}

/// Tells of what is declared for a device and no step can reach.
fn impossible(context: &Context, handle: &Handle, wanted: &BTreeMap<Handle, Wanted>) {
    let Some(wanted) = wanted.get(handle) else { return };
    let difference = declared::difference(context.machine, handle, wanted);
    let drifts = difference.map(|of| of.drifts).unwrap_or_default();
    for (what, drift) in merged(&drifts) {
        if drift.obstacle.is_some() {
            context.output.warning(&format!("{handle}: {}", drift.text(&what)));
        }
    }
}

fn differs(handle: &Handle, how: &str) -> Failure {
    Failure::new(Kind::Drift, format!("{handle}: {how}"))
        .on(handle)
        .state("whatever else is declared for it is so")
        .hint(format!(
            "\"swdevctl config explain {handle}\" shows each value with its line"
        ))
}
