// SPDX-License-Identifier: MIT OR Apache-2.0
//! Waiting until a mode change has reached its end: each expected representor
//! exists and bears its final name.

use std::{
    collections::BTreeSet,
    mem,
    rc::Rc,
    time::{Duration, Instant},
};

use super::Terms;
use crate::{
    driver::profile,
    error::{Failure, Kind},
    model::{Device, EswitchMode, Handle, IfName, Link, Place, Role},
    naming::Policy,
    survey::{self, Reading},
    sys::{Effects, Events, Machine, NetlinkError, links, udev_database::Progress},
};

/// After so long it is told what is waited for, again and again.
const NOTICE: Duration = Duration::from_secs(10);
/// The longest time between two looks while things happen.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Waits for one device.
pub(super) struct Waiter<'a> {
    effects: &'a dyn Effects,
    /// What is read from.
    machine: &'a dyn Machine,
    handle: &'a Handle,
    events: Box<dyn Events>,
    /// None where it cannot be read.
    policy: Option<Policy>,
    /// The netdevs that were there before.
    before: BTreeSet<u32>,
    /// Whether netdevs of other names than the kernel's own may be renamed.
    renames: bool,
    waiting: Rc<dyn Fn(&str)>,
}

/// How far the device is.
#[derive(Default)]
struct State {
    representors: usize,
    /// Ports of VFs that have no netdev.
    without_netdev: usize,
    /// What is not as it will be, one entry a representor.
    missing: Vec<String>,
    /// What nobody else will name.
    renames: Vec<Rename>,
}

/// What there is to do about the name of a netdev.
enum Naming {
    /// Nothing: it has its final name.
    Final,
    /// To wait for somebody else.
    Pending(String),
    /// To rename it.
    Due(Rename),
}

/// A netdev that is to be renamed.
struct Rename {
    ifindex: u32,
    from: String,
    to: IfName,
    /// Whether the new name is one of its own altnames.
    is_altname: bool,
}

impl Rename {
    fn failed(&self, why: &str) -> String {
        format!("{} could not be renamed to {}: {why}", self.from, self.to)
    }
}

impl<'a> Waiter<'a> {
    /// Subscribes to events.
    pub(super) fn new(
        effects: &'a dyn Effects,
        handle: &'a Handle,
        terms: &Terms,
    ) -> Result<Self, Failure> {
        Self::reading(effects, effects.machine(), handle, terms)
    }

    /// The same for a device that is looked at once, by what this machine remembers.
    pub(super) fn reading(
        effects: &'a dyn Effects,
        machine: &'a dyn Machine,
        handle: &'a Handle,
        terms: &Terms,
    ) -> Result<Self, Failure> {
        let events = effects.events().map_err(|e| survey::machine_unread(&e))?;
        // The mode and VFs need no names.
        let policy = survey::policy_in_force(machine).inspect_err(|error| {
            log::warn!(
                "naming policy {error}: representors keep the names that they get"
            );
        });
        let links = links::all(machine).map_err(|e| survey::machine_unread(&e))?;
        let before = links.iter().map(|link| link.ifindex).collect();
        Ok(Self {
            effects,
            machine,
            handle,
            events,
            policy: policy.ok(),
            before,
            renames: true,
            waiting: Rc::clone(&terms.waiting),
        })
    }

    /// Of a device that is in its mode already, names that others have given stay.
    pub(super) fn keeping_names(self) -> Self {
        Self { renames: false, ..self }
    }

    /// Waits for the next event, or until then.
    pub(super) fn pause(&self, until: Instant) -> Result<(), Failure> {
        let woken = self.events.wait(until, Duration::ZERO);
        let failed = |error| {
            Failure::new(Kind::Failed, format!("cannot wait for events: {error}"))
                .on(self.handle)
        };
        woken.map(drop).map_err(failed)
    }

