// SPDX-License-Identifier: MIT OR Apache-2.0
//! The naming schemes of other programs, and the cases that their authors test or their users
//! have met: each case has the name of the other program (the model), and our name, which is
//! the same, or another with the reason why it is better.

use std::collections::BTreeMap;

use swdevctl::{
    model::{
        Base, BaseFacts, ConfigFile, DeviceFacts, Eswitch, EswitchMode, EswitchState,
        Facts, Handle, Link, Place, Role, Scheme, SwitchId,
    },
    naming::{Change, Policy, Target, changes, identity, port_place},
    topology,
};

use Ours::{Better, Same};

/// Our name, compared with the model's.
enum Ours {
    Same,
    /// Our other name, and what is wrong with the model's name.
    Better(&'static str, &'static str),
}

fn base(device: &Handle) -> Base {
    let facts = match device.pci_address() {
        Some(address) => BaseFacts::Pci {
            address,
            multifunction: true,
            ari: false,
            onboard: None,
            slot: None,
        },
        None => BaseFacts::Netdevsim {
            id: device.name.trim_start_matches("netdevsim").parse().unwrap(),
        },
    };
    let names = facts.names(Scheme::NEWEST);
    Base { scheme: Scheme::NEWEST, in_force: names.clone(), newest: Some(names) }
}

/// The name of a netdev on a device, given by its port name, `vf N` or `sf N`; systemd's name
/// if the policy leaves the netdev to systemd.
fn name(policy: &Policy, driver: &str, device: &str, what: &str) -> Option<String> {
    let device: Handle = device.parse().unwrap();
    let parent = Some(device.clone());
    let link = Link { parent, switch_id: SwitchId::new(&[7; 8]), ..Link::default() };
    let (link, role) = match what.split_once(' ') {
        Some(("vf", number)) => (link, Place::vf(number.parse().unwrap())),
        Some((_, number)) => (link, Place::sf(number.parse().unwrap())),
        None => {
            let link = Link { phys_port_name: Some(what.into()), ..link };
            let role = port_place(&link, &device, Some(driver))?;
            (link, role)
        }
    };
    let base = base(&device);
    let identity = identity(&link, &device, Some(driver), base, role, None);
    let left = policy
        .explain(&identity)
        .pop()
        .filter(|attempt| attempt.template == "{systemd}")
        .and_then(|attempt| attempt.outcome.ok());
    let name = policy.name(&identity).map(|name| name.name).or(left);
    name.map(|name| name.to_string())
}

/// The policy in a text `NAME` or `NAME+DEVICE=ALIAS`.
fn policy(text: &str) -> Policy {
    let (name, alias) = text.split_once('+').unwrap_or((text, ""));
    let drop_in = alias.split_once('=').map(|(device, alias)| ConfigFile {
        path: "alias".into(),
        text: format!("[device.\"pci/0000:{device}\"]\nalias = \"{alias}\"\n"),
    });
    Policy::shipped(name, drop_in.as_slice()).unwrap()
}

