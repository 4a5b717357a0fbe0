// SPDX-License-Identifier: MIT OR Apache-2.0
//! libFuzzer's entry: runs the target that `SWDEVCTL_FUZZ` names.
#![no_main]

mod capture;
mod targets;

use std::sync::LazyLock;

static TARGET: LazyLock<targets::Target> = LazyLock::new(|| {
    let name = std::env::var("SWDEVCTL_FUZZ").unwrap_or_default();
    let known = targets::TARGETS.iter().find(|(known, _)| *known == name);
    known.unwrap_or_else(|| panic!("SWDEVCTL_FUZZ={name:?} names no target")).1
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| TARGET(data));