    /// Waits until the device has all representors that its mode calls for,
    /// with their final names, and returns how many; or none, in legacy mode. `go_on`
    /// is asked whenever something has happened.
    pub(super) fn wait(
        &self,
        mode: EswitchMode,
        deadline: Instant,
        go_on: &dyn Fn() -> Result<(), Failure>,
    ) -> Result<usize, Failure> {
        let waiting_since = self.effects.now();
        let mut renamed = BTreeSet::new();
        let mut notice = waiting_since + NOTICE;
        loop {
            let began = self.effects.now();
            go_on()?;
            let mut state = self.look(mode)?;
            let mut anew = false;
            for due in mem::take(&mut state.renames) {
                let first = renamed.insert(due.ifindex);
                let missing = self.rename(&due);
                anew |= first && missing.is_none();
                let again = (!first).then(|| due.failed("the kernel reported success"));
                state.missing.extend(missing.or(again));
            }
            // Looking takes the processors away from udev: a tenth at most, where that
            // means no long wait on a busy machine.
            let looked = self.effects.now() - began;
            let pause = (looked * 9).min(LONGEST_PAUSE);
            if state.missing.is_empty() {
                if anew {
                    continue;
                }
                return Ok(state.representors);
            }
            if began >= notice {
                notice = began + NOTICE;
                let missing = list(&state.missing);
                (self.waiting)(&format!("{}: still waiting: {missing}", self.handle));
            }
            let woken = self.events.wait(deadline.min(notice), pause);
            let woken = woken.map_err(|e| survey::machine_unread(&e.into()))?;
            let now = self.effects.now();
            if !woken && now >= deadline {
                return Err(self.incomplete(&state, mode, now - waiting_since));
            }
        }
    }

    /// How many representors the device has, if all are there with their final names.
    pub(super) fn ready(&self, mode: EswitchMode) -> Option<usize> {
        let state = self.look(mode).ok()?;
        let ready = state.missing.is_empty() && state.renames.is_empty();
        ready.then_some(state.representors)
    }

    fn look(&self, mode: EswitchMode) -> Result<State, Failure> {
        let reading = Reading::of(self.machine, self.handle)?;
        let Reading { own, device, links, .. } = &reading;
        let link = |ifindex: u32| links.iter().find(|link| link.ifindex == ifindex);
        let mut state = State::default();
        for port in &device.ports {
            let rep = matches!(port.place.role, Role::PfRep | Role::VfRep | Role::SfRep);
            let Some(link) = port.netdev.as_ref().and_then(|n| link(n.ifindex)) else {
                state.without_netdev += usize::from(port.place.role == Role::VfRep);
                continue;
            };
            if rep {
                state.representors += 1;
            }
            if rep && !mode.has_representors() {
                state.missing.push(format!("{} is still there", link.name));
            } else if rep || port.place.role == Role::Uplink {
                let policy = self.policy.as_ref();
                let wanted = policy.and_then(|p| survey::policy_name(p, link, own));
                match self.naming(link, wanted, rep) {
                    Naming::Final => {}
                    Naming::Pending(missing) => state.missing.push(missing),
                    Naming::Due(rename) => state.renames.push(rename),
                }
            }
        }
        for link in self.new_netdevs_of_sfs(&reading) {
            let policy = self.policy.as_ref();
            let wanted = policy.and_then(|policy| {
                let place = Place::sf(link.0);
                policy.name(&survey::function_of(link.1, own, place)?).map(|of| of.name)
            });
            match self.naming(link.1, wanted, false) {
                Naming::Final => {}
                Naming::Pending(missing) => state.missing.push(missing),
                Naming::Due(rename) => state.renames.push(rename),
            }
        }
        if mode.has_representors() {
            state.missing.extend(absent(device));
        }
        Ok(state)
    }

