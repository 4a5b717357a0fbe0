// SPDX-License-Identifier: MIT OR Apache-2.0
//! From facts to devices, ports, roles and functions.
//!
//! A netdev is joined to its device by, in this order: its devlink port, its
//! parent device, and a switch id that no other device has. The switch id is
//! shared by all PFs of a card, so it does not distinguish two PFs. A netdev that cannot
//! be placed is reported with the reason: nothing is guessed, and nothing is dropped.

mod difference;
mod find;
mod ports;

use std::collections::{BTreeMap, BTreeSet};

pub use difference::{Change, changes};
pub use find::{Row, find, main_port, port_order};

use crate::driver::{Ids, owner_of_orphan, profile};
use crate::model::{
    Device, DeviceDetails, DeviceFacts, EswitchMode, EswitchState, Facts, Handle,
    Inventory, Link, LinkIndex, Netdev, Port, Role, SwitchId, Unassociated,
};

/// The inventory that follows from the facts.
#[must_use]
pub fn inventory(facts: &Facts) -> Inventory {
    let links = LinkIndex::new(&facts.links);
    let joined = join(facts, &links);
    let mut devices: Vec<Device> = facts
        .devices
        .iter()
        .map(|device| {
            let own = joined.by_device.get(&device.handle);
            let own = own.map(Vec::as_slice).unwrap_or_default();
            describe(device, own, &facts.devices, &links)
        })
        .collect();
    devices.sort_by(|a, b| a.handle.cmp(&b.handle));
    Inventory {
        schema: Inventory::SCHEMA,
        devices,
        unassociated: joined.unassociated,
        warnings: facts.warnings.clone(),
    }
}

struct Joined<'a> {
    by_device: BTreeMap<&'a Handle, Vec<&'a Link>>,
    unassociated: Vec<Unassociated>,
}

/// Assigns each link that concerns an eswitch to its device.
fn join<'a>(facts: &'a Facts, index: &LinkIndex) -> Joined<'a> {
    let mut joined = Joined { by_device: BTreeMap::new(), unassociated: Vec::new() };
    let mut by_handle: BTreeMap<&Handle, &Handle> = BTreeMap::new();
    let mut by_ifindex: BTreeMap<u32, &Handle> = BTreeMap::new();
    for device in &facts.devices {
        by_handle.insert(&device.handle, &device.handle);
        by_handle.extend(device.aliases.iter().map(|alias| (alias, &device.handle)));
        let netdevs = device.ports.iter().filter_map(|port| port.netdev_ifindex);
        by_ifindex.extend(netdevs.map(|ifindex| (ifindex, &device.handle)));
    }
    let direct = |link: &Link| {
        let port = link.devlink_port.as_ref().and_then(|p| by_handle.get(&p.device));
        let parent = || link.parent.as_ref().and_then(|parent| by_handle.get(parent));
        port.or_else(|| by_ifindex.get(&link.ifindex)).or_else(parent).copied()
    };
    let drivers: BTreeMap<&Handle, Option<&str>> = facts
        .devices
        .iter()
        .map(|device| (&device.handle, device.driver.as_deref()))
        .collect();
    let mut by_switch_id: Switches = BTreeMap::new();
    for link in &facts.links {
        let Some(device) = direct(link) else { continue };
        let driver = drivers.get(device).copied().flatten();
        let id = match profile(driver).orphan_representors {
            Some(Ids::Port) => &link.port_id,
            Some(Ids::Switch) | None => &link.switch_id,
        };
        if let Some(id) = id {
            by_switch_id.entry(id).or_default().insert((device, driver));
        }
    }
    for link in &facts.links {
        let device = match direct(link) {
            Some(device) => Ok(device),
            None => by_switch(link, &by_switch_id),
        };
        log_join(link, &device);
        match device {
            Ok(device) => joined.by_device.entry(device).or_default().push(link),
            Err(Some(reason)) => joined.unassociated.push(Unassociated {
                netdev: Netdev::of(link, index),
                phys_port_name: link.phys_port_name.clone(),
                switch_id: link.switch_id.clone(),
                reason,
            }),
            Err(None) => {}
        }
    }
    joined
}

