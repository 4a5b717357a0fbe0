// SPDX-License-Identifier: MIT OR Apache-2.0
//! The program is killed.

use super::*;

/// Kills before the first effect, after each, and in each whose request outlasts the
/// program; of each third line that is
/// added, a part is on the disk or, in changes of one driver, each number of its bytes.
fn kills(Undisturbed { case, effects, .. }: &Undisturbed) -> Vec<Fault> {
    let each_byte = case.face.driver == "mlx5_core" && case.wanted == Some(3);
    let mut kills = vec![Fault::KillBefore(0)];
    for (number, effect) in effects.iter().enumerate() {
        kills.push(Fault::KillAfter(number));
        if effect.can_last() {
            kills.push(Fault::KillIn(number));
        } else if let Some(line) = effect.line() {
            let bytes = match (each_byte, number % 3) {
                (true, _) => 0..line.len() + 1,
                (false, 0) => 5..6,
                _ => 0..0,
            };
            kills.extend(bytes.map(|bytes| Fault::Torn(number, bytes)));
        }
    }
    kills
}

impl Effect {
    /// Whether it is a request to the PF or to devlink, which can take minutes.
    fn can_last(&self) -> bool {
        let short = ["link ", "bus/pci/", "sriov_drivers_autoprobe"];
        !self.disk && !short.iter().any(|prefix| self.what.starts_with(prefix))
    }

    /// The line that it adds to a file.
    fn line(&self) -> Option<&str> {
        let (_, line) = self.what.strip_prefix("append ")?.split_once(' ')?;
        Some(line)
    }
}

#[test]
fn killed_anywhere_recover_ends_in_the_old_state_or_the_new_one() {
    let (mut cases, mut old, mut new) = (0, 0, 0);
    for undisturbed in undisturbed() {
        for fault in kills(undisturbed) {
            cases += 1;
            let machine = undisturbed.with(&[fault]);
            let ended = undisturbed.change(&machine);
            assert!(ended.is_none(), "{}, {fault:?}: not killed", undisturbed.case);
            undisturbed.recover(&machine, &fault);
            undisturbed.is_old_or_new(&machine, &fault);
            if machine.view() == undisturbed.new {
                new += 1;
            } else {
                old += 1;
            }
        }
    }
    assert!(old > 1_000 && new > 1_000, "{old} old, {new} new");
    ran(
        cases,
        &format!("killed, then recovered: {old} to the old state, {new} to the new"),
    );
}

#[test]
fn killed_while_it_recovers_the_next_one_ends_it() {
    const EVERY: usize = 6;
    let mut cases = 0;
    for (offset, undisturbed) in undisturbed().iter().enumerate() {
        for number in (offset % EVERY..undisturbed.effects.len()).step_by(EVERY) {
            let fault = Fault::KillAfter(number);
            let machine = undisturbed.with(&[fault]);
            undisturbed.change(&machine);
            let whole = machine.copy(&[]);
            undisturbed.recover(&whole, &fault);
            let effects = whole.log.borrow().len();
            for at in (number % EVERY..effects).step_by(EVERY) {
                cases += 1;
                let again = Fault::KillAfter(at);
                let machine = machine.copy(&[again]);
                assert!(killed(|| recovered(&machine)).is_none());
                undisturbed.recover(&machine, &(fault, again));
                undisturbed.is_old_or_new(&machine, &(fault, again));
            }
        }
    }
    ran(cases, "killed, and killed again while it was recovered");
}

/// Another netdev gets the names of those that went with the change: recover cannot take
/// them back, now or later, so it ends without them, and keeps no journal.
#[test]
fn names_that_others_have_taken_since_hold_no_recovery_up() {
    const EVERY: usize = 8;
    let (mut cases, mut taken) = (0, 0);
    for (offset, undisturbed) in undisturbed().iter().enumerate() {
        for number in (offset % EVERY..undisturbed.effects.len()).step_by(EVERY) {
            let fault = Fault::KillAfter(number);
            let machine = undisturbed.with(&[fault]);
            undisturbed.change(&machine);
            let names = machine.card.borrow_mut().take_names(&undisturbed.card);
            if names == 0 {
                continue;
            }
            (cases, taken) = (cases + 1, taken + names);
            undisturbed.recover(&machine, &fault);
            undisturbed.is_sound(&machine, &fault);
        }
    }
    assert!(cases > 100, "only {cases}");
    ran(cases, &format!("{taken} names were taken before recover"));
}

