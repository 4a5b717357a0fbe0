// SPDX-License-Identifier: MIT OR Apache-2.0
//! What is found before a change, driver by driver.

use super::*;
use crate::{
    model::{
        Claim, Function, FunctionDetails, FunctionState, Held, Holder, HolderKind,
        InlineMode, OpState, PortHandle, Program, Rate, RateKind, Rule, Sf, TcOffload,
        VfSettings,
    },
    plan::{
        Lasting, Plan, Settings, SfWanted, Sfs,
        tests::{LEGACY, SWITCHDEV, request, snapshot},
    },
};

/// The codes of a plan, refusals with an exclamation mark.
fn codes(snapshot: &Snapshot, mode: EswitchMode, vfs: Option<u32>) -> Vec<String> {
    let plan = Plan::new(snapshot, &request(mode, vfs), None);
    let code = |finding: &Finding| match finding.severity {
        Severity::Refuse => format!("{}!", finding.code),
        Severity::Warn => finding.code.to_owned(),
    };
    plan.findings.iter().map(code).collect()
}

fn has(snapshot: &Snapshot, mode: EswitchMode, vfs: Option<u32>, code: &str) -> bool {
    codes(snapshot, mode, vfs).iter().any(|found| found == code)
}

fn evidence(snapshot: &Snapshot, mode: EswitchMode, code: &str) -> Vec<String> {
    let plan = Plan::new(snapshot, &request(mode, None), None);
    let mut findings = plan.findings.into_iter();
    findings
        .find(|finding| finding.code == code)
        .map(|of| of.evidence)
        .unwrap_or_default()
}

fn link(ifindex: u32, name: &str, kind: Option<&str>, master: Option<u32>) -> Link {
    let (name, kind) = (name.to_owned(), kind.map(str::to_owned));
    Link { ifindex, name, kind, master, up: true, ..Link::default() }
}

/// A device with its uplink, of index 5, in a bridge or the like of index 9.
fn with_master(driver: &str, mode: EswitchMode, kind: &str) -> Snapshot {
    let mut snapshot = snapshot(driver, mode, 2, (6, 12));
    let master = (!kind.is_empty()).then_some(9);
    snapshot.links =
        vec![link(5, "enp3s0np0", None, master), link(9, "over", Some(kind), None)];
    snapshot.uplinks = vec![5];
    snapshot
}

fn node(name: &str) -> Rate {
    Rate {
        device: "pci/03:00.0".parse().unwrap(),
        kind: RateKind::Node(name.into()),
        tx_share: None,
        tx_max: None,
        tx_priority: None,
        tx_weight: None,
        parent: None,
    }
}

/// A device with an active SF of that controller, whose netdev is here.
fn with_sf(driver: &str, controller: u32) -> Snapshot {
    let mut snapshot = snapshot(driver, SWITCHDEV, 0, (6, 12));
    let sf = Sf {
        number: 88,
        controller,
        pf: Some(0),
        port: PortHandle { device: snapshot.state.device.clone(), index: 0x8000 },
        state: Some(FunctionState::Active),
        opstate: Some(OpState::Attached),
        mac: None,
        roce: None,
        representor: None,
        function: (controller == 0).then(|| Function {
            address: "mlx5_core.sf.4".into(),
            driver: Some("mlx5_core.sf".into()),
            netdev: Some("own88".into()),
            mac: None,
            state: Some(FunctionState::Active),
            link_type: None,
            details: FunctionDetails::default(),
        }),
    };
    snapshot.links = vec![link(21, "own88", None, None)];
    snapshot.state.sfs = vec![sf.as_state()];
    snapshot.sfs = vec![sf];
    snapshot
}

