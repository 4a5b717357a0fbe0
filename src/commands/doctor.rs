// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl doctor`: what a change would meet, in both directions, and whether the
//! machine is ready for offload.

use serde::Serialize;

use super::{Output, select};
use crate::{
    error::{Failure, printable},
    model::{EswitchMode, Handle, InlineMode, Survey},
    plan::{Plan, Request},
    render,
    sys::Machine,
    transaction,
};

/// Arguments of `doctor`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Devices to look at; all that have an eswitch if none is named.
    #[arg(value_name = "DEVICE")]
    devices: Vec<String>,
}

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    devices: Vec<Checked>,
}

#[derive(Serialize)]
struct Checked {
    handle: Handle,
    driver: Option<String>,
    mode: EswitchMode,
    /// Whether nothing stands in the way of switchdev, and nothing of its use.
    ready: bool,
    checks: Vec<Check>,
    plans: Vec<Plan>,
}

/// One thing that offload needs or gains from.
#[derive(Serialize)]
struct Check {
    code: &'static str,
    ok: bool,
    message: String,
}

impl Args {
    pub(super) fn run(
        &self,
        machine: &dyn Machine,
        output: &Output,
    ) -> Result<(), Failure> {
        let handles = select::devices_or_all(machine, &self.devices)?;
        let devices = handles.iter().map(|handle| check(machine, handle));
        let devices = devices.collect::<Result<Vec<_>, _>>()?;
        let document = Document { schema: "swdevctl/doctor/v1", devices };
        output.result(&document, || document.devices.iter().map(to_text).collect())
    }
}

fn check(machine: &dyn Machine, handle: &Handle) -> Result<Checked, Failure> {
    let survey = transaction::survey(machine, handle)?;
    let plan = |survey: &Survey, mode| {
        let request = Request { mode, vfs: None, force: Vec::new() };
        Plan::new(survey, &request, None)
    };
    let now = survey.state.mode;
    let other =
        if now.has_representors() { EswitchMode::Legacy } else { EswitchMode::Switchdev };
    // The way back, as if the device were there already.
    let mut there = survey.clone();
    there.state.mode = other;
    let plans = vec![plan(&survey, other), plan(&there, now)];
    let checks = checks(&survey);
    let blocked =
        plans.iter().any(|plan| plan.to.has_representors() && plan.refusal().is_some());
    Ok(Checked {
        handle: handle.clone(),
        driver: survey.state.driver.clone(),
        mode: now,
        ready: !blocked && checks.iter().all(|check| check.ok),
        checks,
        plans,
    })
}

fn checks(survey: &Survey) -> Vec<Check> {
    let state = &survey.state;
    let device = &state.device;
    let mut checks = Vec::new();
    let mut add = |code, ok, message: String| checks.push(Check { code, ok, message });
    let total = survey.device.sriov.and_then(|sriov| sriov.total);
    let total = total.map_or_else(String::new, |total| format!(" of {total}"));
    match state.vfs() {
        0 => add(
            "vfs",
            false,
            format!(
                "no VFs{total}: \"swdevctl mode set switchdev {device} --vfs N\" makes some"
            ),
        ),
        vfs => add("vfs", true, format!("{vfs}{total} VFs")),
    }
    if let Some(steering) = &survey.steering {
        let steering = steering.to_string();
        let message = match steering.as_str() {
            "dmfs" => format!(
                "rules are steered by the firmware (dmfs), which is slow: in mode legacy, \
                 \"devlink dev param set {device} name flow_steering_mode value smfs cmode runtime\""
            ),
            other => format!("rules are steered by {other}"),
        };
        add("steering-mode", steering != "dmfs", message);
    }
    if let Some(inline) = state.inline_mode {
        let plain = inline == InlineMode::None;
        let message = if plain {
            "inline mode none".to_owned()
        } else {
            format!(
                "inline mode {inline}: VFs copy headers into their descriptors, as this card needs"
            )
        };
        add("inline-mode", true, message);
    }
    for (ifindex, on) in &survey.tc_offload {
        let name = survey.name_of(*ifindex);
        let message = if *on {
            format!("hw-tc-offload is on at {name}")
        } else {
            format!(
                "hw-tc-offload is off at {name}: \"ethtool -K {name} hw-tc-offload on\""
            )
        };
        add("hw-tc-offload", *on, message);
    }
    let bonds = survey.uplinks.iter().filter_map(|index| {
        let link = survey.links.iter().find(|link| link.ifindex == *index)?;
        Some((link.name.as_str(), survey.name_of(link.master?)))
    });
    for (name, master) in bonds {
        add(
            "lag",
            true,
            format!("{name} is in {master}: all ports of a bond must be in one mode"),
        );
    }
    if device.pci_address().is_some() {
        let message = if survey.iommu {
            "an IOMMU is on: VFs can be given to guests"
        } else {
            "no IOMMU: VFs cannot be given to guests (intel_iommu=on or amd_iommu=on)"
        };
        add("iommu", survey.iommu, message.into());
    }
    checks
}

fn to_text(checked: &Checked) -> String {
    let driver = checked.driver.as_deref().unwrap_or("no driver");
    let ready = if checked.ready { "ready for offload" } else { "not ready for offload" };
    let mut text =
        format!("{} ({driver}), mode {}: {ready}\n", checked.handle, checked.mode);
    for check in &checked.checks {
        let mark = if check.ok { "ok" } else { "!!" };
        text.push_str(&format!("  {mark}  {}\n", check.message));
    }
    for plan in &checked.plans {
        let outlook =
            if plan.refusal().is_some() { "would be refused" } else { "can be done" };
        text.push_str(&format!("  {} -> {}: {outlook}\n", plan.from, plan.to));
        text.push_str(&render::findings(plan, "    "));
    }
    printable(&text)
}
