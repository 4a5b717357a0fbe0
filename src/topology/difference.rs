// SPDX-License-Identifier: MIT OR Apache-2.0
//! From one inventory to the next: changes that, made one after the other, turn the JSON
//! of the first into that of the second.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use crate::model::{
    Device, DeviceHead, Handle, Inventory, Place, Port, Role, Unassociated, Warning,
};

/// One change of an inventory. `at` is a position in a list: of a device among the
/// devices, of a port among those of its device.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Change<'a> {
    /// The whole inventory; no earlier line counts.
    Snapshot {
        /// The inventory.
        inventory: &'a Inventory,
    },
    /// A device came, with its ports.
    DeviceAdded {
        /// Its handle.
        device: &'a Handle,
        /// Where it is inserted.
        at: usize,
        /// The device.
        value: &'a Device,
    },
    /// A device went.
    DeviceRemoved {
        /// Its handle.
        device: &'a Handle,
        /// Where it was.
        at: usize,
    },
    /// Something of a device changed, its ports aside.
    DeviceChanged {
        /// Its handle.
        device: &'a Handle,
        /// Where it is.
        at: usize,
        /// The keys that have another value, as `eswitch.mode`.
        changes: Vec<String>,
        /// The device without its ports, which stay as they are.
        value: DeviceHead<'a>,
    },
    /// A port came.
    PortAdded {
        /// The handle of its device.
        device: &'a Handle,
        /// Where it is inserted.
        at: usize,
        /// The port.
        value: &'a Port,
    },
    /// A port went.
    PortRemoved {
        /// The handle of its device.
        device: &'a Handle,
        /// Where it was.
        at: usize,
        /// The port as it was.
        was: &'a Port,
    },
    /// Something of a port, its netdev or its function changed.
    PortChanged {
        /// The handle of its device.
        device: &'a Handle,
        /// Where it is.
        at: usize,
        /// The keys that have another value, as `netdev.name`.
        changes: Vec<String>,
        /// The port.
        value: &'a Port,
    },
    /// The netdevs without a device are others.
    UnassociatedChanged {
        /// All of them.
        value: &'a [Unassociated],
    },
    /// The warnings are others.
    WarningsChanged {
        /// All of them.
        value: &'a [Warning],
    },
}

/// What turns one inventory into another.
#[must_use]
pub fn changes<'a>(old: &'a Inventory, new: &'a Inventory) -> Vec<Change<'a>> {
    let mut changes = Vec::new();
    let (before, after) = (old.handles(), new.handles());
    for edit in edits(&before, &after) {
        changes.push(match edit {
            Edit::Remove { at, index } => {
                Change::DeviceRemoved { device: before[index], at }
            }
            Edit::Insert { at } => {
                Change::DeviceAdded { device: after[at], at, value: &new.devices[at] }
            }
        });
    }
    let known: BTreeMap<&Handle, &Device> =
        old.devices.iter().map(|device| (&device.handle, device)).collect();
    for (at, device) in new.devices.iter().enumerate() {
        let kept = known.get(&device.handle).filter(|old| **old != device);
        kept.into_iter().for_each(|old| of_device(old, device, at, &mut changes));
    }
    if old.unassociated != new.unassociated {
        changes.push(Change::UnassociatedChanged { value: &new.unassociated });
    }
    if old.warnings != new.warnings {
        changes.push(Change::WarningsChanged { value: &new.warnings });
    }
    changes
}

/// What turns a device into the same device later, at its place among the devices.
fn of_device<'a>(
    old: &'a Device,
    new: &'a Device,
    at: usize,
    changes: &mut Vec<Change<'a>>,
) {
    let device = &new.handle;
    let keys = changed_keys(&DeviceHead::from(old), &DeviceHead::from(new));
    if !keys.is_empty() {
        let value = DeviceHead::from(new);
        changes.push(Change::DeviceChanged { device, at, changes: keys, value });
    }
    let (before, after) = (port_keys(&old.ports), port_keys(&new.ports));
    for edit in edits(&before, &after) {
        changes.push(match edit {
            Edit::Remove { at, index } => {
                Change::PortRemoved { device, at, was: &old.ports[index] }
            }
            Edit::Insert { at } => {
                Change::PortAdded { device, at, value: &new.ports[at] }
            }
        });
    }
    let known: BTreeMap<&PortKey, &Port> = before.iter().zip(&old.ports).collect();
    for (at, (key, port)) in after.iter().zip(&new.ports).enumerate() {
        let Some(old) = known.get(key).filter(|old| **old != port) else { continue };
        let keys = changed_keys(old, port);
        if !keys.is_empty() {
            let value = port;
            changes.push(Change::PortChanged { device, at, changes: keys, value });
        }
    }
}

