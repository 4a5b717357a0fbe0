// SPDX-License-Identifier: MIT OR Apache-2.0
//! Sets of VF or SF numbers: `3`, `"0-3"`, `"0,2,4-7"`, `"*"`.

use std::{fmt, str::FromStr};

use toml::de::DeValue;

use super::{values::Value, write::quoted};

/// A set of numbers, as ascending ranges, or all numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Numbers {
    /// Each number that there is.
    All,
    /// These ranges, both ends included.
    Ranges(Vec<(u32, u32)>),
}

/// SFs have numbers of 32 bits; a list of more than this many is a mistake.
const MOST: u64 = 65_536;

impl Numbers {
    /// The set of these numbers.
    #[must_use]
    pub fn of(numbers: impl IntoIterator<Item = u32>) -> Self {
        let ranges = numbers.into_iter().map(|number| (number, number)).collect();
        Self::Ranges(joined(ranges))
    }

    /// Whether a number is in the set.
    #[must_use]
    pub fn contains(&self, number: u32) -> bool {
        match self {
            Self::All => true,
            Self::Ranges(ranges) => {
                ranges.iter().any(|(from, to)| (*from..=*to).contains(&number))
            }
        }
    }

    /// The numbers; none where all are meant.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        let ranges = match self {
            Self::All => &[][..],
            Self::Ranges(ranges) => ranges,
        };
        ranges.iter().flat_map(|(from, to)| *from..=*to)
    }

    /// How many numbers there are: a smaller set is more specific.
    #[must_use]
    pub fn len(&self) -> u64 {
        match self {
            Self::All => u64::MAX,
            Self::Ranges(ranges) => {
                ranges.iter().map(|(from, to)| u64::from(to - from) + 1).sum()
            }
        }
    }

    /// Whether there is no number in the set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Ascending ranges, with overlapping and adjacent ones merged.
fn joined(mut ranges: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    ranges.sort_unstable();
    let mut joined: Vec<(u32, u32)> = Vec::with_capacity(ranges.len());
    for (from, to) in ranges {
        match joined.last_mut() {
            Some(last) if from <= last.1.saturating_add(1) => last.1 = last.1.max(to),
            _ => joined.push((from, to)),
        }
    }
    joined
}

impl FromStr for Numbers {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text == "*" {
            return Ok(Self::All);
        }
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            text.parse::<u32>().ok().filter(|_| digits).ok_or(())
        };
        let range = |part: &str| match part.split_once('-') {
            None => number(part).map(|number| (number, number)),
            Some((from, to)) => {
                let range = (number(from)?, number(to)?);
                if range.0 <= range.1 { Ok(range) } else { Err(()) }
            }
        };
        let ranges: Result<Vec<_>, ()> = text.split(',').map(range).collect();
        let numbers = Self::Ranges(joined(ranges?));
        if numbers.len() <= MOST { Ok(numbers) } else { Err(()) }
    }
}

impl fmt::Display for Numbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Ranges(ranges) = self else { return f.write_str("*") };
        for (index, (from, to)) in ranges.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            match from == to {
                true => write!(f, "{comma}{from}")?,
                false => write!(f, "{comma}{from}-{to}")?,
            }
        }
        Ok(())
    }
}

impl Value for Numbers {
    const EXPECTED: &'static str =
        "a number, or numbers and ranges as \"0-3\" or \"0,2,4-7\", or \"*\" for all";

    fn read(value: &DeValue) -> Option<Self> {
        match value.as_integer() {
            Some(number) => number.as_str().parse().ok(),
            None => value.as_str()?.parse().ok(),
        }
    }

    fn write(&self) -> String {
        match self {
            Self::Ranges(ranges) if self.len() == 1 => ranges[0].0.to_string(),
            _ => quoted(&self.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_sorted_and_joined() {
        for (text, written) in [
            ("3", "3"),
            ("0-3", "0-3"),
            ("0,1,2,7,4-5", "0-2,4-5,7"),
            ("5-9,0-6", "0-9"),
            ("*", "*"),
        ] {
            assert_eq!(text.parse::<Numbers>().unwrap().to_string(), written);
        }
        let some: Numbers = "0,2-3".parse().unwrap();
        assert_eq!(some.iter().collect::<Vec<_>>(), [0, 2, 3]);
        assert_eq!(Numbers::of([3, 0, 2]), some);
        assert!(some.contains(2) && !some.contains(1) && Numbers::All.contains(77));
    }

    #[test]
    fn what_is_no_set_of_numbers_is_refused() {
        for text in
            ["", "-", "3-", "3-1", "0-3,", "+1", "a", "1 - 2", "0-65536", "4294967296"]
        {
            assert!(text.parse::<Numbers>().is_err(), "{text}");
        }
    }
}
