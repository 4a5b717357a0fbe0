// SPDX-License-Identifier: MIT OR Apache-2.0
//! The picture as a tree of lines that fit a terminal of 80 columns.

use super::{
    Drawing,
    card::{Card, Link, ModeKind, Uplink},
    row::Row,
};
use crate::render::{TextStyle, Tone};

/// The width of the tree where there is no terminal.
const WIDTH: usize = 80;

/// The characters of the tree.
struct Glyphs {
    branch: &'static str,
    last: &'static str,
    trunk: &'static str,
    to: &'static str,
    up: &'static str,
    down: &'static str,
    absent: &'static str,
}

const UNICODE: Glyphs = Glyphs {
    branch: "├─ ",
    last: "└─ ",
    trunk: "│  ",
    to: "──",
    up: "●",
    down: "○",
    absent: "×",
};

const ASCII: Glyphs = Glyphs {
    branch: "|- ",
    last: "`- ",
    trunk: "|  ",
    to: "--",
    up: "*",
    down: "o",
    absent: "x",
};

/// Cells of a line: label, netdev, link, function, driver, own netdev, and the rest.
const CELLS: usize = 7;

type Cell = (String, Tone);

/// A line of the tree, or a heading between lines.
enum Line {
    Heading(String),
    Cells([Cell; CELLS]),
}

pub(super) fn draw(drawing: &Drawing, unicode: bool, style: TextStyle) -> String {
    let glyphs = if unicode { &UNICODE } else { &ASCII };
    let mut parts: Vec<String> =
        drawing.cards.iter().map(|card| tree(card, glyphs, style)).collect();
    if !drawing.unassociated.is_empty() {
        let mut text = format!("{}\n", style.paint("netdevs of no device", Tone::Odd));
        for (at, (name, reason)) in drawing.unassociated.iter().enumerate() {
            let last = at + 1 == drawing.unassociated.len();
            let branch = if last { glyphs.last } else { glyphs.branch };
            let pieces = [(name.clone(), Tone::Bad), (reason.clone(), Tone::Plain)];
            text.push_str(&wrap(
                &pieces,
                branch,
                if last { "   " } else { glyphs.trunk },
                style,
            ));
        }
        parts.push(text);
    }
    if parts.is_empty() {
        return "no device to draw\n".into();
    }
    let text = parts.join("\n");
    // Names of devices may have other letters than the terminal.
    if unicode { text } else { text.replace(|c: char| !c.is_ascii(), "?") }
}

fn tree(card: &Card, glyphs: &Glyphs, style: TextStyle) -> String {
    let mode = match card.kind {
        ModeKind::Switchdev => Tone::Good,
        ModeKind::Legacy | ModeKind::Nothing => Tone::Plain,
        ModeKind::Other => Tone::Odd,
    };
    let plain = |text: &String| (text.clone(), Tone::Plain);
    let mut head = vec![
        (card.handle.clone(), Tone::Title),
        plain(&card.driver),
        (card.mode.clone(), mode),
    ];
    head.extend(card.facts.iter().chain(&card.lag).map(plain));
    head.extend(card.wrong.iter().map(|wrong| (format!("!! {wrong}"), Tone::Bad)));
    let lines = lines(card, glyphs);
    let mut text = wrap(&head, "", glyphs.trunk, style);
    let widths: Vec<usize> = (0..CELLS).map(|at| width(&lines, at)).collect();
    let is_wide =
        3 + widths.iter().map(|width| width + 1).sum::<usize>() > 1 + columns(style);
    let last = lines.iter().rposition(|line| matches!(line, Line::Cells(_)));
    for (at, line) in lines.iter().enumerate() {
        let (branch, below) = match last {
            Some(last) if last == at => (glyphs.last, String::from("      ")),
            _ => (glyphs.branch, format!("{}   ", glyphs.trunk)),
        };
        match line {
            Line::Heading(heading) => {
                text.push_str(&format!("{}{heading}\n", glyphs.trunk));
            }
            Line::Cells(cells) => {
                // The cells of the function go to the next line all together.
                let align = |(at, (cell, tone)): (usize, &Cell)| match is_wide && at > 1 {
                    true => (cell.clone(), *tone),
                    false => (format!("{cell:0$}", widths[at]), *tone),
                };
                let cells: Vec<Cell> = cells.iter().enumerate().map(align).collect();
                text.push_str(&wrap_cells(&cells, branch, &below, style));
            }
        }
    }
    text
}

