// SPDX-License-Identifier: MIT OR Apache-2.0
//! Declared states: cards that are as declared are found without a change, and no others.

use super::*;
use crate::{
    desired::{Config, Subject},
    model::ConfigFile,
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
