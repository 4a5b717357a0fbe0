// SPDX-License-Identifier: MIT OR Apache-2.0
//! The order of steps for each driver's profile, what undoes them, and what is said
//! before.

use super::*;
use crate::model::{
    DamageKind, DeviceFacts, EswitchState, FunctionSettings, Held, LinkState, MacAddress,
    NetdevState, PortKey, Role, SriovState, TxRate, VfField, VfSettings, VfState, Vlan,
};

pub(super) const LEGACY: EswitchMode = EswitchMode::Legacy;
pub(super) const SWITCHDEV: EswitchMode = EswitchMode::Switchdev;

fn vf(number: u32) -> VfState {
    let settings = VfSettings {
        mac: Some(MacAddress(vec![2, 0, 0, 0, 0, number as u8])),
        vlan: Some(Vlan { id: 100 + number as u16, qos: 0, protocol: 0x8100 }),
        rate: Some(TxRate { min: 0, max: 1000 }),
        spoof_check: Some(false),
        trust: Some(true),
        link_state: Some(LinkState::Auto),
        ..VfSettings::default()
    };
    VfState {
        vf: number,
        address: format!("0000:03:00.{}", number + 1),
        instance: Some(u64::from(number) + 70),
        driver: Some(if number == 0 { "vfio-pci" } else { "own" }.into()),
        driver_override: None,
        settings,
    }
}

/// A device of that driver in a mode, with VFs, on a kernel.
pub(super) fn snapshot(
    driver: &str,
    mode: EswitchMode,
    vfs: u32,
    kernel: (u32, u32),
) -> Snapshot {
    let device: Handle = "pci/03:00.0".parse().unwrap();
    let state = State {
        device: device.clone(),
        driver: Some(driver.into()),
        eswitch: mode.into(),
        sriov: Some(SriovState { vfs, autoprobe: Some(true) }),
        vfs: (0..vfs).map(vf).collect(),
        settings_complete: true,
        netdevs: Vec::new(),
        functions: Vec::new(),
        sfs: Vec::new(),
        uplinks: Vec::new(),
        representors: Vec::new(),
    };
    let device = DeviceFacts {
        handle: device,
        driver: Some(driver.into()),
        numa_node: None,
        eswitch: EswitchState::None,
        ports: Vec::new(),
        sriov: None,
        vfs: Vec::new(),
        sfs: Vec::new(),
        base: None,
        aliases: Vec::new(),
    };
    Snapshot {
        kernel,
        device,
        links: Vec::new(),
        state,
        uplinks: Vec::new(),
        representors: Vec::new(),
        vf_netdevs: Vec::new(),
        vfs_elsewhere: Vec::new(),
        sfs: Vec::new(),
        sfs_elsewhere: Vec::new(),
        rates: Vec::new(),
        rules: Vec::new(),
        ipsec: Vec::new(),
        traps: Vec::new(),
        default_routes: Vec::new(),
        addresses: Vec::new(),
        holders: Vec::new(),
        rdma: Vec::new(),
        multiport: false,
        channels: Vec::new(),
        stranded: Vec::new(),
        sfs_without_netdev: Vec::new(),
        siblings: Vec::new(),
        lag: None,
        claims: Vec::new(),
        unread: Vec::new(),
        steering: None,
        tc_offload: Vec::new(),
        damage: Vec::new(),
        iommu: true,
    }
}

pub(super) fn request(mode: EswitchMode, vfs: Option<u32>) -> Request {
    let (settings, lasting) = (Settings::default(), Lasting::default());
    Request { mode, vfs, force: Vec::new(), settings, lasting, binding: Binding::Kept }
}

/// The steps as words, numbers of VFs and modes among them.
fn words(steps: &[Step]) -> String {
    let word = |step: &Step| match &step.action {
        Action::SetAutoprobe { to, .. } => format!("autoprobe={}", u8::from(*to)),
        Action::SetVfs { to, .. } => format!("vfs={to}"),
        Action::SetMode { to, .. } => to.to_string(),
        other => other.word().replace("wait-for-representors", "wait"),
    };
    steps.iter().map(word).collect::<Vec<_>>().join(" ")
}

fn steps_of(
    driver: &str,
    kernel: (u32, u32),
    from: EswitchMode,
    now: u32,
    to: EswitchMode,
    vfs: Option<u32>,
) -> String {
    let snapshot = snapshot(driver, from, now, kernel);
    words(&Plan::new(&snapshot, &request(to, vfs), None).steps)
}

