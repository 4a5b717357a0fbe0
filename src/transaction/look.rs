// SPDX-License-Identifier: MIT OR Apache-2.0
//! Reads what a plan is made from.

use std::collections::BTreeMap;

use crate::{
    driver::profile,
    error::{Failure, Kind},
    lookup,
    model::{
        Device, DeviceFacts, DevlinkPort, EswitchState, Facts, FunctionSettings, Handle,
        Link, NetdevState, ParamValue, Port, PortKey, Rate, RateKind, Role, SriovState,
        State, Survey, VfSettings, VfState,
    },
    sys::{Machine, NetlinkError, addresses, blockers, devlink, holders, routes, vfs},
};

use super::{
    broken, refusal,
    surroundings::{
        Unread, rule_interfaces, sfs_without_netdev, siblings, stranded, value_of,
        ways_out,
    },
};

/// Failure to read something that every machine has.
pub(super) fn unread(error: &NetlinkError) -> Failure {
    let mut failure =
        Failure::new(Kind::Failed, format!("cannot read this machine: {error}"));
    failure.errno = error.errno();
    failure
}

/// Everything that matters to a change of that device's mode.
pub fn survey(machine: &dyn Machine, handle: &Handle) -> Result<Survey, Failure> {
    vfs::wait_until_made(machine, handle);
    // An error that tells why, where there is no mode to be changed.
    super::mode_to_change(machine, handle)?;
    let (facts, inventory) = lookup::inventory(machine, std::slice::from_ref(handle))
        .map_err(|e| unread(&e))?;
    let read = facts.devices.iter().find(|device| device.handle == *handle);
    let found = inventory.devices.iter().find(|device| device.handle == *handle);
    let (Some(read), Some(found)) = (read, found) else {
        return Err(refusal::vanished(handle).state("nothing was changed"));
    };
    let EswitchState::Known { mode, inline_mode, encap_mode } = read.eswitch else {
        return Err(refusal::no_eswitch(machine, handle, Kind::Refused));
    };
    let mut unread = Unread::of(handle, &facts);
    let rates = unread.rest("rates", devlink::rates(machine, handle));
    let uplinks = netdevs(found, &[Role::Uplink, Role::Pf]);
    let representors = netdevs(found, &REPRESENTORS);
    let vf_netdevs: Vec<(u32, u32)> =
        own_netdevs(read, &facts).map(|(vf, link)| (link.ifindex, vf)).collect();
    let addresses = unread.rest("addresses", addresses::all(machine));
    let interfaces = rule_interfaces(&facts.links, &uplinks, &representors);
    let traffic = unread.rest("TC rules", blockers::traffic(machine, &interfaces));
    let ways = ways_out(&facts.links, &uplinks, &representors, &vf_netdevs, &addresses);
    let default_routes =
        unread.rest("routes", routes::default_interfaces(machine, &ways));
    let (vfs, settings_complete) = vfs(machine, read, &uplinks);
    let state = State {
        device: handle.clone(),
        driver: read.driver.clone(),
        mode,
        inline_mode,
        encap_mode,
        sriov: read
            .sriov
            .map(|of| SriovState { vfs: of.configured, autoprobe: of.autoprobe }),
        vfs,
        settings_complete,
        netdevs: netdev_states(read, found, &facts),
        functions: functions(read, found, &rates),
        representors: representors.clone(),
    };
    let tc_offload = |index: &u32| Some((*index, blockers::tc_offload(machine, *index)?));
    let param = |name| value_of(machine, handle, name);
    Ok(Survey {
        kernel: release(&machine.kernel()),
        rules: traffic.rules,
        channels: traffic.channels,
        ipsec: unread.rest("IPsec", blockers::ipsec(machine)),
        traps: unread.rest("traps", devlink::active_traps(machine, handle)),
        default_routes,
        addresses,
        holders: holders::holders(machine, handle, &read.vfs),
        rdma: holders::rdma_devices(machine, handle),
        multiport: param("esw_multiport") == Some(ParamValue::Flag(true)),
        stranded: stranded(found),
        sfs_without_netdev: sfs_without_netdev(machine, read, &facts.links),
        siblings: siblings(machine, handle),
        vfs_elsewhere: blockers::elsewhere(machine, &read.vfs),
        steering: param("flow_steering_mode"),
        tc_offload: uplinks.iter().filter_map(tc_offload).collect(),
        unread: unread.0,
        damage: broken::damage(machine, read, found, &facts),
        iommu: blockers::iommu(machine, handle),
        device: read.clone(),
        links: facts.links,
        state,
        uplinks,
        representors,
        vf_netdevs,
        rates,
    })
}

/// Major and minor number of a release; 0 for what is none.
pub(super) fn release(text: &str) -> (u32, u32) {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).map(str::parse);
    let mut next = || numbers.next().and_then(Result::ok).unwrap_or(0);
    (next(), next())
}

/// The roles of representors.
pub(super) const REPRESENTORS: [Role; 3] = [Role::PfRep, Role::VfRep, Role::SfRep];

