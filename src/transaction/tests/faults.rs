// SPDX-License-Identifier: MIT OR Apache-2.0
//! Effects that fail, or are reported wrongly.

use super::*;
use crate::{model::errno, sys::NetlinkError, transaction::refusal, wire::extack::Ack};

/// A change with a fault must end in the old state with exit code 1, or be done.
fn ends_well(undisturbed: &Undisturbed, faults: &[Fault]) -> bool {
    let machine = undisturbed.with(faults);
    let ended = undisturbed.change(&machine).unwrap();
    match ended {
        Ok(outcome) if outcome.notes.is_empty() => {
            let now = machine.view();
            assert!(
                now == undisturbed.new,
                "{}, {faults:?}: success, but {}\neffects:\n{}",
                undisturbed.case,
                difference(&undisturbed.new, &now),
                machine.told()
            );
            undisturbed.is_sound(&machine, &faults);
            true
        }
        // What could not be restored is told.
        Ok(_) => {
            undisturbed.is_sound(&machine, &faults);
            true
        }
        Err(failure) if failure.kind == Kind::Failed => {
            undisturbed.is_old(&machine, &faults);
            false
        }
        Err(failure) => panic!(
            "{}, {faults:?}: {}\neffects:\n{}",
            undisturbed.case,
            text(&failure),
            machine.told()
        ),
    }
}

fn each_effect(name: &str, faults: impl Fn(usize, &Effect) -> Vec<Fault>) {
    let (mut cases, mut done) = (0, 0);
    for undisturbed in undisturbed() {
        for (number, effect) in undisturbed.effects.iter().enumerate() {
            for fault in faults(number, effect) {
                cases += 1;
                done += usize::from(ends_well(undisturbed, &[fault]));
            }
        }
    }
    ran(cases, &format!("{name}: {done} done all the same, {} undone", cases - done));
}

fn on_card(effect: &Effect, fault: Fault) -> Vec<Fault> {
    if effect.disk { Vec::new() } else { vec![fault] }
}

#[test]
fn a_step_that_fails_is_undone() {
    each_effect("refused", |number, effect| on_card(effect, Fault::Refuse(number)));
}

#[test]
fn a_failure_of_what_was_done_is_undone() {
    each_effect("done, but reported as failed", |number, effect| {
        on_card(effect, Fault::Late(number))
    });
}

#[test]
fn a_success_of_what_was_not_done_is_seen() {
    each_effect("not done, but reported as done", |number, effect| {
        // Which driver the kernel finds for a new VF, if any, is its own affair.
        let probe = effect.what.starts_with("bus/pci/drivers_probe");
        if probe { Vec::new() } else { on_card(effect, Fault::Ignore(number)) }
    });
}

#[test]
fn a_signal_ends_a_change_and_undoes_it() {
    each_effect("interrupted", |number, effect| {
        let begins = effect.what.contains("begun");
        if begins { vec![Fault::Interrupt(number)] } else { Vec::new() }
    });
}

#[test]
fn what_cannot_be_journaled_is_not_done() {
    each_effect("the journal cannot be written", |number, effect| {
        let line =
            effect.what.starts_with("append") || effect.what.starts_with("write j");
        if line { vec![Fault::Refuse(number)] } else { Vec::new() }
    });
}

/// Where the disk is full, the journal says no more how far the undoing has got, and
/// that is all.
#[test]
fn a_full_disk_ends_a_change() {
    let (mut cases, mut kept) = (0, 0);
    for undisturbed in undisturbed() {
        for (number, effect) in undisturbed.effects.iter().enumerate() {
            if !effect.disk || number % 2 != 0 {
                continue;
            }
            // Nothing, half of a line, or all but its end.
            {
                let bytes = [0, 5, 11][number % 3];
                cases += 1;
                let fault = Fault::Full(number, bytes);
                let machine = undisturbed.with(&[fault]);
                match undisturbed.change(&machine).unwrap() {
                    Err(failure) if failure.kind == Kind::NotUndone => {
                        kept += 1;
                        assert!(machine.has_journal(), "{}, {fault:?}", undisturbed.case);
                        undisturbed.recover(&machine, &fault);
                        undisturbed.is_old(&machine, &fault);
                    }
                    _ => undisturbed.is_old_or_new(&machine, &fault),
                }
            }
        }
    }
    ran(cases, &format!("the disk is full: {kept} left to recover"));
}

#[test]
fn an_undoing_that_fails_is_told_and_ended_by_recover() {
    const EVERY: usize = 12;
    let (mut cases, mut kept) = (0, 0);
    for (offset, undisturbed) in undisturbed().iter().enumerate() {
        let on_card = |effect: &Effect| !effect.disk;
        let steps = undisturbed.effects.iter().enumerate().filter(|(_, of)| on_card(of));
        for (number, _) in steps.skip(offset % EVERY).step_by(EVERY) {
            let fault = Fault::Refuse(number);
            let machine = undisturbed.with(&[fault]);
            undisturbed.change(&machine);
            let effects = machine.log.borrow().clone();
            for at in (number + 1..effects.len()).filter(|at| on_card(&effects[*at])) {
                cases += 1;
                let faults = [fault, Fault::RefuseFrom(at)];
                let machine = undisturbed.with(&faults);
                match undisturbed.change(&machine).unwrap() {
                    Err(failure) if failure.kind == Kind::NotUndone => {
                        kept += 1;
                        let told = machine.has_journal() && failure.state.is_some();
                        assert!(told, "{}, {faults:?}", undisturbed.case);
                        undisturbed.recover(&machine, &faults);
                        undisturbed.is_old(&machine, &faults);
                    }
                    Err(failure) if failure.kind == Kind::Failed => {
                        undisturbed.is_old(&machine, &faults);
                    }
                    // The mode is the wanted one; what lacks is told.
                    Err(failure) => {
                        let case = undisturbed.case;
                        assert_eq!(failure.kind, Kind::Incomplete, "{case}, {faults:?}");
                        undisturbed.is_sound(&machine, &faults);
                    }
                    Ok(outcome) => {
                        assert_ne!(outcome.notes, [""; 0]);
                        undisturbed.is_sound(&machine, &faults);
                    }
                }
            }
        }
    }
    assert!(kept > 500, "only {kept} were left to recover");
    ran(cases, &format!("the undoing fails as well: {kept} left to recover"));
}

