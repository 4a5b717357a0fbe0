// SPDX-License-Identifier: MIT OR Apache-2.0
//! A feature file of Node Feature Discovery (its customization guide, "Feature files"):
//! labels of the node for what schedulers ask, and features without labels of each device
//! for its own rules.

use std::fmt::Write as _;

use crate::model::{Device, EswitchMode, EswitchState, Inventory, Port, Role};

/// The longest name and value of a label in Kubernetes.
const LABEL: usize = 63;

/// The largest file that is read (MaxFeatureFileSize).
const LARGEST: usize = 64 << 10;

const PREFIX: &str = "feature.node.kubernetes.io/network-switchdev";

pub(super) fn features(inventory: &Inventory, expires: u64) -> String {
    let mut text = format!("# +expiry-time={}\n", rfc3339(expires));
    for (name, value) in labels(&inventory.devices) {
        let _ = writeln!(text, "{PREFIX}.{name}={value}");
    }
    let devices: String = inventory.devices.iter().map(device).collect();
    if text.len() + devices.len() > LARGEST {
        text.push_str("# too many devices for features of each\n");
    } else {
        text.push_str(&devices);
    }
    text
}

fn is_switched(device: &&Device) -> bool {
    device.eswitch.mode().is_some_and(EswitchMode::has_representors)
}

/// The labels of the node.
fn labels(devices: &[Device]) -> Vec<(&'static str, String)> {
    let mut labels = Vec::new();
    if devices.iter().any(|device| device.eswitch != EswitchState::None) {
        labels.push(("capable", "true".to_owned()));
    }
    let switched: Vec<&Device> = devices.iter().filter(is_switched).collect();
    if !switched.is_empty() {
        let vfs = switched.iter().filter_map(|device| device.sriov);
        let vfs: u32 = vfs.map(|sriov| sriov.configured).sum();
        labels.push(("configured", "true".to_owned()));
        labels.push(("devices", switched.len().to_string()));
        labels.push(("vfs", vfs.to_string()));
    }
    if switched.iter().any(|device| device.details.lag_active == Some(true)) {
        labels.push(("lag", "true".to_owned()));
    }
    let declared: Vec<&Device> =
        devices.iter().filter(|device| device.details.declared.is_some()).collect();
    let drifts: Option<Vec<usize>> =
        declared.iter().map(|device| device.details.drift).collect();
    // What differs can be read by root alone; where it was not read, there is no label.
    match drifts {
        Some(drifts) if drifts.iter().any(|drift| *drift > 0) => {
            labels.push(("config", "drift".to_owned()));
        }
        Some(drifts) if !drifts.is_empty() => {
            labels.push(("config", "applied".to_owned()));
        }
        _ => {}
    }
    labels
}

/// The features of a device, by its handle.
fn device(device: &Device) -> String {
    let count =
        |is: fn(&&Port) -> bool| device.ports.iter().filter(is).count().to_string();
    let representors = count(|port| port.place.is_representor() && port.netdev.is_some());
    let sfs = count(|port| port.place.role == Role::SfRep);
    let features = [
        ("mode", device.eswitch.mode().map(|mode| mode.to_string())),
        ("driver", device.driver.clone()),
        ("vfs", device.sriov.map(|sriov| sriov.configured.to_string())),
        ("sfs", Some(sfs)),
        ("representors", Some(representors)),
        ("switch-id", device.switch_id.as_ref().map(ToString::to_string)),
        ("firmware", device.details.firmware_version.clone()),
        ("part-number", device.details.part_number.clone()),
    ];
    let mut text = String::new();
    for (name, value) in features {
        let (_, prefix) = PREFIX.split_once('/').unwrap_or_default();
        let name = format!(".{}.{name}", plain(&device.handle.to_string()));
        let value = value.as_deref().map(plain).filter(|value| is_label(value));
        match value {
            Some(value) if is_label(&format!("{prefix}{name}")) => {
                let _ = write!(text, "# +no-label\n{PREFIX}{name}={value}\n");
            }
            _ => {}
        }
    }
    text
}

/// A text with `-` for what a label cannot have, and not at its ends.
fn plain(text: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let text: String = text.chars().map(|c| if fits(c) { c } else { '-' }).collect();
    text.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_owned()
}

fn is_label(text: &str) -> bool {
    (1..=LABEL).contains(&text.len())
}

/// Seconds since 1970 as a date of RFC 3339, by the calendar that repeats every 400 years.
fn rfc3339(seconds: u64) -> String {
    let (days, time) = (seconds / 86_400, seconds % 86_400);
    // Years that begin in March have the leap day at their end.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
    format!("{year:04}-{month:02}-{date:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_date_u() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_795_996_800, "2026-11-30T00:00:00Z"),
            (1_798_761_599, "2026-12-31T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (32_503_679_999, "2999-12-31T23:59:59Z"),
        ] {
            assert_eq!(rfc3339(seconds), text);
        }
    }

    #[test]
    fn values_become_values_of_labels() {
        assert_eq!(plain("unknown(7)"), "unknown-7");
        assert_eq!(plain("pci/0000:41:00.0"), "pci-0000-41-00.0");
        assert_eq!(plain("\"é\n"), "");
        assert!(!is_label("") && is_label("a") && !is_label(&"a".repeat(64)));
    }
}
