// SPDX-License-Identifier: MIT OR Apache-2.0
//! Names on hosts that people have described in public, with the addresses, slots, port
//! names and indices that they quoted.

use std::process::Command;

use serde_json::Value;
use swdevctl::{
    model::{
        Base, BaseFacts, ConfigFile, Handle, Link, Place, PortHandle, Scheme, Slot,
        SwitchId,
    },
    naming::{Policy, identity, port_place},
};

/// The name of a port, or of `vf N`, on a device of a multi-function card.
fn name(
    policy: &Policy,
    driver: &str,
    device: &str,
    slot: Option<Slot>,
    what: &str,
    index: Option<u32>,
) -> String {
    let device: Handle = device.parse().unwrap();
    let facts = BaseFacts::Pci {
        address: device.pci_address().unwrap(),
        multifunction: true,
        ari: false,
        onboard: None,
        slot,
    };
    let in_force = facts.names(Scheme::NEWEST);
    let base = Base {
        scheme: Scheme::NEWEST,
        in_force: in_force.clone(),
        newest: Some(in_force),
    };
    let link = Link {
        phys_port_name: (!what.starts_with("vf ")).then(|| what.into()),
        switch_id: SwitchId::new(&[7; 8]),
        devlink_port: index.map(|index| PortHandle { device: device.clone(), index }),
        ..Link::default()
    };
    let role = match what.strip_prefix("vf ") {
        Some(vf) => Place::vf(vf.parse().unwrap()),
        None => port_place(&link, &device, Some(driver)).unwrap(),
    };
    let identity = identity(&link, &device, Some(driver), base, role, None);
    policy.name(&identity).unwrap().name.to_string()
}

fn extended(text: &str) -> Policy {
    let text = format!("name=\"x\"\nversion=1\nextends=\"systemd\"\n{text}");
    Policy::read(&ConfigFile { path: "x".into(), text }, &[]).unwrap()
}

#[test]
fn ports_of_hosts_in_the_field() {
    const MLX: &str = "mlx5_core";
    const SNO: &str = "sriov-network-operator";
    let nine = Some(Slot::Card(9));
    for (policy, driver, device, slot, what, index, expected) in [
        (SNO, MLX, "pci/98:00.0", nine, "pf0vf0", None, "ens9f0np0_0"),
        (SNO, MLX, "pci/98:00.1", nine, "pf1vf3", None, "ens9f1np1_3"),
        (SNO, MLX, "pci/98:00.1", nine, "pf1vf100", None, "ens9f1np1_100"),
        // A VF that a PF at devfn 0 delegated, beside the device's own VF 2.
        ("systemd", MLX, "pci/00:03.0", None, "pf0vf2", Some(180_225), "enp0s3f0p0r2"),
        ("systemd", MLX, "pci/00:03.0", None, "pf0vf2", Some(0x2_0003), "enp0s3f0r2"),
        (
            "systemd",
            MLX,
            "pci/00:03.0",
            None,
            "pf0vf49152",
            Some(180_225),
            "xiotf4bp0r49152",
        ),
        (
            "systemd",
            MLX,
            "pci/0101:00:00.0",
            Some(Slot::Function(0x800)),
            "p0",
            None,
            "ens2048f0np0",
        ),
        (
            "systemd",
            MLX,
            "pci/0101:00:00.0",
            Some(Slot::Function(0x800)),
            "pf0vf3",
            None,
            "ens2048f0r3",
        ),
        (
            "systemd",
            MLX,
            "pci/0101:00:00.0",
            Some(Slot::Function(0x800)),
            "vf 3",
            None,
            "ens2048f0v3",
        ),
        (
            "systemd",
            MLX,
            "pci/1101:00:00.0",
            Some(Slot::Function(0x80a)),
            "p0",
            None,
            "ens2058f0np0",
        ),
        ("systemd", MLX, "pci/0012:03:00.1", None, "pf1vf127", None, "enP18p3s0f1r127"),
        ("systemd", MLX, "pci/10000:01:00.0", None, "p0", None, "xywfsuwp0"),
        ("systemd", "i40e", "pci/60:00.0", None, "p0", None, "enp96s0f0np0"),
        (
            "systemd",
            "rvu_rep",
            "pci/0002:1c:00.0",
            None,
            "pf1vf1",
            Some(1),
            "enP2p28s0f0p1r1",
        ),
        ("systemd", MLX, "pci/03:00.0", None, "c1pf0", Some(196_608), "enp3s0f0nc1pf0"),
        ("bluefield", MLX, "pci/03:00.0", None, "c1pf0", Some(196_608), "pf0hpf"),
        // Without an alias the PF of port 1 is called as systemd calls it.
        ("os-net-config", MLX, "pci/06:00.1", None, "pf1vf2", None, "enp6s0f1np1_2"),
    ] {
        let policy = Policy::shipped(policy, &[]).unwrap();
        let given = name(&policy, driver, device, slot, what, index);
        assert_eq!(given, expected, "{what} of {device}, port {index:?}");
    }
}