#[test]
fn each_driver_has_its_order() {
    let new = (6, 12);
    for (driver, kernel, from, now, to, vfs, due) in [
        ("mlx5_core", new, LEGACY, 0, SWITCHDEV, None, "switchdev wait"),
        (
            "mlx5_core",
            new,
            LEGACY,
            2,
            SWITCHDEV,
            None,
            "switchdev restore-vf-settings wait",
        ),
        (
            "mlx5_core",
            new,
            LEGACY,
            0,
            SWITCHDEV,
            Some(4),
            "autoprobe=0 switchdev vfs=4 autoprobe=1 bind-vfs wait",
        ),
        (
            "mlx5_core",
            new,
            LEGACY,
            2,
            SWITCHDEV,
            Some(4),
            "autoprobe=0 vfs=0 switchdev vfs=4 restore-vf-settings autoprobe=1 bind-vfs wait",
        ),
        ("mlx5_core", new, LEGACY, 2, SWITCHDEV, Some(0), "vfs=0 switchdev wait"),
        ("mlx5_core", new, SWITCHDEV, 2, SWITCHDEV, None, ""),
        ("mlx5_core", new, SWITCHDEV, 2, SWITCHDEV, Some(2), ""),
        ("ice", new, LEGACY, 0, SWITCHDEV, None, "switchdev wait"),
        (
            "ice",
            new,
            LEGACY,
            2,
            SWITCHDEV,
            None,
            "autoprobe=0 vfs=0 switchdev vfs=2 restore-vf-settings autoprobe=1 bind-vfs wait",
        ),
    ] {
        assert_eq!(
            steps_of(driver, kernel, from, now, to, vfs),
            due,
            "{driver} {now} {vfs:?}"
        );
    }
}

/// Its number of VFs written in switchdev mode makes the driver wait for itself with
/// RTNL held, on every kernel.
#[test]
fn bnxt_changes_its_vfs_in_legacy_alone() {
    let switch = "restore-vf-settings autoprobe=1 bind-vfs wait";
    for kernel in [(6, 1), (6, 12)] {
        for (from, now, to, vfs, due) in [
            (
                LEGACY,
                0,
                SWITCHDEV,
                Some(2),
                "autoprobe=0 vfs=2 switchdev autoprobe=1 bind-vfs wait".to_owned(),
            ),
            (
                LEGACY,
                2,
                SWITCHDEV,
                Some(4),
                format!("autoprobe=0 vfs=0 vfs=4 switchdev {switch}"),
            ),
            (LEGACY, 2, SWITCHDEV, None, "switchdev restore-vf-settings wait".into()),
            (SWITCHDEV, 2, LEGACY, None, "legacy restore-vf-settings wait".into()),
            (SWITCHDEV, 2, LEGACY, Some(0), "legacy vfs=0 wait".into()),
            (
                SWITCHDEV,
                2,
                LEGACY,
                Some(3),
                format!("autoprobe=0 legacy vfs=0 vfs=3 {switch}"),
            ),
            (
                SWITCHDEV,
                2,
                SWITCHDEV,
                Some(3),
                format!("autoprobe=0 legacy vfs=0 vfs=3 switchdev {switch}"),
            ),
        ] {
            assert_eq!(
                steps_of("bnxt_en", kernel, from, now, to, vfs),
                due,
                "{kernel:?}"
            );
        }
    }
    // Wherever it ends, the way back writes no number in switchdev mode either.
    let snapshot = snapshot("bnxt_en", SWITCHDEV, 2, (6, 12));
    let steps = Plan::new(&snapshot, &request(SWITCHDEV, Some(3)), None).steps;
    for begun in 0..=steps.len() {
        let mut mode = if begun > 1 { LEGACY } else { SWITCHDEV };
        if begun > 4 {
            mode = SWITCHDEV;
        }
        for step in Plan::undo(&snapshot.state, &steps, begun) {
            match step.action {
                Action::SetMode { to, .. } => mode = to,
                Action::SetVfs { .. } => assert_eq!(mode, LEGACY, "{begun}"),
                _ => {}
            }
        }
        assert_eq!(mode, SWITCHDEV);
    }
}

