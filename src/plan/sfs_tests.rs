// SPDX-License-Identifier: MIT OR Apache-2.0
//! SFs as steps: added, altered, removed, and kept over a change of the mode.

use super::tests::{LEGACY, SWITCHDEV, request, snapshot};
use super::*;
use crate::{
    desired::{Config, Params, Subject},
    model::{
        ConfigFile, Device, DeviceDetails, DevlinkPort, EswitchState, Flavour,
        FunctionCaps, FunctionSettings, MacAddress, NetdevState, PortKey, Role, SfState,
    },
};

fn mac(last: u8) -> MacAddress {
    MacAddress(vec![2, 0, 0, 0, 0, last])
}

/// A device in switchdev mode with SFs: an active one with the number 7, an inactive one
/// with the number 8.
fn with_sfs(driver: &str) -> Snapshot {
    let mut snapshot = snapshot(driver, SWITCHDEV, 0, (6, 12));
    for (number, active) in [(7, true), (8, false)] {
        let key = PortKey::of_sf(0, Some(0), number);
        let netdev = |key: PortKey, name: &str| NetdevState {
            key,
            name: Some(name.into()),
            altnames: Vec::new(),
            mtu: Some(9000),
            up: true,
            master: None,
        };
        snapshot.state.sfs.push(SfState { key: key.clone(), active, netdev: active });
        snapshot.state.functions.push(FunctionSettings {
            hw_addr: Some(mac(number as u8)),
            caps: FunctionCaps { roce: Some(true), ..FunctionCaps::default() },
            ..FunctionSettings::none(key.clone())
        });
        snapshot.state.netdevs.push(netdev(key, "rep"));
        if active {
            let own = PortKey::own_netdev_of_sf(number);
            snapshot.state.netdevs.push(netdev(own, "own"));
        }
    }
    snapshot
}

fn words(steps: &[Step]) -> String {
    let words: Vec<&str> = steps.iter().map(|step| step.action.word()).collect();
    words.join(" ").replace("wait-for-representors", "wait")
}

fn plan(snapshot: &Snapshot, sfs: Sfs) -> Plan {
    let settings = Settings { sfs, ..Settings::default() };
    let request = Request { settings, ..request(snapshot.state.eswitch.mode, None) };
    Plan::new(snapshot, &request, None)
}

fn wanted(number: u32) -> SfWanted {
    SfWanted { number, ..SfWanted::default() }
}

fn want(snapshot: &Snapshot, wanted: SfWanted) -> Plan {
    plan(snapshot, Sfs { wanted: vec![wanted], unwanted: Vec::new() })
}

fn undone(plan: &Plan) -> String {
    words(&Plan::undo(&plan.state, &plan.steps, plan.steps.len()))
}

#[test]
fn attributes_come_before_the_activation() {
    let mlx5 = snapshot("mlx5_core", SWITCHDEV, 0, (6, 12));
    let with_mac = SfWanted { mac: Some(mac(5)), ..wanted(5) };
    let added = want(&mlx5, with_mac.clone());
    assert_eq!(words(&added.steps), "add-sfs set-up-sfs set-sf-states wait");
    assert!(undone(&added).starts_with("remove-sfs "), "{}", undone(&added));
    assert_eq!(words(&want(&mlx5, wanted(5)).steps), "add-sfs set-sf-states wait");
    let inactive = SfWanted { active: Some(false), ..with_mac };
    assert_eq!(words(&want(&mlx5, inactive).steps), "add-sfs set-up-sfs wait");
}

#[test]
fn what_is_so_already_is_no_step_and_what_differs_is_one() {
    let mlx5 = with_sfs("mlx5_core");
    let same = SfWanted { mac: Some(mac(7)), roce: Some(true), ..wanted(7) };
    assert_eq!(words(&want(&mlx5, same).steps), "");
    let activated = SfWanted { active: Some(true), ..wanted(8) };
    assert_eq!(words(&want(&mlx5, activated).steps), "set-sf-states wait");
    let inactive = SfWanted { roce: Some(false), ..wanted(8) };
    assert_eq!(words(&want(&mlx5, inactive).steps), "set-up-sfs");
    // An active one is started anew, and its netdev gets back what it had.
    let other = want(&mlx5, SfWanted { mac: Some(mac(1)), ..wanted(7) });
    assert_eq!(words(&other.steps), "set-up-sfs set-sf-states wait restore-netdevs");
    let Action::RestoreNetdevs { to, .. } = &other.steps[3].action else { panic!() };
    let restored: Vec<_> = to.iter().map(|netdev| netdev.key.place.role).collect();
    assert_eq!(restored, [Role::Sf]);
    let unwanted = Sfs { wanted: Vec::new(), unwanted: vec![(0, 8), (0, 9), (1, 7)] };
    let removed = plan(&mlx5, unwanted);
    assert_eq!(words(&removed.steps), "remove-sfs");
    let due = "add-sfs set-mode set-up-sfs restore-functions set-sf-states wait";
    assert!(undone(&removed).starts_with(due), "{}", undone(&removed));
}