/// Which port it is: its place and, where no devlink port tells it apart, its port name;
/// of several the same, which of them.
type PortKey = (Place, Option<u16>, Option<u32>, Option<String>, usize);

fn port_keys(ports: &[Port]) -> Vec<PortKey> {
    let mut seen: BTreeMap<PortKey, usize> = BTreeMap::new();
    let key = |port: &Port| {
        // A mode change makes a PF's netdev an uplink, and the other way round.
        let role = match port.place.role {
            Role::Pf => Role::Uplink,
            role => role,
        };
        let name = port.phys_port_name.clone().filter(|_| port.port_index.is_none());
        let place = Place { role, ..port.place };
        let flavour = port.flavour.map(u16::from);
        let key = (place, flavour, port.port_index, name, 0);
        let count = seen.entry(key.clone()).or_default();
        *count += 1;
        (key.0, key.1, key.2, key.3, *count)
    };
    ports.iter().map(key).collect()
}

/// A change of a list of distinct values.
#[derive(Debug, PartialEq, Eq)]
enum Edit {
    /// The value with this index in the old list is removed at a position.
    Remove { at: usize, index: usize },
    /// The value that the new list has at this position is inserted there.
    Insert { at: usize },
}

/// What turns one list into another, from the first edit to the last.
fn edits<K: Ord>(old: &[K], new: &[K]) -> Vec<Edit> {
    let (mut edits, wanted) = (Vec::new(), new.iter().collect::<BTreeSet<&K>>());
    let mut current: Vec<usize> = (0..old.len()).collect();
    for at in (0..old.len()).rev() {
        if !wanted.contains(&old[at]) {
            edits.push(Edit::Remove { at, index: current.remove(at) });
        }
    }
    // What is left is in both lists, often in the same order.
    let mut kept: BTreeSet<&K> = current.iter().map(|index| &old[*index]).collect();
    let mut left = current.into_iter().peekable();
    let mut moved = BTreeSet::new();
    for (at, key) in new.iter().enumerate() {
        while left.next_if(|index| moved.contains(index)).is_some() {}
        if left.next_if(|index| old[*index] == *key).is_some() {
            kept.remove(key);
            continue;
        }
        if kept.remove(key) {
            // Elsewhere in the rest: it is taken from there.
            let rest = left.clone().filter(|index| !moved.contains(index));
            let place = rest.enumerate().find(|(_, index)| old[*index] == *key);
            if let Some((after, index)) = place {
                moved.insert(index);
                edits.push(Edit::Remove { at: at + after, index });
            }
        }
        edits.push(Edit::Insert { at });
    }
    edits
}

/// The keys whose values differ; of objects in objects, their own keys.
fn changed_keys(old: &impl Serialize, new: &impl Serialize) -> Vec<String> {
    let old = serde_json::to_value(old).unwrap_or_default();
    let new = serde_json::to_value(new).unwrap_or_default();
    let mut keys = Vec::new();
    for (key, value) in new.as_object().into_iter().flatten() {
        let old: &Value = &old[key];
        match (old.as_object(), value.as_object()) {
            _ if old == value => {}
            (Some(before), Some(after)) => {
                let inner = after.iter().filter(|(key, of)| before.get(*key) != Some(of));
                keys.extend(inner.map(|(inner, _)| format!("{key}.{inner}")));
            }
            _ => keys.push(key.clone()),
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn edits_turn_one_list_into_the_other(
            old in proptest::collection::btree_set(0_u8..40, 0..20),
            new in Just((0_u8..40).collect::<Vec<u8>>()).prop_shuffle(),
            most in 0_usize..20,
        ) {
            let old: Vec<u8> = old.into_iter().collect();
            let new = &new[..most];
            let mut list = old.clone();
            for edit in edits(&old, new) {
                match edit {
                    Edit::Remove { at, index } => {
                        prop_assert_eq!(list.remove(at), old[index]);
                    }
                    Edit::Insert { at } => list.insert(at, new[at]),
                }
            }
            prop_assert_eq!(list, new);
        }
    }

    #[test]
    fn what_stays_in_order_is_not_edited() {
        assert_eq!(edits(&[1, 2, 3, 4], &[1, 3, 4]), [Edit::Remove { at: 1, index: 1 }]);
        assert_eq!(edits(&[1, 3], &[1, 2, 3]), [Edit::Insert { at: 1 }]);
        let none: [Edit; 0] = [];
        assert_eq!(edits(&[1, 2, 3], &[1, 2, 3]), none);
    }
}
