// SPDX-License-Identifier: MIT OR Apache-2.0
//! Changes of several devices: all are checked before any is touched, and all are
//! switched before any is waited for.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::{
    Outcome, Terms, change::Transaction, journal::Header, lock, perform::Performer,
    start_worker,
};
use crate::{
    desired::Wanted,
    error::{Failure, Kind},
    model::{Eswitch, EswitchMode, Handle, Snapshot},
    plan::{Finding, Plan, Report, Request, Settings, Severity, Sfs},
    survey::{self, kept},
    sys::{Effects, Machine, Memo, lock::Locks, pci, udev_database::Progress, vfs},
};

/// How long udev may take to name the netdevs that a device has before a change.
const NAMING: Duration = Duration::from_secs(20);

/// One device of a batch that was checked.
struct Change {
    /// The device.
    device: Handle,
    /// The mode that it is to have.
    to: EswitchMode,
    /// What is to be done; none where it is in the mode already.
    plan: Option<Plan>,
}

/// What stands in the way of any change of a device: an earlier one that was interrupted.
#[must_use]
pub fn unfinished(machine: &dyn Machine, device: &Handle) -> Option<Finding> {
    kept::unfinished(machine, device).map(|journal| Finding {
        code: "change-unfinished",
        severity: Severity::Refuse,
        message: "an earlier change was interrupted".into(),
        evidence: vec![journal],
        remedy: format!("complete or roll it back first: \"swdevctl recover {device}\""),
        can_be_forced: false,
    })
}

/// What devices are to become.
#[derive(Debug, Clone, Copy)]
pub enum Goal<'a> {
    /// All of them the same.
    Requested(&'a Request),
    /// Each with these SFs, these findings being accepted.
    Sfs(&'a BTreeMap<Handle, Sfs>, &'a [String]),
    /// Each what is declared for it.
    Declared(&'a Declared),
}

/// The declared state of devices.
#[derive(Debug)]
pub struct Declared {
    /// What is declared for each.
    pub wanted: BTreeMap<Handle, Wanted>,
    /// Sets of them that are changed all or none.
    pub groups: Vec<BTreeSet<Handle>>,
    /// Codes of findings that are accepted.
    pub force: Vec<String>,
}

impl Goal<'_> {
    /// What it is for a device that is like this.
    fn request(&self, machine: &dyn Machine, snapshot: &Snapshot) -> Request {
        let device = &snapshot.device.handle;
        match self {
            Self::Requested(request) => (*request).clone(),
            Self::Sfs(sfs, force) => Request {
                force: force.to_vec(),
                settings: Settings {
                    sfs: sfs.get(device).cloned().unwrap_or_default(),
                    ..Settings::default()
                },
                ..Request::of_mode(snapshot.state.eswitch.mode)
            },
            Self::Declared(Declared { wanted, force, .. }) => {
                let nothing = Wanted::default();
                let wanted = wanted.get(device).unwrap_or(&nothing);
                let params = survey::declared::params(machine, device, wanted);
                Request::declared(wanted, snapshot, &params, force)
            }
        }
    }

    /// Whether a failure with one device keeps another from being changed. What is
    /// requested for several devices is checked for all of them before any is touched, and
    /// then each goes its own way.
    fn are_together(&self, one: &Handle, other: &Handle, begun: bool) -> bool {
        match self {
            Self::Requested(_) | Self::Sfs(..) => !begun,
            Self::Declared(Declared { groups, .. }) => {
                groups.iter().any(|group| group.contains(one) && group.contains(other))
            }
        }
    }
}

/// What is true of a device, and the plan that comes of it.
pub fn plan(machine: &dyn Machine, device: &Handle, goal: Goal) -> Result<Plan, Failure> {
    survey::of_one_instance(machine, device, || planned(machine, device, goal))
}

