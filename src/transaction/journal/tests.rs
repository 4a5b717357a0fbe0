// SPDX-License-Identifier: MIT OR Apache-2.0
//! Journals that are damaged, another device's or version's; two writers at once, and
//! files in the way. What comes of a journal that was cut off, [`super::super::tests`]
//! show.

use std::{fs::OpenOptions, io::Write as _, path::Path, thread};

use super::*;
use crate::{
    model::SriovState,
    plan::Action,
    sys::{Live, storage::Folders},
};

fn boot() -> String {
    Live::new().host().boot()
}

fn header(device: &str, vfs: u32) -> Header {
    let device: Handle = device.parse().unwrap();
    let state = State {
        device: device.clone(),
        driver: Some("mlx5_core".into()),
        eswitch: EswitchMode::Legacy.into(),
        sriov: Some(SriovState { vfs, autoprobe: Some(true) }),
        vfs: Vec::new(),
        settings_complete: true,
        netdevs: Vec::new(),
        functions: Vec::new(),
        sfs: Vec::new(),
        uplinks: Vec::new(),
        representors: Vec::new(),
    };
    let step = |action| Step { action, target: device.clone(), undo: None };
    Header {
        schema: Header::SCHEMA.into(),
        boot: boot(),
        instance: Some(1),
        rebuild: false,
        to: EswitchMode::Switchdev,
        stash: state.clone(),
        state,
        steps: vec![
            step(Action::SetVfs { from: vfs, to: 0 }),
            step(Action::SetVfs { from: 0, to: vfs }),
        ],
    }
}

fn text(header: &Header, lines: &str) -> String {
    format!("{}\n{lines}", serde_json::to_string(header).unwrap())
}

fn found(text: &str) -> String {
    match parse::parse(text, &"pci/03:00.0".parse().unwrap(), &boot()) {
        Found::None => "none".into(),
        Found::OtherBoot => "other boot".into(),
        Found::Unreadable(why) => why,
        Found::Change(change) => {
            let Progress { begun, done, undoing } = change.1;
            format!("{begun} {done} {undoing}")
        }
    }
}

#[test]
fn a_journal_that_is_not_this_devices_is_not_acted_on() {
    let fine = header("pci/03:00.0", 4);
    assert_eq!(found(&text(&fine, "")), "0 0 false");
    let other = header("pci/04:00.0", 4);
    assert_eq!(found(&text(&other, "")), "it is about pci/0000:04:00.0");
    let mixed = Header { steps: other.steps.clone(), ..fine.clone() };
    assert_eq!(found(&text(&mixed, "")), "it is about pci/0000:04:00.0");
    let stash = Header { stash: other.state, ..fine.clone() };
    assert_eq!(found(&text(&stash, "")), "it is about pci/0000:04:00.0");
    let many = header("pci/03:00.0", u32::MAX);
    assert_eq!(found(&text(&many, "")), "it counts more VFs than can be");
    let newer = Header { schema: "swdevctl/journal/v9".into(), ..fine.clone() };
    let schema = "its schema is \"swdevctl/journal/v9\", not swdevctl/journal/v1";
    assert_eq!(found(&text(&newer, "")), schema);
    // Nothing else of another boot's journal matters.
    let boot = "{\"schema\":\"swdevctl/journal/v0\",\"boot\":\"b\"}\n";
    assert_eq!(found(boot), "other boot");
    let line = "{\"begun\":18446744073709551615}";
    for line in [line, "{\"begun\":2}", "{\"done\":-1}", "{\"left\":1}", "7"] {
        assert_eq!(found(&text(&fine, line)), format!("it has no line {line:?}"));
    }
    for damaged in ["", "\n", "{}", "[]", "null", &text(&fine, "")[..200]] {
        let why = found(damaged);
        assert!(why.contains("column"), "{damaged}: {why}");
    }
}

#[test]
fn two_who_change_two_cards_write_no_wrong_journal() {
    let folder = ["/dev/shm", "/tmp"].iter().find(|f| Path::new(f).is_dir()).unwrap();
    let folder = tempfile::tempdir_in(folder).unwrap();
    let change = |device: &str, times| {
        let header = header(device, 4);
        let device = &header.state.device;
        let folders = folder.path().join("swdevctl").display().to_string();
        let folders = Folders(&folders);
        let journals = Journals::of(&folders);
        for _ in 0..times {
            let journal = journals.create(&header).unwrap();
            journal.add(Entry::Begun(0)).unwrap();
            let Found::Change(found) = journals.find(&Live::new(), device) else {
                panic!("no change")
            };
            assert_eq!(found.0, header);
            assert_eq!(found.1, Progress { begun: 1, done: 0, undoing: false });
            journal.remove().unwrap();
        }
    };
    thread::scope(|scope| {
        for device in ["pci/03:00.0", "pci/04:00.0"] {
            scope.spawn(move || change(device, 4_000));
        }
    });
}

#[test]
fn a_journal_of_any_kind_can_be_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    let folders = folder.path().join("swdevctl").display().to_string();
    let folders = Folders(&folders);
    let journals = Journals::of(&folders);
    let header = header("pci/03:00.0", 4);
    let device = &header.state.device;
    let journal = journals.create(&header).unwrap();
    assert_eq!(journals.devices().unwrap(), std::slice::from_ref(device));
    // A line of which the end did not fit.
    let mut file = OpenOptions::new().append(true).open(journals.path(device)).unwrap();
    file.write_all(b"{\"beg").unwrap();
    journal.add(Entry::Undoing).unwrap();
    let Found::Change(found) = journals.find(&Live::new(), device) else {
        panic!("no change")
    };
    assert!(found.1.undoing);
    let aside = journals.discard(device).unwrap();
    assert!(aside.is_file());
    assert!(matches!(journals.find(&Live::new(), device), Found::None));
    std::os::unix::fs::symlink("/dev/zero", journals.path(device)).unwrap();
    assert!(matches!(journals.find(&Live::new(), device), Found::Unreadable(_)));
    assert!(journals.exists(device));
    journals.discard(device).unwrap();
    assert!(!journals.exists(device));
}
