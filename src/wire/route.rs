// SPDX-License-Identifier: MIT OR Apache-2.0
//! RTM_GETROUTE: over which interfaces the default route leads (include/uapi/linux/
//! rtnetlink.h).
//!
//! The kernel is asked for the route to one address of those kept for documentation
//! and answers with the entry of its table that fits (RTM_F_FIB_MATCH): a dump would
//! read all routes of a router. Nothing is sent to that address.

use std::net::IpAddr;

use super::attribute::Attributes;

/// RTM_GETROUTE.
pub const GETROUTE: u16 = 26;

const HEADER: usize = 12; // struct rtmsg
const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;
const RTM_F_FIB_MATCH: u32 = 0x2000;
const RTA_DST: u16 = 1;
const RTA_OIF: u16 = 4;
const RTA_MULTIPATH: u16 = 9;
const NEXTHOP: usize = 8; // struct rtnexthop

/// Addresses that only a default route leads to.
#[must_use]
pub fn anywhere() -> [IpAddr; 2] {
    [IpAddr::from([203, 0, 113, 1]), IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, 1])]
}

/// The body of RTM_GETROUTE for the table's entry for that address.
#[must_use]
pub fn to(address: IpAddr) -> Vec<u8> {
    let (family, bytes) = match address {
        IpAddr::V4(four) => (AF_INET, four.octets().to_vec()),
        IpAddr::V6(six) => (AF_INET6, six.octets().to_vec()),
    };
    let mut body = vec![0; HEADER];
    body[0] = family;
    body[1] = (bytes.len() * 8) as u8;
    body[8..12].copy_from_slice(&RTM_F_FIB_MATCH.to_ne_bytes());
    body.extend(Attributes::default().with(RTA_DST, bytes).to_bytes());
    body
}

/// The interfaces of a default route; none for any other route.
#[must_use]
pub fn default_interfaces(payload: &[u8]) -> Vec<u32> {
    let Some(&[_, length, ..]) = payload.get(..HEADER) else { return Vec::new() };
    let attributes = Attributes::parse(payload.get(HEADER..).unwrap_or_default());
    let Some(attributes) = attributes.ok().filter(|_| length == 0) else {
        return Vec::new();
    };
    let mut found: Vec<u32> = attributes.u32(RTA_OIF).into_iter().collect();
    let hops = attributes.bytes(RTA_MULTIPATH).unwrap_or_default();
    let mut rest = hops.as_slice();
    while let Some(&[low, high, _, _, ref index @ ..]) = rest.get(..NEXTHOP) {
        found.extend(index.try_into().map(u32::from_ne_bytes));
        // Lengths that do not lead on end the walk.
        let length = usize::from(u16::from_ne_bytes([low, high])).next_multiple_of(4);
        match rest.get(length..) {
            Some(more) if length >= NEXTHOP => rest = more,
            _ => break,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn answer(length: u8, attributes: &Attributes) -> Vec<u8> {
        let mut body = vec![0; HEADER];
        body[1] = length;
        [body, attributes.to_bytes()].concat()
    }

    #[test]
    fn only_default_routes_count_and_all_their_ways() {
        let one = Attributes::default().with(RTA_OIF, 7_u32.to_ne_bytes());
        assert_eq!(default_interfaces(&answer(0, &one)), [7]);
        assert_eq!(default_interfaces(&answer(24, &one)), [0_u32; 0]);
        let hop = |index: u32| [&[8, 0, 0, 0][..], &index.to_ne_bytes()].concat();
        let several =
            Attributes::default().with(RTA_MULTIPATH, [hop(3), hop(4)].concat());
        assert_eq!(default_interfaces(&answer(0, &several)), [3, 4]);
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = default_interfaces(&bytes);
        }
    }
}
