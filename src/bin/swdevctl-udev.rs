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
    lookup, render,
    sys::{Live, links},
};

const HELP: &str = "usage: swdevctl-udev [--altnames | --help | --version]

Prints what udev shall know of the network interface whose index is in the
variable IFINDEX, as KEY=value lines; nothing where it is neither a port of an
eswitch nor the netdev of a VF or SF. With --altnames, gives the interface the
alternative names in the variable SWDEV_ALTNAMES instead.
Made to be called by udev: see swdevctl-udev(8).
";

fn main() -> ExitCode {
    let text = match env::args().nth(1).as_deref() {
        Some("--help" | "-h") => Some(HELP.to_owned()),
        Some("--version" | "-V") => {
            Some(concat!("swdevctl-udev ", env!("CARGO_PKG_VERSION"), "\n").to_owned())
        }
        Some("--altnames") => add_altnames().map(|()| String::new()),
        _ => properties(),
    };
    if let Some(text) = text {
        // Nobody is left to be told that the pipe is closed.
        let _ = io::stdout().write_all(text.as_bytes());
    }
    ExitCode::SUCCESS
}

fn ifindex() -> Option<u32> {
    env::var("IFINDEX").ok()?.parse().ok().filter(|index| *index > 0)
}

/// The lines for the interface that the environment names.
fn properties() -> Option<String> {
    let machine = Live::new();
    let link = links::by_index(&machine, ifindex()?).ok()??;
    let identity = lookup::identity(&machine, &link)?;
    let policy = lookup::policy_in_force();
    // udev logs what its programs say on standard error.
    let policy = policy.inspect_err(|error| eprintln!("{error}")).ok()?;
    Some(render::properties(&identity, &policy, link.switch_id.as_ref()))
}

/// Adds each alternative name by itself: one that is taken shall not keep out the
/// others.
fn add_altnames() -> Option<()> {
    let (machine, ifindex) = (Live::new(), ifindex()?);
    for name in env::var("SWDEV_ALTNAMES").ok()?.split(',') {
        let _ = links::add_altname(&machine, ifindex, &name.parse().ok()?);
    }
    Some(())
}