#[test]
fn rate_nodes_that_would_go_with_the_vfs_are_found() {
    let mut mlx5 = snapshot("mlx5_core", SWITCHDEV, 2, (6, 12));
    mlx5.rates = vec![node("gold")];
    assert!(has(&mlx5, LEGACY, None, "rate-nodes!"));
    assert!(has(&mlx5, SWITCHDEV, Some(4), "rate-nodes!"));
    let mut ice = snapshot("ice", SWITCHDEV, 2, (6, 12));
    ice.rates = vec![node("node_25"), node("node_0")];
    assert!(!has(&ice, LEGACY, None, "rate-nodes!"));
    assert!(!has(&ice, SWITCHDEV, Some(4), "rate-nodes!"));
    ice.rates.push(node("gold"));
    assert_eq!(evidence(&ice, LEGACY, "rate-nodes"), ["gold"]);
    // Those of the driver stay as long as a representor is there, and must not be deleted.
    ice.rates.pop();
    ice.state.sriov = None;
    let plan = Plan::new(&ice, &request(LEGACY, None), None);
    let nodes =
        plan.findings.iter().find(|finding| finding.code == "rate-nodes").unwrap();
    assert!(!nodes.remedy.contains("rate del"), "{}", nodes.remedy);
    // They go with the SFs.
    let mut ice = with_sf("ice", 0);
    ice.rates = vec![node("node_0")];
    assert!(!has(&ice, LEGACY, None, "rate-nodes!"));
}

#[test]
fn an_uplink_in_a_bridge_keeps_ice_from_making_vfs() {
    for kind in ["bridge", "openvswitch"] {
        let ice = with_master("ice", LEGACY, kind);
        assert!(has(&ice, SWITCHDEV, Some(2), "uplink-in-bridge!"), "{kind}");
        assert!(!has(&ice, SWITCHDEV, Some(0), "uplink-in-bridge!"));
        let mlx5 = with_master("mlx5_core", LEGACY, kind);
        assert!(!has(&mlx5, SWITCHDEV, None, "uplink-in-bridge!"));
    }
    let ice = with_master("ice", SWITCHDEV, "bridge");
    assert!(has(&ice, SWITCHDEV, Some(4), "uplink-in-bridge!"));
}

#[test]
fn queues_in_channels_keep_ice_from_switching() {
    let mut ice = with_master("ice", LEGACY, "");
    ice.channels = vec![5];
    assert!(has(&ice, SWITCHDEV, None, "adq-active!"));
    ice.channels = vec![6];
    assert!(!has(&ice, SWITCHDEV, None, "adq-active!"));
}

#[test]
fn sfs_go_with_the_mode_where_nobody_uses_them() {
    for driver in ["ice", "mlx5_core"] {
        assert!(has(&with_sf(driver, 0), LEGACY, None, "sf-lost"), "{driver}");
        // Who uses one of another host cannot be seen.
        assert!(has(&with_sf(driver, 1), LEGACY, None, "sf-lost!"), "{driver}");
        let used = |using: &dyn Fn(&mut Snapshot)| {
            let mut snapshot = with_sf(driver, 0);
            using(&mut snapshot);
            has(&snapshot, LEGACY, None, "sf-in-use!")
        };
        assert!(!used(&|_| {}));
        assert!(used(&|of| of.addresses = vec![(21, "192.0.2.1/24".into())]));
        assert!(used(&|of| of.sfs_elsewhere = vec![88]));
        assert!(used(&|of| of.holders = vec![holder(Held::Sf(88), HolderKind::Vdpa)]));
        assert!(used(&|of| {
            of.links[0].master = Some(9);
            of.links.push(link(9, "br0", Some("bridge"), None));
        }));
    }
}

/// A request for SFs alone, in the present mode.
fn of_sfs(snapshot: &Snapshot, wanted: &[u32], unwanted: &[u32]) -> Request {
    let wanted =
        wanted.iter().map(|number| SfWanted { number: *number, ..SfWanted::default() });
    let unwanted = unwanted.iter().map(|number| (0, *number)).collect();
    let sfs = Sfs { wanted: wanted.collect(), unwanted };
    let settings = Settings { sfs, ..Settings::default() };
    Request { settings, ..request(snapshot.state.eswitch.mode, None) }
}

