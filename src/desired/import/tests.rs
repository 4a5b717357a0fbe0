// SPDX-License-Identifier: MIT OR Apache-2.0
//! Each format by inputs of our own, in the form that its documentation gives; and
//! files that nobody should believe.

use proptest::prelude::*;

use super::*;
use crate::desired::Config;

fn import_text(format: Format, text: &str) -> Imported {
    let file = ConfigFile { path: "f".into(), text: text.into() };
    let imported = import(format, &file).unwrap_or_else(|error| panic!("{error}"));
    // Whatever was translated is acceptable.
    let own = ConfigFile { path: "own".into(), text: imported.text.clone() };
    Config::read(&[own]).unwrap_or_else(|errors| panic!("{errors:?}\n{}", imported.text));
    imported
}

/// What is left of a file without comments and empty lines.
fn essence(imported: &Imported) -> String {
    let lines = imported.text.lines();
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.flat_map(|line| [line, "\n"]).collect()
}

#[track_caller]
fn translates(format: Format, text: &str, expected: &str, notes: &[(usize, &str)]) {
    let imported = import_text(format, text);
    assert_eq!(essence(&imported), expected, "{}", imported.text);
    for (line, part) in notes {
        let is_it =
            |note: &&Note| note.origin.line == *line && note.message.contains(part);
        let note = imported.notes.iter().find(is_it);
        let note = note.unwrap_or_else(|| panic!("{line} {part}: {:#?}", imported.notes));
        assert!(imported.text.contains(&note.message), "{}", imported.text);
    }
    assert_eq!(imported.notes.len(), notes.len(), "{:#?}", imported.notes);
}

#[test]
fn netplan() {
    let text = r#"network:
  version: 2
  renderer: networkd
  ethernets:
    uplink0:
      match: {name: "enp65s0f0np0", driver: mlx5_core}
      set-name: dc0
      mtu: 9000
      dhcp4: no
      embedded-switch-mode: "switchdev"
      virtual-function-count: 8
      delay-virtual-functions-rebind: true
      devlink-params:
        flow_steering_mode: smfs
        esw_multiport: true
      sub-functions:
        - {sfnum: 88, hw-address: "02:00:00:00:00:58", state: active, roce: off}
    enp3s0f1np1: {}
    enp3s0f1v2:
      link: enp3s0f1np1
      macaddress: "02:00:00:00:00:02"
    storage:
      link: enp3s0f1np1
    by-mac:
      match: {macaddress: "02:00:00:00:00:01"}
      embedded-switch-mode: legacy
    lan: {dhcp4: true}
  vlans:
    storage.100: {id: 100, link: enp3s0f1v2, renderer: sriov}
    other.101: {id: 101, link: storage, renderer: sriov}
    plain.102: {id: 102, link: lan}
"#;
    let expected = r#"[[device]]
driver = "mlx5_core"
netdev = ["enp65s0f0np0", "dc0"]
mode = "switchdev"
vfs = 8
bind_vfs = "after-lag"
params = { esw_multiport = true, flow_steering_mode = "smfs" }
[[device.sf]]
number = 88
mac = "02:00:00:00:00:58"
state = "active"
"#;
    translates(
        Format::Netplan,
        text,
        expected,
        &[
            (5, "left to netplan: mtu, dhcp4"),
            (17, "sub-function 88: roce"),
            (18, "there is no VF 2: vfs is 2"),
            (22, "VF storage: netplan does not say its number"),
            (25, "match macaddress 02:00:00:00:00:01"),
            (24, "add address"),
            (30, "VLAN other.101"),
        ],
    );
}