/// Logs where a link belongs; nothing of links that concern no eswitch.
fn log_join(link: &Link, device: &Result<&Handle, Option<String>>) {
    let port_name = link.phys_port_name.as_deref().unwrap_or("no port name");
    let result = match device {
        Ok(device) => device.to_string(),
        Err(Some(reason)) => format!("no device: {reason}"),
        Err(None) => return,
    };
    log::debug!("netdev: {}, {port_name} -> {result}", link.name);
}

/// The devices that report a switch id, each with its driver.
type Switches<'a> = BTreeMap<&'a SwitchId, BTreeSet<(&'a Handle, Option<&'a str>)>>;

/// The device with the link's switch id, or the reason why there is none. No reason is
/// given for a link without a switch id: it concerns no eswitch.
fn by_switch<'a>(
    link: &Link,
    switches: &Switches<'a>,
) -> Result<&'a Handle, Option<String>> {
    let id = link.switch_id.as_ref().ok_or(None)?;
    if let Some(device) = link.device() {
        return Err(Some(format!("its parent device {device} has no eswitch")));
    }
    let devices: Vec<(&Handle, Option<&str>)> =
        switches.get(id).into_iter().flatten().copied().collect();
    if let Some(owner) = owner_of_orphan(&devices, link.phys_port_name.as_deref()) {
        return Ok(owner);
    }
    if devices.is_empty() {
        return Err(Some(format!("no device has its switch id {id}")));
    }
    let names: Vec<String> =
        devices.iter().map(|(device, _)| device.to_string()).collect();
    Err(Some(format!(
        "it has no parent device, and its switch id {id} is shared by {}",
        names.join(", ")
    )))
}

fn describe(
    facts: &DeviceFacts,
    own: &[&Link],
    devices: &[DeviceFacts],
    links: &LinkIndex,
) -> Device {
    let ports = ports::ports(facts, own, devices, links);
    Device {
        handle: facts.handle.clone(),
        bus: facts.handle.bus.clone(),
        address: facts.handle.name.clone(),
        driver: facts.driver.clone(),
        numa_node: facts.numa_node,
        eswitch: facts.eswitch,
        switch_id: own.iter().find_map(|link| link.switch_id.clone()),
        sriov: facts.sriov,
        bond: bond(&ports),
        details: DeviceDetails::default(),
        ports,
    }
}

/// The bond that an uplink is in.
fn bond(ports: &[Port]) -> Option<String> {
    let uplinks =
        ports.iter().filter(|port| matches!(port.place.role, Role::Uplink | Role::Pf));
    let mut masters = uplinks.filter_map(|port| port.netdev.as_ref()?.master.as_ref());
    masters.find(|master| master.is_bond()).map(|bond| bond.name.clone())
}

