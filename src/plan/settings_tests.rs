// SPDX-License-Identifier: MIT OR Apache-2.0
//! What is declared for a device, as steps.

use super::tests::{LEGACY, SWITCHDEV, request, snapshot};
use super::*;
use crate::{
    desired::{Actual, Config, Params, Subject, Wanted, difference},
    model::{
        ConfigFile, Device, DeviceDetails, EswitchState, InlineMode, Link, NetdevState,
        Param, ParamMode, ParamType, ParamValue, Place, PortKey, Role, TxRate,
        VfSettings, Vlan,
    },
};

/// The plan for a device that a file declares.
fn plan(snapshot: &Snapshot, text: &str, params: &[Param]) -> Plan {
    let file = ConfigFile { path: "swdevctl.toml".into(), text: text.into() };
    let config = Config::read(&[file]).unwrap();
    let wanted = config.wanted(&subject(snapshot)).unwrap();
    let params = Params { present: params.to_vec(), refused: None };
    let request = Request::declared(&wanted, snapshot, &params, &[]);
    Plan::new(snapshot, &request, None)
}

fn subject(snapshot: &Snapshot) -> Subject {
    Subject::new(&Device {
        handle: snapshot.state.device.clone(),
        bus: "pci".into(),
        address: "0000:03:00.0".into(),
        driver: snapshot.state.driver.clone(),
        numa_node: None,
        eswitch: EswitchState::Unread,
        switch_id: None,
        sriov: None,
        bond: None,
        details: DeviceDetails::default(),
        ports: Vec::new(),
    })
}

fn words(steps: &[Step]) -> String {
    let words: Vec<&str> = steps.iter().map(|step| step.action.word()).collect();
    words.join(" ")
}

fn undone(plan: &Plan) -> String {
    words(&Plan::undo(&plan.state, &plan.steps, plan.steps.len()))
}

#[test]
fn what_is_so_already_is_no_step() {
    let snapshot = snapshot("mlx5_core", SWITCHDEV, 2, (6, 12));
    let text = r#"
        [[device]]
        driver = "mlx5_core"
        mode = "switchdev"
        vfs = 2
        autoprobe = true
        [[device.vf]]
        number = 0
        mac = "02:00:00:00:00:00"
        max_tx_rate = 1000
        driver = "vfio-pci"
    "#;
    assert_eq!(plan(&snapshot, text, &[]).steps, []);
    // The PF's netdev takes no VLAN in this mode: there is no step that could set it.
    let text = format!("{text}\n        vlan = 7");
    assert_eq!(plan(&snapshot, &text, &[]).steps, []);
}

#[test]
fn what_differs_alone_is_changed_and_undone() {
    let snapshot = snapshot("mlx5_core", LEGACY, 2, (6, 12));
    let text = r#"
        [[device]]
        driver = "mlx5_core"
        autoprobe = false
        [[device.vf]]
        number = 1
        vlan = 7
        min_tx_rate = 10
        driver = "none"
    "#;
    let plan = plan(&snapshot, text, &[]);
    assert_eq!(words(&plan.steps), "restore-vf-settings set-autoprobe bind-vfs");
    let Action::RestoreVfSettings { to, .. } = &plan.steps[0].action else { panic!() };
    assert_eq!(to.len(), 1);
    let vlan = Some(Vlan { id: 7, qos: 0, protocol: 0x8100 });
    // The limit that is not declared stays.
    let rate = Some(TxRate { min: 10, max: 1000 });
    assert_eq!(to[0].settings, VfSettings { vlan, rate, ..VfSettings::default() });
    let Action::BindVfs { to, .. } = &plan.steps[2].action else { panic!() };
    let none = VfDriver { vf: 1, driver: None, any: false, driver_override: None };
    assert_eq!(*to, [none]);
    assert!(undone(&plan).starts_with("set-autoprobe"), "{}", undone(&plan));
    assert!(undone(&plan).contains("bind-vfs"), "{}", undone(&plan));
}

