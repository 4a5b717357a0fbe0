// SPDX-License-Identifier: MIT OR Apache-2.0
//! What holds for the house as a whole: which module may import which, the
//! manual against the command line, licences, and how a machine without
//! devlink is met.

#![allow(clippy::unwrap_used)]

mod house {
    mod c_header;
    mod capture;
    mod cli;
    mod config;
    mod documents;
    mod headers;
    mod helper_cost;
    mod hostile;
    mod hosts;
    mod imports;
    mod licences;
    mod manual;
    mod oldest_rust;
    mod peers;
    mod questions;
    mod replay;
    mod schema;
    mod seam;
    mod second_opinion;
    mod verbose;

    /// Says something past the capture of a test's output.
    fn note(text: &str) {
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), "{text}");
    }

    /// Says what is not tested on this machine.
    fn skipped(what: &str) {
        note(&format!("skipped: {what}"));
    }
}
