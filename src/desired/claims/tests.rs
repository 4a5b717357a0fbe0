// SPDX-License-Identifier: MIT OR Apache-2.0
//! Each program's files, in the forms that its own documentation has.

use super::*;

fn subject() -> Subject {
    Subject {
        handle: "pci/0000:41:00.0".parse().unwrap(),
        driver: Some("mlx5_core".into()),
        ids: None,
        serials: Vec::new(),
        netdevs: vec!["enp65s0f0np0".into()],
        macs: vec!["00:00:5e:00:53:01".into()],
        has_eswitch: true,
    }
}

/// What a file claims of the device: each as text, with the mode and the number of VFs.
fn claimed(program: Program, text: &str) -> Vec<(String, String)> {
    let file = ConfigFile { path: "F".into(), text: text.into() };
    let all = claims(program, &file);
    // As a capture keeps it.
    let kept = serde_json::to_string(&all).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Claims>>(&kept).unwrap(), all);
    assert!(!kept.contains("secret"), "{kept}");
    let claims = all.iter().flat_map(|claims| claims.of(&subject()));
    let value = |claim: &Claim| match (claim.mode, claim.vfs) {
        (Some(mode), _) => mode.to_string(),
        (_, Some(vfs)) => vfs.to_string(),
        _ => String::new(),
    };
    claims.map(|claim| (claim.to_string(), value(claim))).collect()
}

fn of(text: &str, value: &str) -> (String, String) {
    (text.into(), value.into())
}

#[test]
fn network_manager_claims_the_number_of_vfs_even_where_it_names_none() {
    let profile = |sriov: &str| {
        format!(
            "[connection]\nid=pf\ninterface-name=enp65s0f0np0\n[802-1x]\npassword=secret\n[sriov]\n{sriov}"
        )
    };
    assert_eq!(
        claimed(Program::NetworkManager, &profile("total-vfs=4\neswitch-mode=1\n")),
        [
            of("NetworkManager: [sriov] total-vfs=4 (F:7)", "4"),
            of("NetworkManager: [sriov] eswitch-mode=1 (F:8)", "switchdev"),
        ]
    );
    assert_eq!(
        claimed(
            Program::NetworkManager,
            &profile("autoprobe-drivers=0\nvf.0=mac=secret\n")
        ),
        [
            of("NetworkManager: [sriov] autoprobe-drivers (F:7)", "0"),
            of("NetworkManager: [sriov] vf.0 (F:8)", ""),
        ]
    );
    let without = "[connection]\ninterface-name=enp65s0f0np0\n[ipv4]\nmethod=auto\n";
    assert_eq!(claimed(Program::NetworkManager, without), []);
    let other = profile("total-vfs=4\n").replace("enp65s0f0np0", "eno1");
    assert_eq!(claimed(Program::NetworkManager, &other), []);
    let by_mac = |mac: &str| {
        let profile = format!("[ethernet]\nmac-address={mac}\n[sriov]\ntotal-vfs=1\n");
        claimed(Program::NetworkManager, &profile).len()
    };
    assert_eq!((by_mac("00:00:5E:00:53:01"), by_mac("00:00:5E:00:53:02")), (1, 0));
    let by_path =
        "[connection]\nid=x\n[match]\npath=pci-0000:41:00.0;\n[sriov]\ntotal-vfs=1\n";
    assert_eq!(claimed(Program::NetworkManager, by_path).len(), 1);
}

#[test]
fn systemd_claims_by_link_network_and_devlink_files() {
    let link = "# comment\n; too\n[Match]\nOriginalName=enp65*\nDriver=mlx5_core\n[Link]\nSR-IOVVirtualFunctions=8\n\
                [SR-IOV]\nVirtualFunction=0\nTrust=yes\n";
    assert_eq!(
        claimed(Program::Udevd, link),
        [
            of("systemd-udevd: [Link] SR-IOVVirtualFunctions=8 (F:7)", "8"),
            of("systemd-udevd: [SR-IOV] VirtualFunction (F:9)", ""),
        ]
    );
    let path = "[Match]\nPath=pci-0000:41:00.0\n[Link]\nSR-IOVVirtualFunctions=8\n";
    assert_eq!(claimed(Program::Udevd, path).len(), 1);
    for (other, number) in [
        ("Driver=ice", 0),
        ("MACAddress=00:00:5E:00:53:01", 2),
        ("PermanentMACAddress=02:00:00:00:00:01 00-00-5e-00-53-01", 2),
        ("MACAddress=00:00:5e:00:53:02", 0),
        ("Type=ether", 0),
    ] {
        let link = link.replace("Driver=mlx5_core", other);
        assert_eq!(claimed(Program::Udevd, &link).len(), number, "{other}");
    }
    let vendor = "[Match]\nOriginalName=*\n[Link]\nNamePolicy=keep kernel\n";
    assert_eq!(claimed(Program::Udevd, vendor), []);
    assert_eq!(
        claimed(
            Program::Networkd,
            "[Match]\nName=enp65s0f0np0\n[SR-IOV]\nVirtualFunction=1\n"
        ),
        [of("systemd-networkd: [SR-IOV] VirtualFunction (F:4)", "")]
    );
    assert_eq!(
        claimed(
            Program::Devlinkd,
            "[Match]\nHandle=pci/0000:41:00.0\n[Dev]\nESwitchMode=legacy\n"
        ),
        [of("systemd-devlinkd: [Dev] ESwitchMode=legacy (F:4)", "legacy")]
    );
}

