// SPDX-License-Identifier: MIT OR Apache-2.0
//! The rows of the inventory that a user means by any name or address of theirs.

use std::collections::BTreeMap;

use super::{
    details, devices, facts, machine_unread, narrow, policy_in_force,
    target::{Target, exists},
};
use crate::{
    driver,
    error::{Failure, Kind, printable},
    model::{
        EswitchState, Facts, Fields, Found, Handle, Inventory, Port, Thing, Warning,
        Where,
    },
    naming::Policy,
    sys::{Machine, details::Attached, links, pci},
    topology::{self, Row},
};

/// The most things that are looked for at once.
pub const MOST_THINGS: usize = 1 << 16;

/// Finds things one after the other. What several of them need is read once.
pub struct Finder<'a> {
    machine: &'a dyn Machine,
    policy: Option<Policy>,
    /// What was read whole: devices, and under none the machine.
    whole: BTreeMap<Option<Handle>, (Facts, Inventory)>,
    /// What could not be read.
    pub warnings: Vec<Warning>,
}

impl<'a> Finder<'a> {
    /// Nothing has been found yet.
    #[must_use]
    pub fn new(machine: &'a dyn Machine) -> Self {
        let policy = policy_in_force(machine).ok();
        Self { machine, policy, whole: BTreeMap::new(), warnings: Vec::new() }
    }

    /// What there is of a thing: one row or, for a hardware address, several. A thing
    /// that is not found has a row that says so.
    pub fn find(&mut self, text: &str) -> Result<Vec<Found>, Failure> {
        let thing = Thing::parse(text);
        let target = Target::of(self.machine, &thing);
        let device = target.as_ref().map(|target| target.device.clone());
        let was_read = self.whole.contains_key(&device) || self.whole.contains_key(&None);
        let unread = if was_read { None } else { target };
        let few = unread.and_then(|target| {
            narrow::facts(self.machine, self.policy.as_ref(), &target)
        });
        if let Some(few) = few {
            let inventory = topology::inventory(&few);
            let rows = self.rows(text, &thing, &few, &inventory);
            if !rows.is_empty() {
                log::debug!("find: {} -> by few questions", printable(text));
                return Ok(rows);
            }
        }
        if device.is_none() && !self.is_anywhere(&thing)? {
            let why = "no network interface has this name or altname".to_owned();
            return Ok(vec![Found::nothing(text, thing.kind(), why)]);
        }
        let rows = self.in_whole(text, &thing, device)?;
        log::debug!("find: {} -> {} rows of the whole", printable(text), rows.len());
        if rows.is_empty() {
            let why = self.why_not(&thing)?;
            return Ok(vec![Found::nothing(text, thing.kind(), why)]);
        }
        Ok(rows)
    }

    /// Reads what the ports of rows have in an inventory beside what they were found by, of
    /// all rows at once, and where netdevs are.
    pub fn complete(&mut self, found: &mut [Found]) {
        let mut ports: BTreeMap<Handle, Vec<&mut Port>> = BTreeMap::new();
        for row in found.iter_mut() {
            if let (Some(device), Some(port)) = (&row.device, &mut row.port) {
                ports.entry(device.clone()).or_default().push(port);
            }
        }
        let attached = Attached::read(self.machine);
        let fields = Fields::Ports;
        let may_see_holders = !self.warnings.iter().any(Warning::denies);
        let ports = ports.into_iter();
        details::complete_ports(self.machine, ports, &attached, &fields, may_see_holders);
        for row in found {
            row.location = row.port.as_ref().and_then(Where::of);
            if !may_see_holders && row.location == Some(Where::Guest) {
                self.warn(&row.device.iter().map(unseen).collect::<Vec<_>>());
            }
        }
    }

    /// Whether a device, or the machine, had to be read whole.
    #[must_use]
    pub fn has_read_whole(&self) -> bool {
        !self.whole.is_empty()
    }

    /// Whether all of the machine has to be read for a thing that names no device.
    fn is_anywhere(&self, thing: &Thing) -> Result<bool, Failure> {
        let Thing::Name(name) = thing else { return Ok(true) };
        if pci::is_sf(&Handle::new("auxiliary", name)) {
            return Ok(true);
        }
        // Only representors have no parent.
        let link = links::by_name(self.machine, name);
        let link = link.map_err(|error| super::unread("links", &error))?;
        Ok(link.is_some())
    }

