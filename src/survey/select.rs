// SPDX-License-Identifier: MIT OR Apache-2.0
//! Which devices the user means.

use super::{
    find::Finder,
    no_devlink, reading_mode,
    target::{Target, exists},
    unread,
};
use crate::{
    error::{Failure, Kind, printable},
    model::{Found, Handle, PciAddress, Thing},
    sys::{Machine, NetlinkError, devlink, gather, links},
};

/// The device that a port or function is on, by any name or address of it. For verbs that
/// only read: whoever names a VF to a verb that changes something is told its PF instead.
pub fn owner(machine: &dyn Machine, text: &str) -> Result<Handle, Failure> {
    let thing = Thing::parse(text);
    if matches!(&thing, Thing::Name(name) if name.contains('/')) {
        return device(machine, text);
    }
    let target = Target::of(machine, &thing).map(|target| target.device);
    if let Some(device) = target.filter(|device| exists(machine, device)) {
        return Ok(device);
    }
    let mut rows = Finder::new(machine).find(text)?.into_iter();
    match rows.next() {
        Some(Found { device: Some(device), .. }) => Ok(device),
        Some(Found { error: Some(why), .. }) => Err(no_such(text, &why)),
        _ => Err(no_such(text, "nothing has this name")),
    }
}

/// The devices that these ports and functions are on, each once.
pub fn owners(machine: &dyn Machine, texts: &[String]) -> Result<Vec<Handle>, Failure> {
    each_once(texts, &|text| owner(machine, text))
}

/// The device that a DEVICE argument names.
pub fn device(machine: &dyn Machine, text: &str) -> Result<Handle, Failure> {
    if let Ok(address) = text.parse::<PciAddress>() {
        return existing(machine, text, Handle::pci(address));
    }
    if text.contains('/') {
        let handle = text.parse::<Handle>();
        let handle =
            handle.map_err(|error| Failure::new(Kind::Usage, error.to_string()))?;
        return existing(machine, text, handle);
    }
    let link = links::by_name(machine, text).map_err(|error| unread("links", &error))?;
    let Some(link) = link else {
        return Err(no_such(text, "no network interface has this name or altname"));
    };
    match link.device() {
        Some(owner) => Ok(owner.clone()),
        None => {
            let why = "it has no parent device, so it does not say which device it is on";
            Err(no_such(text, why)
                .hint(format!("name the device by its handle instead; {LIST}")))
        }
    }
}

const LIST: &str = "\"swdevctl inventory\" lists the devices";

fn existing(
    machine: &dyn Machine,
    text: &str,
    handle: Handle,
) -> Result<Handle, Failure> {
    if exists(machine, &handle) {
        Ok(handle)
    } else {
        Err(no_such(text, "sysfs has no such device"))
    }
}

fn no_such(text: &str, why: &str) -> Failure {
    let message = format!("no device {}: {why}", printable(text));
    Failure::new(Kind::NotFound, message).on(text).state("nothing was changed").hint(LIST)
}

/// The named devices, each once.
pub fn devices(machine: &dyn Machine, texts: &[String]) -> Result<Vec<Handle>, Failure> {
    each_once(texts, &|text| device(machine, text))
}

fn each_once(
    texts: &[String],
    device: &dyn Fn(&str) -> Result<Handle, Failure>,
) -> Result<Vec<Handle>, Failure> {
    let mut handles = Vec::new();
    for text in texts {
        let handle = device(text)?;
        if !handles.contains(&handle) {
            handles.push(handle);
        }
    }
    Ok(handles)
}

/// All devices of the machine that have an eswitch.
pub fn with_eswitch(machine: &dyn Machine) -> Result<Vec<Handle>, Failure> {
    let mut handles = Vec::new();
    for handle in gather::candidates(machine) {
        match devlink::eswitch(machine, &handle) {
            Ok(Some(_)) => handles.push(handle),
            Ok(None) => {}
            // It has no eswitch, or has just vanished.
            Err(error) if error.is_absent() && error.errno().is_some() => {}
            Err(error) => {
                return Err(reading_mode(machine, &handle, &error, Kind::Failed));
            }
        }
    }
    // A kernel without devlink shall not look like a machine without NICs.
    if handles.is_empty() {
        if let Err(error @ NetlinkError::NoDevlink) = devlink::instances(machine) {
            let failure = Failure::new(Kind::Failed, error.to_string());
            return Err(no_devlink(failure));
        }
    }
    Ok(handles)
}

/// The named devices or, where none is named, the only one of the machine that
/// has an eswitch.
pub fn devices_or_only(
    machine: &dyn Machine,
    texts: &[String],
) -> Result<Vec<Handle>, Failure> {
    if !texts.is_empty() {
        return devices(machine, texts);
    }
    let all = with_eswitch(machine)?;
    match all.as_slice() {
        [_] => Ok(all),
        [] => Err(none()),
        several => {
            let names: Vec<String> = several.iter().map(ToString::to_string).collect();
            let message =
                format!("{} devices have an eswitch: {}", names.len(), names.join(", "));
            Err(Failure::new(Kind::Usage, message)
                .state("nothing was changed")
                .hint("name one or several, or use --all"))
        }
    }
}

/// The devices that the named things are on or, where none is named, all that have an
/// eswitch. For verbs that only read.
pub fn devices_or_all(
    machine: &dyn Machine,
    texts: &[String],
) -> Result<Vec<Handle>, Failure> {
    let handles = match texts {
        [] => with_eswitch(machine)?,
        texts => owners(machine, texts)?,
    };
    if handles.is_empty() { Err(none()) } else { Ok(handles) }
}

/// Failure where the machine has no device with an eswitch.
#[must_use]
pub fn none() -> Failure {
    Failure::new(Kind::NotFound, "this machine has no device with an eswitch")
        .hint("the driver must be loaded and support devlink; \"swdevctl inventory\" shows what there is")
}
