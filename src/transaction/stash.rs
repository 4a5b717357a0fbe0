// SPDX-License-Identifier: MIT OR Apache-2.0
//! Settings of the mode that a device has left, where the present mode cannot express
//! them; restored on return.

use std::{io, path::PathBuf};

use super::journal::DISCARDED;
use crate::{
    model::{EswitchMode, Handle, State, VfState},
    survey::kept::{STASHES, stash_name},
    sys::storage::Storage,
};

/// One of each kind that has a stash of its own.
const MODES: [EswitchMode; 2] = [EswitchMode::Legacy, EswitchMode::Switchdev];

fn read(storage: &dyn Storage, device: &Handle, mode: EswitchMode) -> Option<State> {
    let text = storage.read(STASHES, &stash_name(device, mode)).ok()??;
    let state: State = serde_json::from_str(&text).ok()?;
    (state.device == *device).then_some(state)
}

/// Replaces each saved instance number with that of the VF now in its slot, where the
/// saved one is that of the VF before; and the representors, where they are those of
/// before. `now` is the state with the instances of this moment.
pub(super) fn rekey(
    storage: &dyn Storage,
    device: &Handle,
    before: &State,
    now: &State,
) -> io::Result<()> {
    let instance =
        |vfs: &[VfState], number: u32| vfs.iter().find(|vf| vf.vf == number)?.instance;
    for mode in MODES {
        let Some(mut state) = read(storage, device, mode) else { continue };
        for vf in &mut state.vfs {
            if vf.instance == instance(&before.vfs, vf.vf) {
                vf.instance = instance(&now.vfs, vf.vf);
            }
        }
        if state.representors.iter().any(|index| before.representors.contains(index)) {
            state.representors.clone_from(&now.representors);
        }
        write(storage, mode, &state)?;
    }
    Ok(())
}

/// Stashes what a device had in the mode that it has left for mode `to`.
pub(super) fn keep(
    storage: &dyn Storage,
    state: &State,
    to: EswitchMode,
) -> io::Result<()> {
    if state.eswitch.mode.has_representors() == to.has_representors() {
        return Ok(());
    }
    storage.remove(STASHES, &stash_name(&state.device, to))?;
    write(storage, state.eswitch.mode, state)
}

/// Whether a device has a stash.
pub(super) fn exists(storage: &dyn Storage, device: &Handle) -> bool {
    MODES.iter().any(|mode| storage.exists(STASHES, &stash_name(device, *mode)))
}

/// Sets the stash of a device aside, and returns where it is then; nothing where there is
/// none.
pub(super) fn discard(
    storage: &dyn Storage,
    device: &Handle,
) -> io::Result<Option<PathBuf>> {
    let files = MODES.map(|mode| stash_name(device, mode));
    let mut there = files.iter().filter(|file| storage.exists(STASHES, file));
    there.try_fold(None, |_, file| storage.move_to(STASHES, file, DISCARDED).map(Some))
}

fn write(storage: &dyn Storage, mode: EswitchMode, state: &State) -> io::Result<()> {
    let text = serde_json::to_string(state)?;
    storage.write(STASHES, &stash_name(&state.device, mode), &text)
}
