// SPDX-License-Identifier: MIT OR Apache-2.0
//! Policies as a whole: what they give, that they are total, and that no two
//! identities share a name.

use std::collections::{HashMap, HashSet};

use proptest::prelude::*;

use super::*;
use crate::model::{
    Base, BaseFacts, ConfigFile, Handle, Identity, IfName, PciAddress, Place, Role,
    Scheme, Slot,
};

const SHIPPED: [&str; 7] = [
    "systemd",
    "systemd-newest",
    "os-net-config",
    "sriov-network-operator",
    "mlnx-ofed",
    "bluefield",
    "bluefield-2",
];

fn base(facts: BaseFacts) -> Base {
    let scheme = Scheme::NEWEST;
    let names = facts.names(scheme);
    Base { scheme, in_force: names.clone(), newest: Some(names) }
}

fn pci(address: &str) -> Base {
    let address = address.parse().unwrap();
    let (onboard, slot) = (None, None);
    base(BaseFacts::Pci { address, multifunction: true, ari: false, onboard, slot })
}

fn identity(address: &str, driver: &str, place: Place) -> Identity {
    let device = Handle::pci(address.parse().unwrap());
    let driver = Some(driver.into());
    Identity { device, driver, base: pci(address), systemd: None, place }
}

fn read(text: &str) -> Result<Policy, PolicyError> {
    let file = ConfigFile { path: "x.toml".into(), text: text.into() };
    Policy::read(&file, &[])
}

const HEAD: &str = "name = \"x\"\nversion = 1\nextends = \"systemd\"\n";

#[test]
fn what_is_wrong_with_a_policy_is_said_with_line_and_column() {
    for (text, says) in [
        ("version = 1", "x.toml: a policy needs a name and a version"),
        ("name = \"x\"\nversion = -1", "x.toml:2:11: "),
        (
            "name = \"\\u001b[31mx\"\nversion = 1",
            "x.toml:1:8: a name has letters, digits, _, . and - only",
        ),
        ("name = \"x\"\nversion = 1\ncolour = 2", "x.toml:3:1: unknown field `colour`"),
        ("name = \"x\nversion = 1", "x.toml:1:"),
        (
            "name = \"x\"\nversion = 1\nextends = \"y\"",
            "x.toml:3:11: y: no such policy; there are systemd,",
        ),
        (
            "name = \"systemd\"\nversion = 1\nextends = \"systemd\"",
            "x.toml:3:11: a policy cannot extend itself",
        ),
        (
            "name = \"x\"\nversion = 1\n[roles]\nuplink = []",
            "x.toml: the templates of pf_rep in [roles] do not end in \"{hash}\"",
        ),
        (
            "name = \"x\"\nversion = 1\n[roles]\nuplink = [\"{base}\"]",
            "x.toml: the templates of uplink",
        ),
    ] {
        let error = read(text).unwrap_err().to_string();
        assert!(error.starts_with(says), "{says:?} does not begin {error:?}");
    }
    for (section, says) in [
        (
            "[roles]\nuplink = [\"{base}\", \"{base}np{prot}\"]",
            "5:30: unknown field {prot}; the fields are base newest path",
        ),
        (
            "[roles]\nuplink = [\"x{systemd}\"]",
            "5:12: {systemd} must be all of a template",
        ),
        ("[roles]\nuplink = [\"{base\"]", "5:12: unbalanced brace, in"),
        (
            "[roles]\nuplink = [\"np{port}\"]",
            "5:11: \"np{port}\" does not say which device",
        ),
        (
            "[driver.mlx5_core]\nuplink = [\"np{port}\"]",
            "5:11: \"np{port}\" does not say which device",
        ),
        (
            "[driver.mlx5_core]\nuplink = [\"{bus}{dev}\"]",
            "5:11: \"{bus}{dev}\" does not say which device",
        ),
        (
            "[roles]\nuplink = [\"{base}{port=*}\"]",
            "5:11: \"{base}{port=*}\" leaves a number out",
        ),
        ("[roles]\nuplink = [\"{base}{port=x}\"]", "5:18: {port=x} needs a number"),
        ("[roles]\nupling = [\"{base}\"]", "5:1: unknown field `upling`"),
        ("[bus.pci]\nalias = \"net0\"", "5:9: an alias is for one device"),
        (
            "[device.\"pci/0000:03:00.*\"]\nalias = \"net0\"",
            "5:9: an alias is for one device",
        ),
        (
            "[device.\"pci/0000:03:00.0\"]\nalias = \"net 0\"",
            "5:9: \"net 0\" is not a valid",
        ),
        (
            "[device.\"03:00.0\"]\nalias = \"net0\"",
            "4:9: \"03:00.0\" is no devlink handle",
        ),
        (
            "[device.\"pci/3:0.0\"]\nalias = \"net0\"",
            "4:9: \"pci/3:0.0\" is no devlink handle",
        ),
    ] {
        let error = read(&format!("{HEAD}{section}")).unwrap_err().to_string();
        let says = format!("x.toml:{says}");
        assert!(error.starts_with(&says), "{says:?} does not begin {error:?}");
    }
}

