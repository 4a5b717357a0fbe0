// SPDX-License-Identifier: MIT OR Apache-2.0
//! Captured exchanges for tests. The first line of a file names the kernel and the
//! command; `>` marks a message that was sent and `<` one that was received, in
//! hexadecimal, without the netlink header.

use std::fs;

/// What was sent and what was received.
pub(super) struct Exchange {
    pub(super) sent: Vec<Vec<u8>>,
    pub(super) received: Vec<Vec<u8>>,
}

/// The exchange `NAME-KERNEL.hex` below tests/fixtures.
pub(super) fn exchange(name: &str, kernel: &str) -> Exchange {
    let path = format!("tests/fixtures/{name}-{kernel}.hex");
    let text =
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    assert!(text.starts_with(&format!("# Linux {kernel}.")), "{path} names its kernel");
    let bytes = |line: &str| -> Vec<u8> {
        let pairs =
            line.as_bytes().chunks(2).map(|two| std::str::from_utf8(two).unwrap());
        pairs.map(|two| u8::from_str_radix(two, 16).unwrap()).collect()
    };
    let of = |mark: &str| {
        text.lines().filter_map(|line| line.strip_prefix(mark)).map(bytes).collect()
    };
    Exchange { sent: of("> "), received: of("< ") }
}
