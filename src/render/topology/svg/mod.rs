// SPDX-License-Identifier: MIT OR Apache-2.0
//! The picture as a self-contained SVG: no script, no font, no reference to anything
//! outside. Dark where the reader prefers it.

mod canvas;
mod layout;
mod style;

use canvas::{Canvas, escaped, width};
use layout::{Layout, PITCH, RADIUS};
use style::{DARK, STYLE};

use super::{
    Drawing,
    card::{Card, Link, ModeKind, Uplink},
    row::{Driver, Row},
};

/// The space around and between cards.
const MARGIN: f64 = 8.0;
/// Height of the head of a card.
const HEAD: f64 = 38.0;
/// The space between the head of a card and its rows, and below the rows.
const PAD: f64 = 14.0;
/// Width of the eswitch.
const BAR: f64 = 24.0;
/// Height of an uplink.
const UPLINK: f64 = 46.0;

pub(super) fn draw(drawing: &Drawing) -> String {
    let layout = Layout::of(&drawing.cards);
    let mut canvas = Canvas::default();
    let heads =
        drawing.cards.iter().map(|card| head(&mut Canvas::default(), card, 0.0, 0.0));
    let others = drawing
        .unassociated
        .iter()
        .map(|(name, reason)| width(name) + width(reason) + 48.0);
    let bodies = drawing.cards.iter().map(|card| layout.width(card));
    let card_width = heads.chain(bodies).chain(others).fold(320.0, f64::max);
    let mut y = MARGIN;
    for each in &drawing.cards {
        y += card(&mut canvas, each, &layout, y, card_width) + MARGIN;
    }
    if !drawing.unassociated.is_empty() {
        y += unassociated_box(&mut canvas, &drawing.unassociated, y, card_width) + MARGIN;
    }
    if drawing.cards.is_empty() && drawing.unassociated.is_empty() {
        canvas.text(MARGIN, y + 16.0, "faint", "no device to draw");
        y += 32.0;
    }
    let (width, height) = (card_width + 2.0 * MARGIN, y);
    let dark = format!("@media (prefers-color-scheme:dark){{\n{DARK}}}");
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"swdevctl\" role=\"img\" \
         width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\">\n\
         <title>{}</title>\n<style>\n{STYLE}{dark}\n</style>\n{}</svg>\n",
        escaped(&summary(drawing)),
        canvas.out
    )
}

fn summary(drawing: &Drawing) -> String {
    let cards = drawing.cards.iter().map(|card| format!("{} {}", card.handle, card.mode));
    cards.collect::<Vec<_>>().join(", ")
}

/// Draws a card with its top at `y` and returns its height.
fn card(canvas: &mut Canvas, card: &Card, layout: &Layout, y: f64, width: f64) -> f64 {
    let columns = layout.columns(card);
    let rows = columns.iter().map(Vec::len).max().unwrap_or(0) as f64 * PITCH;
    let comb = if columns.len() > 1 { PITCH } else { 0.0 };
    let uplinks = card.uplinks.len() as f64 * UPLINK;
    let body = (rows + comb).max(uplinks).max(56.0);
    let height = HEAD + body + 2.0 * PAD;
    let class = if card.wrong.is_empty() { "card" } else { "card broken" };
    canvas.begin("device", &card.id, &title(card));
    canvas.rect((MARGIN, y), (width, height), RADIUS, class);
    canvas.rect((MARGIN + 1.0, y + 1.0), (width - 2.0, HEAD - 1.0), RADIUS, "head");
    canvas.line((MARGIN, y + HEAD), (MARGIN + width, y + HEAD), "rule");
    head(canvas, card, MARGIN + 14.0, y + HEAD / 2.0);
    let top = y + HEAD + PAD;
    let x = layout.bar();
    let first = top + comb + (body - comb - rows) / 2.0;
    wires(canvas, card, layout, (top, body));
    eswitch(canvas, card, layout, (top, body), columns.len());
    for (number, column) in columns.iter().enumerate() {
        let x = x + number as f64 * layout.column();
        for (at, line) in column.iter().enumerate() {
            let y = first + (at as f64 + 0.5) * PITCH;
            match line {
                layout::Line::Heading(text) => {
                    canvas.text(x + BAR + 34.0, y + 4.0, "faint", text);
                }
                layout::Line::Row(each) => row(canvas, each, layout, (x + BAR, y)),
            }
        }
    }
    canvas.end();
    height
}

