// SPDX-License-Identifier: MIT OR Apache-2.0
//! Gives netdevs the names of a policy, all or none.

use std::collections::BTreeMap;

use crate::{
    error::{Failure, Kind},
    model::{Facts, Identity, Link},
    naming::{Change, NameConflict, Policy, Target, changes},
    plan::Renames,
    survey,
    sys::{Machine, NetlinkError, Writable, addresses, links},
};

/// The changes that give these netdevs the names of a policy.
pub fn plan(
    machine: &dyn Machine,
    facts: &Facts,
    netdevs: Vec<(&Link, Identity)>,
    policy: &Policy,
) -> Result<Renames, Failure> {
    let mut wanted = BTreeMap::new();
    let mut kept = Vec::new();
    for (link, identity) in netdevs {
        let name = policy.name(&identity).map(|name| name.name);
        let renamed = name.as_ref().is_some_and(|name| name.as_str() != link.name);
        let forced = policy.force(&identity);
        if renamed && !forced && survey::is_named_by_administrator(machine, link) {
            kept.push(link.name.clone());
            continue;
        }
        let altnames = policy.altnames(&identity);
        wanted.insert(link.ifindex, Target { name, altnames });
    }
    let steps =
        changes(&facts.links, &wanted).map_err(|taken| conflict(facts, &taken))?;
    // A capture may have no addresses.
    let addresses = match addresses::all(machine) {
        Ok(addresses) => addresses,
        Err(NetlinkError::Refused(_) | NetlinkError::Socket(_)) => Vec::new(),
        Err(error) => return Err(survey::unread("addresses", &error)),
    };
    Ok(Renames::new(policy.id(), kept, steps, &facts.links, &addresses))
}

/// Failure where other interfaces have the names, and keep them.
fn conflict(facts: &Facts, taken: &[NameConflict]) -> Failure {
    let names: BTreeMap<u32, &str> =
        facts.links.iter().map(|link| (link.ifindex, link.name.as_str())).collect();
    let name = |index: u32| names.get(&index).copied().unwrap_or("?");
    let all = taken.iter().map(|taken| {
        let (netdev, by) = (name(taken.ifindex), name(taken.by));
        format!("{netdev} cannot be called {}, as {by} is", taken.name)
    });
    Failure::new(Kind::Refused, all.collect::<Vec<_>>().join("; "))
        .state("nothing was changed")
        .hint("rename the other interface, or see \"swdevctl name check\"")
}

/// Failure where what stands in the way is not accepted.
pub fn check(renames: &Renames, force: &[String]) -> Result<(), Failure> {
    let Some(finding) = renames.refusal(force) else { return Ok(()) };
    let message = format!("{}: {}", finding.code, finding.message);
    Err(Failure::new(Kind::Refused, message)
        .state("nothing was changed")
        .hint(finding.remedy.clone()))
}

/// Makes the changes; when one fails, takes back those before it. Netdevs that
/// vanish meanwhile are passed over.
pub fn perform(machine: &dyn Writable, renames: &Renames) -> Result<(), Failure> {
    let mut done: Vec<&Change> = Vec::new();
    for step in &renames.steps {
        match make(machine, step) {
            Ok(()) => done.push(step),
            Err(error) if error.is_gone() => {
                log::debug!("interface {} has vanished", step.ifindex());
            }
            Err(error) => return Err(undone(machine, renames, &done, step, &error)),
        }
    }
    Ok(())
}

fn make(machine: &dyn Writable, step: &Change) -> Result<(), NetlinkError> {
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
    machine: &dyn Writable,
    renames: &Renames,
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
                left.push(format!("not undone: {}: {error}", renames.describe(step)));
            }
            None => left.push(format!("not undone: {}", renames.describe(step))),
        }
    }
    let kind = match (left.is_empty(), error.is_denied()) {
        (false, _) => Kind::NotUndone,
        (true, true) => Kind::NotPermitted,
        (true, false) => Kind::Failed,
    };
    let mut failure = Failure::new(kind, format!("cannot {}", renames.describe(step)));
    failure.errno = error.errno();
    let state = match left.as_slice() {
        [] => "all names are as before".to_owned(),
        left => left.join("; "),
    };
    failure.state(state).hint("\"swdevctl name show\" shows the names; try again when nothing else renames them")
}