fn planned(machine: &dyn Machine, device: &Handle, goal: Goal) -> Result<Plan, Failure> {
    let snapshot = survey::preflight(machine, device)?;
    let request = goal.request(machine, &snapshot);
    if let Some(what) = lacking(goal, &snapshot.state.eswitch) {
        return Err(Failure::new(Kind::Refused, format!("{device} has no {what} mode"))
            .on(device)
            .state("nothing was changed"));
    }
    let most = snapshot.device.sriov.map(|sriov| sriov.total.unwrap_or(u32::MAX));
    let most = most.unwrap_or(0);
    if let Some(vfs) = request.vfs.filter(|vfs| *vfs > most) {
        let message = format!("{device} can have {most} VFs at most, not {vfs}");
        let hint = match most {
            0 => {
                "it offers no SR-IOV, which the card's firmware settings can enable (NVIDIA: SRIOV_EN, NUM_OF_VFS)"
            }
            _ => "the card's firmware settings limit the number of VFs",
        };
        return Err(Failure::new(Kind::Usage, message)
            .on(device)
            .state("nothing was changed")
            .hint(hint));
    }
    let stash = kept::stash(machine, device, request.mode);
    Ok(Plan::new(&snapshot, &request, stash.as_ref()))
}

/// What is requested and the device does not have. What is declared differs then.
fn lacking(goal: Goal, now: &Eswitch) -> Option<&'static str> {
    let Goal::Requested(Request { settings, .. }) = goal else { return None };
    let inline = settings.inline_mode.is_some() && now.inline_mode.is_none();
    let encap = settings.encap_mode.is_some() && now.encap_mode.is_none();
    inline.then_some("inline").or(encap.then_some("encap"))
}

/// Failure where a plan's findings stand in the way.
#[must_use]
pub fn refused(plan: &Plan) -> Option<Failure> {
    let Plan { device, from, to, findings, .. } = plan;
    let refusals = findings.iter().filter(|finding| finding.severity == Severity::Refuse);
    let (texts, remedies): (Vec<String>, Vec<&str>) = refusals
        .map(|of| {
            let evidence = of.evidence.join(", ");
            let text = format!("{} [{}: {evidence}]", of.message, of.code);
            (text, of.remedy.as_str())
        })
        .unzip();
    if texts.is_empty() {
        return None;
    }
    let what = match from == to {
        true => format!("change {device}"),
        false => format!("set {device} to {to}"),
    };
    let message = format!("refusing to {what}: {}", texts.join("; "));
    Some(
        Failure::new(Kind::Refused, message)
            .on(device)
            .state(format!("nothing was changed, {device} is in mode {from}"))
            .hint(remedies.join("; ")),
    )
}

/// Changes of several devices that were checked, with their locks.
pub struct Batch<'a> {
    effects: &'a dyn Effects,
    goal: Goal<'a>,
    locks: Locks,
    checked: Vec<(Report, Change)>,
    refused: Vec<Failure>,
}

impl<'a> Batch<'a> {
    /// Takes the locks of all devices, and checks each of them. A device that is refused
    /// takes those with it that it is changed together with; where none is left, all that
    /// stands in the way is returned.
    pub fn check(
        effects: &'a dyn Effects,
        devices: &[Handle],
        goal: Goal<'a>,
        terms: &Terms,
    ) -> Result<Self, Vec<Failure>> {
        // Whoever else changes one of these cards has ended then. A question about the
        // device itself would wait in the kernel, without this limit.
        let locks = lock(effects, devices, terms).map_err(|failure| vec![failure])?;
        // Somebody else may be making VFs at this moment.
        devices.iter().for_each(|device| {
            vfs::wait_until_made(effects.machine(), device);
            wait_until_named(effects, device);
        });
        let memo = Memo::new(effects.machine());
        let (mut checked, mut refused) = (Vec::new(), BTreeMap::new());
        for device in devices {
            match check(&memo, device, goal) {
                Ok(change) => checked.push(change),
                Err(failure) => drop(refused.insert(device, failure)),
            }
        }
        let mut failures = Vec::new();
        checked.retain(|(report, _)| {
            let device = &report.handle;
            let mut others = refused.keys();
            let other = others.find(|other| goal.are_together(device, other, false));
            failures.extend(other.map(|other| held_back(device, other)));
            other.is_none()
        });
        if !matches!(goal, Goal::Declared(_)) {
            failures.clear();
        }
        failures.splice(0..0, refused.into_values());
        if checked.is_empty() {
            return Err(failures);
        }
        Ok(Self { effects, goal, locks, checked, refused: failures })
    }

