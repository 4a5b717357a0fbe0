// SPDX-License-Identifier: MIT OR Apache-2.0
//! SFs, as a device's eswitch has them.

use serde::Serialize;

use super::{
    Function, FunctionState, MacAddress, Netdev, OpState, PortHandle, PortKey, SfState,
};

/// An SF: its port, what is set of its function, and the function itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sf {
    /// The number that it was created with.
    pub number: u32,
    /// Controller; 0 is the local one.
    pub controller: u32,
    /// PF number, as reported.
    pub pf: Option<u32>,
    /// The devlink port.
    pub port: PortHandle,
    /// Wanted state.
    pub state: Option<FunctionState>,
    /// Whether a driver has the function.
    pub opstate: Option<OpState>,
    /// The hardware address that the function will see as its own.
    pub mac: Option<MacAddress>,
    /// Whether the function has RoCE.
    pub roce: Option<bool>,
    /// The netdev of the port.
    pub representor: Option<Netdev>,
    /// The function, where it is on this host.
    pub function: Option<Function>,
}

impl Sf {
    /// Its port, as it is known before and after a change.
    #[must_use]
    pub fn key(&self) -> PortKey {
        PortKey::of_sf(self.controller, self.pf, self.number)
    }

    /// Whether it is active.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.state == Some(FunctionState::Active)
    }

    /// The state that a change can alter.
    #[must_use]
    pub fn as_state(&self) -> SfState {
        let function = self.function.as_ref();
        let netdev = function.is_some_and(|function| function.netdev.is_some());
        SfState { key: self.key(), active: self.is_active(), netdev }
    }
}
