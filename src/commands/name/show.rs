// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl name show`.

use serde::Serialize;

use super::{Output, PolicyArg, selected};
use crate::{
    error::Failure,
    model::{AltName, Handle, IfName},
    render::Table,
    survey,
    sys::Machine,
};

/// Arguments of `name show`.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Args {
    /// Interfaces to show, by name or altname; all that policies name if none is
    /// given.
    #[arg(value_name = "NETDEV")]
    netdevs: Vec<String>,
    #[command(flatten)]
    policy: PolicyArg,
}

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    policy: String,
    netdevs: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    name: String,
    altnames: Vec<String>,
    ifindex: u32,
    device: Handle,
    role: &'static str,
    policy_name: Option<IfName>,
    policy_altnames: Vec<AltName>,
    template: Option<String>,
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
            let name = policy.name(&identity);
            let (policy_name, template) =
                name.map(|name| (name.name, name.template)).unzip();
            Row {
                name: link.name.clone(),
                altnames: link.altnames.clone(),
                ifindex: link.ifindex,
                role: identity.role.as_str(),
                policy_altnames: policy.altnames(&identity),
                device: identity.device,
                policy_name,
                template,
            }
        });
        let schema = "swdevctl/name/v1";
        let netdevs = netdevs.collect();
        let document = Document { schema, policy: policy.id(), netdevs };
        output.result(&document, || to_text(&document))
    }
}

fn to_text(document: &Document) -> String {
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