#[test]
fn the_representor_of_a_new_sf_is_brought_up_with_the_others() {
    let mut snapshot = snapshot("mlx5_core", SWITCHDEV, 1, (6, 12));
    snapshot.links = vec![Link { ifindex: 7, up: true, ..Link::default() }];
    snapshot.representors = vec![7];
    let text = "[[device]]\ndriver = 'mlx5_core'\nrepresentors_up = true\n";
    assert_eq!(plan(&snapshot, text, &[]).steps, []);
    let text = format!("{text}[[device.sf]]\nnumber = 5\n");
    let steps = words(&plan(&snapshot, &text, &[]).steps);
    assert!(steps.ends_with("wait-for-representors set-representors-up"), "{steps}");
    let text = text.replace("true", "false");
    let steps = words(&plan(&snapshot, &text, &[]).steps);
    assert!(steps.ends_with("set-representors-up"), "{steps}");
}

#[test]
fn what_is_not_declared_of_a_vlan_stays() {
    let mut snapshot = snapshot("mlx5_core", LEGACY, 1, (6, 12));
    let tagged = Vlan { id: 7, qos: 3, protocol: 0x88a8 };
    snapshot.state.vfs[0].settings.vlan = Some(tagged);
    let vlan = |keys: &str| {
        let text = format!(
            "[[device]]\ndriver = 'mlx5_core'\n[[device.vf]]\nnumber = 0\n{keys}\n"
        );
        let plan = plan(&snapshot, &text, &[]);
        match plan.steps.first().map(|step| &step.action) {
            Some(Action::RestoreVfSettings { to, .. }) => to[0].settings.vlan,
            _ => None,
        }
    };
    assert_eq!(vlan("vlan = 7"), None);
    assert_eq!(vlan("vlan = 8"), Some(Vlan { id: 8, ..tagged }));
    assert_eq!(vlan("vlan = 7\nqos = 0"), Some(Vlan { qos: 0, ..tagged }));
    let none = Vlan { id: 0, qos: 0, protocol: 0x8100 };
    assert_eq!(vlan("vlan = 0"), Some(none));
}

#[test]
fn new_vfs_get_their_drivers_after_their_settings() {
    let snapshot = snapshot("mlx5_core", LEGACY, 0, (6, 12));
    let text = r#"
        [[device]]
        driver = "mlx5_core"
        mode = "switchdev"
        vfs = 2
        representors_up = true
        [[device.vf]]
        number = 0
        mac = "02:00:00:00:00:10"
        driver = "vfio-pci"
    "#;
    let plan = plan(&snapshot, text, &[]);
    let due = "set-autoprobe set-mode set-vfs restore-vf-settings set-autoprobe bind-vfs \
               wait-for-representors set-representors-up";
    assert_eq!(words(&plan.steps), due);
    let Action::BindVfs { to, .. } = &plan.steps[5].action else { panic!() };
    let driver = |vf: usize| (to[vf].driver.as_deref(), to[vf].any);
    assert_eq!((driver(0), driver(1)), ((Some("vfio-pci"), false), (None, true)));
}

#[test]
fn parameters_come_before_the_mode_in_the_type_of_the_device() {
    let snapshot = snapshot("mlx5_core", LEGACY, 0, (6, 12));
    let param = |name: &str, value: ParamValue| Param {
        device: snapshot.state.device.clone(),
        name: name.into(),
        generic: false,
        kind: ParamType::Text,
        values: vec![(ParamMode::Runtime, value)],
    };
    let params = [
        param("flow_steering_mode", ParamValue::Text("dmfs".into())),
        param("io_eq_size", ParamValue::U32(1024)),
    ];
    let text = r#"
        [[device]]
        driver = "mlx5_core"
        mode = "switchdev"
        params = { flow_steering_mode = ["hmfs", "smfs"], io_eq_size = 1024, unknown = 1 }
    "#;
    let plan = plan(&snapshot, text, &params);
    let to = ["hmfs", "smfs"].map(|text| ParamValue::Text(text.into())).to_vec();
    let from = ParamValue::Text("dmfs".into());
    let name = "flow_steering_mode".to_owned();
    assert_eq!(plan.steps[0].action, Action::SetParam { name, from: from.clone(), to });
    assert_eq!(plan.steps[0].undo, Some(Undo::Param(from)));
    assert_eq!(plan.steps[1].action.word(), "set-mode");
    let json = serde_json::to_string(&plan.steps).unwrap();
    let read: Vec<Step> = serde_json::from_str(&json).unwrap();
    assert_eq!(read, plan.steps);
}