    /// The own netdevs of SFs that came with the change.
    fn new_netdevs_of_sfs<'r>(&self, reading: &'r Reading) -> Vec<(u32, &'r Link)> {
        let mut netdevs = survey::own_netdevs_of_sfs(reading);
        netdevs.retain(|(_, link)| !self.before.contains(&link.ifindex));
        netdevs
    }

    /// The own netdevs of these SFs came with the change too: an earlier program has begun
    /// with it.
    pub(super) fn adopt(&mut self, sfs: &[u32]) -> Result<(), Failure> {
        let reading = Reading::of(self.machine, self.handle)?;
        for (number, link) in survey::own_netdevs_of_sfs(&reading) {
            if sfs.contains(&number) {
                self.before.remove(&link.ifindex);
            }
        }
        Ok(())
    }

    /// What is to be done until the link bears its final name. The helper and this
    /// function compute the same name, so who comes first does not matter; where
    /// udev is done and gave a netdev none, it is renamed here. An uplink that was
    /// there before keeps the name that it has: configurations know it by that.
    fn naming(&self, link: &Link, wanted: Option<IfName>, rep: bool) -> Naming {
        let ours = (rep || !self.before.contains(&link.ifindex))
            && (self.renames || is_kernels(&link.name));
        if wanted.as_ref().is_some_and(|name| name.as_str() == link.name) {
            return Naming::Final;
        }
        match (self.effects.udev_progress(&link.name, link.ifindex), wanted) {
            (Progress::Pending, wanted) => Naming::Pending(format!(
                "{} is not {} yet: udev has not finished",
                link.name,
                wanted.as_ref().map_or("a name", IfName::as_str)
            )),
            // An administrator's `.link` file or rule decided.
            (Progress::Done { decided: Some(decided) }, _) if decided == link.name => {
                Naming::Final
            }
            (_, Some(to)) if ours => Naming::Due(Rename {
                ifindex: link.ifindex,
                from: link.name.clone(),
                is_altname: link.altnames.iter().any(|name| name == to.as_str()),
                to,
            }),
            _ => Naming::Final,
        }
    }

    /// Renames a netdev, and returns what is missing if that failed.
    fn rename(&self, due: &Rename) -> Option<String> {
        let Rename { ifindex, to, is_altname, .. } = due;
        // The kernel refuses a name that is the netdev's own altname (EEXIST).
        if let (true, Ok(altname)) = (is_altname, to.as_str().parse()) {
            let _ = links::remove_altname(self.effects, *ifindex, &altname);
        }
        let answer = match links::rename(self.effects, *ifindex, to) {
            Ok(()) => return None,
            Err(error) if error.is_gone() => return None,
            Err(NetlinkError::Refused(ack)) => crate::error::errno_name(ack.errno),
            Err(error) => error.to_string(),
        };
        Some(due.failed(&answer))
    }

    fn incomplete(&self, state: &State, mode: EswitchMode, limit: Duration) -> Failure {
        let seconds = limit.as_secs();
        let count = state.missing.len();
        let list = list(&state.missing);
        let message = format!(
            "{} is in mode {mode}, but {count} netdevs were not ready within {seconds} s: {list}",
            self.handle
        );
        let hint = if state.without_netdev > 0 && state.representors == 0 {
            "its VFs have devlink ports without netdevs: in a socket-direct group those come when the last PF of the card is switched, so name all of them or use --all"
        } else {
            "run the same command again to go on waiting, with a longer --timeout if udev is busy"
        };
        Failure::new(Kind::Incomplete, message)
            .on(self.handle)
            .state(format!("mode {mode}, {} representors", state.representors))
            .hint(hint)
    }
}

/// The first of what is missing, in one line.
fn list(missing: &[String]) -> String {
    const MOST: usize = 8;
    let first: Vec<&str> = missing.iter().take(MOST).map(String::as_str).collect();
    match missing.len().checked_sub(MOST) {
        None | Some(0) => first.join("; "),
        Some(more) => format!("{}; and {more} more", first.join("; ")),
    }
}

/// Whether a name is one that the kernel counts out (net/core/dev.c, dev_alloc_name).
fn is_kernels(name: &str) -> bool {
    let number = name.strip_prefix("eth");
    number.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

/// The VFs that have no representor yet, of those that the device has.
fn absent(device: &Device) -> Vec<String> {
    let profile = profile(device.driver.as_deref());
    let vfs = device
        .sriov
        .filter(|_| profile.represents_vfs)
        .map_or(0, |sriov| sriov.configured);
    let ports = device.ports.iter().filter(|port| port.place.role == Role::VfRep);
    // A VF of another host's PF can have the number of the device's own.
    let present: BTreeSet<u32> = ports
        .filter(|port| !port.foreign)
        .filter(|port| port.place.controller == 0 && port.netdev.is_some())
        .filter_map(|port| port.place.vf)
        .collect();
    let absent =
        (profile.first_vf..profile.first_vf + vfs).filter(|vf| !present.contains(vf));
    absent.map(|vf| format!("VF {vf} has no representor yet")).collect()
}
