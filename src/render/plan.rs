// SPDX-License-Identifier: MIT OR Apache-2.0
//! A plan for people.

use std::fmt::Write as _;

use serde::Serialize;

use super::{Devices, Text};
use crate::{
    error::printable,
    plan::{Action, Plan, Report, Severity, Undo, VfDriver},
};

/// Several plans.
#[derive(Debug, Serialize)]
pub struct Plans {
    /// The plans.
    pub plans: Vec<Plan>,
}

impl Text for Plan {
    fn to_text(&self) -> String {
        plan(self)
    }
}

impl Text for Plans {
    fn to_text(&self) -> String {
        self.plans.iter().map(plan).collect()
    }
}

impl Text for Devices<Report> {
    fn to_text(&self) -> String {
        self.devices.iter().map(report).collect()
    }
}

/// One line for people.
fn report(report: &Report) -> String {
    let reps = match report.representors {
        0 => String::new(),
        1 => ", 1 representor".into(),
        several => format!(", {several} representors"),
    };
    if report.from != report.to {
        format!("{}: {} -> {}{reps}\n", report.handle, report.from, report.to)
    } else if report.changed {
        format!("{}: {} VFs, {}{reps}\n", report.handle, report.vfs, report.to)
    } else {
        format!("{}: already {}{reps}\n", report.handle, report.to)
    }
}

/// Blockers, warnings and steps.
fn plan(plan: &Plan) -> String {
    let (device, from, to) = (&plan.device, plan.from, plan.to);
    let mut text = if plan.steps.is_empty() {
        format!("{device}: already {to}\n")
    } else if from == to {
        format!("{device}: stays {to}\n")
    } else {
        format!("{device}: {from} -> {to}\n")
    };
    text.push_str(&findings(plan, "  "));
    for (number, step) in plan.steps.iter().enumerate() {
        let undo = match step.undo {
            None => String::new(),
            Some(Undo::Param(ref value)) => format!(" (undo: {value})"),
            Some(Undo::Mode(_)) if keeps_mode(&step.action) => String::new(),
            Some(Undo::Mode(mode)) => format!(" (undo: {mode})"),
            Some(Undo::Vfs(vfs)) => format!(" (undo: {vfs} VFs)"),
            Some(Undo::Sfs(ref sfs)) if sfs.is_empty() => " (undo: remove them)".into(),
            Some(Undo::Sfs(_)) => " (undo: add them)".into(),
            Some(Undo::Flag(on)) => {
                format!(" (undo: {})", if on { "on" } else { "off" })
            }
        };
        let _ = writeln!(text, "  {}. {}{undo}", number + 1, action(&step.action));
    }
    text
}

/// Whether the inline or the encap mode alone is set.
fn keeps_mode(action: &Action) -> bool {
    matches!(action, Action::SetMode { from, to, .. } if from == to)
}

/// Blockers and warnings.
pub(super) fn findings(plan: &Plan, indent: &str) -> String {
    let mut text = String::new();
    for finding in &plan.findings {
        let weight = match finding.severity {
            Severity::Refuse => "refused",
            Severity::Warn => "note",
        };
        let evidence = printable(&finding.evidence.join(", "));
        let message = printable(&finding.message);
        let _ =
            writeln!(text, "{indent}{weight}: {message} [{}: {evidence}]", finding.code);
        let _ = writeln!(text, "{indent}  {}", printable(&finding.remedy));
    }
    text
}

/// A step as text.
#[must_use]
pub fn action(action: &Action) -> String {
    match action {
        Action::ReloadDriver { to, .. } => format!("reload the driver {to}"),
        Action::SetParam { name, to, .. } => {
            let to: Vec<String> = to.iter().map(ToString::to_string).collect();
            format!("set the parameter {name} to {}", to.join(" or "))
        }
        Action::SetAutoprobe { to: false, .. } => {
            "turn driver autoprobe off for new VFs".into()
        }
        Action::SetAutoprobe { to: true, .. } => {
            "turn driver autoprobe on for new VFs".into()
        }
        Action::SetVfs { to: 0, from } => {
            format!("remove {}", count(*from as usize, "VF"))
        }
        Action::SetVfs { to, .. } => format!("create {}", count(*to as usize, "VF")),
        Action::SetMode { from, to, inline_mode, encap_mode } if from == to => {
            let inline = inline_mode.map(|mode| format!("the inline mode to {mode}"));
            let encap = encap_mode.map(|mode| format!("the encap mode to {mode}"));
            let both: Vec<String> = inline.into_iter().chain(encap).collect();
            match both.is_empty() {
                true => format!("set the eswitch mode to {to}"),
                false => format!("set {}", both.join(" and ")),
            }
        }
        Action::SetMode { to, .. } => format!("set the eswitch mode to {to}"),
        Action::RemoveSfs { from, .. } => format!("remove {}", count(from.len(), "SF")),
        Action::AddSfs { to, .. } => format!("add {}", count(to.len(), "SF")),
        Action::SetUpSfs { to, .. } => {
            format!("set up the functions of {}", count(to.len(), "SF"))
        }
        Action::SetSfStates { to, .. } => {
            let (on, off): (Vec<_>, Vec<_>) = to.iter().partition(|sf| sf.active);
            let both = [("activate", on.len()), ("deactivate", off.len())];
            let both = both.iter().filter(|(_, number)| *number > 0);
            let both =
                both.map(|(word, number)| format!("{word} {}", count(*number, "SF")));
            both.collect::<Vec<_>>().join(", ")
        }
        Action::RestoreVfSettings { to, .. } => {
            format!(
                "check the settings of {}, and set what differs",
                count(to.len(), "VF")
            )
        }
        Action::BindVfs { to, .. } if to.iter().all(VfDriver::is_none) => {
            format!("unbind {} from drivers", count(to.len(), "VF"))
        }
        Action::BindVfs { to, .. } => {
            format!("bind {} to drivers", count(to.len(), "VF"))
        }
        Action::WaitForRepresentors { to, .. } if to.has_representors() => {
            "wait until all representors exist and have their names".into()
        }
        Action::WaitForRepresentors { .. } => "wait until no representor is left".into(),
        Action::RestoreFunctions { to, .. } => {
            format!("set up the functions of {}", count(to.len(), "port"))
        }
        Action::RestoreNetdevs { to, .. } => {
            format!("verify {} and restore what changed", count(to.len(), "netdev"))
        }
        Action::SetPfUp { to: true, .. } => "bring the PF's netdev up".into(),
        Action::SetPfUp { .. } => "take the PF's netdev down".into(),
        Action::SetTcOffload { to, .. } => {
            format!(
                "switch hw-tc-offload {} at the uplinks",
                if *to { "on" } else { "off" }
            )
        }
        Action::WaitForLag { .. } => {
            "wait until the uplinks are one LAG of the hardware".into()
        }
        Action::SetRepresentorsUp { to: true, .. } => "bring the representors up".into(),
        Action::SetRepresentorsUp { .. } => "take the representors down".into(),
    }
}

/// That many of something.
pub(super) fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