/// Whether a device's physical ports are uplinks of an eswitch in use, rather
/// than PFs in legacy mode. Where the kernel does not report the mode, the presence of a
/// representor decides.
fn has_uplinks(eswitch: EswitchState, has_representor: bool) -> bool {
    eswitch.mode().map_or(has_representor, EswitchMode::has_representors)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Eswitch;

    fn device(handle: &str, driver: &str) -> DeviceFacts {
        DeviceFacts {
            handle: handle.parse().unwrap(),
            driver: Some(driver.into()),
            numa_node: None,
            eswitch: EswitchState::Known(Eswitch {
                mode: EswitchMode::Switchdev,
                inline_mode: None,
                encap_mode: None,
            }),
            ports: Vec::new(),
            sriov: None,
            vfs: Vec::new(),
            sfs: Vec::new(),
            base: None,
            aliases: Vec::new(),
        }
    }

    fn link(ifindex: u32, port_name: &str, parent: Option<&str>) -> Link {
        Link {
            ifindex,
            name: format!("eth{ifindex}"),
            phys_port_name: Some(port_name.into()),
            switch_id: SwitchId::new(&[7; 8]),
            parent: parent.map(|handle| handle.parse().unwrap()),
            ..Link::default()
        }
    }

    /// The ports of each device, as `ROLE IFINDEX`, and the reasons.
    fn outcome(facts: &Facts) -> (Vec<Vec<String>>, Vec<String>) {
        let inventory = inventory(facts);
        let text = |port: &Port| {
            format!(
                "{} {}",
                port.place.role.as_str(),
                port.netdev.as_ref().unwrap().ifindex
            )
        };
        let ports = inventory.devices.iter().map(|d| d.ports.iter().map(text).collect());
        let reasons = inventory.unassociated.into_iter().map(|lone| lone.reason);
        (ports.collect(), reasons.collect())
    }

    #[test]
    fn a_lone_representor_goes_to_the_one_device_with_its_switch_id() {
        let facts = Facts {
            devices: vec![device("pci/01:00.0", "nfp")],
            links: vec![link(1, "p0", Some("pci/01:00.0")), link(2, "pf0vf3", None)],
            warnings: Vec::new(),
        };
        assert_eq!(outcome(&facts).0, [["uplink 1", "vf_rep 2"]]);
    }

    #[test]
    fn where_two_pfs_share_a_switch_id_nothing_is_guessed() {
        let links = vec![
            link(1, "p0", Some("pci/01:00.0")),
            link(2, "p1", Some("pci/01:00.1")),
            link(3, "pf1vf0", None),
        ];
        let devices =
            |driver| vec![device("pci/01:00.0", driver), device("pci/01:00.1", driver)];
        let unknown =
            Facts { devices: devices("new"), links: links.clone(), warnings: Vec::new() };
        let (ports, reasons) = outcome(&unknown);
        assert_eq!(ports, [["uplink 1"], ["uplink 2"]]);
        assert!(reasons[0].contains("shared by pci/0000:01:00.0, pci/0000:01:00.1"));
        // bnxt's PF number is the PCI function.
        let bnxt = Facts { devices: devices("bnxt_en"), links, warnings: Vec::new() };
        assert_eq!(
            outcome(&bnxt),
            (
                vec![vec!["uplink 1".into()], vec!["uplink 2".into(), "vf_rep 3".into()]],
                vec![]
            )
        );
    }

    #[test]
    fn a_netdev_of_another_device_is_not_taken_for_its_switch_id() {
        let facts = Facts {
            devices: vec![device("pci/01:00.0", "mlx5_core")],
            links: vec![
                link(1, "p0", Some("pci/01:00.0")),
                link(2, "pf1vf0", Some("pci/02:00.0")),
            ],
            warnings: Vec::new(),
        };
        let (ports, reasons) = outcome(&facts);
        assert_eq!(ports, [["uplink 1"]]);
        assert_eq!(reasons, ["its parent device pci/0000:02:00.0 has no eswitch"]);
    }

    #[test]
    fn without_the_mode_a_representor_tells_an_uplink_from_a_pf() {
        let mut unread = device("pci/01:00.0", "LiquidIO");
        unread.eswitch = EswitchState::Unread;
        let named = link(1, "p0", Some("pci/01:00.0"));
        let nameless = Link { phys_port_name: None, ..named.clone() };
        let representor = link(2, "pf0vf3", None);
        for (links, roles) in [
            (vec![named.clone()], vec!["pf 1"]),
            (vec![nameless.clone()], vec!["pf 1"]),
            (vec![named, representor.clone()], vec!["uplink 1", "vf_rep 2"]),
            (vec![nameless, representor], vec!["uplink 1", "vf_rep 2"]),
        ] {
            let devices = vec![unread.clone()];
            let facts = Facts { devices, links, warnings: Vec::new() };
            assert_eq!(outcome(&facts).0, [roles]);
        }
    }
}
