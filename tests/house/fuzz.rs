// SPDX-License-Identifier: MIT OR Apache-2.0
//! Each input that fuzzing has found to be of interest still does no harm.

#[path = "../../fuzz/src/capture.rs"]
mod capture;
#[path = "../../fuzz/src/targets.rs"]
mod targets;

use std::fs;

pub use capture::is_harmless;

use super::note;

#[test]
fn the_corpora_do_no_harm() {
    let mut inputs = 0;
    for (name, target) in targets::TARGETS {
        let files: Vec<_> =
            fs::read_dir(format!("fuzz/corpus/{name}")).unwrap().collect();
        assert!(!files.is_empty(), "{name}");
        inputs += files.len();
        for file in files {
            target(&fs::read(file.unwrap().path()).unwrap());
        }
    }
    let corpora = fs::read_dir("fuzz/corpus").unwrap().count();
    assert_eq!(corpora, targets::TARGETS.len());
    note(&format!("fuzz: {inputs} inputs of {corpora} targets"));
}
