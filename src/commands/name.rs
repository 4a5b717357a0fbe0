// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl name`.

use serde::Serialize;

use super::{Output, select};
use crate::{
    error::{Failure, Kind},
    model::{DeviceFacts, Facts, Handle, IfName, Inventory, Link},
    naming::{Policy, identity},
    render::Table,
    sys::{Machine, links},
    topology,
};

/// Verbs below `name`.
#[derive(Debug, clap::Subcommand)]
pub(super) enum NameVerb {
    /// Show each uplink's and representor's name, and the one that its policy
    /// gives it.
    Show(ShowArgs),
}

/// Arguments of `name show`.
#[derive(Debug, clap::Args)]
pub(super) struct ShowArgs {
    /// Interfaces to show, by name or altname; all uplinks and representors if
    /// none is named.
    #[arg(value_name = "NETDEV")]
    netdevs: Vec<String>,
}

impl NameVerb {
    pub(super) fn run(
        &self,
        machine: &dyn Machine,
        output: &Output,
    ) -> Result<(), Failure> {
        match self {
            Self::Show(args) => args.run(machine, output),
        }
    }
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
    template: Option<String>,
}

impl ShowArgs {
    fn run(&self, machine: &dyn Machine, output: &Output) -> Result<(), Failure> {
        let policy = policy()?;
        let facts = select::facts(machine)?;
        let mut netdevs = rows(&topology::inventory(&facts), &facts, &policy);
        if !self.netdevs.is_empty() {
            let wanted = self.indexes(machine)?;
            if let Some((text, _)) = wanted
                .iter()
                .find(|(_, index)| !netdevs.iter().any(|row| row.ifindex == *index))
            {
                let message = format!("{text} is neither an uplink nor a representor");
                return Err(Failure::new(Kind::NotFound, message));
            }
            netdevs.retain(|row| wanted.iter().any(|(_, index)| row.ifindex == *index));
        }
        let schema = "swdevctl/name/v1";
        let document = Document { schema, policy: policy.id(), netdevs };
        output.result(&document, || to_text(&document))
    }

    fn indexes(&self, machine: &dyn Machine) -> Result<Vec<(&str, u32)>, Failure> {
        let find = |text: &String| links::by_name(machine, text);
        let mut found = Vec::new();
        for text in &self.netdevs {
            let link = find(text).map_err(|error| select::unread("links", &error))?;
            let link = link.ok_or_else(|| {
                let message =
                    format!("no network interface has the name or altname {text}");
                Failure::new(Kind::NotFound, message)
            })?;
            found.push((text.as_str(), link.ifindex));
        }
        Ok(found)
    }
}

/// The policy in force.
pub(super) fn policy() -> Result<Policy, Failure> {
    Policy::default_policy()
        .map_err(|error| Failure::new(Kind::Failed, error.to_string()))
}

/// The name that the policy gives to a link of a device, and its template.
pub(super) fn policy_name(
    policy: &Policy,
    link: &Link,
    device: &DeviceFacts,
) -> Option<(IfName, String)> {
    let driver = device.driver.as_deref();
    let identity = identity(link, &device.handle, driver, device.base.as_ref()?)?;
    let name = policy.name(&identity)?;
    Some((name.name, name.template))
}

fn rows(inventory: &Inventory, facts: &Facts, policy: &Policy) -> Vec<Row> {
    let mut rows = Vec::new();
    for device in &inventory.devices {
        let of = facts.devices.iter().find(|facts| facts.handle == device.handle);
        let Some(of) = of else { continue };
        for port in &device.ports {
            let Some(netdev) = &port.netdev else { continue };
            let link = facts.links.iter().find(|link| link.ifindex == netdev.ifindex);
            let Some(link) = link.filter(|link| link.phys_port_name.is_some()) else {
                continue;
            };
            let named = policy_name(policy, link, of).unzip();
            rows.push(Row {
                name: netdev.name.clone(),
                altnames: netdev.altnames.clone(),
                ifindex: netdev.ifindex,
                device: device.handle.clone(),
                role: port.role.as_str(),
                policy_name: named.0,
                template: named.1,
            });
        }
    }
    rows
}

fn to_text(document: &Document) -> String {
    if document.netdevs.is_empty() {
        return "no uplinks and no representors\n".into();
    }
    let mut table = Table::new(&["NETDEV", "POLICY", "DEVICE", "ROLE", "ALTNAMES"]);
    for row in &document.netdevs {
        let wanted =
            row.policy_name.as_ref().map(ToString::to_string).unwrap_or_default();
        let same = if wanted == row.name { "same".into() } else { wanted };
        let device = row.device.to_string();
        table.row(&[
            row.name.clone(),
            same,
            device,
            row.role.into(),
            row.altnames.join(" "),
        ]);
    }
    format!("policy {}\n{}", document.policy, table.to_text(2))
}
