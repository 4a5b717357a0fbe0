// SPDX-License-Identifier: MIT OR Apache-2.0
//! Where the columns of an SVG are. All cards of a picture have the same columns.

use super::{BAR, MARGIN, canvas::width};
use crate::render::topology::{card::Card, row::Row};

/// The distance between rows.
pub(super) const PITCH: f64 = 22.0;
/// Radius of a card's corners.
pub(super) const RADIUS: u32 = 8;
/// How many rows a column of a card has.
const ROWS: usize = 32;
/// The space between an uplink and the eswitch.
const LEAD: f64 = 32.0;
/// The space between columns of rows.
const GUTTER: f64 = 28.0;

/// A line of a column.
pub(super) enum Line<'a> {
    Heading(&'a str),
    Row(&'a Row),
}

/// The widths of columns.
pub(super) struct Layout {
    pub(super) uplink: f64,
    name: f64,
    tag: f64,
    /// Label, address, driver and netdev of a function, each with the space after it.
    pub(super) cells: [f64; 4],
    wrong: f64,
}

/// The width of the widest, and a space if there is any.
fn widest<'a>(texts: impl Iterator<Item = &'a str>, space: f64) -> f64 {
    match texts.map(width).fold(0.0, f64::max) {
        0.0 => 0.0,
        width => width + space,
    }
}

impl Layout {
    pub(super) fn of(cards: &[Card]) -> Self {
        let rows = || cards.iter().flat_map(Card::rows);
        let uplinks = cards.iter().flat_map(|card| &card.uplinks);
        let uplink = uplinks.map(|uplink| {
            let tag = uplink.tag.as_ref().map_or(0.0, |tag| width(tag) + 24.0);
            let wrong = uplink.wrong.iter().map(|wrong| width(wrong)).fold(0.0, f64::max);
            width(&uplink.name).max(width(&uplink.state()) + tag).max(wrong)
        });
        let names = rows().filter(|row| row.represented);
        let names =
            names.map(|row| row.representor.as_deref().unwrap_or(row.link.word()));
        let column =
            |text: fn(&Row) -> Option<&str>| widest(rows().filter_map(text), 14.0);
        let wrong = rows().map(|row| width(&row.wrong.join(", "))).fold(0.0, f64::max);
        Self {
            uplink: (uplink.fold(0.0, f64::max) + 36.0).max(110.0),
            name: 30.0 + widest(names, 8.0),
            tag: widest(rows().filter_map(|row| row.tag.as_deref()), 24.0),
            cells: [
                column(|row| Some(&row.label)),
                column(|row| row.address.as_deref()),
                column(|row| Some(row.driver.word())),
                column(|row| row.own.as_deref()),
            ],
            wrong: if wrong > 0.0 { wrong + 12.0 } else { 0.0 },
        }
    }

    /// The left side of the eswitch.
    pub(super) fn bar(&self) -> f64 {
        MARGIN + 14.0 + self.uplink + LEAD
    }

    /// The tag's distance from the eswitch.
    pub(super) fn tag(&self) -> f64 {
        self.name + 6.0
    }

    /// The function's distance from the eswitch.
    pub(super) fn function(&self) -> f64 {
        self.name + self.tag + 24.0
    }

    pub(super) fn box_width(&self) -> f64 {
        self.cells.iter().sum::<f64>() + 2.0
    }

    /// The distance between columns of rows.
    pub(super) fn column(&self) -> f64 {
        BAR + self.function() + self.box_width() + self.wrong + GUTTER
    }

    /// The lines of a card, in columns of about the same length.
    pub(super) fn columns<'a>(&self, card: &'a Card) -> Vec<Vec<Line<'a>>> {
        let mut lines = Vec::new();
        for section in &card.sections {
            lines.extend(section.heading.as_deref().map(Line::Heading));
            lines.extend(section.rows.iter().map(Line::Row));
        }
        let columns = lines.len().div_ceil(ROWS).max(1);
        let each = lines.len().div_ceil(columns).max(1);
        let mut rest = lines.into_iter();
        let column = |_| rest.by_ref().take(each).collect();
        (0..columns).map(column).collect()
    }

    /// The width that a card needs.
    pub(super) fn width(&self, card: &Card) -> f64 {
        let columns = self.columns(card);
        let has_rows = columns.iter().any(|column| !column.is_empty());
        let rows =
            if has_rows { columns.len() as f64 * self.column() - GUTTER } else { BAR };
        self.bar() - MARGIN + rows + 14.0
    }
}