    fn in_whole(
        &mut self,
        text: &str,
        thing: &Thing,
        device: Option<Handle>,
    ) -> Result<Vec<Found>, Failure> {
        // A capture may lack the folder of a function, and yet have its row; and the
        // representors of a PF's VFs may be on another device.
        let is_enough = |device: &Handle| {
            let driver = pci::driver_of(self.machine, device);
            let is_represented = driver.is_some_and(|name| driver::is_represented(&name));
            exists(self.machine, device) && !is_represented
        };
        let device = device.filter(is_enough);
        let device = device.filter(|_| !self.whole.contains_key(&None));
        for key in device.map(Some).into_iter().chain([None]) {
            let (facts, inventory) = match self.whole.remove(&key) {
                Some(known) => known,
                None => self.read(key.as_ref())?,
            };
            let rows = self.rows(text, thing, &facts, &inventory);
            self.whole.insert(key, (facts, inventory));
            if !rows.is_empty() {
                return Ok(rows);
            }
        }
        Ok(Vec::new())
    }

    fn read(&self, device: Option<&Handle>) -> Result<(Facts, Inventory), Failure> {
        let Some(device) = device else {
            let facts = facts(self.machine)?;
            let inventory = topology::inventory(&facts);
            return Ok((facts, inventory));
        };
        devices(self.machine, std::slice::from_ref(device))
    }

    fn rows(
        &mut self,
        text: &str,
        thing: &Thing,
        facts: &Facts,
        inventory: &Inventory,
    ) -> Vec<Found> {
        let rows = topology::find(facts, inventory, thing);
        // As in the inventory of the whole machine.
        let of_switch = |row: &&Row| {
            row.device.eswitch != EswitchState::None || row.device.sriov.is_some()
        };
        let rows: Vec<Row> = rows.iter().filter(of_switch).copied().collect();
        if !rows.is_empty() {
            self.warn(&inventory.warnings);
        }
        let rows = rows.into_iter().map(|row| {
            let main = topology::main_port(row.device);
            let uplink = main.and_then(|port| port.netdev.as_ref());
            let uplink = uplink.map(|netdev| netdev.name.clone());
            Found::row(text, thing.kind(), row.device, uplink, row.port.cloned())
        });
        rows.collect()
    }

    fn warn(&mut self, warnings: &[Warning]) {
        for warning in warnings {
            if !self.warnings.contains(warning) {
                self.warnings.push(warning.clone());
            }
        }
    }

    fn why_not(&self, thing: &Thing) -> Result<String, Failure> {
        let text = match thing {
            Thing::Mac(_) => "no port, and no netdev of a VF or SF, has this address",
            Thing::Port(port) if !exists(self.machine, &port.device) => {
                "sysfs has no such device"
            }
            Thing::Port(_) => "no device with an eswitch has this port",
            Thing::Device(device) if !exists(self.machine, device) => {
                "sysfs has no such device"
            }
            Thing::Device(_) => "it is no NIC with an eswitch, and no VF or SF of one",
            Thing::Name(name) => {
                let link = links::by_name(self.machine, name)
                    .map_err(|error| machine_unread(&error))?;
                match link {
                    Some(_) => {
                        "it is neither a port of an eswitch nor the netdev of a VF or SF"
                    }
                    None => "no network interface has this name or altname",
                }
            }
        };
        Ok(text.to_owned())
    }
}

/// The warning that the caller may not see who uses functions of a device.
fn unseen(device: &Handle) -> Warning {
    Warning {
        code: Warning::HOLDERS_NOT_PERMITTED,
        message: format!("{device}: only root may see who uses a function"),
        device: Some(device.clone()),
    }
}

/// The failure where something was not found.
#[must_use]
pub fn not_found(found: &[Found]) -> Option<Failure> {
    let missing: Vec<&Found> = found.iter().filter(|row| row.error.is_some()).collect();
    let first = missing.first()?;
    let why = first.error.as_deref().unwrap_or_default();
    let message = match missing.len() {
        1 => format!("{} was not found: {why}", printable(&first.thing)),
        more => format!(
            "{more} things were not found, the first of them {}: {why}",
            printable(&first.thing)
        ),
    };
    let failure = Failure::new(Kind::NotFound, message).on(&first.thing);
    Some(failure.state("nothing was changed").hint(
        "\"swdevctl inventory\" lists what there is; netdevs of guests and other network \
         namespaces are found by the PCI address of their function",
    ))
}
