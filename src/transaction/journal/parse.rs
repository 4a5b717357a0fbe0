// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a journal's text says.

use serde::Deserialize;

use super::{Entry, Header, Progress};
use crate::{model::Handle, plan::Action};

/// The most VFs that SR-IOV can count.
const MOST_VFS: u32 = u16::MAX as u32;

/// What was found in the place of a device's journal.
#[derive(Debug)]
pub enum Found {
    /// No journal.
    None,
    /// A change of this boot.
    Change(Box<(Header, Progress)>),
    /// A change of another boot, of which nothing is left.
    OtherBoot,
    /// Something that is not acted on, and why.
    Unreadable(String),
}

/// What a journal's text says of a device.
pub(super) fn parse(text: &str, device: &Handle, boot: &str) -> Found {
    #[derive(Deserialize)]
    struct Start {
        schema: String,
        boot: String,
    }
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    let unreadable = |error: serde_json::Error| Found::Unreadable(error.to_string());
    let start: Start = match serde_json::from_str(first) {
        Ok(start) => start,
        Err(error) => return unreadable(error),
    };
    if start.boot != boot {
        return Found::OtherBoot;
    }
    if start.schema != Header::SCHEMA {
        return Found::Unreadable(format!(
            "its schema is {:?}, not {}",
            start.schema,
            Header::SCHEMA
        ));
    }
    let header: Header = match serde_json::from_str(first) {
        Ok(header) => header,
        Err(error) => return unreadable(error),
    };
    if let Some(fault) = fault(&header, device) {
        return Found::Unreadable(fault);
    }
    match progress(lines, header.steps.len()) {
        Ok(progress) => Found::Change(Box::new((header, progress))),
        Err(fault) => Found::Unreadable(fault),
    }
}

/// Why this cannot be the journal of that device.
fn fault(header: &Header, device: &Handle) -> Option<String> {
    let targets = header.steps.iter().map(|step| &step.target);
    let mut devices =
        [&header.state.device, &header.stash.device].into_iter().chain(targets);
    if let Some(other) = devices.find(|other| *other != device) {
        return Some(format!("it is about {other}"));
    }
    let counts = header.steps.iter().map(|step| match &step.action {
        Action::SetVfs { from, to } => *from.max(to),
        _ => 0,
    });
    let most = counts.chain([header.state.vfs(), header.stash.vfs()]).max();
    (most > Some(MOST_VFS)).then(|| "it counts more VFs than can be".into())
}

/// How far a change of that many steps has got. A line that was cut off counts for
/// nothing, as what it announces was not begun; one that says something else is a fault.
fn progress<'a>(
    lines: impl Iterator<Item = &'a str>,
    steps: usize,
) -> Result<Progress, String> {
    let mut progress = Progress::default();
    for line in lines {
        let Ok(value) = serde_json::from_str::<serde_json::Value>(line) else { continue };
        match serde_json::from_value(value) {
            Ok(Entry::Begun(step)) if step < steps => progress.begun = step + 1,
            Ok(Entry::Done(step)) if step < steps => progress.done = step + 1,
            Ok(Entry::Undoing) => progress.undoing = true,
            _ => return Err(format!("it has no line {line:?}")),
        }
    }
    Ok(progress)
}
