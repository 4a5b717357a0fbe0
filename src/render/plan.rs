// SPDX-License-Identifier: MIT OR Apache-2.0
//! A plan for people.

use std::fmt::Write as _;

use crate::{
    error::printable,
    plan::{Action, Plan, Severity},
};

/// What stands in the way, what goes with the change, and the steps.
#[must_use]
pub fn plan(plan: &Plan) -> String {
    let (device, from, to) = (&plan.device, plan.from, plan.to);
    if plan.steps.is_empty() {
        return format!("{device}: already {to}\n");
    }
    let mut text = format!("{device}: {from} -> {to}\n");
    for finding in &plan.findings {
        let weight = match finding.severity {
            Severity::Refuse => "refused",
            Severity::Warn => "note",
        };
        let evidence = printable(&finding.evidence.join(", "));
        let _ = writeln!(
            text,
            "  {weight}: {} [{}: {evidence}]",
            finding.message, finding.code
        );
        let _ = writeln!(text, "    {}", finding.remedy);
    }
    for (number, step) in plan.steps.iter().enumerate() {
        let what = match step.step {
            Action::SetMode => format!("set the eswitch mode to {to}"),
            Action::WaitForRepresentors if to.has_representors() => {
                "wait until all representors exist and have their names".into()
            }
            Action::WaitForRepresentors => "wait until no representor is left".into(),
        };
        let undo =
            step.undo.map_or_else(String::new, |mode| format!(" (undone by {mode})"));
        let _ = writeln!(text, "  {}. {what}{undo}", number + 1);
    }
    text
}
