// SPDX-License-Identifier: MIT OR Apache-2.0
//! The picture for Graphviz: `swdevctl topology --format dot | dot -Tsvg`.

use std::fmt::Write as _;

use super::{
    Drawing,
    card::{Card, ModeKind},
    row::Row,
};

/// A string of Graphviz. Labels end lines with `\l` of their own, so what is given here
/// has no backslash that means anything.
fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

pub(super) fn draw(drawing: &Drawing) -> String {
    let mut out = String::from(
        "digraph swdevctl {\n  rankdir=LR\n  node [shape=box fontname=monospace fontsize=10]\n  \
         edge [dir=none fontname=monospace fontsize=10]\n",
    );
    drawing.cards.iter().for_each(|card| cluster(&mut out, card));
    for (at, (name, reason)) in drawing.unassociated.iter().enumerate() {
        let label = format!("{}\\n{}", escaped(name), escaped(reason));
        let _ = writeln!(out, "  \"lone-{at}\" [label=\"{label}\" color=red]");
    }
    out.push_str("}\n");
    out
}

fn cluster(out: &mut String, card: &Card) {
    let color = match card.kind {
        ModeKind::Switchdev => "darkgreen",
        ModeKind::Legacy | ModeKind::Nothing => "gray40",
        ModeKind::Other => "darkorange",
    };
    let wrong = card.wrong.iter().map(String::as_str);
    let head: Vec<&str> = card.head().chain(wrong).collect();
    let edge = if card.wrong.is_empty() { color } else { "red" };
    let _ = writeln!(out, "  subgraph {} {{", quoted(&format!("cluster-{}", card.id)));
    let label = quoted(&head.join("  "));
    let _ = writeln!(out, "    label={label} fontname=monospace color={edge}");
    let eswitch = quoted(&format!("{}-eswitch", card.id));
    let _ = writeln!(
        out,
        "    {eswitch} [label=\"eswitch\" style=filled fillcolor={color} fontcolor=white]"
    );
    for uplink in &card.uplinks {
        let mut label = vec![escaped(&uplink.name), escaped(&uplink.state())];
        label.extend(uplink.tag.iter().chain(&uplink.wrong).map(|text| escaped(text)));
        node(out, &uplink.id, &label, uplink.wrong.is_empty());
        let _ = writeln!(out, "    {} -> {eswitch}", quoted(&uplink.id));
    }
    for row in card.rows() {
        node(out, &row.id, &lines(row), row.wrong.is_empty());
        let tag = row.tag.as_ref().map(|tag| format!(" [{tag}]")).unwrap_or_default();
        let label = format!("{}{tag}", row.representor.as_deref().unwrap_or_default());
        let _ = writeln!(
            out,
            "    {eswitch} -> {} [label={}]",
            quoted(&row.id),
            quoted(&label)
        );
    }
    out.push_str("  }\n");
}

fn lines(row: &Row) -> Vec<String> {
    let first = [Some(row.label.as_str()), row.address.as_deref()];
    let second = [Some(row.driver.word()), row.own.as_deref()];
    let join = |parts: [Option<&str>; 2]| {
        let parts: Vec<&str> =
            parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
        escaped(&parts.join("  "))
    };
    let lines = [join(first), join(second)].into_iter().filter(|line| !line.is_empty());
    lines.chain(row.wrong.iter().map(|wrong| escaped(wrong))).collect()
}

fn node(out: &mut String, id: &str, lines: &[String], fine: bool) {
    let color = if fine { "" } else { " color=red" };
    let label: String = lines.iter().map(|line| format!("{line}\\l")).collect();
    let _ = writeln!(out, "    {} [label=\"{label}\"{color}]", quoted(id));
}