#[test]
fn schemes_of_administrators_can_be_written() {
    const MLX: &str = "mlx5_core";
    let policy = extended("[driver.i40e]\nuplink=[\"{base}{port=*}\"]\n");
    assert_eq!(name(&policy, "i40e", "pci/60:00.0", None, "p0", None), "enp96s0f0");
    let policy =
        extended("[driver.mlx5_core]\nuplink=[\"pf{bus:x}{function}{dev=0}{port=*}\"]\n");
    assert_eq!(name(&policy, MLX, "pci/81:00.1", None, "p1", None), "pf811");
    let policy = extended(
        "[device.\"pci/0000:c1:00.0\"]\nalias=\"dx6p0\"\n\
        vf_rep=[\"{alias}vf{vf}\"]\nsf_rep=[\"{base}sf{sf}r\"]\n",
    );
    assert_eq!(name(&policy, MLX, "pci/c1:00.0", None, "pf0vf20", None), "dx6p0vf20");
    assert_eq!(name(&policy, MLX, "pci/c1:00.0", None, "pf0sf0", None), "enp193s0f0sf0r");
}

fn replay(case: &str, arguments: &[&str]) -> (Option<i32>, Value) {
    let capture = format!("tests/fixtures/case/{case}.capture.json");
    let mut command = Command::new(env!("CARGO_BIN_EXE_swdevctl"));
    let output =
        command.args(arguments).args(["--json", "--replay", &capture]).output().unwrap();
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap_or_default())
}

#[test]
fn vfs_delegated_by_a_pf_at_devfn_0_are_not_the_devices_own() {
    let (_, inventory) = replay("adj0", &["inventory"]);
    let ports = inventory["devices"][0]["ports"].as_array().unwrap();
    let rows = ports.iter().filter(|port| port["role"] == "vf_rep").map(|port| {
        (
            port["vf"].as_u64().unwrap(),
            port["function"]["address"].as_str().map(str::to_owned),
        )
    });
    let function = |number| Some(format!("0000:01:00.{number}"));
    assert_eq!(
        rows.collect::<Vec<_>>(),
        [(0, function(1)), (0, None), (1, function(2)), (1, None)]
    );
    let (code, rep) = replay("adj0", &["rep", "--device", "01:00.0", "--vf", "1"]);
    assert_eq!((code, rep["netdev"]["name"].as_str()), (Some(0), Some("enp1s0r1")));
    let (code, check) = replay("adj0", &["name", "check"]);
    assert_eq!((code, check["collisions"].as_array().map(Vec::len)), (Some(0), Some(0)));
    let renamed = check["changes"].as_array().unwrap();
    let names: Vec<_> =
        renamed.iter().map(|change| change["to"].as_str().unwrap()).collect();
    assert_eq!(names, ["enp1s0p0r0", "enp1s0p0r1"]);
}

#[test]
fn a_function_that_is_its_own_slot_has_the_slots_name_without_its_domain() {
    let (code, names) = replay("s390", &["name", "show"]);
    assert_eq!(code, Some(0));
    let row = |name: &str| {
        let rows = names["netdevs"].as_array().unwrap();
        rows.iter().find(|row| row["name"] == name).unwrap()["policy_name"].clone()
    };
    assert_eq!((row("enp1s0r0"), row("enp1s0np0")), ("ens2048r0".into(), Value::Null));
    let (_, newest) = replay("s390", &["name", "show", "--policy", "systemd-newest"]);
    let rows = newest["netdevs"].as_array().unwrap();
    let names: Vec<_> =
        rows.iter().map(|row| row["policy_name"].as_str().unwrap()).collect();
    assert_eq!(names, ["ens2048np0", "ens2048r0", "ens2048r1", "ens2048v0", "ens2048v1"]);
}

/// A capture with two netdevs of the same identity.
#[test]
fn two_netdevs_of_one_identity_are_found() {
    let text = std::fs::read_to_string("tests/fixtures/case/adj0.capture.json").unwrap();
    // A delegated VF gets the port index of one of the device's own VFs.
    let index = |number: u32| {
        number.to_ne_bytes().iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let same = text.replace(&index(0x201), &index(0x2));
    assert_ne!(same, text);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("same.json");
    std::fs::write(&file, same).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_swdevctl"))
        .args(["name", "check", "--json", "--replay"])
        .arg(&file)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let check: Value = serde_json::from_slice(&output.stdout).unwrap();
    let collision = &check["collisions"][0];
    assert_eq!(collision["name"], "enp1s0r1");
    assert!(collision["of"][1].as_str().unwrap().contains("says the same of itself"));
}

/// The output of a command on an edited capture of a real kernel.
fn on_edited(capture: &str, edit: impl Fn(&mut Value), arguments: &str) -> (i32, String) {
    let file = format!("tests/fixtures/capture/6.12/{capture}.capture.json");
    let text = std::fs::read_to_string(file).unwrap();
    let mut value: Value = serde_json::from_str(&text).unwrap();
    edit(&mut value);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("edited.json");
    std::fs::write(&file, value.to_string()).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_swdevctl"))
        .args(arguments.split(' '))
        .arg("--replay")
        .arg(&file)
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(text).unwrap())
}