#[test]
fn the_schemes_in_the_wild() {
    const MLX: &str = "mlx5_core";
    // Policy, driver, device, port name, the model's name, ours.
    let rows: &[(&str, &str, &str, &str, &str, Ours)] = &[
        // systemd up to 253, and from 255 on.
        (
            "systemd",
            MLX,
            "pci/41:00.0",
            "pf0vf0",
            "enp65s0f0npf0vf0",
            Better("enp65s0f0r0", "16 characters, so eth3"),
        ),
        ("systemd", MLX, "pci/41:00.0", "p0", "enp65s0f0np0", Same),
        ("systemd", MLX, "pci/41:00.0", "pf0vf0", "enp65s0f0r0", Same),
        ("systemd", MLX, "pci/41:00.0", "vf 0", "enp65s0f0v0", Same),
        ("systemd", MLX, "pci/41:00.0", "pf0vf127", "enp65s0f0r127", Same),
        ("systemd", MLX, "pci/41:00.0", "pf0", "enp65s0f0npf0", Same),
        ("systemd", MLX, "pci/41:00.0", "c1pf0", "enp65s0f0nc1pf0", Same),
        ("systemd", MLX, "pci/41:00.0", "p1s0", "enp65s0f0np1s0", Same),
        (
            "systemd",
            MLX,
            "pci/41:00.0",
            "c1pf0vf3",
            "enp65s0f0nc1pf0vf3",
            Better("enp65s0f0c1p0r3", "18 characters"),
        ),
        (
            "systemd",
            MLX,
            "pci/41:00.0",
            "pf0sf88",
            "enp65s0f0npf0sf88",
            Better("enp65s0f0sf88", "17 characters"),
        ),
        (
            "systemd",
            "ice",
            "pci/41:00.0",
            "pf0vfr3",
            "enp65s0f0npf0vfr3",
            Better("enp65s0f0r3", "17 characters"),
        ),
        (
            "systemd",
            "sfc",
            "pci/41:00.0",
            "p0pf0vf3",
            "enp65s0f0np0pf0vf3",
            Better("enp65s0f0r3", "18 characters"),
        ),
        (
            "systemd",
            MLX,
            "pci/d8:00.0",
            "c1pf0",
            "enp216s0f0nc1pf0",
            Better("enp216s0f0c1p0", "16 characters"),
        ),
        (
            "systemd",
            MLX,
            "pci/0002:01:00.0",
            "c1pf0",
            "enP2p1s0f0nc1pf0",
            Better("enP2p1s0f0c1p0", "16 characters"),
        ),
        ("systemd", MLX, "pci/0002:01:00.0", "p0", "enP2p1s0f0np0", Same),
        // systemd 261.
        ("systemd", MLX, "pci/08:00.0", "sf 88", "enp8s0f0S88", Same),
        // nfp: one switch, two ports; liquidio: systemd sees no parent.
        ("systemd", "nfp", "pci/02:00.0", "p1", "enp2s0f0np1", Same),
        (
            "systemd",
            "nfp",
            "pci/02:00.0",
            "pf0vf3",
            "eth5",
            Better("enp2s0f0r3", "a name of the kernel's counting"),
        ),
        (
            "systemd",
            "LiquidIO",
            "pci/04:00.0",
            "pf0vf3",
            "eth6",
            Better("enp4s0f0r3", "a name of the kernel's counting"),
        ),
        ("systemd", "netdevsim", "netdevsim/netdevsim10", "pf0vf0", "eni10npf0vf0", Same),
        ("systemd", "netdevsim", "netdevsim/netdevsim10", "p1", "eni10np1", Same),
        // os-net-config and the SR-IOV network operator, with the administrator's or systemd's
        // name of the PF.
        (
            "os-net-config+03:00.0=enp3s0f0",
            MLX,
            "pci/03:00.0",
            "pf0vf0",
            "enp3s0f0_0",
            Same,
        ),
        ("os-net-config+03:00.0=enp3s0f0", MLX, "pci/03:00.0", "p0", "enp3s0f0", Same),
        ("os-net-config", MLX, "pci/d8:00.0", "p0", "enp216s0f0np0", Same),
        ("os-net-config", MLX, "pci/d8:00.1", "pf1vf5", "enp216s0f1np1_5", Same),
        ("sriov-network-operator", MLX, "pci/d8:00.0", "pf0vf0", "enp216s0f0np0_0", Same),
        ("sriov-network-operator", MLX, "pci/d8:00.0", "pf0vf9", "enp216s0f0np0_9", Same),
        (
            "sriov-network-operator",
            MLX,
            "pci/d8:00.0",
            "pf0vf10",
            "enp216s0f0np0_10",
            Better("enp216s0f0_10", "16 characters, which udev ignores"),
        ),
        (
            "sriov-network-operator",
            "ice",
            "pci/d8:00.0",
            "pf0vf3",
            "enp216s0f0np0_3",
            Same,
        ),
        (
            "sriov-network-operator",
            "ice",
            "pci/d8:00.0",
            "pf0vfr3",
            "enp216s0f0np0_r3",
            Better("enp216s0f0np0_3", "the number is not one"),
        ),
        (
            "sriov-network-operator",
            "sfc",
            "pci/d8:00.0",
            "p0pf0vf3",
            "eth7",
            Better("enp216s0f0_3", "never renamed"),
        ),
        (
            "sriov-network-operator",
            MLX,
            "pci/d8:00.0",
            "c1pf0vf3",
            "eth7",
            Better("xdde98ec1p0r3", "never renamed"),
        ),
        (
            "sriov-network-operator",
            MLX,
            "pci/d8:00.0",
            "pf0sf88",
            "enp216s0f0np0",
            Better("enp216s0f0sf88", "its rule gives the PF's own name"),
        ),
        // os-net-config of 2019.
        (
            "os-net-config",
            MLX,
            "pci/03:00.0",
            "pf0vf0",
            "pf0vf0",
            Better("enp3s0f0np0_0", "two NICs have the same"),
        ),
        // MLNX_OFED on a host.
        ("mlnx-ofed", MLX, "pci/03:00.0", "p0", "enp3s0f0", Same),
        ("mlnx-ofed", MLX, "pci/03:00.1", "p1", "enp3s0f1", Same),
        ("mlnx-ofed", MLX, "pci/03:00.0", "pf0vf1", "enp3s0f0_1", Same),
        ("mlnx-ofed", MLX, "pci/41:00.0", "pf0sf88", "en41f0pf0sf88", Same),
        ("mlnx-ofed", MLX, "pci/41:00.0", "sf 88", "enp41s0f0s88", Same),
        (
            "mlnx-ofed",
            MLX,
            "pci/0002:41:00.0",
            "pf0sf88",
            "en41f0pf0sf88",
            Better("enP2p65s0f0sf88", "another domain has the same"),
        ),
        // BlueField 2 and 3.
        ("bluefield", MLX, "pci/03:00.0", "p0", "p0", Same),
        ("bluefield", MLX, "pci/03:00.1", "p1", "p1", Same),
        ("bluefield", MLX, "pci/03:00.0", "c1pf0", "pf0hpf", Same),
        ("bluefield", MLX, "pci/03:00.1", "c1pf1vf3", "pf1vf3", Same),
        ("bluefield", MLX, "pci/03:00.0", "c1pf0vf126", "pf0vf126", Same),
        ("bluefield", MLX, "pci/03:00.0", "pf0sf88", "en3f0pf0sf88", Same),
        ("bluefield", MLX, "pci/03:00.0", "sf 88", "enp3s0f0s88", Same),
        (
            "bluefield",
            MLX,
            "pci/03:00.0",
            "c2pf0vf3",
            "pf0vf3",
            Better("c2pf0vf3", "controller 1 has the same"),
        ),
        (
            "bluefield",
            MLX,
            "pci/41:00.0",
            "p0",
            "p0",
            Better("enp65s0f0", "the card at 03:00.0 has the same"),
        ),
        ("bluefield-2", MLX, "pci/03:00.0", "p0", "p0", Same),
        ("bluefield-2", MLX, "pci/03:00.0", "c1pf0", "pf0hpf", Same),
        ("bluefield-2", MLX, "pci/03:00.1", "c1pf1vf3", "pf1vf3", Same),
        ("bluefield-2", MLX, "pci/03:00.0", "pf0sf88", "en3f0pf0sf88", Same),
        // BlueField 4 and ConnectX-9.
        ("bluefield-2", MLX, "pci/0006:01:00.0", "p0", "p0", Same),
        ("bluefield-2", MLX, "pci/0002:01:00.0", "c1pf0", "B21c1pf0", Same),
        ("bluefield-2", MLX, "pci/0006:01:00.0", "c2pf0", "B61c2pf0", Same),
        ("bluefield-2", MLX, "pci/0002:01:00.0", "c1pf0vf126", "B21c1pf0vf126", Same),
        ("bluefield-2", MLX, "pci/0002:01:00.1", "c1pf1vf3", "B21c1pf1vf3", Same),
        ("bluefield-2", MLX, "pci/0002:01:00.0", "c3pf0sf0", "B21c3pf0sf0", Same),
        ("bluefield-2", MLX, "pci/0006:01:00.0", "c4pf0sf88", "B61c4pf0sf88", Same),
        ("bluefield-2", MLX, "pci/0002:01:00.1", "pf1sf4", "B21pf1sf4", Same),
        ("bluefield-2", MLX, "pci/0002:01:00.0", "sf 88", "enP2p1s0f0S88", Same),
        ("bluefield-2+41:00.0=A0", MLX, "pci/41:00.0", "p0", "A0p0", Same),
        ("bluefield-2+41:00.2=A7", MLX, "pci/41:00.2", "p2", "A7p2", Same),
        ("bluefield-2+41:00.0=A0", MLX, "pci/41:00.0", "c1pf0vf3", "A0c1pf0vf3", Same),
        ("bluefield-2+41:00.0=A0", MLX, "pci/41:00.0", "pf0sf88", "A0pf0sf88", Same),
        (
            "bluefield-2",
            MLX,
            "pci/0007:01:00.0",
            "c4pf0sf88",
            "B71c4pf0sf88",
            Better("xn07o72c4p0sf88", "domain 7 bus 1 and domain 0 bus 71 are the same"),
        ),
        (
            "mlnx-ofed",
            MLX,
            "pci/0006:01:00.0",
            "p0",
            "A21p0",
            Better("enP6p1s0f0", "it needs a file of state"),
        ),
    ];
    for (with, driver, device, what, model, ours) in rows {
        let given = name(&policy(with), driver, device, what).unwrap();
        let expected = match ours {
            Same => model,
            Better(expected, _) => expected,
        };
        assert_eq!(given, *expected, "{with}: {what} of {device}, {model} in its model");
        assert!(given.len() <= 15);
        if let Better(_, why) = ours {
            assert!(given != *model && !why.is_empty());
        }
    }
    // The policy kernel keeps the kernel's names.
    for what in ["p0", "pf0vf3", "vf 3", "sf 88"] {
        assert_eq!(name(&policy("kernel"), MLX, "pci/41:00.0", what), None);
    }
}

