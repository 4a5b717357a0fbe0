// SPDX-License-Identifier: MIT OR Apache-2.0
//! RTM_GETROUTE and RTM_GETRULE: whether a default route leads over an interface
//! (include/uapi/linux/rtnetlink.h, fib_rules.h).
//!
//! Nothing is sent to the addresses that are asked about.

use std::net::IpAddr;

use super::attribute::Attributes;

/// RTM_GETROUTE.
pub const GETROUTE: u16 = 26;
/// RTM_GETRULE.
pub const GETRULE: u16 = 34;

/// The table to look up where no rules can be read.
pub const RT_TABLE_MAIN: u32 = 254;
/// The table of the machine's own addresses.
const RT_TABLE_LOCAL: u32 = 255;

const HEADER: usize = 12; // struct rtmsg, struct fib_rule_hdr
const RTM_F_FIB_MATCH: u32 = 0x2000;
const RTN_UNICAST: u8 = 1;
const RTA_DST: u16 = 1;
const RTA_OIF: u16 = 4;
const RTA_TABLE: u16 = 15;
const FRA_TABLE: u16 = 15;
const FR_ACT_TO_TBL: u8 = 1;

/// An address family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// AF_INET.
    V4,
    /// AF_INET6.
    V6,
}

impl Family {
    /// Both.
    pub const ALL: [Self; 2] = [Self::V4, Self::V6];

    fn number(self) -> u8 {
        match self {
            Self::V4 => 2,
            Self::V6 => 10,
        }
    }

    /// Addresses reserved for documentation: only a default route leads to them.
    fn anywhere(self) -> IpAddr {
        match self {
            Self::V4 => IpAddr::from([203, 0, 113, 1]),
            Self::V6 => IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, 1]),
        }
    }

    /// The longest prefix that counts as a default route: 0.0.0.0/1 and 128.0.0.0/1
    /// together replace a default route, and so does 2000::/3.
    fn longest_default(self) -> u8 {
        match self {
            Self::V4 => 1,
            Self::V6 => 3,
        }
    }
}

fn body(family: Family, attributes: &Attributes) -> Vec<u8> {
    let mut body = vec![0; HEADER];
    body[0] = family.number();
    body.extend(attributes.to_bytes());
    body
}

/// The body of RTM_GETRULE for a dump of a family's rules.
#[must_use]
pub fn rules(family: Family) -> Vec<u8> {
    body(family, &Attributes::default())
}

/// The family, the table and the interface that a request is about.
#[must_use]
pub fn requested(body: &[u8]) -> Option<String> {
    let family = match *body.first()? {
        2 => "IPv4",
        10 => "IPv6",
        _ => return None,
    };
    let attributes = Attributes::parse(body.get(HEADER..)?).ok()?;
    let table = attributes.u32(RTA_TABLE).map(|table| format!(", table {table}"));
    let interface = attributes.u32(RTA_OIF).map(|index| format!(", interface {index}"));
    Some([Some(family.to_owned()), table, interface].into_iter().flatten().collect())
}

/// The table that a rule looks routes up in.
#[must_use]
pub fn table(rule: &[u8]) -> Option<u32> {
    let header = rule.get(..HEADER)?;
    let attributes = Attributes::parse(rule.get(HEADER..)?).ok()?;
    let table = attributes.u32(FRA_TABLE).unwrap_or_else(|| header[4].into());
    // The rule of a VRF has no table: the interfaces of the VRF have one.
    (header[7] == FR_ACT_TO_TBL && table != 0 && table != RT_TABLE_LOCAL).then_some(table)
}

/// The body of RTM_GETROUTE for a dump of a table's routes over an interface.
#[must_use]
pub fn through(family: Family, table: u32, interface: u32) -> Vec<u8> {
    let attributes = Attributes::default()
        .with(RTA_TABLE, table.to_ne_bytes())
        .with(RTA_OIF, interface.to_ne_bytes());
    body(family, &attributes)
}

