// SPDX-License-Identifier: MIT OR Apache-2.0
//! The ports of one device: devlink's ports and netdevs joined, and each
//! port's function.

use std::collections::BTreeMap;

use super::{has_uplinks, netdev};
use crate::driver::{foreign_pf, is_foreign, profile};
use crate::model::{
    DeviceFacts, DevlinkPort, EswitchMode, Facts, Flavour, Function, Handle, Link,
    OwnFunction, PhysPortName, Port, Role,
};

/// All ports of a device. `links` are those joined to it; among `all` are the
/// netdevs of its VFs, and the other PFs that it has representors for.
pub(super) fn ports(facts: &DeviceFacts, links: &[&Link], all: &Facts) -> Vec<Port> {
    let mut rest: BTreeMap<u32, &Link> =
        links.iter().map(|link| (link.ifindex, *link)).collect();
    let mut ports = Vec::new();
    for devlink in &facts.ports {
        // Devices whose own netdev is a `virtual` port are functions.
        if devlink.flavour == Some(Flavour::Virtual) {
            continue;
        }
        let claimed = rest.values().find(|link| is_of(link, devlink, facts));
        let link = claimed.copied();
        if let Some(link) = link {
            rest.remove(&link.ifindex);
        }
        ports.push(port(facts, Some(devlink), link, all));
    }
    ports.extend(rest.values().map(|link| port(facts, None, Some(link), all)));
    settle_uplinks(facts, &mut ports);
    ports.extend(bare_vfs(facts, &ports, &all.links));
    ports.sort_by_key(|port| {
        (order(port.role), port.controller, port.pf, port.vf, port.sf, port.port_index)
    });
    ports
}

/// Whether a link is that devlink port's netdev.
fn is_of(link: &Link, port: &DevlinkPort, facts: &DeviceFacts) -> bool {
    if link.devlink_port.as_ref() == Some(&port.handle)
        || Some(link.ifindex) == port.netdev_ifindex
    {
        return true;
    }
    // Equal numbers prove it only where the driver ties no port to its netdev.
    let untied = profile(facts.driver.as_deref()).untied_ports
        && link.devlink_port.is_none()
        && port.netdev_ifindex.is_none();
    let of_link = || PhysPortName::parse(link.phys_port_name.as_deref()?);
    let of_port = || port.port_name();
    untied
        && role_and_numbers(of_link()).is_some_and(|link| {
            role_and_numbers(of_port()).is_some_and(|port| link == port)
        })
}

fn role_and_numbers(name: Option<PhysPortName>) -> Option<(Role, Numbers)> {
    let name = name?;
    Some((role_of(&name), numbers(Some(&name))))
}

fn order(role: Role) -> u8 {
    match role {
        Role::Uplink => 0,
        Role::Pf => 1,
        Role::PfRep => 2,
        Role::VfRep => 3,
        Role::SfRep => 4,
        Role::Vf => 5,
        Role::Sf => 6,
        Role::Other => 7,
    }
}

/// One port, from its devlink port, its netdev, or both.
fn port(
    facts: &DeviceFacts,
    devlink: Option<&DevlinkPort>,
    link: Option<&Link>,
    all: &Facts,
) -> Port {
    let reported = link.and_then(|link| link.phys_port_name.clone());
    let by_attributes = devlink.and_then(DevlinkPort::port_name);
    let by_name = || PhysPortName::parse(reported.as_deref()?);
    let name = by_attributes.or_else(by_name);
    let role = match (&name, &reported) {
        (Some(name), _) => role_of(name),
        (None, None) if devlink.is_none() => nameless(facts, link),
        _ => Role::Other,
    };
    let (controller, pf, vf, sf) = numbers(name.as_ref());
    let external = devlink.and_then(|port| port.external).unwrap_or(controller != 0);
    let mut port = Port {
        role,
        flavour: devlink.and_then(|port| port.flavour),
        port_index: devlink.map(|port| port.handle.index),
        controller,
        pf,
        vf,
        sf,
        external,
        phys_port_name: reported,
        netdev: link.map(netdev),
        function: None,
    };
    if controller == 0 && !external {
        port.function = function(facts, devlink, name.as_ref(), all);
    }
    port
}

/// A netdev of the device without a port name is the PF's own. In switchdev mode
/// one that is on the switch stands for the wire (liquidio); one that is not, for
/// nothing (nfp).
fn nameless(facts: &DeviceFacts, link: Option<&Link>) -> Role {
    let on_switch = link.is_some_and(|link| link.switch_id.is_some());
    let switched = facts.eswitch.mode().is_some_and(EswitchMode::has_representors);
    if on_switch && switched { Role::Uplink } else { Role::Pf }
}

fn role_of(name: &PhysPortName) -> Role {
    match name {
        PhysPortName::Physical { .. } => Role::Uplink,
        PhysPortName::Pf { .. } => Role::PfRep,
        PhysPortName::Vf { .. } => Role::VfRep,
        PhysPortName::Sf { .. } => Role::SfRep,
        PhysPortName::Vnic(_) => Role::Pf,
    }
}