#[test]
fn what_was_begun_is_undone_in_reverse_and_all_is_given_back() {
    let snapshot = snapshot("ice", LEGACY, 2, (6, 12));
    let steps = Plan::new(&snapshot, &request(SWITCHDEV, None), None).steps;
    let back = |begun| words(&Plan::undo(&snapshot.state, &steps, begun));
    let tail = "legacy restore-vf-settings restore-functions";
    let rest = "wait restore-netdevs";
    assert_eq!(back(0), format!("{tail} {rest}"));
    assert_eq!(back(2), format!("vfs=2 autoprobe=1 {tail} bind-vfs {rest}"));
    assert_eq!(
        back(steps.len()),
        format!("autoprobe=0 vfs=0 legacy vfs=2 autoprobe=1 {tail} bind-vfs {rest}")
    );
}

#[test]
fn a_mode_step_alone_is_undone_by_one_step() {
    let snapshot = snapshot("mlx5_core", LEGACY, 2, (6, 12));
    let steps = Plan::new(&snapshot, &request(SWITCHDEV, None), None).steps;
    assert!(words(&steps).starts_with("switchdev "));
    let back = words(&Plan::undo(&snapshot.state, &steps, 1));
    assert_eq!(back.matches("legacy").count(), 1, "{back}");
}

#[test]
fn vfs_that_were_to_go_for_ever_come_back_without_a_driver_first() {
    let snapshot = snapshot("mlx5_core", LEGACY, 2, (6, 12));
    let steps = Plan::new(&snapshot, &request(SWITCHDEV, Some(0)), None).steps;
    assert_eq!(words(&steps), "vfs=0 switchdev wait");
    let back = words(&Plan::undo(&snapshot.state, &steps, 2));
    assert!(back.starts_with("autoprobe=0 legacy vfs=2 autoprobe=1 legacy"), "{back}");
}

#[test]
fn steps_survive_the_journal() {
    for driver in ["mlx5_core", "ice", "netdevsim", "other"] {
        let snapshot = snapshot(driver, LEGACY, 2, (6, 12));
        let plan = Plan::new(&snapshot, &request(SWITCHDEV, Some(3)), None);
        let json = serde_json::to_string(&plan.steps).unwrap();
        assert_eq!(serde_json::from_str::<Vec<Step>>(&json).unwrap(), plan.steps);
        let json: serde_json::Value = serde_json::to_value(&plan).unwrap();
        for step in json["steps"].as_array().unwrap() {
            for key in ["step", "target", "from", "to", "undo"] {
                assert!(step.get(key).is_some(), "{step} has no {key}");
            }
        }
    }
}

/// The settings that a plan gives a VF.
fn given(plan: &Plan, number: u32) -> VfSettings {
    let of = |step: &Step| match &step.action {
        Action::RestoreVfSettings { to, .. } => {
            Some(to.iter().find(|of| of.vf == number)?.settings.clone())
        }
        _ => None,
    };
    plan.steps.iter().find_map(of).unwrap_or_default()
}

#[test]
fn what_switchdev_has_no_form_for_is_said_kept_and_given_back() {
    let legacy = snapshot("mlx5_core", LEGACY, 2, (6, 12));
    let there = Plan::new(&legacy, &request(SWITCHDEV, None), None);
    let finding = &there.findings[0];
    assert_eq!(
        (finding.code, finding.severity, finding.evidence[1].as_str()),
        ("config-not-expressible", Severity::Warn, "VF 1: VLAN, trust")
    );
    let settings = given(&there, 1);
    assert!(settings.mac.is_some() && settings.rate.is_some());
    assert_eq!((settings.vlan, settings.trust), (None, None));
    // In switchdev the MAC was changed, and the VLAN is told as none.
    let mut switchdev = snapshot("mlx5_core", SWITCHDEV, 2, (6, 12));
    let mac = MacAddress(vec![2, 9, 9, 9, 9, 9]);
    for vf in &mut switchdev.state.vfs {
        vf.settings.mac = Some(mac.clone());
        vf.settings.vlan = Some(Vlan { id: 0, qos: 0, protocol: 0x8100 });
        vf.settings.trust = Some(false);
    }
    let back = |switchdev: &Snapshot| {
        let plan = Plan::new(switchdev, &request(LEGACY, None), Some(&there.stash));
        given(&plan, 1)
    };
    let settings = back(&switchdev);
    assert_eq!(settings.mac, Some(mac));
    assert_eq!(settings.vlan.unwrap().id, 101);
    assert_eq!(settings.trust, Some(true));
    let plan = Plan::new(&switchdev, &request(LEGACY, None), Some(&there.stash));
    let stashed = plan.steps.iter().find_map(|step| match &step.action {
        Action::RestoreVfSettings { to, .. } => Some(to[1].stashed.clone()),
        _ => None,
    });
    let due = [VfField::Vlan, VfField::SpoofCheck, VfField::Trust, VfField::LinkState];
    assert_eq!(stashed.unwrap(), due);
    // Another VF at the same place has none of it.
    switchdev.state.vfs[1].instance = Some(1);
    assert_eq!(back(&switchdev).vlan.unwrap().id, 0);
}

