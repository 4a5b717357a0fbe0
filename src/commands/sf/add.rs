// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl sf add`.

use std::collections::BTreeMap;

use super::{Context, Planned, change, each, numbers, sfs};
use crate::{
    desired::{Mac, Numbers},
    error::{Failure, Kind},
    plan::{SfWanted, Sfs},
    render::{DeviceSfs, Devices, Document},
    survey::select,
};

/// Arguments of `sf add`.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Args {
    /// The device [default: the only one with an eswitch]
    #[arg(value_name = "DEVICE")]
    device: Option<String>,
    /// Numbers of the SFs, as 88 or 1-32; an SF that exists is only set up.
    #[arg(long, value_name = "N", required = true, value_parser = numbers)]
    number: Vec<Numbers>,
    /// PF number of new SFs, as the driver counts PFs [default: that of the device]
    #[arg(long, value_name = "N")]
    pf: Option<u16>,
    /// Controller of the SFs; 0 is this host.
    #[arg(long, value_name = "N", default_value_t = 0)]
    controller: u32,
    /// MAC address, for one SF only.
    #[arg(long, value_name = "MAC", value_parser = mac)]
    mac: Option<Mac>,
    /// RoCE of the SFs, on or off [default: that of the driver]
    #[arg(long, value_name = "on|off", value_parser = on_or_off)]
    roce: Option<bool>,
    /// Leave new SFs inactive, and deactivate active ones.
    #[arg(long)]
    inactive: bool,
    #[command(flatten)]
    change: Planned,
}

fn mac(text: &str) -> Result<Mac, String> {
    text.parse().map_err(|()| "the address of one interface, as 02:00:00:00:00:01".into())
}

fn on_or_off(text: &str) -> Result<bool, String> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err("on or off".into()),
    }
}

impl Args {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let (numbers, controller) = (each(&self.number), self.controller);
        if self.mac.is_some() && numbers.len() > 1 {
            let message = "several SFs cannot have one MAC address";
            return Err(Failure::new(Kind::Usage, message).state("nothing was changed"));
        }
        let wanted = numbers.iter().map(|number| SfWanted {
            controller,
            number: *number,
            pf: self.pf.map(u32::from),
            mac: self.mac.as_ref().map(|mac| mac.0.clone()),
            roce: self.roce,
            active: Some(!self.inactive),
        });
        let wanted = Sfs { wanted: wanted.collect(), unwanted: Vec::new() };
        let named: Vec<String> = self.device.iter().cloned().collect();
        let handles = select::devices_or_only(context.machine, &named)?;
        let all = handles.into_iter().map(|handle| (handle, wanted.clone()));
        let all: BTreeMap<_, _> = all.collect();
        let Some(done) = change(context, &all, &self.change)? else { return Ok(()) };
        let mut devices = Vec::new();
        for (handle, changed) in done {
            // Read anew: the change is not in what was read before.
            let mut sfs = sfs(context.live()?, &handle)?;
            sfs.retain(|sf| sf.controller == controller && numbers.contains(&sf.number));
            devices.push(DeviceSfs { handle, changed: Some(changed), sfs });
        }
        context.output.report(&Document::new("swdevctl/sf-add/v1", Devices { devices }));
        Ok(())
    }
}
