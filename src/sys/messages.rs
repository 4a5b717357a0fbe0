// SPDX-License-Identifier: MIT OR Apache-2.0
//! The messages of an answer.

use std::{ops::Range, rc::Rc};

/// The payloads of an answer's messages, in order. They lie one behind the other in
/// memory that copies share: an answer about thousands of netdevs has megabytes, and
/// an allocation for each message costs more than reading it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Messages(Rc<Payloads>);

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Payloads {
    bytes: Vec<u8>,
    places: Vec<Range<usize>>,
}

impl Messages {
    /// Appends a message.
    pub fn push(&mut self, payload: &[u8]) {
        let Payloads { bytes, places } = Rc::make_mut(&mut self.0);
        let start = bytes.len();
        bytes.extend_from_slice(payload);
        places.push(start..bytes.len());
    }

    /// The payloads, in order.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> + '_ {
        let Payloads { bytes, places } = &*self.0;
        places.iter().map(|place| bytes.get(place.clone()).unwrap_or_default())
    }

    /// The first payload.
    #[must_use]
    pub fn first(&self) -> Option<&[u8]> {
        self.iter().next()
    }

    /// The number of messages.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.places.len()
    }

    /// Whether there is no message.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.places.is_empty()
    }
}

impl<B: AsRef<[u8]>> FromIterator<B> for Messages {
    fn from_iter<I: IntoIterator<Item = B>>(payloads: I) -> Self {
        let mut messages = Self::default();
        payloads.into_iter().for_each(|payload| messages.push(payload.as_ref()));
        messages
    }
}
