// SPDX-License-Identifier: MIT OR Apache-2.0
//! The interfaces that default routes lead over.

use super::{Machine, NetlinkError, Question, walk};
use crate::{
    model::errno::{EHOSTUNREACH, ENETUNREACH},
    wire::route::{self, Family, Found},
};

/// Which of these interfaces a default route leads over, of whatever family, in
/// whatever table a rule or a VRF leads to.
pub fn default_interfaces(
    machine: &dyn Machine,
    interfaces: &[u32],
) -> Result<Vec<u32>, NetlinkError> {
    let mut found = Vec::new();
    for family in Family::ALL {
        let tables = tables(machine, family)?;
        for interface in interfaces.iter().copied() {
            if found.contains(&interface) {
                continue;
            }
            let mut default = by_lookup(machine, family, interface)?;
            for table in tables.iter().copied() {
                default = default || in_table(machine, family, table, interface)?;
            }
            found.extend(default.then_some(interface));
        }
    }
    Ok(found)
}

fn tables(machine: &dyn Machine, family: Family) -> Result<Vec<u32>, NetlinkError> {
    let body = route::rules(family);
    let question = Question::Route { kind: route::GETRULE, dump: true, body };
    let mut tables: Vec<u32> = match machine.ask(&question) {
        Ok(answer) => answer.messages.iter().filter_map(route::table).collect(),
        // A kernel without rules has one table.
        Err(error) if is_none(&error) => vec![route::RT_TABLE_MAIN],
        Err(error) => return Err(error),
    };
    tables.sort_unstable();
    tables.dedup();
    Ok(tables)
}

/// Whether a packet to anywhere would leave by an interface: by its VRF's table too.
fn by_lookup(
    machine: &dyn Machine,
    family: Family,
    interface: u32,
) -> Result<bool, NetlinkError> {
    let body = route::anywhere(family, interface);
    let question = Question::Route { kind: route::GETROUTE, dump: false, body };
    match machine.ask(&question) {
        Ok(answer) => {
            let mut routes = answer.messages.iter();
            Ok(routes.any(|one| route::found(family, one) == Found::Default))
        }
        Err(error) if is_none(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

fn in_table(
    machine: &dyn Machine,
    family: Family,
    table: u32,
    interface: u32,
) -> Result<bool, NetlinkError> {
    let body = route::through(family, table, interface);
    let walked = walk(machine, route::GETROUTE, &body, |default: &mut bool, payload| {
        let found = route::found(family, payload);
        *default = found == Found::Default;
        found == Found::Other
    });
    match walked {
        Ok(default) => Ok(default),
        Err(error) if is_none(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether there is no such route, table or family.
fn is_none(error: &NetlinkError) -> bool {
    let unreachable = matches!(error.errno(), Some(ENETUNREACH | EHOSTUNREACH));
    unreachable || error.is_absent()
}
