// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl watch`: the inventory, and every change of it, as lines of JSON.

use std::{
    io::{self, Write as _},
    os::fd::AsFd as _,
    time::{Duration, Instant},
};

use serde::Serialize;

use super::Context;
use crate::{
    error::{Failure, Kind},
    model::Inventory,
    render::json,
    survey::watch::{self, Known, Polled},
    sys::{
        Live,
        notices::{Notice, Notices},
    },
    topology::{self, Change},
};

/// How long it must be quiet before the inventory is read again.
const QUIET: Duration = Duration::from_millis(100);
/// How long a reading is put off at most while events keep coming.
const MOST: Duration = Duration::from_secs(1);
/// How often the values that change without an event are polled.
const SLOW: Duration = Duration::from_secs(1);
/// How often all is read even so: the names of an interface that is down change without
/// an event, and nothing else tells of them.
const WHOLE: Duration = Duration::from_secs(10);
/// All readings without an event take at most this part of a processor's time.
const PART: u32 = 200;

/// Arguments of `watch`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

/// A line.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    change: Change<'a>,
    /// Whether further lines are of the same reading.
    more: bool,
}

/// Why it ends: by a signal or its reader, or by a failure.
type End = Result<(), Failure>;

struct Watcher<'a> {
    live: &'a Live,
    notices: Notices,
    inventory: Inventory,
    known: Known,
    polled: Polled,
    read_at: Instant,
    /// How long the last reading took.
    took: Duration,
}

impl Args {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let live = context.live()?;
        let notices = Notices::open(live).map_err(|error| {
            Failure::new(Kind::Failed, format!("cannot subscribe to events: {error}"))
        })?;
        let began = Instant::now();
        let inventory = watch::inventory(live)?;
        let mut watcher = Watcher {
            live,
            notices,
            known: Known::of(&inventory),
            // Before the first reading no device was known to poll, and values must be polled
            // before a reading: the next poll leads to another one.
            polled: Polled::default(),
            inventory,
            read_at: Instant::now(),
            took: began.elapsed(),
        };
        let snapshot = Change::Snapshot { inventory: &watcher.inventory };
        if !watcher.print(vec![snapshot])? {
            return Ok(());
        }
        watcher.follow()
    }
}

impl Watcher<'_> {
    fn follow(&mut self) -> End {
        loop {
            let notice = self.wait(Instant::now() + SLOW)?;
            let is_due = match notice {
                Notice::Ended => return Ok(()),
                Notice::Changed => {
                    if self.settle()? == Notice::Ended {
                        return Ok(());
                    }
                    true
                }
                Notice::Nothing => {
                    self.poll() != self.polled
                        || self.read_at.elapsed() > WHOLE.max(self.took * PART)
                }
            };
            if is_due && !self.report()? {
                return Ok(());
            }
        }
    }

    fn wait(&self, deadline: Instant) -> Result<Notice, Failure> {
        let output = io::stdout();
        let concerns = |link: &_| self.known.concerns(link);
        self.notices
            .wait(deadline, output.as_fd(), &concerns)
            .map_err(|error| failed("cannot wait for events", &error))
    }

    /// Waits until no more events come, or until it has been long enough.
    fn settle(&self) -> Result<Notice, Failure> {
        // Readings in a row take at most a fifth of the time.
        let quiet = QUIET.max(self.took * 4).min(MOST);
        let most = Instant::now() + MOST;
        loop {
            let deadline = (Instant::now() + quiet).min(most);
            match self.wait(deadline)? {
                Notice::Changed if Instant::now() < most => {}
                notice => return Ok(notice),
            }
        }
    }

    fn poll(&self) -> Polled {
        Polled::at(self.live, &self.inventory)
    }

    /// The inventory now; none where it cannot be read, because it changes all the time,
    /// for example. It is read again soon.
    fn read(&mut self) -> Option<Inventory> {
        let began = Instant::now();
        let inventory = watch::inventory(self.live);
        (self.read_at, self.took) = (Instant::now(), began.elapsed());
        inventory
            .inspect_err(|failure| log::warn!("{}: trying again", failure.message))
            .ok()
    }

    /// Reads the inventory again and prints what is other; false where nobody reads any
    /// more.
    fn report(&mut self) -> Result<bool, Failure> {
        let polled = self.poll();
        let Some(fresh) = self.read() else {
            // So that the next poll leads to another reading.
            self.polled = Polled::default();
            return Ok(true);
        };
        let goes_on = self.print(topology::changes(&self.inventory, &fresh))?;
        self.known = Known::of(&fresh);
        // If the devices are others than those that were polled, the next poll leads to
        // another reading.
        self.polled = polled;
        self.inventory = fresh;
        Ok(goes_on)
    }

    /// Prints lines; false where nobody reads any more.
    fn print(&self, changes: Vec<Change>) -> Result<bool, Failure> {
        let mut left = changes.len();
        for change in changes {
            left -= 1;
            let line = json::line(&Line { change, more: left > 0 });
            if !self.write(line.as_bytes()).map_err(|e| failed("standard output", &e))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Writes in pieces that a pipe takes at once, so that a reader that does not read
    /// keeps no signal from ending it.
    fn write(&self, text: &[u8]) -> io::Result<bool> {
        const PIECE: usize = 4096;
        let mut output = io::stdout();
        for piece in text.chunks(PIECE) {
            if !self.notices.is_writable(output.as_fd())? {
                return Ok(false);
            }
            match output.write_all(piece).and_then(|()| output.flush()) {
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                    return Ok(false);
                }
                written => written?,
            }
        }
        Ok(true)
    }
}

fn failed(what: &str, error: &io::Error) -> Failure {
    Failure::new(Kind::Failed, format!("{what}: {error}"))
}
