// SPDX-License-Identifier: MIT OR Apache-2.0
//! What swdevctl keeps of a device from one command to the next, in folders below
//! `/run/swdevctl`.

use std::collections::BTreeMap;

use crate::{
    model::{EswitchMode, Handle, State},
    sys::{Machine, storage},
};

/// The folder of the journals of changes.
pub const JOURNALS: &str = "journal";
/// How the file of a journal ends.
pub const JOURNAL_END: &str = ".jsonl";
/// The folder of settings that the present mode cannot express.
pub const STASHES: &str = "stash";
/// The folder of the times at which devices were made as declared.
pub const APPLIED: &str = "applied";

/// The folder of the values of parameters that devices have refused.
pub const PARAMS: &str = "params";

/// The file of a device, without its folder.
#[must_use]
pub fn file_name(device: &Handle, end: &str) -> String {
    device.to_string().replace('/', "-") + end
}

/// The journal of a device, without its folder.
#[must_use]
pub fn journal_name(device: &Handle) -> String {
    file_name(device, JOURNAL_END)
}

/// The stash of a device that has left that mode, or one like it.
#[must_use]
pub fn stash_name(device: &Handle, mode: EswitchMode) -> String {
    let kind = if mode.has_representors() { ".switchdev.json" } else { ".legacy.json" };
    file_name(device, kind)
}

/// Where the journal of an earlier change is that was interrupted, if there is one.
#[must_use]
pub fn unfinished(machine: &dyn Machine, device: &Handle) -> Option<String> {
    let name = journal_name(device);
    let path = || format!("{}/{JOURNALS}/{name}", storage::FOLDER);
    machine.host().is_kept(JOURNALS, &name).then(path)
}

/// What a device had when it was last in that mode, or one like it.
#[must_use]
pub fn stash(machine: &dyn Machine, device: &Handle, mode: EswitchMode) -> Option<State> {
    let text = machine
        .host()
        .kept(STASHES, &stash_name(device, mode))
        .and_then(|text| Ok(text.map(|text| serde_json::from_str(&text)).transpose()?));
    let state: Option<State> = text
        .inspect_err(|error| log::warn!("stash of {device}: {error}, ignoring it"))
        .ok()?;
    state.filter(|state| state.device == *device)
}

/// When `apply` last made a device as declared, in seconds since 1970.
#[must_use]
pub fn applied(machine: &dyn Machine, device: &Handle) -> Option<u64> {
    let text = machine.host().kept(APPLIED, &file_name(device, "")).ok()??;
    text.trim().parse().ok()
}

/// The values of parameters, by name, that a device has refused since the boot; none where
/// the caller must not read them.
#[must_use]
pub fn refused_params(
    machine: &dyn Machine,
    device: &Handle,
) -> Option<BTreeMap<String, Vec<String>>> {
    let text = machine.host().kept(PARAMS, &file_name(device, ".json")).ok()?;
    let Some(text) = text else { return Some(BTreeMap::new()) };
    serde_json::from_str(&text)
        .inspect_err(|error| {
            log::warn!("parameters refused by {device}: {error}, ignoring them");
        })
        .ok()
}