#[test]
fn a_change_of_sfs_alone_is_kept_back_by_what_concerns_them_alone() {
    let codes = |snapshot: &Snapshot, wanted: &[u32], unwanted: &[u32]| -> Vec<&str> {
        let plan = Plan::new(snapshot, &of_sfs(snapshot, wanted, unwanted), None);
        assert!(!plan.steps.is_empty());
        plan.findings.iter().map(|finding| finding.code).collect()
    };
    let mut mlx5 = with_sf("mlx5_core", 0);
    mlx5.rules = vec![Rule { netdev: "rep".into(), kind: "flower".into(), count: 3 }];
    mlx5.holders = vec![holder(Held::Vf(1), HolderKind::Vfio)];
    assert_eq!(codes(&mlx5, &[5], &[]), [""; 0]);
    assert_eq!(codes(&mlx5, &[], &[88]), [""; 0]);
    mlx5.holders.push(holder(Held::Sf(88), HolderKind::Rdma));
    assert_eq!(codes(&mlx5, &[5], &[]), [""; 0]);
    assert_eq!(codes(&mlx5, &[], &[88]), ["sf-in-use"]);
    let legacy = snapshot("mlx5_core", LEGACY, 0, (6, 12));
    assert_eq!(codes(&legacy, &[5], &[]), ["sf-needs-switchdev"]);
    let bnxt = snapshot("bnxt_en", SWITCHDEV, 0, (6, 12));
    assert_eq!(codes(&bnxt, &[5], &[]), ["sf-unsupported"]);
    let ice = snapshot("ice", SWITCHDEV, 0, (6, 1));
    assert_eq!(codes(&ice, &[5], &[]), ["sf-unsupported"]);
    let unknown = snapshot("new_nic", SWITCHDEV, 0, (6, 1));
    assert_eq!(codes(&unknown, &[5], &[]), [""; 0]);
}

#[test]
fn a_mode_that_does_not_exist_is_left_and_never_set() {
    let ice = snapshot("ice", EswitchMode::Unknown(23130), 2, (6, 12));
    assert!(has(&ice, SWITCHDEV, None, "mode-unsupported!"));
    let steps = Plan::new(&ice, &request(SWITCHDEV, None), None).steps;
    let back = Plan::undo(&ice.state, &steps, steps.len());
    let unknown = |step: &Step| match step.action {
        Action::SetMode { to, .. } | Action::WaitForRepresentors { to, .. } => {
            matches!(to, EswitchMode::Unknown(_))
        }
        _ => false,
    };
    assert!(!back.iter().any(unknown), "{back:?}");
}

#[test]
fn the_way_out_is_found_behind_bridges_vrfs_and_open_vswitch() {
    let over = |kind: &str, route: u32| {
        let mut snapshot = with_master("mlx5_core", LEGACY, kind);
        snapshot.links.push(link(10, "br-ex", Some("openvswitch"), None));
        snapshot.default_routes = vec![route];
        evidence(&snapshot, SWITCHDEV, "default-route")
    };
    assert_eq!(over("openvswitch", 10), ["default route over br-ex"]);
    assert_eq!(over("bridge", 9), ["default route over over"]);
    assert_eq!(over("bridge", 10), [""; 0]);
    assert_eq!(over("vrf", 9), ["default route over over"]);
    // It may be over a VF as well, whose packets go elsewhere after the change.
    let mut snapshot = with_master("mlx5_core", LEGACY, "");
    snapshot.links.push(link(20, "enp3s0v0", None, None));
    snapshot.vf_netdevs = vec![(20, 0)];
    snapshot.default_routes = vec![20];
    assert!(has(&snapshot, SWITCHDEV, None, "default-route!"));
    assert!(has(&snapshot, LEGACY, Some(4), "default-route!"));
}

fn holder(of: Held, kind: HolderKind) -> Holder {
    Holder { of, kind, path: "/dev/x".into(), processes: vec!["qemu (12)".into()] }
}

