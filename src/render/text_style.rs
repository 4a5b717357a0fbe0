// SPDX-License-Identifier: MIT OR Apache-2.0
//! How text looks where it is printed: how wide it may be, and whether in colour.

use std::fmt;

use anstyle::{AnsiColor, Style};

/// How wide text may be, and whether it is coloured. By default neither is limited to a
/// terminal: all in full width, and no colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TextStyle {
    /// Columns of the terminal; none where there is no terminal.
    pub width: Option<usize>,
    /// Whether to colour.
    pub color: bool,
}

/// What a colour tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Nothing.
    #[default]
    Plain,
    /// Titles.
    Title,
    /// The device is in mode switchdev.
    Good,
    /// Worth a look.
    Odd,
    /// Wrong.
    Bad,
}

impl Tone {
    fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Title => Style::new().bold(),
            Self::Good => AnsiColor::Green.on_default(),
            Self::Odd => AnsiColor::Yellow.on_default(),
            Self::Bad => AnsiColor::Red.on_default().bold(),
        }
    }
}

impl TextStyle {
    /// Text in a tone.
    pub(super) fn paint(self, text: &str, tone: Tone) -> Painted<'_> {
        let style = if self.color { tone.style() } else { Style::new() };
        Painted { text, style }
    }
}

/// Text with its style.
pub(super) struct Painted<'a> {
    text: &'a str,
    style: Style,
}

impl fmt::Display for Painted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", self.style.render(), self.text, self.style.render_reset())
    }
}
