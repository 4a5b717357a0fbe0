// SPDX-License-Identifier: MIT OR Apache-2.0
//! Whole changes on a simulated card: for each driver, in both directions, with and
//! without VFs, each effect fails, is reported wrongly, or is the last one before the
//! program is killed. What is left must be the old state or the new one, field by field.

mod card;
mod declared;
mod faults;
mod kills;
mod simulated;

use std::{
    collections::BTreeMap,
    fmt,
    io::Write as _,
    panic::{self, AssertUnwindSafe},
    rc::Rc,
    sync::OnceLock,
    time::Duration,
};

use card::{Card, Face, Owner};
use simulated::{Effect, Fault, Killed, Simulated};

use super::{
    Terms,
    batch::{self, Batch, Goal},
    recover,
};
use crate::{
    error::{Failure, Kind},
    model::{EswitchMode, Handle, MacAddress, Recovered},
    plan::{
        Action, Binding, Lasting, Plan, Report, Request, Settings, SfWanted, Sfs, Undo,
    },
};

const LEGACY: EswitchMode = EswitchMode::Legacy;
const SWITCHDEV: EswitchMode = EswitchMode::Switchdev;

/// Each driver that has a profile, and one that has none; on the kernels between which
/// it differs.
const FACES: [Face; 12] = [
    face("mlx5_core", (6, 12)),
    face("ice", (6, 12)),
    face("bnxt_en", (6, 12)),
    face("bnxt_en", (6, 1)),
    face("LiquidIO", (6, 12)),
    face("rvu_af", (6, 12)),
    face("rvu_rep", (7, 2)),
    face("netdevsim", (6, 12)),
    face("nfp", (6, 12)),
    Face { flower: true, ..face("nfp", (6, 12)) },
    face("sfc", (6, 12)),
    face("new_nic", (6, 1)),
];

const fn face(driver: &'static str, kernel: (u32, u32)) -> Face {
    Face { driver, kernel, flower: false }
}

/// A change of a card in a certain state.
#[derive(Clone, Copy)]
struct Case {
    face: Face,
    from: EswitchMode,
    vfs: u32,
    to: EswitchMode,
    wanted: Option<u32>,
    sfs: SfCase,
}

/// What SFs have to do with a change.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SfCase {
    /// There are none.
    None,
    /// There are some in switchdev mode, one active and one not.
    Kept,
    /// Some are added.
    Added,
    /// They are removed.
    Removed,
    /// The active one gets another address, the other one is activated.
    Altered,
}

/// What a change that nothing disturbs comes to.
struct Undisturbed {
    case: Case,
    card: Card,
    files: BTreeMap<String, String>,
    old: View,
    new: View,
    effects: Vec<Effect>,
}

type View = BTreeMap<String, String>;
type Ended = Result<Report, Failure>;

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { face: Face { driver, kernel: (major, minor), flower }, .. } = self;
        let Self { from, vfs, to, wanted, .. } = self;
        let flower = if *flower { " with flower" } else { "" };
        write!(f, "{driver}{flower} on {major}.{minor}, {vfs} VFs, {from} -> {to}")?;
        wanted.map_or(Ok(()), |wanted| write!(f, " --vfs {wanted}"))?;
        match self.sfs {
            SfCase::None => Ok(()),
            SfCase::Kept => f.write_str(", with SFs"),
            SfCase::Added => f.write_str(", SFs are added"),
            SfCase::Removed => f.write_str(", SFs are removed"),
            SfCase::Altered => f.write_str(", SFs are altered"),
        }
    }
}

/// All changes: both directions and none, with and without VFs, with another number of
/// them and with the same.
fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for face in FACES {
        for (from, to) in [
            (LEGACY, SWITCHDEV),
            (SWITCHDEV, LEGACY),
            (LEGACY, LEGACY),
            (SWITCHDEV, SWITCHDEV),
        ] {
            let numbers: &[_] = if from == to {
                &[(2, Some(3)), (2, Some(0))]
            } else {
                &[
                    (0, None),
                    (2, None),
                    (0, Some(2)),
                    (2, Some(1)),
                    (2, Some(3)),
                    (2, Some(0)),
                ]
            };
            for (vfs, wanted) in numbers.iter().copied() {
                cases.push(Case { face, from, vfs, to, wanted, sfs: SfCase::None });
            }
        }
    }
    cases.extend(cases_with_sfs());
    cases
}