#[test]
fn the_more_special_section_comes_first_and_leaves_the_rest_to_the_others() {
    let text = "name = \"x\"\nversion = 1\nextends = \"systemd\"\n\
        [roles]\nvf_rep = [\"{base}rep{vf}\"]\n\
        [driver.ice]\nvf_rep = [\"{base}i{vf}\"]\n\
        [device.\"pci/0000:03:00.*\"]\nvf_rep = [\"w{vf}f{function}\"]\nforce = true\n\
        [device.\"pci/0000:03:00.1\"]\nalias = \"net1\"\nuplink = [\"{alias}\", \"{alias}p{port}\"]\nvf_rep = [\"{alias}_{vf}\"]\npf_rep = []\n\
        [device.\"pci/0000:03:00.1\".altnames]\nvf_rep = [\"{handle}-vf{vf}\", \"{base}r{vf}\", \"{base}r{vf}\"]\n";
    let policy = read(text).unwrap();
    let of = |address, driver, role| {
        policy.name(&identity(address, driver, role)).map(|n| n.name.to_string())
    };
    let vf = Place::vf_rep(0, None, 7);
    assert_eq!(of("05:00.0", "bnxt_en", vf).unwrap(), "enp5s0f0rep7");
    assert_eq!(of("05:00.0", "ice", vf).unwrap(), "enp5s0f0i7");
    assert_eq!(of("03:00.0", "ice", vf).unwrap(), "w7f0");
    assert_eq!(of("03:00.1", "ice", vf).unwrap(), "net1_7");
    assert_eq!(of("03:00.1", "ice", Place::uplink(Some(1), None)).unwrap(), "net1p1");
    // An empty chain leaves it as it is; what no section says, the extended does.
    assert_eq!(of("03:00.1", "ice", Place::pf_rep(0, None, None)), None);
    assert_eq!(of("03:00.1", "ice", Place::sf_rep(0, None, 8)).unwrap(), "enp3s0f1sf8");
    let one = identity("03:00.1", "ice", vf);
    let altnames: Vec<String> =
        policy.altnames(&one).iter().map(ToString::to_string).collect();
    assert_eq!(altnames, ["pci-0000-03-00.1-vf7", "enp3s0f1r7"]);
    assert!(policy.force(&one));
    assert!(!policy.force(&identity("05:00.0", "ice", vf)));
}