#[test]
fn a_link_state_that_representors_make_is_not_taken_to_legacy() {
    let legacy = snapshot("ice", LEGACY, 2, (6, 12));
    let there = Plan::new(&legacy, &request(SWITCHDEV, None), None);
    assert_eq!(given(&there, 1).link_state, None);
    let mut switchdev = snapshot("ice", SWITCHDEV, 2, (6, 12));
    for vf in &mut switchdev.state.vfs {
        vf.settings.link_state = Some(LinkState::Enable);
    }
    let back = Plan::new(&switchdev, &request(LEGACY, None), Some(&there.stash));
    assert_eq!(given(&back, 1).link_state, Some(LinkState::Auto));
}

#[test]
fn force_takes_exactly_the_finding_that_it_names() {
    let mut snapshot = snapshot("mlx5_core", LEGACY, 2, (6, 12));
    snapshot.traps = vec!["ingress_vlan_filter".into()];
    snapshot.holders = vec![crate::model::Holder {
        of: Held::Vf(0),
        kind: crate::model::HolderKind::Vfio,
        path: "/dev/vfio/7".into(),
        processes: vec!["qemu (12)".into()],
    }];
    let refusals = |vfs, force: &[&str]| -> Vec<&str> {
        let force = force.iter().map(ToString::to_string).collect();
        let plan =
            Plan::new(&snapshot, &Request { force, ..request(SWITCHDEV, vfs) }, None);
        let findings = plan.findings.iter();
        findings.filter(|of| of.severity == Severity::Refuse).map(|of| of.code).collect()
    };
    assert_eq!(refusals(None, &[]), ["vf-in-use", "traps-active"]);
    assert_eq!(refusals(None, &["vf-in-use"]), ["traps-active"]);
    assert_eq!(refusals(None, &["traps-active", "vf-in-use"]), [""; 0]);
    // A VF that a process holds cannot be made to go.
    assert_eq!(refusals(Some(1), &["traps-active", "vf-in-use"]), ["vf-in-use"]);
}

#[test]
fn representors_are_given_back_only_to_the_vfs_that_they_were_of() {
    let mut stash = snapshot("mlx5_core", SWITCHDEV, 2, (6, 12)).state;
    let rep = |number| NetdevState {
        key: PortKey {
            place: crate::model::Place::vf_rep(0, Some(0), number),
            port: None,
        },
        name: Some(format!("enp3s0r{number}")),
        altnames: Vec::new(),
        mtu: Some(9000),
        up: true,
        master: Some("br0".into()),
    };
    stash.netdevs = vec![rep(0), rep(1)];
    stash.vfs[1].instance = Some(1);
    let legacy = snapshot("mlx5_core", LEGACY, 2, (6, 12));
    let plan = Plan::new(&legacy, &request(SWITCHDEV, None), Some(&stash));
    let Some(Action::RestoreNetdevs { to, .. }) = plan.steps.last().map(|of| &of.action)
    else {
        panic!("{}", words(&plan.steps))
    };
    let of =
        |netdev: &NetdevState| (netdev.key.place.vf, netdev.name.clone(), netdev.mtu);
    // Not their names: those are today's policy's.
    assert_eq!(to.iter().map(of).collect::<Vec<_>>(), [(Some(0), None, Some(9000))]);
}

