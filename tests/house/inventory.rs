// SPDX-License-Identifier: MIT OR Apache-2.0
//! Fields and filters of `inventory`, on every machine of the lab: what is left is what the
//! whole inventory has of it.

use std::process::Command;

use serde_json::{Map, Value, json};

use super::{replay, schema};

const FACES: &str = "tests/fixtures/capture/6.12/faces.capture.json";

fn swdevctl(capture: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_swdevctl"))
        .args(["inventory", "--replay", capture])
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn inventory(capture: &str, arguments: &[&str]) -> Value {
    let (code, text, error) = swdevctl(capture, &[&["--json"], arguments].concat());
    assert_eq!(code, Some(0), "{capture} {arguments:?}: {error}");
    serde_json::from_str(&text).unwrap()
}

fn captures() -> Vec<String> {
    let captures = replay::captures("6.12").into_iter();
    captures.map(|path| path.to_str().unwrap().to_owned()).collect()
}

/// The schema without the demand that each key is there.
fn schema_of_parts() -> Value {
    fn relax(schema: &mut Value) {
        if let Some(object) = schema.as_object_mut() {
            object.remove("required");
            object.values_mut().for_each(relax);
        }
    }
    let mut schema = schema::schema();
    relax(&mut schema);
    schema
}

/// One field of an object, by its path.
fn part(value: &Value, path: &[&str]) -> Value {
    match path {
        [] => value.clone(),
        [key, rest @ ..] => match (*key, value) {
            ("ports", _) => {
                let ports = value["ports"].as_array().unwrap().iter();
                json!({ "ports": ports.map(|port| part(port, rest)).collect::<Vec<_>>() })
            }
            (_, value) if value[*key].is_null() => json!({ *key: null }),
            _ => json!({ *key: part(&value[*key], rest) }),
        },
    }
}

/// Both objects in one.
fn merge(one: Value, other: Value) -> Value {
    match (one, other) {
        (Value::Object(mut one), Value::Object(other)) => {
            for (key, value) in other {
                let merged = match one.remove(&key) {
                    Some(before) => merge(before, value),
                    None => value,
                };
                one.insert(key, merged);
            }
            Value::Object(one)
        }
        (Value::Array(one), Value::Array(other)) => {
            one.into_iter().zip(other).map(|(one, other)| merge(one, other)).collect()
        }
        (one, _) => one,
    }
}

#[test]
fn chosen_fields_are_those_of_the_whole() {
    const CHOSEN: [&str; 6] = [
        "handle",
        "eswitch.mode",
        "pcie_root",
        "ports.vf",
        "ports.netdev.name",
        "ports.function",
    ];
    let schema = schema_of_parts();
    for capture in captures() {
        let whole = inventory(&capture, &[]);
        // The function's costly fields are read where all of it is chosen.
        let chosen = inventory(&capture, &["--fields", &CHOSEN.join(",")]);
        assert_eq!(schema::problem(&chosen, &schema, "inventory"), None, "{capture}");
        let mut expected = whole.clone();
        for device in expected["devices"].as_array_mut().unwrap() {
            let parts = CHOSEN
                .iter()
                .map(|field| part(device, &field.split('.').collect::<Vec<_>>()));
            *device = parts.fold(Value::Object(Map::new()), merge);
        }
        let mut chosen = chosen;
        for document in [&mut chosen, &mut expected] {
            for device in document["devices"].as_array_mut().unwrap() {
                for port in device["ports"].as_array_mut().unwrap() {
                    if let Some(function) = port["function"].as_object_mut() {
                        function.remove("policy_name");
                        function.remove("holders");
                    }
                }
            }
        }
        assert_eq!(chosen, expected, "{capture}");
    }
}

#[test]
fn all_fields_are_a_valid_inventory_with_what_costs_more() {
    let schema = schema::schema();
    let mut named = 0;
    for capture in captures() {
        let all = inventory(&capture, &["--fields", "all"]);
        assert_eq!(schema::problem(&all, &schema, "inventory"), None, "{capture}");
        for device in all["devices"].as_array().unwrap() {
            for port in device["ports"].as_array().unwrap() {
                let netdev = &port["netdev"];
                // All machines of the lab have the names of their policy.
                if port["role"] == "vf_rep" && netdev["policy_name"].is_string() {
                    assert_eq!(netdev["policy_name"], netdev["name"], "{capture}");
                    named += 1;
                }
                let function = &port["function"];
                assert!(function.is_null() || function["holders"].is_array());
            }
        }
    }
    assert!(named > 30, "{named}");
}

/// Without root the kernel tells neither the mode nor whose files other processes hold.
#[test]
fn who_uses_a_function_is_null_and_not_nobody_without_root() {
    const ESWITCH_GET: &str = "devlink get 1d";
    let text = std::fs::read_to_string(FACES).unwrap();
    let mut capture: Value = serde_json::from_str(&text).unwrap();
    let answers = capture["answers"].as_object_mut().unwrap();
    let asked: Vec<String> = answers
        .keys()
        .filter_map(|key| Some(key.strip_prefix(ESWITCH_GET)?.into()))
        .collect();
    for device in asked {
        let refused = json!({"refused": {"errno": 1, "message": null}});
        answers.insert(format!("{ESWITCH_GET}{device}"), refused);
        // The device is there all the same.
        let there = format!("01{device}");
        let answer = json!({"answer": {"messages": [there], "message": null}});
        answers.insert(format!("devlink get {there}"), answer);
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), capture.to_string()).unwrap();
    let holders = |capture: &str| {
        let all = inventory(capture, &["--fields", "all"]);
        let functions = all["devices"].as_array().unwrap().iter().flat_map(|device| {
            let ports = device["ports"].as_array().unwrap().iter();
            ports.map(|port| port["function"].clone()).filter(Value::is_object)
        });
        let holders: Vec<Value> = functions.map(|of| of["holders"].clone()).collect();
        let codes = all["warnings"].as_array().unwrap().iter();
        let codes: Vec<Value> = codes.map(|warning| warning["code"].clone()).collect();
        (holders, codes.contains(&json!("holders-not-permitted")))
    };
    let (as_root, warned) = holders(FACES);
    assert!(as_root.len() > 5 && as_root.iter().all(Value::is_array) && !warned);
    let (as_user, warned) = holders(file.path().to_str().unwrap());
    assert!(as_user.len() > 5 && as_user.iter().all(Value::is_null) && warned);
}

