// SPDX-License-Identifier: MIT OR Apache-2.0
//! The lines of `watch`, applied by the rule of the manual, turn each inventory into each
//! other.

use std::fs;

use serde_json::{Value, json};
use swdevctl::{
    model::Inventory,
    survey,
    sys::capture::{Capture, Replay},
    topology,
};

use super::{note, replay::captures, schema};

/// One line as a consumer applies it; `docs/watch.jq` is the same for jq.
fn apply(inventory: &mut Value, line: &Value) {
    let at = line["at"].as_u64().map(|at| usize::try_from(at).unwrap());
    let event = line["event"].as_str().unwrap();
    match event {
        "snapshot" => *inventory = line["inventory"].clone(),
        "unassociated_changed" => inventory["unassociated"] = line["value"].clone(),
        "warnings_changed" => inventory["warnings"] = line["value"].clone(),
        _ => {
            let at = at.unwrap();
            let devices = inventory["devices"].as_array_mut().unwrap();
            let of = |device: &Value| device["handle"] == line["device"];
            match event {
                "device_added" => devices.insert(at, line["value"].clone()),
                "device_removed" => assert!(of(&devices.remove(at))),
                "device_changed" => {
                    let ports = devices[at]["ports"].take();
                    assert!(of(&devices[at]));
                    devices[at] = line["value"].clone();
                    devices[at]["ports"] = ports;
                }
                _ => {
                    let device = devices.iter_mut().find(|device| of(device)).unwrap();
                    let ports = device["ports"].as_array_mut().unwrap();
                    match event {
                        "port_added" => ports.insert(at, line["value"].clone()),
                        "port_removed" => assert_eq!(ports.remove(at), line["was"]),
                        "port_changed" => ports[at] = line["value"].clone(),
                        other => panic!("{other}"),
                    }
                }
            }
        }
    }
}

/// The lines between two inventories are valid and lead from one to the other; how many.
fn leads(old: &Inventory, new: &Inventory) -> usize {
    let mut state = serde_json::to_value(old).unwrap();
    let changes = topology::changes(old, new);
    for change in &changes {
        let mut line = serde_json::to_value(change).unwrap();
        line["more"] = json!(true);
        assert_eq!(schema::problem_in("watch-v1", &line), None, "{line:#}");
        apply(&mut state, &line);
    }
    assert_eq!(state, serde_json::to_value(new).unwrap());
    changes.len()
}

/// A number that differs each time, the same in each run.
fn next(seed: &mut usize) -> usize {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
    *seed >> 33
}

/// Something happens to the inventory that happens to a machine.
fn disturb(inventory: &mut Inventory, seed: &mut usize) {
    let devices = inventory.devices.len();
    if devices == 0 {
        return;
    }
    let index = next(seed) % devices;
    let kind = next(seed) % 8;
    let device = &mut inventory.devices[index];
    let ports = device.ports.len();
    match kind {
        0 => drop(inventory.devices.remove(index)),
        1 => device.sriov = None,
        _ if ports == 0 => device.numa_node = Some(3),
        2 => drop(device.ports.remove(next(seed) % ports)),
        3 => device.ports.swap(next(seed) % ports, next(seed) % ports),
        4 => device.ports[next(seed) % ports].netdev = None,
        5 => {
            if let Some(netdev) = &mut device.ports[next(seed) % ports].netdev {
                netdev.name.push('x');
            }
        }
        6 => {
            if let Some(function) = &mut device.ports[next(seed) % ports].function {
                function.driver = Some("vfio-pci".into());
            }
        }
        _ => device.ports.truncate(ports / 2),
    }
}

#[test]
fn lines_lead_from_each_inventory_to_the_next() {
    let mut inventories = Vec::new();
    for path in captures("6.1").into_iter().chain(captures("6.12")) {
        let capture = Capture::parse(&fs::read_to_string(&path).unwrap()).unwrap();
        inventories.push(survey::watch::inventory(&Replay::new(capture)).unwrap());
    }
    let (mut lines, mut steps, mut seed) = (0, 0, 1);
    for pair in inventories.windows(2) {
        lines += leads(&pair[0], &pair[1]) + leads(&pair[1], &pair[0]);
        assert_eq!(leads(&pair[0], &pair[0]), 0);
        let mut changed = pair[0].clone();
        for _ in 0..20 {
            disturb(&mut changed, &mut seed);
        }
        lines += leads(&pair[0], &changed) + leads(&changed, &pair[0]);
        steps += 4;
    }
    note(&format!("watch: {lines} lines lead through {steps} changes of inventories"));
    assert!(lines > 1000);
}

#[test]
fn a_change_names_the_keys_that_differ_and_a_device_comes_without_its_ports() {
    let path = "tests/fixtures/capture/6.12/mlx5.capture.json";
    let capture = Capture::parse(&fs::read_to_string(path).unwrap()).unwrap();
    let old = survey::watch::inventory(&Replay::new(capture)).unwrap();
    let mut new = old.clone();
    let device = &mut new.devices[0];
    device.sriov.as_mut().unwrap().configured = 7;
    let port = device.ports.last_mut().unwrap();
    port.netdev.as_mut().unwrap().name = "other".into();
    port.function.as_mut().unwrap().driver = None;
    let changes = topology::changes(&old, &new);
    let lines: Vec<Value> =
        changes.iter().map(|change| serde_json::to_value(change).unwrap()).collect();
    assert_eq!(lines.len(), 2, "{lines:#?}");
    assert_eq!(lines[0]["changes"], json!(["sriov.configured"]));
    assert_eq!(lines[1]["changes"], json!(["function.driver", "netdev.name"]));
    let mut device = serde_json::to_value(&new.devices[0]).unwrap();
    device.as_object_mut().unwrap().remove("ports").unwrap();
    assert_eq!(lines[0]["value"], device);
}