    /// What is to be done with each device.
    pub fn reports(&self) -> impl Iterator<Item = &Report> {
        self.checked.iter().map(|(report, _)| report)
    }

    /// Makes the changes: what has become of each device, and what has failed.
    #[must_use]
    pub fn run(self, terms: &Terms) -> (Vec<Report>, Vec<Failure>) {
        let (reports, changes): (Vec<_>, Vec<_>) = self.checked.into_iter().unzip();
        let outcomes = run(self.effects, &changes, self.goal, &self.locks, terms);
        let (mut done, mut failures) = (Vec::new(), self.refused);
        for (report, outcome) in reports.into_iter().zip(outcomes) {
            match outcome {
                Ok(Outcome { representors, kernel_message, notes }) => {
                    done.push(Report { representors, kernel_message, notes, ..report });
                }
                Err(failure) => failures.push(failure),
            }
        }
        (done, failures)
    }
}

/// Waits until udev has finished with the netdevs of a device and of its VFs that have the
/// kernel's names: what is read before udev renames them would be restored over its names.
fn wait_until_named(effects: &dyn Effects, device: &Handle) {
    let is_pending = || {
        let unnamed = survey::unnamed(effects.machine(), device);
        unnamed.iter().any(|(name, ifindex)| {
            effects.udev_progress(name, *ifindex) == Progress::Pending
        })
    };
    if !is_pending() {
        return;
    }
    let Ok(events) = effects.events() else { return };
    let deadline = effects.now() + NAMING;
    while is_pending() && events.wait(deadline, Duration::ZERO).unwrap_or(false) {}
}

/// What is to be done with a device, if nothing stands in the way.
fn check(
    machine: &dyn Machine,
    device: &Handle,
    goal: Goal,
) -> Result<(Report, Change), Failure> {
    if let Some(finding) = unfinished(machine, device) {
        let (code, evidence) = (finding.code, finding.evidence.join(", "));
        let message = format!("{device}: {} [{code}: {evidence}]", finding.message);
        return Err(Failure::new(Kind::Refused, message)
            .on(device)
            .state("nothing was changed")
            .hint(finding.remedy));
    }
    let change = |to, plan| Change { device: device.clone(), to, plan };
    let now = survey::mode_to_change(machine, device)?;
    let vfs = pci::number_of_vfs(machine, device);
    if let Goal::Requested(request) = goal {
        // Where nothing is to be done, nothing more is read either.
        let is_so = request.vfs.is_none_or(|wanted| wanted == vfs);
        if now == request.mode && is_so && request.settings == Settings::default() {
            return Ok((Report::unchanged(device, now, vfs), change(now, None)));
        }
    }
    let plan = plan(machine, device, goal)?;
    if let Some(refused) = refused(&plan) {
        return Err(refused);
    }
    let vfs = plan.vfs().unwrap_or(vfs);
    let report = Report::planned(&plan, vfs);
    Ok((report, change(plan.to, (!plan.steps.is_empty()).then_some(plan))))
}

/// A device that is not changed, since another one of its group cannot be.
fn held_back(device: &Handle, other: &Handle) -> Failure {
    let message = format!("{device} is not changed without {other}, of its group");
    Failure::new(Kind::Refused, message).on(device).state("nothing was changed")
}

