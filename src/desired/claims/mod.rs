// SPDX-License-Identifier: MIT OR Apache-2.0
//! What files of other programs set of a device's SR-IOV. Files are read for what can be
//! understood; whatever else is in them is left out, secrets above all.

mod sections;
#[cfg(test)]
mod tests;
mod trees;

use serde::{Deserialize, Serialize};

use super::matching::{Subject, fits};
use crate::model::{Claim, ConfigFile, Program};

/// The claims in a file that are for the same devices.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Claims {
    /// The devices: each of these criteria must fit.
    devices: Vec<Criterion>,
    /// What is set.
    claims: Vec<Claim>,
}

/// Which devices are meant, by one property of theirs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Criterion {
    property: Property,
    /// With `*` and `?`; one of them must fit.
    patterns: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Property {
    Netdev,
    Mac,
    Address,
    Handle,
    Driver,
    /// One that cannot be compared, so that no device is known to be meant.
    Other,
}

impl Claims {
    /// What is claimed of a device.
    #[must_use]
    pub fn of(&self, subject: &Subject) -> &[Claim] {
        let is_meant = self.devices.iter().all(|criterion| criterion.fits(subject));
        if is_meant { &self.claims } else { &[] }
    }

    /// Adds hardware addresses, in the forms that programs have for them.
    fn add_macs(&mut self, macs: impl Iterator<Item = String>) {
        let form = |mac: String| mac.to_ascii_lowercase().replace(['-', '.'], ":");
        self.add(Property::Mac, macs.map(form));
    }

    fn add(&mut self, property: Property, patterns: impl IntoIterator<Item = String>) {
        let patterns = patterns.into_iter().collect();
        self.devices.push(Criterion { property, patterns });
    }
}

impl Criterion {
    fn fits(&self, subject: &Subject) -> bool {
        let address = subject.handle.pci_address().map(|address| address.to_string());
        let texts: Vec<String> = match self.property {
            Property::Netdev => subject.netdevs.clone(),
            Property::Mac => subject.macs.clone(),
            Property::Address => address.into_iter().collect(),
            Property::Handle => vec![subject.handle.to_string()],
            Property::Driver => subject.driver.iter().cloned().collect(),
            Property::Other => Vec::new(),
        };
        let mut patterns = self.patterns.iter();
        patterns.any(|pattern| texts.iter().any(|text| fits(pattern, text)))
    }
}

/// The claims in a file of a program's.
#[must_use]
pub fn claims(program: Program, file: &ConfigFile) -> Vec<Claims> {
    let mut found = match program {
        Program::NetworkManager => sections::network_manager(file),
        Program::Udevd | Program::Networkd | Program::Devlinkd => {
            sections::systemd(program, file)
        }
        Program::Netplan => trees::netplan(file),
        Program::SriovOperator => trees::sriov_operator(file),
        Program::BlueField => vec![blue_field(file)],
        Program::Kernel => kernel(file),
    };
    found.retain(|claims| !claims.claims.is_empty() && !claims.devices.is_empty());
    found
}

fn claim(
    program: Program,
    file: &ConfigFile,
    line: impl Into<Option<usize>>,
    key: impl Into<String>,
) -> Claim {
    let (file, line, key) = (file.path.clone(), line.into(), key.into());
    Claim { program, file, line, key, mode: None, vfs: None }
}

/// Whoever has this file has a program that sets each PF to switchdev when its driver
/// starts.
fn blue_field(file: &ConfigFile) -> Claims {
    let mut claims = Claims::default();
    claims.add(Property::Driver, ["mlx5_core".to_owned()]);
    let claim = claim(Program::BlueField, file, None, "each PF is set to switchdev");
    claims.claims.push(Claim { mode: "switchdev".parse().ok(), ..claim });
    claims
}

/// `devlink_eswitch_mode=*=MODE` or `devlink_eswitch_mode=HANDLE,...=MODE`.
fn kernel(file: &ConfigFile) -> Vec<Claims> {
    let words = file.text.split_ascii_whitespace();
    let words = words.filter(|word| word.starts_with("devlink_eswitch_mode="));
    let claims = words.filter_map(|word| {
        let (devices, mode) = word.split_once('=')?.1.rsplit_once('=')?;
        let mut claims = Claims::default();
        claims.add(Property::Handle, devices.split(',').map(str::to_owned));
        let claim = claim(Program::Kernel, file, None, word);
        claims.claims.push(Claim { mode: mode.parse().ok(), ..claim });
        Some(claims)
    });
    claims.collect()
}
