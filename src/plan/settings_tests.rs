// SPDX-License-Identifier: MIT OR Apache-2.0
//! What is declared for a device, as steps.

use super::tests::{LEGACY, SWITCHDEV, snapshot};
use super::*;
use crate::{
    desired::{Config, Subject},
    model::{
        ConfigFile, Device, EswitchState, Param, ParamMode, ParamType, ParamValue,
        TxRate, Vlan,
    },
};

/// The plan for a device that a file declares.
fn plan(snapshot: &Snapshot, text: &str, params: &[Param]) -> Plan {
    let file = ConfigFile { path: "swdevctl.toml".into(), text: text.into() };
    let config = Config::read(&[file]).unwrap();
    let wanted = config.wanted(&subject(snapshot)).unwrap();
    let request = Request::declared(&wanted, snapshot, params, &[]);
    Plan::new(snapshot, &request, None)
}

fn subject(snapshot: &Snapshot) -> Subject {
    Subject::new(&Device {
        handle: snapshot.state.device.clone(),
        bus: "pci".into(),
        address: "0000:03:00.0".into(),
        driver: snapshot.state.driver.clone(),
        numa_node: None,
        eswitch: EswitchState::None,
        switch_id: None,
        sriov: None,
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
    snapshot.state.inline_mode = Some(InlineMode::Link);
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
