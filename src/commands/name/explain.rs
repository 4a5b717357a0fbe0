// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl name explain`.

use std::fmt::Write as _;

use serde::Serialize;

use super::{Output, PolicyArg, selected};
use crate::{
    error::{Failure, printable},
    model::{AltName, Handle, IfName},
    survey,
    sys::Machine,
};

/// Arguments of `name explain`.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Args {
    /// Interfaces to explain, by name or altname.
    #[arg(value_name = "NETDEV", required = true)]
    netdevs: Vec<String>,
    #[command(flatten)]
    policy: PolicyArg,
}

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    policy: String,
    netdevs: Vec<Explanation>,
}

#[derive(Serialize)]
struct Explanation {
    name: String,
    role: &'static str,
    device: Handle,
    driver: Option<String>,
    controller: Option<u32>,
    pf: Option<u32>,
    vf: Option<u32>,
    sf: Option<u32>,
    /// The identity, as names from hashes are made of it.
    identity: String,
    policy_name: Option<IfName>,
    policy_altnames: Vec<AltName>,
    force: bool,
    attempts: Vec<Attempt>,
}

#[derive(Serialize)]
struct Attempt {
    origin: String,
    template: String,
    name: Option<IfName>,
    reason: Option<String>,
}

impl Args {
    pub(super) fn run(
        &self,
        machine: &dyn Machine,
        output: &Output,
    ) -> Result<(), Failure> {
        let policy = self.policy.read()?;
        let facts = survey::facts(machine)?;
        let selected = selected(machine, &facts, &self.netdevs)?;
        let netdevs = selected.into_iter().map(|(link, identity)| {
            let [controller, pf, vf, sf] = identity.role.numbers();
            let attempts = policy.explain(&identity).into_iter().map(|attempt| Attempt {
                origin: attempt.origin,
                template: attempt.template,
                reason: attempt.outcome.as_ref().err().map(ToString::to_string),
                name: attempt.outcome.ok(),
            });
            Explanation {
                name: link.name.clone(),
                role: identity.role.as_str(),
                controller,
                pf,
                vf,
                sf,
                identity: identity.to_string(),
                policy_name: policy.name(&identity).map(|name| name.name),
                policy_altnames: policy.altnames(&identity),
                force: policy.force(&identity),
                attempts: attempts.collect(),
                device: identity.device,
                driver: identity.driver,
            }
        });
        let schema = "swdevctl/name-explanation/v1";
        let netdevs = netdevs.collect();
        let document = Document { schema, policy: policy.id(), netdevs };
        output.result(&document, || to_text(&document))
    }
}

fn to_text(document: &Document) -> String {
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
