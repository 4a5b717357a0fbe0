// SPDX-License-Identifier: MIT OR Apache-2.0
//! Device information of the Network Plumbing Working Group, version 1.1.0
//! (k8snetworkplumbingwg/device-info-spec, SPEC.md), by the PCI address of each VF.
//!
//! The files of that specification belong to device plugins and to CNI; this is the map
//! that they can fill `pf-pci-address` and `representor-device` from.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{representor, vf};
use crate::model::{Device, Function, Inventory, Port, Vdpa};

const VERSION: &str = "1.1.0";

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub(super) enum Info<'a> {
    Pci { version: &'static str, pci: Pci<'a> },
    Vdpa { version: &'static str, vdpa: VdpaInfo<'a> },
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Pci<'a> {
    pci_address: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rdma_device: Option<&'a str>,
    #[serde(flatten)]
    around: Around<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct VdpaInfo<'a> {
    parent_device: &'a str,
    driver: &'static str,
    path: &'a str,
    pci_address: &'a str,
    #[serde(flatten)]
    around: Around<'a>,
}

/// What surrounds a VF. The specification has no null.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Around<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pf_pci_address: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    representor_device: Option<&'a str>,
}

pub(super) fn devices(inventory: &Inventory) -> BTreeMap<&str, Info<'_>> {
    let ports = inventory.devices.iter().flat_map(|device| {
        device.ports.iter().filter_map(|port| {
            let function = vf(port)?;
            Some((function.address.as_str(), info(device, port, function)))
        })
    });
    ports.collect()
}

fn info<'a>(device: &'a Device, port: &'a Port, function: &'a Function) -> Info<'a> {
    let is_pf = device.handle.pci_address().is_some() && !port.foreign;
    let around = Around {
        pf_pci_address: is_pf.then_some(device.address.as_str()),
        representor_device: representor(port),
    };
    let (version, pci_address) = (VERSION, function.address.as_str());
    match function.details.vdpa.iter().find_map(vdpa) {
        Some((parent_device, driver, path)) => Info::Vdpa {
            version,
            vdpa: VdpaInfo { parent_device, driver, path, pci_address, around },
        },
        None => {
            let rdma_device = function.details.rdma.first().map(String::as_str);
            Info::Pci { version, pci: Pci { pci_address, rdma_device, around } }
        }
    }
}

/// Name, driver and path of a vDPA device, where it has all that the specification wants.
fn vdpa(vdpa: &Vdpa) -> Option<(&str, &'static str, &str)> {
    let driver = match vdpa.driver.as_deref()? {
        "vhost_vdpa" => "vhost",
        "virtio_vdpa" => "virtio",
        _ => return None,
    };
    Some((&vdpa.name, driver, vdpa.path.as_deref()?))
}
