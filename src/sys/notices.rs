// SPDX-License-Identifier: MIT OR Apache-2.0
//! Events of the kernel that are a reason to read the inventory again: of rtnetlink,
//! devlink and the driver core.
//!
//! What an event says is not used, but for leaving out netdevs that are no concern: the
//! kernel drops events under load, and none tells all that changes with it.

use std::{
    io,
    os::fd::{AsFd as _, BorrowedFd},
    time::{Duration, Instant},
};

use netlink_packet_core::NetlinkBuffer;
use netlink_sys::{
    Socket,
    protocols::{NETLINK_GENERIC, NETLINK_ROUTE},
};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use udev::{MonitorBuilder, MonitorSocket};

use super::{
    Live, NetlinkError,
    signals::Signals,
    watch::{RTNLGRP_LINK, subscribe},
};
use crate::{model::Link, wire::link};

/// What ended a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// Something may have changed.
    Changed,
    /// The time came, and nothing has changed that the kernel tells of.
    Nothing,
    /// An ending signal, or the reader of the output has gone.
    Ended,
}

/// Subscriptions to events, and ending signals.
pub struct Notices {
    links: Socket,
    devlink: Option<Socket>,
    devices: Option<MonitorSocket>,
    signals: Signals,
}

impl Notices {
    /// Subscribes, and blocks ending signals until the process ends. To miss nothing,
    /// subscribe before reading the state.
    pub fn open(machine: &Live) -> Result<Self, NetlinkError> {
        // Buses of devices and functions, and what is attached to functions.
        const SUBSYSTEMS: [&str; 5] =
            ["pci", "auxiliary", "netdevsim", "infiniband", "vdpa"];
        let group = machine.devlink_group().ok().flatten();
        let devices = || {
            let mut builder = MonitorBuilder::new_kernel()?;
            for subsystem in SUBSYSTEMS {
                builder = builder.match_subsystem(subsystem)?;
            }
            builder.listen()
        };
        Ok(Self {
            links: subscribe(NETLINK_ROUTE, RTNLGRP_LINK)?,
            devlink: group.map(|group| subscribe(NETLINK_GENERIC, group)).transpose()?,
            devices: devices()
                .inspect_err(|e| log::debug!("no events of devices: {e}"))
                .ok(),
            signals: Signals::block()?,
        })
    }

    /// Waits until something may have changed, at most until the deadline. Of links, only
    /// those count that are a concern. `output` is watched for its reader.
    pub fn wait(
        &self,
        deadline: Instant,
        output: BorrowedFd,
        concerns: &dyn Fn(&Link) -> bool,
    ) -> io::Result<Notice> {
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let events =
                [Some(self.links.as_fd()), self.devlink.as_ref().map(Socket::as_fd)];
            let devices = self.devices.as_ref().map(|devices| devices.as_fd());
            let events = events.into_iter().chain([devices]).flatten();
            let mut fds = vec![
                PollFd::from_borrowed_fd(self.signals.as_fd(), PollFlags::IN),
                PollFd::from_borrowed_fd(output, PollFlags::empty()),
            ];
            fds.extend(events.map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)));
            if poll_until(&mut fds, Some(left))? == 0 {
                return Ok(Notice::Nothing);
            }
            if fds[..2].iter().any(|fd| !fd.revents().is_empty()) {
                return Ok(Notice::Ended);
            }
            drop(fds);
            if self.consume(concerns) {
                return Ok(Notice::Changed);
            }
        }
    }

    /// Waits until output can be written. False where an ending signal comes first, or
    /// the reader has gone.
    pub fn is_writable(&self, output: BorrowedFd) -> io::Result<bool> {
        let mut fds = [
            PollFd::from_borrowed_fd(self.signals.as_fd(), PollFlags::IN),
            PollFd::from_borrowed_fd(output, PollFlags::OUT),
        ];
        while poll_until(&mut fds, None)? == 0 {}
        let gone = PollFlags::ERR | PollFlags::NVAL;
        Ok(fds[0].revents().is_empty() && !fds[1].revents().intersects(gone))
    }

    /// Takes all events there are; whether any of them is a concern, or was dropped.
    fn consume(&self, concerns: &dyn Fn(&Link) -> bool) -> bool {
        let mut changed = drain(&self.links, &|datagram| is_concern(datagram, concerns));
        if let Some(devlink) = &self.devlink {
            changed |= drain(devlink, &|_| true);
        }
        if let Some(devices) = &self.devices {
            changed |= devices.iter().count() > 0;
        }
        changed
    }
}

/// The number of files that are ready; an interrupted wait counts as none.
fn poll_until(fds: &mut [PollFd], left: Option<Duration>) -> io::Result<usize> {
    let left = left.map(Timespec::try_from).transpose().map_err(io::Error::other)?;
    match poll(fds, left.as_ref()) {
        Err(rustix::io::Errno::INTR) => Ok(0),
        ready => Ok(ready?),
    }
}

/// Takes all events of a socket; whether any counts, or the kernel has dropped any.
fn drain(socket: &Socket, counts: &dyn Fn(&[u8]) -> bool) -> bool {
    let mut changed = false;
    loop {
        match socket.recv_from_full() {
            Ok((datagram, _)) => changed |= counts(&datagram),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return changed,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // ENOBUFS: they did not fit into the socket's buffer.
            Err(error) => {
                log::debug!("events: {error}: reading all again");
                changed = true;
                if error.raw_os_error() != Some(crate::model::errno::ENOBUFS) {
                    return true;
                }
            }
        }
    }
}

/// Whether a datagram has a link that is a concern, or anything that is none.
fn is_concern(datagram: &[u8], concerns: &dyn Fn(&Link) -> bool) -> bool {
    let mut rest = datagram;
    while !rest.is_empty() {
        let Ok(message) = NetlinkBuffer::new_checked(rest) else { return true };
        match link::parse(message.payload()) {
            Ok(link) if !concerns(&link) => {}
            _ => return true,
        }
        let next = (message.length() as usize).next_multiple_of(4).min(rest.len());
        rest = &rest[next..];
    }
    false
}
