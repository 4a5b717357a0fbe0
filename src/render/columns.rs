// SPDX-License-Identifier: MIT OR Apache-2.0
//! A table that fits the terminal: what is empty goes first, what is a matter of luxury
//! comes only where there is room, and what is left is wrapped and never cut.

use super::text_style::{TextStyle, Tone};
use crate::error::one_line;

/// The space between columns.
const GAP: usize = 2;

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cell {
    text: String,
    tone: Tone,
}

impl Cell {
    /// A cell in a tone. What could steer a terminal is escaped.
    #[must_use]
    pub fn new(text: impl AsRef<str>, tone: Tone) -> Self {
        Self { text: one_line(text.as_ref()), tone }
    }

    fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    fn shown(&self) -> &str {
        if self.text.is_empty() { "-" } else { &self.text }
    }
}

impl From<Option<String>> for Cell {
    fn from(text: Option<String>) -> Self {
        Self::new(text.unwrap_or_default(), Tone::Plain)
    }
}

/// A column with its title.
#[derive(Debug)]
pub struct Column {
    title: &'static str,
    is_luxury: bool,
    cells: Vec<Cell>,
}

impl Column {
    /// A column that is always shown, but on a terminal where all of its cells are empty.
    #[must_use]
    pub fn new(title: &'static str, cells: Vec<Cell>) -> Self {
        Self { title, is_luxury: false, cells }
    }

    /// A column that is shown where a cell is not empty and there is room.
    #[must_use]
    pub fn luxury(title: &'static str, cells: Vec<Cell>) -> Self {
        Self { title, is_luxury: true, cells }
    }

    fn is_empty(&self) -> bool {
        self.cells.iter().all(Cell::is_empty)
    }

    fn width(&self) -> usize {
        let cells = self.cells.iter().map(Cell::shown).chain([self.title]);
        cells.map(|text| text.chars().count()).max().unwrap_or(0)
    }
}

/// The columns as text, each line indented by so many spaces.
#[must_use]
pub fn lay_out(columns: &[Column], indent: usize, style: TextStyle) -> String {
    let shown = shown(columns, indent, style);
    let lines = lines(&shown, indent, style.width);
    let rows = shown.first().map_or(0, |(column, _)| column.cells.len());
    let mut text = String::new();
    for row in 0..=rows {
        for (number, line) in lines.iter().enumerate() {
            let indent = if number == 0 { indent } else { 2 * indent.max(1) };
            text.push_str(&" ".repeat(indent));
            write_line(&mut text, line, row.checked_sub(1), style);
        }
    }
    text
}

/// One line of a row; of no row, the titles.
fn write_line(
    text: &mut String,
    line: &[(&Column, usize)],
    row: Option<usize>,
    style: TextStyle,
) {
    let content = |column: &'_ Column| match row.and_then(|row| column.cells.get(row)) {
        Some(cell) => (cell.shown().to_owned(), cell.tone),
        None => (column.title.to_owned(), Tone::Title),
    };
    for (number, (column, width)) in line.iter().enumerate() {
        let (content, tone) = content(column);
        text.push_str(&style.paint(&content, tone).to_string());
        if number + 1 < line.len() {
            let padding = width + GAP - content.chars().count();
            text.push_str(&" ".repeat(padding));
        }
    }
    text.push('\n');
}

/// The columns that are shown, each with its width.
fn shown(columns: &[Column], indent: usize, style: TextStyle) -> Vec<(&Column, usize)> {
    let measured = columns.iter().map(|column| (column, column.width()));
    let Some(room) = style.width else {
        let shown = measured.filter(|(of, _)| !of.is_luxury || !of.is_empty());
        return shown.collect();
    };
    let mut shown: Vec<(&Column, usize)> =
        measured.filter(|(column, _)| !column.is_empty()).collect();
    while indent + total(&shown) > room {
        let last = shown.iter().rposition(|(column, _)| column.is_luxury);
        let Some(last) = last else { break };
        shown.remove(last);
    }
    shown
}

/// The width of columns on one line.
fn total(columns: &[(&Column, usize)]) -> usize {
    columns.iter().map(|(_, width)| width + GAP).sum::<usize>().saturating_sub(GAP)
}

/// The lines that a row is wrapped to.
fn lines<'a>(
    columns: &[(&'a Column, usize)],
    indent: usize,
    room: Option<usize>,
) -> Vec<Vec<(&'a Column, usize)>> {
    let mut lines = vec![Vec::new()];
    for column in columns {
        let number = lines.len();
        let Some(line) = lines.last_mut() else { break };
        let begin = if number == 1 { indent } else { 2 * indent.max(1) };
        let with = begin + total(line) + GAP + column.1;
        if room.is_some_and(|room| with > room) && !line.is_empty() {
            lines.push(vec![*column]);
        } else {
            line.push(*column);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<Column> {
        let cells =
            |texts: [&str; 2]| texts.map(|text| Cell::new(text, Tone::Plain)).into();
        vec![
            Column::new("NAME", cells(["enp1s0npf0vf10", "a\x1b[2J\nb"])),
            Column::new("CTRL", cells(["", ""])),
            Column::new("VF", cells(["10", ""])),
            Column::luxury("MASTER", cells(["br0", ""])),
            Column::luxury("NOTHING", cells(["", ""])),
            Column::new("FUNCTION", cells(["0000:01:00.1", "0000:01:00.2"])),
        ]
    }

    fn at(width: Option<usize>) -> String {
        lay_out(&columns(), 2, TextStyle { width, color: false })
    }

    #[test]
    fn without_a_terminal_nothing_is_missing() {
        assert_eq!(
            at(None),
            "  NAME            CTRL  VF  MASTER  FUNCTION
  enp1s0npf0vf10  -     10  br0     0000:01:00.1
  a\\u{1b}[2J\\nb   -     -   -       0000:01:00.2
"
        );
    }

    #[test]
    fn empty_columns_go_first_then_luxury_and_the_rest_is_wrapped() {
        let wide = "  NAME            VF  MASTER  FUNCTION";
        assert_eq!(at(Some(80)).lines().next(), Some(wide));
        assert_eq!(at(Some(42)).lines().next(), Some(wide));
        let narrow = "  NAME            VF  FUNCTION";
        assert_eq!(at(Some(41)).lines().next(), Some(narrow));
        assert_eq!(
            at(Some(25)),
            "  NAME            VF
    FUNCTION
  enp1s0npf0vf10  10
    0000:01:00.1
  a\\u{1b}[2J\\nb   -
    0000:01:00.2
"
        );
        for width in 20..60 {
            assert!(at(Some(width)).lines().all(|line| line.len() <= width), "{width}");
        }
    }

    #[test]
    fn colour_takes_no_room() {
        let cells = vec![Cell::new("down", Tone::Odd), Cell::new("up", Tone::Plain)];
        let columns =
            [Column::new("STATE", cells), Column::new("VF", vec![Cell::default(); 2])];
        let style = TextStyle { width: None, color: true };
        let text = lay_out(&columns, 0, style);
        assert!(text.contains("\x1b[33mdown\x1b[0m   -\n"), "{text:?}");
        assert!(text.ends_with("\nup     -\n"), "{text:?}");
    }
}
