// SPDX-License-Identifier: MIT OR Apache-2.0
//! Names of netdevs for people.

use std::fmt::Write as _;

use super::{Table, Text};
use crate::{
    error::printable,
    naming::{Check, Explanations, Names},
    plan::Renames,
};

impl Text for Names {
    fn to_text(&self) -> String {
        names(self)
    }
}

impl Text for Explanations {
    fn to_text(&self) -> String {
        explanations(self)
    }
}

impl Text for Check {
    fn to_text(&self) -> String {
        check(self)
    }
}

impl Text for Renames {
    fn to_text(&self) -> String {
        renames(self)
    }
}

fn names(document: &Names) -> String {
    if document.netdevs.is_empty() {
        return "no uplinks, no representors, no VFs and no SFs\n".into();
    }
    let mut table = Table::new(&["NETDEV", "POLICY", "DEVICE", "ROLE", "ALTNAMES"]);
    for row in &document.netdevs {
        let policy = match &row.policy_name {
            Some(name) if name.as_str() == row.name => "same".to_owned(),
            Some(name) => name.to_string(),
            None => "left as it is".to_owned(),
        };
        let device = row.device.to_string();
        table.row(&[
            row.name.clone(),
            policy,
            device,
            row.role.into(),
            row.altnames.join(" "),
        ]);
    }
    format!("policy {}\n{}", document.policy, table.to_text(2))
}

fn explanations(document: &Explanations) -> String {
    let mut text = String::new();
    for netdev in &document.netdevs {
        let driver = netdev.driver.as_deref().unwrap_or("no driver");
        let _ = writeln!(text, "{}: {} ({driver})", netdev.name, netdev.identity);
        let mut origin = "";
        let _ = writeln!(text, "  policy {}", document.policy);
        for attempt in &netdev.attempts {
            if attempt.origin != origin {
                origin = &attempt.origin;
                let _ = writeln!(text, "  {origin}");
            }
            let outcome = match (&attempt.name, &attempt.reason) {
                (Some(name), _) if attempt.template == "{systemd}" => {
                    format!("-> left to systemd, whose name is {name}")
                }
                (Some(name), _) => format!("-> {name}"),
                (None, reason) => reason.clone().unwrap_or_default(),
            };
            let _ = writeln!(text, "    {}  {outcome}", attempt.template);
        }
        match &netdev.policy_name {
            None => text.push_str("  its name is left as it is\n"),
            Some(name) if name.as_str() != netdev.name => {
                let _ = writeln!(text, "  it is not called {name} now");
            }
            Some(_) => {}
        }
        if netdev.force {
            text.push_str("  forced, whatever .link files say\n");
        }
        for altname in &netdev.policy_altnames {
            let _ = writeln!(text, "  altname {altname}");
        }
    }
    printable(&text)
}

fn check(document: &Check) -> String {
    let (policy, identities) = (&document.policy, document.identities);
    let mut text = match &document.to {
        Some(to) => format!("policies {policy} and {to}, {identities} names each: "),
        None => format!("policy {policy}, {identities} names: "),
    };
    let _ = match document.collisions.len() {
        0 => writeln!(text, "no two are equal"),
        count => writeln!(text, "{count} are not unique"),
    };
    for collision in &document.collisions {
        let of = collision.of.join(", and ");
        let _ = writeln!(text, "  {} by {}: {of}", collision.name, collision.policy);
    }
    if document.changes.is_empty() {
        text.push_str("no netdev would be renamed\n");
        return printable(&text);
    }
    let mut table = Table::new(&["NETDEV", "FROM", "TO", "ROLE", "NOW THE NAME OF"]);
    for change in &document.changes {
        let now_of = change.now_of.clone().unwrap_or_default();
        let (from, to) = (change.from.clone(), change.to.clone());
        table.row(&[change.netdev.clone(), from, to, change.role.into(), now_of]);
    }
    let _ = writeln!(text, "{} netdevs would be renamed:", document.changes.len());
    printable(&text) + &table.to_text(2)
}

fn renames(document: &Renames) -> String {
    let mut text = String::new();
    for name in &document.kept {
        let _ = writeln!(text, "{name} keeps its name, which a .link file gives it");
    }
    for finding in &document.findings {
        let _ = writeln!(
            text,
            "refused: {}: {}\n  {}",
            finding.code, finding.message, finding.remedy
        );
    }
    for (number, step) in document.steps.iter().enumerate() {
        let _ = writeln!(text, "{}. {}", number + 1, document.describe(step));
    }
    let _ = match (document.steps.len(), document.done) {
        (0, _) => writeln!(text, "all names are those of policy {}", document.policy),
        (_, true) => {
            writeln!(text, "done: names are those of policy {}", document.policy)
        }
        (_, false) => writeln!(text, "nothing was changed"),
    };
    printable(&text)
}
