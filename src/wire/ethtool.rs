// SPDX-License-Identifier: MIT OR Apache-2.0
//! ETHTOOL_MSG_FEATURES_GET: which features of an interface are on (include/uapi/
//! linux/ethtool_netlink.h).

use super::attribute::Attributes;

/// The generic netlink family.
pub const FAMILY: &str = "ethtool";

const GENERIC_HEADER: usize = 4;
const FEATURES_GET: u8 = 11;
const VERSION: u8 = 1;
const FEATURES_HEADER: u16 = 1;
const HEADER_DEV_INDEX: u16 = 1;
const FEATURES_ACTIVE: u16 = 4;
const BITSET_BITS: u16 = 3;
const BITSET_BITS_BIT: u16 = 1;
const BIT_NAME: u16 = 2;

/// The request for one interface.
#[must_use]
pub fn features(ifindex: u32) -> Vec<u8> {
    let header = Attributes::default().with(HEADER_DEV_INDEX, ifindex.to_ne_bytes());
    let attributes = Attributes::default().with_nested(FEATURES_HEADER, &header);
    [vec![FEATURES_GET, VERSION, 0, 0], attributes.to_bytes()].concat()
}

/// The names of the features that are on.
#[must_use]
pub fn active(payload: &[u8]) -> Option<Vec<String>> {
    let attributes = Attributes::parse(payload.get(GENERIC_HEADER..)?).ok()?;
    let bits = attributes.nested(FEATURES_ACTIVE)?.nested(BITSET_BITS)?;
    let bits = bits.iter().filter(|(kind, _)| *kind == BITSET_BITS_BIT);
    Some(
        bits.filter_map(|(_, bytes)| Attributes::parse(&bytes).ok()?.text(BIT_NAME))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = active(&bytes);
        }
    }
}
