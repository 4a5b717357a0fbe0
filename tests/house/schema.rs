// SPDX-License-Identifier: MIT OR Apache-2.0
//! Checks every inventory of the lab against the shipped JSON Schema, with a validator of
//! the few keywords that the schema uses.

use std::{fs, path::Path};

use serde_json::{Value, json};

pub fn schema() -> Value {
    serde_json::from_str(&fs::read_to_string("docs/inventory-v1.schema.json").unwrap())
        .unwrap()
}

/// What is wrong with a document according to the shipped schema of that name.
pub fn problem_in(name: &str, document: &Value) -> Option<String> {
    let text = fs::read_to_string(format!("docs/{name}.schema.json")).unwrap();
    problem(document, &serde_json::from_str(&text).unwrap(), name)
}

/// The part of a shipped schema that a reference names: `FILE#POINTER`.
fn referenced(reference: &str) -> Value {
    let (file, pointer) = reference.split_once('#').unwrap();
    let text = fs::read_to_string(format!("docs/{file}")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    schema.pointer(pointer).unwrap().clone()
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_i64() || number.is_u64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// What is wrong with a value according to a schema; none if the value is valid.
pub fn problem(value: &Value, schema: &Value, path: &str) -> Option<String> {
    for (keyword, rule) in schema.as_object()? {
        let wrong = match keyword.as_str() {
            "type" => {
                let types =
                    rule.as_array().cloned().unwrap_or_else(|| vec![rule.clone()]);
                !types.contains(&json!(type_of(value)))
            }
            "const" => value != rule,
            "enum" => !rule.as_array()?.contains(value),
            "minimum" => {
                value.as_i64().is_some_and(|number| number < rule.as_i64().unwrap_or(0))
            }
            "required" => value.as_object().is_some_and(|object| {
                rule.as_array()
                    .unwrap()
                    .iter()
                    .any(|key| !object.contains_key(key.as_str().unwrap()))
            }),
            "additionalProperties" => value.as_object().is_some_and(|object| {
                object.keys().any(|key| schema["properties"].get(key).is_none())
            }),
            "$ref" => {
                let inner = referenced(rule.as_str()?);
                if let Some(wrong) = problem(value, &inner, path) {
                    return Some(wrong);
                }
                false
            }
            "anyOf" => {
                let mut rules = rule.as_array()?.iter();
                !rules.any(|rule| problem(value, rule, path).is_none())
            }
            "properties" | "items" | "$schema" | "title" | "description" => false,
            other => {
                return Some(format!("the validator does not know the keyword {other}"));
            }
        };
        if wrong {
            return Some(format!("{path}: {keyword}: {value}"));
        }
    }
    let members = value.as_object().into_iter().flatten();
    let members = members.filter_map(|(key, inner)| {
        problem(inner, schema["properties"].get(key)?, &format!("{path}.{key}"))
    });
    let items = value.as_array().into_iter().flatten().enumerate();
    let items = items.filter_map(|(index, inner)| {
        problem(inner, schema.get("items")?, &format!("{path}[{index}]"))
    });
    members.chain(items).next()
}

fn inventories(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            inventories(&path, found);
        } else if path.to_string_lossy().ends_with(".inventory.json") {
            found.push(path);
        }
    }
}

/// Fixtures from the lab, and the results of the lab's last run, if there are any: those
/// that are older than the schema are another version's.
#[test]
fn every_inventory_is_valid() {
    let mut found = Vec::new();
    inventories(Path::new("tests/fixtures"), &mut found);
    assert!(!found.is_empty());
    let modified = |path: &Path| fs::metadata(path).unwrap().modified().unwrap();
    let schema_made = modified(Path::new("docs/inventory-v1.schema.json"));
    let mut results = Vec::new();
    inventories(Path::new("target/lab"), &mut results);
    found.extend(results.into_iter().filter(|path| modified(path) >= schema_made));
    for path in found {
        let text = fs::read_to_string(&path).unwrap();
        let value = serde_json::from_str(&text).unwrap();
        assert_eq!(problem(&value, &schema(), "inventory"), None, "{}", path.display());
    }
}

#[test]
fn the_validator_finds_what_is_wrong() {
    let good = json!({"schema": "swdevctl/inventory/v1", "devices": [], "unassociated": [], "warnings": []});
    assert_eq!(problem(&good, &schema(), "inventory"), None);
    for (key, value) in [
        ("schema", json!("v2")),
        ("devices", Value::Null),
        ("devices", json!([{}])),
        ("extra", json!(1)),
        ("warnings", json!([{"code": 1, "message": "", "device": null}])),
    ] {
        let mut bad = good.clone();
        bad[key] = value;
        assert!(problem(&bad, &schema(), "inventory").is_some(), "{key}");
    }
}