/// With the failures after which mlx5 has neither its uplink nor the forwarding of
/// legacy mode, the state is not told to be the old one, and a rebuild makes it so.
#[test]
fn what_a_failed_switch_breaks_is_told_and_rebuilt() {
    let mut cases = 0;
    for undisturbed in undisturbed() {
        let Undisturbed { case, effects, .. } = undisturbed;
        if case.face.driver != "mlx5_core" || case.from != LEGACY {
            continue;
        }
        let switch = |effect: &Effect| effect.what.contains("mode: Some(Switchdev)");
        let Some(number) = effects.iter().position(switch) else { continue };
        cases += 1;
        let fault = Fault::Break(number);
        let machine = undisturbed.with(&[fault]);
        machine.card.borrow_mut().loses = true;
        is_told_and_rebuilt(undisturbed, &machine, &fault);
    }
    assert!(cases > 3);
    ran(cases, "a failed switch that breaks the eswitch");
}

/// A switch that the driver reports as done, although firmware has refused the first table
/// of a packet's path.
#[test]
fn a_switch_without_a_root_flow_table_is_told_and_rebuilt() {
    let mut cases = 0;
    for undisturbed in undisturbed() {
        let switch = |effect: &Effect| effect.what.contains("mode: Some(");
        if undisturbed.case.face.driver != "mlx5_core"
            || !undisturbed.effects.iter().any(switch)
        {
            continue;
        }
        cases += 1;
        let machine = undisturbed.with(&[]);
        machine.card.borrow_mut().loses_root = true;
        is_told_and_rebuilt(undisturbed, &machine, &"a root flow table is refused");
    }
    assert!(cases > 6);
    ran(cases, "a switch without a root flow table");
}

/// The change breaks the eswitch, `recover` refuses, and a rebuild ends in the old state.
fn is_told_and_rebuilt(
    undisturbed: &Undisturbed,
    machine: &Simulated,
    fault: &dyn fmt::Debug,
) {
    let case = &undisturbed.case;
    let failure = undisturbed.change(machine).unwrap().unwrap_err();
    assert_eq!(failure.kind, Kind::NotUndone, "{case}: {}", text(&failure));
    assert!(failure.hint.unwrap().contains("recover --rebuild"), "{case}");
    machine.restart(&[]);
    let failure = recovered(machine).unwrap_err();
    assert_eq!(failure.kind, Kind::NotUndone, "{case}: {}", text(&failure));
    machine.restart(&[]);
    let device = machine.card.borrow().device.clone();
    with_terms(|terms| crate::transaction::rebuild(machine, &device, terms))
        .unwrap_or_else(|failure| panic!("{case}: {}", text(&failure)));
    undisturbed.is_old(machine, fault);
}

/// Devlink itself refuses while there are rate nodes, whatever the driver.
#[test]
fn a_refusal_because_of_rate_nodes_says_what_to_do() {
    for face in FACES {
        let machine = Simulated::new(face);
        let device = machine.card.borrow().device.clone();
        let message = Some("Rate node(s) exists.".into());
        let error = NetlinkError::Refused(Ack { errno: errno::EBUSY, message });
        let failure = refusal::setting_mode(&machine, &device, SWITCHDEV, &error);
        let hint = failure.hint.unwrap();
        assert!(hint.starts_with("delete its rate nodes first"), "{face:?}: {hint}");
    }
}

/// SFs that cannot be created again keep nobody from the mode for ever.
#[test]
fn a_return_that_fails_at_its_sfs_says_how_to_go_without_them() {
    let mut cases = 0;
    for undisturbed in undisturbed() {
        let Undisturbed { case, effects, .. } = undisturbed;
        if case.from != LEGACY || case.sfs != SfCase::Kept {
            continue;
        }
        let adds = |effect: &Effect| effect.what.starts_with("AddSf");
        let number = effects.iter().position(adds).unwrap();
        let machine = undisturbed.with(&[Fault::Refuse(number)]);
        let failure = undisturbed.change(&machine).unwrap().unwrap_err();
        let hint = failure.hint.unwrap();
        assert!(hint.contains("recover --discard"), "{case}: {hint}");
        undisturbed.is_old(&machine, &"an SF is refused");
        let device = machine.card.borrow().device.clone();
        machine.restart(&[]);
        with_terms(|terms| crate::transaction::discard(&machine, &device, terms))
            .unwrap();
        machine.restart(&[]);
        change(&machine, SWITCHDEV, None).unwrap();
        assert!(machine.card.borrow().sfs.is_empty(), "{case}");
        cases += 1;
    }
    assert_eq!(cases, 4);
}