#[test]
fn what_is_left_to_systemd_has_no_name_unless_a_section_before_gives_one() {
    let uplink = Place::uplink(Some(0), None);
    let unnamed = identity("03:00.0", "ice", uplink);
    let named = Identity { systemd: "lan0".parse().ok(), ..unnamed.clone() };
    let name = |policy: &Policy, identity: &Identity| {
        policy.name(identity).map(|name| name.name.to_string())
    };
    let systemd = Policy::default_policy();
    assert_eq!(name(&systemd, &unnamed).as_deref(), Some("enp3s0f0np0"));
    assert_eq!(name(&systemd, &named), None);
    let attempts = systemd.explain(&named);
    assert_eq!(attempts.len(), 1);
    assert_eq!(attempts[0].outcome.as_ref().unwrap().as_str(), "lan0");
    let newest = Policy::shipped("systemd-newest", &[]).unwrap();
    assert_eq!(name(&newest, &named).as_deref(), Some("enp3s0f0np0"));
    assert!(newest.uses_newest() && !systemd.uses_newest());
    let alias = read(&format!(
        "{HEAD}[device.\"pci/0000:03:00.0\"]\nalias = \"net0\"\nuplink = [\"{{alias}}p{{port}}\"]"
    ));
    assert_eq!(name(&alias.unwrap(), &named).as_deref(), Some("net0p0"));
}