fn columns(style: TextStyle) -> usize {
    style.width.unwrap_or(WIDTH).clamp(40, 120)
}

fn width(lines: &[Line], at: usize) -> usize {
    let widths = lines.iter().map(|line| match line {
        Line::Cells(cells) => cells[at].0.chars().count(),
        Line::Heading(_) => 0,
    });
    widths.max().unwrap_or(0)
}

fn lines(card: &Card, glyphs: &Glyphs) -> Vec<Line> {
    let mut lines: Vec<Line> =
        card.uplinks.iter().map(|uplink| uplink_line(uplink, glyphs)).collect();
    for section in &card.sections {
        lines.extend(section.heading.clone().map(Line::Heading));
        lines.extend(section.rows.iter().map(|row| row_line(row, glyphs)));
    }
    lines
}

fn uplink_line(uplink: &Uplink, glyphs: &Glyphs) -> Line {
    let plain = |text: &str| (text.to_owned(), Tone::Plain);
    let tone = if uplink.wrong.is_empty() { Tone::Plain } else { Tone::Bad };
    let name = format!("{} {}", mark(uplink.link, glyphs), uplink.name);
    Line::Cells([
        plain("uplink"),
        (name, tone),
        plain(""),
        plain(&uplink.state()),
        plain(""),
        plain(""),
        rest(uplink.tag.as_ref(), &uplink.wrong),
    ])
}

fn row_line(row: &Row, glyphs: &Glyphs) -> Line {
    let plain = |text: &str| (text.to_owned(), Tone::Plain);
    let tone = if row.wrong.is_empty() { Tone::Plain } else { Tone::Bad };
    let name = match &row.representor {
        Some(name) => format!("{} {name}", mark(row.link, glyphs)),
        None if row.represented => format!("{} {}", mark(row.link, glyphs), "-"),
        None => String::new(),
    };
    let linked = row.address.is_some() || row.own.is_some();
    Line::Cells([
        plain(&row.label),
        (name, tone),
        plain(if linked { glyphs.to } else { "" }),
        plain(row.address.as_deref().unwrap_or_default()),
        plain(row.driver.word()),
        plain(row.own.as_deref().unwrap_or_default()),
        rest(row.tag.as_ref(), &row.wrong),
    ])
}

fn mark(link: Link, glyphs: &Glyphs) -> &'static str {
    match link {
        Link::Up => glyphs.up,
        Link::NoCarrier | Link::Down | Link::Elsewhere => glyphs.down,
        Link::Absent => glyphs.absent,
    }
}

/// The bridge, and what is wrong.
fn rest(tag: Option<&String>, wrong: &[String]) -> Cell {
    let tag = tag.map(|tag| format!("[{tag}]"));
    let tone = if wrong.is_empty() { Tone::Plain } else { Tone::Bad };
    let wrong = wrong.iter().map(|wrong| format!("!! {wrong}"));
    (tag.into_iter().chain(wrong).collect::<Vec<_>>().join(" "), tone)
}

/// Pieces with two spaces between them, broken between pieces.
fn wrap(pieces: &[Cell], first: &str, below: &str, style: TextStyle) -> String {
    let pieces: Vec<Cell> =
        pieces.iter().map(|(text, tone)| (format!("{text} "), *tone)).collect();
    wrap_cells(&pieces, first, below, style)
}

/// Cells with a space between them, broken between cells; spaces at the end go.
fn wrap_cells(cells: &[Cell], first: &str, below: &str, style: TextStyle) -> String {
    let limit = columns(style);
    let (mut text, mut line, mut length) = (String::new(), first.to_owned(), 0);
    let mut column = first.chars().count();
    for (cell, tone) in cells {
        let shown = cell.trim_end();
        if shown.is_empty() {
            line.push_str(cell);
            line.push(' ');
            column += cell.chars().count() + 1;
            continue;
        }
        if column + shown.chars().count() > limit && length > 0 {
            text.push_str(line.trim_end());
            text.push('\n');
            line = below.to_owned();
            column = line.chars().count();
        }
        line.push_str(&style.paint(shown, *tone).to_string());
        line.push_str(&cell[shown.len()..]);
        line.push(' ');
        column += cell.chars().count() + 1;
        length += 1;
    }
    text.push_str(line.trim_end());
    text.push('\n');
    text
}
