// SPDX-License-Identifier: MIT OR Apache-2.0
//! Journals that are damaged, another device's, another boot's or version's; and two
//! writers at once.

use std::thread;

use super::*;
use crate::model::SriovState;

fn header(device: &str, vfs: u32) -> Header {
    let device: Handle = device.parse().unwrap();
    let state = State {
        device: device.clone(),
        driver: Some("mlx5_core".into()),
        mode: EswitchMode::Legacy,
        inline_mode: None,
        encap_mode: None,
        sriov: Some(SriovState { vfs, autoprobe: Some(true) }),
        vfs: Vec::new(),
        settings_complete: true,
        netdevs: Vec::new(),
        functions: Vec::new(),
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
    match parse(text, &"pci/03:00.0".parse().unwrap(), &boot()) {
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
fn a_line_that_was_cut_off_counts_for_nothing() {
    let header = header("pci/03:00.0", 4);
    let whole = "{\"begun\":0}\n{\"done\":0}\n{\"begun\":1}\n\"undoing\"\n";
    let lines = |end| found(&text(&header, &whole[..end]));
    assert_eq!(lines(whole.len()), "2 1 true");
    // The line's newline alone is missing.
    assert_eq!(lines(whole.len() - 1), "2 1 true");
    for end in 0..whole.len() {
        let progress = lines(end);
        let known = ["0 0 false", "1 0 false", "1 1 false", "2 1 false", "2 1 true"];
        assert!(known.contains(&progress.as_str()), "{end}: {progress}");
    }
    assert_eq!(found(&text(&header, "{\"begun\":0}\n{\"don\n\"undoing\"\n")), "1 0 true");
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
        let journals = Journals::below(&folder.path().join("swdevctl"));
        for _ in 0..times {
            let mut journal = journals.create(&header).unwrap();
            journal.add(Entry::Begun(0)).unwrap();
            let Found::Change(found) = journals.find(device) else { panic!("no change") };
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
    let journals = Journals::below(&folder.path().join("swdevctl"));
    let header = header("pci/03:00.0", 4);
    let device = &header.state.device;
    let mut journal = journals.create(&header).unwrap();
    assert_eq!(journals.devices().unwrap(), std::slice::from_ref(device));
    // A line of which the end did not fit.
    journal.file.write_all(b"{\"beg").unwrap();
    drop(journal);
    let mut journal = journals.reopen(device).unwrap();
    journal.add(Entry::Undoing).unwrap();
    let Found::Change(found) = journals.find(device) else { panic!("no change") };
    assert!(found.1.undoing);
    let aside = journals.discard(device).unwrap();
    assert!(aside.is_file());
    assert!(matches!(journals.find(device), Found::None));
    std::os::unix::fs::symlink("/dev/zero", journals.path(device)).unwrap();
    assert!(matches!(journals.find(device), Found::Unreadable(_)));
    assert!(journals.exists(device));
    journals.discard(device).unwrap();
    assert!(!journals.exists(device));
}