/// Controller, PF, VF and SF number.
type Numbers = (u32, Option<u32>, Option<u32>, Option<u32>);

fn numbers(name: Option<&PhysPortName>) -> Numbers {
    match name {
        Some(PhysPortName::Pf { controller, pf, .. }) => {
            (*controller, Some(*pf), None, None)
        }
        Some(PhysPortName::Vf { controller, pf, vf, .. }) => {
            (*controller, *pf, Some(*vf), None)
        }
        Some(PhysPortName::Sf { controller, pf, sf }) => {
            (*controller, Some(*pf), None, Some(*sf))
        }
        _ => (0, None, None, None),
    }
}

/// The function behind a representor of the local controller: the VF that the
/// PF's `virtfnN` names, the SF, or the PF itself. No address is ever computed.
fn function(
    facts: &DeviceFacts,
    devlink: Option<&DevlinkPort>,
    name: Option<&PhysPortName>,
    all: &Facts,
) -> Option<Function> {
    let driver = facts.driver.as_deref();
    match *name? {
        PhysPortName::Vf { pf, vf, .. } => {
            let index = devlink.map(|port| port.handle.index);
            let owner = if is_foreign(driver, name?, index) {
                foreign(facts, pf?, all)?
            } else {
                facts
            };
            let first = profile(driver).first_vf;
            let (_, own) = owner.vfs.iter().find(|(own, _)| own + first == vf)?;
            Some(of_function(own, &all.links))
        }
        PhysPortName::Sf { sf, .. } => {
            let told = devlink.and_then(|port| port.function.as_ref());
            let nested = told.and_then(|told| told.devlink.as_ref());
            let exact = |own: &&(Option<u32>, OwnFunction)| Some(&own.1.device) == nested;
            let numbered = |own: &&(Option<u32>, OwnFunction)| own.0 == Some(sf);
            let found = facts.sfs.iter().find(exact);
            let (_, own) = found.or_else(|| facts.sfs.iter().find(numbered))?;
            let state = told.and_then(|told| told.state);
            Some(Function { state, ..of_function(own, &all.links) })
        }
        PhysPortName::Pf { .. } => Some(Function {
            address: facts.handle.name.clone(),
            driver: facts.driver.clone(),
            netdev: None,
            mac: None,
            state: None,
        }),
        PhysPortName::Physical { .. } | PhysPortName::Vnic(_) => None,
    }
}

/// The PF of another device, where this device has representors for those.
fn foreign<'a>(facts: &DeviceFacts, pf: u32, all: &'a Facts) -> Option<&'a DeviceFacts> {
    let devices: Vec<(&Handle, Option<&str>)> =
        all.devices.iter().map(|of| (&of.handle, of.driver.as_deref())).collect();
    let owner = foreign_pf(facts.driver.as_deref(), &facts.handle, pf, &devices)?;
    all.devices.iter().find(|device| device.handle == *owner)
}

fn of_function(own: &OwnFunction, links: &[Link]) -> Function {
    let link = own_netdev(own, links);
    Function {
        address: own.device.name.clone(),
        driver: own.driver.clone(),
        netdev: link.map(|link| link.name.clone()),
        mac: link.and_then(|link| link.mac.clone()),
        state: None,
    }
}

/// The function's own netdev, where it is in this network namespace: found by its
/// parent, since its name may change while this is read.
fn own_netdev<'a>(own: &OwnFunction, links: &'a [Link]) -> Option<&'a Link> {
    let of = links.iter().filter(|link| link.parent.as_ref() == Some(&own.device));
    of.min_by_key(|link| link.ifindex)
}

/// In legacy mode a physical port's netdev is the PF's own.
fn settle_uplinks(facts: &DeviceFacts, ports: &mut [Port]) {
    let representor = |port: &Port| matches!(port.role, Role::VfRep | Role::SfRep);
    if has_uplinks(facts.eswitch, ports.iter().any(representor)) {
        return;
    }
    for port in ports.iter_mut().filter(|port| port.role == Role::Uplink) {
        port.role = Role::Pf;
    }
}

/// The VFs that no port of the device represents (all of them, in legacy mode).
fn bare_vfs(facts: &DeviceFacts, ports: &[Port], all: &[Link]) -> Vec<Port> {
    let represented = |own: &OwnFunction| {
        ports.iter().any(|port| {
            port.function.as_ref().is_some_and(|of| of.address == own.device.name)
        })
    };
    let bare = facts.vfs.iter().filter(|(_, own)| !represented(own));
    bare.map(|(number, own)| Port {
        role: Role::Vf,
        flavour: None,
        port_index: None,
        controller: 0,
        pf: None,
        vf: Some(*number),
        sf: None,
        external: false,
        phys_port_name: None,
        netdev: own_netdev(own, all).map(netdev),
        function: Some(of_function(own, all)),
    })
    .collect()
}
