// SPDX-License-Identifier: MIT OR Apache-2.0
//! The fields of a device in an inventory, from the schema that is shipped.

use serde_json::Value;

use crate::model::Fields;

/// The schema is the list of fields, so that both cannot differ.
const SCHEMA: &str = include_str!("../../docs/inventory-v1.schema.json");

/// The word for all fields.
const ALL: &str = "all";

/// A field, and the fields of its value where it is an object or a list of objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its key.
    pub key: String,
    /// The fields below it.
    pub below: Vec<Field>,
}

impl Field {
    /// The fields of a schema's object, in the order of the document; those of lists of
    /// objects only for ports, which are rows.
    fn of(schema: &Value) -> Vec<Self> {
        let keys = schema["required"].as_array().into_iter().flatten();
        let keys = keys.filter_map(Value::as_str);
        let field = |key: &str| {
            let value = &schema["properties"][key];
            let value = if key == "ports" { &value["items"] } else { value };
            Self { key: key.to_owned(), below: Self::of(value) }
        };
        keys.map(field).collect()
    }

    /// Adds the dotted names of this field, and of those below it.
    fn names(&self, above: &str, found: &mut Vec<String>) {
        let name = format!("{above}{}", self.key);
        let below = format!("{name}.");
        found.push(name);
        self.below.iter().for_each(|field| field.names(&below, found));
    }
}

/// All fields of a device.
fn all() -> Vec<Field> {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap_or_default();
    Field::of(&schema["properties"]["devices"]["items"])
}

/// The dotted names of all fields that hold a value of their own.
#[must_use]
pub fn names() -> Vec<String> {
    let mut names = Vec::new();
    for field in all() {
        leaves(&field, &field.key, &mut names);
    }
    names
}

/// The wanted fields. The error is a name that no field has.
pub fn wanted(texts: &[String]) -> Result<Fields, String> {
    if texts.is_empty() {
        return Ok(Fields::Usual);
    }
    if texts.iter().any(|text| text == ALL) {
        return Ok(Fields::All);
    }
    let mut known = vec![ALL.to_owned()];
    all().iter().for_each(|field| field.names("", &mut known));
    match texts.iter().find(|text| !known.contains(text)) {
        Some(unknown) => Err(unknown.clone()),
        None => Ok(Fields::These(texts.to_vec())),
    }
}

/// The chosen fields as a tree, each key once, in the order of the choice.
#[must_use]
pub fn tree(chosen: &[String]) -> Vec<Field> {
    let all = all();
    let mut tree = Vec::new();
    for name in chosen {
        let path: Vec<&str> = name.split('.').collect();
        add(&mut tree, &all, &path);
    }
    tree
}

fn add(tree: &mut Vec<Field>, known: &[Field], path: &[&str]) {
    let Some((key, rest)) = path.split_first() else { return };
    let Some(field) = known.iter().find(|field| field.key == *key) else { return };
    let at = tree.iter().position(|field| field.key == *key).unwrap_or_else(|| {
        tree.push(Field { key: field.key.clone(), below: Vec::new() });
        tree.len() - 1
    });
    match rest {
        [] => field.below.iter().for_each(|below| {
            add(&mut tree[at].below, &field.below, &[below.key.as_str()]);
        }),
        rest => add(&mut tree[at].below, &field.below, rest),
    }
}

/// The dotted names of a tree's fields that hold a value of their own.
#[must_use]
pub fn columns(tree: &[Field]) -> Vec<String> {
    let mut names = Vec::new();
    tree.iter().for_each(|field| leaves(field, &field.key, &mut names));
    names
}

fn leaves(field: &Field, name: &str, found: &mut Vec<String>) {
    if field.below.is_empty() {
        found.push(name.to_owned());
    }
    for below in &field.below {
        leaves(below, &format!("{name}.{}", below.key), found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn fields_are_those_of_the_schema() {
        let names = names();
        for name in ["handle", "eswitch.mode", "ports.vf", "ports.netdev.master.kind"] {
            assert!(names.contains(&name.to_owned()), "{name}");
        }
        assert!(!names.contains(&"ports".to_owned()));
        for costly in Fields::COSTLY {
            assert!(names.contains(&costly.to_owned()), "{costly}");
        }
        assert_eq!(wanted(&[]), Ok(Fields::Usual));
        assert_eq!(wanted(&texts(&["vf", "all"])), Ok(Fields::All));
        let some = texts(&["ports", "ports.netdev"]);
        assert_eq!(wanted(&some), Ok(Fields::These(some.clone())));
        for unknown in ["vf", "ports.", "", "ports.netdev.name.x", "Handle"] {
            assert_eq!(wanted(&texts(&["handle", unknown])), Err(unknown.to_owned()));
        }
    }

    #[test]
    fn columns_are_in_the_order_of_the_choice_and_each_once() {
        let chosen_columns = |chosen: &[&str]| columns(&tree(&texts(chosen)));
        assert_eq!(chosen_columns(&["ports.vf", "handle"]), ["ports.vf", "handle"]);
        let eswitch = ["eswitch.mode", "eswitch.inline_mode", "eswitch.encap_mode"];
        assert_eq!(chosen_columns(&["eswitch", "eswitch.mode"]), eswitch);
        let mode_first = chosen_columns(&["eswitch.encap_mode", "eswitch"]);
        assert_eq!(mode_first[0], "eswitch.encap_mode");
        assert_eq!(mode_first.len(), 3);
    }
}
