// SPDX-License-Identifier: MIT OR Apache-2.0
//! A separate process for requests to the kernel that can take minutes, or for ever.
//!
//! The process makes one request after the other, in its own process group, with all
//! ending signals blocked, and holds the locks of the change as well. So a request
//! continues when the command is interrupted or killed, the locks last as long as the
//! request does, and the command can stop waiting for the request.

use std::{
    cell::{Cell, RefCell},
    io::{self, BufRead as _, ErrorKind, Read as _, Write as _},
    os::{fd::AsFd as _, unix::process::CommandExt as _},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde::{Deserialize, Serialize};

use super::{
    Answer, Live, Machine as _, NetlinkError, Writable as _, lock::Locks,
    signals::Signals,
};
use crate::wire::{WireError, extack::Ack};

/// The argument that starts the program as this process.
pub const ARGUMENT: &str = "--kernel-requests";

/// A wait is waiting after so long, and then again and again.
const NOTICE: Duration = Duration::from_secs(10);

/// A request to the kernel.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Request {
    /// A write to a file of sysfs.
    Write(String, String),
    /// The beginning of a file of sysfs.
    Read(String, usize),
    /// A request to devlink.
    Devlink { dump: bool, body: Vec<u8> },
}

#[derive(Debug, Serialize, Deserialize)]
enum Reply {
    Done(Vec<Vec<u8>>, Option<String>),
    Refused(i32, Option<String>),
    NoDevlink,
    Unsteady,
    Dropped(String),
    NoAnswer(String, u64),
    Errno(i32),
    Other(String),
}

/// Why no request can be made any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stuck {
    /// The kernel has not answered within the limit.
    Kernel(Duration),
    /// A second signal came while the kernel was at it.
    Signals,
    /// The process has ended.
    Gone,
}

/// The process, and how long it is waited for.
pub(super) struct Worker {
    child: RefCell<Child>,
    input: RefCell<Option<ChildStdin>>,
    output: RefCell<ChildStdout>,
    signals: Signals,
    limit: Duration,
    waiting: Box<dyn Fn(&str)>,
    stuck: Cell<Option<Stuck>>,
}

impl Worker {
    /// Starts the process; `waiting` is called with what is waited for.
    pub(super) fn start(
        locks: &Locks,
        limit: Duration,
        waiting: Box<dyn Fn(&str)>,
    ) -> io::Result<Self> {
        let signals = Signals::block()?;
        locks.inherit()?;
        let mut child = Command::new("/proc/self/exe")
            .arg0("swdevctl")
            .arg(ARGUMENT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take())
        else {
            return Err(ErrorKind::BrokenPipe.into());
        };
        Ok(Self {
            child: RefCell::new(child),
            input: RefCell::new(Some(input)),
            output: RefCell::new(output),
            signals,
            limit,
            waiting,
            stuck: Cell::new(None),
        })
    }

    /// How many ending signals have come.
    pub(super) fn interrupts(&self) -> u32 {
        self.signals.received()
    }

    pub(super) fn signals(&self) -> &Signals {
        &self.signals
    }

    pub(super) fn stuck(&self) -> Option<Stuck> {
        self.stuck.get()
    }

    /// Writes a file of sysfs.
    pub(super) fn write(&self, path: &str, text: &str) -> io::Result<()> {
        let request = Request::Write(path.to_owned(), text.to_owned());
        self.exchange(&request, &format!("take the write to {path}"))
            .map(drop)
            .map_err(plain)
    }

    /// Reads the beginning of a file of sysfs.
    pub(super) fn read(&self, path: &str, most: usize) -> io::Result<Vec<u8>> {
        let request = Request::Read(path.to_owned(), most);
        let answer = self.exchange(&request, &format!("answer the read of {path}"));
        let messages = answer.map_err(plain)?.messages;
        Ok(messages.first().map(<[u8]>::to_vec).unwrap_or_default())
    }

    /// Asks devlink.
    pub(super) fn devlink(
        &self,
        dump: bool,
        body: &[u8],
    ) -> Result<Answer, NetlinkError> {
        let request = Request::Devlink { dump, body: body.to_vec() };
        self.exchange(&request, "finish the devlink request")
    }

    fn exchange(&self, request: &Request, what: &str) -> Result<Answer, NetlinkError> {
        if let Some(stuck) = self.stuck.get() {
            return Err(stuck.error().into());
        }
        let line = serde_json::to_string(request).map_err(io::Error::other)? + "\n";
        let sent = match self.input.borrow_mut().as_mut() {
            Some(input) => input.write_all(line.as_bytes()),
            None => Err(ErrorKind::BrokenPipe.into()),
        };
        let reply = sent.map_err(|_| Stuck::Gone).and_then(|()| self.wait(what));
        match reply {
            Ok(reply) => reply.into_answer(),
            Err(stuck) => {
                self.stuck.set(Some(stuck));
                Err(stuck.error().into())
            }
        }
    }

    /// Waits for the line of an answer.
    fn wait(&self, what: &str) -> Result<Reply, Stuck> {
        let began = Instant::now();
        let mut notice = NOTICE;
        let mut interrupts = self.interrupts();
        let mut line = Vec::new();
        loop {
            let waited = began.elapsed();
            if waited >= self.limit {
                return Err(Stuck::Kernel(self.limit));
            }
            if waited >= notice {
                let seconds = waited.as_secs();
                (self.waiting)(&format!(
                    "waiting for the kernel to {what} ({seconds} s)"
                ));
                notice += NOTICE.max(notice);
            }
            if self.readable(notice.min(self.limit).saturating_sub(waited))? {
                let mut bytes = [0; 1 << 16];
                let length =
                    self.output.borrow_mut().read(&mut bytes).map_err(|_| Stuck::Gone)?;
                if length == 0 {
                    return Err(Stuck::Gone);
                }
                line.extend_from_slice(&bytes[..length]);
                if line.last() == Some(&b'\n') {
                    return serde_json::from_slice(&line).map_err(|_| Stuck::Gone);
                }
            }
            let now = self.interrupts();
            if now > interrupts && now > 1 {
                return Err(Stuck::Signals);
            } else if now > interrupts {
                (self.waiting)(
                    "interrupted: stopping when the kernel has finished this step; interrupt again to leave at once",
                );
            }
            interrupts = now;
        }
    }

