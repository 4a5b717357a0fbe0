// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl name apply`: all netdevs get their names, or all keep those that they
//! have.

use std::{collections::BTreeMap, fmt::Write as _};

use serde::Serialize;

use super::{Output, PolicyArg, selected};
use crate::{
    error::{Failure, Kind, printable},
    model::Link,
    naming::{Change, Target, changes},
    plan::{Finding, Severity},
    survey,
    sys::{Live, Machine, NetlinkError, addresses, links, udev_database},
};

/// Arguments of `name apply`.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Args {
    /// Interfaces to name, by name or altname; all that the policy names if none is
    /// given.
    #[arg(value_name = "NETDEV")]
    netdevs: Vec<String>,
    #[command(flatten)]
    policy: PolicyArg,
    /// Show what would be done, and do nothing.
    #[arg(long)]
    dry_run: bool,
    /// Go on in spite of these findings: has-addresses, has-master.
    #[arg(long, value_name = "CODE", value_delimiter = ',', value_parser = [HAS_ADDRESSES, HAS_MASTER])]
    force: Vec<String>,
}

const HAS_ADDRESSES: &str = "has-addresses";
const HAS_MASTER: &str = "has-master";

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    policy: String,
    /// Netdevs that an administrator's `.link` file names.
    kept: Vec<String>,
    findings: Vec<Finding>,
    steps: &'a [Change],
    done: bool,
}

impl Args {
    pub(super) fn run(
        &self,
        live: Option<&Live>,
        machine: &dyn Machine,
        output: &Output,
    ) -> Result<(), Failure> {
        let live = live.filter(|_| !self.dry_run);
        if live.is_none() && !self.dry_run {
            let message = "--replay cannot be used with name apply, which changes a machine; add --dry-run";
            return Err(Failure::new(Kind::Usage, message));
        }
        let policy = self.policy.read()?;
        let facts = survey::facts(machine)?;
        let mut wanted = BTreeMap::new();
        let mut kept = Vec::new();
        for (link, identity) in selected(machine, &facts, &self.netdevs)? {
            let name = policy.name(&identity).map(|name| name.name);
            let renamed = name.as_ref().is_some_and(|name| name.as_str() != link.name);
            let forced = policy.force(&identity);
            if renamed && !forced && is_named_by_administrator(machine, link) {
                kept.push(link.name.clone());
                continue;
            }
            let altnames = policy.altnames(&identity);
            wanted.insert(link.ifindex, Target { name, altnames });
        }
        let steps = changes(&facts.links, &wanted).map_err(|taken| {
            let name_of = |index: u32| name_of(&facts.links, index);
            let all = taken.iter().map(|taken| {
                format!(
                    "{} cannot be called {}, as {} is",
                    name_of(taken.ifindex),
                    taken.name,
                    name_of(taken.by)
                )
            });
            let message = all.collect::<Vec<_>>().join("; ");
            Failure::new(Kind::Refused, message)
                .state("nothing was changed")
                .hint("rename the other interface, or see \"swdevctl name check\"")
        })?;
        let findings = findings(machine, &facts.links, &steps)?;
        let refused = findings
            .iter()
            .find(|finding| !self.force.iter().any(|code| code == finding.code));
        if let (Some(finding), Some(_)) = (refused, live) {
            return Err(Failure::new(
                Kind::Refused,
                format!("{}: {}", finding.code, finding.message),
            )
            .state("nothing was changed")
            .hint(finding.remedy.clone()));
        }
        if let Some(live) = live {
            perform(live, &steps)?;
        }
        let document = Document {
            schema: "swdevctl/names-applied/v1",
            policy: policy.id(),
            kept,
            findings,
            steps: &steps,
            done: live.is_some(),
        };
        output.result(&document, || to_text(&document, &facts.links))
    }
}

/// Whether a `.link` file that did not come with systemd has named a netdev.
fn is_named_by_administrator(machine: &dyn Machine, link: &Link) -> bool {
    let names = machine.udev_names(link.ifindex);
    let file = names.link_file.as_deref();
    names.decided.as_ref() == Some(&link.name)
        && file.is_some_and(|file| !udev_database::is_vendor_file(file))
}

fn name_of(links: &[Link], ifindex: u32) -> String {
    let link = links.iter().find(|link| link.ifindex == ifindex);
    link.map_or_else(|| format!("interface {ifindex}"), |link| link.name.clone())
}

