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
    /// could not have meant.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Option<Self> {
        (1..=32).contains(&bytes.len()).then(|| Self(bytes.to_vec()))
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
