// SPDX-License-Identifier: MIT OR Apache-2.0
//! The seam between the program and the machine: netlink and sysfs.

use std::io;

#[cfg(feature = "cli")]
use super::netlink::{DUMP_ATTEMPTS, DUMP_PAUSE};
use super::{Host, Messages};
#[cfg(feature = "cli")]
use crate::wire::ethtool;
use crate::{
    model::errno::{
        EACCES, EAFNOSUPPORT, EINVAL, ENOBUFS, ENODEV, ENOENT, EOPNOTSUPP, EPERM,
        EPROTONOSUPPORT, ETIMEDOUT,
    },
    wire::{WireError, devlink, extack::Ack, request_name},
};

/// A netlink request, without what differs between runs: the sequence number and the
/// id of the devlink family.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Question {
    /// A request to rtnetlink.
    Route {
        /// RTM_*.
        kind: u16,
        /// Whether it is a dump.
        dump: bool,
        /// What follows the netlink header.
        body: Vec<u8>,
    },
    /// A request to devlink.
    Devlink {
        /// Whether it is a dump.
        dump: bool,
        /// The generic netlink header and attributes.
        body: Vec<u8>,
    },
    /// A request to ethtool's family, for one object.
    #[cfg(feature = "cli")]
    Ethtool {
        /// The generic netlink header and attributes.
        body: Vec<u8>,
    },
    /// A request for all offloaded IPsec objects of a kind. Answers contain neither
    /// addresses nor keys.
    #[cfg(feature = "cli")]
    Xfrm {
        /// XFRM_MSG_GET*.
        kind: u16,
    },
}

impl Question {
    /// Whether the request only reads.
    pub(super) fn only_asks(&self) -> bool {
        match self {
            // The kind is in the lowest bits (net/core/rtnetlink.c, RTNL_KIND_GET).
            Self::Route { kind, .. } => kind & 3 == 2,
            Self::Devlink { body, .. } => devlink::only_asks(body),
            #[cfg(feature = "cli")]
            Self::Ethtool { body } => ethtool::only_asks(body),
            #[cfg(feature = "cli")]
            Self::Xfrm { .. } => true,
        }
    }

    /// Command and object, for errors and logs.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Route { kind, dump, body } => {
                request_name::of_route(*kind, *dump, body)
            }
            Self::Devlink { dump, body } => request_name::of_devlink(*dump, body),
            #[cfg(feature = "cli")]
            Self::Ethtool { body } => request_name::of_ethtool(body),
            #[cfg(feature = "cli")]
            Self::Xfrm { kind } => request_name::of_xfrm(*kind),
        }
    }
}

/// A netlink request that changes something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A request to rtnetlink.
    Route {
        /// RTM_*.
        kind: u16,
        /// What follows the netlink header.
        body: Vec<u8>,
    },
    /// A request to devlink.
    Devlink {
        /// The generic netlink header and attributes.
        body: Vec<u8>,
    },
    /// A request to ethtool's family.
    #[cfg(feature = "cli")]
    Ethtool {
        /// The generic netlink header and attributes.
        body: Vec<u8>,
    },
}

/// The kernel's answer to a request that succeeded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// The payload of each message.
    pub messages: Messages,
    /// The kernel's message: a success can have one too.
    pub message: Option<String>,
}

/// Why a netlink request has no answer.
#[derive(Debug, thiserror::Error)]
pub enum NetlinkError {
    /// The kernel refused.
    #[error("the kernel refused: {}", crate::error::errno_name(.0.errno))]
    Refused(Ack),
    /// The kernel has no devlink.
    #[error("this kernel has no devlink")]
    NoDevlink,
    /// The socket failed.
    #[error("netlink socket: {0}")]
    Socket(#[from] io::Error),
    /// The kernel dropped the answer for want of room in the socket's buffer.
    #[error(
        "the kernel dropped its answer to {asked}, which does not fit into the \
         socket's buffer; run it as root, or raise net.core.rmem_max"
    )]
    Dropped {
        /// The request.
        asked: String,
    },
    /// The kernel has not answered.
    #[error(
        "the kernel has not answered {asked} within {seconds} s; try again, and check \
         the kernel log (dmesg)"
    )]
    NoAnswer {
        /// The request.
        asked: String,
        /// How long the answer was waited for.
        seconds: u64,
    },
    /// Objects came and went each time they were listed.
    #[error("the list changed each time it was read")]
    Unsteady,
    /// The answer was no netlink message.
    #[error(transparent)]
    Malformed(#[from] WireError),
}