/// The interface indices of a device's netdevs in these roles.
pub(super) fn netdevs(device: &Device, roles: &[Role]) -> Vec<u32> {
    let ports = device.ports.iter().filter(|port| roles.contains(&port.role));
    ports.filter_map(|port| Some(port.netdev.as_ref()?.ifindex)).collect()
}

/// The netdevs of a device's VFs, each with its VF number.
fn own_netdevs<'a>(
    device: &'a DeviceFacts,
    facts: &'a Facts,
) -> impl Iterator<Item = (u32, &'a Link)> {
    device.vfs.iter().flat_map(|(vf, own)| {
        let of =
            facts.links.iter().filter(|link| link.parent.as_ref() == Some(&own.device));
        of.map(move |link| (*vf, link))
    })
}

/// The VFs with what the PF's netdev tells of them, and whether it tells of all.
fn vfs(
    machine: &dyn Machine,
    device: &DeviceFacts,
    uplinks: &[u32],
) -> (Vec<VfState>, bool) {
    let count = device.sriov.map_or(0, |sriov| sriov.configured);
    let told = (count > 0).then(|| settings(machine, uplinks)).flatten();
    let told = told.map(|(_, told)| told);
    let hidden = count > 0 && uplinks.is_empty() && has_netdevs(machine, &device.handle);
    let complete = match &told {
        Some(told) => told.complete && told.vfs.len() >= count as usize,
        // Not each driver has such settings.
        None => !hidden,
    };
    let settings: BTreeMap<u32, VfSettings> =
        told.unwrap_or_default().vfs.into_iter().collect();
    let of = |vf: u32| {
        let own = device.vfs.iter().find(|(number, _)| *number == vf).map(|(_, own)| own);
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

/// Whether a device has netdevs, here or in another network namespace.
fn has_netdevs(machine: &dyn Machine, device: &Handle) -> bool {
    let folder = device.sysfs_path();
    folder.is_some_and(|folder| machine.list(&format!("{folder}/net")).is_ok())
}

/// The netdev that has the settings of the device's VFs, and what it tells.
pub(super) fn settings(
    machine: &dyn Machine,
    uplinks: &[u32],
) -> Option<(u32, vfs::Told)> {
    // The PF's netdev stands last; nfp's uplinks have them as well.
    uplinks.iter().rev().find_map(|ifindex| match vfs::settings(machine, *ifindex) {
        Ok(Some(told)) => Some((*ifindex, told)),
        Ok(None) => None,
        Err(error) if error.is_gone() => None,
        // The list does not fit into any message.
        Err(_) => Some((*ifindex, vfs::Told::default())),
    })
}

/// Which port it is.
pub(super) fn key(port: &Port) -> PortKey {
    let uplink = matches!(port.role, Role::Uplink | Role::Pf);
    PortKey {
        role: if uplink { Role::Pf } else { port.role },
        controller: port.controller,
        pf: port.pf,
        vf: port.vf,
        sf: port.sf,
        // Of a split port or PF there are several, told by their names alone.
        port: port.phys_port_name.clone().filter(|_| uplink || port.role == Role::PfRep),
    }
}

/// The netdevs of a device's ports and VFs, each with whose it is.
pub(super) fn keyed<'a>(
    device: &'a DeviceFacts,
    found: &'a Device,
    facts: &'a Facts,
) -> Vec<(PortKey, &'a Link)> {
    let link = |ifindex: u32| facts.links.iter().find(|link| link.ifindex == ifindex);
    let ports = found.ports.iter().filter(|port| port.role != Role::Vf);
    let ports =
        ports.filter_map(|port| Some((key(port), link(port.netdev.as_ref()?.ifindex)?)));
    let vfs = own_netdevs(device, facts).map(|(vf, link)| {
        let key = PortKey {
            role: Role::Vf,
            controller: 0,
            pf: None,
            vf: Some(vf),
            sf: None,
            port: None,
        };
        (key, link)
    });
    ports.chain(vfs).collect()
}

fn netdev_states(
    device: &DeviceFacts,
    found: &Device,
    facts: &Facts,
) -> Vec<NetdevState> {
    let name = |ifindex: u32| {
        let link = facts.links.iter().find(|link| link.ifindex == ifindex)?;
        Some(link.name.clone())
    };
    let all = keyed(device, found, facts).into_iter();
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
fn functions(
    device: &DeviceFacts,
    found: &Device,
    rates: &[Rate],
) -> Vec<FunctionSettings> {
    let profile = profile(device.driver.as_deref());
    let of_port = |port: &DevlinkPort| {
        let shown = found.ports.iter().find(|shown| {
            shown.port_index == Some(port.handle.index) && shown.role != Role::Uplink
        })?;
        let function = port.function.as_ref();
        let leaf = rates.iter().find(|rate| {
            rate.device == port.handle.device
                && rate.kind == RateKind::Leaf(port.handle.index)
        });
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
    device.ports.iter().filter_map(of_port).collect()
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
