// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl rep`.

use super::Context;
use crate::{
    error::{Failure, Kind, printable},
    model::{Handle, Inventory, Link, LinkIndex, Netdev, Place, Port, Role},
    render::{DeviceNetdev, Document},
    survey::{
        self,
        find::{self, Finder},
        select,
    },
    sys::Machine,
};

/// Arguments of `rep`.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "swdevctl rep [OPTIONS] <THING>\n       \
                      swdevctl rep [OPTIONS] --device <DEVICE> \
                      <--vf <N>|--sf <N>|--pf <N>|--uplink>",
    group = clap::ArgGroup::new("which").required(true).multiple(true)
)]
pub(super) struct Args {
    /// The port, by any name or address of it or of its function, as for find.
    #[arg(
        value_name = "THING",
        group = "which",
        conflicts_with_all = ["device", "vf", "sf", "pf", "uplink", "controller"],
    )]
    thing: Option<String>,
    /// The device.
    #[arg(long, value_name = "DEVICE", required_unless_present = "thing")]
    device: Option<String>,
    /// The representor of this VF.
    #[arg(long, value_name = "N", group = "which", conflicts_with_all = ["sf", "uplink"])]
    vf: Option<u32>,
    /// The representor of this SF.
    #[arg(long, value_name = "N", group = "which", conflicts_with = "uplink")]
    sf: Option<u32>,
    /// The representor of this PF; with --vf or --sf, the PF of the VF or SF. N is the PF
    /// number in the inventory.
    #[arg(long, value_name = "N", group = "which", conflicts_with = "uplink")]
    pf: Option<u32>,
    /// The uplink.
    #[arg(long, group = "which")]
    uplink: bool,
    /// The controller of the function; 0 is the local controller.
    #[arg(long, value_name = "N", default_value_t = 0, conflicts_with = "uplink")]
    controller: u32,
}

const NO_NETDEV: &str = "it does not exist yet, or it is in another network namespace";

fn print(context: &Context, device: &Handle, netdev: &Netdev) -> Result<(), Failure> {
    let found = DeviceNetdev { device, netdev };
    context.output.result(&Document::new("swdevctl/rep/v1", found))
}

/// Prints the netdev of the port that a thing names.
fn of_thing(context: &Context, thing: &str) -> Result<(), Failure> {
    let mut finder = Finder::new(context.machine);
    let mut rows = finder.find(thing)?;
    finder.complete(&mut rows);
    if let Some(failure) = find::not_found(&rows) {
        return Err(failure);
    }
    let is_port =
        |port: &&Port| port.place.is_representor() || port.place.role == Role::Uplink;
    let ports = rows.iter().filter_map(|row| {
        Some((row.device.as_ref()?, row.port.as_ref().filter(is_port)?))
    });
    let ports: Vec<(&Handle, &Port)> = ports.collect();
    let thing = printable(thing);
    match ports.as_slice() {
        [] => {
            let message = format!("{thing} has no representor");
            let hint =
                "representors need mode switchdev; \"swdevctl find\" shows what it is";
            Err(Failure::new(Kind::NotFound, message).on(&thing).hint(hint))
        }
        [(device, port)] => match &port.netdev {
            Some(netdev) => print(context, device, netdev),
            None => {
                let message = format!("the representor of {thing} has no netdev");
                Err(Failure::new(Kind::NotFound, message).on(&thing).hint(NO_NETDEV))
            }
        },
        several => {
            let message = format!("{} ports have the address {thing}", several.len());
            let hint = "\"swdevctl find\" lists them";
            Err(Failure::new(Kind::Usage, message).on(&thing).hint(hint))
        }
    }
}

