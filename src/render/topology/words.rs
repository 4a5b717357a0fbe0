// SPDX-License-Identifier: MIT OR Apache-2.0
//! Text of devices as a picture can have it, and ranges of names and addresses.

use crate::error::one_line;

/// The longest text that is drawn of one name, in characters.
const LONGEST: usize = 64;

/// Text on one line that steers no terminal, and of bounded length.
pub(super) fn clean(text: &str) -> String {
    let text = one_line(text);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

/// An identifier for scripts: letters, digits and `-`.
pub(super) fn identifier(text: &str) -> String {
    let plain =
        |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    text.chars().map(plain).collect()
}

/// As `25G` or `2.5G`.
pub(super) fn speed(mbps: u32) -> String {
    match (mbps / 1000, mbps % 1000 / 100) {
        (0, _) => format!("{mbps}M"),
        (whole, 0) => format!("{whole}G"),
        (whole, tenth) => format!("{whole}.{tenth}G"),
    }
}

/// A name without the number at its end, and the number.
pub(super) fn numbered(name: &str) -> (&str, Option<u64>) {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    (stem, name[stem.len()..].parse().ok())
}

/// Whether the second name is the first with the next number.
pub(super) fn is_next(first: &str, second: &str) -> bool {
    match (numbered(first), numbered(second)) {
        ((stem, Some(number)), (other, Some(next))) => {
            stem == other && number.checked_add(1) == Some(next)
        }
        _ => false,
    }
}

/// Names from the first to the last, which have one stem.
pub(super) fn names(first: &str, last: &str) -> String {
    match numbered(last) {
        (stem, Some(number)) if first.starts_with(stem) => format!("{first}..{number}"),
        _ => format!("{first}..{last}"),
    }
}

/// Addresses from the first to the last: what both begin with is there once.
pub(super) fn addresses(first: &str, last: &str) -> String {
    let equal = first.bytes().zip(last.bytes()).take_while(|(a, b)| a == b).count();
    let shared = first.as_bytes()[..equal].iter().rposition(|byte| b":.".contains(byte));
    let from = shared.map_or(0, |at| at + 1);
    format!("{first}..{}", last.get(from..).unwrap_or(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_say_what_differs() {
        assert_eq!(names("enp1s0r2", "enp1s0r126"), "enp1s0r2..126");
        assert_eq!(addresses("0000:41:00.2", "0000:41:10.1"), "0000:41:00.2..10.1");
        assert_eq!(addresses("0000:41:00.2", "0000:41:00.7"), "0000:41:00.2..7");
        assert_eq!(addresses("mlx5_core.sf.1", "mlx5_core.sf.32"), "mlx5_core.sf.1..32");
        assert_eq!(addresses("é1", "é2"), "é1..é2");
        assert!(is_next("eth9", "eth10") && !is_next("eth9", "eth11"));
        assert!(!is_next("eth", "eth1") && !is_next("a1", "b2"));
        assert!(!is_next("r18446744073709551615", "r0"));
    }

    #[test]
    fn speeds_and_identifiers_are_short_and_plain() {
        assert_eq!([10, 2500, 25_000].map(speed), ["10M", "2.5G", "25G"]);
        assert_eq!(identifier("pci/0000:41:00.0 VF 3"), "pci-0000-41-00-0-vf-3");
        assert_eq!(identifier("\"><script>"), "---script-");
        assert_eq!(clean("a\x1b\nb"), "a\\u{1b}\\nb");
        assert_eq!(clean(&"é".repeat(100)).chars().count(), 67);
    }
}