fn title(card: &Card) -> String {
    let mut lines = vec![card.head().collect::<Vec<_>>().join(", ")];
    lines.extend(card.wrong.iter().map(|wrong| format!("wrong: {wrong}")));
    lines.join("\n")
}

/// Draws what there is to say of the device as a whole, from `x`, with its middle at `y`;
/// returns how far it goes.
fn head(canvas: &mut Canvas, card: &Card, x: f64, y: f64) -> f64 {
    const GAP: f64 = 16.0;
    let mut x = x;
    canvas.text(x, y + 5.0, "handle", &card.handle);
    x += width(&card.handle) * 14.0 / 12.0 + GAP;
    x += canvas.pill(x, y, mode_class(card.kind), "on", &card.mode) + GAP;
    for text in std::iter::once(&card.driver).chain(&card.facts) {
        canvas.text(x, y + 4.0, "faint", text);
        x += width(text) + GAP;
    }
    if let Some(lag) = &card.lag {
        x += canvas.pill(x, y, "tag", "tagged", lag) + GAP;
    }
    for wrong in &card.wrong {
        canvas.text(x, y + 4.0, "wrong strong", wrong);
        x += width(wrong) + GAP;
    }
    x
}

fn mode_class(kind: ModeKind) -> &'static str {
    match kind {
        ModeKind::Switchdev => "switchdev",
        ModeKind::Legacy => "legacy",
        ModeKind::Other => "other",
        ModeKind::Nothing => "nothing",
    }
}

/// Draws the uplinks, with lines to the eswitch, in the middle of the body's height.
fn wires(canvas: &mut Canvas, card: &Card, layout: &Layout, (top, body): (f64, f64)) {
    let height = card.uplinks.len() as f64 * UPLINK;
    let first = top + (body - height) / 2.0;
    for (at, uplink) in card.uplinks.iter().enumerate() {
        wire(canvas, uplink, layout, first + (at as f64 + 0.5) * UPLINK);
    }
}

fn wire(canvas: &mut Canvas, uplink: &Uplink, layout: &Layout, y: f64) {
    let x = MARGIN + 14.0;
    let broken = if uplink.wrong.is_empty() { "" } else { " broken" };
    let line = if uplink.link == Link::Up { "live" } else { "dash" };
    canvas.begin("row uplink", &uplink.id, &uplink.title);
    canvas.line(
        (x + layout.uplink, y),
        (layout.bar(), y),
        &format!("wire {line}{broken}"),
    );
    canvas.rect((x, y - 20.0), (layout.uplink, 40.0), 6, &format!("box{broken}"));
    canvas.dot(x + 13.0, y - 8.0, &dot(uplink.link, broken));
    let name = if uplink.wrong.is_empty() { "strong" } else { "strong wrong" };
    canvas.text(x + 24.0, y - 4.0, name, &uplink.name);
    let should = uplink.wrong.iter().find(|wrong| wrong.starts_with("should"));
    let (class, state) = match should {
        Some(wrong) => ("wrong", wrong.clone()),
        None if uplink.wrong.is_empty() => ("faint", uplink.state()),
        None => ("wrong", uplink.state()),
    };
    canvas.text(x + 24.0, y + 13.0, class, &state);
    if let Some(tag) = &uplink.tag {
        let at = x + layout.uplink - width(tag) - 18.0;
        canvas.pill(at, y + 9.0, "tag", "tagged", tag);
    }
    canvas.end();
}

