// SPDX-License-Identifier: MIT OR Apache-2.0
//! The privileges of the process: what a program does not need is given up for good.

use rustix::{
    io,
    thread::{CapabilitySets, capabilities, set_capabilities, set_no_new_privs},
};

pub use rustix::thread::CapabilitySet as Privileges;

/// Gives up all privileges but these, also for programs that are started from now on, the
/// ones of root included. It must be called before there is a second thread.
pub fn keep(needed: Privileges) -> io::Result<()> {
    // The flag first: with it a program of root gets no more than this process has.
    set_no_new_privs(true)?;
    let held = capabilities(None)?;
    let kept = CapabilitySets {
        effective: held.effective & needed,
        permitted: held.permitted & needed,
        inheritable: held.inheritable & needed,
    };
    // A service may have nothing to give up, and be killed by its filter for trying.
    if kept == held { Ok(()) } else { set_capabilities(None, kept) }
}

#[cfg(test)]
mod tests {
    use std::{fs, thread};

    use super::*;

    /// The values of a thread's status: effective, permitted, and whether it can get more.
    fn status() -> (u64, u64, bool) {
        let text = fs::read_to_string("/proc/thread-self/status").unwrap();
        let value = |key: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(key)).unwrap();
            u64::from_str_radix(line.trim(), 16).unwrap()
        };
        (value("CapEff:"), value("CapPrm:"), value("NoNewPrivs:") == 1)
    }

    #[test]
    fn what_is_not_kept_is_gone() {
        // Privileges are those of a thread.
        let check = || {
            let before = status().1;
            let needed = Privileges::NET_ADMIN | Privileges::SYS_PTRACE;
            keep(needed).unwrap();
            let kept = before & needed.bits();
            assert_eq!(status(), (kept, kept, true));
            keep(needed).unwrap();
            assert_eq!(status(), (kept, kept, true));
            keep(Privileges::empty()).unwrap();
            assert_eq!(status(), (0, 0, true));
        };
        thread::spawn(check).join().unwrap();
    }
}
