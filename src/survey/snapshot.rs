// SPDX-License-Identifier: MIT OR Apache-2.0
//! Reads what a plan is made from.

use std::collections::BTreeMap;

use super::{
    REPRESENTORS, Reading, auxiliary, claims,
    damage::damage,
    key, keyed, mode_to_change, netdevs, no_eswitch, of_one_instance, own_netdevs,
    settings,
    sfs::{functions as sf_functions, sfs},
    surroundings::{
        Unread, rule_interfaces, sfs_without_netdev, siblings, stranded, value_of,
        ways_out,
    },
};
use crate::{
    driver::profile,
    error::{Failure, Kind},
    model::{
        DeviceFacts, DevlinkPort, EswitchState, FunctionSettings, Handle, Held,
        LinkIndex, NetdevState, OwnFunction, ParamValue, Port, Rate, RateKind, Role, Sf,
        Snapshot, SriovState, State, VfSettings, VfState,
    },
    sys::{Machine, addresses, blockers, devlink, holders, pci, routes, vfs},
};

/// Everything that matters to a change of that device's mode, with what other programs set.
pub fn preflight(machine: &dyn Machine, handle: &Handle) -> Result<Snapshot, Failure> {
    let snapshot = snapshot(machine, handle)?;
    let claims = claims::of(machine, &snapshot);
    Ok(Snapshot { claims, ..snapshot })
}

/// Everything that matters to a change of that device's mode, but for what other programs
/// set, which is read from many files.
pub fn snapshot(machine: &dyn Machine, handle: &Handle) -> Result<Snapshot, Failure> {
    vfs::wait_until_made(machine, handle);
    of_one_instance(machine, handle, || read(machine, handle))
}

fn read(machine: &dyn Machine, handle: &Handle) -> Result<Snapshot, Failure> {
    // An error that tells why, where there is no mode to be changed.
    mode_to_change(machine, handle)?;
    let reading = Reading::of(machine, handle)
        .map_err(|failure| failure.state("nothing was changed"))?;
    let Reading { own, device, links, .. } = &reading;
    let EswitchState::Known(eswitch) = own.eswitch else {
        return Err(no_eswitch(machine, handle, Kind::Refused));
    };
    let mut unread = Unread::of(handle, &reading.warnings);
    let rates = unread.rest("rates", devlink::rates(machine, handle));
    let uplinks = netdevs(device, &[Role::Uplink, Role::Pf]);
    let representors = netdevs(device, &REPRESENTORS);
    let vf_netdevs: Vec<(u32, u32)> =
        own_netdevs(&reading).iter().map(|(vf, link)| (link.ifindex, *vf)).collect();
    let addresses = unread.rest("addresses", addresses::all(machine));
    let interfaces = rule_interfaces(links, &uplinks, &representors);
    let traffic = unread.rest("TC rules", blockers::traffic(machine, &interfaces));
    let ways = ways_out(links, &uplinks, &representors, &vf_netdevs, &addresses);
    let default_routes =
        unread.rest("routes", routes::default_interfaces(machine, &ways));
    let (vfs, settings_complete) = vfs(machine, own, &uplinks);
    let sfs = sfs(&reading);
    let of_vf = |(vf, own): &(u32, OwnFunction)| (Held::Vf(*vf), own.clone());
    let mut users: Vec<(Held, OwnFunction)> = own.vfs.iter().map(of_vf).collect();
    users.extend(sf_functions(&sfs));
    let state = State {
        device: handle.clone(),
        driver: own.driver.clone(),
        eswitch,
        sriov: own
            .sriov
            .map(|of| SriovState { vfs: of.configured, autoprobe: of.autoprobe }),
        vfs,
        settings_complete,
        netdevs: netdev_states(&reading),
        functions: functions(&reading, &rates),
        sfs: sfs.iter().map(Sf::as_state).collect(),
        uplinks: uplinks.clone(),
        representors: representors.clone(),
    };
    let tc_offload = |index: &u32| Some((*index, blockers::tc_offload(machine, *index)?));
    let param = |name| value_of(machine, handle, name);
    Ok(Snapshot {
        kernel: release(&machine.host().kernel()),
        rules: traffic.rules,
        channels: traffic.channels,
        ipsec: unread.rest("IPsec", blockers::ipsec(machine)),
        traps: unread.rest("traps", devlink::active_traps(machine, handle)),
        default_routes,
        addresses,
        holders: holders::holders(machine, handle, &users),
        rdma: holders::rdma_devices(machine, handle),
        multiport: param("esw_multiport") == Some(ParamValue::Flag(true)),
        stranded: stranded(device),
        sfs_without_netdev: sfs_without_netdev(machine, own, links),
        siblings: siblings(machine, handle),
        vfs_elsewhere: blockers::elsewhere(machine, &own.vfs),
        sfs_elsewhere: sfs_elsewhere(machine, &sfs),
        sfs,
        steering: param("flow_steering_mode"),
        tc_offload: uplinks.iter().filter_map(tc_offload).collect(),
        lag: pci::lag(machine, handle),
        claims: Vec::new(),
        unread: unread.0,
        damage: damage(machine, &reading),
        iommu: blockers::iommu(machine, handle),
        device: reading.own,
        links: reading.links,
        state,
        uplinks,
        representors,
        vf_netdevs,
        rates,
    })
}