fn cases_with_sfs() -> Vec<Case> {
    let mut cases = Vec::new();
    for face in [face("mlx5_core", (6, 12)), face("ice", (6, 12))] {
        for vfs in [0, 2] {
            let case = Case {
                face,
                from: SWITCHDEV,
                vfs,
                to: SWITCHDEV,
                wanted: None,
                sfs: SfCase::Kept,
            };
            cases.push(Case { to: LEGACY, ..case });
            cases.push(Case { from: LEGACY, ..case });
            cases.push(Case { sfs: SfCase::Added, ..case });
            cases.push(Case { sfs: SfCase::Removed, ..case });
            cases.push(Case { sfs: SfCase::Altered, ..case });
        }
    }
    cases
}

/// The changes that are not refused before they begin.
fn undisturbed() -> &'static [Undisturbed] {
    static ALL: OnceLock<Vec<Undisturbed>> = OnceLock::new();
    ALL.get_or_init(|| cases().into_iter().filter_map(Case::undisturbed).collect())
}

impl Case {
    /// The machine before the change; none where the card cannot get there.
    fn start(self) -> Option<Simulated> {
        let machine = Simulated::new(self.face);
        {
            let mut card = machine.card.borrow_mut();
            if let Some(pf) = card.netdevs.get_mut(&Owner::Pf) {
                pf.up = true;
            }
            card.set_number(self.vfs).ok()?;
            card.configure();
        }
        let reach = |to| {
            let mode = machine.card.borrow().mode;
            (mode == Some(to))
                .then_some(())
                .or_else(|| change(&machine, to, None).ok().map(drop))
        };
        if matches!(self.sfs, SfCase::Kept | SfCase::Removed | SfCase::Altered) {
            reach(SWITCHDEV)?;
            change_sfs(&machine, &Sfs { wanted: vec![sf(7), sf(8)], ..Sfs::default() })
                .unwrap_or_else(|failure| panic!("{self}: {}", text(&failure)));
            machine.card.borrow_mut().configure();
        }
        reach(self.from)?;
        machine.card.borrow_mut().configure();
        machine.restart(&[]);
        Some(machine)
    }

    fn undisturbed(self) -> Option<Undisturbed> {
        let start = self.start()?;
        let machine = start.copy(&[]);
        let old = machine.view();
        match self.change(&machine) {
            Ok(outcome) => {
                assert_eq!(outcome.notes, [""; 0], "{self}");
            }
            Err(failure) if failure.kind == Kind::Refused => {
                assert_eq!(machine.log.borrow().len(), 0, "{self}");
                return None;
            }
            Err(failure) => panic!("{self}: {}", text(&failure)),
        }
        let (new, effects) = (machine.view(), machine.log.borrow().clone());
        assert!(!machine.has_journal(), "{self}: a journal is left");
        let (card, files) = (start.card.into_inner(), start.files.into_inner());
        Some(Undisturbed { case: self, card, files, old, new, effects })
    }
}

impl Case {
    /// The SFs that are asked for; none where the mode or the number of VFs is.
    fn wanted_sfs(self) -> Option<Sfs> {
        let wanted = match self.sfs {
            SfCase::None | SfCase::Kept => return None,
            SfCase::Removed => {
                return Some(Sfs { unwanted: vec![(0, 7), (0, 8)], ..Sfs::default() });
            }
            SfCase::Added => vec![sf(7), sf(8)],
            SfCase::Altered => {
                let mac = Some(MacAddress(vec![2, 0, 0, 1, 0, 7]));
                let other = SfWanted { mac, ..sf(7) };
                vec![other, SfWanted { active: Some(true), ..sf(8) }]
            }
        };
        Some(Sfs { wanted, unwanted: Vec::new() })
    }

    fn change(self, machine: &Simulated) -> Ended {
        match self.wanted_sfs() {
            Some(sfs) => change_sfs(machine, &sfs),
            None => change(machine, self.to, self.wanted),
        }
    }

    /// What would be done.
    fn plan(self, machine: &Simulated) -> Plan {
        let device = machine.card.borrow().device.clone();
        let planned = match self.wanted_sfs() {
            Some(sfs) => {
                let sfs = BTreeMap::from([(device.clone(), sfs)]);
                batch::plan(machine, &device, Goal::Sfs(&sfs, &[]))
            }
            None => {
                let request = Request {
                    mode: self.to,
                    vfs: self.wanted,
                    force: Vec::new(),
                    settings: Settings::default(),
                    lasting: Lasting::default(),
                    binding: Binding::default(),
                };
                batch::plan(machine, &device, Goal::Requested(&request))
            }
        };
        planned.unwrap()
    }
}

