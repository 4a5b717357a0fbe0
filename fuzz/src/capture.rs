// SPDX-License-Identifier: MIT OR Apache-2.0
//! Machines whose drivers and kernels answer anything: captures of the lab with damaged
//! answers, read by what the verbs read with.

use serde_json::{Map, Value};
use swdevctl::{
    desired::{self, Config, PARAMS},
    model::{ConfigFile, Fields, Handle, Inventory},
    naming::{Check, Names, Policy},
    plan::{Binding, Readiness, Request},
    render::{
        Consumer, Devices, Document, Drifts, Form, Formatted, Plans, Text, Topology, json,
    },
    survey::{self, declared, find::Finder, select},
    sys::{
        Machine,
        capture::{Capture, Replay},
    },
    transaction::batch::{self, Goal},
};

/// A capture of one mlx5 with VFs, in mode switchdev.
const MLX5: &str = include_str!("../../tests/fixtures/capture/6.12/mlx5.capture.json");

/// Captures that are damaged: each driver, SFs, a DPU's ports, and netdevsim.
const WHOLE: [&str; 10] = [
    MLX5,
    include_str!("../../tests/fixtures/capture/6.12/sfs.capture.json"),
    include_str!("../../tests/fixtures/capture/6.12/adjacent.capture.json"),
    include_str!("../../tests/fixtures/capture/6.12/ice-sf.capture.json"),
    include_str!("../../tests/fixtures/capture/6.12/bnxt-6.3.capture.json"),
    include_str!("../../tests/fixtures/capture/6.12/nfp-split.capture.json"),
    include_str!("../../tests/fixtures/capture/6.12/real-liquidio.capture.json"),
    include_str!("../../tests/fixtures/capture/6.12/sfc.capture.json"),
    include_str!("../../tests/fixtures/capture/6.12/unknown-lone.capture.json"),
    include_str!("../../tests/fixtures/case/esc.capture.json"),
];

/// What files of sysfs and names say in a damaged capture.
const TEXTS: [&str; 12] = [
    "",
    "0",
    "-1",
    "4294967295",
    "18446744073709551616",
    "0x15b3\n",
    "../../../etc",
    "\u{1b}[2J\u{202e}",
    "$(reboot)`reboot`",
    "pf0vf4294967295",
    "p0s0",
    "PCI_SLOT_NAME=0000:01:00.1\nDRIVER=x",
];

/// Numbers at which a length or a count changes its meaning.
const NUMBERS: [u32; 8] =
    [0, 1, 0xff, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, u32::MAX];

/// Calls a function with the machine of [`MLX5`] and its inventory, which are read once.
pub fn with_mlx5<T>(what: impl FnOnce(&Replay, &Inventory) -> T) -> T {
    thread_local! {
        static MACHINE: (Replay, Inventory) = {
            let machine = Replay::new(parsed(MLX5));
            let inventory = survey::devices_or_all(&machine, &[]);
            (machine, inventory.unwrap_or_else(|error| panic!("{error:?}")))
        };
    }
    MACHINE.with(|(machine, inventory)| what(machine, inventory))
}

/// Compares a declared state with a machine.
pub fn compared(config: &Config) {
    with_mlx5(|machine, inventory| {
        let _ = declared::state(machine, config, inventory, true).map(|(state, _)| {
            let drifts = Drifts { devices: state.devices, unmatched: state.unmatched };
            shown(&Document::new("swdevctl/drift/v1", drifts));
        });
    });
}

/// Reads a damaged machine by what each verb reads with.
pub fn read_by_all_verbs(data: &[u8]) {
    let Some((which, edits)) = data.split_first() else { return };
    let text = WHOLE[usize::from(*which) % WHOLE.len()];
    let mut capture: Value = serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}"));
    edits.chunks_exact(6).take(64).for_each(|edit| damage(&mut capture, edit));
    let Ok(capture) = serde_json::from_value::<Capture>(capture) else { return };
    let machine = Replay::new(capture.clone());
    read_machine(&machine);
    if let Ok(secrets) = survey::everything(&machine) {
        read_machine(&Replay::new(capture.masked(&secrets)));
    }
}