#[test]
fn drop_ins_come_before_the_file_and_the_last_before_the_others() {
    let file =
        |path: &str, text: &str| ConfigFile { path: path.into(), text: text.into() };
    let drop_in = |chain: &str| format!("[roles]\nvf_rep = [{chain}]\n");
    let drop_ins = [
        file("10.toml", &drop_in("\"{base}a{vf}\"")),
        file("20.toml", &drop_in("\"{alias}b{vf}\"")),
        file("30.toml", "[device.\"pci/0000:03:00.0\"]\nalias = \"net0\"\n"),
    ];
    let policy = Policy::shipped("systemd", &drop_ins).unwrap();
    let vf = Place::vf_rep(0, None, 1);
    let name = |address| policy.name(&identity(address, "ice", vf)).unwrap();
    assert_eq!(name("03:00.0").name.as_str(), "net0b1");
    assert_eq!(name("05:00.0").name.as_str(), "enp5s0f0a1");
    assert_eq!(name("05:00.0").origin, "10.toml [roles]");
    let error = Policy::shipped("systemd", &[file("z.toml", "version = 2")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "z.toml:1:11: a drop-in has neither name nor version nor extends: it adds sections"
    );
}

#[test]
fn an_explanation_says_why_each_template_before_did_not_fit() {
    let policy = Policy::shipped("sriov-network-operator", &[]).unwrap();
    let vf = Place::vf_rep(0, None, 10);
    let attempts = policy.explain(&identity("d8:00.0", "mlx5_core", vf));
    let outcomes: Vec<String> = attempts
        .iter()
        .map(|attempt| match &attempt.outcome {
            Ok(name) => format!("{} {name}", attempt.template),
            Err(why) => format!("{} {why}", attempt.template),
        })
        .collect();
    assert_eq!(
        outcomes,
        [
            "{alias}_{vf} alias has no value here",
            "{base}np{function}_{vf} enp216s0f0np0_10 has 16 characters",
            "{alias}_{vf} alias has no value here",
            "{base}_{vf} enp216s0f0_10",
        ]
    );
}

/// A machine as hardware can make it: devices of all kinds at different addresses,
/// each with ports that differ.
fn machine() -> impl Strategy<Value = Vec<Identity>> {
    any::<bool>().prop_flat_map(|newer| machine_with(if newer { &NEWER } else { &OLDER }))
}

/// Where a BlueField's own NIC is, for which policies have names: 2 and 3, and 4. A machine
/// has one of them.
const OLDER: [(u32, u8); 1] = [(0, 3)];
const NEWER: [(u32, u8); 2] = [(2, 1), (6, 1)];

/// A machine whose DPU has its NIC at these domains and buses.
fn machine_with(dpu: &'static [(u32, u8)]) -> impl Strategy<Value = Vec<Identity>> {
    let own = dpu.iter().flat_map(|(domain, bus)| {
        [0, 1].map(|function| u64::from(*domain) << 32 | u64::from(*bus) << 16 | function)
    });
    let address = prop_oneof![
        1 => prop::sample::select(own.collect::<Vec<u64>>()),
        3 => (any::<u8>(), 0_u8..32, 0_u8..8).prop_map(|(b, s, f)| u64::from(b) << 16 | u64::from(s) << 8 | u64::from(f)),
        3 => (any::<u32>(), any::<u8>(), 0_u8..32, 0_u8..8).prop_map(
            |(d, b, s, f)| u64::from(d) << 32 | u64::from(b) << 16 | u64::from(s) << 8 | u64::from(f)),
    ];
    let driver = prop::sample::select(vec![
        "mlx5_core",
        "nfp",
        "bnxt_en",
        "LiquidIO",
        "ice",
        "rvu_rep",
        "sfc",
        "netdevsim",
        "other",
    ]);
    let device = (address, driver, any::<bool>(), prop::option::of(1_u32..40));
    prop::collection::hash_map(
        any::<u32>(),
        (device, prop::collection::vec(role(), 40)),
        250,
    )
    .prop_map(move |devices| {
        let mut places = HashSet::new();
        let mut all = HashSet::new();
        for (id, ((address, driver, ari, slot), roles)) in devices {
            let unpack = |shift: u32, mask: u64| (address >> shift & mask) as u8;
            let address = PciAddress {
                domain: (address >> 32) as u32,
                bus: unpack(16, 0xff),
                slot: unpack(8, 0xff),
                function: unpack(0, 0xff),
            };
            let is_dpu =
                dpu.contains(&(address.domain, address.bus)) && address.slot == 0;
            // The place of another generation's.
            if !is_dpu && is_dpus(&address) {
                continue;
            }
            let driver = if is_dpu { "mlx5_core" } else { driver };
            // A slot holds one card: its functions share a bus.
            let slot = slot
                .filter(|_| address.slot == 0 && address.bus % 40 != 0)
                .map(|_| Slot::Card(u32::from(address.bus) * 3 + 300));
            let (device, facts) = if driver == "netdevsim" {
                (
                    Handle::new("netdevsim", format!("netdevsim{id}")),
                    BaseFacts::Netdevsim { id },
                )
            } else {
                let facts = BaseFacts::Pci {
                    address,
                    multifunction: true,
                    ari: ari && address.slot == 0,
                    onboard: None,
                    slot,
                };
                (Handle::pci(address), facts)
            };
            if !places.insert(device.clone()) {
                continue;
            }
            let roles = roles.into_iter().map(|role| possible(role, driver, &address));
            all.extend(roles.map(|role| Identity {
                device: device.clone(),
                driver: Some(driver.into()),
                base: base(facts),
                systemd: None,
                place: role,
            }));
        }
        all.into_iter().collect()
    })
}

/// Whether some BlueField has its own NIC there.
fn is_dpus(address: &PciAddress) -> bool {
    let all = OLDER.iter().chain(&NEWER);
    address.slot == 0 && all.into_iter().any(|at| *at == (address.domain, address.bus))
}

/// The like of a role that a driver can really have.
fn possible(place: Place, driver: &str, address: &PciAddress) -> Place {
    let function = u32::from(address.function);
    let Place { controller, vf, .. } = place;
    match (place.role, driver) {
        // One uplink, and the PFs of other hosts by the PCI function. The ports of a
        // BlueField 4 are numbered across its two domains.
        (Role::Uplink, "mlx5_core") => {
            let before = if address.domain == NEWER[1].0 { 2 } else { 0 };
            Place::uplink(Some(function + before), None)
        }
        (Role::VfRep, "mlx5_core") if controller > 0 => {
            Place::vf_rep(controller, Some(function), vf.unwrap())
        }
        (Role::PfRep, "mlx5_core") if controller > 0 => {
            Place::pf_rep(controller, Some(function), None)
        }
        (Role::SfRep, "mlx5_core") if controller > 0 => {
            Place::sf_rep(controller, Some(function), place.sf.unwrap())
        }
        (Role::PfRep, "mlx5_core") => Place::pf_rep(1, Some(function), None),
        _ => place,
    }
}

fn role() -> impl Strategy<Value = Place> {
    let number = || prop_oneof![0_u32..4, 0_u32..300, any::<u32>()];
    let vf = || prop_oneof![0_u32..8, 0_u32..=65535];
    let foreign = || {
        prop_oneof![
            2 => Just((0, None)),
            1 => (0_u32..8).prop_map(|pf| (0, Some(pf))),
            2 => (prop_oneof![1_u32..3, 1_u32..], prop_oneof![0_u32..4, any::<u32>()]).prop_map(|(c, p)| (c, Some(p))),
        ]
    };
    let split = || prop::option::of(0_u32..8);
    prop_oneof![
        (prop::option::of(number()), split()).prop_map(|(port, split)| Place::uplink(
            port,
            split.filter(|_| port.is_some())
        )),
        (foreign(), split())
            .prop_map(|((controller, pf), split)| Place::pf_rep(controller, pf, split)),
        (foreign(), vf())
            .prop_map(|((controller, pf), vf)| Place::vf_rep(controller, pf, vf)),
        (foreign(), number())
            .prop_map(|((controller, pf), sf)| Place::sf_rep(controller, pf, sf)),
        vf().prop_map(Place::vf),
        number().prop_map(Place::sf),
    ]
}

#[test]
fn numbers_are_padded_and_still_tell_ports_apart() {
    let policy = |template: &str| {
        read(&format!("{HEAD}[driver.ice]\nvf_rep = [\"{template}\"]\n"))
    };
    let name = |template: &str, vf| {
        let identity = identity("0b:00.1", "ice", Place::vf_rep(0, None, vf));
        policy(template).unwrap().name(&identity).unwrap().name.to_string()
    };
    assert_eq!(name("{path}r{vf:03}", 7), "enp11s0f1r007");
    assert_eq!(name("{path}r{vf:03}", 1234), "enp11s0f1r1234");
    assert_eq!(name("{path}r{vf:04x}", 255), "enp11s0f1r00ff");
    assert_eq!(name("b{bus:02x}{dev:02}{function}r{vf:x}", 31), "b0b001r1f");
    // Too long: the next section's.
    assert_eq!(name("{path}r{vf:09}", 7), "enp11s0f1r7");
    for wrong in ["3", "010", "00x0", "", "0", "X", "03d", "-3"] {
        let error = policy(&format!("{{base}}r{{vf:{wrong}}}")).unwrap_err().to_string();
        assert!(error.contains("behind the colon"), "{wrong}: {error}");
    }
    let unknown = policy("{base}r{vg:03}").unwrap_err().to_string();
    assert!(unknown.contains("unknown field {vg:03}"), "{unknown}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    #[test]
    fn a_newer_version_gives_new_names_to_new_devices_only(identities in machine()) {
        let policy = |name| Policy::shipped(name, &[]).unwrap();
        let (one, two) = (policy("bluefield"), policy("bluefield-2"));
        prop_assert_eq!((one.id(), two.id()), ("bluefield-1".into(), "bluefield-2".into()));
        for identity in &identities {
            let name = |policy: &Policy| policy.name(identity).map(|of| of.name);
            let address = identity.device.pci_address();
            let is_new = address.is_some_and(|of| NEWER.contains(&(of.domain, of.bus)));
            if !is_new {
                prop_assert_eq!(name(&one), name(&two), "{}", identity);
            }
        }
    }

    #[test]
    fn every_identity_of_a_machine_has_its_own_valid_name(identities in machine()) {
        for shipped in SHIPPED {
            let policy = Policy::shipped(shipped, &[]).unwrap();
            let mut names = HashMap::new();
            for identity in &identities {
                let name = policy.name(identity).expect("total").name;
                prop_assert!(name.as_str().len() <= IfName::MAX);
                if let Some(other) = names.insert(name.clone(), identity) {
                    prop_assert!(false, "{shipped}: {name} is both {other} and {identity}");
                }
            }
        }
    }
}
