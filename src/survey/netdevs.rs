// SPDX-License-Identifier: MIT OR Apache-2.0
//! The netdevs that policies name, each with what it is.

use std::collections::BTreeSet;

use super::unread;
use crate::{
    error::{Failure, Kind, printable},
    model::{
        DeviceFacts, Facts, Handle, Identity, IfName, Inventory, Link, LinkIndex, Place,
        Thing,
    },
    naming::{self, Policy},
    sys::{Machine, links, pci, udev_database},
    topology,
};

/// What a link of a device is, as its name is made from it.
#[must_use]
pub fn port(link: &Link, device: &DeviceFacts) -> Option<Identity> {
    let driver = device.driver.as_deref();
    let place = naming::port_place(link, &device.handle, driver)?;
    let base = device.base.clone()?;
    Some(naming::identity(link, &device.handle, driver, base, place, None))
}

/// What the own netdev of a device's VF or SF is.
#[must_use]
pub fn function_of(link: &Link, device: &DeviceFacts, place: Place) -> Option<Identity> {
    let (driver, base) = (device.driver.as_deref(), device.base.clone()?);
    Some(naming::identity(link, &device.handle, driver, base, place, None))
}

/// The name that the policy gives to a link of a device.
#[must_use]
pub fn policy_name(policy: &Policy, link: &Link, device: &DeviceFacts) -> Option<IfName> {
    Some(policy.name(&port(link, device)?)?.name)
}

/// The netdevs of a machine that policies name, each with what it is: ports of
/// eswitches, and the own netdevs of VFs and SFs.
#[must_use]
pub fn named(facts: &Facts) -> Vec<(&Link, Identity)> {
    named_in(facts, &topology::inventory(facts))
}

/// As [`named`], with the inventory of these facts, or of some of their devices and ports.
pub(super) fn named_in<'a>(
    facts: &'a Facts,
    inventory: &Inventory,
) -> Vec<(&'a Link, Identity)> {
    let links = LinkIndex::new(&facts.links);
    let mut found = Vec::new();
    for device in &inventory.devices {
        let of = facts.devices.iter().find(|facts| facts.handle == device.handle);
        let Some(of) = of else { continue };
        for netdev in device.ports.iter().filter_map(|port| port.netdev.as_ref()) {
            let link = links.get(netdev.ifindex);
            found.extend(link.and_then(|link| Some((link, port(link, of)?))));
        }
        found.extend(functions(of, &links));
    }
    found
}

/// The netdevs of a device and of its VFs and SFs that still have the kernel's names
/// (NET_NAME_ENUM in net/core/net-sysfs.c, name_assign_type), each with its index.
#[must_use]
pub fn unnamed(machine: &dyn Machine, device: &Handle) -> Vec<(String, u32)> {
    const NET_NAME_ENUM: u32 = 1;
    let pf = device.pci_address();
    let vfs = pf.map(|pf| pci::vfs(machine, pf)).unwrap_or_default();
    let sfs = pf.map(|pf| pci::auxiliary_devices(machine, pf)).unwrap_or_default();
    let functions = vfs.into_iter().map(|(_, own)| own.device);
    let functions = functions.chain(sfs.into_iter().filter(pci::is_sf));
    let folders = std::iter::once(device.clone()).chain(functions);
    let folders = folders.filter_map(|of| Some(format!("{}/net", of.sysfs_path()?)));
    let netdevs = folders.flat_map(|folder| {
        let names = machine.list(&folder).unwrap_or_default().into_iter();
        names.map(move |name| (format!("{folder}/{name}"), name))
    });
    let unnamed = netdevs.filter_map(|(folder, name)| {
        let number = |file| machine.number(&format!("{folder}/{file}"));
        (number("name_assign_type")? == NET_NAME_ENUM)
            .then(|| number("ifindex"))?
            .map(|ifindex| (name, ifindex))
    });
    unnamed.collect()
}

/// The own netdevs of a device's VFs and SFs.
fn functions<'a>(of: &DeviceFacts, links: &LinkIndex<'a>) -> Vec<(&'a Link, Identity)> {
    let vfs = of.vfs.iter().map(|(vf, own)| (Place::vf(*vf), own));
    let numbered = of.sfs.iter().filter_map(|(sf, own)| Some(((*sf)?, own)));
    let sfs = numbered.map(|(sf, own)| (Place::sf(sf), own));
    let mut found = Vec::new();
    for (place, own) in vfs.chain(sfs) {
        let links = links.of_parent(&own.device).iter();
        for link in links.filter(|link| naming::is_own_netdev(link)) {
            let identity = function_of(link, of, place);
            found.extend(identity.map(|identity| (*link, identity)));
        }
    }
    found
}

/// Those of the named netdevs that belong to these ports and functions, by any name or
/// address; all, where none is given. A function's address means its representor and its
/// own netdev.
pub fn of_things<'a>(
    facts: &'a Facts,
    texts: &[String],
) -> Result<Vec<(&'a Link, Identity)>, Failure> {
    let inventory = topology::inventory(facts);
    let netdevs = |text: &str| Ok(netdevs_of(facts, &inventory, text));
    only(named_in(facts, &inventory), texts, &netdevs)
}

