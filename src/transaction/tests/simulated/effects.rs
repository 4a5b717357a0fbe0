// SPDX-License-Identifier: MIT OR Apache-2.0
//! Locks, signals and time of a simulated machine.

use std::{
    cell::Cell,
    collections::BTreeSet,
    io,
    rc::Rc,
    time::{Duration, Instant},
};

use super::{Lock, Simulated};
use crate::sys::{
    Effects, Events, NetlinkError, lock::Locks, storage::Storage, udev_database::Progress,
};
/// Time passes where it is waited for, and at each look at the clock.
struct Timer(Rc<Cell<Instant>>);

impl Events for Timer {
    fn wait(&self, deadline: Instant, _pause: Duration) -> io::Result<bool> {
        self.0.set(self.0.get().max(deadline));
        Ok(false)
    }
}

impl Effects for Simulated {
    fn storage(&self) -> &dyn Storage {
        self
    }

    fn lock(
        &self,
        names: &BTreeSet<String>,
        _limit: Duration,
        _waiting: &dyn Fn(&str),
    ) -> io::Result<Option<Locks>> {
        assert!(!names.is_empty());
        // The process for requests holds the lock as long as it runs.
        if self.worker.get() {
            return Ok(None);
        }
        // What the former program asked for itself has ended with it.
        self.wait_for(Lock::Rtnl);
        self.wait_for(Lock::Vf);
        self.locked.set(true);
        Ok(Some(Locks::default()))
    }

    fn start_worker(
        &self,
        _locks: &Locks,
        _limit: Duration,
        _waiting: Box<dyn Fn(&str)>,
    ) -> io::Result<()> {
        self.worker.set(true);
        Ok(())
    }

    fn stop_worker(&self) {
        self.worker.set(false);
    }

    fn interrupts(&self) -> u32 {
        self.interrupts.get()
    }

    fn is_stuck(&self) -> bool {
        self.requests.is_stuck()
    }

    fn wait_for_kernel(&self, path: &str) -> io::Result<()> {
        assert!(self.worker.get(), "without an end: {path}");
        assert!(path.ends_with("/sriov_numvfs"), "takes no lock: {path}");
        self.wait_for(Lock::Device);
        self.answers()
    }

    fn events(&self) -> Result<Box<dyn Events>, NetlinkError> {
        Ok(Box::new(Timer(Rc::clone(&self.clock))))
    }

    fn udev_progress(&self, _name: &str, _ifindex: u32) -> Progress {
        Progress::NoUdev
    }

    fn now(&self) -> Instant {
        self.clock.get()
    }
}
