// SPDX-License-Identifier: MIT OR Apache-2.0
//! ETHTOOL_MSG_FEATURES_GET and SET: which features of an interface are on (include/uapi/
//! linux/ethtool_netlink.h).

use super::attribute::Attributes;

/// The generic netlink family.
pub const FAMILY: &str = "ethtool";

const GENERIC_HEADER: usize = 4;
const FEATURES_GET: u8 = 11;
const FEATURES_SET: u8 = 12;
const VERSION: u8 = 1;
const FEATURES_HEADER: u16 = 1;
const HEADER_DEV_INDEX: u16 = 1;
const FEATURES_HW: u16 = 2;
const FEATURES_WANTED: u16 = 3;
const FEATURES_ACTIVE: u16 = 4;
const FEATURES_NOCHANGE: u16 = 5;
const BITSET_NOMASK: u16 = 1;
const BITSET_BITS: u16 = 3;
const BITSET_BITS_BIT: u16 = 1;
const BIT_NAME: u16 = 2;
const BIT_VALUE: u16 = 3;

/// The request for one interface.
#[must_use]
pub fn features(ifindex: u32) -> Vec<u8> {
    let header = Attributes::default().with(HEADER_DEV_INDEX, ifindex.to_ne_bytes());
    let attributes = Attributes::default().with_nested(FEATURES_HEADER, &header);
    [vec![FEATURES_GET, VERSION, 0, 0], attributes.to_bytes()].concat()
}

/// The request to switch a feature on or off, if it can be.
#[must_use]
pub fn set_feature(ifindex: u32, name: &str, on: bool) -> Vec<u8> {
    let header = Attributes::default().with(HEADER_DEV_INDEX, ifindex.to_ne_bytes());
    // Without BITSET_NOMASK a bit that is listed is meant, and on if it has a value.
    let bit = Attributes::default().with_text(BIT_NAME, name);
    let bit = if on { bit.with(BIT_VALUE, []) } else { bit };
    let bits = Attributes::default().with_nested(BITSET_BITS_BIT, &bit);
    let wanted = Attributes::default().with_nested(BITSET_BITS, &bits);
    let attributes = Attributes::default()
        .with_nested(FEATURES_HEADER, &header)
        .with_nested(FEATURES_WANTED, &wanted);
    [vec![FEATURES_SET, VERSION, 0, 0], attributes.to_bytes()].concat()
}

/// The interface that a request is about.
#[must_use]
pub fn requested_interface(payload: &[u8]) -> Option<u32> {
    let attributes = Attributes::parse(payload.get(GENERIC_HEADER..)?).ok()?;
    attributes.nested(FEATURES_HEADER)?.u32(HEADER_DEV_INDEX)
}

/// Whether a request with this payload only reads.
#[must_use]
pub fn only_asks(payload: &[u8]) -> bool {
    payload.first() == Some(&FEATURES_GET)
}

/// Whether a feature is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feature {
    /// On.
    On,
    /// Off, and can be switched on.
    Off,
    /// Off, and cannot be switched on: `off [fixed]`.
    Fixed,
}

/// The state of the feature of that name.
#[must_use]
pub fn feature(payload: &[u8], name: &str) -> Option<Feature> {
    let has = |set| set_has(payload, set, name);
    Some(match (has(FEATURES_ACTIVE)?, has(FEATURES_HW), has(FEATURES_NOCHANGE)) {
        (true, ..) => Feature::On,
        (false, Some(false), _) | (false, _, Some(true)) => Feature::Fixed,
        _ => Feature::Off,
    })
}

/// Whether the feature of that name is wanted, and the driver holds it back for the
/// present.
#[must_use]
pub fn is_held_back(payload: &[u8], name: &str) -> bool {
    let has = |set| set_has(payload, set, name);
    has(FEATURES_WANTED) == Some(true) && has(FEATURES_ACTIVE) == Some(false)
}

/// Whether a set has the bit of that name. A set with a mask lists all bits that it is
/// about, with a value where the bit is set; one without lists those that are set.
fn set_has(payload: &[u8], set: u16, name: &str) -> Option<bool> {
    let attributes = Attributes::parse(payload.get(GENERIC_HEADER..)?).ok()?;
    let set = attributes.nested(set)?;
    let has_mask = set.value(BITSET_NOMASK).is_none();
    let bits = set.nested(BITSET_BITS)?;
    let mut bits = bits.iter().filter(|(kind, _)| *kind == BITSET_BITS_BIT);
    Some(bits.any(|(_, bytes)| {
        let Ok(bit) = Attributes::parse(bytes) else { return false };
        let is_set = !has_mask || bit.value(BIT_VALUE).is_some();
        is_set && bit.text(BIT_NAME).as_deref() == Some(name)
    }))
}

/// A reply as the kernel gives it: the features that can be changed are a set with a mask
/// of all features.
#[cfg(test)]
pub(crate) fn reply(hw: &[&str], wanted: &[&str], active: &[&str]) -> Vec<u8> {
    let bits = |names: &[&str], is_set: &dyn Fn(&str) -> bool| {
        let bits = names.iter().fold(Attributes::default(), |bits, name| {
            let bit = Attributes::default().with_text(BIT_NAME, name);
            let bit = if is_set(name) { bit.with(BIT_VALUE, []) } else { bit };
            bits.with_nested(BITSET_BITS_BIT, &bit)
        });
        Attributes::default().with_nested(BITSET_BITS, &bits)
    };
    let set = |names: &[&str]| bits(names, &|_| false).with(BITSET_NOMASK, []);
    let all: Vec<&str> =
        [hw, wanted, active, &["hw-tc-offload", "rx-gro"]].concat().to_vec();
    let attributes = Attributes::default()
        .with_nested(FEATURES_HW, &bits(&all, &|name| hw.contains(&name)))
        .with_nested(FEATURES_WANTED, &set(wanted))
        .with_nested(FEATURES_ACTIVE, &set(active))
        .with_nested(FEATURES_NOCHANGE, &set(&["highdma"]));
    [vec![0; GENERIC_HEADER], attributes.to_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_feature_that_is_off_can_be_fixed() {
        let state = |hw: &[&str], active: &[&str]| {
            feature(&reply(hw, &[], active), "hw-tc-offload")
        };
        let both = ["hw-tc-offload", "highdma"];
        assert_eq!(state(&both, &both), Some(Feature::On));
        assert_eq!(state(&both, &["highdma"]), Some(Feature::Off));
        assert_eq!(state(&["highdma"], &["highdma"]), Some(Feature::Fixed));
    }

    #[test]
    fn a_feature_that_is_wanted_and_off_is_held_back() {
        let held = |wanted: &[&str], active: &[&str]| {
            is_held_back(&reply(&["rx-vlan-filter"], wanted, active), "rx-vlan-filter")
        };
        let on = ["rx-vlan-filter"];
        assert!(held(&on, &["highdma"]));
        assert!(!held(&on, &on));
        assert!(!held(&["highdma"], &["highdma"]), "somebody has switched it off");
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = feature(&bytes, "hw-tc-offload");
            let _ = is_held_back(&bytes, "hw-tc-offload");
        }
    }
}
