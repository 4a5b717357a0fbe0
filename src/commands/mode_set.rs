// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl mode set`.

use std::time::Duration;

use serde::Serialize;

use super::{
    Output,
    mode::{Document, mode},
    refusal, select, settle,
};
use crate::{
    error::{Failure, Kind},
    model::{EswitchMode, Handle, RateKind},
    plan::{Action, Plan},
    render,
    sys::{Live, Machine, devlink, gather},
    wire::devlink::EswitchChange,
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
    /// Show what would be done, and do nothing.
    #[arg(long)]
    dry_run: bool,
    /// How long to wait for representors and their names.
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    timeout: u32,
}

/// Several plans.
#[derive(Serialize)]
struct Plans<'a> {
    schema: &'static str,
    plans: &'a [Plan],
}

#[derive(Serialize)]
struct Set {
    handle: Handle,
    from: EswitchMode,
    to: EswitchMode,
    changed: bool,
    kernel_message: Option<String>,
    representors: usize,
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

    fn wanted(&self) -> Result<EswitchMode, Failure> {
        self.mode.parse().map_err(|error| Failure::new(Kind::Usage, format!("{error}")))
    }

    /// Prints the plan of each device.
    pub(super) fn dry_run(
        &self,
        machine: &dyn Machine,
        output: &Output,
    ) -> Result<(), Failure> {
        let wanted = self.wanted()?;
        let handles = self.handles(machine)?;
        let plans: Vec<Plan> = handles
            .iter()
            .map(|handle| plan_of(machine, handle, wanted))
            .collect::<Result<_, _>>()?;
        let text = || plans.iter().map(render::plan).collect();
        match plans.as_slice() {
            [plan] => output.result(plan, text)?,
            plans => {
                let schema = "swdevctl/plans/v1";
                output.result(&Plans { schema, plans }, text)?;
            }
        }
        plans.iter().find_map(refused).map_or(Ok(()), Err)
    }

    pub(super) fn run(&self, machine: &Live, output: &Output) -> Result<(), Failure> {
        let wanted = self.wanted()?;
        let handles = self.handles(machine)?;
        // All are switched before any is waited for: representors of a
        // socket-direct group come with the last of its PFs.
        let mut failures = Vec::new();
        let mut done = Vec::new();
        for handle in &handles {
            match Self::switch(machine, handle, wanted, output) {
                Ok(switched) => done.push(switched),
                Err(failure) => failures.push(failure),
            }
        }
        let limit = Duration::from_secs(u64::from(self.timeout));
        let mut devices = Vec::new();
        for (mut set, waiter) in done {
            match waiter.settle(wanted, limit) {
                Ok(representors) => {
                    set.representors = representors;
                    devices.push(set);
                }
                Err(failure) => failures.push(failure),
            }
        }
        let document = Document { schema: "swdevctl/mode-set/v1", devices };
        if failures.is_empty() || !document.devices.is_empty() {
            output
                .result(&document, || document.devices.iter().map(Set::line).collect())?;
        }
        // All failures are told; the first one's code is the program's.
        let mut failures = failures.into_iter();
        let Some(first) = failures.next() else { return Ok(()) };
        for other in failures {
            let _ = output.failure(&other);
        }
        Err(first)
    }

    /// Brings one device to the mode. Where it is in it already, nothing is
    /// written.
    fn switch<'a>(
        machine: &'a Live,
        handle: &'a Handle,
        wanted: EswitchMode,
        output: &Output,
    ) -> Result<(Set, settle::Waiter<'a>), Failure> {
        let plan = plan_of(machine, handle, wanted)?;
        if let Some(refused) = refused(&plan) {
            return Err(refused);
        }
        let from = plan.from;
        let mut kernel_message = None;
        // Events are subscribed to before the switch, so that none is missed.
        let waiter = settle::Waiter::new(machine, handle)?;
        if plan.steps.iter().any(|step| step.step == Action::SetMode) {
            let change = EswitchChange::Mode(wanted);
            kernel_message = match devlink::set_eswitch(machine, handle, change) {
                Ok(message) => message,
                Err(error)
                    if refusal::is_there_already(machine, handle, wanted, &error) =>
                {
                    None
                }
                Err(error) => {
                    return Err(refusal::setting_mode(
                        machine, handle, from, wanted, &error,
                    ));
                }
            };
            if let Some(message) = &kernel_message {
                output.note(&format!("{handle}: the kernel says: {message}"));
            }
            verify(machine, handle, from, wanted)?;
        }
        let (handle, changed) = (handle.clone(), from != wanted);
        let set =
            Set { handle, from, to: wanted, changed, kernel_message, representors: 0 };
        Ok((set, waiter))
    }
}

/// The plan for a device, from what is true of it now.
fn plan_of(
    machine: &dyn Machine,
    handle: &Handle,
    wanted: EswitchMode,
) -> Result<Plan, Failure> {
    let (from, _) = mode(machine, handle)?;
    if from == wanted {
        return Ok(Plan::nothing(handle, from));
    }
    let rates = devlink::rates(machine, handle).unwrap_or_default();
    let rates: Vec<RateKind> = rates.into_iter().map(|rate| rate.kind).collect();
    let device = gather::device(machine, handle, &mut Vec::new())
        .map_err(|error| select::unread("this machine", &error))?;
    let device = device.ok_or_else(|| {
        let message = format!("{handle} vanished while it was read");
        Failure::new(Kind::NotFound, message).on(handle).state("nothing was changed")
    })?;
    Ok(Plan::new(&device, &rates, from, wanted))
}

/// Failure where a plan's findings stand in the way.
fn refused(plan: &Plan) -> Option<Failure> {
    let finding = plan.refusal()?;
    let message = format!(
        "{} is not set to {}: {} ({})",
        plan.device,
        plan.to,
        finding.message,
        finding.evidence.join(", ")
    );
    Some(
        Failure::new(Kind::Refused, message)
            .on(&plan.device)
            .state(format!(
                "nothing was changed, {} is in mode {}",
                plan.device, plan.from
            ))
            .hint(finding.remedy.clone()),
    )
}

/// A write's return code is not believed: some drivers report success for what
/// they did not do.
fn verify(
    machine: &dyn Machine,
    handle: &Handle,
    from: EswitchMode,
    wanted: EswitchMode,
) -> Result<(), Failure> {
    let (now, _) = mode(machine, handle)?;
    if now == wanted {
        return Ok(());
    }
    let kind = if now == from { Kind::Failed } else { Kind::NotUndone };
    let message =
        format!("the kernel reported success, but {handle} is not in mode {wanted}");
    Err(Failure::new(kind, message)
        .on(handle)
        .state(format!("{handle} is in mode {now}"))
        .hint("look into the kernel's log for messages of its driver"))
}

impl Set {
    /// One line for people.
    fn line(&self) -> String {
        let reps = match self.representors {
            0 => String::new(),
            1 => ", 1 representor".into(),
            several => format!(", {several} representors"),
        };
        if self.changed {
            format!("{}: {} -> {}{reps}\n", self.handle, self.from, self.to)
        } else {
            format!("{}: already {}{reps}\n", self.handle, self.to)
        }
    }
}
