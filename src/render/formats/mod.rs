// SPDX-License-Identifier: MIT OR Apache-2.0
//! An inventory in the formats of other programs, by their own names of things. Nothing of
//! these formats is needed to read the inventory itself; each file here names where its
//! format is defined.

mod ansible;
mod device_info;
mod dra;
mod nfd;
mod prometheus;

use serde::Serialize;

use super::{Text, json};
use crate::model::{EswitchMode, Inventory, Netdev, Port, Role};

/// Who reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consumer {
    /// Ansible's local facts.
    Ansible,
    /// Node Feature Discovery's feature files.
    Nfd {
        /// When the features expire, in seconds since 1970.
        expires: u64,
    },
    /// Programs that read device information of the Network Plumbing Working Group.
    DeviceInfo,
    /// Drivers of Kubernetes' dynamic resource allocation.
    Dra,
    /// The textfile collector of Prometheus' node exporter.
    Prometheus,
}

impl Consumer {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ansible => "ansible",
            Self::Nfd { .. } => "nfd",
            Self::DeviceInfo => "device-info",
            Self::Dra => "dra",
            Self::Prometheus => "prometheus",
        }
    }
}

/// An inventory in another program's format.
#[derive(Debug, Serialize)]
pub struct Formatted {
    schema: &'static str,
    format: &'static str,
    text: String,
}

impl Formatted {
    /// Writes an inventory for a consumer.
    #[must_use]
    pub fn new(inventory: &Inventory, consumer: Consumer) -> Self {
        let text = match consumer {
            Consumer::Ansible => json::line(&ansible::facts(inventory)),
            Consumer::Nfd { expires } => nfd::features(inventory, expires),
            Consumer::DeviceInfo => json::text(&device_info::devices(inventory)),
            Consumer::Dra => json::text(&dra::devices(inventory)),
            Consumer::Prometheus => prometheus::metrics(inventory),
        };
        Self { schema: "swdevctl/format/v1", format: consumer.as_str(), text }
    }
}

impl Text for Formatted {
    fn to_text(&self) -> String {
        self.text.clone()
    }
}

/// The name of the netdev of a representor.
fn representor(port: &Port) -> Option<&str> {
    let netdev = port.netdev.as_ref().filter(|_| port.place.is_representor());
    netdev.map(|netdev| netdev.name.as_str())
}

/// Whether a port has no netdev in any namespace that is known of.
fn is_missing(port: &Port, mode: Option<EswitchMode>) -> bool {
    let absent = port.netdev.is_none() && port.netdev_elsewhere != Some(true);
    match port.place.role {
        Role::VfRep | Role::SfRep | Role::PfRep => absent,
        Role::Vf => mode.is_some_and(EswitchMode::has_representors),
        _ => false,
    }
}

/// Whether a netdev has another name than its policy gives; none where no policy gives one.
fn is_misnamed(netdev: &Netdev) -> Option<bool> {
    let right = netdev.policy_name.as_ref()?;
    Some(netdev.name != *right && !netdev.altnames.contains(right))
}