/// Major and minor number of a release; 0 for what is none.
#[must_use]
pub fn release(text: &str) -> (u32, u32) {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).map(str::parse);
    let mut next = || numbers.next().and_then(Result::ok).unwrap_or(0);
    (next(), next())
}

/// The VFs with what the PF's netdev tells of them, and whether it tells of all.
fn vfs(
    machine: &dyn Machine,
    device: &DeviceFacts,
    uplinks: &[u32],
) -> (Vec<VfState>, bool) {
    let count = device.sriov.map_or(0, |sriov| sriov.configured);
    let list = (count > 0).then(|| settings(machine, uplinks)).flatten();
    let list = list.map(|(_, list)| list);
    let hidden = count > 0 && uplinks.is_empty() && has_netdevs(machine, &device.handle);
    let complete = match &list {
        Some(list) => list.complete && list.vfs.len() >= count as usize,
        // Not each driver has such settings.
        None => !hidden,
    };
    let settings: BTreeMap<u32, VfSettings> =
        list.unwrap_or_default().vfs.into_iter().collect();
    let of = |vf: u32| {
        let own = device.vf(vf);
        let folder = own.and_then(|own| own.device.sysfs_path());
        let text = |file: &str| machine.text(&format!("{}/{file}", folder.as_ref()?));
        VfState {
            vf,
            address: own.map(|own| own.device.name.clone()).unwrap_or_default(),
            instance: folder.as_ref().and_then(|folder| machine.instance(folder)),
            driver: own.and_then(|own| own.driver.clone()),
            driver_override: text("driver_override")
                .filter(|text| !text.is_empty() && text != "(null)"),
            settings: settings.get(&vf).cloned().unwrap_or_default(),
        }
    };
    ((0..count).map(of).collect(), complete)
}

/// The SFs whose netdev is in another network namespace.
fn sfs_elsewhere(machine: &dyn Machine, sfs: &[Sf]) -> Vec<u32> {
    let is_elsewhere = |sf: &&Sf| {
        auxiliary(sf).is_some_and(|device| blockers::is_elsewhere(machine, &device))
    };
    sfs.iter().filter(is_elsewhere).map(|sf| sf.number).collect()
}

/// Whether a device has netdevs, here or in another network namespace.
fn has_netdevs(machine: &dyn Machine, device: &Handle) -> bool {
    let folder = device.sysfs_path();
    folder.is_some_and(|folder| machine.list(&format!("{folder}/net")).is_ok())
}

fn netdev_states(reading: &Reading) -> Vec<NetdevState> {
    let links = LinkIndex::new(&reading.links);
    let name = |ifindex: u32| Some(links.get(ifindex)?.name.clone());
    let all = keyed(reading).into_iter();
    all.map(|(key, link)| NetdevState {
        key,
        name: Some(link.name.clone()),
        altnames: link.altnames.clone(),
        mtu: link.mtu,
        up: link.up,
        master: link.master.and_then(name),
    })
    .collect()
}

/// The functions behind a device's ports, and the limits of their rates.
fn functions(reading: &Reading, rates: &[Rate]) -> Vec<FunctionSettings> {
    let profile = profile(reading.own.driver.as_deref());
    let shown =
        reading.device.ports.iter().filter(|port| port.place.role != Role::Uplink);
    let shown = shown.filter_map(|port| Some((port.port_index?, port)));
    // Of equal ones the first counts.
    let shown: BTreeMap<u32, &Port> = shown.rev().collect();
    let leaves = rates.iter().rev().filter_map(|rate| match rate.kind {
        RateKind::Leaf(index) => Some(((&rate.device, index), rate)),
        _ => None,
    });
    let leaves: BTreeMap<(&Handle, u32), &Rate> = leaves.collect();
    let of_port = |port: &DevlinkPort| {
        let shown = *shown.get(&port.handle.index)?;
        let function = port.function.as_ref();
        let leaf = leaves.get(&(&port.handle.device, port.handle.index));
        let parent = leaf.and_then(|leaf| leaf.parent.clone());
        let settings = FunctionSettings {
            key: key(shown),
            hw_addr: function
                .and_then(|of| of.hw_addr.clone())
                .filter(|mac| !mac.is_zero()),
            caps: function.map(|of| of.caps).unwrap_or_default(),
            max_io_eqs: function.and_then(|of| of.max_io_eqs),
            tx_share: leaf.and_then(|leaf| leaf.tx_share).filter(|rate| *rate > 0),
            tx_max: leaf.and_then(|leaf| leaf.tx_max).filter(|rate| *rate > 0),
            tx_priority: leaf.and_then(|leaf| leaf.tx_priority).filter(|of| *of > 0),
            tx_weight: leaf.and_then(|leaf| leaf.tx_weight).filter(|of| *of > 0),
            rate_parent: parent.filter(|name| !profile.made_rate_node(name)),
        };
        (!settings.is_empty()).then_some(settings)
    };
    reading.own.ports.iter().filter_map(of_port).collect()
}

#[cfg(test)]
mod tests {
    use super::release;

    #[test]
    fn releases_are_two_numbers() {
        for (text, numbers) in [
            ("6.12.117+deb12-amd64", (6, 12)),
            ("6.1.0-41-amd64", (6, 1)),
            ("7.2-rc3", (7, 2)),
            ("", (0, 0)),
        ] {
            assert_eq!(release(text), numbers, "{text}");
        }
    }
}