impl NetlinkError {
    /// The kernel's error number, positive.
    #[must_use]
    pub fn errno(&self) -> Option<i32> {
        match self {
            Self::Refused(ack) => Some(ack.errno),
            Self::Socket(error) => error.raw_os_error(),
            Self::Dropped { .. } => Some(ENOBUFS),
            Self::NoAnswer { .. } => Some(ETIMEDOUT),
            Self::NoDevlink | Self::Unsteady | Self::Malformed(_) => None,
        }
    }

    /// Whether the object does not exist, or no longer.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        matches!(self.errno(), Some(ENOENT | ENODEV))
    }

    /// Whether the kernel or the driver does not support the request: a part of the kernel
    /// that is not built in, or an operation that the driver does not implement.
    #[must_use]
    pub fn is_unsupported(&self) -> bool {
        matches!(self, Self::NoDevlink)
            || matches!(
                self.errno(),
                Some(EINVAL | EPROTONOSUPPORT | EOPNOTSUPP | EAFNOSUPPORT)
            )
    }

    /// Whether the error means that there is no such object.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.is_gone() || self.is_unsupported()
    }

    /// Whether the caller lacks a privilege.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        matches!(self.errno(), Some(EPERM | EACCES))
    }
}

/// [`Machine::walk`], repeated while objects come or go. Each attempt begins with a new
/// value.
#[cfg(feature = "cli")]
pub fn walk<T: Default>(
    machine: &dyn Machine,
    kind: u16,
    body: &[u8],
    mut visit: impl FnMut(&mut T, &[u8]) -> bool,
) -> Result<T, NetlinkError> {
    for attempt in 0..DUMP_ATTEMPTS {
        let mut value = T::default();
        match machine.walk(kind, body, &mut |payload| visit(&mut value, payload)) {
            Err(NetlinkError::Unsteady) => std::thread::sleep(DUMP_PAUSE * attempt),
            end => return end.map(|()| value),
        }
    }
    Err(NetlinkError::Unsteady)
}

/// The most that an attribute of sysfs can hold on the machines that have NICs.
const PAGE: usize = 4096;

/// A machine to read from: netlink and sysfs, and the host around them. Paths are
/// relative to the root of sysfs.
pub trait Machine {
    /// The host: everything outside netlink and sysfs.
    fn host(&self) -> &dyn Host;

    /// Asks the kernel over netlink.
    fn ask(&self, question: &Question) -> Result<Answer, NetlinkError>;

    /// Asks rtnetlink for a dump and hands its messages over one by one until the
    /// visitor returns false: for lists that can be long and need not be read whole.
    /// [`NetlinkError::Unsteady`] where objects came or went meanwhile; see [`walk`].
    #[cfg(feature = "cli")]
    fn walk(
        &self,
        kind: u16,
        body: &[u8],
        visit: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<(), NetlinkError>;

    /// Reads at most `most` bytes from the beginning of a file of sysfs. Where the device
    /// is asked for the bytes (configuration space), request no more than is needed.
    fn read(&self, path: &str, most: usize) -> io::Result<Vec<u8>>;

    /// The last component of a symbolic link's target: a driver's name, a
    /// device's address.
    fn link_name(&self, path: &str) -> io::Result<String>;

    /// The real path of a file, relative to the root of sysfs.
    fn real_path(&self, path: &str) -> io::Result<String>;

    /// The names in a folder, sorted.
    fn list(&self, path: &str) -> io::Result<Vec<String>>;

    /// The inode of a folder: tells a folder that was created again from the original.
    fn instance(&self, path: &str) -> Option<u64>;

    /// A file's text without its last newline; none where it cannot be read.
    fn text(&self, path: &str) -> Option<String> {
        let bytes = self.read(path, PAGE).ok()?;
        Some(String::from_utf8_lossy(&bytes).trim_end_matches('\n').to_owned())
    }

    /// A file's decimal number; none where the file cannot be read or has no number.
    fn number(&self, path: &str) -> Option<u32> {
        self.text(path)?.trim().parse().ok()
    }
}

/// A machine that can be changed as well. Neither a replayed capture nor one that is
/// being recorded is one, so whoever has only a [`Machine`] can change nothing.
pub trait Writable: Machine {
    /// The same machine, to read from alone.
    fn machine(&self) -> &dyn Machine;

    /// Makes a netlink request that changes something.
    fn change(&self, change: &Change) -> Result<Answer, NetlinkError>;

    /// Writes a file of sysfs.
    fn write(&self, path: &str, text: &str) -> io::Result<()>;
}