#[test]
fn netplan_claims_by_id_and_by_match() {
    let text = "network:\n  wifis: {w: {access-points: {x: {password: secret}}}}\n  ethernets:\n    enp65s0f0np0:\n      \
                embedded-switch-mode: switchdev\n      virtual-function-count: 4\n      dhcp4: true\n";
    let expected = [
        of("netplan: embedded-switch-mode: switchdev (F:5)", "switchdev"),
        of("netplan: virtual-function-count: 4 (F:6)", "4"),
    ];
    assert_eq!(claimed(Program::Netplan, text), expected);
    let named = text.replace("    enp65s0f0np0:\n", "    pf:\n");
    assert_eq!(claimed(Program::Netplan, &named), []);
    for (criterion, number) in [
        ("match: {driver: mlx5_core}", 2),
        ("match: {name: \"enp65*\"}", 2),
        ("match: {macaddress: \"00:00:5e:00:53:01\"}", 2),
        ("match: {macaddress: \"00:00:5e:00:53:02\"}", 0),
        ("match: {driver: ice}", 0),
    ] {
        let text = format!("{named}      {criterion}\n");
        assert_eq!(claimed(Program::Netplan, &text).len(), number, "{criterion}");
    }
}

#[test]
fn the_operator_claims_what_it_has_applied_and_no_pf_of_others() {
    let text = r#"{"pciAddress":"0000:41:00.0","numVfs":4,"eSwitchMode":"switchdev","name":"enp65s0f0np0"}"#;
    assert_eq!(
        claimed(Program::SriovOperator, text),
        [
            of("the SR-IOV network operator: numVfs: 4 (F:1)", "4"),
            of("the SR-IOV network operator: eSwitchMode: switchdev (F:1)", "switchdev"),
        ]
    );
    let managed = text.replace("{\"pci", "{\"externallyManaged\":true,\"pci");
    assert_eq!(claimed(Program::SriovOperator, &managed), []);
    assert_eq!(claimed(Program::SriovOperator, &text.replace("41", "42")), []);
}

#[test]
fn the_kernel_and_blue_field_claim_modes() {
    let line =
        "quiet devlink_eswitch_mode=pci/0000:08:00.0,pci/0000:41:00.0=switchdev_inactive";
    let claimed_by_kernel = claimed(Program::Kernel, line);
    assert_eq!(claimed_by_kernel[0].1, "switchdev_inactive");
    assert_eq!(claimed(Program::Kernel, "devlink_eswitch_mode=*=switchdev").len(), 1);
    assert_eq!(
        claimed(Program::Kernel, "devlink_eswitch_mode=pci/0000:08:00.0=legacy"),
        []
    );
    assert_eq!(
        claimed(Program::Kernel, "devlink_eswitch_mode devlink_eswitch_mode="),
        []
    );
    assert_eq!(
        claimed(Program::BlueField, "ALLOW_SHARED_RQ=\"no\"\n"),
        [of("mlnx_bf_configure: each PF is set to switchdev (F)", "switchdev")]
    );
}

#[test]
fn a_file_that_makes_no_sense_claims_nothing() {
    for program in [
        Program::NetworkManager,
        Program::Netplan,
        Program::Udevd,
        Program::Devlinkd,
        Program::SriovOperator,
        Program::Kernel,
    ] {
        for text in [
            "",
            "\0",
            "[sriov",
            "[sriov]\ntotal-vfs",
            "a: [",
            "{",
            "- - -",
            "=\n=",
            "x=y=z",
        ] {
            assert_eq!(claimed(program, text), [], "{program} {text}");
        }
    }
}
