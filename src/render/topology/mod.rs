// SPDX-License-Identifier: MIT OR Apache-2.0
//! Pictures of an inventory: a tree for a terminal, an SVG, and text for Graphviz and
//! mermaid. A device is a fixed graph of three columns (uplinks, eswitch, functions), so
//! nothing has to be laid out by search, and the inventory is all that is needed.

mod card;
mod dot;
mod mermaid;
mod row;
mod run;
mod svg;
mod text;
mod words;

use std::collections::HashMap;

use serde::{Serialize, Serializer, ser::SerializeStruct as _};

use self::card::Card;
use super::{Text, TextStyle};
use crate::model::{Inventory, Unassociated};

/// The form of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A tree of lines, in Unicode or in ASCII alone.
    Text {
        /// Whether the terminal shows Unicode.
        unicode: bool,
    },
    /// A self-contained SVG.
    Svg,
    /// Graphviz.
    Dot,
    /// Mermaid.
    Mermaid,
}

impl Form {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::Svg => "svg",
            Self::Dot => "dot",
            Self::Mermaid => "mermaid",
        }
    }
}

/// A picture of some devices.
#[derive(Debug)]
pub struct Topology {
    form: Form,
    drawing: Drawing,
}

/// All that is drawn.
#[derive(Debug)]
struct Drawing {
    cards: Vec<Card>,
    /// Netdevs that belong to no device: name and reason.
    unassociated: Vec<(String, String)>,
}

impl Topology {
    /// Draws an inventory; equal neighbours are drawn as one, or all by themselves.
    #[must_use]
    pub fn new(inventory: &Inventory, form: Form, expand: bool) -> Self {
        let mut cards: Vec<Card> = inventory.devices.iter().map(Card::of).collect();
        unique(&mut cards);
        if !expand {
            cards.iter_mut().for_each(run::collapse);
        }
        let named = |row: &Unassociated| {
            (words::clean(&row.netdev.name), words::clean(&row.reason))
        };
        let unassociated = inventory.unassociated.iter().map(named).collect();
        Self { form, drawing: Drawing { cards, unassociated } }
    }
}

/// Gives a number to what has the identifier of something before it.
fn unique(cards: &mut [Card]) {
    let mut seen = HashMap::new();
    let ids = cards.iter_mut().flat_map(|card| {
        let uplinks = card.uplinks.iter_mut().map(|uplink| &mut uplink.id);
        let rows = card.sections.iter_mut().flat_map(|section| &mut section.rows);
        std::iter::once(&mut card.id).chain(uplinks).chain(rows.map(|row| &mut row.id))
    });
    for id in ids {
        let times = seen.entry(id.clone()).or_insert(0_u32);
        *times += 1;
        if *times > 1 {
            *id = format!("{id}--{times}");
        }
    }
}

impl Text for Topology {
    fn to_text(&self) -> String {
        self.to_styled(TextStyle::default())
    }

    fn to_styled(&self, style: TextStyle) -> String {
        match self.form {
            Form::Text { unicode } => text::draw(&self.drawing, unicode, style),
            Form::Svg => svg::draw(&self.drawing),
            Form::Dot => dot::draw(&self.drawing),
            Form::Mermaid => mermaid::draw(&self.drawing),
        }
    }
}

impl Serialize for Topology {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Topology", 3)?;
        object.serialize_field("schema", "swdevctl/topology/v1")?;
        object.serialize_field("format", self.form.as_str())?;
        object.serialize_field("picture", &self.to_text())?;
        object.end()
    }
}
