// SPDX-License-Identifier: MIT OR Apache-2.0
//! SFs: which of them are removed, created, set up and activated.

use super::{Action, Request, Step};
use crate::{
    desired::{SfKeys, Wanted},
    driver::{is_foreign, pf_of_sfs, profile},
    model::{
        Flavour, FunctionCaps, FunctionSettings, FunctionState, MacAddress, PortKey,
        Role, SfState, Snapshot, State,
    },
};

/// What SFs a device is to have and not to have. Others stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sfs {
    /// Those that are to be there.
    pub wanted: Vec<SfWanted>,
    /// Those that are not to be there, by controller and number.
    pub unwanted: Vec<(u32, u32)>,
}

/// An SF that is to be there. What is absent stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SfWanted {
    /// Its controller; 0 is this host.
    pub controller: u32,
    /// Its number.
    pub number: u32,
    /// The number of its PF, where it is to be created; none to find it.
    pub pf: Option<u32>,
    /// Hardware address.
    pub mac: Option<MacAddress>,
    /// Whether it has RoCE.
    pub roce: Option<bool>,
    /// Whether it is active; new ones are if nothing is said.
    pub active: Option<bool>,
}

impl SfWanted {
    /// What is declared for it.
    pub(super) fn declared(controller: u32, number: u32, keys: &SfKeys) -> Self {
        let active = |state| state == FunctionState::Active;
        Self {
            controller,
            number,
            pf: None,
            mac: keys.mac.as_ref().map(|mac| mac.value.0.clone()),
            roce: keys.roce.as_ref().map(|on| on.value),
            active: keys.state.as_ref().map(|state| active(state.value)),
        }
    }

    fn is(&self, key: &PortKey) -> bool {
        key.is_of_sf(self.controller, self.number)
    }

    /// What of its attributes is not so.
    fn lacks(&self, key: &PortKey, now: Option<&FunctionSettings>) -> FunctionSettings {
        let roce = now.and_then(|now| now.caps.roce);
        let mac = now.and_then(|now| now.hw_addr.as_ref());
        FunctionSettings {
            hw_addr: self.mac.clone().filter(|wanted| mac != Some(wanted)),
            caps: FunctionCaps {
                roce: self.roce.filter(|on| roce != Some(*on)),
                ..FunctionCaps::default()
            },
            ..FunctionSettings::none(key.clone())
        }
    }
}

impl Sfs {
    /// What is declared.
    pub(super) fn declared(wanted: &Wanted) -> Self {
        let all = wanted.sfs();
        let all = all.iter().map(|((controller, number), (_, keys))| {
            SfWanted::declared(*controller, *number, keys)
        });
        Self { wanted: all.collect(), unwanted: Vec::new() }
    }

    /// Those that a device does not have as they are wanted. All of them are still to
    /// come where a change of the mode takes away those that there are, or brings back
    /// former ones.
    pub(super) fn differing(&self, snapshot: &Snapshot, request: &Request) -> Self {
        let state = &snapshot.state;
        let stays =
            state.eswitch.mode.has_representors() == request.mode.has_representors();
        let differs = |wanted: &&SfWanted| {
            let sf = state.sfs.iter().find(|sf| wanted.is(&sf.key)).filter(|_| stays);
            let lacks = |sf: &SfState| wanted.lacks(&sf.key, function(state, &sf.key));
            sf.is_none_or(|sf| {
                !lacks(sf).is_empty() || wanted.active.is_some_and(|on| on != sf.active)
            })
        };
        let is_there = |(controller, number): &&(u32, u32)| {
            state.sfs.iter().any(|sf| sf.key.is_of_sf(*controller, *number))
        };
        Self {
            wanted: self.wanted.iter().filter(differs).cloned().collect(),
            unwanted: self.unwanted.iter().filter(is_there).copied().collect(),
        }
    }
}

