// SPDX-License-Identifier: MIT OR Apache-2.0
//! A file for the textfile collector of Prometheus' node exporter, in the text format of
//! version 0.0.4. Numbers that the collector of PCI devices has are not repeated, but for
//! the number of VFs, which others are compared with.

use std::fmt::Write as _;

use crate::{
    error::printable,
    model::{Device, EswitchMode, Inventory, Port, Role},
};

/// The text of one metric.
struct Metric {
    name: &'static str,
    text: String,
}

impl Metric {
    fn new(name: &'static str, help: &str) -> Self {
        let text = format!("# HELP {name} {help}\n# TYPE {name} gauge\n");
        Self { name, text }
    }

    /// Adds a value with its labels.
    fn add(&mut self, labels: &[(&str, &str)], value: impl Into<u64>) {
        let labels =
            labels.iter().map(|(name, value)| format!("{name}=\"{}\"", quoted(value)));
        let labels = labels.collect::<Vec<_>>().join(",");
        let value = value.into();
        let _ = if labels.is_empty() {
            writeln!(self.text, "{} {value}", self.name)
        } else {
            writeln!(self.text, "{}{{{labels}}} {value}", self.name)
        };
    }
}

fn quoted(text: &str) -> String {
    printable(text).replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

pub(super) fn metrics(inventory: &Inventory) -> String {
    let devices = &inventory.devices;
    let mut warnings = Metric::new(
        "swdevctl_inventory_warnings",
        "How many warnings say that something could not be read.",
    );
    warnings.add(&[], inventory.warnings.len() as u64);
    let mut all = vec![info(devices), modes(devices)];
    all.extend(counts(devices));
    all.extend(config(devices));
    all.push(warnings);
    all.into_iter().map(|metric| metric.text).collect()
}

fn info(devices: &[Device]) -> Metric {
    let mut info =
        Metric::new("swdevctl_device_info", "What a device is: always 1, in its labels.");
    for device in devices {
        let switch_id = device.switch_id.as_ref().map(ToString::to_string);
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let handle = device.handle.to_string();
        let labels = [
            ("device", handle.as_str()),
            ("driver", &text(&device.driver)),
            ("switch_id", &text(&switch_id)),
            ("bond", &text(&device.bond)),
            ("firmware_version", &text(&device.details.firmware_version)),
        ];
        info.add(&labels, 1_u64);
    }
    info
}

/// For each device each mode, with 1 for the present one.
fn modes(devices: &[Device]) -> Metric {
    let mut metric = Metric::new(
        "swdevctl_eswitch_mode",
        "Whether a device is in this mode; no value where the mode cannot be read.",
    );
    for device in devices {
        let Some(present) = device.eswitch.mode() else { continue };
        let known =
            [EswitchMode::Legacy, EswitchMode::Switchdev, EswitchMode::SwitchdevInactive];
        let unknown = Some(present).filter(|mode| !known.contains(mode));
        for mode in known.into_iter().chain(unknown) {
            let (handle, word) = (device.handle.to_string(), mode.to_string());
            let labels = [("device", handle.as_str()), ("mode", &word)];
            metric.add(&labels, u64::from(mode == present));
        }
    }
    metric
}

fn counts(devices: &[Device]) -> Vec<Metric> {
    let mut vfs = Metric::new("swdevctl_vfs", "How many VFs a device has.");
    let mut representors =
        Metric::new("swdevctl_representors", "How many representors have a netdev.");
    let mut missing = Metric::new(
        "swdevctl_representors_missing",
        "How many VFs and ports have no representor's netdev though the mode wants one.",
    );
    let mut unnamed = Metric::new(
        "swdevctl_representors_unnamed",
        "How many representors have another name than the naming policy gives.",
    );
    for device in devices {
        let handle = device.handle.to_string();
        let of_device = ("device", handle.as_str());
        let count = |is: &dyn Fn(&Port) -> bool| {
            device.ports.iter().filter(|port| is(port)).count() as u64
        };
        if let Some(sriov) = device.sriov {
            vfs.add(&[of_device], sriov.configured);
        }
        if !device.eswitch.mode().is_some_and(EswitchMode::has_representors) {
            continue;
        }
        for (role, word) in
            [(Role::PfRep, "pf"), (Role::VfRep, "vf"), (Role::SfRep, "sf")]
        {
            let has = |port: &Port| port.place.role == role && port.netdev.is_some();
            representors.add(&[of_device, ("kind", word)], count(&has));
        }
        let represented = device.represents_vfs();
        let is_missing = |port: &Port| {
            port.lacks_representor(represented)
                || port.place.role == Role::PfRep && port.is_absent()
        };
        missing.add(&[of_device], count(&is_missing));
        let misnamed = |port: &Port| {
            let netdev = port.netdev.as_ref().filter(|_| port.place.is_representor());
            netdev.is_some_and(|netdev| netdev.missing_name().is_some())
        };
        unnamed.add(&[of_device], count(&misnamed));
    }
    vec![vfs, representors, missing, unnamed]
}

fn config(devices: &[Device]) -> Vec<Metric> {
    let mut declared = Metric::new(
        "swdevctl_config_declared",
        "Whether a state is declared for a device.",
    );
    let mut drift = Metric::new(
        "swdevctl_config_drift",
        "How many items differ from the declared state; no value where none is declared or \
         it could not be compared.",
    );
    let mut applied = Metric::new(
        "swdevctl_config_applied_timestamp_seconds",
        "When apply last made a device as declared; no value where it was not since the boot.",
    );
    for device in devices {
        let handle = device.handle.to_string();
        let labels = [("device", handle.as_str())];
        declared.add(&labels, u64::from(device.details.declared.is_some()));
        if let Some(items) = device.details.drift {
            drift.add(&labels, items as u64);
        }
        if let Some(time) = device.details.applied {
            applied.add(&labels, time);
        }
    }
    vec![declared, drift, applied]
}
