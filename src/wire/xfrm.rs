// SPDX-License-Identifier: MIT OR Apache-2.0
//! IPsec states and policies that are offloaded to a NIC (include/uapi/linux/
//! xfrm.h).

use super::attribute::Attributes;

/// XFRM_MSG_GETSA.
pub const GETSA: u16 = 18;
/// XFRM_MSG_GETPOLICY.
pub const GETPOLICY: u16 = 21;

const STATE: usize = 224; // struct xfrm_usersa_info
const POLICY: usize = 168; // struct xfrm_userpolicy_info
const SPI: std::ops::Range<usize> = 72..76;
const XFRMA_OFFLOAD_DEV: u16 = 28;

/// The message without what is not needed: addresses, and above all the keys, which a
/// capture must not contain. None for an object that is not offloaded.
#[must_use]
pub fn without_secrets(kind: u16, payload: &[u8]) -> Option<Vec<u8>> {
    let header = if kind == GETSA { STATE } else { POLICY };
    let offload =
        Attributes::parse(payload.get(header..)?).ok()?.bytes(XFRMA_OFFLOAD_DEV)?;
    let mut bytes = vec![0; header];
    if kind == GETSA {
        bytes[SPI].copy_from_slice(payload.get(SPI)?);
    }
    bytes.extend(Attributes::default().with(XFRMA_OFFLOAD_DEV, offload).to_bytes());
    Some(bytes)
}

/// The interface that a state is offloaded to, and a description of the state.
#[must_use]
pub fn state(payload: &[u8]) -> Option<(u32, String)> {
    let spi = u32::from_be_bytes(payload.get(SPI)?.try_into().ok()?);
    Some((interface(payload.get(STATE..)?)?, format!("state with SPI {spi:#010x}")))
}

/// The interface that a policy is offloaded to, and a description of the policy.
#[must_use]
pub fn policy(payload: &[u8]) -> Option<(u32, String)> {
    Some((interface(payload.get(POLICY..)?)?, "policy".into()))
}

fn interface(attributes: &[u8]) -> Option<u32> {
    let offload = Attributes::parse(attributes).ok()?.bytes(XFRMA_OFFLOAD_DEV)?;
    Some(u32::from_ne_bytes(offload.get(..4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_state_is_told_by_its_spi() {
        let offload = [&9_u32.to_ne_bytes()[..], &[1, 0, 0, 0]].concat();
        let attributes = Attributes::default().with(XFRMA_OFFLOAD_DEV, offload);
        let mut bytes = vec![0; STATE];
        bytes[SPI].copy_from_slice(&[0, 0, 0x12, 0x34]);
        assert_eq!(state(&bytes), None, "not offloaded");
        assert_eq!(without_secrets(GETSA, &bytes), None);
        let key = Attributes::default().with(18, *b"a key of 16 byte");
        bytes.extend([key.to_bytes(), attributes.to_bytes()].concat());
        bytes[..4].copy_from_slice(&[192, 0, 2, 1]);
        assert_eq!(state(&bytes), Some((9, "state with SPI 0x00001234".into())));
        let plain = without_secrets(GETSA, &bytes).unwrap();
        assert_eq!(state(&plain), state(&bytes));
        assert!(!plain.windows(4).any(|part| part == b"a ke" || part == [192, 0, 2, 1]));
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = (state(&bytes), policy(&bytes), without_secrets(GETSA, &bytes));
        }
    }
}