/// Makes the changes, and returns what has become of each. The caller holds the locks.
#[must_use]
fn run(
    effects: &dyn Effects,
    changes: &[Change],
    goal: Goal,
    locks: &Locks,
    terms: &Terms,
) -> Vec<Result<Outcome, Failure>> {
    let needed = changes.iter().any(|change| change.plan.is_some());
    let worker = needed.then(|| start_worker(effects, locks, terms)).transpose();
    let _worker = match worker {
        Ok(worker) => worker,
        Err(failure) => {
            let failed = |change: &Change| Err(failure.clone().on(&change.device));
            return changes.iter().map(failed).collect();
        }
    };
    let switched = each(changes, changes.iter(), goal, |change, failed| match failed {
        Some(other) => Err(without(&change.device, other).state("nothing was changed")),
        None => switch(effects, change, terms),
    });
    let switched = all_or_none(switched, changes, goal);
    let completed =
        each(changes, switched, goal, |switched, failed| match (switched?, failed) {
            (Some(transaction), Some(other)) => {
                let device = transaction.performer.device;
                Err(transaction.failed(without(device, other)))
            }
            (Some(transaction), None) => transaction.complete().map(Some),
            (None, _) => Ok(None),
        });
    let completed = all_or_none(completed, changes, goal);
    let ended =
        completed.into_iter().zip(changes).map(|(completed, change)| match completed? {
            Some(transaction) => transaction.end(),
            None => wait(effects, change, terms),
        });
    ended.collect()
}

/// A change so far; none where nothing is to be done.
type Begun<'a> = Result<Option<Transaction<'a>>, Failure>;

/// Takes one change after the other a stage further; the stage is told of another that has
/// failed and without which the change does not stand.
fn each<'a, T>(
    changes: &[Change],
    all: impl IntoIterator<Item = T>,
    goal: Goal,
    stage: impl Fn(T, Option<&Handle>) -> Begun<'a>,
) -> Vec<Begun<'a>> {
    let mut failed: Vec<&Handle> = Vec::new();
    let stages = all.into_iter().zip(changes).map(|(one, change)| {
        let device = &change.device;
        let mut others = failed.iter();
        let other = others.find(|other| goal.are_together(device, other, true));
        let begun = stage(one, other.copied());
        if begun.is_err() {
            failed.push(device);
        }
        begun
    });
    stages.collect()
}

/// Rolls the changes back that do not stand without one that has failed.
fn all_or_none<'a>(
    begun: Vec<Begun<'a>>,
    changes: &[Change],
    goal: Goal,
) -> Vec<Begun<'a>> {
    let failed = begun.iter().zip(changes).filter(|(begun, _)| begun.is_err());
    let failed: Vec<&Handle> = failed.map(|(_, change)| &change.device).collect();
    let begun = begun.into_iter().zip(changes).map(|(begun, change)| match begun {
        Ok(Some(transaction)) => {
            let device = &change.device;
            let mut failed = failed.iter();
            match failed.find(|other| goal.are_together(device, other, true)) {
                Some(other) => Err(transaction.failed(without(device, other))),
                None => Ok(Some(transaction)),
            }
        }
        other => other,
    });
    begun.collect()
}

/// A device that is changed back, since another one of its group could not be changed.
fn without(device: &Handle, other: &Handle) -> Failure {
    let message =
        format!("{device} is not changed without {other}, of its group, which failed");
    Failure::new(Kind::Failed, message).on(device)
}

/// Runs the part of the plan that switches; the representors are still to come.
fn switch<'a>(
    effects: &'a dyn Effects,
    change: &'a Change,
    terms: &Terms<'a>,
) -> Result<Option<Transaction<'a>>, Failure> {
    let (device, Some(plan)) = (&change.device, &change.plan) else { return Ok(None) };
    if effects.interrupts() > 0 {
        let message = format!("interrupted before {device} was changed");
        return Err(Failure::new(Kind::Failed, message)
            .on(device)
            .state("nothing was changed"));
    }
    let header = Header::new(effects.machine(), plan.clone(), false);
    Transaction::begin(effects, device, header, terms)?.switch().map(Some)
}

/// Waits until a device that is in a mode already has its representors and their names.
fn wait(
    effects: &dyn Effects,
    change: &Change,
    terms: &Terms,
) -> Result<Outcome, Failure> {
    let performer = Performer::new(effects, &change.device, terms)?;
    let deadline = effects.now() + terms.limit;
    let waiter = performer.waiter.keeping_names();
    let representors = waiter.wait(change.to, deadline, &|| Ok(()))?;
    Ok(Outcome { representors, kernel_message: None, notes: Vec::new() })
}
