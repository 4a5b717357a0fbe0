// SPDX-License-Identifier: MIT OR Apache-2.0
//! One netlink socket: a request, its answers, its end.
//!
//! The kernel works on a request within `send`, and on the next part of a dump within
//! `recv`. So when either returns, the answer is in the socket's queue: an empty queue
//! means that the kernel has dropped the answer, and no wait for an answer is long.

use std::{
    cell::{Cell, RefCell},
    io, thread,
    time::{Duration, Instant},
};

use netlink_packet_core::{
    NLM_F_ACK, NLM_F_DUMP, NLM_F_DUMP_INTR, NLM_F_REQUEST, NLMSG_DONE, NLMSG_ERROR,
    NLMSG_NOOP, NLMSG_OVERRUN, NetlinkBuffer,
};
use netlink_sys::{Socket, SocketAddr};

use super::{Answer, NetlinkError, trace};
use crate::{
    model::errno::ENOBUFS,
    wire::{WireError, extack::Ack},
};

const HEADER: usize = 16;
/// Longer than any part of a dump: 32 KiB (net/netlink/af_netlink.c, netlink_recvmsg).
const DATAGRAM: usize = 1 << 16;
/// The longest message that the kernel can allocate is 4 MiB, which it accounts for
/// twice at most. The limit reserves no memory.
#[cfg(feature = "cli")]
const RECEIVE_BUFFER: usize = 1 << 24;
// include/linux/socket.h.
const MSG_PEEK: i32 = 0x02;
const MSG_TRUNC: i32 = 0x20;
const MSG_DONTWAIT: i32 = 0x40;
const ANSWER_LIMIT: Duration = Duration::from_secs(5);
const ANSWER_PAUSE: Duration = Duration::from_millis(2);
/// How often an interrupted dump is repeated, and the pause before each attempt, which
/// grows: half a second in all.
pub(super) const DUMP_ATTEMPTS: u32 = 14;
pub(super) const DUMP_PAUSE: Duration = Duration::from_millis(5);

/// A connected socket with extended acknowledgements and strict checking.
pub(super) struct Connection {
    protocol: isize,
    socket: RefCell<Socket>,
    sequence: Cell<u32>,
    /// How long an answer may be missing before the kernel counts as having dropped it.
    limit: Duration,
}

/// One request.
#[derive(Clone, Copy)]
pub(super) struct Request<'a> {
    /// The message type.
    pub kind: u16,
    /// Whether all objects are asked for.
    pub dump: bool,
    /// What follows the netlink header.
    pub body: &'a [u8],
    /// What is asked, for errors and logs.
    pub name: &'a dyn Fn() -> String,
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
        let socket = RefCell::new(connect(protocol)?);
        Ok(Self { protocol, socket, sequence: Cell::new(0), limit: ANSWER_LIMIT })
    }

    /// Sends one request and collects its answers.
    ///
    /// A dump during which objects came or went (NLM_F_DUMP_INTR) may lack some
    /// and is repeated; an error where that never ends.
    pub(super) fn ask(&self, request: Request) -> Result<Answer, NetlinkError> {
        for attempt in 0..DUMP_ATTEMPTS {
            let mut answer = Answer::default();
            let mut take = |payload: &[u8]| {
                answer.messages.push(payload);
                true
            };
            let end = self.ask_once(request, &mut take).map(|end| {
                answer.message = end.message;
                (answer, end.interrupted)
            });
            let answer = match end {
                Ok((_, true)) if attempt + 1 < DUMP_ATTEMPTS => {
                    log::trace!("netlink: {} -> interrupted", (request.name)());
                    thread::sleep(DUMP_PAUSE * attempt);
                    continue;
                }
                Ok((_, true)) => Err(NetlinkError::Unsteady),
                Ok((answer, false)) => Ok(answer),
                Err(error) => Err(error),
            };
            trace::answer(request.name, &answer);
            return answer;
        }
        Err(NetlinkError::Unsteady)
    }

    /// Sends one request for a dump and hands its messages over one by one, as long as
    /// they are wanted. What the kernel has not sent by then it does not send, so no
    /// other request can be made on this connection. [`NetlinkError::Unsteady`] where
    /// objects came or went before the end.
    #[cfg(feature = "cli")]
    pub(super) fn walk(
        self,
        request: Request,
        visit: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<(), NetlinkError> {
        let mut seen = 0;
        let end = self.ask_once(request, &mut |payload| {
            seen += 1;
            visit(payload)
        });
        let end = match end {
            Ok(End { interrupted: true, .. }) => Err(NetlinkError::Unsteady),
            end => end.map(drop),
        };
        trace::end(request.name, end.as_ref().map(|()| (seen, None)));
        end
    }

    fn ask_once(
        &self,
        request: Request,
        visit: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<End, NetlinkError> {
        let end = self.exchange(request, visit);
        // Parts of the answer may still be in the queue, and the kernel drops answers
        // to further requests until the queue is empty.
        if !matches!(end, Ok(_) | Err(NetlinkError::Refused(_))) {
            self.socket.replace(connect(self.protocol)?);
        }
        end
    }

    fn exchange(
        &self,
        request: Request,
        visit: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<End, NetlinkError> {
        let sequence = self.sequence.get().wrapping_add(1);
        self.sequence.set(sequence);
        self.send(request, sequence)?;
        let mut interrupted = false;
        loop {
            let datagram = self.receive(request)?;
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
                    NLMSG_OVERRUN => return Err(dropped(request)),
                    _ if visit(message.payload()) => continue,
                    // The visitor has seen enough, whatever came or went.
                    _ => return Ok(End { message: None, interrupted: false }),
                };
                if end.errno != 0 {
                    return Err(NetlinkError::Refused(end));
                }
                return Ok(End { message: end.message, interrupted });
            }
        }
    }

    fn send(&self, request: Request, sequence: u32) -> io::Result<()> {
        let mut datagram = vec![0; HEADER];
        datagram.extend_from_slice(request.body);
        let length = u32::try_from(datagram.len()).map_err(io::Error::other)?;
        let mut header = NetlinkBuffer::new(&mut datagram);
        header.set_length(length);
        header.set_message_type(request.kind);
        let how = if request.dump { NLM_F_DUMP } else { NLM_F_ACK };
        header.set_flags(NLM_F_REQUEST | how);
        header.set_sequence_number(sequence);
        header.set_port_number(0);
        self.socket.borrow().send(&datagram, 0).map(drop)
    }

    /// One datagram.
    fn receive(&self, request: Request) -> Result<Vec<u8>, NetlinkError> {
        let length = match request.dump {
            true => DATAGRAM,
            // One object can be of any length.
            false => self.take(request, 0, MSG_PEEK)?.0.max(1),
        };
        let (sent, datagram) = self.take(request, length, 0)?;
        if sent > datagram.len() {
            return Err(dropped(request));
        }
        Ok(datagram)
    }

    /// The true length of the next datagram, and as much of it as `capacity` holds.
    fn take(
        &self,
        request: Request,
        capacity: usize,
        flags: i32,
    ) -> Result<(usize, Vec<u8>), NetlinkError> {
        let deadline = Instant::now() + self.limit;
        loop {
            let mut datagram = Vec::with_capacity(capacity);
            let flags = flags | MSG_TRUNC | MSG_DONTWAIT;
            match self.socket.borrow().recv(&mut datagram, flags) {
                Ok(length) => return Ok((length, datagram)),
                Err(error) if error.raw_os_error() == Some(ENOBUFS) => {
                    return Err(dropped(request));
                }
                Err(error) => match error.kind() {
                    io::ErrorKind::Interrupted => continue,
                    io::ErrorKind::WouldBlock if Instant::now() < deadline => {
                        thread::sleep(ANSWER_PAUSE);
                    }
                    io::ErrorKind::WouldBlock => return Err(self.missing(request)),
                    _ => return Err(error.into()),
                },
            }
        }
    }

    fn missing(&self, request: Request) -> NetlinkError {
        NetlinkError::NoAnswer { asked: (request.name)(), seconds: self.limit.as_secs() }
    }
}

