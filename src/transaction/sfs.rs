// SPDX-License-Identifier: MIT OR Apache-2.0
//! Creates, sets up, activates and removes SFs.
//!
//! mlx5 gives the function of a new SF no netdev until a parameter of the function's own
//! devlink instance says so and its driver is started anew.

use std::{cell::RefCell, collections::BTreeSet, time::Duration};

use super::{functions::function_change, perform::Performer, refusal};
use crate::{
    error::Failure,
    model::{
        Flavour, FunctionSettings, FunctionState, Handle, OpState, ParamMode, ParamValue,
        PortKey, Sf, SfState,
    },
    survey::{self, Reading},
    sys::devlink,
    wire::devlink::{FunctionChange, NewPort},
};

/// How long the functions of SFs that were removed are waited for.
const GONE: Duration = Duration::from_secs(20);
/// A function without a netdev comes and goes without an event.
const LOOK: Duration = Duration::from_millis(500);
/// How long a netdev is waited for that the function's driver should have made.
const LATE: Duration = Duration::from_secs(10);
/// The parameter of an SF's own instance that gives it a netdev.
const NETDEV: &str = "enable_eth";

/// An SF, for people.
pub(super) fn describe(key: &PortKey) -> String {
    let number = key.place.sf.unwrap_or_default();
    match key.place.controller {
        0 => format!("SF {number}"),
        controller => format!("SF {number} of controller {controller}"),
    }
}

fn find<'a>(all: &'a [Sf], key: &PortKey) -> Option<&'a Sf> {
    all.iter().find(|sf| sf.key() == *key)
}

