// SPDX-License-Identifier: MIT OR Apache-2.0
//! The eswitch's mode, inline mode and encap mode.
//!
//! Values of include/uapi/linux/devlink.h. A value that this version does not know
//! is kept as `unknown(N)`: kernels add modes, and `ice` without switchdev
//! support reports an uninitialised one.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{Handle, ParseError};

/// Defines an enum of kernel values with their names and an unknown rest.
macro_rules! kernel_enum {
    ($(#[$doc:meta])* $name:ident: $raw:ty, $what:literal {
        $($(#[$vdoc:meta])* $variant:ident = $value:literal $text:literal,)+
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$vdoc])* $variant,)+
            /// A value that this version of swdevctl does not know.
            Unknown($raw),
        }

        impl From<$raw> for $name {
            fn from(raw: $raw) -> Self {
                match raw {
                    $($value => Self::$variant,)+
                    other => Self::Unknown(other),
                }
            }
        }

        impl From<$name> for $raw {
            fn from(value: $name) -> Self {
                match value {
                    $($name::$variant => $value,)+
                    $name::Unknown(other) => other,
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$variant => f.pad($text),)+
                    Self::Unknown(other) => f.pad(&format!("unknown({other})")),
                }
            }
        }

        impl FromStr for $name {
            type Err = ParseError;

            /// Only the names of known values: nobody sets an unknown one.
            fn from_str(text: &str) -> Result<Self, ParseError> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err(ParseError::new($what, text)),
                }
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            /// Unlike in what users write, unknown values are read back.
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = String::deserialize(from)?;
                let unknown = text.strip_prefix("unknown(").and_then(|t| t.strip_suffix(')'));
                match unknown.and_then(|number| number.parse().ok()) {
                    Some(number) => Ok(Self::Unknown(number)),
                    None => text.parse().map_err(D::Error::custom),
                }
            }
        }
    };
}
pub(super) use kernel_enum;

kernel_enum! {
    /// DEVLINK_ATTR_ESWITCH_MODE, a u16.
    EswitchMode: u16, "one of legacy, switchdev, switchdev_inactive" {
        /// Forwards by MAC and VLAN; the mode after boot.
        Legacy = 0 "legacy",
        /// Every port has a representor netdev.
        Switchdev = 1 "switchdev",
        /// Switchdev whose forwarding waits to be activated (6.19 and later).
        SwitchdevInactive = 2 "switchdev_inactive",
    }
}

impl EswitchMode {
    /// Whether ports have representors in this mode.
    #[must_use]
    pub fn has_representors(self) -> bool {
        matches!(self, Self::Switchdev | Self::SwitchdevInactive)
    }
}

kernel_enum! {
    /// DEVLINK_ATTR_ESWITCH_INLINE_MODE, a u8: how much of a packet's headers
    /// the VF puts into the descriptor.
    InlineMode: u8, "one of none, link, network, transport" {
        /// Nothing is needed.
        None = 0 "none",
        /// Up to the link layer.
        Link = 1 "link",
        /// Up to the network layer.
        Network = 2 "network",
        /// Up to the transport layer.
        Transport = 3 "transport",
    }
}

kernel_enum! {
    /// DEVLINK_ATTR_ESWITCH_ENCAP_MODE, a u8.
    EncapMode: u8, "one of none, basic" {
        /// No encapsulation offload.
        None = 0 "none",
        /// Encapsulation offload is on.
        Basic = 1 "basic",
    }
}

/// The state of an eswitch, as the kernel reports it and JSON shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Eswitch {
    /// The mode.
    pub mode: EswitchMode,
    /// The inline mode (mlx5 alone).
    pub inline_mode: Option<InlineMode>,
    /// The encap mode (mlx5 alone).
    pub encap_mode: Option<EncapMode>,
}

impl From<EswitchMode> for Eswitch {
    /// The eswitch of a driver without inline and encap mode.
    fn from(mode: EswitchMode) -> Self {
        Self { mode, inline_mode: None, encap_mode: None }
    }
}

/// The mode of a device that has one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeviceMode {
    /// The device.
    pub handle: Handle,
    /// Its eswitch.
    #[serde(flatten)]
    pub eswitch: Eswitch,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_keep_what_they_do_not_know() {
        for raw in [0_u16, 1, 2, 3, 0xffff] {
            assert_eq!(u16::from(EswitchMode::from(raw)), raw);
        }
        assert_eq!(EswitchMode::from(7).to_string(), "unknown(7)");
        assert_eq!("switchdev_inactive".parse(), Ok(EswitchMode::SwitchdevInactive));
        assert!("unknown(7)".parse::<EswitchMode>().is_err());
        assert!("Switchdev".parse::<EswitchMode>().is_err());
        for raw in [0_u16, 2, 7] {
            let json = serde_json::to_string(&EswitchMode::from(raw)).unwrap();
            let read: EswitchMode = serde_json::from_str(&json).unwrap();
            assert_eq!(u16::from(read), raw);
        }
    }
}
