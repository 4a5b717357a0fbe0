// SPDX-License-Identifier: MIT OR Apache-2.0
//! The udev helper: one netdev in, `KEY=value` lines out.
//!
//! Runs for each netdev, as root, at boot. It asks netlink one question about
//! one interface and reads a few files of that interface's device. In doubt it
//! prints nothing and exits 0, so that the netdev keeps the name it has.

use std::{
    env,
    io::{self, Write as _},
    process::ExitCode,
};

use swdevctl::{
    driver,
    model::{Handle, Link},
    naming::{Policy, identity, owner},
    render,
    sys::{Live, links, pci},
};

const HELP: &str = "usage: swdevctl-udev [--help | --version]

Prints what udev shall know of the network interface whose index is in the
variable IFINDEX, as KEY=value lines; nothing where it is no port of an eswitch.
Made to be called by udev: see swdevctl-udev(8).
";

fn main() -> ExitCode {
    let text = match env::args().nth(1).as_deref() {
        Some("--help" | "-h") => Some(HELP.to_owned()),
        Some("--version" | "-V") => {
            Some(concat!("swdevctl-udev ", env!("CARGO_PKG_VERSION"), "\n").to_owned())
        }
        _ => properties(),
    };
    if let Some(text) = text {
        // Nobody is left to be told that the pipe is closed.
        let _ = io::stdout().write_all(text.as_bytes());
    }
    ExitCode::SUCCESS
}

/// The lines for the interface that the environment names.
fn properties() -> Option<String> {
    let ifindex = env::var("IFINDEX").ok()?.parse().ok().filter(|index| *index > 0)?;
    let machine = Live::new();
    let link = links::by_index(&machine, ifindex).ok()??;
    let device = owner(&link).or_else(|| lone_owner(&machine, &link))?;
    let base = pci::base_facts(&machine, &device)?;
    let driver = pci::driver_of(&machine, &device);
    let identity = identity(&link, &device, driver.as_deref(), &base)?;
    let policy = Policy::default_policy().ok()?;
    let name = policy.name(&identity)?.name;
    let switch_id = link.switch_id.as_ref();
    Some(render::properties(&identity, name.as_str(), &policy.id(), switch_id))
}

/// The device of a representor that does not say of which it is, by its switch
/// id.
fn lone_owner(machine: &Live, link: &Link) -> Option<Handle> {
    if link.device().is_some() {
        return None;
    }
    let port_name = link.phys_port_name.as_deref()?;
    let lone = driver::with_lone_representors();
    let found = pci::with_switch_id(machine, lone, link.switch_id.as_ref()?);
    let devices: Vec<_> =
        found.iter().map(|(device, driver)| (device, Some(*driver))).collect();
    driver::owner_of_lone(&devices, Some(port_name)).cloned()
}