/// The body of RTM_GETROUTE for the route that a packet to an unknown address would take
/// over that interface, in the table of its VRF where it is in one.
#[must_use]
pub fn anywhere(family: Family, interface: u32) -> Vec<u8> {
    let address = match family.anywhere() {
        IpAddr::V4(four) => four.octets().to_vec(),
        IpAddr::V6(six) => six.octets().to_vec(),
    };
    let bits = (address.len() * 8) as u8;
    let attributes = Attributes::default()
        .with(RTA_DST, address)
        .with(RTA_OIF, interface.to_ne_bytes());
    let mut body = body(family, &attributes);
    body[1] = bits;
    body[8..12].copy_from_slice(&RTM_F_FIB_MATCH.to_ne_bytes());
    body
}

/// Whether a route of a dump is a default route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// A default route, or a half of one.
    Default,
    /// Another route; a default route may follow.
    Other,
    /// Another route, and no default route follows: IPv4 tables are sorted by address.
    NoMore,
}

/// Reads a route.
#[must_use]
pub fn found(family: Family, payload: &[u8]) -> Found {
    let Some(&[_, length, _, _, _, _, _, kind, ..]) = payload.get(..HEADER) else {
        return Found::Other;
    };
    if kind == RTN_UNICAST && length <= family.longest_default() {
        return Found::Default;
    }
    let attributes = payload.get(HEADER..).unwrap_or_default();
    let destination = Attributes::parse(attributes).ok().and_then(|a| a.bytes(RTA_DST));
    let beyond = destination.is_some_and(|bytes| bytes.iter().any(|byte| *byte != 0));
    if family == Family::V4 && beyond { Found::NoMore } else { Found::Other }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn route(length: u8, kind: u8, destination: Option<[u8; 4]>) -> Vec<u8> {
        let mut body = vec![0; HEADER];
        (body[1], body[7]) = (length, kind);
        let attributes = destination.map_or_else(Attributes::default, |bytes| {
            Attributes::default().with(RTA_DST, bytes)
        });
        [body, attributes.to_bytes()].concat()
    }

    #[test]
    fn default_routes_and_their_halves_count() {
        let four = |length, to| found(Family::V4, &route(length, RTN_UNICAST, to));
        assert_eq!(four(0, None), Found::Default);
        assert_eq!(four(1, Some([0; 4])), Found::Default);
        assert_eq!(four(1, Some([128, 0, 0, 0])), Found::Default);
        assert_eq!(four(8, Some([0; 4])), Found::Other);
        assert_eq!(four(24, Some([10, 0, 0, 0])), Found::NoMore);
        let six =
            |length| found(Family::V6, &route(length, RTN_UNICAST, Some([32, 0, 0, 0])));
        assert_eq!((six(3), six(64)), (Found::Default, Found::Other));
        const UNREACHABLE: u8 = 7;
        assert_eq!(found(Family::V4, &route(0, UNREACHABLE, None)), Found::Other);
    }

    #[test]
    fn rules_name_their_tables() {
        let rule = |small: u8, action, large: Option<u32>| {
            let mut body = vec![0; HEADER];
            (body[4], body[7]) = (small, action);
            let attributes = large.map_or_else(Attributes::default, |table| {
                Attributes::default().with(FRA_TABLE, table.to_ne_bytes())
            });
            table(&[body, attributes.to_bytes()].concat())
        };
        assert_eq!(rule(254, FR_ACT_TO_TBL, None), Some(254));
        assert_eq!(rule(252, FR_ACT_TO_TBL, Some(1000)), Some(1000));
        assert_eq!(rule(255, FR_ACT_TO_TBL, None), None);
        assert_eq!(rule(0, FR_ACT_TO_TBL, None), None);
        assert_eq!(rule(254, 6, None), None);
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = (found(Family::V4, &bytes), found(Family::V6, &bytes), table(&bytes));
        }
    }
}
