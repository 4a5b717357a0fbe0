// SPDX-License-Identifier: MIT OR Apache-2.0
//! Netlink attributes: lists of (type, value), which can be nested.

use std::{borrow::Cow, ops::Range};

use netlink_packet_core::{Emitable, NLA_F_NESTED, NLA_TYPE_MASK};

use super::WireError;

/// The length of struct nlattr, and the alignment of attributes.
pub const HEADER: usize = 4;

/// A list of attributes, read from bytes that are borrowed where possible, or built to
/// be sent.
#[derive(Debug, Clone, Default)]
pub struct Attributes<'a> {
    bytes: Cow<'a, [u8]>,
    /// The type of each attribute, and the place of its value in `bytes`.
    places: Vec<(u16, Range<usize>)>,
}

impl<'a> Attributes<'a> {
    /// Reads a whole list. Trailing bytes that are no attribute, and lengths
    /// beyond the end, are errors.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        match places(bytes) {
            (places, true) => Ok(Self { bytes: Cow::Borrowed(bytes), places }),
            (places, false) => {
                let count = places.len();
                Err(WireError(format!("attribute {count} of a list has a wrong length")))
            }
        }
    }

    /// Reads a list up to the first attribute that is malformed.
    #[must_use]
    pub fn parse_prefix(bytes: &'a [u8]) -> Self {
        let (places, _) = places(bytes);
        let end = places.last().map_or(0, |(_, place)| place.end);
        Self { bytes: Cow::Borrowed(&bytes[..end]), places }
    }

    /// The same list with bytes of its own.
    #[must_use]
    pub fn into_owned(self) -> Attributes<'static> {
        Attributes { bytes: Cow::Owned(self.bytes.into_owned()), places: self.places }
    }

    /// Appends an attribute.
    #[must_use]
    pub fn with(mut self, kind: u16, value: impl AsRef<[u8]>) -> Self {
        let value = value.as_ref();
        let bytes = self.bytes.to_mut();
        bytes.resize(bytes.len().next_multiple_of(HEADER), 0);
        let length = (HEADER + value.len()) as u16;
        bytes.extend(length.to_ne_bytes());
        bytes.extend(kind.to_ne_bytes());
        let start = bytes.len();
        bytes.extend_from_slice(value);
        self.places.push((kind, start..bytes.len()));
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
    pub fn with_nested(self, kind: u16, nested: &Attributes) -> Self {
        self.with(kind | NLA_F_NESTED, nested.to_bytes())
    }

    /// The list as bytes, padded to four.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.bytes.to_vec();
        bytes.resize(self.buffer_len(), 0);
        bytes
    }

    /// All attributes, in order.
    pub fn iter(&self) -> impl Iterator<Item = (u16, &[u8])> + '_ {
        let value =
            |place: &Range<usize>| self.bytes.get(place.clone()).unwrap_or_default();
        self.places.iter().map(move |(kind, place)| (kind & NLA_TYPE_MASK, value(place)))
    }

    /// The value of the first attribute of that type.
    #[must_use]
    pub fn value(&self, kind: u16) -> Option<&[u8]> {
        self.iter().find(|(other, _)| *other == kind).map(|(_, value)| value)
    }

    /// The type of each attribute, and the place of its value.
    pub fn places(&self) -> impl Iterator<Item = (u16, Range<usize>)> + '_ {
        self.places.iter().map(|(kind, place)| (kind & NLA_TYPE_MASK, place.clone()))
    }

    /// [`Attributes::value`] as a vector.
    #[must_use]
    pub fn bytes(&self, kind: u16) -> Option<Vec<u8>> {
        self.value(kind).map(<[u8]>::to_vec)
    }

    /// A fixed-size value; absent, with a debug line, where its size is not `N`.
    fn sized<const N: usize>(&self, kind: u16) -> Option<[u8; N]> {
        let bytes = self.value(kind)?;
        let sized = bytes.try_into().ok();
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

    /// A u64, which the kernel may also send as a `uint` of four bytes.
    #[must_use]
    pub fn u64(&self, kind: u16) -> Option<u64> {
        if self.value(kind)?.len() == 4 {
            return self.u32(kind).map(u64::from);
        }
        self.sized(kind).map(u64::from_ne_bytes)
    }

    /// Text up to its NUL; invalid UTF-8 is replaced.
    #[must_use]
    pub fn text(&self, kind: u16) -> Option<String> {
        self.value(kind).map(text_of)
    }

    /// A nested list; absent, with a debug line, where it is malformed.
    #[must_use]
    pub fn nested(&self, kind: u16) -> Option<Attributes<'_>> {
        Attributes::parse(self.value(kind)?)
            .inspect_err(|error| log::debug!("attribute {kind}: {error}, ignoring it"))
            .ok()
    }
}

impl PartialEq for Attributes<'_> {
    /// Padding does not count.
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Attributes<'_> {}

impl Emitable for Attributes<'_> {
    fn buffer_len(&self) -> usize {
        self.bytes.len().next_multiple_of(HEADER)
    }

    fn emit(&self, buffer: &mut [u8]) {
        buffer[..self.bytes.len()].copy_from_slice(&self.bytes);
    }
}

/// The attributes in these bytes up to the first that is malformed, and whether there is
/// none that is.
fn places(bytes: &[u8]) -> (Vec<(u16, Range<usize>)>, bool) {
    // Most values are of four bytes.
    let mut places = Vec::with_capacity(bytes.len() / (2 * HEADER));
    let mut at = 0;
    while at < bytes.len() {
        let Some([length, kind]) = header(bytes, at) else { return (places, false) };
        let end = at + usize::from(length);
        if usize::from(length) < HEADER || end > bytes.len() {
            return (places, false);
        }
        places.push((kind, at + HEADER..end));
        at = end.next_multiple_of(HEADER);
    }
    (places, true)
}

/// Where the value of the first attribute of that type begins, whatever the length of
/// this attribute.
#[must_use]
pub fn start_of(bytes: &[u8], kind: u16) -> Option<usize> {
    let mut at = 0;
    loop {
        let [length, other] = header(bytes, at)?;
        if other & NLA_TYPE_MASK == kind {
            return Some(at + HEADER);
        }
        at += usize::from(length).max(HEADER).next_multiple_of(HEADER);
    }
}

/// Length and type.
fn header(bytes: &[u8], at: usize) -> Option<[u16; 2]> {
    let [a, b, c, d] = *bytes.get(at..)?.first_chunk()?;
    Some([u16::from_ne_bytes([a, b]), u16::from_ne_bytes([c, d])])
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
        let bytes = list.to_bytes();
        let read = Attributes::parse(&bytes).unwrap();
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
