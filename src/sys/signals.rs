// SPDX-License-Identifier: MIT OR Apache-2.0
//! Signals that would end a change in the middle are blocked, and read between steps.
//!
//! The mask is inherited by threads and processes that are started afterwards, so a
//! request to the kernel is never interrupted: mlx5 fails a switch with ENOMEM when a
//! fatal signal is pending, and the kernel can oops on the next one.

use std::{
    cell::Cell,
    fs, io,
    os::fd::{AsFd, BorrowedFd},
};

use nix::sys::{
    signal::{SigSet, Signal},
    signalfd::{SfdFlags, SignalFd},
};

const ENDING: [Signal; 4] =
    [Signal::SIGHUP, Signal::SIGINT, Signal::SIGQUIT, Signal::SIGTERM];

/// Blocked signals, to be read.
pub struct Signals {
    fd: SignalFd,
    received: Cell<u32>,
}

impl Signals {
    /// Blocks the signals until the process ends. Signals that were ignored when the
    /// process started (`nohup`) stay ignored.
    pub fn block() -> io::Result<Self> {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let ignored = ignored(&status);
        let mut set = SigSet::empty();
        for signal in ENDING {
            if ignored & (1 << (signal as u32 - 1)) == 0 {
                set.add(signal);
            }
        }
        set.thread_block()?;
        let fd =
            SignalFd::with_flags(&set, SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC)?;
        Ok(Self { fd, received: Cell::new(0) })
    }

    /// The number of signals received so far.
    pub fn received(&self) -> u32 {
        while let Ok(Some(_)) = self.fd.read_signal() {
            self.received.set(self.received.get().saturating_add(1));
        }
        self.received.get()
    }
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// The mask of ignored signals in the text of `/proc/self/status`.
fn ignored(status: &str) -> u64 {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::ignored;

    #[test]
    fn ignored_signals_are_read_from_the_status() {
        assert_eq!(
            ignored("SigBlk:\t0000000000000003\nSigIgn:\t0000000000001006\n"),
            0x1006
        );
        assert_eq!(ignored("Name:\tx\n"), 0);
    }
}
