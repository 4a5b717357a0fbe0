// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl mode set`.

use serde::Serialize;

use super::{Limits, Output, mode::Document, select};
use crate::{
    error::{Failure, Kind},
    model::{EswitchMode, Handle},
    plan::{CODES, Finding, Plan, Request, Severity},
    render, survey,
    sys::{Live, Machine, pci, storage::RUN, vfs},
    transaction::{
        self, Event, Outcome,
        batch::{self, Change},
        stash,
    },
};

/// Arguments of `mode set`.
#[derive(Debug, clap::Args)]
pub(super) struct SetArgs {
    /// The mode: legacy, switchdev or switchdev_inactive.
    #[arg(value_name = "MODE", value_parser = ["legacy", "switchdev", "switchdev_inactive"])]
    mode: String,
    /// Devices to change; where none is named, the only one with an eswitch.
    #[arg(value_name = "DEVICE")]
    devices: Vec<String>,
    /// Change all devices with an eswitch.
    #[arg(long, conflicts_with = "devices")]
    all: bool,
    /// How many VFs there shall be; as many as there are if not given.
    #[arg(long, value_name = "N")]
    vfs: Option<u16>,
    /// Show what would be done, and do nothing.
    #[arg(long)]
    dry_run: bool,
    /// Go on in spite of findings with these codes.
    #[arg(long, value_name = "CODE", value_delimiter = ',', value_parser = CODES)]
    force: Vec<String>,
    #[command(flatten)]
    limits: Limits,
}

/// Several plans.
#[derive(Serialize)]
pub(super) struct Plans<'a> {
    pub(super) schema: &'static str,
    pub(super) plans: &'a [Plan],
}

#[derive(Serialize)]
struct Set {
    handle: Handle,
    from: EswitchMode,
    to: EswitchMode,
    vfs: u32,
    changed: bool,
    findings: Vec<Finding>,
    kernel_message: Option<String>,
    representors: usize,
    notes: Vec<String>,
}

impl SetArgs {
    /// Whether only a plan is asked for, which any machine can give.
    pub(super) fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    fn handles(&self, machine: &dyn Machine) -> Result<Vec<Handle>, Failure> {
        let handles = if self.all {
            select::with_eswitch(machine)?
        } else {
            select::devices_or_only(machine, &self.devices)?
        };
        if handles.is_empty() { Err(select::none()) } else { Ok(handles) }
    }

    fn request(&self) -> Result<Request, Failure> {
        let mode = self.mode.parse();
        let mode = mode.map_err(|error| Failure::new(Kind::Usage, format!("{error}")))?;
        let force = self.force.clone();
        Ok(Request { mode, vfs: self.vfs.map(u32::from), force })
    }

    /// What is true of a device, and the plan that comes of it.
    fn plan(
        machine: &dyn Machine,
        handle: &Handle,
        request: &Request,
    ) -> Result<Plan, Failure> {
        let snapshot = survey::snapshot(machine, handle)?;
        let most = snapshot.device.sriov.map(|sriov| sriov.total.unwrap_or(u32::MAX));
        let most = most.unwrap_or(0);
        if let Some(vfs) = request.vfs.filter(|vfs| *vfs > most) {
            let message = format!("{handle} can have {most} VFs at most, not {vfs}");
            return Err(Failure::new(Kind::Usage, message)
                .on(handle)
                .state("nothing was changed"));
        }
        let stash = stash::read(&RUN, handle, request.mode);
        Ok(Plan::new(&snapshot, request, stash.as_ref()))
    }

    /// Prints the plan of each device. Only of a live machine are the changes that were
    /// cut short known.
    pub(super) fn dry_run(
        &self,
        machine: &dyn Machine,
        live: bool,
        output: &Output,
    ) -> Result<(), Failure> {
        let request = self.request()?;
        let handles = self.handles(machine)?;
        let mut plans: Vec<Plan> = handles
            .iter()
            .map(|handle| Self::plan(machine, handle, &request))
            .collect::<Result<_, Failure>>()?;
        for plan in plans.iter_mut().filter(|_| live) {
            plan.findings.extend(batch::unfinished(&plan.device));
        }
        let text = || plans.iter().map(render::plan).collect();
        match plans.as_slice() {
            [plan] => output.result(plan, text)?,
            plans => {
                let schema = "swdevctl/plans/v1";
                output.result(&Plans { schema, plans }, text)?;
            }
        }
        output.failures(plans.iter().filter_map(refused).collect())
    }

