// SPDX-License-Identifier: MIT OR Apache-2.0
//! A device of an inventory without its ports.

use serde::Serialize;

use super::{Device, DeviceDetails, EswitchState, Handle, Sriov, SwitchId};

/// All keys of a device but its ports, in the same order.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct DeviceHead<'a> {
    handle: &'a Handle,
    bus: &'a str,
    address: &'a str,
    driver: &'a Option<String>,
    numa_node: &'a Option<u32>,
    eswitch: &'a EswitchState,
    switch_id: &'a Option<SwitchId>,
    sriov: &'a Option<Sriov>,
    bond: &'a Option<String>,
    #[serde(flatten)]
    details: &'a DeviceDetails,
}

impl<'a> From<&'a Device> for DeviceHead<'a> {
    fn from(device: &'a Device) -> Self {
        let Device {
            handle,
            bus,
            address,
            driver,
            numa_node,
            eswitch,
            switch_id,
            sriov,
            bond,
            details,
            ports: _,
        } = device;
        Self {
            handle,
            bus,
            address,
            driver,
            numa_node,
            eswitch,
            switch_id,
            sriov,
            bond,
            details,
        }
    }
}