#[test]
fn an_inline_mode_alone_changes_no_mode() {
    let mut snapshot = snapshot("mlx5_core", SWITCHDEV, 2, (6, 12));
    snapshot.state.eswitch.inline_mode = Some(InlineMode::Link);
    snapshot.traps = vec!["ingress_vlan_filter".into()];
    let text = r#"
        [[device]]
        driver = "mlx5_core"
        inline_mode = "transport"
    "#;
    let plan = plan(&snapshot, text, &[]);
    let inline_mode = Some(InlineMode::Transport);
    let (from, to, encap_mode) = (SWITCHDEV, SWITCHDEV, None);
    let due = Action::SetMode { from, to, inline_mode, encap_mode };
    assert_eq!(plan.steps.iter().map(|step| &step.action).collect::<Vec<_>>(), [&due]);
    // Active traps stand in the way of another mode only.
    assert_eq!(plan.findings, []);
    let undo = Plan::undo(&plan.state, &plan.steps, 1);
    let Action::SetMode { inline_mode, .. } = undo[0].action else { panic!() };
    assert_eq!(inline_mode, Some(InlineMode::Link));
}

/// With the uplink in a bond.
fn bonded(snapshot: Snapshot) -> Snapshot {
    let link = |ifindex, kind: Option<&str>, master| Link {
        ifindex,
        master,
        kind: kind.map(str::to_owned),
        ..Link::default()
    };
    let links = vec![link(5, None, Some(9)), link(9, Some("bond"), None)];
    Snapshot { links, uplinks: vec![5], ..snapshot }
}

#[test]
fn vfs_get_their_drivers_when_the_uplinks_are_a_lag() {
    let text = "[[device]]\nhandle = \"*\"\nmode = \"switchdev\"\nvfs = 2\n\
                bind_vfs = \"after-lag\"\n[[device.vf]]\nnumber = 0\ndriver = \"mlx5_core\"\n";
    // There is no bond yet: the VFs stay without drivers, and that is no difference.
    let mut legacy = snapshot("mlx5_core", LEGACY, 0, (6, 12));
    legacy.lag = Some(false);
    let made = plan(&legacy, text, &[]);
    assert!(!words(&made.steps).contains("bind-vfs"), "{}", words(&made.steps));
    let mut bare = snapshot("mlx5_core", SWITCHDEV, 2, (6, 12));
    bare.lag = Some(false);
    bare.state.vfs.iter_mut().for_each(|vf| vf.driver = None);
    assert_eq!(words(&plan(&bare, text, &[]).steps), "");
    // A bond is there, and not offloaded yet.
    let bare = bonded(bare);
    assert_eq!(words(&plan(&bare, text, &[]).steps), "wait-for-lag bind-vfs");
    let active = Snapshot { lag: Some(true), ..bare };
    let bind = plan(&active, text, &[]).steps;
    assert_eq!(words(&bind), "bind-vfs");
    let Action::BindVfs { to, .. } = &bind[0].action else { panic!() };
    let drivers: Vec<_> =
        to.iter().map(|of| (of.vf, of.driver.as_deref(), of.any)).collect();
    assert_eq!(drivers, [(0, Some("mlx5_core"), false), (1, None, true)]);
}

#[test]
fn a_multiport_eswitch_is_made_when_all_ports_are_in_switchdev() {
    let text = "[[device]]\nhandle = \"*\"\nmode = \"switchdev\"\nbind_vfs = \"after-lag\"\n\
                params = { esw_multiport = true, flow_steering_mode = \"smfs\" }\n";
    let param = |name: &str, value: ParamValue| Param {
        device: Handle::new("pci", "0000:03:00.0"),
        generic: false,
        name: name.into(),
        kind: ParamType::Flag,
        values: vec![(ParamMode::Runtime, value)],
    };
    let params = [
        param("esw_multiport", ParamValue::Flag(false)),
        param("flow_steering_mode", ParamValue::Text("dmfs".into())),
    ];
    let mut legacy = snapshot("mlx5_core", LEGACY, 2, (6, 12));
    legacy.lag = Some(false);
    let plan = plan(&legacy, text, &params);
    assert_eq!(
        words(&plan.steps),
        "set-param bind-vfs set-mode restore-vf-settings wait-for-representors set-param \
         wait-for-lag bind-vfs"
    );
    let undone = undone(&plan);
    assert!(undone.starts_with("set-param set-mode set-param"), "{undone}");
    assert!(undone.contains("bind-vfs"), "{undone}");
}

