// SPDX-License-Identifier: MIT OR Apache-2.0
//! Candidates for the values of arguments, by the names that the help has for the values.

use clap::{Arg, ValueHint, builder::PossibleValue};

use super::Candidate;
use crate::{
    model::{Handle, PciAddress},
    naming::Policy,
    render::fields,
    sys::{Machine, config, gather, links, pci},
};

/// The name that the help has for a value.
fn kind(argument: &Arg) -> &str {
    argument
        .get_value_names()
        .and_then(|names| names.first())
        .map_or("", |name| name.as_str())
}

/// Whether the shell completes this value, as the name of a file. What can be a name or a file
/// is a file where there is a slash.
pub(super) fn are_files(argument: &Arg, prefix: &str) -> bool {
    let paths = [ValueHint::AnyPath, ValueHint::FilePath];
    match kind(argument) {
        "FILE" => true,
        "NAME|FILE" => prefix.contains('/') || prefix.starts_with(['.', '~']),
        _ => paths.contains(&argument.get_value_hint()),
    }
}

/// The candidates on a machine, in the order in which they are shown.
pub(super) fn of(argument: &Arg, machine: &dyn Machine, prefix: &str) -> Vec<Candidate> {
    let listed = listed(argument);
    if !listed.is_empty() {
        return listed;
    }
    match kind(argument) {
        "DEVICE" => [devices(machine, prefix), netdevs(machine)].concat(),
        "SF|DEVICE" => {
            [devices(machine, prefix), sfs(machine), netdevs(machine)].concat()
        }
        "NETDEV" => netdevs(machine),
        "THING" => [functions(machine), sfs(machine), netdevs(machine)].concat(),
        "NAME|FILE" => policies(machine),
        "DRIVER" => drivers(machine),
        "FIELD" => words(std::iter::once("all".to_owned()).chain(fields::names())),
        "on|off" => words(["on", "off"]),
        _ => Vec::new(),
    }
}

/// The values of which the definition has a list.
fn listed(argument: &Arg) -> Vec<Candidate> {
    let about = |value: &PossibleValue| value.get_help().map(ToString::to_string);
    let values = argument.get_possible_values();
    let values = values.iter().filter(|value| !value.is_hide_set());
    values
        .map(|value| Candidate::new(value.get_name(), about(value).unwrap_or_default()))
        .collect()
}

fn words<T: Into<String>>(words: impl IntoIterator<Item = T>) -> Vec<Candidate> {
    words.into_iter().map(|word| Candidate::new(word, "")).collect()
}

fn driver(machine: &dyn Machine, device: &Handle) -> String {
    pci::driver_of(machine, device).unwrap_or_default()
}

/// Devices by handle; by address, if that is how the word begins.
fn devices(machine: &dyn Machine, prefix: &str) -> Vec<Candidate> {
    let named = |device: &Handle| match device.pci_address() {
        Some(address) if prefix.starts_with(|c: char| c.is_ascii_hexdigit()) => {
            let long = address.to_string();
            let short =
                long.strip_prefix("0000:").filter(|short| short.starts_with(prefix));
            short.map(str::to_owned).unwrap_or(long)
        }
        _ => device.to_string(),
    };
    let devices = gather::candidates(machine);
    devices
        .iter()
        .map(|device| Candidate::new(named(device), driver(machine, device)))
        .collect()
}

fn pfs(machine: &dyn Machine) -> impl Iterator<Item = PciAddress> {
    gather::candidates(machine).into_iter().filter_map(|device| device.pci_address())
}

/// PFs and VFs by address.
fn functions(machine: &dyn Machine) -> Vec<Candidate> {
    let mut found = Vec::new();
    for pf in pfs(machine) {
        found.push(Candidate::new(pf.to_string(), driver(machine, &Handle::pci(pf))));
        for (number, vf) in pci::vfs(machine, pf) {
            let about = format!("VF {number} of {pf}");
            found.push(Candidate::new(vf.device.name, about));
        }
    }
    found
}

/// SFs by their auxiliary devices.
fn sfs(machine: &dyn Machine) -> Vec<Candidate> {
    let of = |pf: PciAddress| {
        let devices = pci::auxiliary_devices(machine, pf).into_iter().filter(pci::is_sf);
        devices.map(move |device| Candidate::new(device.name, format!("SF of {pf}")))
    };
    pfs(machine).flat_map(of).collect()
}

/// Network interfaces but the loopback interface. A capture has no list of sysfs, and
/// answers what would have to be asked of the kernel.
fn netdevs(machine: &dyn Machine) -> Vec<Candidate> {
    let listed = machine.list("class/net").unwrap_or_else(|_| {
        let links = links::all(machine).unwrap_or_default();
        links.into_iter().map(|link| link.name).collect()
    });
    words(listed.into_iter().filter(|name| name != "lo"))
}

fn drivers(machine: &dyn Machine) -> Vec<Candidate> {
    let mut found = Vec::new();
    for device in gather::candidates(machine) {
        found.push(driver(machine, &device));
        let vfs =
            device.pci_address().map(|pf| pci::vfs(machine, pf)).unwrap_or_default();
        found.extend(vfs.into_iter().filter_map(|(_, vf)| vf.driver));
    }
    found.sort();
    found.dedup();
    words(found)
}

/// Policies of the administrator and of the program.
fn policies(machine: &dyn Machine) -> Vec<Candidate> {
    let mut names = config::policies(machine.host());
    names.extend(Policy::shipped_names().map(str::to_owned));
    names.sort();
    names.dedup();
    words(names)
}
