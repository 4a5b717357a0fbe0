// SPDX-License-Identifier: MIT OR Apache-2.0
//! Each row of each captured machine's inventory is found by every name and address of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write as _,
    process::{Command, Output, Stdio},
};

use serde_json::{Value, json};
use swdevctl::{
    model::PciAddress,
    survey::{self, find::Finder},
    sys::capture::{Capture, Replay},
    wire::devlink,
};

use super::{note, replay::captures, schema};

fn find(capture: &str, things: &str, options: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_swdevctl"));
    command.args(["find", "-", "--replay", capture]).args(options);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let things = things.to_owned();
    let writer = std::thread::spawn(move || input.write_all(things.as_bytes()));
    let output = child.wait_with_output().unwrap();
    // A command that refuses its list does not read all of it.
    let _ = writer.join().unwrap();
    output
}

/// A row of an inventory, with its device.
type Row<'a> = (&'a Value, &'a Value);

fn rows(inventory: &Value) -> Vec<Row<'_>> {
    let devices = inventory["devices"].as_array().unwrap().iter();
    let rows = devices.flat_map(|device| {
        device["ports"].as_array().unwrap().iter().map(move |port| (device, port))
    });
    rows.collect()
}

/// Each name and address of each row, with the rows that may be its answer.
fn things<'a>(inventory: &'a Value, replay: &Replay) -> BTreeMap<String, Vec<Row<'a>>> {
    let mut things: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    let rows = rows(inventory);
    // A function is found in the row of its representor, where it has one.
    let of_function = |address: &Value| {
        let same = rows.iter().filter(|(_, port)| {
            port["function"]["address"] == *address && port["role"] != "pf_rep"
        });
        let same: Vec<Row> = same.copied().collect();
        let represented = same.iter().find(|(_, port)| port["role"] != "vf");
        represented.or(same.first()).copied()
    };
    for row in &rows {
        let (device, port) = row;
        let function = &port["function"];
        let own = Some(function)
            .filter(|function| function.is_object() && port["role"] != "pf_rep");
        let own = own.and_then(|function| of_function(&function["address"]));
        let is_own = port["role"] == "vf";
        for (value, answer) in [
            (&function["address"], own),
            (&function["netdev"], own),
            (&port["netdev"]["name"], if is_own { own } else { Some(*row) }),
        ] {
            if let (Some(text), Some(answer)) = (value.as_str(), answer) {
                things.entry(text.into()).or_insert_with(|| vec![answer]);
            }
        }
        for altname in port["netdev"]["altnames"].as_array().into_iter().flatten() {
            let answer = if is_own { own.unwrap() } else { *row };
            things.insert(altname.as_str().unwrap().into(), vec![answer]);
        }
        for mac in [&port["netdev"]["mac"], &function["mac"]] {
            let Some(mac) = mac.as_str().filter(|mac| *mac != "00:00:00:00:00:00") else {
                continue;
            };
            let all = things.entry(mac.into()).or_default();
            if !all.contains(row) {
                all.push(*row);
            }
        }
        let _ = device;
    }
    // The device itself is the row of its first uplink that has a netdev.
    for device in inventory["devices"].as_array().unwrap() {
        let ports = device["ports"].as_array().unwrap().iter();
        let own = ports.filter(|port| port["role"] == "uplink" || port["role"] == "pf");
        let own: Vec<&Value> = own.collect();
        let order = |port: &&&Value| {
            let name = port["phys_port_name"].as_str().map(str::to_owned);
            (!port["netdev"].is_object(), name.is_none(), name)
        };
        let main = own.iter().min_by_key(order);
        if let Some(main) = main {
            let handle = device["handle"].as_str().unwrap();
            things.insert(handle.into(), vec![(device, *main)]);
            things.insert(
                handle.strip_prefix("pci/").unwrap_or(handle).into(),
                vec![(device, *main)],
            );
        }
    }
    for device in survey::facts(replay).unwrap().devices {
        for port in &device.ports {
            let answer = rows.iter().filter(|(of, row)| {
                of["handle"] == device.handle.to_string()
                    && row["port_index"] == port.handle.index
            });
            let answer: Vec<Row> = answer.copied().collect();
            if let [answer] = answer.as_slice() {
                things.insert(port.handle.to_string(), vec![*answer]);
            }
        }
    }
    things
}

/// A capture in which each function says whose it is and what netdevs it has, as a live
/// machine does. Then few questions are enough for most rows.
fn telling(capture: &str, inventory: &Value) -> String {
    let mut capture: Value = serde_json::from_str(capture).unwrap();
    add_netdevs(&mut capture, inventory);
    // By PF and number.
    let mut vfs = BTreeMap::new();
    for (path, target) in capture["links"].as_object().unwrap() {
        let parts = path.strip_prefix("bus/pci/devices/");
        let Some((pf, number)) = parts.and_then(|of| of.split_once("/virtfn")) else {
            continue;
        };
        let number: u32 = number.parse().unwrap();
        vfs.insert((pf.to_owned(), number), target.as_str().unwrap().to_owned());
    }
    let id = |address: &str| address.parse::<PciAddress>().unwrap().routing_id();
    for ((pf, number), vf) in &vfs {
        let folder = format!("bus/pci/devices/{vf}");
        capture["links"][format!("{folder}/physfn")] = json!(pf);
        capture["folders"].as_object_mut().unwrap().entry(folder).or_insert(json!([]));
        if *number == 0 {
            let offset = id(vf) - id(pf);
            let next = vfs.get(&(pf.clone(), 1)).map_or(1, |next| id(next) - id(vf));
            for (file, value) in [("sriov_offset", offset), ("sriov_stride", next)] {
                let file = format!("bus/pci/devices/{pf}/{file}");
                capture["files"][file] = json!({"text": format!("{value}\n")});
            }
        }
    }
    capture.to_string()
}