#[test]
fn filters_leave_the_ports_that_fit() {
    let of = |arguments: &[&str]| {
        let left = inventory(FACES, arguments);
        let devices = left["devices"].as_array().unwrap().clone();
        let ports = devices.iter().flat_map(|device| {
            let driver = device["driver"].as_str().unwrap().to_owned();
            let ports = device["ports"].as_array().unwrap().clone().into_iter();
            ports.map(move |port| format!("{driver} {}", port["role"].as_str().unwrap()))
        });
        (devices.len(), ports.collect::<Vec<_>>())
    };
    assert_eq!(of(&["--role", "pf_rep"]), (1, vec!["nfp pf_rep".into()]));
    assert_eq!(of(&["--role", "uplink,pf_rep"]).1.len(), 7);
    assert_eq!(of(&["--driver", "iavf"]), (1, vec!["ice vf_rep".into(); 2]));
    let bnxt = ["bnxt_en uplink", "bnxt_en vf_rep", "bnxt_en vf_rep"].map(String::from);
    assert_eq!(of(&["--driver", "bnxt_en"]), (1, bnxt.to_vec()));
    assert_eq!(of(&["--driver", "bnxt_en", "--role", "vf_rep", "--state", "up"]).0, 0);
    let up = of(&["--state", "up", "--role", "uplink,vf_rep"]).1;
    assert!(!up.is_empty() && up.iter().all(|port| port.ends_with("uplink")), "{up:?}");
    assert_eq!(of(&["--state", "up,down"]).1.len(), of(&[]).1.len());
    assert_eq!(of(&["--state", "absent"]).0, 0);
    let (code, text, _) = swdevctl(FACES, &["--state", "elsewhere"]);
    assert_eq!((code, text.as_str()), (Some(0), "no device and no port to list\n"));
}

#[test]
fn fields_are_columns_in_the_order_of_the_choice() {
    let fields = ["--driver", "iavf", "--fields", "ports.netdev.name,ports.vf,handle"];
    let (code, text, _) = swdevctl(FACES, &fields);
    let expected = "NETDEV.NAME  VF  HANDLE
enp5s0r0     0   pci/0000:05:00.0
enp5s0r1     1   pci/0000:05:00.0
";
    assert_eq!((code, text.as_str()), (Some(0), expected));
    let (_, text, _) = swdevctl(FACES, &["--fields", "handle,eswitch"]);
    let expected =
        "HANDLE            ESWITCH.MODE  ESWITCH.INLINE_MODE  ESWITCH.ENCAP_MODE";
    assert_eq!(text.lines().next(), Some(expected));
    assert_eq!(text.lines().count(), 6);
}

#[test]
fn an_unknown_field_is_refused_with_the_list_of_all() {
    let (code, _, error) = swdevctl(FACES, &["--fields", "handle,ports.netdev.nam"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("no device has a field \"ports.netdev.nam\""), "{error}");
    assert!(error.contains("ports.function.vdpa"), "{error}");
    for bad in [["--role", "vfrep"], ["--state", "running"]] {
        let (code, _, error) = swdevctl(FACES, &bad);
        assert_eq!(code, Some(2));
        assert!(error.contains("possible values: "), "{error}");
    }
}

#[test]
fn no_card_of_the_lab_lacks_a_representor() {
    let mut cards = 0;
    for capture in captures() {
        let (code, text, _) = swdevctl(&capture, &["--format", "prometheus"]);
        assert_eq!(code, Some(0), "{capture}");
        for line in text.lines().filter(|line| line.contains("_missing{")) {
            assert!(line.ends_with(" 0"), "{capture}: {line}");
            cards += 1;
        }
    }
    assert!(cards > 20);
}