#[test]
fn values_that_a_device_has_refused_are_not_tried_again() {
    let text = "[[device]]\nhandle = \"*\"\nparams = { a = [\"x\", \"y\", \"z\"] }\n";
    let file = ConfigFile { path: "swdevctl.toml".into(), text: text.into() };
    let legacy = snapshot("mlx5_core", LEGACY, 0, (6, 12));
    let wanted = Config::read(&[file]).unwrap().wanted(&subject(&legacy)).unwrap();
    let changes = |now: &str, refused: Option<&[&str]>| {
        let values = vec![(ParamMode::Runtime, ParamValue::Text(now.into()))];
        let (device, name) = (legacy.state.device.clone(), "a".to_owned());
        let kind = ParamType::Text;
        let present = vec![Param { device, generic: false, name, kind, values }];
        let texts = |values: &[&str]| values.iter().map(|of| (*of).to_owned()).collect();
        let refused = refused.map(|of| [("a".to_owned(), texts(of))].into());
        let params = Params { present, refused };
        let request = Request::declared(&wanted, &legacy, &params, &[]);
        let actual = Actual { snapshot: &legacy, params: &params };
        let difference = difference(&wanted, &actual);
        let to = request.settings.params.into_iter().next().map(|change| {
            change.to.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        });
        (to.unwrap_or_default(), difference.drifts.len(), difference.unknown.len())
    };
    let some = |values: &'static [&str]| Some(values);
    assert_eq!(changes("x", some(&[])), (String::new(), 0, 0));
    assert_eq!(changes("y", some(&[])), ("x y z".into(), 1, 0));
    assert_eq!(changes("y", some(&["x"])), (String::new(), 0, 0));
    assert_eq!(changes("z", some(&["x"])), ("y z".into(), 1, 0));
    assert_eq!(changes("y", some(&["x", "y", "z"])), ("z".into(), 1, 0));
    // Who must not read what was refused cannot say that it is as declared, or is not.
    assert_eq!(changes("y", None).1, 0);
    assert_eq!(changes("y", None).2, 1);
    assert_eq!(changes("w", None).1, 1);
}

#[test]
fn what_needs_other_devices_comes_after_the_switch_of_all() {
    let text = "[[device]]\nhandle = \"*\"\nmode = \"switchdev\"\nbind_vfs = \"after-lag\"\n\
                params = { esw_multiport = true }\n";
    let param = Param {
        device: Handle::new("pci", "0000:03:00.0"),
        generic: false,
        name: "esw_multiport".into(),
        kind: ParamType::Flag,
        values: vec![(ParamMode::Runtime, ParamValue::Flag(false))],
    };
    // One PF of two is in mode switchdev already.
    let mut there = snapshot("mlx5_core", SWITCHDEV, 2, (6, 12));
    there.lag = Some(false);
    there.state.vfs.iter_mut().for_each(|vf| vf.driver = None);
    let steps = plan(&there, text, &[param]).steps;
    assert_eq!(words(&steps), "set-param wait-for-lag bind-vfs");
    assert!(steps[0].action.needs_others());
}

#[test]
fn vfs_that_stay_have_no_driver_while_the_mode_is_set() {
    let legacy = snapshot("mlx5_core", LEGACY, 2, (6, 12));
    let unbound = Request { binding: Binding::Unbound, ..request(SWITCHDEV, None) };
    let steps = Plan::new(&legacy, &unbound, None).steps;
    let words: Vec<&str> = steps.iter().map(|step| step.action.word()).collect();
    let mode = words.iter().position(|word| *word == "set-mode").unwrap();
    let binds: Vec<(bool, Vec<Option<&str>>)> = steps
        .iter()
        .enumerate()
        .filter_map(|(number, step)| match &step.action {
            Action::BindVfs { to, .. } => {
                Some((number < mode, to.iter().map(|of| of.driver.as_deref()).collect()))
            }
            _ => None,
        })
        .collect();
    let drivers: Vec<Option<&str>> =
        legacy.state.vfs.iter().map(|vf| vf.driver.as_deref()).collect();
    assert!(drivers.iter().all(Option::is_some));
    assert_eq!(binds, [(true, vec![None; 2]), (false, drivers)]);
    // VFs that are made anew have none anyway.
    let ice = snapshot("ice", LEGACY, 2, (6, 12));
    let plan = Plan::new(&ice, &unbound, None);
    assert_eq!(plan.steps.iter().filter(|of| of.action.word() == "bind-vfs").count(), 1);
}