#[test]
fn netplan_counts_the_vfs_that_it_defines() {
    let text = r#"network:
  ethernets:
    enp3s0f1np1: {}
    enp3s0f1v0: {link: enp3s0f1np1, macaddress: "02:00:00:00:00:02"}
    enp3s0f1v1: {link: enp3s0f1np1}
  vlans:
    x: {id: 100, link: enp3s0f1v0, renderer: sriov}
"#;
    let expected = r#"[[device]]
netdev = "enp3s0f1np1"
vfs = 2
[[device.vf]]
number = 0
mac = "02:00:00:00:00:02"
vlan = 100
[[device.vf]]
number = 1
"#;
    translates(Format::Netplan, text, expected, &[]);
}

#[test]
fn network_manager() {
    let text = "# a profile\n\
[connection]\nid=uplink of rack 7\ntype=ethernet\ninterface-name=ens3f0\n\n\
[match]\ndriver=mlx5_core;!ice;\npath=pci-0000:41:00.0\n\n\
[ethernet]\nmac-address=02:00:00:00:00:01\n\n\
[sriov]\nautoprobe-drivers=0\neswitch-inline-mode=3\neswitch-encap-mode=1\neswitch-mode=1\n\
preserve-on-down=1\ntotal-vfs=4\n\
vf.0=mac=02:00:00:00:00:02 spoof-check=true trust=false min-tx-rate=10 max-tx-rate=100 vlans=100.3.ad\n\
vf.1=vlans=5;6 color=red\nsomething=1\n";
    let expected = r#"[[device]]
address = "0000:41:00.0"
driver = "mlx5_core"
netdev = "ens3f0"
mode = "switchdev"
vfs = 4
autoprobe = false
inline_mode = "transport"
encap_mode = "basic"
[[device.vf]]
number = 0
mac = "02:00:00:00:00:02"
vlan = 100
qos = 3
vlan_proto = "802.1ad"
spoof_check = true
trust = false
min_tx_rate = 10
max_tx_rate = 100
[[device.vf]]
number = 1
vlan = 5
"#;
    translates(
        Format::NetworkManager,
        text,
        expected,
        &[
            (8, "!ice"),
            (12, "mac-address"),
            (19, "preserve-on-down"),
            (22, "VLAN 6: a VF has one VLAN"),
            (22, "color"),
            (23, "something"),
        ],
    );
}

#[test]
fn network_manager_sets_no_vfs_where_none_are_asked_for() {
    let head = "[connection]\nid=a\ninterface-name=ens3f0\n";
    let expected = "[[device]]\nnetdev = \"ens3f0\"\nmode = \"preserve\"\nvfs = 0\n";
    let text = format!("{head}[sriov]\neswitch-mode=-1\n");
    translates(Format::NetworkManager, &text, expected, &[]);
    translates(Format::NetworkManager, head, "", &[(1, "no [sriov]")]);
    let file = ConfigFile { path: "f".into(), text: "network:\n  version: 2\n".into() };
    let error = import(Format::NetworkManager, &file).unwrap_err();
    assert_eq!(error.origin.to_string(), "f:1:1");
}

#[test]
fn os_net_config() {
    let text = r#"network_config:
  - type: linux_bond
    name: bond_api
    members:
      - type: sriov_pf
        name: ens1f0
        numvfs: 10
        drivers_autoprobe: false
        link_mode: switchdev
        steering_mode: smfs
        vdpa: true
        use_dhcp: false
        mtu: 9000
      - type: sriov_vf
        device: ens1f1
        vfid: 3
        vlan_id: 111
        qos: 5
        spoofcheck: false
        trust: true
        state: auto
        macaddr: "02:00:00:00:00:03"
        min_tx_rate: 0
        max_tx_rate: 500
        promisc: "on"
  - type: sriov_pf
    name: nic3
    numvfs: 2
  - type: ovs_bridge
    name: br-ex
"#;
    let expected = r#"[[device]]
netdev = "ens1f0"
mode = "switchdev"
vfs = 10
autoprobe = false
bind_vfs = "after-lag"
params = { flow_steering_mode = "smfs" }
[[device]]
netdev = "ens1f1"
[[device.vf]]
number = 3
mac = "02:00:00:00:00:03"
vlan = 111
qos = 5
spoof_check = false
trust = true
link_state = "auto"
min_tx_rate = 0
max_tx_rate = 500
"#;
    translates(
        Format::OsNetConfig,
        text,
        expected,
        &[
            (11, "vdpa"),
            (5, "left to os-net-config: use_dhcp, mtu"),
            (26, "nic3 is os-net-config's own number"),
            (26, "add address"),
            (14, "left to os-net-config: promisc"),
        ],
    );
    let json = r#"{"network_config": [{"type": "sriov_pf", "name": "p1", "numvfs": 2}]}"#;
    let expected = "[[device]]\nnetdev = \"p1\"\nvfs = 2\n";
    translates(Format::OsNetConfig, json, expected, &[]);
}

