// SPDX-License-Identifier: MIT OR Apache-2.0
//! Switch identifiers.

use std::fmt;

use serde::{Serialize, Serializer};

/// The identifier that all netdevs on one eswitch share, 1 to 32 bytes
/// (IFLA_PHYS_SWITCH_ID; MAX_PHYS_ITEM_ID_LEN).
///
/// All PFs of a card share it too, and most drivers report it in legacy mode
/// already: its presence says nothing about the mode, and an equal one does not
/// say which PF a representor belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SwitchId(Vec<u8>);

impl SwitchId {
    /// From the bytes of the attribute; nothing for a length that the kernel
    /// could not have meant, and nothing for zeros: `bnxt_en` reports them for every
    /// card without a serial number, and they would make one switch of them all.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let says_something = bytes.iter().any(|byte| *byte != 0);
        ((1..=32).contains(&bytes.len()) && says_something).then(|| Self(bytes.to_vec()))
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for SwitchId {
    /// Lower-case hexadecimal without separators, as in sysfs and `ip -d link`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Serialize for SwitchId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_are_no_id() {
        assert_eq!(SwitchId::new(&[0; 8]), None);
        assert_eq!(SwitchId::new(&[]), None);
        assert_eq!(SwitchId::new(&[1; 33]), None);
        assert_eq!(SwitchId::new(&[0, 0, 1]).unwrap().to_string(), "000001");
    }
}
