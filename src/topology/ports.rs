// SPDX-License-Identifier: MIT OR Apache-2.0
//! The ports of one device: devlink's ports and netdevs joined, and each
//! port's function.

use std::collections::BTreeMap;

use super::{has_uplinks, netdev};
use crate::driver::profile;
use crate::model::{
    DeviceFacts, DevlinkPort, Flavour, Function, Link, PciFunction, PhysPortName, Port,
    Role,
};

/// All ports of a device. `links` are those joined to it, `all` those of the
/// machine, where the netdevs of its VFs are found.
pub(super) fn ports(facts: &DeviceFacts, links: &[&Link], all: &[Link]) -> Vec<Port> {
    let mut rest: BTreeMap<u32, &Link> =
        links.iter().map(|link| (link.ifindex, *link)).collect();
    let mut ports = Vec::new();
    for devlink in &facts.ports {
        // Devices whose own netdev is a `virtual` port are functions.
        if devlink.flavour == Some(Flavour::Virtual) {
            continue;
        }
        let claimed = rest.values().find(|link| {
            link.devlink_port.as_ref() == Some(&devlink.handle)
                || Some(link.ifindex) == devlink.netdev_ifindex
        });
        let link = claimed.copied();
        if let Some(link) = link {
            rest.remove(&link.ifindex);
        }
        ports.push(port(facts, Some(devlink), link));
    }
    ports.extend(rest.values().map(|link| port(facts, None, Some(link))));
    settle_uplinks(facts, &mut ports);
    ports.extend(bare_vfs(facts, &ports, all));
    ports.sort_by_key(|port| {
        (order(port.role), port.controller, port.pf, port.vf, port.sf, port.port_index)
    });
    ports
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
fn port(facts: &DeviceFacts, devlink: Option<&DevlinkPort>, link: Option<&Link>) -> Port {
    let reported = link.and_then(|link| link.phys_port_name.clone());
    let by_attributes = devlink.and_then(DevlinkPort::port_name);
    let by_name = || PhysPortName::parse(reported.as_deref()?);
    let name = by_attributes.or_else(by_name);
    // A netdev of the device without a port name is the PF's own.
    let role = match (&name, &reported) {
        (Some(name), _) => role_of(name),
        (None, None) if devlink.is_none() => Role::Pf,
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
    port.function = function(facts, devlink, &port);
    port
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

type Numbers = (u32, Option<u32>, Option<u32>, Option<u32>);

/// Controller, PF, VF and SF number.
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

/// The function behind a representor, where it is on this machine: the VF that
/// the PF's `virtfnN` names, and what devlink says of any other.
fn function(
    facts: &DeviceFacts,
    devlink: Option<&DevlinkPort>,
    port: &Port,
) -> Option<Function> {
    let local = port.controller == 0 && !port.external;
    let told = devlink.and_then(|port| port.function.as_ref());
    match (port.role, port.vf) {
        (Role::VfRep, Some(number)) if local => {
            let first = profile(facts.driver.as_deref()).first_vf;
            let (_, vf) = facts.vfs.iter().find(|(vf, _)| vf + first == number)?;
            Some(of_vf(vf))
        }
        (Role::SfRep, _) => {
            let told = told?;
            let device = told.devlink.as_ref()?;
            Some(Function {
                address: device.name.clone(),
                driver: None,
                netdev: None,
                mac: told.hw_addr.clone(),
                state: told.state,
            })
        }
        _ => None,
    }
}

fn of_vf(vf: &PciFunction) -> Function {
    Function {
        address: vf.address.to_string(),
        driver: vf.driver.clone(),
        netdev: vf.netdevs.first().cloned(),
        mac: vf.mac.clone(),
        state: None,
    }
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

/// The VFs that have no representor (all of them, in legacy mode).
fn bare_vfs(facts: &DeviceFacts, ports: &[Port], all: &[Link]) -> Vec<Port> {
    let first = profile(facts.driver.as_deref()).first_vf;
    let represented = |number: u32| {
        ports.iter().any(|port| {
            port.role == Role::VfRep
                && port.controller == 0
                && port.vf == Some(number + first)
        })
    };
    let bare = facts.vfs.iter().filter(|(number, _)| !represented(*number));
    bare.map(|(number, vf)| {
        let own = vf.netdevs.first();
        let link = own.and_then(|name| all.iter().find(|link| link.name == *name));
        Port {
            role: Role::Vf,
            flavour: None,
            port_index: None,
            controller: 0,
            pf: None,
            vf: Some(*number),
            sf: None,
            external: false,
            phys_port_name: None,
            netdev: link.map(netdev),
            function: Some(of_vf(vf)),
        }
    })
    .collect()
}
