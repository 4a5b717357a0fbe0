// SPDX-License-Identifier: MIT OR Apache-2.0
//! Waiting until a mode change has reached its end: each expected representor
//! exists and bears its final name.

use std::{
    collections::BTreeSet,
    rc::Rc,
    time::{Duration, Instant},
};

use super::Terms;
use crate::{
    driver::{is_foreign_port, profile},
    error::{Failure, Kind},
    model::{Device, EswitchMode, Handle, IfName, Link, Port, Role},
    naming::Policy,
    survey::{self, Reading},
    sys::{
        Live, NetlinkError, links,
        udev_database::{Progress, progress},
        watch::Watch,
    },
};

/// After so long it is told what is waited for, again and again.
const NOTICE: Duration = Duration::from_secs(10);
/// The longest time between two looks while things happen.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Waits for one device.
pub(super) struct Waiter<'a> {
    machine: &'a Live,
    handle: &'a Handle,
    watch: Watch,
    /// None where it cannot be read.
    policy: Option<Policy>,
    /// The netdevs that were there before.
    before: BTreeSet<u32>,
    /// Whether netdevs of other names than the kernel's own may be renamed.
    renames: bool,
    told: Rc<dyn Fn(&str)>,
}

/// How far the device is.
struct State {
    representors: usize,
    /// Ports of VFs that have no netdev.
    without_netdev: usize,
    /// What is not as it will be, one entry a representor.
    missing: Vec<String>,
}

impl<'a> Waiter<'a> {
    /// Subscribes to events.
    pub(super) fn new(
        machine: &'a Live,
        handle: &'a Handle,
        terms: &Terms,
    ) -> Result<Self, Failure> {
        let watch = Watch::open(machine).map_err(|e| survey::machine_unread(&e))?;
        // The mode and VFs need no names.
        let policy = survey::policy_in_force().inspect_err(|error| {
            log::warn!(
                "naming policy {error}: representors keep the names that they get"
            );
        });
        let links = links::all(machine).map_err(|e| survey::machine_unread(&e))?;
        let before = links.iter().map(|link| link.ifindex).collect();
        let told = Rc::clone(&terms.waiting);
        Ok(Self {
            machine,
            handle,
            watch,
            policy: policy.ok(),
            before,
            renames: true,
            told,
        })
    }

    /// Of a device that is in its mode already, names that others have given stay.
    pub(super) fn keeping_names(self) -> Self {
        Self { renames: false, ..self }
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
        let waiting_since = Instant::now();
        let mut notice = waiting_since + NOTICE;
        loop {
            let began = Instant::now();
            go_on()?;
            let state = self.look(mode)?;
            // Looking takes the processors away from udev: a tenth at most, where that
            // means no long wait on a busy machine.
            let pause = (began.elapsed() * 9).min(LONGEST_PAUSE);
            if state.missing.is_empty() {
                return Ok(state.representors);
            }
            if began >= notice {
                notice = began + NOTICE;
                let missing = list(&state.missing);
                (self.told)(&format!("{}: still waiting: {missing}", self.handle));
            }
            let woken = self.watch.wait(deadline.min(notice), pause);
            let woken = woken.map_err(|e| survey::machine_unread(&e.into()))?;
            if !woken && Instant::now() >= deadline {
                return Err(self.incomplete(&state, mode, waiting_since.elapsed()));
            }
        }
    }

    fn look(&self, mode: EswitchMode) -> Result<State, Failure> {
        let reading = Reading::of(self.machine, self.handle)?;
        let Reading { own, device, links, .. } = &reading;
        let link = |ifindex: u32| links.iter().find(|link| link.ifindex == ifindex);
        let mut state = State { representors: 0, without_netdev: 0, missing: Vec::new() };
        for port in &device.ports {
            let rep = matches!(port.role, Role::PfRep | Role::VfRep | Role::SfRep);
            let Some(link) = port.netdev.as_ref().and_then(|n| link(n.ifindex)) else {
                state.without_netdev += usize::from(port.role == Role::VfRep);
                continue;
            };
            if rep {
                state.representors += 1;
            }
            if rep && !mode.has_representors() {
                state.missing.push(format!("{} is still there", link.name));
            } else if rep || port.role == Role::Uplink {
                let policy = self.policy.as_ref();
                let wanted = policy.and_then(|p| survey::policy_name(p, link, own));
                state.missing.extend(self.name(link, wanted.as_ref(), rep));
            }
        }
        if mode.has_representors() {
            state.missing.extend(absent(device));
        }
        Ok(state)
    }

    /// What is missing until the link bears its final name. The helper and this
    /// function compute the same name, so who comes first does not matter; where
    /// udev is done and gave a netdev none, it is given here. An uplink that was
    /// there before keeps the name that it has: configurations know it by that.
    fn name(&self, link: &Link, wanted: Option<&IfName>, rep: bool) -> Option<String> {
        let ours = (rep || !self.before.contains(&link.ifindex))
            && (self.renames || is_kernels(&link.name));
        let named = wanted.is_some_and(|name| name.as_str() == link.name);
        if named {
            return None;
        }
        let wanted_text = wanted.map_or("a name", IfName::as_str);
        match (progress(&link.name, link.ifindex), wanted) {
            (Progress::Pending, _) => Some(format!(
                "{} is not {wanted_text} yet: udev has not finished",
                link.name
            )),
            // An administrator's `.link` file or rule decided.
            (Progress::Done { decided: Some(decided) }, _) if decided == link.name => {
                None
            }
            (_, Some(name)) if ours => self.rename(link, name),
            _ => None,
        }
    }

    fn rename(&self, link: &Link, name: &IfName) -> Option<String> {
        // The kernel refuses a name that is the netdev's own altname (EEXIST).
        let altname = link.altnames.iter().find(|altname| *altname == name.as_str());
        if let Some(Ok(altname)) = altname.map(|altname| altname.parse()) {
            let _ = links::remove_altname(self.machine, link.ifindex, &altname);
        }
        let answer = match links::rename(self.machine, link.ifindex, name) {
            Ok(()) => return None,
            Err(error) if error.is_gone() => return None,
            Err(NetlinkError::Refused(ack)) => crate::error::errno_name(ack.errno),
            Err(error) => error.to_string(),
        };
        Some(format!("{} could not be renamed to {name}: {answer}", link.name))
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
    let ports = device.ports.iter().filter(|port| port.role == Role::VfRep);
    // A VF of another host's PF can have the number of the device's own.
    let own = |port: &&Port| !is_foreign_port(device.driver.as_deref(), port);
    let present: BTreeSet<u32> = ports
        .filter(own)
        .filter(|port| port.controller == 0 && port.netdev.is_some())
        .filter_map(|port| port.vf)
        .collect();
    let absent =
        (profile.first_vf..profile.first_vf + vfs).filter(|vf| !present.contains(vf));
    absent.map(|vf| format!("VF {vf} has no representor yet")).collect()
}
