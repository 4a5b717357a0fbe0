// SPDX-License-Identifier: MIT OR Apache-2.0
//! The udev helper: one netdev in, `KEY=value` lines out.
//!
//! udev runs the helper as root, for netdevs with a port name and of VFs and SFs. The
//! helper asks netlink one question about one interface and reads a few files of the
//! interface's device. In doubt it prints nothing and exits with 0, so that the netdev
//! keeps its name.

use std::{
    env,
    ffi::OsStr,
    io::{self, Write as _},
    process::ExitCode,
};

use swdevctl::{
    model::UdevNames,
    naming::Policy,
    render, survey,
    sys::{
        Live, links,
        privileges::{self, Privileges},
    },
};

const HELP: &str = "usage: swdevctl-udev [--altnames | --help | --version]

Prints udev's properties of the network interface whose index is in the variable
IFINDEX, as KEY=value lines. Prints nothing for an interface that is neither a
port of an eswitch nor the netdev of a VF or SF. With --altnames, gives the
interface the alternative names in the variable SWDEV_ALTNAMES instead.
udev calls this program: see swdevctl-udev(8).
";

fn main() -> ExitCode {
    let argument = env::args_os().nth(1);
    let text = match argument.as_deref().and_then(OsStr::to_str) {
        Some("--help" | "-h") => Some(HELP.to_owned()),
        Some("--version" | "-V") => {
            Some(concat!("swdevctl-udev ", env!("CARGO_PKG_VERSION"), "\n").to_owned())
        }
        Some("--altnames") => {
            let _ = privileges::keep(Privileges::NET_ADMIN);
            add_altnames().map(|()| String::new())
        }
        _ => {
            // root reads its files without any privilege.
            let _ = privileges::keep(Privileges::empty());
            properties()
        }
    };
    if let Some(text) = text {
        // udev has closed the pipe: there is nobody to report an error to.
        let _ = io::stdout().write_all(text.as_bytes());
    }
    ExitCode::SUCCESS
}

fn ifindex() -> Option<u32> {
    env::var("IFINDEX").ok()?.parse().ok().filter(|index| *index > 0)
}

/// The lines for the interface that the environment names. The environment has systemd's
/// names of the interface too, because udev passes the properties of the event.
fn properties() -> Option<String> {
    let machine = Live::new();
    let link = links::by_index(&machine, ifindex()?).ok()??;
    let udev = UdevNames::read(|key| env::var(key).ok());
    let placed = survey::placed(&machine, &link, &udev)?;
    // No policy is read for other netdevs.
    let policy = survey::policy_in_force(&machine);
    let newest = policy.as_ref().is_ok_and(Policy::uses_newest);
    let identity = placed.identity(&machine, &link, &udev, newest)?;
    if let Err(error) = &policy {
        // udev logs what its programs say on standard error.
        let _ = writeln!(io::stderr(), "{error}");
    }
    Some(render::properties(&identity, policy.as_ref().ok(), link.switch_id.as_ref()))
}

/// Adds each alternative name by itself: if a name is taken, the others are still added.
fn add_altnames() -> Option<()> {
    let (machine, ifindex) = (Live::new(), ifindex()?);
    for name in env::var("SWDEV_ALTNAMES").ok()?.split(',') {
        let _ = links::add_altname(&machine, ifindex, &name.parse().ok()?);
    }
    Some(())
}
