// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a change needs of a machine beside reading it and writing to it: its journal's
//! storage, locks, signals, events and the time. [`Live`] is the only machine that has
//! them; in the tests of `transaction` a simulated one stands in for it.

use std::{
    collections::BTreeSet,
    io,
    time::{Duration, Instant},
};

use super::{
    Live, Machine as _, NetlinkError, Writable,
    lock::{self, Locks},
    storage::{RUN, Storage},
    udev_database,
    watch::Watch,
    worker::Worker,
};

/// A machine on which a change can be made.
pub trait Effects: Writable {
    /// Where journals and the like are kept.
    fn storage(&self) -> &dyn Storage;

    /// Takes locks, and waits at most `limit` for other holders; none after that time.
    fn lock(
        &self,
        names: &BTreeSet<String>,
        limit: Duration,
        waiting: &dyn Fn(&str),
    ) -> io::Result<Option<Locks>>;

    /// Starts a process that makes the long requests from now on and holds these locks as
    /// well, and blocks ending signals. A request is given up after `limit`; `waiting` is
    /// called with a description of what is waited for.
    fn start_worker(
        &self,
        locks: &Locks,
        limit: Duration,
        waiting: Box<dyn Fn(&str)>,
    ) -> io::Result<()>;

    /// Ends that process, and with it its hold on the locks. One that the kernel keeps is
    /// left to it.
    fn stop_worker(&self);

    /// The number of ending signals received since they were blocked.
    fn interrupts(&self) -> u32;

    /// Whether no request is possible any more: the kernel has not answered one in time, or
    /// the process for requests has ended.
    fn is_stuck(&self) -> bool;

    /// Waits for requests of other processes to a device, by reading a file of sysfs that
    /// takes the device's lock.
    fn wait_for_kernel(&self, path: &str) -> io::Result<()>;

    /// Subscribes to events. To miss nothing, subscribe before reading the state.
    fn events(&self) -> Result<Box<dyn Events>, NetlinkError>;

    /// Progress of udev with the netdev of that name and index.
    fn udev_progress(&self, name: &str, ifindex: u32) -> udev_database::Progress;

    /// The time, for limits.
    fn now(&self) -> Instant;
}

/// Subscriptions to all events about netdevs.
pub trait Events {
    /// Waits for events, and then at least `pause` for further events. False if the
    /// deadline came first.
    fn wait(&self, deadline: Instant, pause: Duration) -> io::Result<bool>;
}

impl Effects for Live {
    fn storage(&self) -> &dyn Storage {
        &RUN
    }

    fn lock(
        &self,
        names: &BTreeSet<String>,
        limit: Duration,
        waiting: &dyn Fn(&str),
    ) -> io::Result<Option<Locks>> {
        lock::take(names, limit, waiting)
    }

    fn start_worker(
        &self,
        locks: &Locks,
        limit: Duration,
        waiting: Box<dyn Fn(&str)>,
    ) -> io::Result<()> {
        let worker = Worker::start(locks, limit, waiting)?;
        self.worker.replace(Some(worker));
        Ok(())
    }

    fn stop_worker(&self) {
        self.worker.replace(None);
    }

    fn interrupts(&self) -> u32 {
        self.worker.borrow().as_ref().map_or(0, Worker::interrupts)
    }

    fn is_stuck(&self) -> bool {
        self.worker.borrow().as_ref().is_some_and(|worker| worker.stuck().is_some())
    }

    fn wait_for_kernel(&self, path: &str) -> io::Result<()> {
        const PAGE: usize = 4096;
        match self.worker.borrow().as_ref() {
            Some(worker) => worker.read(path, PAGE).map(drop),
            None => self.read(path, PAGE).map(drop),
        }
    }

    fn events(&self) -> Result<Box<dyn Events>, NetlinkError> {
        Ok(Box::new(Watch::open(self)?))
    }

    fn udev_progress(&self, name: &str, ifindex: u32) -> udev_database::Progress {
        udev_database::progress(name, ifindex)
    }

    fn now(&self) -> Instant {
        Instant::now()
    }
}