/// While the kernel is at a request of the killed program, recover changes nothing and
/// ends; once the kernel is done, it completes or undoes the change.
#[test]
fn recover_gives_up_on_a_request_that_never_ends() {
    let mut cases = 0;
    for undisturbed in undisturbed() {
        let case = undisturbed.case;
        let effects = undisturbed.effects.iter().enumerate();
        for (number, _) in effects.filter(|(_, effect)| effect.can_last()) {
            cases += 1;
            let fault = Fault::KillInEndless(number);
            let machine = undisturbed.with(&[fault]);
            undisturbed.change(&machine);
            let (view, files) = (machine.view(), machine.files.borrow().clone());
            machine.restart(&[]);
            let failure = recovered(&machine).unwrap_err();
            assert_eq!(failure.kind, Kind::NotUndone, "{case}: {}", text(&failure));
            assert_eq!(*machine.files.borrow(), files, "{case}, {fault:?}");
            assert!(machine.view() == view, "{case}, {fault:?}");
            machine.requests.end();
            undisturbed.recover(&machine, &fault);
            undisturbed.is_old_or_new(&machine, &fault);
        }
    }
    assert!(cases > 200, "only {cases} requests");
    ran(cases, "killed in a request that the kernel did not finish at first");
}

/// The journals of a change that was killed in the middle, and what recover says.
fn recovered_from(name: &str, damage: impl Fn(&Simulated), due: &str, keeps: bool) {
    let mut cases = 0;
    for undisturbed in undisturbed() {
        let middle = undisturbed.effects.len() / 2;
        let machine = undisturbed.with(&[Fault::KillAfter(middle)]);
        undisturbed.change(&machine);
        if !machine.has_journal() {
            continue;
        }
        cases += 1;
        damage(&machine);
        let (view, files) = (machine.view(), machine.files.borrow().clone());
        machine.restart(&[]);
        let said = match recovered(&machine) {
            Ok(recovered) => format!("{recovered:?}"),
            Err(failure) => format!("{:?}: {}", failure.kind, failure.message),
        };
        let case = undisturbed.case;
        assert!(said.contains(due), "{case}, {name}: {said}");
        assert_eq!(machine.has_journal(), keeps, "{case}, {name}");
        if keeps {
            assert_eq!(*machine.files.borrow(), files, "{case}, {name}");
        }
        let now = machine.view();
        assert!(now == view, "{case}, {name}: {}", difference(&view, &now));
    }
    assert!(cases > 100);
    ran(cases, name);
}

#[test]
fn a_journal_of_another_boot_device_or_version_is_not_acted_on() {
    let boot = |machine: &Simulated| drop(machine.boot.replace("another".into()));
    recovered_from("another boot", boot, "Void", false);
    let replaced = |machine: &Simulated| machine.card.borrow_mut().instance = 2;
    recovered_from("a replaced device", replaced, "Void", false);
    let newer = |machine: &Simulated| {
        machine.edit_journal(|text| text.replacen("journal/v1", "journal/v9", 1));
    };
    recovered_from("another version", newer, "its schema is", true);
    let odd = |machine: &Simulated| machine.edit_journal(|text| text + "{\"done\":99}\n");
    recovered_from("a line that cannot be", odd, "it has no line", true);
}

#[test]
fn a_journal_without_its_whole_first_line_is_kept_and_not_acted_on() {
    let mut cases = 0;
    for undisturbed in undisturbed() {
        let case = undisturbed.case;
        if case.from == case.to || (case.vfs, case.wanted) != (2, None) {
            continue;
        }
        let machine =
            undisturbed.with(&[Fault::KillAfter(undisturbed.effects.len() / 2)]);
        undisturbed.change(&machine);
        let name =
            machine.files.borrow().keys().find(|n| n.starts_with("journal/")).cloned();
        let text = machine.files.borrow()[&name.unwrap()].clone();
        let view = machine.view();
        let every = if case.face.driver == "mlx5_core" { 1 } else { 97 };
        for bytes in (0..text.find('\n').unwrap()).step_by(every) {
            cases += 1;
            let machine = machine.copy(&[]);
            machine.edit_journal(|text| text[..bytes].to_owned());
            let failure = recovered(&machine).unwrap_err();
            assert_eq!(failure.kind, Kind::NotUndone, "{case}, {bytes} bytes");
            assert!(machine.has_journal(), "{case}, {bytes} bytes");
            assert_eq!(machine.view(), view, "{case}, {bytes} bytes");
        }
    }
    ran(cases, "first lines that were cut off");
}

impl Simulated {
    fn edit_journal(&self, edit: impl FnOnce(String) -> String) {
        let mut files = self.files.borrow_mut();
        let mut journals =
            files.iter_mut().filter(|(name, _)| name.starts_with("journal/"));
        let (_, text) = journals.next().unwrap();
        *text = edit(std::mem::take(text));
    }
}
