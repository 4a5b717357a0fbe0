// SPDX-License-Identifier: MIT OR Apache-2.0
//! Netlink attributes: a list of (type, value), nested at will.

use netlink_packet_core::{
    DefaultNla, Emitable, NLA_F_NESTED, NLA_TYPE_MASK, Nla as _, NlasIterator,
};

use super::WireError;

/// A list of attributes, read from bytes or built to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attributes(Vec<DefaultNla>);

impl Attributes {
    /// Reads a whole list. Trailing bytes that are no attribute, and lengths
    /// that reach beyond the end, are errors.
    pub fn parse(bytes: &[u8]) -> Result<Self, WireError> {
        let mut list = Vec::new();
        for nla in NlasIterator::new(bytes) {
            let nla = nla?;
            list.push(DefaultNla::new(nla.kind(), nla.value().to_vec()));
        }
        Ok(Self(list))
    }

    /// Reads a list up to where its bytes no longer make sense.
    #[must_use]
    pub fn parse_prefix(bytes: &[u8]) -> Self {
        let good = NlasIterator::new(bytes).map_while(Result::ok);
        Self(good.map(|nla| DefaultNla::new(nla.kind(), nla.value().to_vec())).collect())
    }

    /// Appends an attribute.
    #[must_use]
    pub fn with(mut self, kind: u16, value: impl Into<Vec<u8>>) -> Self {
        self.0.push(DefaultNla::new(kind, value.into()));
        self
    }

    /// Appends a NUL-terminated string.
    #[must_use]
    pub fn with_text(self, kind: u16, text: &str) -> Self {
        let mut value = text.as_bytes().to_vec();
        value.push(0);
        self.with(kind, value)
    }

    /// Appends a nested list.
    #[must_use]
    pub fn with_nested(self, kind: u16, nested: &Self) -> Self {
        self.with(kind | NLA_F_NESTED, nested.to_bytes())
    }

    /// The list as bytes, padded to four.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0; self.buffer_len()];
        self.emit(&mut bytes);
        bytes
    }

    /// All attributes, in order.
    pub fn iter(&self) -> impl Iterator<Item = (u16, Vec<u8>)> + '_ {
        self.0.iter().map(|nla| (nla.kind() & NLA_TYPE_MASK, value_of(nla)))
    }

    /// The value of the first attribute of that type.
    #[must_use]
    pub fn bytes(&self, kind: u16) -> Option<Vec<u8>> {
        self.0.iter().find(|nla| nla.kind() & NLA_TYPE_MASK == kind).map(value_of)
    }

    /// A fixed-size value; absent, with a debug line, where its size is not `N`.
    fn sized<const N: usize>(&self, kind: u16) -> Option<[u8; N]> {
        let bytes = self.bytes(kind)?;
        let sized = bytes.as_slice().try_into().ok();
        if sized.is_none() {
            log::debug!(
                "attribute {kind}: {} bytes where {N} are due, ignoring it",
                bytes.len()
            );
        }
        sized
    }

    /// A u8.
    #[must_use]
    pub fn u8(&self, kind: u16) -> Option<u8> {
        self.sized(kind).map(u8::from_ne_bytes)
    }

    /// A u16.
    #[must_use]
    pub fn u16(&self, kind: u16) -> Option<u16> {
        self.sized(kind).map(u16::from_ne_bytes)
    }

    /// A u32.
    #[must_use]
    pub fn u32(&self, kind: u16) -> Option<u32> {
        self.sized(kind).map(u32::from_ne_bytes)
    }

    /// A u64; also where the kernel sent it as `uint`, in four bytes.
    #[must_use]
    pub fn u64(&self, kind: u16) -> Option<u64> {
        if self.bytes(kind)?.len() == 4 {
            return self.u32(kind).map(u64::from);
        }
        self.sized(kind).map(u64::from_ne_bytes)
    }

    /// Text up to its NUL; what is not UTF-8 in it is replaced.
    #[must_use]
    pub fn text(&self, kind: u16) -> Option<String> {
        self.bytes(kind).map(|bytes| text_of(&bytes))
    }

    /// A nested list; absent, with a debug line, where it is malformed.
    #[must_use]
    pub fn nested(&self, kind: u16) -> Option<Self> {
        Self::parse(&self.bytes(kind)?)
            .inspect_err(|error| log::debug!("attribute {kind}: {error}, ignoring it"))
            .ok()
    }
}

impl Emitable for Attributes {
    fn buffer_len(&self) -> usize {
        self.0.as_slice().buffer_len()
    }

    fn emit(&self, buffer: &mut [u8]) {
        self.0.as_slice().emit(buffer);
    }
}

fn value_of(nla: &DefaultNla) -> Vec<u8> {
    let mut value = vec![0; nla.value_len()];
    nla.emit_value(&mut value);
    value
}

/// Text from a value, up to its first NUL.
#[must_use]
pub fn text_of(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_built_is_what_is_read() {
        let inner = Attributes::default().with(7, 9_u16.to_ne_bytes());
        let list = Attributes::default()
            .with_text(1, "pci")
            .with(2, 5_u32.to_ne_bytes())
            .with_nested(3, &inner);
        let read = Attributes::parse(&list.to_bytes()).unwrap();
        assert_eq!(read.text(1).as_deref(), Some("pci"));
        assert_eq!(read.u32(2), Some(5));
        assert_eq!(read.u16(2), None, "the wrong size is absent");
        assert_eq!(read.nested(3).unwrap().u16(7), Some(9));
        assert_eq!(read.text(4), None);
    }

    #[test]
    fn lengths_that_lie_are_errors() {
        for bytes in [
            &[3, 0, 1, 0][..],          // shorter than its own header
            &[0, 0, 1, 0][..],          // zero: would never end
            &[9, 0, 1, 0, 1, 2, 3][..], // beyond the end
            &[5, 0, 1][..],             // half a header
        ] {
            assert!(Attributes::parse(bytes).is_err(), "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(list) = Attributes::parse(&bytes) {
                for (kind, _) in list.iter() {
                    let _ = (list.u8(kind), list.u64(kind), list.text(kind), list.nested(kind));
                }
            }
        }
    }
}