/// How the SFs get to what is wanted.
#[derive(Debug, Default)]
pub(super) struct SfChange {
    /// Those that go, for a moment or for ever.
    pub remove: Vec<PortKey>,
    /// Those that are created.
    pub add: Vec<PortKey>,
    /// The attributes that they get.
    pub set_up: Vec<FunctionSettings>,
    /// The states that they get.
    pub states: Vec<SfState>,
    /// Those that were there, and go down and come up with their attributes.
    pub restarted: Vec<u32>,
}

impl SfChange {
    /// `stash` is what the device had when it was last in the mode that it goes to.
    pub(super) fn new(
        snapshot: &Snapshot,
        request: &Request,
        stash: Option<&State>,
    ) -> Self {
        let state = &snapshot.state;
        let Sfs { wanted, unwanted } = request.settings.sfs.differing(snapshot, request);
        let mut change = Self::default();
        if goes_with_mode(snapshot, request) {
            change.remove = state.sfs.iter().map(|sf| sf.key.clone()).collect();
        } else {
            let goes =
                |key: &PortKey| unwanted.iter().any(|(of, sf)| key.is_of_sf(*of, *sf));
            let keys = state.sfs.iter().map(|sf| sf.key.clone());
            change.remove = keys.filter(goes).collect();
        }
        let returns =
            !state.eswitch.mode.has_representors() && request.mode.has_representors();
        if let Some(former) = kept(state, stash).filter(|_| returns) {
            change.restore(former);
        }
        for sf in &wanted {
            change.want(snapshot, sf);
        }
        change
    }

    /// Creates the SFs of an earlier time in a mode again.
    fn restore(&mut self, former: &State) {
        for sf in &former.sfs {
            self.add.push(sf.key.clone());
            self.set_up.extend(function(former, &sf.key).cloned());
            self.states.extend(sf.active.then(|| sf.clone()));
        }
    }

    fn want(&mut self, snapshot: &Snapshot, wanted: &SfWanted) {
        let state = &snapshot.state;
        let stays = |key: &PortKey| !self.remove.contains(key);
        let present = state.sfs.iter().find(|sf| wanted.is(&sf.key) && stays(&sf.key));
        let Some(present) = present else { return self.want_new(snapshot, wanted) };
        let key = &present.key;
        let lacks = wanted.lacks(key, function(state, key));
        let restarts = present.active && !lacks.is_empty();
        let active = wanted.active.unwrap_or(present.active);
        if active != present.active || restarts {
            let netdev = present.netdev || !present.active;
            self.states.push(SfState { key: key.clone(), active, netdev });
        }
        if restarts && active {
            self.restarted.extend(key.place.sf.filter(|_| key.place.controller == 0));
        }
        if !lacks.is_empty() {
            self.set_up.push(lacks);
        }
    }

    /// An SF that is to be created, or created again with other attributes.
    fn want_new(&mut self, snapshot: &Snapshot, wanted: &SfWanted) {
        let found = self.add.iter().find(|key| wanted.is(key)).cloned();
        let key = found.unwrap_or_else(|| {
            let pf = wanted.pf.unwrap_or_else(|| pf_number(snapshot, wanted.controller));
            let key = PortKey::of_sf(wanted.controller, Some(pf), wanted.number);
            self.add.push(key.clone());
            self.states.push(SfState { key: key.clone(), active: true, netdev: true });
            key
        });
        let is_it = |function: &&mut FunctionSettings| function.key == key;
        let lacks = wanted.lacks(&key, None);
        match self.set_up.iter_mut().find(is_it) {
            Some(function) => {
                function.hw_addr = lacks.hw_addr.or(function.hw_addr.take());
                function.caps.roce = lacks.caps.roce.or(function.caps.roce);
            }
            None if !lacks.is_empty() => self.set_up.push(lacks),
            None => {}
        }
        match wanted.active {
            Some(false) => self.states.retain(|sf| sf.key != key),
            Some(true) if !self.states.iter().any(|sf| sf.key == key) => {
                self.states.push(SfState { key, active: true, netdev: true });
            }
            _ => {}
        }
    }

    /// Whether SFs stay.
    pub(super) fn leaves_some(&self, state: &State) -> bool {
        state.sfs.iter().any(|sf| !self.remove.contains(&sf.key))
    }

