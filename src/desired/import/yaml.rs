// SPDX-License-Identifier: MIT OR Apache-2.0
//! YAML (and so JSON) as a tree that knows its lines. Aliases are copies, of which
//! there is a limit.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Marker, Parser};

use crate::{
    desired::origin::{FileError, Origin},
    model::ConfigFile,
};

/// A node and its line: of a member of a map that of its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::desired) struct Node {
    pub(in crate::desired) line: usize,
    value: Yaml,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Yaml {
    Scalar(String),
    List(Vec<Node>),
    /// In the file's order.
    Map(Vec<(String, Node)>),
}

/// Nodes of a file, copies included, and how deep they are nested. A file of a
/// network's configuration has a few hundred.
const MOST_NODES: usize = 100_000;
const DEEPEST: usize = 64;

impl Node {
    pub(in crate::desired) fn get(&self, key: &str) -> Option<&Self> {
        self.entries().find(|(name, _)| *name == key).map(|(_, node)| node)
    }

    /// The members of a map; none of anything else.
    pub(in crate::desired) fn entries(&self) -> impl Iterator<Item = (&str, &Self)> {
        let entries = match &self.value {
            Yaml::Map(entries) => entries.as_slice(),
            _ => &[],
        };
        entries.iter().map(|(key, node)| (key.as_str(), node))
    }

    /// The items of a list; of anything else the node itself, as where one value stands
    /// for a list of one.
    pub(in crate::desired) fn items(&self) -> &[Self] {
        match &self.value {
            Yaml::List(items) => items,
            _ => std::slice::from_ref(self),
        }
    }

    pub(in crate::desired) fn text(&self) -> Option<&str> {
        match &self.value {
            Yaml::Scalar(text) => Some(text),
            _ => None,
        }
    }

    /// A truth value, in the words of YAML 1.1 too.
    pub(in crate::desired) fn flag(&self) -> Option<bool> {
        match self.text()?.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" => Some(true),
            "false" | "no" | "off" => Some(false),
            _ => None,
        }
    }

    /// As a literal of TOML: numbers and truth values as they are, other text in quotes.
    pub(in crate::desired) fn literal(&self) -> String {
        // No literal, so no value of any key.
        let Some(text) = self.text() else { return "a list or map".to_owned() };
        // With a zero before it, a number is octal to some programs and decimal to others.
        let is_number = |number: u64| number.to_string() == text;
        match self.flag() {
            Some(flag) => flag.to_string(),
            None if text.parse().is_ok_and(is_number) => text.to_owned(),
            None => crate::desired::write::quoted(text),
        }
    }
}

/// A list or map that is being read.
enum Open {
    List(Vec<Node>),
    Map { entries: Vec<(String, Node)>, key: Option<(String, usize)> },
}

struct Builder {
    documents: Vec<Node>,
    open: Vec<(usize, usize, Open)>,
    anchors: BTreeMap<usize, Node>,
    nodes: usize,
}

/// The documents of a file.
pub(in crate::desired) fn documents(file: &ConfigFile) -> Result<Vec<Node>, FileError> {
    let error = |mark: &Marker, message: String| {
        let origin = Origin {
            path: file.path.as_str().into(),
            line: mark.line(),
            column: mark.col() + 1,
        };
        FileError { origin, message }
    };
    let mut builder = Builder {
        documents: Vec::new(),
        open: Vec::new(),
        anchors: BTreeMap::new(),
        nodes: 0,
    };
    for event in Parser::new_from_str(&file.text) {
        let (event, span) =
            event.map_err(|fault| error(fault.marker(), fault.info().to_owned()))?;
        builder
            .event(event, span.start.line())
            .map_err(|message| error(&span.start, message.to_owned()))?;
    }
    Ok(builder.documents)
}

impl Builder {
    fn event(&mut self, event: Event, line: usize) -> Result<(), &'static str> {
        match event {
            Event::Scalar(text, _, anchor, _) => {
                self.add(Node { line, value: Yaml::Scalar(text.into_owned()) }, anchor)
            }
            Event::SequenceStart(anchor, _) => {
                self.open(line, anchor, Open::List(Vec::new()))
            }
            Event::MappingStart(anchor, _) => {
                let map = Open::Map { entries: Vec::new(), key: None };
                self.open(line, anchor, map)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some((line, anchor, open)) = self.open.pop() else { return Ok(()) };
                let value = match open {
                    Open::List(items) => Yaml::List(items),
                    Open::Map { entries, .. } => Yaml::Map(entries),
                };
                self.add(Node { line, value }, anchor)
            }
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor).cloned();
                let node = node.ok_or("an alias of a node that is not complete")?;
                self.nodes += node.size();
                self.add(node, 0)
            }
            Event::DocumentStart(_) => {
                self.anchors.clear();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn open(
        &mut self,
        line: usize,
        anchor: usize,
        open: Open,
    ) -> Result<(), &'static str> {
        self.open.push((line, anchor, open));
        if self.open.len() > DEEPEST { Err("nested too deeply") } else { Ok(()) }
    }

    fn add(&mut self, node: Node, anchor: usize) -> Result<(), &'static str> {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            return Err("too many nodes");
        }
        if anchor > 0 {
            self.nodes += node.size();
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut() {
            None => self.documents.push(node),
            Some((.., Open::List(items))) => items.push(node),
            Some((.., Open::Map { entries, key })) => match key.take() {
                Some((key, line)) => entries.push((key, Node { line, ..node })),
                None => {
                    let Yaml::Scalar(text) = node.value else {
                        return Err("a key that is a list or map");
                    };
                    *key = Some((text, node.line));
                }
            },
        }
        Ok(())
    }
}

impl Node {
    /// How many nodes there are in it, itself included.
    fn size(&self) -> usize {
        1 + match &self.value {
            Yaml::Scalar(_) => 0,
            Yaml::List(items) => items.iter().map(Self::size).sum(),
            Yaml::Map(entries) => entries.iter().map(|(_, node)| node.size()).sum(),
        }
    }
}
