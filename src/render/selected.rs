// SPDX-License-Identifier: MIT OR Apache-2.0
//! An inventory with chosen fields alone.

use serde::{
    Serialize, Serializer,
    ser::{Error as _, SerializeMap as _, SerializeSeq as _, SerializeStruct as _},
};
use serde_json::Value;

use super::{
    Table, Text,
    fields::{self, Field},
};
use crate::model::{Device, Inventory, Port, Unassociated, Warning};

/// The key of a device that holds its rows.
const PORTS: &str = "ports";

/// An inventory of which some fields are shown.
#[derive(Debug)]
pub struct Selected {
    schema: &'static str,
    devices: Vec<Row>,
    unassociated: Vec<Unassociated>,
    warnings: Vec<Warning>,
    fields: Vec<Field>,
}

/// A device without its ports, which can be thousands, and these.
#[derive(Debug)]
struct Row {
    device: Value,
    ports: Vec<Port>,
}

impl Row {
    fn new(mut device: Device) -> Self {
        let ports = std::mem::take(&mut device.ports);
        Self { device: serde_json::to_value(&device).unwrap_or_default(), ports }
    }
}

impl Selected {
    /// These fields of an inventory.
    #[must_use]
    pub fn new(inventory: Inventory, chosen: &[String]) -> Self {
        let Inventory { schema, devices, unassociated, warnings } = inventory;
        let devices = devices.into_iter().map(Row::new).collect();
        Self { schema, devices, unassociated, warnings, fields: fields::tree(chosen) }
    }
}

impl Serialize for Selected {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let devices: Vec<SelectedDevice> =
            self.devices.iter().map(|row| SelectedDevice(row, &self.fields)).collect();
        let mut object = serializer.serialize_struct("Inventory", 4)?;
        object.serialize_field("schema", self.schema)?;
        object.serialize_field("devices", &devices)?;
        object.serialize_field("unassociated", &self.unassociated)?;
        object.serialize_field("warnings", &self.warnings)?;
        object.end()
    }
}

struct SelectedDevice<'a>(&'a Row, &'a [Field]);

impl Serialize for SelectedDevice<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(Row { device, ports }, fields) = self;
        let mut object = serializer.serialize_map(Some(fields.len()))?;
        for Field { key, below } in *fields {
            match key.as_str() {
                PORTS => object.serialize_entry(key, &SelectedPorts(ports, below))?,
                _ => object.serialize_entry(key, &Part(&device[key], below))?,
            }
        }
        object.end()
    }
}

/// One port after the other, so that no second copy of all of them is made.
struct SelectedPorts<'a>(&'a [Port], &'a [Field]);

impl Serialize for SelectedPorts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for port in self.0 {
            let port = serde_json::to_value(port).map_err(S::Error::custom)?;
            list.serialize_element(&Part(&port, self.1))?;
        }
        list.end()
    }
}

/// The chosen fields of a value; an object that is not there stays null.
struct Part<'a>(&'a Value, &'a [Field]);

impl Serialize for Part<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(value, fields) = self;
        if fields.is_empty() || !value.is_object() {
            return value.serialize(serializer);
        }
        let mut object = serializer.serialize_map(Some(fields.len()))?;
        for Field { key, below } in *fields {
            object.serialize_entry(key, &Part(&value[key], below))?;
        }
        object.end()
    }
}

impl Text for Selected {
    /// One row a port or, where no field of a port is chosen, one a device. Nothing is cut
    /// or left out: such a table is for scripts too.
    fn to_text(&self) -> String {
        let columns = fields::columns(&self.fields);
        let titles: Vec<String> = columns
            .iter()
            .map(|column| of_port(column).unwrap_or(column).to_uppercase())
            .collect();
        let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
        let mut table = Table::new(&titles);
        let mut add = |device: &Value, port: &Value| {
            let cell = |column: &String| match of_port(column) {
                Some(field) => cell(port, field),
                None => cell(device, column),
            };
            table.row(&columns.iter().map(cell).collect::<Vec<_>>());
        };
        let has_ports = columns.iter().any(|column| of_port(column).is_some());
        for Row { device, ports } in &self.devices {
            if !has_ports {
                add(device, &Value::Null);
            }
            for port in ports.iter().filter(|_| has_ports) {
                add(device, &serde_json::to_value(port).unwrap_or_default());
            }
        }
        table.to_text(0)
    }
}

/// The field of a port, where a field is one.
fn of_port(column: &str) -> Option<&str> {
    column.strip_prefix(PORTS)?.strip_prefix('.')
}

/// A field's value as one cell.
fn cell(value: &Value, field: &str) -> String {
    text(field.split('.').fold(value, |value, key| &value[key]))
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}
