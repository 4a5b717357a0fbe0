// SPDX-License-Identifier: MIT OR Apache-2.0
//! Plain values of the kernel and the user, without any I/O.
//!
//! Each type parses and prints one thing, and knows nothing of netlink, sysfs
//! or udev. The words are those of the kernel's devlink and representor
//! documentation.

mod address;
mod base;
mod claim;
mod details;
mod device_head;
mod devlink;
pub mod errno;
mod eswitch;
mod fields;
mod filter;
mod found;
mod handle;
mod identity;
mod ifname;
mod inventory;
mod link;
mod link_index;
mod machine;
mod netdev;
mod place;
mod recovered;
mod scheme;
mod sf;
mod shell;
mod snapshot;
mod state;
mod switch_id;
mod thing;
mod vf_settings;

pub use address::{MacAddress, PciAddress};
pub use base::{Base, BaseFacts, BaseNames, Slot, endings_of_port};
pub use claim::{Claim, Program};
pub use details::{
    Declared, DeviceDetails, DeviceInfo, FunctionDetails, Vdpa, Version, VersionKind,
};
pub use device_head::DeviceHead;
pub use devlink::{
    DevlinkPort, Flavour, FunctionCaps, FunctionState, OpState, Param, ParamMode,
    ParamType, ParamValue, PortFunction, PortType, Rate, RateKind,
};
pub use eswitch::{DeviceMode, EncapMode, Eswitch, EswitchMode, InlineMode};
pub use fields::Fields;
pub use filter::{Filter, PortState};
pub use found::{Found, Where};
pub use handle::{Handle, PortHandle};
pub use identity::Identity;
pub use ifname::{AltName, IfName};
pub use inventory::{
    Device, EswitchState, Function, Inventory, Port, Role, Sriov, Unassociated, Warning,
};
pub use link::{Link, LinkType};
pub use link_index::LinkIndex;
pub use machine::{ConfigFile, DeviceFacts, Facts, OwnFunction, is_vfio};
pub use netdev::{Master, Netdev};
pub use place::Place;
pub use recovered::{Recovered, RecoveredDevice};
pub use scheme::{Scheme, UdevNames};
pub use sf::Sf;
pub use shell::shell_word;
pub use snapshot::{
    Damage, DamageKind, Held, Holder, HolderKind, Rule, Snapshot, TcOffload,
};
pub use state::{
    FunctionSettings, NetdevState, PortKey, SfState, SriovState, State, VfState,
};
pub use switch_id::SwitchId;
pub use thing::Thing;
pub use vf_settings::{LinkState, TxRate, VfField, VfSetting, VfSettings, Vlan};

/// A value could not be parsed; the text says what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ParseError(pub String);

impl ParseError {
    fn new(what: &str, text: &str) -> Self {
        Self(format!("{text:?} is not {what}"))
    }
}

/// An unsigned decimal number exactly as the kernel prints it: digits only, no
/// sign, no leading zero, in the range of `T`.
fn decimal<T: std::str::FromStr>(text: &str) -> Option<T> {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let canonical = text.len() == 1 || !text.starts_with('0');
    if plain && canonical { text.parse().ok() } else { None }
}