#[test]
fn a_broken_eswitch_is_not_changed_further() {
    let mut snapshot = snapshot("mlx5_core", LEGACY, 2, (6, 12));
    let damage = |kind| crate::model::Damage {
        kind,
        evidence: "port auxiliary/mlx5_core.eth.0/65535 has no type".into(),
    };
    let refused = |snapshot: &Snapshot, mode, vfs, force: &[&str]| {
        let force = force.iter().map(ToString::to_string).collect();
        let plan = Plan::new(snapshot, &Request { force, ..request(mode, vfs) }, None);
        plan.refusal().map(|finding| finding.code)
    };
    snapshot.damage = vec![damage(DamageKind::Forwarding)];
    assert_eq!(refused(&snapshot, SWITCHDEV, None, &[]), Some("eswitch-broken"));
    // A switch that succeeds mends the forwarding, and so do new VFs.
    assert_eq!(refused(&snapshot, SWITCHDEV, None, &["eswitch-broken"]), None);
    assert_eq!(refused(&snapshot, LEGACY, Some(3), &[]), None);
    for kind in [DamageKind::UplinkGone, DamageKind::UplinkStale] {
        snapshot.damage = vec![damage(DamageKind::Forwarding), damage(kind)];
        for vfs in [None, Some(3)] {
            let found = refused(&snapshot, SWITCHDEV, vfs, &["eswitch-broken"]);
            assert_eq!(found, Some("eswitch-broken"));
        }
    }
    let plan = Plan::new(&snapshot, &request(SWITCHDEV, None), None);
    assert!(plan.refusal().unwrap().remedy.contains("reboot the machine"));
}

fn representor(number: u32) -> NetdevState {
    let key =
        PortKey { place: crate::model::Place::vf_rep(0, Some(0), number), port: None };
    NetdevState {
        key,
        name: Some(format!("enp3s0r{number}")),
        altnames: vec![format!("port-of-vm-{number}")],
        mtu: Some(9000),
        up: true,
        master: Some("br0".into()),
    }
}

fn function(number: u32) -> FunctionSettings {
    FunctionSettings {
        key: representor(number).key,
        hw_addr: Some(MacAddress(vec![2, 0, 0, 0, 9, number as u8])),
        caps: crate::model::FunctionCaps { roce: Some(false), ..Default::default() },
        max_io_eqs: Some(32),
        tx_share: None,
        tx_max: Some(125_000_000),
        tx_priority: Some(3),
        tx_weight: None,
        rate_parent: Some("gold".into()),
    }
}

/// What a plan gives representors and functions.
fn given_to_ports(plan: &Plan) -> (Vec<NetdevState>, Vec<FunctionSettings>) {
    let (mut netdevs, mut functions) = (Vec::new(), Vec::new());
    for step in &plan.steps {
        match &step.action {
            Action::RestoreNetdevs { to, .. } => netdevs.extend(to.clone()),
            Action::RestoreFunctions { to, .. } => functions.extend(to.clone()),
            _ => {}
        }
    }
    netdevs.retain(|netdev| netdev.key.place.role == Role::VfRep);
    (netdevs, functions)
}

#[test]
fn another_number_of_vfs_in_switchdev_keeps_what_the_ports_had() {
    let mut snapshot = snapshot("mlx5_core", SWITCHDEV, 2, (6, 12));
    snapshot.state.netdevs = vec![representor(0), representor(1)];
    snapshot.state.functions = vec![function(0), function(1)];
    // What was put away at an earlier time in this mode does not matter.
    let mut old = snapshot.state.clone();
    old.netdevs[0].master = Some("br-old".into());
    let (netdevs, functions) =
        given_to_ports(&Plan::new(&snapshot, &request(SWITCHDEV, Some(4)), Some(&old)));
    assert_eq!(netdevs, [representor(0), representor(1)]);
    // The MAC is that of the PF's netdev too, which the VFs get before.
    let own = FunctionSettings { hw_addr: None, ..function(0) };
    assert_eq!(functions[0], own);
    // The limits as well, where the netdev has overridden what devlink was asked for.
    snapshot.state.vfs[0].settings.rate = Some(TxRate { min: 0, max: 300 });
    let plan = Plan::new(&snapshot, &request(SWITCHDEV, Some(4)), Some(&old));
    let overridden = FunctionSettings { tx_max: None, ..own };
    assert_eq!(given_to_ports(&plan).1[0], overridden);
    let undo = Plan::undo(&snapshot.state, &plan.steps, plan.steps.len());
    let given = undo.iter().find_map(|step| match &step.action {
        Action::RestoreFunctions { to, .. } => Some(to.clone()),
        _ => None,
    });
    let due = [FunctionSettings { tx_max: None, ..function(0) }, function(1)];
    assert_eq!(given.unwrap(), due);
    let fewer = Plan::new(&snapshot, &request(SWITCHDEV, Some(1)), None);
    assert_eq!(given_to_ports(&fewer).0, [representor(0)]);
    // A function's driver reads what it may do when it is bound.
    let words = words(&fewer.steps);
    assert!(words.find("restore-functions") < words.find("bind-vfs"), "{words}");
    snapshot.state.driver = Some("bnxt_en".into());
    let plan = Plan::new(&snapshot, &request(SWITCHDEV, Some(3)), None);
    assert_eq!(given_to_ports(&plan).0.len(), 2);
}

