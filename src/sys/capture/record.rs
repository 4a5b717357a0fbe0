// SPDX-License-Identifier: MIT OR Apache-2.0
//! A machine whose answers are recorded.

use std::{cell::RefCell, io};

use super::{Capture, Content, Recorded, hex, kept_path, key};
use crate::{
    model::{Scheme, UdevNames},
    sys::{Answer, BOOT_ID, Host, Machine, NetlinkError, Question},
    wire::{address, link, tc},
};

/// Records each question to a machine with its answer.
pub struct Recorder<'a> {
    machine: &'a dyn Machine,
    capture: RefCell<Capture>,
}

impl<'a> Recorder<'a> {
    /// Records what is asked of a machine.
    #[must_use]
    pub fn new(machine: &'a dyn Machine) -> Self {
        Self { machine, capture: RefCell::new(Capture::new(&machine.host().kernel())) }
    }

    fn keep(&self, path: &str, text: &str) {
        let content = Content::of(text.as_bytes());
        self.capture.borrow_mut().files.insert(path.into(), content);
    }

    /// What was recorded.
    #[must_use]
    pub fn finish(self) -> Capture {
        self.capture.into_inner()
    }
}

impl Machine for Recorder<'_> {
    fn host(&self) -> &dyn Host {
        self
    }

    fn ask(&self, question: &Question) -> Result<Answer, NetlinkError> {
        let result = self.machine.ask(question);
        let recorded = match &result {
            Ok(answer) => Recorded::Answer {
                messages: answer
                    .messages
                    .iter()
                    .map(|bytes| hex(&as_read(question, bytes)))
                    .collect(),
                message: answer.message.clone(),
            },
            Err(NetlinkError::Refused(ack)) => {
                Recorded::Refused { errno: ack.errno, message: ack.message.clone() }
            }
            Err(NetlinkError::NoDevlink) => Recorded::NoDevlink,
            Err(_) => return result,
        };
        self.capture.borrow_mut().answers.insert(key(question), recorded);
        result
    }

    fn read(&self, path: &str, most: usize) -> io::Result<Vec<u8>> {
        let bytes = self.machine.read(path, most)?;
        self.capture.borrow_mut().files.insert(path.into(), Content::of(&bytes));
        Ok(bytes)
    }

    fn link_name(&self, path: &str) -> io::Result<String> {
        let name = self.machine.link_name(path)?;
        self.capture.borrow_mut().links.insert(path.into(), name.clone());
        Ok(name)
    }

    fn real_path(&self, path: &str) -> io::Result<String> {
        let real = self.machine.real_path(path)?;
        self.capture.borrow_mut().paths.insert(path.into(), real.clone());
        Ok(real)
    }

    fn list(&self, path: &str) -> io::Result<Vec<String>> {
        let names = self.machine.list(path)?;
        self.capture.borrow_mut().folders.insert(path.into(), names.clone());
        Ok(names)
    }

    fn instance(&self, path: &str) -> Option<u64> {
        let number = self.machine.instance(path)?;
        self.capture.borrow_mut().instances.insert(path.into(), number);
        Some(number)
    }

    /// Filters are not recorded: a NIC can have hundreds of thousands, and they contain
    /// addresses.
    fn walk(
        &self,
        kind: u16,
        body: &[u8],
        visit: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<(), NetlinkError> {
        let mut messages = Vec::new();
        let recorded = kind != tc::GETTFILTER;
        let result = self.machine.walk(kind, body, &mut |payload| {
            messages.extend(recorded.then(|| hex(payload)));
            visit(payload)
        });
        let question = Question::Route { kind, dump: true, body: body.to_vec() };
        if recorded && result.is_ok() {
            let recorded = Recorded::Answer { messages, message: None };
            self.capture.borrow_mut().answers.insert(key(&question), recorded);
        }
        result
    }
}

impl Host for Recorder<'_> {
    fn kernel(&self) -> String {
        self.machine.host().kernel()
    }

    fn naming_scheme(&self) -> Scheme {
        let scheme = self.machine.host().naming_scheme();
        self.capture.borrow_mut().naming_scheme = scheme.name();
        scheme
    }

    fn udev_names(&self, ifindex: u32) -> UdevNames {
        let names = self.machine.host().udev_names(ifindex);
        if names != UdevNames::default() {
            self.capture.borrow_mut().udev.insert(ifindex, names.clone());
        }
        names
    }

    fn boot(&self) -> String {
        let boot = self.machine.host().boot();
        self.keep(BOOT_ID, &boot);
        boot
    }

    fn is_active(&self, unit: &str) -> bool {
        let is_active = self.machine.host().is_active(unit);
        if is_active {
            self.capture.borrow_mut().units.insert(unit.into());
        }
        is_active
    }

    fn file(&self, path: &str) -> io::Result<Option<String>> {
        let text = self.machine.host().file(path)?;
        if let Some(text) = &text {
            self.keep(path, text);
        }
        Ok(text)
    }

    fn excerpt(
        &self,
        path: &str,
        of: &dyn Fn(String) -> String,
    ) -> io::Result<Option<String>> {
        let text = self.machine.host().excerpt(path, of)?;
        if let Some(text) = &text {
            self.keep(path, text);
        }
        Ok(text)
    }

    fn names(&self, folder: &str) -> io::Result<Vec<String>> {
        let names = self.machine.host().names(folder)?;
        if !names.is_empty() {
            self.capture.borrow_mut().folders.insert(folder.into(), names.clone());
        }
        Ok(names)
    }

    fn kept(&self, folder: &str, file: &str) -> io::Result<Option<String>> {
        let text = self.machine.host().kept(folder, file)?;
        if let Some(text) = &text {
            self.keep(&kept_path(folder, file), text);
        }
        Ok(text)
    }

    /// Of a file that is not read, only that it is there is recorded.
    fn is_kept(&self, folder: &str, file: &str) -> bool {
        let is_kept = self.machine.host().is_kept(folder, file);
        if is_kept {
            let empty = || Content::of(&[]);
            let mut capture = self.capture.borrow_mut();
            capture.files.entry(kept_path(folder, file)).or_insert_with(empty);
        }
        is_kept
    }

    fn holders(&self, paths: &[String]) -> Vec<Vec<String>> {
        let holders = self.machine.host().holders(paths);
        let all = paths.iter().cloned().zip(holders.clone());
        self.capture.borrow_mut().holders.extend(all);
        holders
    }
}

/// The message with only the attributes that are read: an interface reports much more
/// about itself, its peers and its owner.
fn as_read(question: &Question, payload: &[u8]) -> Vec<u8> {
    match question {
        Question::Route { kind: link::GETLINK, .. } => link::as_read(payload),
        Question::Route { kind: address::GETADDR, .. } => address::as_read(payload),
        _ => payload.to_vec(),
    }
}
