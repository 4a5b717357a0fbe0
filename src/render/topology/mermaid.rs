// SPDX-License-Identifier: MIT OR Apache-2.0
//! The picture for mermaid, which code hosts and wikis draw in a page.

use std::fmt::Write as _;

use super::{
    Drawing,
    card::{Card, ModeKind},
};

/// A text in quotes: what means something to mermaid or HTML is given by its number.
fn quoted(parts: &[&str]) -> String {
    let parts: Vec<String> =
        parts.iter().filter(|part| !part.is_empty()).map(|part| escaped(part)).collect();
    format!("\"{}\"", parts.join("<br>"))
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            ' ' | ':' | '.' | ',' | '/' | '_' | '-' | '+' | '*' | '(' | ')' => {
                out.push(c);
            }
            c if c.is_alphanumeric() => out.push(c),
            c => {
                let _ = write!(out, "#{};", u32::from(c));
            }
        }
    }
    out
}

pub(super) fn draw(drawing: &Drawing) -> String {
    let mut out = String::from("flowchart LR\n");
    for (at, card) in drawing.cards.iter().enumerate() {
        subgraph(&mut out, card, &format!("d{at}"));
    }
    for (at, (name, reason)) in drawing.unassociated.iter().enumerate() {
        let _ = writeln!(out, "  lone{at}[{}]:::wrong", quoted(&[name, reason]));
    }
    out.push_str("  classDef switchdev fill:#1a7f37,color:#fff,stroke:#1a7f37\n");
    out.push_str("  classDef legacy fill:#6e7781,color:#fff,stroke:#6e7781\n");
    out.push_str("  classDef other fill:#bf8700,color:#fff,stroke:#bf8700\n");
    out.push_str("  classDef wrong stroke:#cf222e,color:#cf222e\n");
    out
}

fn subgraph(out: &mut String, card: &Card, id: &str) {
    let class = match card.kind {
        ModeKind::Switchdev => "switchdev",
        ModeKind::Legacy | ModeKind::Nothing => "legacy",
        ModeKind::Other => "other",
    };
    let wrong = card.wrong.iter().map(String::as_str);
    let head: Vec<&str> = card.head().chain(wrong).collect();
    let _ = writeln!(out, "  subgraph {id}[{}]", quoted(&[&head.join(", ")]));
    let _ = writeln!(out, "    {id}e{{{{\"eswitch\"}}}}:::{class}");
    for (at, uplink) in card.uplinks.iter().enumerate() {
        let state = uplink.state();
        let mut parts = vec![uplink.name.as_str(), &state];
        parts.extend(uplink.tag.iter().chain(&uplink.wrong).map(String::as_str));
        let wrong = mark(&uplink.wrong);
        let _ = writeln!(out, "    {id}u{at}[{}]{wrong} --- {id}e", quoted(&parts));
    }
    for (at, row) in card.rows().enumerate() {
        let address = row.address.as_deref().unwrap_or_default();
        let mut parts = vec![row.label.as_str(), address, row.driver.word()];
        parts.extend(row.own.iter().chain(&row.wrong).map(String::as_str));
        let tag = row.tag.as_ref().map(|tag| format!(" in {tag}")).unwrap_or_default();
        let name = row.representor.as_deref().map(|name| format!("{name}{tag}"));
        let edge = match &name {
            Some(name) => format!("-- {} ---", quoted(&[name])),
            None => "---".into(),
        };
        let wrong = mark(&row.wrong);
        let _ = writeln!(out, "    {id}e {edge} {id}f{at}[{}]{wrong}", quoted(&parts));
    }
    out.push_str("  end\n");
}

fn mark(wrong: &[String]) -> &'static str {
    if wrong.is_empty() { "" } else { ":::wrong" }
}