#[test]
fn the_scheduler_of_ice_is_another_setting_than_the_rate_of_a_vf() {
    let mut stash = snapshot("ice", SWITCHDEV, 2, (6, 12)).state;
    stash.functions = vec![function(0)];
    let legacy = snapshot("ice", LEGACY, 2, (6, 12));
    let plan = Plan::new(&legacy, &request(SWITCHDEV, None), Some(&stash));
    let (_, functions) = given_to_ports(&plan);
    assert_eq!(functions[0].tx_max, Some(125_000_000));
    assert_eq!(functions[0].tx_priority, Some(3));
}

#[test]
fn a_stash_is_dropped_when_others_have_changed_the_mode_since() {
    let mut stash = snapshot("mlx5_core", LEGACY, 2, (6, 12)).state;
    stash.representors = vec![10, 11];
    let mut switchdev = snapshot("mlx5_core", SWITCHDEV, 2, (6, 12));
    switchdev.state.vfs[1].settings.vlan =
        Some(Vlan { id: 200, qos: 0, protocol: 0x8100 });
    let vlan = |switchdev: &Snapshot| {
        let plan = Plan::new(switchdev, &request(LEGACY, None), Some(&stash));
        given(&plan, 1).vlan.unwrap().id
    };
    switchdev.representors = vec![11];
    assert_eq!(vlan(&switchdev), 101);
    switchdev.representors = vec![12, 13];
    assert_eq!(vlan(&switchdev), 200);
}

#[test]
fn a_rebuild_starts_the_driver_anew_before_anything_else() {
    const RESTORE: &str = "restore-vf-settings";
    let words = |driver: &str, mode, from, reload| -> Vec<&str> {
        let state = snapshot(driver, mode, 2, (6, 12)).state;
        let left = Remains { mode: from, vfs: 2, autoprobe: Some(true), reload };
        let plan = Plan::rebuild(&state, &left, (6, 12));
        assert_eq!((plan.from, plan.to), (from, mode));
        plan.steps.iter().map(|step| step.action.word()).collect()
    };
    // Another mode set, or VFs that go, can crash the kernel while the netdev is gone.
    let gone = words("mlx5_core", SWITCHDEV, SWITCHDEV, true);
    // VLANs are set in legacy mode, for the way back from switchdev.
    assert_eq!(
        gone[..6],
        ["reload-driver", "set-autoprobe", "set-vfs", "set-vfs", RESTORE, "set-mode"]
    );
    assert_eq!(gone[6], RESTORE);
    let end = ["wait-for-representors", "restore-netdevs"];
    assert_eq!(gone[gone.len() - 2..], end);
    // New VFs alone bring the forwarding of legacy mode.
    let lost = words("mlx5_core", LEGACY, LEGACY, false);
    assert_eq!(lost[..3], ["set-autoprobe", "set-vfs", "set-vfs"]);
    assert!(!lost.contains(&"set-mode") && !lost.contains(&"reload-driver"));
    // Where VFs are changed in legacy mode alone, they come before the mode.
    let bnxt = words("bnxt_en", SWITCHDEV, LEGACY, true);
    assert_eq!(
        bnxt[..5],
        ["reload-driver", "set-autoprobe", "set-vfs", "set-vfs", "set-mode"]
    );
    // What the change had added goes, where there were no VFs before it.
    let none = snapshot("mlx5_core", LEGACY, 0, (6, 12)).state;
    let left = Remains { mode: SWITCHDEV, vfs: 2, autoprobe: Some(false), reload: true };
    let plan = Plan::rebuild(&none, &left, (6, 12));
    let sriov = plan.steps.iter().filter_map(|step| match step.action {
        Action::SetVfs { from, to } => Some((from, to)),
        Action::SetAutoprobe { from, to } => Some((from.into(), to.into())),
        _ => None,
    });
    assert_eq!(sriov.collect::<Vec<_>>(), [(2, 0), (0, 1)]);
}
