// SPDX-License-Identifier: MIT OR Apache-2.0
//! What `doctor` says to people.

use super::{Devices, Text, findings};
use crate::{
    error::printable,
    plan::{Check, Readiness},
};

impl Text for Devices<Readiness> {
    fn to_text(&self) -> String {
        self.devices.iter().map(readiness).collect()
    }
}

fn readiness(checked: &Readiness) -> String {
    let driver = checked.driver.as_deref().unwrap_or("no driver");
    let ready = if checked.ready { "ready for offload" } else { "not ready for offload" };
    let mut text =
        format!("{} ({driver}), mode {}: {ready}\n", checked.handle, checked.mode);
    for check in &checked.checks {
        let mark = match check {
            Check { note: true, .. } => "--",
            Check { ok: true, .. } => "ok",
            Check { .. } => "!!",
        };
        text.push_str(&format!("  {mark}  {}\n", check.message));
    }
    for plan in &checked.plans {
        let outlook =
            if plan.refusal().is_some() { "would be refused" } else { "can be done" };
        text.push_str(&format!("  {} -> {}: {outlook}\n", plan.from, plan.to));
        text.push_str(&findings(plan, "    "));
    }
    printable(&text)
}