#[test]
fn sriov_network_operator() {
    let text = r#"---
apiVersion: sriovnetwork.openshift.io/v1
kind: SriovNetworkNodePolicy
metadata: {name: offload, namespace: sriov}
spec:
  resourceName: cx6
  nodeSelector: {node-role.kubernetes.io/worker: ""}
  priority: 10
  mtu: 9000
  numVfs: 8
  nicSelector:
    vendor: "15b3"
    deviceID: 101d
    pfNames: ["ens3f0#0-3", "ens3f1#0-3", ens4f0]
  deviceType: vfio-pci
  isRdma: false
  eSwitchMode: switchdev
  externallyManaged: true
---
apiVersion: v1
kind: List
items:
  - kind: SriovNetworkNodePolicy
    metadata: {name: low}
    spec:
      priority: 99
      numVfs: 2
      nicSelector: {rootDevices: ["0000:41:00.0"], netFilter: "a/b:c"}
      deviceType: netdevice
  - kind: ConfigMap
  - kind: SriovNetworkNodePolicy
    metadata: {name: for-none}
    spec: {numVfs: 2}
"#;
    let expected = r#"[[device]]
address = "0000:41:00.0"
vfs = 2
[[device]]
vendor = "0x15b3"
device = "0x101d"
netdev = ["ens3f0", "ens3f1"]
mode = "switchdev"
vfs = 8
[[device.vf]]
number = "0-3"
driver = "vfio-pci"
[[device]]
vendor = "0x15b3"
device = "0x101d"
netdev = "ens4f0"
mode = "switchdev"
vfs = 8
[[device.vf]]
number = "*"
driver = "vfio-pci"
"#;
    translates(
        Format::SriovNetworkOperator,
        text,
        expected,
        &[
            (30, "ConfigMap"),
            (28, "netFilter"),
            (33, "add address"),
            (6, "resourceName"),
            (7, "node-role.kubernetes.io/worker="),
            (9, "mtu 9000"),
            (18, "externallyManaged"),
        ],
    );
}

/// What a format does not translate is told, so that nobody takes the result for the whole.
#[test]
fn nothing_is_left_out_without_a_word() {
    let nothing = [(1, "nothing in this file sets up SR-IOV")];
    for format in [Format::Netplan, Format::OsNetConfig, Format::SriovNetworkOperator] {
        translates(format, "", "", &nothing);
    }
    let netplan = "ethernets:\n  a:\n    virtual-function-count: 2\n  av0:\n    link: a\n    \
                   dhcp4: true\n  other:\n    link: elsewhere\n";
    let section = "[[device]]\nnetdev = \"a\"\nvfs = 2\n[[device.vf]]\nnumber = 0\n";
    let notes =
        [(4, "VF av0: left to netplan: dhcp4"), (7, "its PF elsewhere is not in")];
    translates(Format::Netplan, netplan, section, &notes);
    let profile =
        "[connection]\ninterface-name=a\n[sriov]\ntotal-vfs=2\nautoprobe-drivers=x\n";
    let section = "[[device]]\nnetdev = \"a\"\nvfs = 2\n";
    translates(
        Format::NetworkManager,
        profile,
        section,
        &[(5, "x is not true or false")],
    );
    // Octal for the program, decimal for others.
    let octal = "- {type: sriov_pf, name: a, numvfs: 010}\n";
    let section = "[[device]]\nnetdev = \"a\"\n";
    translates(Format::OsNetConfig, octal, section, &[(1, "\"010\" is not a number")]);
}