    pub(super) fn removal(&self) -> Option<Action> {
        let from = self.remove.clone();
        (!from.is_empty()).then_some(Action::RemoveSfs { from, to: () })
    }

    pub(super) fn addition(&self) -> Option<Action> {
        let to = self.add.clone();
        (!to.is_empty()).then_some(Action::AddSfs { from: (), to })
    }

    pub(super) fn setting_up(&self) -> Option<Action> {
        let to = self.set_up.clone();
        (!to.is_empty()).then_some(Action::SetUpSfs { from: (), to })
    }

    pub(super) fn activation(&self) -> Option<Action> {
        let to = self.states.clone();
        (!to.is_empty()).then_some(Action::SetSfStates { from: (), to })
    }
}

/// The former state, if its SFs are those of the same card and of the same run of its
/// driver.
pub(super) fn kept<'a>(state: &State, former: Option<&'a State>) -> Option<&'a State> {
    former.filter(|former| {
        (&former.driver, &former.uplinks) == (&state.driver, &state.uplinks)
    })
}

/// The SFs of a state, as after they were created again.
pub(super) fn of_state(state: &State) -> SfChange {
    let mut change = SfChange::default();
    change.restore(state);
    change.states.clone_from(&state.sfs);
    change
}

/// Takes the addresses back that SFs without one have been given.
pub(super) fn take_back_addresses(change: &mut SfChange, state: &State, begun: &[Step]) {
    let given = begun.iter().filter_map(|step| match &step.action {
        Action::SetUpSfs { to, .. } => Some(to),
        _ => None,
    });
    for of in given.flatten() {
        let was_there = state.sfs.iter().any(|sf| sf.key == of.key);
        let Some(mac) = of.hw_addr.as_ref().filter(|_| was_there) else { continue };
        let none = Some(MacAddress(vec![0; mac.0.len()]));
        match change.set_up.iter_mut().find(|own| own.key == of.key) {
            Some(own) if own.hw_addr.is_none() => own.hw_addr = none,
            Some(_) => {}
            None => change.set_up.push(FunctionSettings {
                hw_addr: none,
                caps: FunctionCaps::default(),
                ..of.clone()
            }),
        }
    }
}

/// Whether the SFs cannot stay over the change of the mode.
fn goes_with_mode(snapshot: &Snapshot, request: &Request) -> bool {
    let state = &snapshot.state;
    let leaves =
        state.eswitch.mode.has_representors() && !request.mode.has_representors();
    leaves && profile(state.driver.as_deref()).loses_sfs.is_some()
}

fn function<'a>(state: &'a State, key: &PortKey) -> Option<&'a FunctionSettings> {
    state.functions.iter().find(|function| function.key == *key)
}

/// The PF number of a new SF: the one that its device's ports have, or that the driver
/// goes by.
fn pf_number(snapshot: &Snapshot, controller: u32) -> u32 {
    let (ports, driver) = (&snapshot.device.ports, snapshot.state.driver.as_deref());
    let own = ports.iter().find_map(|port| {
        let place = port.place().filter(|place| place.controller == controller)?;
        let of_function = matches!(port.flavour, Some(Flavour::PciVf | Flavour::PciSf));
        let foreign = is_foreign(driver, place, Some(port.handle.index));
        place.pf.filter(|_| of_function && !foreign)
    });
    if let Some(pf) = own {
        return pf;
    }
    let uplink = ports.iter().find(|port| port.flavour == Some(Flavour::Physical));
    pf_of_sfs(
        driver,
        snapshot.kernel,
        &snapshot.state.device,
        uplink.and_then(|port| port.number),
    )
}

/// Whether a netdev is an SF's representor or its own, and the SF is one of these.
pub(super) fn is_of(key: &PortKey, sfs: &[PortKey]) -> bool {
    match key.place.role {
        Role::SfRep => sfs.contains(key),
        Role::Sf => {
            sfs.iter().any(|sf| sf.place.controller == 0 && sf.place.sf == key.place.sf)
        }
        _ => false,
    }
}