    pub(super) fn run(&self, machine: &Live, output: &Output) -> Result<(), Failure> {
        let request = self.request()?;
        let handles = self.handles(machine)?;
        let observer = |event: Event| output.progress(&event);
        let terms = self.limits.terms(*output, &observer);
        // Whoever else changes one of these cards has ended then. A question about the
        // device itself would wait in the kernel, without this limit.
        let locks = transaction::lock(machine, &handles, &terms)?;
        // Somebody else may be making VFs at this moment.
        handles.iter().for_each(|device| vfs::wait_until_made(machine, device));
        let (mut changes, mut sets, mut failures) = (Vec::new(), Vec::new(), Vec::new());
        for handle in &handles {
            match Self::check(machine, handle, &request) {
                Ok((set, change)) => {
                    sets.push(set);
                    changes.push(change);
                }
                Err(failure) => failures.push(failure),
            }
        }
        if !failures.is_empty() {
            return output.failures(failures);
        }
        for set in &sets {
            for Finding { code, message, evidence, .. } in &set.findings {
                let text = format!("{message} ({})", evidence.join(", "));
                output.warning_of(&set.handle, code, &text);
            }
        }
        let mut devices = Vec::new();
        let outcomes = batch::run(machine, &changes, &locks, &terms);
        for (mut set, outcome) in sets.into_iter().zip(outcomes) {
            match outcome {
                Ok(outcome) => {
                    set.add(outcome, output);
                    devices.push(set);
                }
                Err(failure) => failures.push(failure),
            }
        }
        output.progress_ends();
        let document = Document { schema: "swdevctl/mode-set/v1", devices };
        if !document.devices.is_empty() {
            output.report(&document, || document.devices.iter().map(Set::line).collect());
        }
        output.failures(failures)
    }

    /// What is to be done with a device, if nothing stands in the way.
    fn check(
        machine: &Live,
        handle: &Handle,
        request: &Request,
    ) -> Result<(Set, Change), Failure> {
        if let Some(finding) = batch::unfinished(handle) {
            let (code, evidence) = (finding.code, finding.evidence.join(", "));
            let message = format!("{handle}: {} [{code}: {evidence}]", finding.message);
            return Err(Failure::new(Kind::Refused, message)
                .on(handle)
                .state("nothing was changed")
                .hint(finding.remedy));
        }
        let change = |plan| Change { device: handle.clone(), to: request.mode, plan };
        // Where nothing is to be done, nothing more is read either.
        let now = survey::mode_to_change(machine, handle)?;
        let vfs = pci::number_of_vfs(machine, handle);
        if now == request.mode && request.vfs.is_none_or(|wanted| wanted == vfs) {
            return Ok((Set::new(handle, now, now, vfs), change(None)));
        }
        let plan = Self::plan(machine, handle, request)?;
        if let Some(refused) = refused(&plan) {
            return Err(refused);
        }
        let vfs = request.vfs.unwrap_or(vfs);
        let mut set = Set::new(handle, plan.from, plan.to, vfs);
        set.changed = !plan.steps.is_empty();
        set.findings.clone_from(&plan.findings);
        Ok((set, change((!plan.steps.is_empty()).then_some(plan))))
    }
}

/// Failure where a plan's findings stand in the way.
fn refused(plan: &Plan) -> Option<Failure> {
    let findings = plan.findings.iter();
    let refusals: Vec<_> =
        findings.filter(|finding| finding.severity == Severity::Refuse).collect();
    if refusals.is_empty() {
        return None;
    }
    let told: Vec<String> = refusals
        .iter()
        .map(|of| format!("{} [{}: {}]", of.message, of.code, of.evidence.join(", ")))
        .collect();
    let remedies: Vec<&str> = refusals.iter().map(|of| of.remedy.as_str()).collect();
    let message =
        format!("{} is not set to {}: {}", plan.device, plan.to, told.join("; "));
    Some(
        Failure::new(Kind::Refused, message)
            .on(&plan.device)
            .state(format!(
                "nothing was changed, {} is in mode {}",
                plan.device, plan.from
            ))
            .hint(remedies.join("; ")),
    )
}

impl Set {
    fn new(handle: &Handle, from: EswitchMode, to: EswitchMode, vfs: u32) -> Self {
        Self {
            handle: handle.clone(),
            from,
            to,
            vfs,
            changed: false,
            findings: Vec::new(),
            kernel_message: None,
            representors: 0,
            notes: Vec::new(),
        }
    }

    fn add(&mut self, outcome: Outcome, output: &Output) {
        let Outcome { representors, kernel_message, notes } = outcome;
        if let Some(message) = &kernel_message {
            output.note(&format!("{}: the kernel says: {message}", self.handle));
        }
        for note in &notes {
            output.warning_of(&self.handle, "not-restored", note);
        }
        self.representors = representors;
        self.kernel_message = kernel_message;
        self.notes = notes;
    }

    /// One line for people.
    fn line(&self) -> String {
        let reps = match self.representors {
            0 => String::new(),
            1 => ", 1 representor".into(),
            several => format!(", {several} representors"),
        };
        if self.from != self.to {
            format!("{}: {} -> {}{reps}\n", self.handle, self.from, self.to)
        } else if self.changed {
            format!("{}: {} VFs, {}{reps}\n", self.handle, self.vfs, self.to)
        } else {
            format!("{}: already {}{reps}\n", self.handle, self.to)
        }
    }
}