fn parsed(text: &str) -> Capture {
    Capture::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

/// The value of a map at a position.
fn nth(map: &mut Map<String, Value>, position: u8) -> Option<(String, &mut Value)> {
    let position = usize::from(position) % map.len().max(1);
    map.iter_mut().nth(position).map(|(key, value)| (key.clone(), value))
}

/// Makes one change: of an answer's bytes, of its messages, or of a file.
fn damage(capture: &mut Value, edit: &[u8]) {
    let &[kind, which, message, low, high, value] = edit else { return };
    let kind = kind % 12;
    let table = match kind {
        0..=6 => "answers",
        7 | 8 => "files",
        9 => "links",
        10 => "folders",
        _ => "paths",
    };
    let Some(map) = capture.get_mut(table).and_then(Value::as_object_mut) else { return };
    let Some((key, entry)) = nth(map, which) else { return };
    let text = TEXTS[usize::from(value) % TEXTS.len()];
    match kind {
        0..=4 => {
            let messages = entry.pointer_mut("/answer/messages");
            let Some(messages) = messages.and_then(Value::as_array_mut) else { return };
            let position = usize::from(message) % messages.len().max(1);
            let offset = usize::from(u16::from_le_bytes([low, high]));
            match kind {
                3 => messages.truncate(position),
                4 if messages.len() < 16 => {
                    let Some(again) = messages.get(position).cloned() else { return };
                    messages.push(again);
                }
                _ => {
                    let Some(Value::String(digits)) = messages.get_mut(position) else {
                        return;
                    };
                    alter(digits, kind, offset, value);
                }
            }
        }
        5 | 6 => {
            let errno = i32::from(value);
            *entry =
                serde_json::json!({ "refused": { "errno": errno, "message": text } });
        }
        7 => *entry = serde_json::json!({ "text": text }),
        9 | 11 => *entry = text.into(),
        10 if message % 2 == 0 => *entry = serde_json::json!([text, "virtfn0", "net"]),
        _ => drop(map.remove(&key)),
    }
}

/// Changes bytes of a message, which stands in hexadecimal digits.
fn alter(digits: &mut String, kind: u8, offset: usize, value: u8) {
    let offset = 2 * (offset % (digits.len() / 2).max(1));
    match kind {
        0 => put(digits, offset, &[value]),
        1 => {
            let number = NUMBERS[usize::from(value) % NUMBERS.len()];
            put(digits, offset - offset % 8, &number.to_le_bytes());
        }
        _ => digits.truncate(offset),
    }
}

fn put(digits: &mut String, offset: usize, bytes: &[u8]) {
    for (position, byte) in bytes.iter().enumerate() {
        let range = offset + 2 * position..offset + 2 * position + 2;
        if range.end <= digits.len() {
            digits.replace_range(range, &format!("{byte:02x}"));
        }
    }
}

/// Whether a text is safe to print on a terminal.
pub fn is_harmless(text: &str) -> bool {
    let turns = |c: char| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().all(|c| (c == '\n' || !c.is_control()) && !turns(c))
}

/// Asserts that a text is safe to print on a terminal, and that its JSON is JSON.
fn shown(value: &impl Text) {
    let text = value.to_text();
    assert!(is_harmless(&text), "{text:?}");
    let mut bytes = Vec::new();
    json::write(&mut bytes, value).unwrap_or_else(|error| panic!("{error}"));
    let value = serde_json::from_slice::<Value>(&bytes);
    assert!(value.is_ok(), "{}", String::from_utf8_lossy(&bytes));
}

fn read_machine(machine: &dyn Machine) {
    let Ok(inventory) = survey::complete(machine, &[], &Fields::All) else { return };
    drawn(&inventory);
    named(machine);
    found(machine, &inventory);
    for device in &inventory.devices {
        planned(machine, &device.handle);
    }
    shown(&inventory);
}

fn drawn(inventory: &Inventory) {
    for form in [Form::Text { unicode: true }, Form::Svg, Form::Dot, Form::Mermaid] {
        for expand in [false, true] {
            shown(&Topology::new(inventory, form, expand));
        }
    }
    for consumer in [
        Consumer::Ansible,
        Consumer::Nfd { expires: 0 },
        Consumer::DeviceInfo,
        Consumer::Dra,
        Consumer::Prometheus,
    ] {
        shown(&Formatted::new(inventory, consumer));
    }
}

fn named(machine: &dyn Machine) {
    let Ok(facts) = survey::facts(machine) else { return };
    let Ok(policy) = survey::policy_in_force(machine) else { return };
    let netdevs = survey::named(&facts);
    let other = Policy::shipped("os-net-config", &[]).ok();
    shown(&Document::new("check", Check::new(&policy, other.as_ref(), &facts, &netdevs)));
    if let Ok(selected) = survey::of_things(&facts, &[]) {
        shown(&Document::new("name", Names::new(&policy, selected)));
    }
}

/// Each row is found by its own names, as the same row.
fn found(machine: &dyn Machine, inventory: &Inventory) {
    let rows = inventory.devices.iter().flat_map(|device| &device.ports);
    let mut finder = Finder::new(machine);
    for port in rows.take(4) {
        let netdev = port.netdev.as_ref().map(|netdev| netdev.name.as_str());
        let function = port.function.as_ref().map(|function| function.address.as_str());
        for thing in netdev.into_iter().chain(function) {
            let _ = select::owner(machine, thing);
            let _ = finder.find(thing);
        }
    }
}

fn planned(machine: &dyn Machine, device: &Handle) {
    if let Ok(snapshot) = survey::preflight(machine, device) {
        let devices = vec![Readiness::new(&snapshot)];
        shown(&Document::new("doctor", Devices { devices }));
    }
    for mode in ["legacy", "switchdev"].into_iter().filter_map(|mode| mode.parse().ok()) {
        let request = Request { binding: Binding::Unbound, ..Request::of_mode(mode) };
        if let Ok(plan) = batch::plan(machine, device, Goal::Requested(&request)) {
            shown(&plan);
            shown(&Document::new("plans", Plans { plans: vec![plan] }));
        }
    }
    // What `config show` prints is a declaration.
    if let Ok(present) = declared::Present::read(machine, device, PARAMS) {
        let text = desired::present(&present.actual());
        let file = ConfigFile { path: "/etc/shown".into(), text: text.clone() };
        if let Err(errors) = Config::read(&[file]) {
            panic!("shown, and not read: {errors:?}\n{text}");
        }
    }
}