/// What others rely on in netdevs that are to be renamed: their addresses, and
/// their places in bridges and bonds, which configurations know by name.
fn findings(
    machine: &dyn Machine,
    links: &[Link],
    steps: &[Change],
) -> Result<Vec<Finding>, Failure> {
    let renamed = |link: &&Link| {
        let of = |step: &Change| matches!(step, Change::Rename { ifindex, .. } if *ifindex == link.ifindex);
        steps.iter().any(of)
    };
    let mut findings = Vec::new();
    let mut found = |code, message: &str, evidence: Vec<String>| {
        if !evidence.is_empty() {
            let remedy =
                format!("move what relies on them first, or go on with --force {code}");
            let message = format!("{message} ({})", evidence.join(", "));
            findings.push(Finding {
                code,
                severity: Severity::Refuse,
                message,
                evidence,
                remedy,
                can_be_forced: true,
            });
        }
    };
    // A capture has no addresses.
    let addresses = match addresses::all(machine) {
        Ok(addresses) => addresses,
        Err(NetlinkError::Refused(_) | NetlinkError::Socket(_)) => Vec::new(),
        Err(error) => return Err(survey::unread("addresses", &error)),
    };
    let mut with_addresses = Vec::new();
    let mut with_master = Vec::new();
    for link in links.iter().filter(renamed) {
        let own = addresses.iter().filter(|(index, _)| *index == link.ifindex);
        with_addresses.extend(own.map(|(_, address)| format!("{} {address}", link.name)));
        if let Some(master) = link.master {
            with_master.push(format!("{} in {}", link.name, name_of(links, master)));
        }
    }
    found(HAS_ADDRESSES, "interfaces to be renamed have addresses", with_addresses);
    found(HAS_MASTER, "interfaces to be renamed are in a bridge or bond", with_master);
    Ok(findings)
}

/// Makes the changes; when one fails, takes back those before it. Netdevs that
/// vanish meanwhile are passed over.
fn perform(machine: &Live, steps: &[Change]) -> Result<(), Failure> {
    let mut done: Vec<&Change> = Vec::new();
    for step in steps {
        match make(machine, step) {
            Ok(()) => done.push(step),
            Err(error) if error.is_gone() => {
                log::debug!("interface {} has vanished", step.ifindex());
            }
            Err(error) => return Err(undone(machine, &done, step, &error)),
        }
    }
    Ok(())
}

fn make(machine: &Live, step: &Change) -> Result<(), NetlinkError> {
    match step {
        Change::Rename { ifindex, to, .. } => {
            links::rename_at_any_state(machine, *ifindex, to)
        }
        Change::AddAltname { ifindex, altname } => {
            links::add_altname(machine, *ifindex, altname)
        }
        Change::RemoveAltname { ifindex, altname } => {
            links::remove_altname(machine, *ifindex, altname)
        }
    }
}

/// Takes the changes back, the last first, and says how that went.
fn undone(
    machine: &Live,
    done: &[&Change],
    step: &Change,
    error: &NetlinkError,
) -> Failure {
    let mut left = Vec::new();
    for step in done.iter().rev() {
        let taken_back = step.undo().map(|undo| make(machine, &undo));
        match taken_back {
            Some(Ok(())) => {}
            Some(Err(error)) if error.is_gone() => {}
            Some(Err(error)) => {
                left.push(format!("not undone: {}: {error}", describe(step, &[])));
            }
            None => left.push(format!("not undone: {}", describe(step, &[]))),
        }
    }
    let kind = match (left.is_empty(), error.is_denied()) {
        (false, _) => Kind::NotUndone,
        (true, true) => Kind::NotPermitted,
        (true, false) => Kind::Failed,
    };
    let mut failure = Failure::new(kind, format!("cannot {}", describe(step, &[])));
    failure.errno = error.errno();
    let state = match left.as_slice() {
        [] => "all names are as before".to_owned(),
        left => left.join("; "),
    };
    failure.state(state).hint("\"swdevctl name show\" shows the names; try again when nothing else renames them")
}

fn describe(step: &Change, links: &[Link]) -> String {
    match step {
        Change::Rename { from, to, .. } => format!("rename {from} to {to}"),
        Change::AddAltname { ifindex, altname } => {
            format!("add altname {altname} to {}", name_of(links, *ifindex))
        }
        Change::RemoveAltname { ifindex, altname } => {
            format!("remove altname {altname} from {}", name_of(links, *ifindex))
        }
    }
}

fn to_text(document: &Document, links: &[Link]) -> String {
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
        let _ = writeln!(text, "{}. {}", number + 1, describe(step, links));
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
