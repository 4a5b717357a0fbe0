// SPDX-License-Identifier: MIT OR Apache-2.0
//! What holds for the house as a whole: which module may import which, the
//! manual against the command line, licences, and how a machine without
//! devlink is met.

#![allow(clippy::unwrap_used)]

mod house {
    mod cli;
    mod imports;
    mod licences;
    mod manual;
    mod peers;
    mod replay;
    mod schema;
}
