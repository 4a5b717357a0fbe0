// SPDX-License-Identifier: MIT OR Apache-2.0
//! Values as JSON that is safe for a terminal.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{
    Serializer,
    ser::{CompactFormatter, Formatter},
};

use crate::error::is_unprintable;

/// Writes a document of several lines, with its last newline. The document is written
/// piece by piece: one of thousands of representors has megabytes.
pub fn write<W: Write>(mut writer: W, value: &impl Serialize) -> io::Result<()> {
    let formatter = Printable(Indented::default());
    value.serialize(&mut Serializer::with_formatter(&mut writer, formatter))?;
    writer.write_all(b"\n")
}

/// A document of several lines, with its last newline.
pub fn text(value: &impl Serialize) -> String {
    let mut text = Vec::new();
    match write(&mut text, value) {
        Ok(()) => String::from_utf8_lossy(&text).into_owned(),
        Err(error) => format!("JSON: {error}\n"),
    }
}

/// A document on one line, with its newline.
pub fn line(value: &impl Serialize) -> String {
    let mut line = Vec::new();
    let formatter = Printable(CompactFormatter);
    match value.serialize(&mut Serializer::with_formatter(&mut line, formatter)) {
        Ok(()) => String::from_utf8_lossy(&line).into_owned() + "\n",
        Err(error) => format!("JSON: {error}\n"),
    }
}

/// One line a value, as serde_json's own formatter; but what is between two values is
/// written at once, since a document has that for each of its lines.
#[derive(Default)]
struct Indented {
    level: usize,
    has_value: bool,
}

/// A comma, the end of a line, and the beginning of the next one.
const BETWEEN: &str =
    ",\n                                                                ";

impl Indented {
    fn begin<W: Write + ?Sized>(
        &mut self,
        writer: &mut W,
        open: &[u8],
    ) -> io::Result<()> {
        self.level += 1;
        self.has_value = false;
        writer.write_all(open)
    }

    fn end<W: Write + ?Sized>(&mut self, writer: &mut W, close: &[u8]) -> io::Result<()> {
        self.level -= 1;
        if self.has_value {
            self.next(writer, true)?;
        }
        writer.write_all(close)
    }

    /// A new line, behind a comma unless it is the first.
    fn next<W: Write + ?Sized>(&self, writer: &mut W, first: bool) -> io::Result<()> {
        let (begin, indent) = (usize::from(first), 2 * self.level);
        let written = indent.min(BETWEEN.len() - 2);
        writer.write_all(&BETWEEN.as_bytes()[begin..2 + written])?;
        (written..indent).try_for_each(|_| writer.write_all(b" "))
    }
}

impl Formatter for Indented {
    fn begin_array<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"[")
    }

    fn end_array<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"]")
    }

    fn begin_array_value<W: Write + ?Sized>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.next(writer, first)
    }

    fn end_array_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }

    fn begin_object<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"{")
    }

    fn end_object<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"}")
    }

    fn begin_object_key<W: Write + ?Sized>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.next(writer, first)
    }

    fn begin_object_value<W: Write + ?Sized>(
        &mut self,
        writer: &mut W,
    ) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn end_object_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }
}

/// Escapes what JSON allows in strings and a terminal obeys; the value stays the same.
/// All else is as the inner formatter writes it.
struct Printable<F>(F);

/// Methods that the inner formatter answers.
macro_rules! inner {
    ($($method:ident($($flag:ident)?);)+) => {$(
        fn $method<W: Write + ?Sized>(
            &mut self,
            writer: &mut W,
            $($flag: bool,)?
        ) -> io::Result<()> {
            self.0.$method(writer, $($flag)?)
        }
    )+};
}

impl<F: Formatter> Formatter for Printable<F> {
    inner! {
        begin_array();
        end_array();
        begin_array_value(first);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first);
        end_object_key();
        begin_object_value();
        end_object_value();
    }

    fn write_string_fragment<W: Write + ?Sized>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| is_unprintable(*c)) {
            writer.write_all(&rest.as_bytes()[..at])?;
            write!(writer, "\\u{:04x}", u32::from(c))?;
            rest = &rest[at + c.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn nothing_that_steers_a_terminal_is_left_and_the_value_is_the_same() {
        let hostile = "a\u{1b}[2J\u{9b}31m\u{202e}\u{61c}\u{2028}\u{7f}b\nc";
        let value =
            json!({ hostile: [hostile, 1, null, {}, []], "plain": { "a": true } });
        let mut pretty = Vec::new();
        write(&mut pretty, &value).unwrap();
        let pretty = String::from_utf8(pretty).unwrap();
        for text in [&pretty, &line(&value)] {
            assert!(text.chars().all(|c| c == '\n' || ('\u{20}'..'\u{7f}').contains(&c)));
            assert_eq!(serde_json::from_str::<Value>(text).unwrap(), value);
        }
        assert_eq!(line(&value).lines().count(), 1);
        let mut plain = json!({ "plain": [{ "a": true, "b": [] }, {}, [1, "c"]] });
        // Deeper than what is written at once.
        for level in 0..40 {
            plain = json!([level, { "inner": plain }]);
        }
        let mut text = Vec::new();
        write(&mut text, &plain).unwrap();
        assert_eq!(text, format!("{plain:#}\n").into_bytes());
    }
}
