// SPDX-License-Identifier: MIT OR Apache-2.0
//! Declared states: cards that are as declared are found without a change, and no others;
//! settings that a change has given are taken back with it.

use super::*;
use crate::{
    desired::{Config, Subject},
    model::{ConfigFile, VfSetting},
    transaction::{batch::Declared, settled::settled},
};

/// What is declared for the card of a machine.
fn declared(machine: &Simulated, mode: &str, vfs: u32) -> Declared {
    declared_with(machine, mode, vfs, "")
}

fn declared_with(machine: &Simulated, mode: &str, vfs: u32, more: &str) -> Declared {
    let device = machine.card.borrow().device.clone();
    let keys = format!("handle = \"{device}\"\nmode = \"{mode}\"\nvfs = {vfs}");
    let text = format!("[[device]]\n{keys}\n{more}");
    let file = ConfigFile { path: "swdevctl.toml".into(), text };
    let subject = Subject {
        handle: device.clone(),
        driver: None,
        ids: None,
        serials: Vec::new(),
        netdevs: Vec::new(),
        macs: Vec::new(),
        has_eswitch: true,
    };
    let wanted = Config::read(&[file]).unwrap().wanted(&subject).unwrap();
    let wanted = BTreeMap::from([(device, wanted)]);
    Declared { wanted, groups: Vec::new(), force: Vec::new() }
}

#[test]
fn a_card_as_declared_is_told_and_nothing_is_written() {
    let mut seen = 0;
    for face in FACES {
        for mode in [LEGACY, SWITCHDEV] {
            let sfs = SfCase::None;
            let case = Case { face, from: mode, vfs: 2, to: mode, wanted: Some(3), sfs };
            // Firmware alone sets flower's mode.
            let Some(machine) = case.start().filter(|_| !face.flower) else { continue };
            let reports = |mode: &str, vfs: u32| {
                let declared = declared(&machine, mode, vfs);
                with_terms(|terms| settled(&machine, &declared, terms))
            };
            let (is, other) = match mode {
                LEGACY => ("legacy", "switchdev"),
                _ => ("switchdev", "legacy"),
            };
            let told = reports(is, 2);
            let [report] = told.as_slice() else { panic!("{case}: {told:?}") };
            assert!(!report.changed && report.to == mode && report.vfs == 2, "{case}");
            let all = if mode == SWITCHDEV { 2 } else { 0 };
            assert!(face.driver != "mlx5_core" || report.representors == all, "{case}");
            assert_eq!(reports(is, 3), [], "{case}: another number of VFs");
            assert_eq!(reports(other, 2), [], "{case}: another mode");
            assert_eq!(machine.log.borrow().len(), 0, "{case}: {}", machine.told());
            seen += 1;
        }
    }
    assert!(seen > 12, "{seen} cards");
}

#[test]
fn a_card_with_an_interrupted_change_is_not_settled() {
    let (face, sfs) = (FACES[0], SfCase::None);
    let case = Case { face, from: LEGACY, vfs: 2, to: SWITCHDEV, wanted: None, sfs };
    let machine = case.start().unwrap();
    let declared = declared(&machine, "legacy", 2);
    let settled = || with_terms(|terms| settled(&machine, &declared, terms).len());
    assert_eq!(settled(), 1);
    let name = format!("journal/{}.jsonl", declared.wanted.keys().next().unwrap());
    let name = name.replace("pci/", "pci-");
    machine.files.borrow_mut().insert(name, "{}\n".into());
    assert!(machine.has_journal());
    assert_eq!(settled(), 0);
}

/// A driver that keeps the address, with an error or without one, does not keep the rollback
/// from its end. `machine` was undone after that effect failed; returns how many such
/// drivers were tried.
fn kept_back(
    start: &Simulated,
    failed: usize,
    machine: &Simulated,
    change: &dyn Fn(&Simulated) -> Ended,
) -> usize {
    let log = machine.log.borrow();
    let is_back =
        |effect: &Effect| effect.what.contains("MacAddress([0, 0, 0, 0, 0, 0])");
    let back = log.iter().skip(failed + 1).position(is_back);
    let Some(back) = back.map(|at| failed + 1 + at) else { return 0 };
    for fault in [Fault::Refuse(back), Fault::Ignore(back)] {
        let machine = start.copy(&[Fault::Refuse(failed), fault]);
        let failure = change(&machine).unwrap_err();
        assert!(!machine.has_journal(), "{failure:?}");
        let state = failure.state.unwrap_or_default();
        assert!(state.contains("the driver keeps the"), "{state}");
    }
    2
}

