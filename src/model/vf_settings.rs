// SPDX-License-Identifier: MIT OR Apache-2.0
//! The settings of a VF that its PF's netdev has: IFLA_VF_* (include/uapi/linux/
//! if_link.h), what `ip link set PF vf N` changes.

use serde::{Deserialize, Serialize};

use super::MacAddress;

/// A VLAN that the NIC adds to the packets of a VF, and removes from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vlan {
    /// Number; 0 for none.
    pub id: u16,
    /// Priority, 0 to 7.
    pub qos: u8,
    /// Ethernet protocol: 0x8100 for 802.1Q, 0x88a8 for 802.1ad.
    pub protocol: u16,
}

/// Limits of the transmit rate of a VF, in Mbit/s; 0 for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TxRate {
    /// Share that it is guaranteed.
    pub min: u32,
    /// Most that it may send.
    pub max: u32,
}

/// The link state that a VF sees (IFLA_VF_LINK_STATE_*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LinkState {
    /// As the PF's.
    Auto,
    /// Up.
    Enable,
    /// Down.
    Disable,
}

/// One setting, as a request changes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VfSetting {
    /// Hardware address.
    Mac(MacAddress),
    /// VLAN.
    Vlan(Vlan),
    /// Rate limits.
    Rate(TxRate),
    /// Whether packets with another source address are dropped.
    SpoofCheck(bool),
    /// Whether the VF has the rights of a trusted VF.
    Trust(bool),
    /// Link state.
    LinkState(LinkState),
    /// InfiniBand node GUID, 8 octets.
    NodeGuid(MacAddress),
    /// InfiniBand port GUID, 8 octets.
    PortGuid(MacAddress),
}

/// The name of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VfField {
    /// See [`VfSetting::Mac`].
    Mac,
    /// See [`VfSetting::Vlan`].
    Vlan,
    /// See [`VfSetting::Rate`].
    Rate,
    /// See [`VfSetting::SpoofCheck`].
    SpoofCheck,
    /// See [`VfSetting::Trust`].
    Trust,
    /// See [`VfSetting::LinkState`].
    LinkState,
    /// See [`VfSetting::NodeGuid`].
    NodeGuid,
    /// See [`VfSetting::PortGuid`].
    PortGuid,
}

impl VfField {
    /// All of them, in the order in which they are set.
    pub const ALL: [Self; 8] = [
        Self::Mac,
        Self::Vlan,
        Self::Rate,
        Self::SpoofCheck,
        Self::Trust,
        Self::LinkState,
        Self::NodeGuid,
        Self::PortGuid,
    ];

    /// The word for people, as `ip link` has it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mac => "MAC",
            Self::Vlan => "VLAN",
            Self::Rate => "rate",
            Self::SpoofCheck => "spoof check",
            Self::Trust => "trust",
            Self::LinkState => "link state",
            Self::NodeGuid => "node GUID",
            Self::PortGuid => "port GUID",
        }
    }
}

impl VfSetting {
    /// Which one it is.
    #[must_use]
    pub fn field(&self) -> VfField {
        match self {
            Self::Mac(_) => VfField::Mac,
            Self::Vlan(_) => VfField::Vlan,
            Self::Rate(_) => VfField::Rate,
            Self::SpoofCheck(_) => VfField::SpoofCheck,
            Self::Trust(_) => VfField::Trust,
            Self::LinkState(_) => VfField::LinkState,
            Self::NodeGuid(_) => VfField::NodeGuid,
            Self::PortGuid(_) => VfField::PortGuid,
        }
    }

    /// Whether it is what a VF that nobody has configured has.
    #[must_use]
    pub fn is_default(&self) -> bool {
        match self {
            Self::Mac(mac) | Self::NodeGuid(mac) | Self::PortGuid(mac) => mac.is_zero(),
            Self::Vlan(vlan) => vlan.id == 0 && vlan.qos == 0,
            Self::Rate(rate) => rate.min == 0 && rate.max == 0,
            Self::SpoofCheck(on) | Self::Trust(on) => !on,
            Self::LinkState(state) => *state == LinkState::Auto,
        }
    }
}

/// All settings of one VF; each is present where the driver reports it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "each is the setting of that name")]
pub struct VfSettings {
    pub mac: Option<MacAddress>,
    pub vlan: Option<Vlan>,
    pub rate: Option<TxRate>,
    pub spoof_check: Option<bool>,
    pub trust: Option<bool>,
    pub link_state: Option<LinkState>,
    pub node_guid: Option<MacAddress>,
    pub port_guid: Option<MacAddress>,
}

impl VfSettings {
    /// The setting of that name.
    #[must_use]
    pub fn get(&self, field: VfField) -> Option<VfSetting> {
        match field {
            VfField::Mac => self.mac.clone().map(VfSetting::Mac),
            VfField::Vlan => self.vlan.map(VfSetting::Vlan),
            VfField::Rate => self.rate.map(VfSetting::Rate),
            VfField::SpoofCheck => self.spoof_check.map(VfSetting::SpoofCheck),
            VfField::Trust => self.trust.map(VfSetting::Trust),
            VfField::LinkState => self.link_state.map(VfSetting::LinkState),
            VfField::NodeGuid => self.node_guid.clone().map(VfSetting::NodeGuid),
            VfField::PortGuid => self.port_guid.clone().map(VfSetting::PortGuid),
        }
    }

    /// Those that there are.
    pub fn iter(&self) -> impl Iterator<Item = VfSetting> {
        VfField::ALL.iter().filter_map(|field| self.get(*field))
    }

    /// The same with one setting changed.
    #[must_use]
    pub fn with(mut self, setting: VfSetting) -> Self {
        match setting {
            VfSetting::Mac(mac) => self.mac = Some(mac),
            VfSetting::Vlan(vlan) => self.vlan = Some(vlan),
            VfSetting::Rate(rate) => self.rate = Some(rate),
            VfSetting::SpoofCheck(on) => self.spoof_check = Some(on),
            VfSetting::Trust(on) => self.trust = Some(on),
            VfSetting::LinkState(state) => self.link_state = Some(state),
            VfSetting::NodeGuid(guid) => self.node_guid = Some(guid),
            VfSetting::PortGuid(guid) => self.port_guid = Some(guid),
        }
        self
    }

    /// Only the settings of these names.
    #[must_use]
    pub fn only(&self, wanted: impl Fn(VfField) -> bool) -> Self {
        let kept = self.iter().filter(|setting| wanted(setting.field()));
        kept.fold(Self::default(), Self::with)
    }
}
