// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl sf remove`.

use std::collections::BTreeMap;

use super::{Context, Planned, change, each, none_named, numbers, sfs};
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

impl Args {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let all = match self.number.is_empty() {
            true => self.by_things(context.machine)?,
            false => self.by_numbers(context.machine)?,
        };
        let before = all.keys().map(|handle| {
            Ok((handle.clone(), self.numbers_there(context, handle, &all[handle])?))
        });
        let before = before.collect::<Result<BTreeMap<_, _>, Failure>>()?;
        let Some(done) = change(context, &all, &self.change)? else { return Ok(()) };
        let devices = done.into_iter().map(|(handle, changed)| {
            let removed = before.get(&handle).filter(|_| changed).cloned();
            RemovedSfs { removed: removed.unwrap_or_default(), changed, handle }
        });
        let devices = Devices { devices: devices.collect() };
        context.output.report(&Document::new("swdevctl/sf-remove/v1", devices));
        Ok(())
    }

    /// The numbers of the SFs that are there of those that are not wanted.
    fn numbers_there(
        &self,
        context: &Context,
        handle: &Handle,
        sfs_of: &Sfs,
    ) -> Result<Vec<u32>, Failure> {
        let all = sfs(context.machine, handle)?;
        let gone = |sf: &&Sf| sfs_of.unwanted.contains(&(sf.controller, sf.number));
        Ok(all.iter().filter(gone).map(|sf| sf.number).collect())
    }

    fn by_numbers(
        &self,
        machine: &dyn Machine,
    ) -> Result<BTreeMap<Handle, Sfs>, Failure> {
        if self.things.len() > 1 {
            let message = "--number is for the SFs of one device";
            return Err(Failure::new(Kind::Usage, message).state("nothing was changed"));
        }
        let unwanted =
            each(&self.number).into_iter().map(|number| (self.controller, number));
        let sfs = Sfs { wanted: Vec::new(), unwanted: unwanted.collect() };
        let handles = select::devices_or_only(machine, &self.things)?;
        Ok(handles.into_iter().map(|handle| (handle, sfs.clone())).collect())
    }

    fn by_things(&self, machine: &dyn Machine) -> Result<BTreeMap<Handle, Sfs>, Failure> {
        if self.things.is_empty() {
            return Err(none_named());
        }
        let mut all: BTreeMap<Handle, Sfs> = BTreeMap::new();
        for thing in &self.things {
            let sf = find(machine, thing)?;
            let unwanted = &mut all.entry(sf.port.device).or_default().unwanted;
            unwanted.push((sf.controller, sf.number));
        }
        Ok(all)
    }
}

/// The SF with that port, representor, netdev or auxiliary device.
fn find(machine: &dyn Machine, thing: &str) -> Result<Sf, Failure> {
    let port = thing.parse::<PortHandle>().ok();
    let handles = match &port {
        Some(port) => vec![select::device(machine, &port.device.to_string())?],
        None => {
            let devices = survey::devices_or_all(machine, &[])?.devices;
            devices.into_iter().map(|device| device.handle).collect()
        }
    };
    let is_it = |sf: &Sf| {
        let rep = sf.representor.as_ref();
        let rep = rep.is_some_and(|netdev| {
            netdev.name == thing || netdev.altnames.iter().any(|name| name == thing)
        });
        let function = sf.function.as_ref().is_some_and(|function| {
            let address = thing.strip_prefix("auxiliary/").unwrap_or(thing);
            function.address == address || function.netdev.as_deref() == Some(thing)
        });
        port.as_ref() == Some(&sf.port) || rep || function
    };
    for handle in handles {
        if let Some(sf) = sfs(machine, &handle)?.into_iter().find(is_it) {
            return Ok(sf);
        }
    }
    let message = format!("no SF has {} as its port, netdev or device", printable(thing));
    Err(Failure::new(Kind::NotFound, message)
        .on(thing)
        .state("nothing was changed")
        .hint("\"swdevctl sf list\" lists the SFs; --number names the SFs of one device"))
}