fn dropped(request: Request) -> NetlinkError {
    NetlinkError::Dropped { asked: (request.name)() }
}

fn connect(protocol: isize) -> io::Result<Socket> {
    let socket = Socket::new(protocol)?;
    // Binds it as well, and lets no other process answer.
    socket.connect(&SocketAddr::new(0, 0))?;
    // Kernels without these still work: with fewer words, and unfiltered.
    let _ = socket.set_ext_ack(true);
    let _ = socket.set_cap_ack(true);
    let _ = socket.set_netlink_get_strict_chk(true);
    #[cfg(feature = "cli")]
    enlarge(&socket);
    Ok(socket)
}

/// Makes room for the longest answer: with thousands of VFs the list of their settings
/// is longer than the default of 208 KiB. Beyond net.core.rmem_max it takes CAP_NET_ADMIN.
#[cfg(feature = "cli")]
fn enlarge(socket: &Socket) {
    use rustix::net::sockopt;
    if sockopt::set_socket_recv_buffer_size_force(socket, RECEIVE_BUFFER).is_err() {
        let _ = sockopt::set_socket_recv_buffer_size(socket, RECEIVE_BUFFER);
    }
}

#[cfg(test)]
mod tests {
    use netlink_sys::protocols::NETLINK_ROUTE;

    use super::*;
    use crate::wire::link;

    fn loopback(connection: &Connection) -> Result<Answer, NetlinkError> {
        let body = link::get(1);
        let name = || "the loopback interface".to_owned();
        let request =
            Request { kind: link::GETLINK, dump: false, body: &body, name: &name };
        connection.ask(request)
    }

    #[test]
    fn an_answer_that_the_kernel_drops_is_noticed_and_harms_no_further_request() {
        let connection = Connection::open(NETLINK_ROUTE).unwrap();
        // The kernel queues one message of any length, and drops what comes behind.
        rustix::net::sockopt::set_socket_recv_buffer_size(
            &*connection.socket.borrow(),
            1,
        )
        .unwrap();
        let error = loopback(&connection).unwrap_err();
        assert!(matches!(&error, NetlinkError::Dropped { .. }), "{error}");
        assert!(error.to_string().contains("the loopback interface"), "{error}");
        let answer = loopback(&connection).unwrap();
        assert_eq!(link::parse(answer.messages.first().unwrap()).unwrap().name, "lo");
    }

    #[test]
    fn an_answer_that_never_comes_is_given_up() {
        let mut connection = Connection::open(NETLINK_ROUTE).unwrap();
        connection.limit = Duration::from_millis(50);
        // The kernel answers a control message only where an acknowledgement is asked for.
        let name = || "nothing".to_owned();
        let request = Request { kind: NLMSG_NOOP, dump: true, body: &[], name: &name };
        let error = connection.ask(request).unwrap_err();
        assert!(matches!(error, NetlinkError::NoAnswer { .. }), "{error}");
        assert!(loopback(&connection).is_ok());
    }
}
