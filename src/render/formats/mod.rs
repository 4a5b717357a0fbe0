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
use crate::model::{Function, Inventory, PciAddress, Port, Role};

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

/// The VF of a port, where it is on this machine.
fn vf(port: &Port) -> Option<&Function> {
    let is_vf = matches!(port.place.role, Role::Vf | Role::VfRep);
    let function = port.function.as_ref().filter(|_| is_vf)?;
    function.address.parse::<PciAddress>().is_ok().then_some(function)
}
