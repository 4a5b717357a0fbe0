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

/// The interface that a state is offloaded to, and what it is.
#[must_use]
pub fn state(payload: &[u8]) -> Option<(u32, String)> {
    let spi = u32::from_be_bytes(payload.get(SPI)?.try_into().ok()?);
    Some((interface(payload.get(STATE..)?)?, format!("state with SPI {spi:#010x}")))
}

/// The interface that a policy is offloaded to, and what it is.
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
        bytes.extend(attributes.to_bytes());
        assert_eq!(state(&bytes), Some((9, "state with SPI 0x00001234".into())));
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = (state(&bytes), policy(&bytes));
        }
    }
}
