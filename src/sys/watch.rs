// SPDX-License-Identifier: MIT OR Apache-2.0
//! Waiting for something to happen to netdevs: rtnetlink's, devlink's and
//! udev's events together.
//!
//! Events only wake the waiter, which then reads the state. A lost or unreadable event
//! costs no more than the time until the next one.

use std::{
    io,
    os::fd::{AsFd as _, OwnedFd},
    time::{Duration, Instant},
};

use netlink_sys::{
    Socket,
    protocols::{NETLINK_GENERIC, NETLINK_ROUTE},
};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use udev::{MonitorBuilder, MonitorSocket};

use super::{Events, Live, NetlinkError};

/// How long events are collected after the first one, so that representors that appear
/// together are handled together.
const BATCH: Duration = Duration::from_millis(40);
pub(super) const RTNLGRP_LINK: u32 = 1;

/// Open subscriptions to all events about netdevs.
pub struct Watch {
    links: Socket,
    devlink: Option<Socket>,
    udev: Option<MonitorSocket>,
    interrupts: Option<OwnedFd>,
}

impl Watch {
    /// Subscribes. To miss nothing, subscribe before reading the state.
    pub fn open(machine: &Live) -> Result<Self, NetlinkError> {
        let group = machine.devlink_group().ok().flatten();
        let udev = || MonitorBuilder::new()?.match_subsystem("net")?.listen();
        Ok(Self {
            links: subscribe(NETLINK_ROUTE, RTNLGRP_LINK)?,
            devlink: group.map(|group| subscribe(NETLINK_GENERIC, group)).transpose()?,
            udev: udev().inspect_err(|e| log::debug!("no events of udev: {e}")).ok(),
            interrupts: interrupts_of(machine)?,
        })
    }

    /// Waits for events and consumes them. An interrupt is left for others to read.
    fn until(&self, deadline: Instant) -> io::Result<Woken> {
        let netlink = [Some(&self.links), self.devlink.as_ref()];
        let netlink: Vec<&Socket> = netlink.into_iter().flatten().collect();
        let fds = netlink.iter().map(|socket| socket.as_fd());
        let fds = fds.chain(self.udev.iter().map(|socket| socket.as_fd()));
        let fds = fds.chain(self.interrupts.iter().map(|fd| fd.as_fd()));
        let mut fds: Vec<PollFd> =
            fds.map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)).collect();
        let left = deadline.saturating_duration_since(Instant::now());
        let timeout = Timespec::try_from(left).map_err(io::Error::other)?;
        let ready = match poll(&mut fds, Some(&timeout)) {
            Err(rustix::io::Errno::INTR) => return Ok(Woken::ByEvents),
            ready => ready? > 0,
        };
        let interrupt = self.interrupts.as_ref().and(fds.last());
        if interrupt.is_some_and(|fd| !fd.revents().is_empty()) {
            return Ok(Woken::ByInterrupt);
        }
        if !ready {
            return Ok(Woken::Late);
        }
        for socket in netlink {
            while socket.recv_from_full().is_ok() {}
        }
        if let Some(udev) = &self.udev {
            udev.iter().for_each(drop);
        }
        Ok(Woken::ByEvents)
    }
}

impl Events for Watch {
    fn wait(&self, deadline: Instant, pause: Duration) -> io::Result<bool> {
        let mut woken = self.until(deadline)?;
        if woken == Woken::ByEvents {
            let batch = Instant::now() + BATCH.max(pause);
            while woken == Woken::ByEvents {
                woken = self.until(batch)?;
            }
            return Ok(true);
        }
        Ok(woken == Woken::ByInterrupt)
    }
}

/// What becomes readable with the next ending signal.
fn interrupts_of(machine: &Live) -> io::Result<Option<OwnedFd>> {
    let worker = machine.worker.borrow();
    worker.as_ref().map(|w| w.signals().as_fd().try_clone_to_owned()).transpose()
}

/// What ended a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Woken {
    ByEvents,
    ByInterrupt,
    Late,
}

pub(super) fn subscribe(protocol: isize, group: u32) -> io::Result<Socket> {
    let mut socket = Socket::new(protocol)?;
    socket.bind_auto()?;
    socket.set_non_blocking(true)?;
    socket.add_membership(group)?;
    Ok(socket)
}
