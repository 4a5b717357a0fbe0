// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl find`.

use std::io::{self, Read as _};

use super::Context;
use crate::{
    error::{Failure, Kind},
    render::{Document, Finds},
    survey::find::{self, Finder, MOST_THINGS},
};

/// Arguments of `find`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// PCI address of a PF or VF; netdev, by name, altname or MAC address; auxiliary device
    /// of an SF; or handle of a devlink port. - reads a list from standard input.
    #[arg(value_name = "THING", required = true)]
    things: Vec<String>,
}

impl Args {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let things = self.things()?;
        let mut finder = Finder::new(context.machine);
        let mut rows = Vec::with_capacity(things.len());
        for thing in &things {
            rows.extend(finder.find(thing)?);
        }
        finder.complete(&mut rows);
        let warnings = finder.warnings;
        for warning in &warnings {
            context.output.warning(&warning.message);
        }
        let failure = find::not_found(&rows);
        let finds = Finds { found: rows, warnings };
        context.output.result(&Document::new("swdevctl/find/v1", finds))?;
        failure.map_or(Ok(()), Err)
    }

    /// The things, with those of standard input in the place of `-`.
    fn things(&self) -> Result<Vec<String>, Failure> {
        let mut things = Vec::new();
        for argument in &self.things {
            match argument.as_str() {
                "-" => things.extend(listed(io::stdin().lock())?),
                text => things.push(text.to_owned()),
            }
        }
        Ok(things)
    }
}

/// The things of a list, separated by white space.
fn listed(list: impl io::Read) -> Result<Vec<String>, Failure> {
    /// Enough for the longest altname a thing.
    const MOST_BYTES: u64 = 128 * MOST_THINGS as u64;
    let refused = |why: String| {
        let message = format!("cannot read the list of things: {why}");
        Failure::new(Kind::Usage, message).state("nothing was changed")
    };
    let mut text = Vec::new();
    let length = list.take(MOST_BYTES + 1).read_to_end(&mut text);
    length.map_err(|error| refused(error.to_string()))?;
    let text = String::from_utf8_lossy(&text);
    let things: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    if things.len() > MOST_THINGS || text.len() as u64 > MOST_BYTES {
        let why = format!("it has more than {MOST_THINGS} things or {MOST_BYTES} bytes");
        return Err(refused(why));
    }
    Ok(things)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_split_at_white_space_and_bounded() {
        let split = |text: &[u8]| listed(text);
        assert_eq!(split(b"").unwrap(), [""; 0]);
        assert_eq!(split(b" a\n\tb c\n\n").unwrap(), ["a", "b", "c"]);
        assert_eq!(split(b"\xff \0").unwrap(), ["\u{fffd}", "\0"]);
        let many = "a ".repeat(MOST_THINGS);
        assert_eq!(split(many.as_bytes()).unwrap().len(), MOST_THINGS);
        assert_eq!(split((many + "a").as_bytes()).unwrap_err().kind, Kind::Usage);
        let endless = listed(io::repeat(b'a')).unwrap_err();
        assert_eq!(endless.kind, Kind::Usage);
        assert_eq!(listed(io::repeat(b' ')).unwrap_err().kind, Kind::Usage);
    }
}