/// An SF that is wanted: number 7 is active.
fn sf(number: u32) -> SfWanted {
    SfWanted {
        number,
        mac: Some(MacAddress(vec![2, 0, 0, 0, 7, number as u8])),
        active: Some(number == 7),
        ..SfWanted::default()
    }
}

impl Undisturbed {
    /// The machine at the start, with faults.
    fn with(&self, faults: &[Fault]) -> Simulated {
        let machine = Simulated::with(self.card.clone(), self.files.clone());
        machine.faults.replace(faults.to_vec());
        machine
    }

    /// The change on that machine; none where the program was killed.
    fn change(&self, machine: &Simulated) -> Option<Ended> {
        killed(|| self.case.change(machine))
    }

    fn is_old_or_new(&self, machine: &Simulated, what: &dyn fmt::Debug) {
        let now = machine.view();
        if now != self.old && now != self.new {
            panic!(
                "{}, {what:?}: neither the old state nor the new one\nagainst the old one: {}\nagainst the new one: {}\neffects:\n{}",
                self.case,
                difference(&self.old, &now),
                difference(&self.new, &now),
                machine.told()
            );
        }
        self.is_sound(machine, what);
    }

    fn is_old(&self, machine: &Simulated, what: &dyn fmt::Debug) {
        let now = machine.view();
        assert!(
            now == self.old,
            "{}, {what:?}: not the old state: {}\neffects:\n{}",
            self.case,
            difference(&self.old, &now),
            machine.told()
        );
        self.is_sound(machine, what);
    }

    /// No journal is left, and nothing was done that the driver does not stand.
    fn is_sound(&self, machine: &Simulated, what: &dyn fmt::Debug) {
        assert!(!machine.has_journal(), "{}, {what:?}: a journal is left", self.case);
        let violations = machine.card.borrow().violations.clone();
        assert_eq!(violations, [""; 0], "{}, {what:?}\n{}", self.case, machine.told());
    }

    /// Recovers the machine, of which nothing is at fault any more.
    fn recover(&self, machine: &Simulated, what: &dyn fmt::Debug) -> Recovered {
        machine.restart(&[]);
        recovered(machine).unwrap_or_else(|failure| {
            panic!(
                "{}, {what:?}: not recovered: {}\neffects:\n{}",
                self.case,
                text(&failure),
                machine.told()
            )
        })
    }
}

impl Simulated {
    fn view(&self) -> View {
        self.card.borrow().view()
    }

