// SPDX-License-Identifier: MIT OR Apache-2.0
//! Values that are numbers, or words in the place of a number.

use std::fmt;

use toml::de::DeValue;

use super::{Value, number, words::is_plain};
use crate::desired::write::quoted;

/// Defines a whole number with its range.
macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident($kind:ty) $most:literal $expected:literal,)+) => {
        $($(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(pub $kind);

        impl Value for $name {
            const EXPECTED: &'static str = $expected;

            fn read(value: &DeValue) -> Option<Self> {
                let number = number::<u64>(value).filter(|number| *number <= $most);
                number.and_then(|number| number.try_into().ok()).map(Self)
            }

            fn write(&self) -> String {
                self.0.to_string()
            }
        })+
    };
}

numbers! {
    /// Number of a VLAN; 0 for none.
    VlanId(u16) 4094 "a number from 0 (no VLAN) to 4094",
    /// Priority of a VF's packets.
    Qos(u8) 7 "a number from 0 to 7",
    /// A rate in Mbit/s; 0 for no limit.
    Rate(u32) 0xffff_ffff "a number of Mbit/s, 0 for no limit",
    /// Number of a controller.
    Controller(u32) 0xffff_ffff "the number of a controller, from 0",
}

/// How many VFs there are to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VfCount {
    /// So many.
    Number(u32),
    /// As many as the device can have.
    Max,
}

impl Value for VfCount {
    const EXPECTED: &'static str = "a number from 0 to 65535, \"max\" or \"preserve\"";

    fn read(value: &DeValue) -> Option<Self> {
        match value.as_str() {
            Some("max") => Some(Self::Max),
            Some(_) => None,
            None => number::<u16>(value).map(u32::from).map(Self::Number),
        }
    }

    fn write(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Max => quoted("max"),
        }
    }
}

/// A value of a device parameter, whose type the device knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParamChoice {
    /// A truth value.
    Flag(bool),
    /// A number.
    Number(u64),
    /// Text.
    Text(String),
}

impl fmt::Display for ParamChoice {
    /// As the device's own value is printed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(value) => value.fmt(f),
            Self::Number(value) => value.fmt(f),
            Self::Text(value) => f.write_str(value),
        }
    }
}

impl Value for ParamChoice {
    const EXPECTED: &'static str = "a text, a number or true or false";

    fn read(value: &DeValue) -> Option<Self> {
        match value {
            DeValue::Boolean(value) => Some(Self::Flag(*value)),
            DeValue::Integer(_) => number(value).map(Self::Number),
            DeValue::String(text) if is_plain(text, "-_.:/ ") => {
                Some(Self::Text(text.to_string()))
            }
            _ => None,
        }
    }

    fn write(&self) -> String {
        match self {
            Self::Text(text) => quoted(text),
            other => other.to_string(),
        }
    }
}