/// Makes the request for the eswitch of 01:00.0 fail.
fn without_eswitch(errno: i32) -> impl Fn(&mut Value) {
    move |capture| {
        let question = "devlink get 1d010000080001007063690011000200303030303a30313a30302e3000000000";
        let answer = &mut capture["answers"][question];
        assert!(answer.is_object());
        *answer = serde_json::json!({ "refused": { "errno": errno, "message": null } });
    }
}

/// An XXV710, whose driver has devlink and no eswitch, answers ENODEV; a port with an
/// InfiniBand link EOPNOTSUPP.
#[test]
fn a_device_without_an_eswitch_is_recognised_and_skipped() {
    const ENODEV: i32 = 19;
    const EOPNOTSUPP: i32 = 95;
    for (errno, expected) in [(ENODEV, 5), (EOPNOTSUPP, 3)] {
        let edit = without_eswitch(errno);
        let (code, text) = on_edited("mlx5", &edit, "inventory --json");
        let inventory: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((code, &inventory["devices"][0]["eswitch"]), (0, &Value::Null));
        let set = "mode set switchdev 01:00.0 --dry-run";
        let (code, text) = on_edited("mlx5", &edit, set);
        assert_eq!(code, expected, "{text}");
        assert!(text.contains("state: nothing was changed"), "{text}");
        let all = "mode set legacy --all --dry-run --json --force firmware-decides";
        let (_, every) = on_edited("faces", |_| {}, all);
        let (_, others) = on_edited("faces", &edit, all);
        assert!(every.contains("pci/0000:01:00.0") && every.contains("pci/0000:02:00.0"));
        assert!(!others.contains("pci/0000:01:00.0"), "{others}");
        assert!(others.contains("pci/0000:02:00.0"), "{others}");
    }
}

#[test]
fn a_card_whose_firmware_has_sr_iov_off_can_have_no_vfs() {
    let edit = |capture: &mut Value| {
        let files = capture["files"].as_object_mut().unwrap();
        files.retain(|path, _| !path.contains("0000:01:00.0/sriov_"));
    };
    let (code, text) =
        on_edited("mlx5", edit, "mode set switchdev 01:00.0 --vfs 4 --dry-run");
    assert_eq!(code, 2);
    assert!(text.contains("can have 0 VFs at most, not 4"), "{text}");
    assert!(text.contains("hint: it offers no SR-IOV") && text.contains("SRIOV_EN"));
}

/// mlx5 answers EBUSY if the present number of VFs is set again.
#[test]
fn the_same_mode_and_the_same_number_of_vfs_are_not_set_again() {
    let set = "mode set switchdev 01:00.0 --vfs 2 --dry-run --json";
    let (code, text) = on_edited("mlx5", |_| {}, set);
    let plan: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((code, &plan["steps"]), (0, &serde_json::json!([])), "{text}");
    let (_, other) = on_edited("mlx5", |_| {}, &set.replace('2', "3"));
    let plan: Value = serde_json::from_str(&other).unwrap();
    assert_ne!(plan["steps"], serde_json::json!([]));
}

/// A capture of a real kernel: both chips are in slot 9, the slot of the PCIe switch.
#[test]
fn two_chips_behind_a_switch_in_one_slot_have_names_of_their_own() {
    let slot = |capture: &mut Value| {
        let above = &capture["files"]["bus/pci/slots/9/address"]["text"];
        assert_eq!(above, "0000:01:00\n");
    };
    let (code, check) = on_edited("pci-switch", slot, "name check --json");
    let check: Value = serde_json::from_str(&check).unwrap();
    assert_eq!((code, &check["collisions"]), (0, &serde_json::json!([])));
    let newest = "name show --json --policy systemd-newest";
    let (_, names) = on_edited("pci-switch", slot, newest);
    let names: Value = serde_json::from_str(&names).unwrap();
    let rows = names["netdevs"].as_array().unwrap();
    let mut names: Vec<_> = rows.iter().map(|row| row["policy_name"].clone()).collect();
    assert!(
        names.contains(&"enp3s0f0r1".into()) && names.contains(&"enp4s0f0np0".into())
    );
    let count = names.len();
    names.sort_by_key(ToString::to_string);
    names.dedup();
    assert_eq!((count, names.len()), (10, 10));
}
