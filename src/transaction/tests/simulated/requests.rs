// SPDX-License-Identifier: MIT OR Apache-2.0
//! Requests that the kernel of a simulated machine has not finished: the program that
//! made them was killed.
//!
//! On a live machine the locks of a change last as long as its requests do. Here they end
//! with the program, as if the request were another program's. So what waits for the
//! kernel is what must be enough.

use std::{
    cell::{Cell, RefCell},
    io,
};

use super::{Card, Simulated};

/// What a request holds in the kernel while it lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    /// The lock of the PCI function, which reading `sriov_numvfs` takes too.
    Device,
    /// The lock of the devlink instance, which each devlink request takes.
    Devlink,
    /// The lock of a VF.
    Vf,
    /// RTNL. The program makes such a request itself, and lives as long.
    Rtnl,
}

struct Request {
    lock: Lock,
    ends: bool,
    act: Box<dyn FnOnce(&mut Card)>,
}

#[derive(Default)]
pub struct Requests {
    under_way: RefCell<Option<Request>>,
    /// Whether the program has waited in vain, and so makes no further request.
    stuck: Cell<bool>,
}

impl Requests {
    pub(super) fn begin(
        &self,
        lock: Lock,
        ends: bool,
        act: impl FnOnce(&mut Card) + 'static,
    ) {
        self.under_way.replace(Some(Request { lock, ends, act: Box::new(act) }));
    }

    pub(super) fn is_stuck(&self) -> bool {
        self.stuck.get()
    }

    /// A new program asks the kernel afresh.
    pub(super) fn answered(&self) {
        self.stuck.set(false);
    }

    /// Whether a request holds that lock.
    pub(super) fn hold(&self, lock: Lock) -> bool {
        self.under_way.borrow().as_ref().is_some_and(|request| request.lock == lock)
    }

    /// From now on the kernel finishes the request that was endless.
    pub fn end(&self) {
        if let Some(request) = self.under_way.borrow_mut().as_mut() {
            request.ends = true;
        }
    }
}

impl Simulated {
    /// Waits for the request that holds a lock, in vain where it never ends.
    pub(super) fn wait_for(&self, lock: Lock) {
        if !self.requests.hold(lock) {
            return;
        }
        let ends = |request: &mut Request| request.ends;
        match self.requests.under_way.borrow_mut().take_if(ends) {
            Some(request) => (request.act)(&mut self.card.borrow_mut()),
            None => self.requests.stuck.set(true),
        }
    }

    /// An error where the program has waited in vain.
    pub(super) fn answers(&self) -> io::Result<()> {
        match self.requests.is_stuck() {
            true => Err(io::ErrorKind::TimedOut.into()),
            false => Ok(()),
        }
    }
}