#[test]
fn an_operators_own_template() {
    let text = "name = \"net\"\nversion = 1\nextends = \"systemd\"\n\
        [device.\"pci/0000:1a:00.0\"]\nalias = \"net0\"\nuplink = [\"{alias}p{port}\"]\n";
    let file = ConfigFile { path: "net.toml".into(), text: text.into() };
    let policy = Policy::read(&file, &[]).unwrap();
    let of = |what| name(&policy, "mlx5_core", "pci/1a:00.0", what).unwrap();
    // A representor with the same parent never takes the PF's name.
    assert_eq!((of("p0").as_str(), of("pf0vf0").as_str()), ("net0p0", "enp26s0f0r0"));
}

#[test]
fn what_other_programs_call_a_representor_is_no_name_of_a_netdev() {
    // Names of DPDK's ethdevs, nmstate's references, OVS's ports and vDPA devices. A netdev
    // with such a port name is left alone.
    for text in [
        "net_0000:03:00.0_representor_3",
        "sriov:eth1:0",
        "vfr3e1c",
        "vdpa06p02vf1",
        "(pf0)vf3",
        "ovn-k8s-mp0",
    ] {
        assert_eq!(
            name(&policy("systemd"), "mlx5_core", "pci/03:00.0", text),
            None,
            "{text}"
        );
    }
}