#[test]
fn users_are_found_however_they_use_a_function() {
    let mut mlx5 = snapshot("mlx5_core", LEGACY, 2, (6, 12));
    for kind in [HolderKind::Vfio, HolderKind::Rdma, HolderKind::Vdpa, HolderKind::Uio] {
        mlx5.holders = vec![holder(Held::Vf(1), kind)];
        assert!(has(&mlx5, SWITCHDEV, None, "vf-in-use!"));
        let force = vec!["vf-in-use".to_owned()];
        let forced = Request { force, ..request(SWITCHDEV, Some(4)) };
        let waits = Plan::new(&mlx5, &forced, None).refusal().is_some();
        // The kernel waits for those that hold a VF through VFIO or vDPA.
        assert_eq!(waits, matches!(kind, HolderKind::Vfio | HolderKind::Vdpa));
    }
    mlx5.holders = vec![holder(Held::Pf, HolderKind::Rdma)];
    mlx5.rdma = vec!["mlx5_0".into()];
    let found = codes(&mlx5, SWITCHDEV, None);
    assert_eq!(found[0], "rdma-in-use!");
    assert!(found.contains(&"rdma-interrupted".into()), "{found:?}");
    assert!(found.contains(&"link-interrupted".into()), "{found:?}");
    mlx5.state.driver = Some("bnxt_en".into());
    assert!(!has(&mlx5, SWITCHDEV, None, "rdma-in-use!"));
}

/// What else is declared of a device does not disturb its VFs and rules; rules hold off
/// what the driver refuses because of them.
#[test]
fn users_and_rules_stand_in_the_way_of_what_disturbs_them_only() {
    let mut mlx5 = with_master("mlx5_core", SWITCHDEV, "");
    mlx5.state.eswitch.inline_mode = Some(InlineMode::Link);
    mlx5.tc_offload = vec![(5, TcOffload::On)];
    mlx5.representors = vec![9];
    mlx5.links[1].up = false;
    mlx5.holders = vec![holder(Held::Vf(1), HolderKind::Vfio)];
    mlx5.rules = vec![Rule { netdev: "rep0".into(), kind: "flower".into(), count: 1 }];
    mlx5.state.settings_complete = false;
    let found = |settings: Settings| {
        let request = Request { settings, ..request(SWITCHDEV, None) };
        let plan = Plan::new(&mlx5, &request, None);
        assert!(!plan.steps.is_empty());
        plan.findings.iter().map(|finding| finding.code).collect::<Vec<_>>()
    };
    let default = Settings::default;
    assert_eq!(found(Settings { autoprobe: Some(false), ..default() }), [""; 0]);
    assert_eq!(found(Settings { representors_up: Some(true), ..default() }), [""; 0]);
    let inline_mode = Some(InlineMode::Network);
    assert_eq!(found(Settings { inline_mode, ..default() }), ["tc-rules-offloaded"]);
    assert_eq!(
        found(Settings { tc_offload: Some(false), ..default() }),
        ["tc-rules-offloaded"]
    );
}

/// A VF that gets another driver is taken from whoever uses it, and no other VF is.
#[test]
fn users_of_a_vf_stand_in_the_way_of_another_driver_for_it() {
    let mut mlx5 = snapshot("mlx5_core", SWITCHDEV, 3, (6, 12));
    mlx5.links = vec![link(20, "enp3s0v0", None, None)];
    mlx5.vf_netdevs = vec![(20, 0)];
    mlx5.addresses = vec![(20, "192.0.2.1/24".into())];
    mlx5.vfs_elsewhere = vec![1];
    mlx5.holders = vec![holder(Held::Vf(2), HolderKind::Vfio)];
    let plan = |snapshot: &Snapshot, vf: u32, force: &[&str]| {
        let drivers = vec![(vf, Some("another".to_owned()))];
        let settings = Settings { drivers, ..Settings::default() };
        let force = force.iter().map(|code| (*code).to_owned()).collect();
        let request = Request { settings, force, ..request(SWITCHDEV, None) };
        let plan = Plan::new(snapshot, &request, None);
        assert!(!plan.steps.is_empty());
        plan.refusal().map(|of| of.evidence.join("; "))
    };
    for (vf, evidence, can_be_forced) in [
        (0, "VF 0: enp3s0v0 has address 192.0.2.1/24", true),
        (1, "VF 1: its netdev is in another network namespace", true),
        (2, "VF 2: /dev/x held by qemu (12)", false),
    ] {
        assert_eq!(plan(&mlx5, vf, &[]).as_deref(), Some(evidence));
        assert_eq!(plan(&mlx5, vf, &["vf-in-use"]).is_none(), can_be_forced, "{vf}");
    }
    mlx5.state.vfs[1].driver = None;
    assert_eq!(plan(&mlx5, 1, &[]), None);
}