fn add_netdevs(capture: &mut Value, inventory: &Value) {
    for (device, port) in rows(inventory) {
        let Some(address) = port["function"]["address"].as_str() else { continue };
        let bus = if address.contains(':') { "pci" } else { "auxiliary" };
        let folder = format!("bus/{bus}/devices/{address}");
        let pf = device["address"].as_str().unwrap();
        if bus == "auxiliary" {
            let path = format!("devices/pci0000:00/{pf}/{address}");
            capture["paths"][&folder] = json!(path);
        }
        let folders = capture["folders"].as_object_mut().unwrap();
        if let Some(name) = port["function"]["netdev"].as_str() {
            folders.insert(format!("{folder}/net"), json!([name]));
        }
        folders.entry(folder).or_insert(json!([]));
    }
}

/// The row of the inventory, without what `find` alone tells.
fn comparable(port: &Value) -> Value {
    let mut port = port.clone();
    if port["function"].is_object() {
        port["function"].as_object_mut().unwrap().remove("holders");
    }
    port
}

#[test]
fn every_row_of_every_capture_is_found_by_each_name_of_it() {
    let (mut asked, mut narrow, mut machines) = (0, 0, 0);
    for path in captures("6.1").into_iter().chain(captures("6.12")) {
        let path = path.to_str().unwrap();
        let text = fs::read_to_string(path).unwrap();
        let inventory = fs::read_to_string(path.replace(".capture.", ".inventory."));
        let inventory: Value = serde_json::from_str(&inventory.unwrap()).unwrap();
        let replay = Replay::new(Capture::parse(&text).unwrap());
        let things = things(&inventory, &replay);
        let list: Vec<&str> = things.keys().map(String::as_str).collect();
        // All in one command, and each alone.
        let output = find(path, &list.join("\n"), &["--json"]);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{path}: {error}");
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(schema::problem_in("find-v1", &document), None, "{path}");
        let telling = Capture::parse(&telling(&text, &inventory)).unwrap();
        let telling = Replay::new(telling);
        for (thing, answers) in &things {
            let found = document["found"].as_array().unwrap().iter();
            let found: Vec<Value> =
                found.filter(|row| row["thing"] == **thing).cloned().collect();
            is_found(&format!("{path}: {thing}"), &found, answers);
            let mut finder = Finder::new(&telling);
            let mut found = finder.find(thing).unwrap();
            finder.complete(&mut found);
            let found: Vec<Value> =
                found.iter().map(|row| serde_json::to_value(row).unwrap()).collect();
            is_found(&format!("{path}, alone: {thing}"), &found, answers);
            narrow += usize::from(!finder.has_read_whole());
        }
        asked += things.len();
        machines += 1;
    }
    note(&format!(
        "find: {asked} questions about {machines} captures, {narrow} of them answered \
         without reading a whole device"
    ));
    assert!(asked > 1000 && narrow > asked / 3, "{asked} {narrow}");
}

/// Each of these rows is among what was found.
fn is_found(what: &str, found: &[Value], answers: &[Row]) {
    assert!(found.len() >= answers.len(), "{what}: {found:#?}");
    for (device, port) in answers {
        let is_it = |row: &&Value| {
            row["device"] == device["handle"]
                && comparable(&row["port"]) == comparable(port)
        };
        let row = found.iter().find(is_it);
        let row = row.unwrap_or_else(|| panic!("{what}: {found:#?} is not {port:#}"));
        assert_eq!(row["mode"], device["eswitch"]["mode"], "{what}");
        assert_eq!(row["switch_id"], device["switch_id"], "{what}");
        assert_eq!(row["driver"], device["driver"], "{what}");
        let uplinks = device["ports"].as_array().unwrap().iter();
        let mut uplinks = uplinks.filter(|port| {
            (port["role"] == "uplink" || port["role"] == "pf")
                && port["netdev"].is_object()
        });
        let is_uplink = |port: &Value| port["netdev"]["name"] == row["uplink"];
        assert!(
            uplinks.clone().next().is_none() || uplinks.any(is_uplink),
            "{what}: {row:#}"
        );
    }
}

const FACES: &str = "tests/fixtures/capture/6.12/faces.capture.json";

