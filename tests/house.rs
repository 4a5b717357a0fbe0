// SPDX-License-Identifier: MIT OR Apache-2.0
//! Tests of the project as a whole: which module may import which, the manual and the
//! documents against the code, captures and their replays, licences.

#![allow(clippy::unwrap_used)]

mod house {
    mod c_header;
    mod capture;
    mod cli;
    mod completions;
    mod config;
    mod documents;
    mod examples;
    mod find;
    mod formats;
    mod fuzz;
    mod headers;
    mod helper_cost;
    mod hostile;
    mod hosts;
    mod imports;
    mod inventory;
    mod licences;
    mod machines;
    mod manual;
    mod oldest_rust;
    mod peers;
    mod pictures;
    mod questions;
    mod recording;
    mod release;
    mod replay;
    mod schema;
    mod seam;
    mod second_opinion;
    mod vanishing;
    mod verbose;
    mod watch;

    /// Prints a note that the test harness does not capture.
    fn note(text: &str) {
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), "{text}");
    }

    /// Notes what is not tested on this machine.
    fn skipped(what: &str) {
        note(&format!("skipped: {what}"));
    }
}
