// SPDX-License-Identifier: MIT OR Apache-2.0
//! One netlink socket: a request, its answers, its end.

use std::{cell::Cell, io, thread, time::Duration};

use netlink_packet_core::{
    NLM_F_ACK, NLM_F_DUMP, NLM_F_DUMP_INTR, NLM_F_REQUEST, NLMSG_DONE, NLMSG_ERROR,
    NLMSG_NOOP, NLMSG_OVERRUN, NetlinkBuffer,
};
use netlink_sys::{Socket, SocketAddr};

use super::{Answer, NetlinkError};
use crate::wire::{WireError, extack::Ack};

const HEADER: usize = 16;
/// Longer than what the kernel sends in one piece: 32 KiB of a dump (net/netlink/
/// af_netlink.c, netlink_recvmsg), and less of one object.
const DATAGRAM: usize = 1 << 16;
/// To be told the length of what does not fit (include/linux/socket.h).
const MSG_TRUNC: i32 = 0x20;
/// How often a dump that other changes interrupted is begun again, and the pause
/// before, which grows: half a second in all.
const DUMP_ATTEMPTS: u32 = 14;
const DUMP_PAUSE: Duration = Duration::from_millis(5);

/// A connected socket with extended acknowledgements and strict checking.
pub(super) struct Connection {
    socket: Socket,
    sequence: Cell<u32>,
}

/// How a request ended.
struct End {
    /// The kernel's message.
    message: Option<String>,
    /// Whether objects came or went meanwhile.
    interrupted: bool,
}

impl Connection {
    /// Connects to a netlink protocol (NETLINK_ROUTE, NETLINK_GENERIC).
    pub(super) fn open(protocol: isize) -> io::Result<Self> {
        let socket = Socket::new(protocol)?;
        // Binds it as well, and lets no other process answer.
        socket.connect(&SocketAddr::new(0, 0))?;
        // Kernels without these still work: with fewer words, and unfiltered.
        let _ = socket.set_ext_ack(true);
        let _ = socket.set_cap_ack(true);
        let _ = socket.set_netlink_get_strict_chk(true);
        Ok(Self { socket, sequence: Cell::new(0) })
    }

    /// Sends one request and collects its answers.
    ///
    /// A dump during which objects came or went (NLM_F_DUMP_INTR) may lack some
    /// and is made again; an error where that never ends.
    pub(super) fn ask(
        &self,
        kind: u16,
        dump: bool,
        body: &[u8],
    ) -> Result<Answer, NetlinkError> {
        for attempt in 0..DUMP_ATTEMPTS {
            let mut answer = Answer::default();
            let mut take = |payload: &[u8]| {
                answer.messages.push(payload.to_vec());
                true
            };
            let end = self.ask_once(kind, dump, body, &mut take)?;
            if !end.interrupted {
                answer.message = end.message;
                return Ok(answer);
            }
            log::debug!("a dump was interrupted, asking again");
            thread::sleep(DUMP_PAUSE * attempt);
        }
        Err(NetlinkError::Unsteady)
    }

    #[cfg(feature = "cli")]
    /// Sends one request for a dump and hands its messages over one by one, as long as
    /// they are wanted. What the kernel has not sent by then it does not send, so no
    /// other request can be made on this connection.
    pub(super) fn walk(
        self,
        kind: u16,
        body: &[u8],
        visit: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<(), NetlinkError> {
        self.ask_once(kind, true, body, visit).map(drop)
    }

    fn ask_once(
        &self,
        kind: u16,
        dump: bool,
        body: &[u8],
        visit: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<End, NetlinkError> {
        let sequence = self.sequence.get().wrapping_add(1);
        self.sequence.set(sequence);
        let how = if dump { NLM_F_DUMP } else { NLM_F_ACK };
        self.send(kind, NLM_F_REQUEST | how, sequence, body)?;
        let mut interrupted = false;
        loop {
            let datagram = self.receive()?;
            let mut rest = datagram.as_slice();
            while !rest.is_empty() {
                let message =
                    NetlinkBuffer::new_checked(rest).map_err(WireError::from)?;
                let next =
                    (message.length() as usize).next_multiple_of(4).min(rest.len());
                rest = &rest[next..];
                if message.sequence_number() != sequence {
                    continue;
                }
                let flags = message.flags();
                interrupted |= flags & NLM_F_DUMP_INTR != 0;
                let end = match message.message_type() {
                    NLMSG_NOOP => continue,
                    NLMSG_ERROR => Ack::from_error(message.payload(), flags),
                    NLMSG_DONE => Ack::from_done(message.payload(), flags),
                    NLMSG_OVERRUN => return Err(WireError("data lost".into()).into()),
                    _ if visit(message.payload()) => continue,
                    _ => return Ok(End { message: None, interrupted }),
                };
                if end.errno != 0 {
                    return Err(NetlinkError::Refused(end));
                }
                return Ok(End { message: end.message, interrupted });
            }
        }
    }

    fn send(&self, kind: u16, flags: u16, sequence: u32, body: &[u8]) -> io::Result<()> {
        let mut datagram = vec![0; HEADER];
        datagram.extend_from_slice(body);
        let length = u32::try_from(datagram.len()).map_err(io::Error::other)?;
        let mut header = NetlinkBuffer::new(&mut datagram);
        header.set_length(length);
        header.set_message_type(kind);
        header.set_flags(flags);
        header.set_sequence_number(sequence);
        header.set_port_number(0);
        self.socket.send(&datagram, 0).map(drop)
    }

    /// One datagram. Nothing, where a signal was handled first.
    fn receive(&self) -> io::Result<Vec<u8>> {
        let mut datagram = Vec::with_capacity(DATAGRAM);
        let length = match self.socket.recv(&mut datagram, MSG_TRUNC) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
            length => length?,
        };
        if length > DATAGRAM {
            return Err(io::Error::other(format!("a message of {length} bytes")));
        }
        Ok(datagram)
    }
}
