// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl rep`.

use serde::Serialize;

use super::{Output, inventory, select};
use crate::{
    error::{Failure, Kind},
    model::{Handle, Netdev, Port, Role},
    sys::Machine,
};

/// Arguments of `rep`.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("which").required(true))]
pub(super) struct Args {
    /// The device.
    #[arg(long, value_name = "DEVICE")]
    device: String,
    /// The representor of this VF.
    #[arg(long, value_name = "N", group = "which")]
    vf: Option<u32>,
    /// The representor of this SF.
    #[arg(long, value_name = "N", group = "which")]
    sf: Option<u32>,
    /// The representor of this PF.
    #[arg(long, value_name = "N", group = "which")]
    pf: Option<u32>,
    /// The uplink.
    #[arg(long, group = "which")]
    uplink: bool,
    /// The controller that the function is on; 0 is the local one.
    #[arg(long, value_name = "N", default_value_t = 0, conflicts_with = "uplink")]
    controller: u32,
}

#[derive(Serialize)]
struct Found<'a> {
    schema: &'static str,
    device: &'a Handle,
    netdev: &'a Netdev,
}

impl Args {
    pub(super) fn run(
        &self,
        machine: &dyn Machine,
        output: &Output,
    ) -> Result<(), Failure> {
        let handle = select::device(machine, &self.device)?;
        let inventory = inventory::read(machine, &[handle.to_string()])?;
        let ports = inventory.devices.iter().flat_map(|device| &device.ports);
        let matching: Vec<&Port> = ports.filter(|port| self.matches(port)).collect();
        let wanted = self.wanted();
        let netdev = match matching.as_slice() {
            [] => {
                let message = format!("{handle} has no {wanted}");
                let hint = "\"swdevctl inventory\" lists its ports; representors need mode switchdev";
                return Err(Failure::new(Kind::NotFound, message).on(&handle).hint(hint));
            }
            [port] => port.netdev.as_ref(),
            several => {
                let message =
                    format!("{handle} has {} ports that are {wanted}", several.len());
                return Err(Failure::new(Kind::Usage, message).on(&handle));
            }
        };
        let netdev = netdev.ok_or_else(|| {
            let message = format!("{wanted} of {handle} has no netdev");
            let hint = "it does not exist yet, or it is in another network namespace";
            Failure::new(Kind::NotFound, message).on(&handle).hint(hint)
        })?;
        let schema = "swdevctl/rep/v1";
        let found = Found { schema, device: &handle, netdev };
        output.result(&found, || format!("{}\n", netdev.name))
    }

    fn matches(&self, port: &Port) -> bool {
        let here = port.controller == self.controller;
        match port.role {
            Role::Uplink => self.uplink,
            Role::VfRep => here && self.vf.is_some() && port.vf == self.vf,
            Role::SfRep => here && self.sf.is_some() && port.sf == self.sf,
            Role::PfRep => here && self.pf.is_some() && port.pf == self.pf,
            _ => false,
        }
    }

    fn wanted(&self) -> String {
        let of = match self.controller {
            0 => String::new(),
            controller => format!(" of controller {controller}"),
        };
        match (self.vf, self.sf, self.pf) {
            (Some(vf), ..) => format!("representor of VF {vf}{of}"),
            (_, Some(sf), _) => format!("representor of SF {sf}{of}"),
            (.., Some(pf)) => format!("representor of PF {pf}{of}"),
            _ => "uplink".into(),
        }
    }
}