/// PF and VF number of a port name.
fn numbers(text: &str) -> Option<(Option<u32>, Option<u32>)> {
    let place = Place::parse(text)?;
    let known = [Role::Uplink, Role::PfRep, Role::VfRep].contains(&place.role);
    known.then_some((place.pf, place.vf))
}

#[test]
fn e1_numbers_in_port_names() {
    for (text, expected) in [
        ("pf13vf42", Some((Some(13), Some(42)))),
        ("VF19@PF13", Some((Some(13), Some(19)))),
        ("p7", Some((None, None))),
        ("pf31", Some((Some(31), None))),
        ("g4rbl3d", None),
    ] {
        assert_eq!(numbers(text), expected, "{text}");
    }
}

fn device(handle: &str, driver: &str) -> DeviceFacts {
    let mode = EswitchMode::Switchdev;
    DeviceFacts {
        handle: handle.parse().unwrap(),
        driver: Some(driver.into()),
        numa_node: None,
        eswitch: EswitchState::Known(Eswitch {
            mode,
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

/// The netdevs of a role on the first device, by their positions in `netdevs`, from 1. Each
/// netdev is `PORTNAME` or `PORTNAME PARENT`, all with one switch id; an empty name stands for
/// a port name that could not be read.
fn found(
    devices: &[DeviceFacts],
    netdevs: &[&str],
    role: Role,
    controller: u32,
    vf: Option<u32>,
) -> Vec<u32> {
    let links = netdevs.iter().zip(1..).map(|(text, ifindex)| {
        let (name, parent) = text.split_once(' ').unzip();
        let name = name.unwrap_or(text);
        Link {
            ifindex,
            name: format!("eth{ifindex}"),
            phys_port_name: (!name.is_empty()).then(|| name.to_owned()),
            switch_id: SwitchId::new(&[7; 8]),
            parent: parent.map(|parent| parent.parse().unwrap()),
            ..Link::default()
        }
    });
    let facts =
        Facts { devices: devices.to_vec(), links: links.collect(), warnings: Vec::new() };
    let inventory = topology::inventory(&facts);
    let of = inventory.devices.iter().find(|of| of.handle == devices[0].handle).unwrap();
    let ports = of.ports.iter().filter(|port| {
        port.place.role == role
            && port.place.controller == controller
            && (vf.is_none() || port.place.vf == vf)
    });
    ports.filter_map(|port| Some(port.netdev.as_ref()?.ifindex)).collect()
}

#[test]
fn e2_to_e5_which_netdev_is_meant() {
    let one = [device("pci/01:00.0", "nfp")];
    let own = "pci/01:00.0";
    let with_pf = |names: &[&str]| -> Vec<String> {
        std::iter::once(format!("p0 {own}"))
            .chain(names.iter().map(ToString::to_string))
            .collect()
    };
    let vf = |names: &[&str], vf| {
        let all = with_pf(names);
        found(
            &one,
            &all.iter().map(String::as_str).collect::<Vec<_>>(),
            Role::VfRep,
            0,
            Some(vf),
        )
    };
    // E2: one switch id, and numbers that do not exist.
    assert_eq!(vf(&["pf0vf1", "pf0vf2"], 2), [3]);
    // Bare numbers are of kernels before 5.0.
    assert!(vf(&["1", "2"], 2).is_empty());
    assert!(vf(&["1", "a"], 3).is_empty());
    // E2: two PFs with one switch id.
    let two = [device("pci/01:00.2", "bnxt_en"), device("pci/01:00.1", "bnxt_en")];
    let names =
        ["p1 pci/01:00.1", "p2 pci/01:00.2", "VF1@PF1", "pf2vf1", "vf2@pf1", "pf2vf2"];
    assert_eq!(found(&two, &names, Role::VfRep, 0, Some(2)), [6]);
    // E3: the uplink is the one whose whole name is pN or pNsM.
    let uplinks = |names: &[&str]| found(&one, names, Role::Uplink, 0, None);
    assert_eq!(uplinks(&["pf0vf0", "pf0vf1", &format!("p0 {own}")]), [3]);
    assert_eq!(uplinks(&[&format!("p1s0 {own}"), "p0pf0vf0"]), [1]);
    assert!(uplinks(&["pf0vf0", "pf0vf1"]).is_empty());
    // E4: the local controller's, and none of another role or an unreadable name.
    assert_eq!(vf(&["pf0vf0", "pf0vf1", "pf0vf2"], 2), [4]);
    assert!(vf(&["pf0vf0", "pf0vf1", "pf0vf2"], 5).is_empty());
    assert!(vf(&["invalid", "pf0sf1"], 1).is_empty());
    assert!(vf(&["", "pf0vf1"], 0).is_empty());
    assert_eq!(vf(&["c1pf0vf1", "c1pf0vf2", "pf0vf1", "pf0vf2"], 2), [5]);
    assert!(vf(&["c1pf0vf1", "c1pf0vf2"], 2).is_empty());
    // E5: on a DPU the caller gives the controller; a PF is no VF.
    let dpu = [device(own, "mlx5_core")];
    let names: Vec<String> = ["p0", "c1pf0vf2", "pf0vf2", "c1pf0", "pf0"]
        .map(|name| format!("{name} {own}"))
        .into();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(found(&dpu, &names, Role::VfRep, 1, Some(2)), [2]);
    assert_eq!(found(&dpu, &names, Role::VfRep, 0, Some(2)), [3]);
    assert_eq!(found(&dpu, &names, Role::PfRep, 1, None), [4]);
    assert_eq!(found(&dpu, &names, Role::PfRep, 0, None), [5]);
}

#[test]
fn e13_names_swapped_by_a_reload_are_both_right_in_the_end() {
    let link =
        |ifindex, name: &str| Link { ifindex, name: name.into(), ..Link::default() };
    let links = [link(5, "enp3s0f0_1"), link(6, "enp3s0f0_0")];
    let wanted =
        |name: &str| Target { name: Some(name.parse().unwrap()), altnames: Vec::new() };
    let wanted = BTreeMap::from([(5, wanted("enp3s0f0_0")), (6, wanted("enp3s0f0_1"))]);
    let mut names =
        BTreeMap::from([(5, links[0].name.clone()), (6, links[1].name.clone())]);
    for change in changes(&links, &wanted).unwrap() {
        let Change::Rename { ifindex, to, .. } = change else { panic!("{change:?}") };
        assert!(!names.values().any(|name| *name == to.to_string()), "{to} is taken");
        names.insert(ifindex, to.to_string());
    }
    assert_eq!(
        names,
        BTreeMap::from([(5, "enp3s0f0_0".into()), (6, "enp3s0f0_1".into())])
    );
}

#[test]
fn e14_a_kernel_that_says_more_or_less_changes_no_name() {
    let policy = policy("systemd");
    let device: Handle = "pci/03:00.0".parse().unwrap();
    let name = |link: &Link, driver| {
        let role = port_place(link, &device, Some(driver)).unwrap();
        let base = base(&device);
        let identity = identity(link, &device, Some(driver), base, role, None);
        policy.name(&identity).unwrap().name.to_string()
    };
    let orphan = Link {
        phys_port_name: Some("pf0vf3".into()),
        switch_id: SwitchId::new(&[7; 8]),
        ..Link::default()
    };
    let with_parent = Link { parent: Some(device.clone()), ..orphan.clone() };
    assert_eq!(name(&orphan, "bnxt_en"), name(&with_parent, "bnxt_en"));
    // The PF number of the device's own PF differs between kernels.
    let other = Link { phys_port_name: Some("pf5vf3".into()), ..orphan.clone() };
    assert_eq!(name(&orphan, "mlx5_core"), name(&other, "mlx5_core"));
    // A port with a controller, which only newer kernels report (7.3), is another port with
    // another name; name check shows it.
    let with_controller = Link { phys_port_name: Some("c1pf0vf3".into()), ..orphan };
    assert_eq!(name(&with_controller, "mlx5_core"), "enp3s0f0c1p0r3");
}
