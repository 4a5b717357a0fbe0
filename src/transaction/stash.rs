// SPDX-License-Identifier: MIT OR Apache-2.0
//! Settings of the mode that a device has left, where the present mode cannot express
//! them; restored on return.

use std::{fs, io, path::PathBuf};

use super::journal;
use crate::model::{EswitchMode, Handle, State, VfState};

const FOLDER: &str = "/run/swdevctl/stash";

fn path(device: &Handle, mode: EswitchMode) -> PathBuf {
    let kind = if mode.has_representors() { ".switchdev.json" } else { ".legacy.json" };
    journal::file_of(FOLDER, device, kind)
}

/// What a device had when it was last in that mode, or one like it.
#[must_use]
pub fn read(device: &Handle, mode: EswitchMode) -> Option<State> {
    let text = fs::read_to_string(path(device, mode)).ok()?;
    serde_json::from_str(&text)
        .inspect_err(|error| log::debug!("stash of {device}: {error}, ignoring it"))
        .ok()
}

/// Replaces each saved instance number with that of the VF now in its slot, where the
/// saved one is that of the VF before.
pub fn rekey_vfs(device: &Handle, before: &[VfState], now: &[VfState]) -> io::Result<()> {
    let instance =
        |vfs: &[VfState], number: u32| vfs.iter().find(|vf| vf.vf == number)?.instance;
    for mode in [EswitchMode::Legacy, EswitchMode::Switchdev] {
        let Some(mut state) = read(device, mode) else { continue };
        for vf in &mut state.vfs {
            if vf.instance == instance(before, vf.vf) {
                vf.instance = instance(now, vf.vf);
            }
        }
        write(device, mode, &state)?;
    }
    Ok(())
}

/// Stashes what a device had in the mode that it has left for mode `to`.
pub fn keep(state: &State, to: EswitchMode) -> io::Result<()> {
    if state.mode.has_representors() == to.has_representors() {
        return Ok(());
    }
    let _ = fs::remove_file(path(&state.device, to));
    write(&state.device, state.mode, state)
}

fn write(device: &Handle, mode: EswitchMode, state: &State) -> io::Result<()> {
    journal::write(&path(device, mode), &serde_json::to_string(state)?)
}
