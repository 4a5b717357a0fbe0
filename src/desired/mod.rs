// SPDX-License-Identifier: MIT OR Apache-2.0
//! The state that a machine should be in, as an administrator declares it: see
//! swdevctl.toml(5). Text in, values out; nothing is read from the machine and
//! nothing is changed.
//!
//! - [`Config::read`] reads files, [`Config::wanted`] merges what is for one device;
//! - [`difference()`] names what of it a machine does not have;
//! - [`present()`] declares what a machine has;
//! - [`import()`] translates the files of other programs.

mod claims;
mod contradictions;
mod difference;
mod drift;
mod explanation;
mod file;
mod import;
mod keys;
mod matching;
mod numbers;
mod observed;
mod origin;
mod params;
mod present;
mod required;
mod table;
#[cfg(test)]
mod tests;
mod values;
mod wanted;
mod write;

pub use claims::{Claims, claims};
pub use difference::{Actual, difference, wanted_mode, wanted_vfs};
pub use drift::{Difference, Drift, Item, merged};
pub use explanation::{DeclaredDevice, DeclaredState, DeclaredValue};
pub use file::{Config, Section, SfSection, VfSection};
pub use import::{Format, Imported, Note, import};
pub use keys::{DeviceKeys, Entry, SfKeys, VfKeys};
pub use matching::{
    AddressPattern, DriverPattern, HandlePattern, IdPattern, Matches, NetdevPattern,
    SerialPattern, Specificity, Subject,
};
pub use numbers::Numbers;
pub use origin::{FileError, Located, Origin};
pub use params::Params;
pub use present::{PARAMS, present};
pub use required::Requirement;
pub use values::{
    BindVfs, Choice, Controller, Mac, ParamChoice, Qos, Rate, UnitName, Value, VfCount,
    VfDriver, VfLinkState, VlanId, VlanProtocol, Wait, Word,
};
pub use wanted::Wanted;
