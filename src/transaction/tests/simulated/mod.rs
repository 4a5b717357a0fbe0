// SPDX-License-Identifier: MIT OR Apache-2.0
//! A machine with a simulated card, that can be told to fail. It answers the same
//! questions as a live one, in the kernel's bytes.

mod changes;
mod effects;
mod fault;
mod host;
mod machine;
mod netlink;
mod requests;
mod storage;

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    io, panic,
    rc::Rc,
    time::Instant,
};

use fault::Fate;
pub use fault::{Effect, Fault, Killed};
use requests::{Lock, Requests};

use super::card::{Answer as Done, Card, Face};
use crate::{model::errno, sys::NetlinkError, wire::extack::Ack};

/// The index of the port of SF 0.
const FIRST_SF: u32 = 0x8000;

pub struct Simulated {
    pub card: RefCell<Card>,
    pub files: RefCell<BTreeMap<String, String>>,
    pub boot: RefCell<String>,
    pub log: RefCell<Vec<Effect>>,
    pub faults: RefCell<Vec<Fault>>,
    pub requests: Requests,
    clock: Rc<Cell<Instant>>,
    interrupts: Cell<u32>,
    locked: Cell<bool>,
    worker: Cell<bool>,
}

impl Simulated {
    pub fn new(face: Face) -> Self {
        Self::with(Card::new(face), BTreeMap::new())
    }

    pub fn with(card: Card, files: BTreeMap<String, String>) -> Self {
        Self {
            card: RefCell::new(card),
            files: RefCell::new(files),
            boot: RefCell::new("this".into()),
            log: RefCell::default(),
            faults: RefCell::default(),
            requests: Requests::default(),
            clock: Rc::new(Cell::new(Instant::now())),
            interrupts: Cell::new(0),
            locked: Cell::new(false),
            worker: Cell::new(false),
        }
    }

    /// The same machine, with other faults and nothing logged. No request is under way.
    pub fn copy(&self, faults: &[Fault]) -> Self {
        let copy = Self::with(self.card.borrow().clone(), self.files.borrow().clone());
        copy.boot.replace(self.boot.borrow().clone());
        copy.faults.replace(faults.to_vec());
        copy
    }

    /// The program begins anew on the same machine, where a request can be under way.
    pub fn restart(&self, faults: &[Fault]) {
        self.log.borrow_mut().clear();
        self.faults.replace(faults.to_vec());
        self.requests.answered();
        self.interrupts.set(0);
        self.locked.set(false);
        self.worker.set(false);
    }

    pub fn has_journal(&self) -> bool {
        self.files.borrow().keys().any(|name| name.starts_with("journal/"))
    }

    /// What becomes of the next effect.
    fn fate(&self, disk: bool, what: String) -> Fate {
        let mut log = self.log.borrow_mut();
        let number = log.len();
        let grows = what.starts_with("write") || what.starts_with("append");
        log.push(Effect { disk, what });
        drop(log);
        let mut fate = Fate::Happens;
        for fault in self.faults.borrow().iter() {
            fate = match *fault {
                Fault::KillBefore(at) if at == number => die(),
                Fault::KillIn(at) if at == number => Fate::UnderWay { ends: true },
                Fault::KillInEndless(at) if at == number => {
                    Fate::UnderWay { ends: false }
                }
                Fault::Torn(at, bytes) if at == number => Fate::Torn(bytes),
                Fault::Refuse(at) if at == number => Fate::Refused,
                Fault::Break(at) if at == number => Fate::Breaks,
                Fault::Late(at) if at == number => Fate::Late,
                Fault::Ignore(at) if at == number => Fate::Ignored,
                Fault::RefuseFrom(at) if at <= number && !disk => Fate::Refused,
                Fault::Full(at, bytes) if at <= number && disk && grows => {
                    Fate::CutOff(bytes)
                }
                Fault::Interrupt(at) if at == number => {
                    self.interrupts.set(self.interrupts.get() + 1);
                    fate
                }
                _ => fate,
            };
        }
        fate
    }

    fn done(&self) {
        let number = self.log.borrow().len() - 1;
        if self.faults.borrow().contains(&Fault::KillAfter(number)) {
            die();
        }
    }

    /// Makes an effect on the card; the request holds the lock for as long as it lasts.
    fn on_card(
        &self,
        lock: Lock,
        what: String,
        act: impl FnOnce(&mut Card) -> Done + 'static,
    ) -> Done {
        assert!(self.locked.get(), "without a lock: {what}");
        self.wait_for(lock);
        let failed = Err((errno::EIO, None));
        let result = match self.fate(false, what) {
            _ if lock != Lock::Rtnl && self.requests.is_stuck() => failed,
            Fate::Happens => act(&mut self.card.borrow_mut()),
            Fate::Refused => failed,
            Fate::Breaks => self.card.borrow_mut().fail_in_switch(),
            Fate::Late => act(&mut self.card.borrow_mut()).and(failed),
            Fate::Ignored => Ok(()),
            Fate::UnderWay { ends } => {
                self.requests.begin(lock, ends, |card| {
                    let _ = act(card);
                });
                die()
            }
            Fate::Torn(_) | Fate::CutOff(_) => unreachable!("of the disk"),
        };
        self.done();
        result
    }

    /// Makes an effect on the disk; of a line that is cut off, `part` writes the first
    /// bytes.
    fn on_disk(
        &self,
        what: String,
        act: impl FnOnce(&mut BTreeMap<String, String>) -> io::Result<()>,
        part: impl FnOnce(&mut BTreeMap<String, String>, usize),
    ) -> io::Result<()> {
        assert!(self.locked.get(), "without a lock: {what}");
        let result = match self.fate(true, what) {
            Fate::Refused => Err(io::Error::from_raw_os_error(errno::EIO)),
            Fate::Torn(bytes) => {
                part(&mut self.files.borrow_mut(), bytes);
                die()
            }
            Fate::CutOff(bytes) => {
                part(&mut self.files.borrow_mut(), bytes);
                Err(io::Error::from_raw_os_error(errno::ENOSPC))
            }
            _ => act(&mut self.files.borrow_mut()),
        };
        self.done();
        result
    }
}

fn die() -> ! {
    panic::resume_unwind(Box::new(Killed))
}

fn refused(errno: i32, message: Option<&str>) -> NetlinkError {
    NetlinkError::Refused(Ack { errno, message: message.map(Into::into) })
}

fn absent() -> io::Error {
    io::ErrorKind::NotFound.into()
}
