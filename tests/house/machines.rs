// SPDX-License-Identifier: MIT OR Apache-2.0
//! Inventories of machines that the lab has no capture of, for pictures and the formats of
//! consumers: many VFs, many SFs, a card that is half broken, names that are hostile.

use swdevctl::model::{
    Declared, Device, DeviceDetails, Eswitch, EswitchMode, EswitchState, Function,
    FunctionDetails, FunctionState, Handle, Inventory, LinkType, Master, Netdev, Place,
    Port, Sriov, SwitchId, Unassociated,
};

/// A machine with these devices.
pub fn machine(devices: Vec<Device>) -> Inventory {
    Inventory {
        schema: Inventory::SCHEMA,
        devices,
        unassociated: Vec::new(),
        warnings: Vec::new(),
    }
}

/// A netdev.
pub fn netdev(name: &str, up: bool) -> Netdev {
    Netdev {
        name: name.into(),
        altnames: Vec::new(),
        ifindex: 7,
        mac: Some("02:00:00:00:00:07".parse().unwrap()),
        mtu: Some(1500),
        up,
        operstate: Some(if up { "up" } else { "down" }.into()),
        link_type: LinkType::ETHER,
        carrier: up.then_some(true),
        speed_mbps: None,
        duplex: None,
        master: None,
        tc_offload: None,
        policy_name: None,
    }
}

fn port(place: Place, netdev: Option<Netdev>, function: Option<Function>) -> Port {
    Port {
        place,
        flavour: None,
        port_index: None,
        external: place.controller != 0,
        foreign: false,
        phys_port_name: None,
        netdev,
        netdev_elsewhere: Some(false),
        function,
    }
}

fn function(address: String, driver: Option<&str>, netdev: Option<String>) -> Function {
    Function {
        address,
        driver: driver.map(str::to_owned),
        netdev,
        mac: None,
        state: None,
        link_type: None,
        details: FunctionDetails::default(),
    }
}

/// The address of a VF of the card at bus 0x41.
fn vf_address(vf: u32) -> String {
    format!("0000:41:{:02x}.{}", (vf + 2) / 8, (vf + 2) % 8)
}

/// A VF of the card, with its representor.
pub fn vf(vf: u32, driver: Option<&str>, own: bool) -> Port {
    let own = own.then(|| format!("enp65s0f0v{vf}"));
    let representor = netdev(&format!("enp65s0f0r{vf}"), driver.is_some());
    let function = function(vf_address(vf), driver, own);
    port(Place::vf_rep(0, Some(0), vf), Some(representor), Some(function))
}

/// An SF of the card, with its representor.
pub fn sf(sf: u32, active: bool) -> Port {
    let mut function = function(
        format!("mlx5_core.sf.{}", sf - 86),
        active.then_some("mlx5_core.sf"),
        active.then(|| format!("enp65s0f0S{sf}")),
    );
    let state = if active { FunctionState::Active } else { FunctionState::Inactive };
    function.state = Some(state);
    let representor = netdev(&format!("enp65s0f0sf{sf}"), active);
    port(Place::sf_rep(0, Some(0), sf), Some(representor), Some(function))
}

/// A function of the host that a DPU is in.
pub fn of_host(vf: Option<u32>) -> Port {
    let place = match vf {
        Some(vf) => Place::vf_rep(1, Some(0), vf),
        None => Place::pf_rep(1, Some(0), None),
    };
    let name = vf.map_or("pf0hpf".into(), |vf| format!("pf0vf{vf}"));
    port(place, Some(netdev(&name, true)), None)
}

/// The uplink of the card.
pub fn uplink() -> Port {
    let netdev = Netdev { speed_mbps: Some(100_000), ..netdev("enp65s0f0np0", true) };
    port(Place::uplink(Some(0), None), Some(netdev), None)
}

/// A card in mode switchdev with these ports.
pub fn card(ports: Vec<Port>) -> Device {
    let vfs = ports.iter().filter(|port| port.place.vf.is_some() && !port.external);
    let configured = u32::try_from(vfs.count()).unwrap();
    Device {
        handle: "pci/0000:41:00.0".parse().unwrap(),
        bus: "pci".into(),
        address: "0000:41:00.0".into(),
        driver: Some("mlx5_core".into()),
        numa_node: Some(0),
        eswitch: EswitchState::Known(Eswitch {
            mode: EswitchMode::Switchdev,
            inline_mode: None,
            encap_mode: None,
        }),
        switch_id: SwitchId::new(&[0x1c, 0x6c, 0x34, 0x75, 3, 0x9f, 0x59, 0xb8]),
        sriov: Some(Sriov { total: Some(127), configured, autoprobe: Some(true) }),
        bond: None,
        details: DeviceDetails::default(),
        ports,
    }
}

/// Puts a port into a bridge.
fn bridged(mut port: Port, name: &str, kind: &str) -> Port {
    let master = Master { name: name.into(), kind: Some(kind.into()) };
    port.netdev.as_mut().unwrap().master = Some(master);
    port
}