#[test]
fn sfs_go_before_the_mode_and_come_again_after_it() {
    for driver in ["mlx5_core", "ice"] {
        let there = Plan::new(&with_sfs(driver), &request(LEGACY, None), None);
        assert_eq!(words(&there.steps), "remove-sfs set-mode wait", "{driver}");
        let way_back = undone(&there);
        let due = "set-mode add-sfs set-up-sfs";
        assert!(way_back.starts_with(due), "{way_back}");
        let legacy = snapshot(driver, LEGACY, 0, (6, 12));
        let again = Plan::new(&legacy, &request(SWITCHDEV, None), Some(&there.stash));
        let due = "set-mode add-sfs set-up-sfs set-sf-states wait restore-netdevs";
        assert_eq!(words(&again.steps), due, "{driver}");
        let Action::SetSfStates { to, .. } = &again.steps[3].action else { panic!() };
        assert_eq!(to.len(), 1, "one was active");
        let Action::RestoreNetdevs { to, .. } = &again.steps[5].action else { panic!() };
        let names: Vec<_> = to.iter().map(|netdev| netdev.name.as_deref()).collect();
        assert_eq!(names, [None, Some("own"), None], "representors are named anew");
        assert!(undone(&again).starts_with("remove-sfs set-mode"), "{}", undone(&again));
        // Of another card, or another run of the driver, there are none to come again.
        let mut other = snapshot("nfp", LEGACY, 0, (6, 12));
        let sfs_of = |other: &Snapshot| {
            let plan = Plan::new(other, &request(SWITCHDEV, None), Some(&there.stash));
            words(&plan.steps)
        };
        assert_eq!(sfs_of(&other), "set-mode wait");
        other.state = State { uplinks: vec![77], ..legacy.state.clone() };
        assert_eq!(sfs_of(&other), "set-mode wait");
    }
}

#[test]
fn what_is_declared_is_laid_over_what_comes_again() {
    let there = Plan::new(&with_sfs("mlx5_core"), &request(LEGACY, None), None);
    let text = r#"
        [[device]]
        driver = "mlx5_core"
        mode = "switchdev"
        [[device.sf]]
        number = "7,20"
        state = "active"
        roce = false
        [[device.sf]]
        number = 7
        mac = "02:00:00:00:00:99"
    "#;
    let file = ConfigFile { path: "swdevctl.toml".into(), text: text.into() };
    let legacy = snapshot("mlx5_core", LEGACY, 0, (6, 12));
    let subject = Subject::new(&Device {
        handle: legacy.state.device.clone(),
        bus: "pci".into(),
        address: "0000:03:00.0".into(),
        driver: legacy.state.driver.clone(),
        numa_node: None,
        eswitch: EswitchState::Unread,
        switch_id: None,
        sriov: None,
        bond: None,
        details: DeviceDetails::default(),
        ports: Vec::new(),
    });
    let declared = Config::read(&[file]).unwrap().wanted(&subject).unwrap();
    let request = Request::declared(&declared, &legacy, &Params::default(), &[]);
    let plan = Plan::new(&legacy, &request, Some(&there.stash));
    let step = |word: &str| {
        let found = plan.steps.iter().find(|step| step.action.word() == word);
        found.unwrap().action.clone()
    };
    let Action::AddSfs { to, .. } = step("add-sfs") else { panic!() };
    let numbers: Vec<_> = to.iter().filter_map(|key| key.place.sf).collect();
    assert_eq!(numbers, [7, 8, 20]);
    let Action::SetUpSfs { to, .. } = step("set-up-sfs") else { panic!() };
    let attributes: Vec<_> = to
        .iter()
        .map(|of| (of.key.place.sf.unwrap(), of.hw_addr.clone(), of.caps.roce))
        .collect();
    let due = [
        (7, Some(mac(0x99)), Some(false)),
        (8, Some(mac(8)), Some(true)),
        (20, None, Some(false)),
    ];
    assert_eq!(attributes, due);
}

#[test]
fn a_new_sf_is_of_the_pf_that_the_driver_goes_by() {
    let port = |flavour, index, number: Option<u32>, pf| DevlinkPort {
        flavour: Some(flavour),
        number,
        pf,
        vf: pf.map(|_| 0),
        ..DevlinkPort::new("pci/0000:03:00.1".parse().unwrap(), index)
    };
    let pf = |driver, kernel, ports: Vec<DevlinkPort>| {
        let mut snapshot = snapshot(driver, SWITCHDEV, 0, kernel);
        snapshot.state.device = "pci/0000:03:00.1".parse().unwrap();
        snapshot.device.ports = ports;
        let plan = want(&snapshot, wanted(5));
        let Action::AddSfs { to, .. } = &plan.steps[0].action else { panic!() };
        to[0].place.pf
    };
    let uplink = || port(Flavour::Physical, 0xffff, Some(3), None);
    assert_eq!(pf("mlx5_core", (6, 12), vec![uplink()]), Some(3));
    assert_eq!(pf("mlx5_core", (7, 2), vec![uplink()]), Some(1));
    assert_eq!(pf("ice", (6, 12), vec![uplink()]), Some(3));
    assert_eq!(pf("mlx5_core", (6, 12), Vec::new()), Some(1));
    // One that was delegated from another host says nothing.
    let delegated = || port(Flavour::PciVf, 0xc001, None, Some(65));
    assert_eq!(pf("mlx5_core", (7, 2), vec![uplink(), delegated()]), Some(1));
    let own = port(Flavour::PciVf, 1, None, Some(2));
    assert_eq!(pf("mlx5_core", (7, 2), vec![uplink(), delegated(), own]), Some(2));
}
