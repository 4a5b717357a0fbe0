// SPDX-License-Identifier: MIT OR Apache-2.0
//! Names of network interfaces.

use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer};

use super::ParseError;

/// A name that swdevctl may give to a network interface.
///
/// Stricter than the kernel (net/core/dev.c, dev_valid_name: 1 to 15 bytes, no
/// `/`, `:` or space, not `.` or `..`): ASCII letters, digits, `_`, `.` and `-`
/// only, not all digits (udev refuses those), and not `all` or `default`, which
/// mean something else below /proc/sys/net.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IfName(String);

impl IfName {
    /// The longest name that the kernel takes, in bytes (IFNAMSIZ - 1).
    pub const MAX: usize = 15;

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for IfName {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let valid = (1..=Self::MAX).contains(&text.len()) && is_harmless(text);
        if valid {
            Ok(Self(text.to_owned()))
        } else {
            Err(ParseError::new("a valid interface name of at most 15 characters", text))
        }
    }
}

/// Whether a text of any length could be a name.
fn is_harmless(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_.-".contains(&b);
    !text.is_empty()
        && text.bytes().all(plain)
        && !text.bytes().all(|b| b.is_ascii_digit())
        && !text.starts_with('.')
        && !matches!(text, "all" | "default")
}

/// An alternative name that swdevctl may give to a network interface: as [`IfName`], but
/// of up to 127 characters (ALTIFNAMSIZ - 1).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct AltName(String);

impl AltName {
    /// The longest that the kernel takes, in bytes.
    pub const MAX: usize = 127;

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AltName {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        if text.len() <= Self::MAX && is_harmless(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ParseError::new(
                "a valid alternative name of at most 127 characters",
                text,
            ))
        }
    }
}

impl fmt::Display for AltName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Display for IfName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Serialize for IfName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmless_names_of_at_most_15_characters_pass() {
        for good in
            ["eth0", "enp65s0f0np0", "a", "123456789012345".replace('1', "e").as_str()]
        {
            assert!(good.parse::<IfName>().is_ok(), "{good}");
        }
        for bad in [
            "",
            ".",
            "..",
            "all",
            "default",
            "12",
            "a b",
            "a/b",
            "a:b",
            "a%d",
            "a\nb",
            "enp65s0f0npf0vf0",
            "é",
        ] {
            assert!(bad.parse::<IfName>().is_err(), "{bad:?}");
        }
    }
}