impl Performer<'_> {
    fn sfs(&self) -> Result<Vec<Sf>, Failure> {
        Ok(survey::sfs(&Reading::of(self.machine, self.device)?))
    }

    /// Creates SFs, inactive ones.
    pub(super) fn add_sfs(&self, wanted: &[PortKey]) -> Result<(), Failure> {
        let there = self.sfs()?;
        for key in wanted.iter().filter(|key| find(&there, key).is_none()) {
            self.go_on()?;
            let port = NewPort {
                flavour: Flavour::PciSf,
                pf: key.place.pf.and_then(|pf| pf.try_into().ok()).unwrap_or_default(),
                sf: key.place.sf,
                controller: (key.place.controller != 0).then_some(key.place.controller),
            };
            devlink::add_port(self.effects, self.device, port).map_err(|error| {
                let what = format!("add {} to {}", describe(key), self.device);
                let failure = self.refused(&what, &error);
                match refusal::adding_sf(&error) {
                    Some(hint) => failure.hint(hint),
                    None => failure,
                }
            })?;
        }
        let there = self.sfs()?;
        self.seen(wanted, "added", |key| find(&there, key).is_some())
    }

    /// Removes SFs, and waits until their functions have gone.
    pub(super) fn remove_sfs(&self, unwanted: &[PortKey]) -> Result<(), Failure> {
        let there = self.sfs()?;
        let going: Vec<&Sf> =
            unwanted.iter().filter_map(|key| find(&there, key)).collect();
        for sf in &going {
            self.go_on()?;
            devlink::delete_port(self.effects, &sf.port).map_err(|error| {
                let what = format!("remove {} (port {})", describe(&sf.key()), sf.port);
                self.refused(&what, &error)
            })?;
        }
        let left = self.sfs()?;
        self.seen(unwanted, "removed", |key| find(&left, key).is_none())?;
        let functions: Vec<Handle> =
            going.iter().filter_map(|sf| survey::auxiliary(sf)).collect();
        let gone = self.until(GONE, || {
            let sfs = Reading::of(self.machine, self.device)?.own.sfs;
            Ok(!sfs.iter().any(|(_, own)| functions.contains(&own.device)))
        })?;
        if !gone {
            self.note("functions of SFs that were removed are still there".into());
        }
        Ok(())
    }

    /// Gives SFs the attributes of their functions. A driver reads them when it is bound,
    /// so active ones that differ are deactivated before.
    pub(super) fn set_up_sfs(&self, wanted: &[FunctionSettings]) -> Result<(), Failure> {
        let ports = self.ports(wanted)?;
        let restarted = wanted.iter().zip(&ports).filter_map(|(function, port)| {
            let (_, now) = port.as_ref()?;
            let differs = function_change(function, now) != FunctionChange::default();
            let active = now.state == Some(FunctionState::Active);
            let key = function.key.clone();
            (differs && active).then_some(SfState { key, active: false, netdev: false })
        });
        let restarted: Vec<SfState> = restarted.collect();
        if !restarted.is_empty() {
            self.set_sf_states(&restarted)?;
        }
        self.set_functions(wanted, true)
    }

    /// Activates or deactivates SFs, and waits until their functions have come or gone.
    pub(super) fn set_sf_states(&self, wanted: &[SfState]) -> Result<(), Failure> {
        let there = self.sfs()?;
        for SfState { key, active, .. } in wanted {
            let Some(sf) = find(&there, key) else {
                return Err(self.failed(format!(
                    "{} of {} has vanished",
                    describe(key),
                    self.device
                )));
            };
            if sf.is_active() == *active {
                continue;
            }
            self.go_on()?;
            let (word, state) = match active {
                true => ("activate", FunctionState::Active),
                false => ("deactivate", FunctionState::Inactive),
            };
            let change =
                FunctionChange { state: Some(state), ..FunctionChange::default() };
            devlink::set_port_function(self.effects, &sf.port, &change).map_err(
                |error| {
                    let what = format!("{word} {} (port {})", describe(key), sf.port);
                    self.refused(&what, &error)
                },
            )?;
        }
        let there = self.sfs()?;
        let keys: Vec<PortKey> = wanted.iter().map(|sf| sf.key.clone()).collect();
        self.seen(&keys, "given its state", |key| {
            let wanted = wanted.iter().find(|sf| sf.key == *key);
            let now = find(&there, key).map(Sf::is_active);
            wanted.map(|sf| sf.active) == now
        })?;
        self.wait_for_functions(wanted)
    }

    /// Waits until the functions of active SFs are there with their netdevs, and those of
    /// others are not.
    fn wait_for_functions(&self, wanted: &[SfState]) -> Result<(), Failure> {
        let (missing, asked) = (RefCell::new(Vec::new()), RefCell::new(BTreeSet::new()));
        let began = self.effects.now();
        let come = self.until(self.limit, || {
            let there = self.sfs()?;
            let mut lacking = missing.borrow_mut();
            lacking.clear();
            for state in wanted {
                let sf = find(&there, &state.key);
                let Some(lack) = lack(state, sf) else { continue };
                if lack == Lack::Netdev {
                    let late = self.effects.now() >= began + LATE;
                    self.give_netdev(sf, late, &mut asked.borrow_mut())?;
                }
                lacking.push(format!("{}: {}", describe(&state.key), lack.text()));
            }
            Ok(lacking.is_empty())
        })?;
        if come {
            return Ok(());
        }
        const MOST: usize = 8;
        let (seconds, missing) = (self.limit.as_secs(), missing.into_inner());
        let some = missing.iter().take(MOST).cloned().collect::<Vec<_>>().join("; ");
        let message = format!(
            "{} SFs of {} were not ready within {seconds} s: {some}",
            missing.len(),
            self.device
        );
        Err(self.failed(message).hint(
            "check the kernel log (dmesg) for messages from the driver; give more time with --timeout",
        ))
    }

    /// Lets the driver make a netdev of an SF, where a parameter keeps it from that. Each
    /// SF is asked once. If the parameter is set already, the new start that it takes effect
    /// with may have been interrupted, and is made up for when the netdev is late.
    fn give_netdev(
        &self,
        sf: Option<&Sf>,
        late: bool,
        asked: &mut BTreeSet<Handle>,
    ) -> Result<(), Failure> {
        let Some(own) = sf.and_then(survey::auxiliary) else { return Ok(()) };
        // It may take a moment until the instance is there.
        let Ok(param) = devlink::param(self.machine, &own, NETDEV) else { return Ok(()) };
        let has =
            |on| param.values.contains(&(ParamMode::DriverInit, ParamValue::Flag(on)));
        let due = has(false) || has(true) && late;
        if !due || !asked.insert(own.clone()) {
            return Ok(());
        }
        if has(false) {
            let on = ParamValue::Flag(true);
            devlink::set_param(self.effects, &own, NETDEV, ParamMode::DriverInit, &on)
                .map_err(|error| {
                    self.refused(&format!("set the parameter {NETDEV} of {own}"), &error)
                })?;
        }
        devlink::reload(self.effects, &own)
            .map_err(|error| self.refused(&format!("reload {own}"), &error))?;
        Ok(())
    }

    /// An error that names those of the SFs of which that cannot be seen.
    fn seen(
        &self,
        sfs: &[PortKey],
        what: &str,
        is_so: impl Fn(&PortKey) -> bool,
    ) -> Result<(), Failure> {
        let not: Vec<String> =
            sfs.iter().filter(|key| !is_so(key)).map(describe).collect();
        if not.is_empty() {
            return Ok(());
        }
        Err(self
            .failed(format!(
                "the kernel reported success, but {} of {} was not {what}",
                not.join(", "),
                self.device
            ))
            .hint("check the kernel log (dmesg) for messages from the driver"))
    }

    /// Looks until something is so; false where it was not in that time.
    fn until(
        &self,
        limit: Duration,
        mut is_so: impl FnMut() -> Result<bool, Failure>,
    ) -> Result<bool, Failure> {
        let events = self.effects.events();
        let events = events.map_err(|error| survey::machine_unread(&error))?;
        let deadline = self.effects.now() + limit;
        while !is_so()? {
            self.go_on()?;
            let now = self.effects.now();
            if now >= deadline {
                return Ok(false);
            }
            let woken = events.wait(deadline.min(now + LOOK), Duration::ZERO);
            woken.map_err(|error| survey::machine_unread(&error.into()))?;
        }
        Ok(true)
    }
}

/// What an SF lacks of its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lack {
    Port,
    Representor,
    Function,
    Driver,
    Netdev,
    /// It is inactive, and its function is still there.
    Gone,
}

impl Lack {
    fn text(self) -> &'static str {
        match self {
            Self::Port => "it has no port",
            Self::Representor => "it has no representor",
            Self::Function => "its function has not come",
            Self::Driver => "no driver has taken its function",
            Self::Netdev => "its function has no netdev",
            Self::Gone => "its function has not gone",
        }
    }
}

/// The functions of other controllers are on other hosts, which use them when they like.
fn lack(wanted: &SfState, sf: Option<&Sf>) -> Option<Lack> {
    let Some(sf) = sf else { return Some(Lack::Port) };
    let (here, function) = (wanted.key.place.controller == 0, sf.function.as_ref());
    let attached = sf.opstate == Some(OpState::Attached);
    if !wanted.active {
        return (here && (attached || function.is_some())).then_some(Lack::Gone);
    }
    if sf.representor.is_none() {
        return Some(Lack::Representor);
    }
    if !here {
        return None;
    }
    let Some(function) = function else { return Some(Lack::Function) };
    if !attached || function.driver.is_none() {
        return Some(Lack::Driver);
    }
    (wanted.netdev && function.netdev.is_none()).then_some(Lack::Netdev)
}
