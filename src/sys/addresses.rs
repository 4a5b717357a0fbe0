// SPDX-License-Identifier: MIT OR Apache-2.0
//! Reading addresses of network interfaces.

use super::{Machine, NetlinkError, Question};
use crate::wire::address as wire;

/// All addresses but link-local ones, each with its interface's index.
pub fn all(machine: &dyn Machine) -> Result<Vec<(u32, String)>, NetlinkError> {
    let question = Question::Route { kind: wire::GETADDR, dump: true, body: wire::all() };
    let answer = machine.ask(&question)?;
    Ok(answer.messages.iter().filter_map(wire::parse).collect())
}