#[test]
fn what_is_not_found_has_its_row_and_the_others_are_printed() {
    let things = "enp1s0r0 nonsense ff:1f.7 lo aa:bb:cc:dd:ee:ff pci/0000:01:00.0/99999 \
                  ../../etc/passwd \u{1b}[2J \u{202e}x mlx5_core.sf.99 01:00.1";
    let output = find(FACES, things, &["--json"]);
    assert_eq!(output.status.code(), Some(5));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(schema::problem_in("find-v1", &document), None);
    let found = document["found"].as_array().unwrap();
    let errors: Vec<bool> = found.iter().map(|row| row["error"].is_string()).collect();
    assert_eq!(errors.iter().filter(|error| !**error).count(), 2, "{found:#?}");
    assert!(!errors[0] && !errors[10], "{errors:?}");
    let error: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(error["error"]["code"], "not-found");
    let text = find(FACES, things, &[]);
    for stream in [&text.stdout, &text.stderr] {
        let text = String::from_utf8_lossy(stream);
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
        assert!(!text.contains('\u{202e}'), "{text:?}");
    }
    let endless = find(FACES, &"a ".repeat(70_000), &["--json"]);
    assert_eq!(endless.status.code(), Some(2));
    assert_eq!(find(FACES, "", &["--json"]).status.code(), Some(0));
}

fn swdevctl(arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_swdevctl"));
    let output = command.args(arguments).args(["--replay", FACES]).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// A VF, its representor, its netdev, an uplink and a port.
const OF_FIRST: [&str; 5] =
    ["01:00.1", "enp1s0r0", "enp1s0v0", "enp1s0np0", "pci/0000:01:00.0"];

#[test]
fn verbs_that_read_take_any_name_of_a_port() {
    for verb in [&["inventory"][..], &["mode", "show"], &["doctor"], &["sf", "list"]] {
        let by_device = swdevctl(&[verb, &["01:00.0", "--json"]].concat());
        assert_eq!(by_device.0, Some(0), "{verb:?}");
        for thing in OF_FIRST {
            let by_thing = swdevctl(&[verb, &[thing, "--json"]].concat());
            assert_eq!(by_thing, by_device, "{verb:?} {thing}");
        }
    }
    let names = |thing| {
        let (code, text, _) = swdevctl(&["name", "explain", thing, "--json"]);
        assert_eq!(code, Some(0), "{thing}");
        let document: Value = serde_json::from_str(&text).unwrap();
        let netdevs = document["netdevs"].as_array().unwrap().iter();
        let names = netdevs.map(|of| of["name"].as_str().unwrap().to_owned());
        names.collect::<BTreeSet<_>>()
    };
    assert_eq!(names("01:00.1"), BTreeSet::from(["enp1s0r0".into(), "enp1s0v0".into()]));
    assert_eq!(names("enp1s0v0"), BTreeSet::from(["enp1s0v0".into()]));
    assert_eq!(names("01:00.0"), BTreeSet::from(["enp1s0np0".into()]));
    assert_eq!(swdevctl(&["name", "explain", "ff:1f.7"]).0, Some(5));
}

#[test]
fn rep_prints_the_representor_of_a_function() {
    let rep = |thing| swdevctl(&["rep", thing]);
    let printed = |name: &str| (Some(0), format!("{name}\n"), String::new());
    assert_eq!(rep("01:00.1"), printed("enp1s0r0"));
    assert_eq!(rep("enp1s0v1"), printed("enp1s0r1"));
    assert_eq!(rep("enp1s0r1"), printed("enp1s0r1"));
    assert_eq!(rep("01:00.0"), printed("enp1s0np0"));
    assert_eq!(rep("nonsense").0, Some(5));
    assert_eq!(swdevctl(&["rep", "01:00.1", "--vf", "1"]).0, Some(2));
    assert_eq!(swdevctl(&["rep", "01:00.1", "--device", "01:00.0"]).0, Some(2));
    assert_eq!(
        swdevctl(&["rep", "--device", "01:00.1", "--vf", "1"]),
        printed("enp1s0r1")
    );
}

/// A change of a VF's mode does not change the mode of its card.
#[test]
fn verbs_that_change_something_do_not_take_a_vf_for_its_card() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("telling.json");
    let inventory = fs::read_to_string(FACES.replace(".capture.", ".inventory."));
    let inventory: Value = serde_json::from_str(&inventory.unwrap()).unwrap();
    let capture = telling(&fs::read_to_string(FACES).unwrap(), &inventory);
    let mut capture: Value = serde_json::from_str(&capture).unwrap();
    let question = devlink::eswitch_get(&"pci/01:00.1".parse().unwrap()).to_bytes();
    let question: String = question.iter().map(|byte| format!("{byte:02x}")).collect();
    capture["answers"][format!("devlink get {question}")] =
        json!({"refused": {"errno": 95, "message": null}});
    fs::write(&file, capture.to_string()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_swdevctl"));
    command.args(["mode", "set", "legacy", "01:00.1", "--dry-run", "--replay"]);
    let output = command.arg(&file).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(3), 0), "{error}");
    assert!(error.contains("it is a VF; the eswitch is that of its PF"), "{error}");
    assert!(error.contains("pci/0000:01:00.0"), "{error}");
}
