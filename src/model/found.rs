// SPDX-License-Identifier: MIT OR Apache-2.0
//! What `swdevctl find` prints of one thing.

use serde::Serialize;

use super::{Device, EswitchMode, Handle, Port, Role, SwitchId, is_vfio};

/// Where the own netdev of a function is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Where {
    /// In this network namespace.
    Here,
    /// In another network namespace: a container's, for example.
    Namespace,
    /// In a guest, or about to be: a driver of VFIO or vDPA hands the function out.
    Guest,
    /// On the host of another controller.
    OtherHost,
    /// Nowhere: the function has no driver.
    Unbound,
    /// Nowhere: its driver has not made one.
    None,
}

impl Where {
    /// Where the own netdev behind a port is; none where nothing tells.
    #[must_use]
    pub fn of(port: &Port) -> Option<Self> {
        if port.external || port.place.controller != 0 {
            return Some(Self::OtherHost);
        }
        let Some(function) = &port.function else {
            return match (&port.netdev, port.netdev_elsewhere) {
                (Some(_), _) if !port.place.is_representor() => Some(Self::Here),
                (None, Some(true)) if !port.place.is_representor() => {
                    Some(Self::Namespace)
                }
                _ => None,
            };
        };
        // The PF itself, whose own netdev is the uplink.
        if port.place.role == Role::PfRep {
            return None;
        }
        let driver = function.driver.as_deref();
        let is_handed_out =
            driver.is_some_and(is_vfio) || !function.details.vdpa.is_empty();
        Some(match function.details.netdev_elsewhere {
            _ if function.netdev.is_some() => Self::Here,
            Some(true) => Self::Namespace,
            _ if is_handed_out => Self::Guest,
            _ if driver.is_none() => Self::Unbound,
            _ => Self::None,
        })
    }

    /// The word in JSON and tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Here => "here",
            Self::Namespace => "namespace",
            Self::Guest => "guest",
            Self::OtherHost => "other_host",
            Self::Unbound => "unbound",
            Self::None => "none",
        }
    }
}

/// What was found of a thing. Unknown is null, and so is all of a thing that was not
/// found, for which `error` says why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// What was asked for.
    pub thing: String,
    /// As what it was understood: `device`, `port`, `mac` or `name`.
    pub kind: &'static str,
    /// The device.
    pub device: Option<Handle>,
    /// The device's driver.
    pub driver: Option<String>,
    /// The device's eswitch mode.
    pub mode: Option<EswitchMode>,
    /// The device's switch id.
    pub switch_id: Option<SwitchId>,
    /// The name of the device's first uplink, or of the PF's netdev in legacy mode.
    pub uplink: Option<String>,
    /// The row of the inventory.
    pub port: Option<Port>,
    /// The name of the representor; none for what has no representor.
    pub representor: Option<String>,
    /// Where the own netdev of the function is.
    pub location: Option<Where>,
    /// Why nothing was found.
    pub error: Option<String>,
}

impl Found {
    /// Nothing was found.
    #[must_use]
    pub fn nothing(thing: &str, kind: &'static str, why: String) -> Self {
        Self {
            thing: thing.to_owned(),
            kind,
            device: None,
            driver: None,
            mode: None,
            switch_id: None,
            uplink: None,
            port: None,
            representor: None,
            location: None,
            error: Some(why),
        }
    }

    /// A device, with the name of its uplink and the row that was found. Where netdevs are
    /// is read later.
    #[must_use]
    pub fn row(
        thing: &str,
        kind: &'static str,
        device: &Device,
        uplink: Option<String>,
        port: Option<Port>,
    ) -> Self {
        let representor = port.as_ref().filter(|port| port.place.is_representor());
        let netdev = representor.and_then(|port| port.netdev.as_ref());
        Self {
            thing: thing.to_owned(),
            kind,
            device: Some(device.handle.clone()),
            driver: device.driver.clone(),
            mode: device.eswitch.mode(),
            switch_id: device.switch_id.clone(),
            uplink,
            representor: netdev.map(|netdev| netdev.name.clone()),
            location: None,
            port,
            error: None,
        }
    }
}
