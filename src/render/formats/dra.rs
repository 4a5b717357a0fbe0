// SPDX-License-Identifier: MIT OR Apache-2.0
//! VFs as devices of Kubernetes' dynamic resource allocation (resource.k8s.io/v1, `Device`),
//! with the attributes that dra-driver-sriov (pkg/consts/consts.go) and dranet
//! (pkg/apis/attributes.go) publish, by their names, and the representor, which neither
//! has.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{representor, vf};
use crate::{
    model::{Device, Function, Inventory, LinkType, Port},
    topology,
};

/// The longest string that an attribute can be (DeviceAttributeMaxValueLength).
const LONGEST: usize = 64;

#[derive(Debug, Serialize)]
pub(super) struct Devices<'a> {
    devices: Vec<DraDevice<'a>>,
}

#[derive(Debug, Serialize)]
struct DraDevice<'a> {
    name: String,
    attributes: BTreeMap<&'static str, Value<'a>>,
}

/// The value of an attribute.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum Value<'a> {
    String(&'a str),
    Int(u32),
    Bool(bool),
}

pub(super) fn devices(inventory: &Inventory) -> Devices<'_> {
    let vfs = inventory
        .devices
        .iter()
        .flat_map(|pf| pf.ports.iter().filter_map(|port| device(pf, port)));
    Devices { devices: vfs.collect() }
}

fn device<'a>(device: &'a Device, port: &'a Port) -> Option<DraDevice<'a>> {
    let function = vf(port).filter(|_| !port.foreign)?;
    let mut attributes = BTreeMap::new();
    let strings = strings(device, port, function).into_iter();
    let fitting = strings.filter_map(|(name, value)| {
        Some((name, Value::String(value.filter(|value| value.len() <= LONGEST)?)))
    });
    attributes.extend(fitting);
    let node = function.details.numa_node.or(device.numa_node);
    let numbers = [
        ("sriovnetwork.k8snetworkplumbingwg.io/vfID", port.place.vf),
        ("resource.kubernetes.io/numaNode", node),
        ("dra.net/numaNode", node),
    ];
    attributes.extend(
        numbers
            .into_iter()
            .filter_map(|(name, number)| Some((name, Value::Int(number?)))),
    );
    let has_rdma = !function.details.rdma.is_empty();
    attributes.extend([
        ("sriovnetwork.k8snetworkplumbingwg.io/rdmaCapable", Value::Bool(has_rdma)),
        ("dra.net/rdma", Value::Bool(has_rdma)),
        ("dra.net/isSriovVf", Value::Bool(true)),
        ("dra.net/virtual", Value::Bool(false)),
    ]);
    Some(DraDevice { name: function.address.replace([':', '.'], "-"), attributes })
}

/// The attributes that are strings. Names of modes, of link types and of PCIe roots are
/// the kernel's, as the drivers have them.
fn strings<'a>(
    device: &'a Device,
    port: &'a Port,
    function: &'a Function,
) -> [(&'static str, Option<&'a str>); 16] {
    let details = &device.details;
    let pf = topology::main_port(device).and_then(|port| port.netdev.as_ref());
    let link_type = pf.map(|netdev| match netdev.link_type {
        LinkType::ETHER => "ethernet",
        LinkType::INFINIBAND => "infiniband",
        _ => "unknown",
    });
    let encapsulation = match function.link_type {
        Some(LinkType::ETHER) => Some("ether"),
        Some(LinkType::INFINIBAND) => Some("infiniband"),
        _ => None,
    };
    let address = Some(function.address.as_str());
    let rdma = function.details.rdma.first().map(String::as_str);
    [
        ("sriovnetwork.k8snetworkplumbingwg.io/pciAddress", address),
        (
            "sriovnetwork.k8snetworkplumbingwg.io/PFName",
            pf.map(|netdev| netdev.name.as_str()),
        ),
        ("sriovnetwork.k8snetworkplumbingwg.io/pfPciAddress", Some(&device.address)),
        ("sriovnetwork.k8snetworkplumbingwg.io/EswitchMode", mode(device)),
        ("sriovnetwork.k8snetworkplumbingwg.io/vendor", details.vendor_id.as_deref()),
        (
            "sriovnetwork.k8snetworkplumbingwg.io/deviceID",
            details.vf_device_id.as_deref(),
        ),
        ("sriovnetwork.k8snetworkplumbingwg.io/pfDeviceID", details.device_id.as_deref()),
        ("sriovnetwork.k8snetworkplumbingwg.io/linkType", link_type),
        ("k8s.cni.cncf.io/deviceID", address),
        ("resource.kubernetes.io/pciBusID", address),
        ("resource.kubernetes.io/pcieRoot", details.pcie_root.as_deref()),
        ("dra.net/pciAddress", address),
        ("dra.net/ifName", function.netdev.as_deref()),
        ("dra.net/encapsulation", encapsulation),
        ("dra.net/rdmaDevice", rdma),
        ("swdevctl/representor", representor(port)),
    ]
}

fn mode(device: &Device) -> Option<&'static str> {
    use crate::model::EswitchMode::{Legacy, Switchdev, SwitchdevInactive, Unknown};
    match device.eswitch.mode()? {
        Legacy => Some("legacy"),
        Switchdev => Some("switchdev"),
        SwitchdevInactive => Some("switchdev_inactive"),
        Unknown(_) => None,
    }
}
