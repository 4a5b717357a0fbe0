// SPDX-License-Identifier: MIT OR Apache-2.0
//! The place of a value in a file, and errors with a place.

use std::{fmt, sync::Arc};

use serde::{Serialize, Serializer};

/// A place in a file; line and column count from 1. The default is the place of a
/// value that stands in no file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
pub struct Origin {
    /// The file.
    #[serde(serialize_with = "as_text")]
    pub path: Arc<str>,
    /// Line.
    pub line: usize,
    /// Column, in characters.
    pub column: usize,
}

fn as_text<S: Serializer>(path: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(path)
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.path, self.line, self.column)
    }
}

/// A value, where it stands, and the places of the values that it overrides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub origin: Origin,
    /// Less specific or earlier places of the same key, the nearest last.
    pub overrides: Vec<Origin>,
}

impl<T> Located<T> {
    pub(super) fn new(value: T, origin: Origin) -> Self {
        Self { value, origin, overrides: Vec::new() }
    }

    /// Replaces this value with a more specific one of the same key.
    pub(super) fn replace(slot: &mut Option<Self>, over: &Option<Self>)
    where
        T: Clone,
    {
        let Some(over) = over else { return };
        let mut over = over.clone();
        if let Some(former) = slot.take() {
            over.overrides = former.overrides;
            over.overrides.push(former.origin);
        }
        *slot = Some(over);
    }
}

/// A value that stands in no file: read from a machine, or translated.
impl<T> From<T> for Located<T> {
    fn from(value: T) -> Self {
        Self::new(value, Origin::default())
    }
}

/// Something in a file that is not acceptable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{origin}: {message}")]
pub struct FileError {
    /// Where.
    pub origin: Origin,
    /// What is wrong with it.
    pub message: String,
}
