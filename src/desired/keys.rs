// SPDX-License-Identifier: MIT OR Apache-2.0
//! The keys of a device, of its VFs and of its SFs: one table, from which they are
//! read, merged, explained and written.

use super::{
    origin::{Located, Origin},
    table::{Reader, Table},
    values::{
        BindVfs, Choice, Mac, Qos, Rate, UnitName, Value, VfCount, VfDriver, VfLinkState,
        VlanId, VlanProtocol, Wait, Word,
    },
};
use crate::model::{EncapMode, EswitchMode, FunctionState, InlineMode};

/// One key with its value, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// The value as TOML.
    pub value: String,
    /// Where it stands.
    pub origin: Origin,
    /// The places that it overrides.
    pub overrides: Vec<Origin>,
}

impl Entry {
    pub(super) fn new<T>(
        key: impl Into<String>,
        value: String,
        from: &Located<T>,
    ) -> Self {
        let (origin, overrides) = (from.origin.clone(), from.overrides.clone());
        Self { key: key.into(), value, origin, overrides }
    }
}

/// Defines keys: a key is absent where the file does not set it.
macro_rules! keys {
    ($(#[$doc:meta])* $name:ident { $($(#[$kdoc:meta])* $key:ident: $kind:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Default)]
        pub struct $name {
            $($(#[$kdoc])* pub $key: Option<Located<$kind>>,)+
        }

        impl $name {
            /// Takes the keys from a table.
            pub(super) fn read(reader: &mut Reader, table: &mut Table) -> Self {
                Self { $($key: table.take(reader, stringify!($key)),)+ }
            }

            /// Lays more specific keys over these.
            pub(super) fn overlay(&mut self, over: &Self) {
                $(Located::replace(&mut self.$key, &over.$key);)+
            }

            /// The keys that there are.
            #[must_use]
            pub fn entries(&self) -> Vec<Entry> {
                let mut entries = Vec::new();
                $(if let Some(value) = &self.$key {
                    let text = value.value.write();
                    entries.push(Entry::new(stringify!($key), text, value));
                })+
                entries
            }
        }
    };
}

keys! {
    /// The keys of a device.
    DeviceKeys {
        /// The mode of its eswitch.
        mode: Choice<EswitchMode>,
        /// The number of its VFs.
        vfs: Choice<VfCount>,
        /// Whether new VFs get a driver at once.
        autoprobe: Choice<bool>,
        /// The inline mode.
        inline_mode: Choice<InlineMode>,
        /// The encap mode.
        encap_mode: Choice<EncapMode>,
        /// Whether its uplinks take TC rules into hardware.
        hw_tc_offload: Choice<bool>,
        /// Whether its representors are administratively up.
        representors_up: Choice<bool>,
        /// When its VFs are bound to their drivers.
        bind_vfs: BindVfs,
        /// The unit after which a device in mode switchdev_inactive is activated.
        activate: UnitName,
        /// Devices of one group change all or none.
        group: Word,
        /// Whether the device must be there.
        required: bool,
        /// How long a required device is waited for.
        wait: Wait,
    }
}

impl DeviceKeys {
    /// The group that the device is of.
    #[must_use]
    pub fn group(&self) -> Option<&str> {
        self.group.as_ref().map(|group| group.value.0.as_str())
    }
}

keys! {
    /// The keys of VFs.
    VfKeys {
        /// Hardware address.
        mac: Mac,
        /// VLAN.
        vlan: VlanId,
        /// Priority within the VLAN.
        qos: Qos,
        /// Protocol of the VLAN.
        vlan_proto: VlanProtocol,
        /// Whether packets with another source address are dropped.
        spoof_check: bool,
        /// Whether the VF has the rights of a trusted VF.
        trust: bool,
        /// The link state that the VF sees.
        link_state: VfLinkState,
        /// Guaranteed rate.
        min_tx_rate: Rate,
        /// Greatest rate.
        max_tx_rate: Rate,
        /// Driver.
        driver: VfDriver,
    }
}

keys! {
    /// The keys of SFs.
    SfKeys {
        /// Hardware address.
        mac: Mac,
        /// Whether it is active.
        state: FunctionState,
        /// Whether it is trusted.
        trust: bool,
        /// Whether it has RoCE.
        roce: bool,
    }
}
