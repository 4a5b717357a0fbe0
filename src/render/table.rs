// SPDX-License-Identifier: MIT OR Apache-2.0
//! Aligned tables for people.

use crate::error::one_line;

/// Rows of cells under a header.
#[derive(Debug, Clone, Default)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty table with these column titles.
    #[must_use]
    pub fn new(titles: &[&str]) -> Self {
        Self { rows: vec![titles.iter().map(ToString::to_string).collect()] }
    }

    /// Adds a row. Empty cells show as `-`; what could steer a terminal is
    /// escaped.
    pub fn row(&mut self, cells: &[String]) {
        let cell = |text: &String| match text.as_str() {
            "" => "-".to_owned(),
            text => one_line(text),
        };
        self.rows.push(cells.iter().map(cell).collect());
    }

    /// The table as text, each line indented by so many spaces.
    #[must_use]
    pub fn to_text(&self, indent: usize) -> String {
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let mut text = String::new();
        for row in &self.rows {
            let padded =
                row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
            let line = padded.collect::<Vec<_>>().join("  ");
            text.push_str(&" ".repeat(indent));
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align_and_hostile_cells_stay_one_line() {
        let mut table = Table::new(&["NAME", "VF"]);
        table.row(&["a\x1b[2J\nb".into(), "10".into()]);
        table.row(&[String::new(), "1".into()]);
        assert_eq!(
            table.to_text(2),
            "  NAME           VF\n  a\\u{1b}[2J\\nb  10\n  -              1\n"
        );
    }
}