#[test]
fn a_value_that_cannot_be_is_told_and_left_out() {
    let text = "network:\n  ethernets:\n    a:\n      embedded-switch-mode: fast\n      \
                virtual-function-count: 99999\n      devlink-params: {x: 1.5, y: [1]}\n";
    let expected = "[[device]]\nnetdev = \"a\"\nparams = { x = \"1.5\" }\n";
    let notes = [
        (4, "embedded-switch-mode: \"fast\" is not \"legacy\""),
        (5, "virtual-function-count: 99999 is not"),
        (6, "y: a list or map is not"),
    ];
    translates(Format::Netplan, text, expected, &notes);
}

#[test]
fn hostile_files_end_in_an_error_or_in_comments() {
    let error = |text: &str| {
        let file = ConfigFile { path: "f".into(), text: text.into() };
        import(Format::Netplan, &file).unwrap_err().to_string()
    };
    assert_eq!(error("a: b\n  c: [\n").split(':').nth(1), Some("2"));
    assert!(error(&"[".repeat(10_000)).contains("deep") || error("[").contains("f:"));
    assert!(error("? [a]\n: b\n").contains("a key that is a list or map"));
    // Each level is two of the one before.
    let mut bomb = "a0: &a0 [x, x]\n".to_owned();
    for level in 1..64 {
        let below = level - 1;
        bomb.push_str(&format!("a{level}: &a{level} [*a{below}, *a{below}]\n"));
    }
    assert!(error(&bomb).contains("too many nodes"));
    assert!(error("a: &a [*a]\n").contains("not complete"));
    // A name that would end a comment or a string.
    let text = "network:\n  ethernets:\n    \"a\\n[[device]]\\nvfs=1\":\n      \
                virtual-function-count: 1\n      \"x\\ny\": 1\n";
    let imported = import_text(Format::Netplan, text);
    assert_eq!(essence(&imported), "", "{}", imported.text);
}

const FORMATS: [Format; 4] = [
    Format::Netplan,
    Format::NetworkManager,
    Format::OsNetConfig,
    Format::SriovNetworkOperator,
];

/// Words that mean something to one of the formats, and what joins them.
const WORDS: [&str; 24] = [
    "network:",
    "ethernets:",
    "embedded-switch-mode:",
    "switchdev",
    "link:",
    "a",
    "vlans:",
    "renderer: sriov",
    "network_config:",
    "- type: sriov_pf",
    "name: nic1",
    "members:",
    "type: sriov_vf",
    "vfid:",
    "kind: SriovNetworkNodePolicy",
    "spec:",
    "nicSelector:",
    "pfNames: [a#0-1]",
    "numVfs:",
    "[sriov]",
    "vf.0=mac=1 vlans=5;6",
    "\n",
    "\n  ",
    "\n    ",
];

proptest! {
    /// Whatever a foreign file says, it is refused, or becomes a file that can be read.
    #[test]
    fn a_foreign_file_becomes_a_good_one_or_an_error(
        words in prop::collection::vec(prop::sample::select(&WORDS[..]), 0..40),
    ) {
        let file = ConfigFile { path: "f".into(), text: words.join(" ") };
        for format in FORMATS {
            if let Ok(imported) = import(format, &file) {
                let own = ConfigFile { path: "own".into(), text: imported.text.clone() };
                prop_assert!(Config::read(&[own]).is_ok(), "{}", imported.text);
            }
        }
    }
}
