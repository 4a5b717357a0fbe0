// SPDX-License-Identifier: MIT OR Apache-2.0
//! Draws equal neighbours as one row. A row says nothing that is not true of all of its
//! functions: representors and numbers must follow each other.

use super::{
    card::{Card, Section},
    row::Row,
    words::{addresses, is_next, names, numbered},
};

/// How many rows a card can have before equal neighbours are drawn as one.
const MANY: usize = 16;

/// How many equal neighbours are drawn as one.
const RUN: usize = 3;

/// Collapses the equal neighbours of a card that has many rows.
pub(super) fn collapse(card: &mut Card) {
    if card.rows().count() <= MANY {
        return;
    }
    for Section { rows, .. } in &mut card.sections {
        *rows = runs(rows).flat_map(joined).collect();
    }
}

/// Splits rows where two neighbours differ.
fn runs(rows: &[Row]) -> impl Iterator<Item = &[Row]> {
    rows.chunk_by(follows)
}

fn joined(run: &[Row]) -> Vec<Row> {
    match run {
        [first, .., last] if run.len() >= RUN => vec![join(first, last, run)],
        few => few.to_vec(),
    }
}

/// Whether two neighbours are equal but for their numbers.
fn follows(row: &Row, next: &Row) -> bool {
    let representors = match (&row.representor, &next.representor) {
        (Some(name), Some(next)) => is_next(name, next),
        (None, None) => true,
        _ => false,
    };
    let stem =
        |name: &Option<String>| name.as_deref().map(|name| numbered(name).0.to_owned());
    let number = |row: &Row| row.number.map(i64::from);
    row.kind == next.kind
        && number(row).map(|number| number + 1) == number(next)
        && representors
        && row.wrong.is_empty()
        && next.wrong.is_empty()
        && (row.link, row.represented) == (next.link, next.represented)
        && (&row.tag, &row.driver) == (&next.tag, &next.driver)
        && row.address.is_some() == next.address.is_some()
        && stem(&row.own) == stem(&next.own)
}

fn join(first: &Row, last: &Row, run: &[Row]) -> Row {
    let range = |text: fn(&Row) -> &Option<String>, range: fn(&str, &str) -> String| {
        let (first, last) = (text(first).as_deref()?, text(last).as_deref()?);
        Some(if first == last { first.to_owned() } else { range(first, last) })
    };
    let number = last.number.map(|number| number.to_string()).unwrap_or_default();
    let label = format!("{}-{number}", first.label);
    let own_netdevs = range(|row| &row.own, names).map(|names| {
        let owns: Vec<&str> = run.iter().filter_map(|row| row.own.as_deref()).collect();
        let in_order =
            owns.windows(2).all(|two| is_next(two[0], two[1]) || two[0] == two[1]);
        if in_order { names } else { format!("{}*", numbered(owns[0]).0) }
    });
    let representor = range(|row| &row.representor, names);
    let address = range(|row| &row.address, addresses);
    let mut title = vec![format!("{label}: {} functions that are alike", run.len())];
    title.extend(representor.as_ref().map(|names| format!("representors {names}")));
    title.extend(address.as_ref().map(|range| format!("functions {range}")));
    title.extend(own_netdevs.as_ref().map(|names| format!("own netdevs {names}")));
    Row {
        id: format!("{}-{number}", first.id),
        label,
        count: run.len(),
        representor,
        address,
        own: own_netdevs,
        title: title.join("\n"),
        ..first.clone()
    }
}