#[test]
fn what_could_not_be_read_stands_in_the_way() {
    let mut mlx5 = snapshot("mlx5_core", LEGACY, 2, (6, 12));
    mlx5.unread = vec!["rates: the kernel refused: EIO".into()];
    assert!(has(&mlx5, SWITCHDEV, None, "unread!"));
    let force = vec!["unread".to_owned()];
    let forced = Request { force, ..request(SWITCHDEV, None) };
    assert_eq!(Plan::new(&mlx5, &forced, None).refusal(), None);
}

#[test]
fn settings_in_another_namespace_are_not_lost() {
    let mut ice = snapshot("ice", LEGACY, 2, (6, 12));
    ice.state.settings_complete = false;
    for vf in &mut ice.state.vfs {
        vf.settings = VfSettings::default();
    }
    assert!(has(&ice, LEGACY, Some(4), "vf-settings-cut-off!"));
    assert!(has(&ice, SWITCHDEV, None, "vf-settings-cut-off!"));
    assert!(evidence(&ice, SWITCHDEV, "vf-settings-cut-off")[0].contains("namespace"));
}

#[test]
fn a_representor_without_its_vf_is_told() {
    let mut ice = snapshot("ice", SWITCHDEV, 0, (6, 12));
    ice.stranded = vec!["enp3s0r0".into()];
    assert!(has(&ice, LEGACY, None, "representor-stranded!"));
    let plan = Plan::new(&ice, &request(LEGACY, None), None);
    let mut findings = plan.findings.iter();
    let told = findings.find(|f| f.code == "representor-stranded").unwrap();
    assert!(told.remedy.starts_with("reboot the machine; before that, do not unbind"));
}

#[test]
fn what_a_change_ends_is_told() {
    let mut mlx5 = snapshot("mlx5_core", SWITCHDEV, 2, (6, 12));
    mlx5.multiport = true;
    assert!(has(&mlx5, LEGACY, None, "multiport-lost"));
    assert!(!has(&mlx5, SWITCHDEV, Some(4), "multiport-lost"));
    // bnxt goes by way of legacy where its VFs change.
    let bnxt = with_master("bnxt_en", SWITCHDEV, "");
    assert!(has(&bnxt, SWITCHDEV, Some(4), "link-interrupted"));
    let mut stash = snapshot("mlx5_core", LEGACY, 2, (6, 12)).state;
    stash.representors = vec![77];
    let plan = Plan::new(&mlx5, &request(LEGACY, None), Some(&stash));
    assert!(plan.findings.iter().any(|finding| finding.code == "stash-dropped"));
}

#[test]
fn only_a_program_that_wants_something_else_than_is_declared_is_refused() {
    let mut mlx5 = snapshot("mlx5_core", LEGACY, 2, (6, 12));
    let found = |mlx5: &Snapshot, declared: bool| {
        let lasting = Lasting { mode: declared, vfs: declared };
        let request = Request { lasting, ..request(SWITCHDEV, Some(4)) };
        let plan = Plan::new(mlx5, &request, None);
        let found = plan.findings.into_iter().find(|of| of.code == "managed-elsewhere");
        found.map(|finding| finding.severity)
    };
    assert_eq!(found(&mlx5, true), None);
    let mut claims = |mode, vfs| {
        let (file, key) = ("f".into(), "k".into());
        let program = Program::Netplan;
        mlx5.claims = vec![Claim { program, file, line: Some(1), key, mode, vfs }];
        (found(&mlx5, true), found(&mlx5, false))
    };
    let (told, refused) = (Some(Severity::Warn), Some(Severity::Refuse));
    assert_eq!(claims(None, None), (told, told));
    assert_eq!(claims(Some(SWITCHDEV), Some(4)), (told, told));
    assert_eq!(claims(Some(LEGACY), None), (refused, told));
    assert_eq!(claims(None, Some(0)), (refused, told));
}