impl Args {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let machine = context.machine;
        if let Some(thing) = &self.thing {
            return of_thing(context, thing);
        }
        let handle = select::owner(machine, self.device.as_deref().unwrap_or_default())?;
        if let Some(netdev) = self.by_name(machine, &handle) {
            return print(context, &handle, &netdev);
        }
        let selected = |place: Place| self.selects(place);
        let few = survey::by_devlink_port(machine, &handle, &selected);
        let port = few.as_ref().and_then(|few| self.find(&handle, few).ok());
        if let Some(netdev) = port.and_then(|port| port.netdev.as_ref()) {
            return print(context, &handle, netdev);
        }
        let inventory = survey::devices_or_all(machine, std::slice::from_ref(&handle))?;
        let port = self.find(&handle, &inventory)?;
        let netdev = port.netdev.as_ref().ok_or_else(|| {
            let message = format!("{} of {handle} has no netdev", self.wanted());
            Failure::new(Kind::NotFound, message).on(&handle).hint(NO_NETDEV)
        })?;
        print(context, &handle, netdev)
    }

    /// The netdev of the device's own VF or SF, where it has the name of the policy in
    /// force.
    fn by_name(&self, machine: &dyn Machine, device: &Handle) -> Option<Netdev> {
        let place = match (self.controller, self.pf, self.vf, self.sf) {
            (0, None, Some(vf), None) => Place::vf_rep(0, None, vf),
            (0, None, None, Some(sf)) => Place::sf_rep(0, None, sf),
            _ => return None,
        };
        let policy = survey::policy_in_force(machine).ok()?;
        let link = survey::by_policy_name(machine, &policy, device, place)?;
        let master: Vec<Link> = survey::master(machine, &link).into_iter().collect();
        Some(Netdev::of(&link, &LinkIndex::new(&master)))
    }

    /// The port that the arguments select.
    fn find<'a>(
        &self,
        handle: &Handle,
        inventory: &'a Inventory,
    ) -> Result<&'a Port, Failure> {
        let ports = inventory.devices.iter().flat_map(|device| &device.ports);
        let mut matching: Vec<&Port> =
            ports.filter(|port| self.selects(port.place)).collect();
        // Without --pf, the device's own VF is meant, not another PF's.
        if self.pf.is_none() && matching.iter().any(|port| !port.foreign) {
            matching.retain(|port| !port.foreign);
        }
        let wanted = self.wanted();
        match matching.as_slice() {
            [] => {
                let message = format!("{handle} has no {wanted}");
                let hint = "\"swdevctl inventory\" lists its ports; representors need mode switchdev";
                Err(Failure::new(Kind::NotFound, message).on(handle).hint(hint))
            }
            [port] => Ok(port),
            several => {
                let names = several.iter().filter_map(|port| port.netdev.as_ref());
                let names: Vec<&str> = names.map(|netdev| netdev.name.as_str()).collect();
                let message = format!(
                    "{handle} has {} ports that are the {wanted}: {}",
                    several.len(),
                    names.join(", ")
                );
                let hint = match self.pf {
                    None => {
                        "say which PF's with --pf or --controller; \"swdevctl inventory\" lists them"
                    }
                    Some(_) => {
                        "without --pf the device's own is meant; \"swdevctl inventory\" tells the others by their functions"
                    }
                };
                Err(Failure::new(Kind::Usage, message).on(handle).hint(hint))
            }
        }
    }

    fn selects(&self, place: Place) -> bool {
        let here = place.controller == self.controller
            && self.pf.is_none_or(|pf| place.pf == Some(pf));
        match place.role {
            Role::Uplink => self.uplink,
            Role::VfRep => here && self.vf.is_some() && place.vf == self.vf,
            Role::SfRep => here && self.sf.is_some() && place.sf == self.sf,
            Role::PfRep => here && self.vf.is_none() && self.sf.is_none() && !self.uplink,
            _ => false,
        }
    }

    fn wanted(&self) -> String {
        let of = match self.controller {
            0 => String::new(),
            controller => format!(" of controller {controller}"),
        };
        let of_pf = self.pf.map_or_else(String::new, |pf| format!(" of PF {pf}")) + &of;
        match (self.vf, self.sf, self.pf) {
            (Some(vf), ..) => format!("representor of VF {vf}{of_pf}"),
            (_, Some(sf), _) => format!("representor of SF {sf}{of_pf}"),
            (.., Some(pf)) => format!("representor of PF {pf}{of}"),
            _ => "uplink".into(),
        }
    }
}