    /// What was tried, for people.
    fn told(&self) -> String {
        let log = self.log.borrow();
        let lines =
            log.iter().enumerate().map(|(n, effect)| format!("{n} {}", effect.what));
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// What differs, for people.
fn difference(wanted: &View, now: &View) -> String {
    let mut names: Vec<&String> = wanted.keys().chain(now.keys()).collect();
    names.sort();
    names.dedup();
    let differing = names.into_iter().filter(|name| wanted.get(*name) != now.get(*name));
    let lines = differing
        .map(|name| format!("{name}: {:?}, not {:?}", now.get(name), wanted.get(name)));
    lines.collect::<Vec<_>>().join("; ")
}

fn text(failure: &Failure) -> String {
    format!("{failure:?}")
}

/// What a program comes to; none where it was killed.
fn killed<T>(program: impl FnOnce() -> T) -> Option<T> {
    match panic::catch_unwind(AssertUnwindSafe(program)) {
        Ok(result) => Some(result),
        Err(cause) if cause.is::<Killed>() => None,
        Err(cause) => panic::resume_unwind(cause),
    }
}

fn with_terms<T>(program: impl FnOnce(&Terms) -> T) -> T {
    let terms = Terms {
        limit: Duration::from_secs(30),
        kernel_limit: Duration::from_secs(60),
        waiting: Rc::new(|_: &str| {}),
        observer: &|_| {},
    };
    program(&terms)
}

/// `mode set`, as the command line makes it.
fn change(machine: &Simulated, to: EswitchMode, vfs: Option<u32>) -> Ended {
    let device = machine.card.borrow().device.clone();
    let request = Request {
        mode: to,
        vfs,
        force: Vec::new(),
        settings: Settings::default(),
        lasting: Lasting::default(),
        binding: Binding::default(),
    };
    reach(machine, device, Goal::Requested(&request))
}

/// `sf add` and `sf remove`, as the command line makes them.
fn change_sfs(machine: &Simulated, sfs: &Sfs) -> Ended {
    let device = machine.card.borrow().device.clone();
    let sfs = BTreeMap::from([(device.clone(), sfs.clone())]);
    reach(machine, device, Goal::Sfs(&sfs, &[]))
}

fn reach(machine: &Simulated, device: Handle, goal: Goal) -> Ended {
    with_terms(|terms| {
        let batch = Batch::check(machine, &[device], goal, terms);
        let (mut done, mut failures) = match batch {
            Ok(batch) => batch.run(terms),
            Err(failures) => (Vec::new(), failures),
        };
        failures.pop().map_or_else(|| Ok(done.remove(0)), Err)
    })
}

fn recovered(machine: &Simulated) -> Result<Recovered, Failure> {
    let device = machine.card.borrow().device.clone();
    with_terms(|terms| recover(machine, &device, terms))
}

/// Says how many cases there were, whether or not the test's output is shown.
fn ran(cases: usize, what: &str) {
    let _ = writeln!(std::io::stderr(), "transaction: {cases} cases: {what}");
}

#[test]
fn a_change_reaches_its_mode_and_the_way_back_the_old_state() {
    let mut cases = 0;
    for undisturbed in undisturbed() {
        let Undisturbed { case, old, new, .. } = undisturbed;
        cases += 1;
        let field = |view: &View, name: &str| view.get(name).cloned();
        let mode = format!("{:?}", Some(case.to));
        assert_eq!(field(new, "mode"), Some(mode), "{case}");
        let vfs = case.wanted.unwrap_or(case.vfs);
        assert_eq!(field(new, "VFs"), Some(vfs.to_string()), "{case}");
        for kept in ["autoprobe", "inline mode", "encap mode", "bound", "Pf MTU"] {
            assert_eq!(field(new, kept), field(old, kept), "{case}: {kept}");
        }
        for vf in 0..vfs.min(case.vfs) {
            for kept in ["driver", "override", "MAC"] {
                let name = format!("VF {vf} {kept}");
                assert_eq!(field(new, &name), field(old, &name), "{case}: {name}");
            }
            for kept in ["name", "MTU", "up"] {
                let name = format!("Vf({vf}) {kept}");
                assert_eq!(field(new, &name), field(old, &name), "{case}: {name}");
            }
        }
        let restarts = |sf: u32| case.sfs == SfCase::Altered && sf == 7;
        for sf in [7, 8].into_iter().filter(|sf| case.from == case.to && restarts(*sf)) {
            for kept in ["name", "MTU", "up"] {
                let name = format!("Sf({sf}) {kept}");
                assert_eq!(field(new, &name), field(old, &name), "{case}: {name}");
            }
        }
        if case.from != case.to && case.wanted.is_none() {
            let machine = undisturbed.with(&[]);
            change(&machine, case.to, None).unwrap();
            machine.restart(&[]);
            change(&machine, case.from, None)
                .unwrap_or_else(|failure| panic!("{case}: back: {}", text(&failure)));
            undisturbed.is_old(&machine, &"there and back");
        }
    }
    assert!(cases > 100, "only {cases} changes were made");
    ran(cases, "changes that nothing disturbs");
}

#[test]
fn what_a_dry_run_prints_as_undo_is_what_undo_does() {
    let mut steps = 0;
    for undisturbed in undisturbed() {
        let (case, machine) = (undisturbed.case, undisturbed.with(&[]));
        let plan = case.plan(&machine);
        for begun in 0..=plan.steps.len() {
            let undoing = Plan::undo(&plan.state, &plan.steps, begun);
            let done: Vec<Undo> =
                undoing.iter().filter_map(|step| done_by(&step.action)).collect();
            let printed =
                plan.steps[..begun].iter().rev().filter_map(|step| step.undo.clone());
            let printed: Vec<Undo> = printed.collect();
            steps += printed.len();
            let mut rest = done.iter();
            for undo in &printed {
                let found = rest.any(|done| done == undo);
                assert!(found, "{case}: {undo:?} of {printed:?} is not in {done:?}");
            }
        }
    }
    assert!(steps > 500, "only {steps} steps were looked at");
    ran(steps, "steps whose printed undo is made");
}

/// What a step of an undoing does, in the form of what a dry run prints.
fn done_by(action: &Action) -> Option<Undo> {
    Some(match action {
        Action::SetAutoprobe { to, .. } => Undo::Flag(*to),
        Action::SetVfs { to, .. } => Undo::Vfs(*to),
        Action::SetMode { to, .. } => Undo::Mode(*to),
        Action::AddSfs { to, .. } => Undo::Sfs(to.clone()),
        Action::RemoveSfs { .. } => Undo::Sfs(Vec::new()),
        _ => return None,
    })
}
