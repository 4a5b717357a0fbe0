// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl capture`, and the machine of `--replay`.

use std::{
    collections::BTreeSet,
    fs,
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use super::Context;
use crate::{
    error::{Failure, Kind},
    model::Facts,
    render::{Captured, Document},
    survey,
    sys::{
        capture::{Capture, Recorder, Replay},
        config,
    },
};

/// Arguments of `capture`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The file to write; it must not exist yet.
    file: PathBuf,
    /// Replace hardware addresses and switch ids by invented ones.
    #[arg(long)]
    mask: bool,
}

impl Args {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let recorder = Recorder::new(context.live()?);
        let facts = survey::facts(&recorder)?;
        // One device alone is read in another way than all.
        let mut secrets = secrets(&facts);
        for device in &facts.devices {
            survey::devices(&recorder, std::slice::from_ref(&device.handle))?;
            survey::declared::record(&recorder, &device.handle);
            // For plans; a device without an eswitch has none.
            if let Ok(snapshot) = survey::snapshot(&recorder, &device.handle) {
                let settings = snapshot.state.vfs.iter().map(|vf| &vf.settings);
                let macs =
                    settings.flat_map(|of| [&of.mac, &of.node_guid, &of.port_guid]);
                let macs = macs.flatten().map(|mac| mac.0.clone());
                secrets.extend(macs.filter(|secret| identifies_hardware(secret)));
            }
        }
        let mut capture = recorder.finish();
        if self.mask {
            capture = capture.masked(&secrets);
        }
        let text =
            serde_json::to_string_pretty(&capture).map_err(|e| self.failure(&e))?;
        self.write(&format!("{text}\n"))?;
        let file = self.file.display().to_string();
        let captured = Captured { file, masked: self.mask };
        context.output.result(&Document::new("swdevctl/captured/v1", captured))
    }

    /// Writes the file, for nobody else to read. One that could not be written whole is
    /// removed.
    fn write(&self, text: &str) -> Result<(), Failure> {
        let mut options = fs::OpenOptions::new();
        let options = options.write(true).create_new(true).mode(0o600);
        let mut file = options.open(&self.file).map_err(|error| self.failure(&error))?;
        let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
        written.map_err(|error| {
            // Nothing can be done about a file that stays.
            let _ = fs::remove_file(&self.file);
            self.failure(&error)
        })
    }

    fn failure(&self, error: &dyn std::fmt::Display) -> Failure {
        Failure::new(
            Kind::Failed,
            format!("cannot write {}: {error}", self.file.display()),
        )
    }
}

/// Whether an address or id identifies hardware: those of only zeros or ones do not, and
/// stand in many places.
fn identifies_hardware(secret: &[u8]) -> bool {
    let plain = |byte| secret.iter().all(|other| *other == byte);
    secret.len() > 5 && !plain(0) && !plain(0xff)
}

/// The hardware addresses, switch ids and port ids of a machine.
fn secrets(facts: &Facts) -> BTreeSet<Vec<u8>> {
    let links = facts.links.iter().flat_map(|link| {
        let ids = link.switch_id.iter().chain(&link.port_id);
        let mac = link.mac.iter().map(|mac| mac.0.clone());
        mac.chain(ids.map(|id| id.bytes().to_vec()))
    });
    let functions = facts.devices.iter().flat_map(|device| {
        let ports = device.ports.iter().filter_map(|port| port.function.as_ref());
        ports.filter_map(|function| Some(function.hw_addr.as_ref()?.0.clone()))
    });
    links.chain(functions).filter(|secret| identifies_hardware(secret)).collect()
}

/// The machine that a capture's file was made of.
pub(super) fn replay(file: &Path) -> Result<Replay, Failure> {
    let failure = |error: String| {
        let file = file.display();
        Failure::new(Kind::Usage, format!("cannot replay {file}: {error}"))
    };
    let text = config::read_file(file).map_err(|error| failure(error.to_string()))?;
    Ok(Replay::new(Capture::parse(&text).map_err(failure)?))
}
