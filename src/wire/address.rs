// SPDX-License-Identifier: MIT OR Apache-2.0
//! RTM_GETADDR and its answers (include/uapi/linux/if_addr.h).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::attribute::Attributes;

/// RTM_GETADDR.
pub const GETADDR: u16 = 22;

const HEADER: usize = 8; // struct ifaddrmsg
const IFA_ADDRESS: u16 = 1;
const IFA_LOCAL: u16 = 2;
/// The kernel assigns addresses of this scope and above itself, and does not route them.
const RT_SCOPE_LINK: u8 = 253;

/// The body of RTM_GETADDR for a dump of all addresses.
#[must_use]
pub fn all() -> Vec<u8> {
    vec![0; HEADER]
}

/// An interface's index and its address with prefix length, as `192.0.2.1/24`;
/// none for a link-local address, and for a message that cannot be decoded.
#[must_use]
pub fn parse(payload: &[u8]) -> Option<(u32, String)> {
    let &[_, prefix, _, scope, ref index @ ..] = payload.get(..HEADER)? else {
        return None;
    };
    if scope >= RT_SCOPE_LINK {
        return None;
    }
    let attributes = Attributes::parse(payload.get(HEADER..)?).ok()?;
    // On point-to-point links, IFA_ADDRESS is the address of the peer.
    let bytes = attributes.bytes(IFA_LOCAL).or_else(|| attributes.bytes(IFA_ADDRESS))?;
    let address =
        match (<[u8; 4]>::try_from(bytes.as_slice()), <[u8; 16]>::try_from(bytes)) {
            (Ok(four), _) => IpAddr::from(Ipv4Addr::from(four)),
            (_, Ok(sixteen)) => IpAddr::from(Ipv6Addr::from(sixteen)),
            _ => return None,
        };
    Some((u32::from_ne_bytes(index.try_into().ok()?), format!("{address}/{prefix}")))
}

/// The message with only the attributes that [`parse`] reads; empty where the message
/// cannot be decoded.
#[must_use]
pub fn as_read(payload: &[u8]) -> Vec<u8> {
    let Some(header) = payload.get(..HEADER) else { return Vec::new() };
    let attributes = Attributes::parse(&payload[HEADER..]).unwrap_or_default();
    let kept =
        [IFA_LOCAL, IFA_ADDRESS].iter().fold(Attributes::default(), |kept, kind| {
            match attributes.bytes(*kind) {
                Some(value) => kept.with(*kind, value),
                None => kept,
            }
        });
    [header, &kept.to_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_address_is_read_and_a_link_local_one_is_not() {
        let message = |scope| {
            let mut bytes = vec![2, 24, 0x80, scope];
            bytes.extend(7_u32.to_ne_bytes());
            let list = Attributes::default().with(IFA_ADDRESS, [192, 0, 2, 1]);
            bytes.extend(list.to_bytes());
            bytes
        };
        assert_eq!(parse(&message(0)), Some((7, "192.0.2.1/24".into())));
        assert_eq!(parse(&message(RT_SCOPE_LINK)), None);
        const LABEL: u16 = 3;
        let label = Attributes::default().with_text(LABEL, "eth0:smith").to_bytes();
        let labelled = [message(0), label].concat();
        assert_eq!(as_read(&labelled), message(0));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = (parse(&bytes), as_read(&bytes));
        }
    }
}