/// Draws the eswitch: a bar or, where there are several columns of rows, a comb.
fn eswitch(
    canvas: &mut Canvas,
    card: &Card,
    layout: &Layout,
    (top, body): (f64, f64),
    columns: usize,
) {
    let class = mode_class(card.kind);
    canvas.begin(
        "eswitch",
        &format!("{}-eswitch", card.id),
        &format!("eswitch, {}", card.mode),
    );
    let x = layout.bar();
    if columns > 1 {
        let end = (columns - 1) as f64 * layout.column();
        canvas.rect((x + 4.0, top), (end + BAR - 4.0, 8.0), 4, class);
    }
    for column in 1..columns {
        let x = x + column as f64 * layout.column() + BAR - 8.0;
        canvas.rect((x, top), (8.0, body), 4, class);
    }
    canvas.rect((x, top), (BAR, body), 6, class);
    canvas.upright(x + BAR / 2.0 + 4.0, top + body / 2.0, "on", "eswitch");
    canvas.end();
}

/// Draws a function with its representor; the line begins at a point of the eswitch.
fn row(canvas: &mut Canvas, row: &Row, layout: &Layout, (x, y): (f64, f64)) {
    let broken = if row.wrong.is_empty() { "" } else { " broken" };
    let class = if row.count > 1 { "row several" } else { "row" };
    canvas.begin(class, &row.id, &row.title);
    let function = x + layout.function();
    let name = row.representor.as_deref();
    let dashed = if name.is_some() { "" } else { " dash" };
    canvas.line((x, y), (function, y), &format!("wire{dashed}{broken}"));
    if row.represented {
        canvas.dot(x + 18.0, y, &dot(row.link, broken));
        let known = if row.wrong.is_empty() { "label" } else { "wrong" };
        let text = name.unwrap_or_else(|| row.link.word());
        canvas.rect((x + 26.0, y - 8.0), (width(text) + 8.0, 16.0), 0, "ground");
        canvas.text(x + 30.0, y + 4.0, known, text);
    }
    if let Some(tag) = &row.tag {
        canvas.pill(x + layout.tag(), y, "tag", "tagged", tag);
    }
    canvas.rect(
        (function, y - 9.0),
        (layout.box_width(), 18.0),
        4,
        &format!("box{broken}"),
    );
    if row.count > 1 {
        canvas.rect(
            (function + 3.0, y - 6.0),
            (layout.box_width(), 18.0),
            4,
            "box below",
        );
        canvas.rect((function, y - 9.0), (layout.box_width(), 18.0), 4, "box");
    }
    cells(canvas, row, layout, (function, y + 4.0));
    canvas.end();
}

fn cells(canvas: &mut Canvas, row: &Row, layout: &Layout, (x, y): (f64, f64)) {
    let driver = match row.driver {
        Driver::Here(_) => "here",
        Driver::Guest(_) => "guest",
        Driver::Nothing | Driver::Unseen => "faint",
    };
    let cells = [
        ("strong", row.label.as_str()),
        ("here", row.address.as_deref().unwrap_or_default()),
        (driver, row.driver.word()),
        ("here", row.own.as_deref().unwrap_or_default()),
    ];
    let mut at = x + 8.0;
    for ((class, text), width) in cells.into_iter().zip(layout.cells) {
        canvas.text(at, y, class, text);
        at += width;
    }
    canvas.text(x + layout.box_width() + 8.0, y, "wrong", &row.wrong.join(", "));
}

fn dot(link: Link, broken: &str) -> String {
    let class = if link == Link::Up { "up" } else { "down" };
    format!("{class}{broken}")
}

/// Draws netdevs that belong to no device, and returns the height.
fn unassociated_box(
    canvas: &mut Canvas,
    netdevs: &[(String, String)],
    y: f64,
    width: f64,
) -> f64 {
    let height = HEAD + netdevs.len() as f64 * PITCH + PAD;
    let names = netdevs.iter().map(|(name, _)| canvas::width(name)).fold(0.0, f64::max);
    canvas.begin("device", "unassociated", "netdevs of no device");
    canvas.rect((MARGIN, y), (width, height), RADIUS, "card");
    canvas.text(MARGIN + 14.0, y + HEAD / 2.0 + 5.0, "strong", "netdevs of no device");
    for (at, (name, reason)) in netdevs.iter().enumerate() {
        let y = y + HEAD + (at as f64 + 0.5) * PITCH;
        canvas.text(MARGIN + 14.0, y, "wrong", name);
        canvas.text(MARGIN + 30.0 + names, y, "faint", reason);
    }
    canvas.end();
    height
}