/// Changes the machine with each of its requests refused once, and expects the old state
/// after each; returns how many were refused, how many of these changes were undone, and how
/// many drivers that keep an address were tried.
fn undone_at_each_request(
    start: &Simulated,
    case: &Case,
    change: &dyn Fn(&Simulated) -> Ended,
) -> [usize; 3] {
    let (old, machine) = (start.view(), start.copy(&[]));
    change(&machine).unwrap();
    assert_ne!(machine.view(), old, "{case}");
    let log = machine.log.borrow();
    let requests = (0..log.len()).filter(|number| !log[*number].disk);
    let [mut refused, mut undone, mut kept] = [0; 3];
    for number in requests {
        let machine = start.copy(&[Fault::Refuse(number)]);
        refused += 1;
        if change(&machine).is_err() {
            undone += 1;
            let differing = difference(&old, &machine.view());
            assert_eq!(differing, "", "{case} at {number}\n{}", machine.told());
            kept += kept_back(start, number, &machine, change);
        }
    }
    [refused, undone, kept]
}

/// A VF has no address of its own when a change gives it one and is undone.
#[test]
fn an_address_that_was_given_is_taken_back() {
    let mac = |last: u8| {
        VfSetting::Mac(MacAddress(vec![if last == 0 { 0 } else { 2 }, 0, 0, 0, 0, last]))
    };
    let mut counts = [0; 3];
    for driver in ["mlx5_core", "bnxt_en", "ice"] {
        for (mode, other) in
            [(LEGACY, "switchdev"), (LEGACY, "legacy"), (SWITCHDEV, "legacy")]
        {
            let (face, sfs) = (face(driver, (6, 12)), SfCase::None);
            let case = Case { face, from: mode, vfs: 2, to: mode, wanted: None, sfs };
            let start = case.start().unwrap();
            start.card.borrow_mut().set_vf(0, mac(0)).unwrap();
            start.restart(&[]);
            let more = "[[device.vf]]\nnumber = 0\nmac = \"02:00:00:00:00:77\"\n\
                [[device.vf]]\nnumber = 1\ndriver = \"none\"\n";
            let declared = declared_with(&start, other, 2, more);
            let device = start.card.borrow().device.clone();
            let change = |machine: &Simulated| {
                reach(machine, device.clone(), Goal::Declared(&declared))
            };
            let counted = undone_at_each_request(&start, &case, &change);
            counts = std::array::from_fn(|count| counts[count] + counted[count]);
        }
    }
    let [cases, undone, kept] = counts;
    ran(cases, &format!("an address that was given: {undone} undone, {kept} kept"));
    assert!(undone > 20 && kept > 4, "{undone} {kept}");
}

/// The same for an SF.
#[test]
fn an_address_that_an_sf_was_given_is_taken_back() {
    let mut counts = [0; 3];
    for driver in ["mlx5_core", "ice"] {
        let (face, sfs) = (face(driver, (6, 12)), SfCase::None);
        let case =
            Case { face, from: SWITCHDEV, vfs: 0, to: SWITCHDEV, wanted: None, sfs };
        let start = case.start().unwrap();
        let plain = SfWanted { mac: None, ..sf(8) };
        change_sfs(&start, &Sfs { wanted: vec![plain], ..Sfs::default() }).unwrap();
        for sf in start.card.borrow_mut().sfs.values_mut() {
            sf.function.hw_addr = Some(MacAddress(vec![0; 6]));
        }
        start.restart(&[]);
        let wanted = vec![SfWanted { active: Some(true), ..sf(8) }];
        let wanted = Sfs { wanted, ..Sfs::default() };
        let change = |machine: &Simulated| change_sfs(machine, &wanted);
        let counted = undone_at_each_request(&start, &case, &change);
        counts = std::array::from_fn(|count| counts[count] + counted[count]);
    }
    let [cases, undone, kept] = counts;
    ran(cases, &format!("an address that an SF was given: {undone} undone, {kept} kept"));
    assert!(undone > 2 && kept > 2, "{undone} {kept}");
}

/// The driver of VFs can be a module of its own, which udev loads when they come.
#[test]
fn a_driver_that_comes_with_its_vfs_is_waited_for() {
    let (face, sfs) = (face("ice", (6, 12)), SfCase::None);
    let case = Case { face, from: LEGACY, vfs: 0, to: SWITCHDEV, wanted: None, sfs };
    let start = case.start().unwrap();
    let vfs = "[[device.vf]]\nnumber = \"*\"\ndriver = \"iavf\"\n";
    let declared = declared_with(&start, "switchdev", 2, vfs);
    let device = start.card.borrow().device.clone();
    for (missing, comes) in [(0, true), (30, true), (10_000, false)] {
        let machine = start.copy(&[]);
        machine.card.borrow_mut().missing = missing;
        match reach(&machine, device.clone(), Goal::Declared(&declared)) {
            Ok(_) => {
                let card = machine.card.borrow();
                let mut drivers = card.vfs.iter().map(|vf| vf.driver.as_deref());
                assert!(comes && drivers.all(|driver| driver == Some("iavf")));
            }
            Err(failure) => {
                assert!(!comes && failure.hint.unwrap().contains("modprobe iavf"));
                assert_eq!(difference(&start.view(), &machine.view()), "");
            }
        }
    }
}