#[test]
fn a_device_is_activated_when_its_unit_is_up() {
    let text = "[[device]]\nhandle = \"*\"\nmode = \"switchdev_inactive\"\nactivate = \"x.service\"\n";
    let file = ConfigFile { path: "f".into(), text: text.into() };
    let legacy = snapshot("mlx5_core", LEGACY, 0, (7, 2));
    let inactive = snapshot("mlx5_core", EswitchMode::SwitchdevInactive, 0, (7, 2));
    let mut wanted = Config::read(&[file]).unwrap().wanted(&subject(&legacy)).unwrap();
    let mode = |wanted: &Wanted, snapshot| {
        Request::declared(wanted, snapshot, &Params::default(), &[]).mode
    };
    assert_eq!(mode(&wanted, &legacy), EswitchMode::SwitchdevInactive);
    assert_eq!(mode(&wanted, &inactive), EswitchMode::SwitchdevInactive);
    let active = snapshot("mlx5_core", SWITCHDEV, 0, (7, 2));
    assert_eq!(mode(&wanted, &active), SWITCHDEV);
    wanted.is_activated = true;
    assert_eq!(mode(&wanted, &legacy), SWITCHDEV);
    assert_eq!(mode(&wanted, &inactive), SWITCHDEV);
}

#[test]
fn the_pf_of_bnxt_is_brought_up_for_declared_vfs() {
    let mut snapshot = snapshot("bnxt_en", LEGACY, 0, (6, 12));
    let text = "[[device]]\ndriver = \"bnxt_en\"\nmode = \"switchdev\"\nvfs = 2\n";
    let of = |snapshot: &Snapshot| {
        let plan = plan(snapshot, text, &[]);
        assert_eq!(plan.refusal(), None);
        (words(&plan.steps), undone(&plan))
    };
    let (steps, undone) = of(&snapshot);
    assert!(steps.starts_with("set-autoprobe set-pf-up set-vfs set-mode"), "{steps}");
    assert!(undone.contains("set-vfs set-pf-up set-autoprobe"), "{undone}");
    snapshot.uplinks = vec![4];
    snapshot.links = vec![Link { ifindex: 4, up: true, ..Link::default() }];
    assert!(!of(&snapshot).0.contains("set-pf-up"));
}

#[test]
fn netdevs_of_vfs_are_restored_when_their_drivers_are_bound() {
    let mut snapshot = snapshot("mlx5_core", SWITCHDEV, 2, (6, 12));
    let netdev = |role, vf| NetdevState {
        key: PortKey { place: Place { role, vf, ..Place::vf(0) }, port: None },
        name: None,
        altnames: Vec::new(),
        mtu: Some(1500),
        up: false,
        master: None,
    };
    snapshot.state.netdevs = vec![
        netdev(Role::Pf, None),
        netdev(Role::Vf, Some(0)),
        netdev(Role::Vf, Some(1)),
    ];
    for vf in &mut snapshot.state.vfs {
        vf.driver = Some("mlx5_core".into());
    }
    let restored = |text: &str| {
        let steps = plan(&snapshot, text, &[]).steps.into_iter();
        let words = steps.filter_map(|step| match step.action {
            Action::BindVfs { .. } => Some("bind".to_owned()),
            Action::RestoreNetdevs { to, .. } => {
                let numbers = to.iter().map(|of| format!("{:?}", of.key.place.vf));
                Some(numbers.collect::<Vec<_>>().join(" "))
            }
            _ => None,
        });
        words.collect::<Vec<_>>().join(", ")
    };
    let declared = "[[device]]\ndriver = \"mlx5_core\"\nvfs = 3\n";
    assert_eq!(restored(declared), "bind, None Some(0) Some(1)");
    let none = "[[device.vf]]\nnumber = 0\ndriver = \"none\"\n";
    assert_eq!(restored(&format!("{declared}{none}")), "bind, None Some(1)");
    let late = format!("{declared}bind_vfs = \"after-lag\"\n");
    assert_eq!(restored(&late), "None");
    let snapshot = Snapshot { multiport: true, ..snapshot };
    let steps = words(&plan(&snapshot, &late, &[]).steps);
    assert!(steps.contains("restore-netdevs bind-vfs restore-netdevs"), "{steps}");
}