    /// Whether an answer begins to come; false for a signal, or when the time is over.
    fn readable(&self, limit: Duration) -> Result<bool, Stuck> {
        let output = self.output.borrow();
        let mut fds = [
            PollFd::from_borrowed_fd(output.as_fd(), PollFlags::IN),
            PollFd::from_borrowed_fd(self.signals.as_fd(), PollFlags::IN),
        ];
        let limit = Timespec::try_from(limit).map_err(|_| Stuck::Gone)?;
        match poll(&mut fds, Some(&limit)) {
            Err(rustix::io::Errno::INTR) => Ok(false),
            Err(_) => Err(Stuck::Gone),
            Ok(_) => Ok(!fds[0].revents().is_empty()),
        }
    }
}

impl Drop for Worker {
    /// The process ends when nothing more is asked of it. One that the kernel keeps is
    /// left to it.
    fn drop(&mut self) {
        self.input.take();
        if self.stuck.get().is_none() {
            let _ = self.child.borrow_mut().wait();
        }
    }
}

impl Stuck {
    fn error(self) -> io::Error {
        match self {
            Self::Kernel(limit) => io::Error::new(
                ErrorKind::TimedOut,
                format!("the kernel has not finished within {} s", limit.as_secs()),
            ),
            Self::Signals => {
                io::Error::other("interrupted twice, before the kernel had finished")
            }
            Self::Gone => io::Error::other("the process that asks the kernel has ended"),
        }
    }
}

impl Reply {
    fn into_answer(self) -> Result<Answer, NetlinkError> {
        Err(match self {
            Self::Done(messages, message) => {
                let messages = messages.into_iter().collect();
                return Ok(Answer { messages, message });
            }
            Self::Refused(errno, message) => {
                NetlinkError::Refused(Ack { errno, message })
            }
            Self::NoDevlink => NetlinkError::NoDevlink,
            Self::Unsteady => NetlinkError::Unsteady,
            Self::Dropped(asked) => NetlinkError::Dropped { asked },
            Self::NoAnswer(asked, seconds) => NetlinkError::NoAnswer { asked, seconds },
            Self::Errno(errno) => io::Error::from_raw_os_error(errno).into(),
            Self::Other(text) => WireError(text).into(),
        })
    }
}

impl From<NetlinkError> for Reply {
    fn from(error: NetlinkError) -> Self {
        match error {
            NetlinkError::Refused(Ack { errno, message }) => {
                Self::Refused(errno, message)
            }
            NetlinkError::NoDevlink => Self::NoDevlink,
            NetlinkError::Unsteady => Self::Unsteady,
            NetlinkError::Dropped { asked } => Self::Dropped(asked),
            NetlinkError::NoAnswer { asked, seconds } => Self::NoAnswer(asked, seconds),
            NetlinkError::Socket(error) => error.into(),
            NetlinkError::Malformed(WireError(text)) => Self::Other(text),
        }
    }
}

impl From<io::Error> for Reply {
    fn from(error: io::Error) -> Self {
        error.raw_os_error().map_or_else(|| Self::Other(error.to_string()), Self::Errno)
    }
}

/// The error of a file, from one of netlink's kind.
fn plain(error: NetlinkError) -> io::Error {
    match error {
        NetlinkError::Socket(error) => error,
        other => io::Error::other(other.to_string()),
    }
}

/// What the process does: a line asks, a line answers, until nobody asks any more.
pub fn serve() -> io::Result<()> {
    let machine = Live::new();
    for line in io::stdin().lock().lines() {
        let reply = match serde_json::from_str(&line?)? {
            Request::Write(path, text) => match machine.write(&path, &text) {
                Ok(()) => Reply::Done(Vec::new(), None),
                Err(error) => error.into(),
            },
            Request::Read(path, most) => match machine.read(&path, most) {
                Ok(bytes) => Reply::Done(vec![bytes], None),
                Err(error) => error.into(),
            },
            Request::Devlink { dump, body } => match machine.devlink(dump, &body) {
                Ok(Answer { messages, message }) => {
                    let messages = messages.iter().map(<[u8]>::to_vec).collect();
                    Reply::Done(messages, message)
                }
                Err(error) => error.into(),
            },
        };
        let reply = serde_json::to_string(&reply)? + "\n";
        io::stdout().write_all(reply.as_bytes())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_the_same_on_the_other_side() {
        let there_and_back = |reply: Reply| {
            let text = serde_json::to_string(&reply).unwrap();
            serde_json::from_str::<Reply>(&text).unwrap().into_answer()
        };
        let refused =
            NetlinkError::Refused(Ack { errno: 16, message: Some("busy".into()) });
        let error = there_and_back(refused.into()).unwrap_err();
        assert!(matches!(&error, NetlinkError::Refused(ack) if ack.errno == 16));
        let error = there_and_back(io::Error::from_raw_os_error(5).into()).unwrap_err();
        assert_eq!(plain(error).raw_os_error(), Some(5));
        let done = Reply::Done(vec![vec![0, 255]], Some("so".into()));
        let answer = there_and_back(done).unwrap();
        assert_eq!(
            (answer.messages, answer.message.as_deref()),
            ([[0, 255]].into_iter().collect(), Some("so"))
        );
    }
}