/// Those of the named netdevs that the user means; all, where none is named.
pub fn selected<'a>(
    machine: &dyn Machine,
    facts: &'a Facts,
    texts: &[String],
) -> Result<Vec<(&'a Link, Identity)>, Failure> {
    let netdevs = |text: &str| {
        let link = links::by_name(machine, text);
        let link = link.map_err(|error| unread("links", &error))?;
        Ok(link.into_iter().map(|link| link.ifindex).collect())
    };
    only(named(facts), texts, &netdevs)
}

/// Those of the named netdevs that the texts mean, each by its interface indices; all,
/// where there is no text.
fn only<'a>(
    mut all: Vec<(&'a Link, Identity)>,
    texts: &[String],
    netdevs: &dyn Fn(&str) -> Result<Vec<u32>, Failure>,
) -> Result<Vec<(&'a Link, Identity)>, Failure> {
    if texts.is_empty() {
        return Ok(all);
    }
    let known: BTreeSet<u32> = all.iter().map(|(link, _)| link.ifindex).collect();
    let mut wanted = BTreeSet::new();
    for text in texts {
        let netdevs = netdevs(text)?;
        let has_netdev = !netdevs.is_empty();
        let of_policy = netdevs.into_iter().filter(|index| known.contains(index));
        let of_policy: Vec<u32> = of_policy.collect();
        if of_policy.is_empty() {
            return Err(not_named(text, has_netdev));
        }
        wanted.extend(of_policy);
    }
    all.retain(|(link, _)| wanted.contains(&link.ifindex));
    Ok(all)
}

/// The interface indices of a thing's netdevs.
fn netdevs_of(facts: &Facts, inventory: &Inventory, text: &str) -> Vec<u32> {
    let called = |name: &str| {
        let link = facts.links.iter().find(|link| link.is_called(name));
        link.map(|link| link.ifindex)
    };
    let thing = Thing::parse(text);
    if let Some(index) = called(text).filter(|_| matches!(thing, Thing::Name(_))) {
        return vec![index];
    }
    let rows = topology::find(facts, inventory, &thing).into_iter();
    let ports = rows.filter_map(|row| row.port);
    let netdevs = ports.flat_map(|port| {
        let function = port.function.as_ref();
        let own_netdev =
            function.and_then(|function| called(function.netdev.as_deref()?));
        port.netdev
            .iter()
            .map(|netdev| netdev.ifindex)
            .chain(own_netdev)
            .collect::<Vec<_>>()
    });
    netdevs.collect()
}

/// The failure where a policy names no netdev of a thing, or the thing has none.
fn not_named(text: &str, has_netdev: bool) -> Failure {
    let text = printable(text);
    let message = match (has_netdev, matches!(Thing::parse(&text), Thing::Name(_))) {
        (true, _) => {
            format!("{text} is neither a port of an eswitch nor the netdev of a VF or SF")
        }
        (false, true) => {
            format!("no network interface has the name or altname {text}")
        }
        (false, false) => format!("no netdev of {text} is in this network namespace"),
    };
    Failure::new(Kind::NotFound, message).state("nothing was changed")
}

/// Whether a `.link` file that did not come with systemd has named a netdev.
#[must_use]
pub fn is_named_by_administrator(machine: &dyn Machine, link: &Link) -> bool {
    let names = machine.host().udev_names(link.ifindex);
    let file = names.link_file.as_deref();
    names.decided.as_ref() == Some(&link.name)
        && file.is_some_and(|file| !udev_database::is_vendor_file(file))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::unnamed;
    use crate::{
        model::Handle,
        sys::capture::{Capture, Replay},
    };

    #[test]
    fn netdevs_of_the_pf_its_vfs_and_its_sfs_are_waited_for() {
        const PF: &str = "bus/pci/devices/0000:01:00.0";
        const SF: &str = "bus/auxiliary/devices/mlx5_core.sf.4/net";
        let own = format!("{PF}/net");
        let netdev = |folder: &str, name: &str, kind: &str, ifindex: &str| {
            let file = |file: &str| format!("{folder}/{name}/{file}");
            [
                (file("name_assign_type"), json!({ "text": kind })),
                (file("ifindex"), json!({ "text": ifindex })),
            ]
        };
        let files = [
            netdev(&own, "enp1s0np0", "4\n", "2\n"),
            netdev(&own, "eth0", "1\n", "5\n"),
            netdev(SF, "eth1", "1\n", "6\n"),
        ];
        let files: serde_json::Map<_, _> = files.into_iter().flatten().collect();
        let capture = json!({
            "schema": Capture::SCHEMA, "swdevctl": "0", "kernel": "6.12",
            "masked": false, "answers": {}, "files": files, "paths": {},
            "links": { format!("{PF}/mlx5_core.sf.4/subsystem"): "auxiliary" },
            "folders": {
                PF: ["mlx5_core.sf.4", "net"], own: ["enp1s0np0", "eth0"], SF: ["eth1"],
            },
        });
        let replay = Replay::new(Capture::parse(&capture.to_string()).unwrap());
        let device = Handle::new("pci", "0000:01:00.0");
        let expected = vec![("eth0".to_owned(), 5), ("eth1".to_owned(), 6)];
        assert_eq!(unnamed(&replay, &device), expected);
    }
}
