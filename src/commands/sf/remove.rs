// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl sf remove`.

use std::collections::{BTreeMap, BTreeSet};

use super::{Context, Planned, change, each, none_named, numbers};
use crate::{
    desired::Numbers,
    error::{Failure, Kind, printable},
    model::{Handle, PortHandle, Sf},
    plan::Sfs,
    render::{Devices, Document, RemovedSfs},
    survey::{self, select},
    sys::Machine,
};

/// Arguments of `sf remove`.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Args {
    /// SFs to remove, each named by its representor, its own netdev, its auxiliary device
    /// (mlx5_core.sf.2) or its port (pci/0000:03:00.0/32768); with --number instead the
    /// device [default: the only one with an eswitch]
    #[arg(value_name = "SF|DEVICE")]
    things: Vec<String>,
    /// Numbers of the SFs, as 88 or 1-32; an SF that does not exist is no error.
    #[arg(long, value_name = "N", value_parser = numbers)]
    number: Vec<Numbers>,
    /// Controller of the SFs; 0 is this host.
    #[arg(long, value_name = "N", default_value_t = 0, requires = "number")]
    controller: u32,
    #[command(flatten)]
    change: Planned,
}

/// What is to be removed, and the SFs that there are.
struct Chosen {
    unwanted: BTreeMap<Handle, Sfs>,
    present: BTreeMap<Handle, Vec<Sf>>,
}

impl Args {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let chosen = match self.number.is_empty() {
            true => self.by_things(context.machine)?,
            false => self.by_numbers(context.machine)?,
        };
        let Some(done) = change(context, &chosen.unwanted, &self.change)? else {
            return Ok(());
        };
        let devices = done.into_iter().map(|(handle, changed)| {
            let removed = if changed { chosen.removed(&handle) } else { Vec::new() };
            RemovedSfs { removed, changed, handle }
        });
        let devices = Devices { devices: devices.collect() };
        context.output.report(&Document::new("swdevctl/sf-remove/v1", devices));
        Ok(())
    }

    fn by_numbers(&self, machine: &dyn Machine) -> Result<Chosen, Failure> {
        if self.things.len() > 1 {
            let message = "--number is for the SFs of one device";
            return Err(Failure::new(Kind::Usage, message).state("nothing was changed"));
        }
        let handles = select::devices_or_only(machine, &self.things)?;
        let (_, present) = survey::devices_with_sfs(machine, &handles)?;
        let unwanted =
            each(&self.number).into_iter().map(|number| (self.controller, number));
        let sfs = Sfs { wanted: Vec::new(), unwanted: unwanted.collect() };
        let unwanted = handles.into_iter().map(|handle| (handle, sfs.clone())).collect();
        Ok(Chosen { unwanted, present })
    }

    fn by_things(&self, machine: &dyn Machine) -> Result<Chosen, Failure> {
        if self.things.is_empty() {
            return Err(none_named());
        }
        let (_, present) = survey::devices_with_sfs(machine, &self.devices(machine)?)?;
        let mut unwanted: BTreeMap<Handle, Sfs> = BTreeMap::new();
        for thing in &self.things {
            let sf = find(&present, thing)?;
            let of_device = unwanted.entry(sf.port.device.clone()).or_default();
            of_device.unwanted.push((sf.controller, sf.number));
        }
        Ok(Chosen { unwanted, present })
    }

    /// The devices to search: those of the ports, and none for all where an SF is named
    /// otherwise.
    fn devices(&self, machine: &dyn Machine) -> Result<Vec<Handle>, Failure> {
        let ports = self.things.iter().map(|thing| thing.parse::<PortHandle>().ok());
        let Some(ports) = ports.collect::<Option<Vec<_>>>() else {
            return Ok(Vec::new());
        };
        let devices: BTreeSet<String> =
            ports.iter().map(|port| port.device.to_string()).collect();
        devices.iter().map(|device| select::device(machine, device)).collect()
    }
}

impl Chosen {
    /// The numbers of the SFs that were there of those that are not wanted.
    fn removed(&self, handle: &Handle) -> Vec<u32> {
        let (Some(present), Some(sfs)) =
            (self.present.get(handle), self.unwanted.get(handle))
        else {
            return Vec::new();
        };
        let gone = |sf: &&Sf| sfs.unwanted.contains(&(sf.controller, sf.number));
        present.iter().filter(gone).map(|sf| sf.number).collect()
    }
}

/// The SF with that port, representor, netdev or auxiliary device.
fn find<'a>(
    present: &'a BTreeMap<Handle, Vec<Sf>>,
    thing: &str,
) -> Result<&'a Sf, Failure> {
    let port = thing.parse::<PortHandle>().ok();
    let is_it = |sf: &&Sf| {
        let rep = sf.representor.as_ref();
        let rep = rep.is_some_and(|netdev| netdev.is_called(thing));
        let function = sf.function.as_ref().is_some_and(|function| {
            let address = thing.strip_prefix("auxiliary/").unwrap_or(thing);
            function.address == address || function.netdev.as_deref() == Some(thing)
        });
        port.as_ref() == Some(&sf.port) || rep || function
    };
    if let Some(sf) = present.values().flatten().find(is_it) {
        return Ok(sf);
    }
    let message = format!("no SF has {} as its port, netdev or device", printable(thing));
    Err(Failure::new(Kind::NotFound, message)
        .on(thing)
        .state("nothing was changed")
        .hint("\"swdevctl sf list\" lists the SFs; --number names the SFs of one device"))
}
