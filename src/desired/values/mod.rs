// SPDX-License-Identifier: MIT OR Apache-2.0
//! The kinds of values that a file can have: how each is read, and how it is written.

mod numbers;
mod words;

use std::str::FromStr as _;

use toml::de::DeValue;

pub use numbers::{Controller, ParamChoice, Qos, Rate, VfCount, VlanId};
pub use words::{
    BindVfs, Mac, UnitName, VfDriver, VfLinkState, VlanProtocol, Wait, Word,
};

use super::write::quoted;
use crate::model::{EncapMode, EswitchMode, FunctionState, InlineMode};

/// A value of a key.
pub trait Value: Sized + Clone {
    /// What it can be, for messages.
    const EXPECTED: &'static str;

    /// From TOML; none where it is no such value.
    fn read(value: &DeValue) -> Option<Self>;

    /// As TOML.
    fn write(&self) -> String;
}

/// What a value of TOML is, for messages.
pub(super) fn describe(value: &DeValue) -> String {
    match value {
        DeValue::String(text) => format!("{text:?}"),
        DeValue::Integer(number) => number.as_str().to_owned(),
        DeValue::Boolean(value) => value.to_string(),
        other => format!("a value of type {}", other.type_str()),
    }
}

/// A whole number in a range.
fn number<T: TryFrom<i64>>(value: &DeValue) -> Option<T> {
    let number = value.as_integer()?;
    let number = i64::from_str_radix(number.as_str(), number.radix()).ok()?;
    T::try_from(number).ok()
}

impl Value for bool {
    const EXPECTED: &'static str = "true or false";

    fn read(value: &DeValue) -> Option<Self> {
        value.as_bool()
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

/// Values that are words with a `FromStr` and a `Display`.
macro_rules! words {
    ($($kind:ty: $expected:literal,)+) => {
        $(impl Value for $kind {
            const EXPECTED: &'static str = $expected;

            fn read(value: &DeValue) -> Option<Self> {
                Self::from_str(value.as_str()?).ok()
            }

            fn write(&self) -> String {
                quoted(&self.to_string())
            }
        })+
    };
}

words! {
    EswitchMode: "\"legacy\", \"switchdev\", \"switchdev_inactive\" or \"preserve\"",
    InlineMode: "\"none\", \"link\", \"network\", \"transport\" or \"preserve\"",
    EncapMode: "\"none\", \"basic\" or \"preserve\"",
    FunctionState: "\"active\" or \"inactive\"",
    VlanProtocol: "\"802.1q\" or \"802.1ad\"",
    VfLinkState: "\"auto\", \"enable\" or \"disable\"",
    BindVfs: "\"at-once\" or \"after-lag\"",
    UnitName: "the name of a systemd unit, as \"ovs-vswitchd.service\"",
    Word: "a word of letters, digits, '-', '_' and '.'",
    Wait: "a number and a unit from 1 ms to 1 h, as \"500ms\", \"10s\" or \"2min\"",
    Mac: "the MAC address of one interface, as \"02:00:00:00:00:01\"",
    VfDriver: "the name of a driver, as \"vfio-pci\", or \"none\"",
}

/// A value, or the request to ignore less specific values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice<T> {
    /// Hands off.
    Preserve,
    /// This value.
    Set(T),
}

impl<T: Value> Value for Choice<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn read(value: &DeValue) -> Option<Self> {
        match value.as_str() {
            Some("preserve") => Some(Self::Preserve),
            _ => T::read(value).map(Self::Set),
        }
    }

    fn write(&self) -> String {
        match self {
            Self::Preserve => quoted("preserve"),
            Self::Set(value) => value.write(),
        }
    }
}
