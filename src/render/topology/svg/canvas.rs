// SPDX-License-Identifier: MIT OR Apache-2.0
//! Elements of an SVG. Every text and attribute that comes from outside passes
//! `escaped`.

use std::fmt::{self, Write as _};

/// The width of a character of 12 pixels in the fonts of the style, in pixels; the widest
/// of them.
pub(super) const CHARACTER: f64 = 7.25;

/// How wide a text of 12 pixels is.
pub(super) fn width(text: &str) -> f64 {
    text.chars().count() as f64 * CHARACTER
}

/// Text that is safe in XML, between tags and in attributes. What XML cannot have at all
/// is replaced.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                out.push('\u{fffd}');
            }
            c => out.push(c),
        }
    }
    out
}

/// An SVG that grows.
#[derive(Debug, Default)]
pub(super) struct Canvas {
    pub(super) out: String,
}

impl Canvas {
    fn line_of(&mut self, element: fmt::Arguments) {
        let _ = self.out.write_fmt(element);
        self.out.push('\n');
    }

    /// Begins a group with an identifier, for scripts, and a tooltip.
    pub(super) fn begin(&mut self, class: &str, id: &str, title: &str) {
        let (id, title) = (escaped(id), escaped(title));
        self.line_of(format_args!(
            "<g class=\"{class}\" id=\"{id}\"><title>{title}</title>"
        ));
    }

    pub(super) fn end(&mut self) {
        self.out.push_str("</g>\n");
    }

    pub(super) fn text(&mut self, x: f64, y: f64, class: &str, text: &str) {
        if !text.is_empty() {
            let text = escaped(text);
            self.line_of(format_args!(
                "<text x=\"{x:.0}\" y=\"{y:.0}\" class=\"{class}\">{text}</text>"
            ));
        }
    }

    /// Text from below to above, with its middle at a point.
    pub(super) fn upright(&mut self, x: f64, y: f64, class: &str, text: &str) {
        let text = escaped(text);
        self.line_of(format_args!(
            "<text transform=\"translate({x:.0} {y:.0}) rotate(-90)\" \
             text-anchor=\"middle\" class=\"{class}\">{text}</text>"
        ));
    }

    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), class: &str) {
        let ((x1, y1), (x2, y2)) = (from, to);
        self.line_of(format_args!(
            "<path d=\"M{x1:.0} {y1:.0}L{x2:.0} {y2:.0}\" class=\"{class}\"/>"
        ));
    }

    pub(super) fn rect(
        &mut self,
        at: (f64, f64),
        size: (f64, f64),
        radius: u32,
        class: &str,
    ) {
        let ((x, y), (width, height)) = (at, size);
        self.line_of(format_args!(
            "<rect x=\"{x:.0}\" y=\"{y:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" \
             rx=\"{radius}\" class=\"{class}\"/>"
        ));
    }

    pub(super) fn dot(&mut self, x: f64, y: f64, class: &str) {
        self.line_of(format_args!(
            "<circle cx=\"{x:.0}\" cy=\"{y:.0}\" r=\"4\" class=\"{class}\"/>"
        ));
    }

    /// A word on a coloured ground; returns its width.
    pub(super) fn pill(
        &mut self,
        x: f64,
        y: f64,
        class: &str,
        on: &str,
        text: &str,
    ) -> f64 {
        let width = width(text) + 12.0;
        self.rect((x, y - 9.0), (width, 18.0), 9, class);
        self.text(x + 6.0, y + 4.0, on, text);
        width
    }
}