/// A card with 8 VFs: some for this machine, some for guests.
pub fn eight_vfs() -> Inventory {
    let of = |number: u32| match number {
        0..2 => bridged(vf(number, Some("mlx5_core"), true), "br0", "bridge"),
        2..6 => bridged(vf(number, Some("vfio-pci"), false), "ovs-system", "openvswitch"),
        6 => {
            let mut port = vf(number, Some("mlx5_core"), false);
            let details = &mut port.function.as_mut().unwrap().details;
            details.netdev_elsewhere = Some(true);
            port
        }
        _ => vf(number, None, false),
    };
    machine(vec![card([uplink()].into_iter().chain((0..8).map(of)).collect())])
}

/// A card with all of its 127 VFs, most of them for guests.
pub fn many_vfs() -> Inventory {
    let of = |number: u32| match number {
        0..4 => bridged(vf(number, Some("mlx5_core"), true), "br0", "bridge"),
        4..100 => {
            bridged(vf(number, Some("vfio-pci"), false), "ovs-system", "openvswitch")
        }
        _ => vf(number, None, false),
    };
    machine(vec![card([uplink()].into_iter().chain((0..127).map(of)).collect())])
}

/// A card with 32 SFs, of which the last is not active yet.
pub fn many_sfs() -> Inventory {
    let sfs = (88..120).map(|number| sf(number, number < 119));
    machine(vec![card([uplink()].into_iter().chain(sfs).collect())])
}

/// A DPU's own side: SFs of its own, and a host with functions.
pub fn dpu() -> Inventory {
    let own = (88..90).map(|number| sf(number, true));
    let host = std::iter::once(None).chain((0..12).map(Some)).map(of_host);
    machine(vec![card([uplink()].into_iter().chain(own).chain(host).collect())])
}

/// A card of which much is wrong, and a netdev of no card.
pub fn broken() -> Inventory {
    let mut wire = uplink();
    let netdev = wire.netdev.as_mut().unwrap();
    (netdev.carrier, netdev.speed_mbps) = (Some(false), None);
    let renamed = {
        let mut port = vf(0, Some("mlx5_core"), true);
        let netdev = port.netdev.as_mut().unwrap();
        netdev.policy_name = Some(std::mem::replace(&mut netdev.name, "eth4".into()));
        port
    };
    let nameless = Port { netdev: None, ..vf(2, Some("vfio-pci"), false) };
    let unrepresented = {
        let of = vf(3, Some("mlx5_core"), true);
        Port { place: Place::vf(3), ..of }
    };
    let fine = vf(1, Some("mlx5_core"), true);
    let mut card = card(vec![wire, renamed, fine, nameless, unrepresented]);
    card.details.declared =
        Some(Declared { mode: Some("switchdev".into()), vfs: Some(8) });
    let mut machine = machine(vec![card, legacy()]);
    machine.unassociated = vec![Unassociated {
        netdev: super::machines::netdev("eth7", false),
        phys_port_name: Some("pf1vf0".into()),
        switch_id: None,
        reason: "no device has its switch id".into(),
    }];
    machine
}

/// A card in mode legacy, which is declared to be in switchdev.
fn legacy() -> Device {
    let own = port(Place::own_pf(), Some(netdev("enp65s0f1", true)), None);
    let of = |number: u32| {
        let mut port = vf(number, Some("mlx5_core"), true);
        port.place = Place::vf(number);
        port
    };
    let mut device = card(vec![own, of(0), of(1)]);
    device.handle = "pci/0000:41:00.1".parse().unwrap();
    let eswitch =
        Eswitch { mode: EswitchMode::Legacy, inline_mode: None, encap_mode: None };
    device.eswitch = EswitchState::Known(eswitch);
    device.switch_id = None;
    device.details.declared =
        Some(Declared { mode: Some("switchdev".into()), vfs: None });
    device
}

/// A machine whose every text tries to leave its place.
pub fn hostile() -> Inventory {
    const TEXT: &str =
        "]]>--><script>\"'&\\l;#quot;\u{1b}[31m\u{202e}\n\u{ffff}%n{|}`$(x)é";
    let mut ports = vec![uplink(), vf(0, Some(TEXT), true), vf(0, Some(TEXT), true)];
    for port in &mut ports {
        let netdev = port.netdev.as_mut().unwrap();
        netdev.name = TEXT.into();
        netdev.altnames = vec![TEXT.into()];
        netdev.policy_name = Some(TEXT.repeat(9));
        netdev.master = Some(Master { name: TEXT.into(), kind: Some(TEXT.into()) });
        if let Some(function) = &mut port.function {
            function.address = TEXT.into();
            function.netdev = Some(TEXT.into());
        }
    }
    let mut card = card(ports);
    card.handle = Handle::new(TEXT, TEXT);
    card.driver = Some(TEXT.into());
    card.bond = Some(TEXT.into());
    card.details.declared = Some(Declared { mode: Some(TEXT.into()), vfs: Some(9) });
    let mut machine = machine(vec![card.clone(), card]);
    machine.unassociated = vec![Unassociated {
        netdev: netdev(TEXT, true),
        phys_port_name: Some(TEXT.into()),
        switch_id: None,
        reason: TEXT.into(),
    }];
    machine
}
