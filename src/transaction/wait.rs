// SPDX-License-Identifier: MIT OR Apache-2.0
//! Waiting until a mode change has reached its end: each expected representor
//! exists and bears its final name.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use super::look;
use crate::{
    driver::{is_foreign_port, profile},
    error::{Failure, Kind},
    lookup,
    model::{Device, EswitchMode, Handle, IfName, Link, Port, Role},
    naming::Policy,
    sys::{
        Live, NetlinkError, links,
        udev_database::{Progress, progress},
        watch::Watch,
    },
};

/// The longest time between two looks while things happen.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Waits for one device.
pub(super) struct Waiter<'a> {
    machine: &'a Live,
    handle: &'a Handle,
    watch: Watch,
    policy: Policy,
    /// The netdevs that were there before.
    before: BTreeSet<u32>,
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
    pub(super) fn new(machine: &'a Live, handle: &'a Handle) -> Result<Self, Failure> {
        let watch = Watch::open(machine).map_err(|e| look::unread(&e))?;
        let policy = lookup::policy_in_force().map_err(|error| {
            Failure::new(Kind::Usage, format!("naming policy {error}"))
                .state("nothing was changed")
        })?;
        let links = links::all(machine).map_err(|e| look::unread(&e))?;
        let before = links.iter().map(|link| link.ifindex).collect();
        Ok(Self { machine, handle, watch, policy, before })
    }

    /// Waits until the device has all representors that its mode calls for,
    /// with their final names, and returns how many; or none, in legacy mode.
    pub(super) fn wait(
        &self,
        mode: EswitchMode,
        deadline: Instant,
    ) -> Result<usize, Failure> {
        let waiting_since = Instant::now();
        loop {
            let began = Instant::now();
            let state = self.look(mode)?;
            // Looking takes the processors away from udev: a tenth at most, where that
            // means no long wait on a busy machine.
            let pause = (began.elapsed() * 9).min(LONGEST_PAUSE);
            if state.missing.is_empty() {
                return Ok(state.representors);
            }
            let woken = self.watch.wait(deadline, pause);
            if !woken.map_err(|e| look::unread(&e.into()))? {
                return Err(self.incomplete(&state, mode, waiting_since.elapsed()));
            }
        }
    }

    fn look(&self, mode: EswitchMode) -> Result<State, Failure> {
        let (facts, inventory) =
            lookup::inventory(self.machine, std::slice::from_ref(self.handle))
                .map_err(|e| look::unread(&e))?;
        let of = facts.devices.iter().find(|device| device.handle == *self.handle);
        let mut devices = inventory.devices.iter();
        let device = devices.find(|device| device.handle == *self.handle);
        let (Some(device), Some(of)) = (device, of) else {
            let message = format!(
                "{} vanished while its representors were waited for",
                self.handle
            );
            return Err(Failure::new(Kind::NotFound, message)
                .on(self.handle)
                .state("the device is no longer there"));
        };
        let link = |ifindex: u32| facts.links.iter().find(|link| link.ifindex == ifindex);
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
                let wanted = lookup::policy_name(&self.policy, link, of);
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
        let ours = rep || !self.before.contains(&link.ifindex);
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
        match links::rename(self.machine, link.ifindex, name) {
            Ok(()) => None,
            Err(error) if error.is_gone() => None,
            Err(NetlinkError::Refused(ack)) => {
                let answer = crate::error::errno_name(ack.errno);
                Some(format!("{} could not be renamed to {name}: {answer}", link.name))
            }
            Err(error) => {
                Some(format!("{} could not be renamed to {name}: {error}", link.name))
            }
        }
    }

    fn incomplete(&self, state: &State, mode: EswitchMode, limit: Duration) -> Failure {
        const MOST: usize = 8;
        let seconds = limit.as_secs();
        let count = state.missing.len();
        let mut list =
            state.missing.iter().take(MOST).cloned().collect::<Vec<_>>().join("; ");
        if count > MOST {
            list.push_str(&format!("; and {} more", count - MOST));
        }
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
