// SPDX-License-Identifier: MIT OR Apache-2.0
//! A machine that is asked each netlink question once.

use std::{cell::RefCell, collections::HashMap, io};

use super::{Answer, Host, Machine, NetlinkError, Question};
use crate::wire::extack::Ack;

/// Remembers the kernel's answers and refusals. A command that reads several devices
/// then reads what they share once, and reads it in one state.
///
/// For commands that only read, and for what is read before a change begins: a later
/// question gets the earlier answer.
pub struct Memo<'a> {
    machine: &'a dyn Machine,
    answers: RefCell<HashMap<Question, Result<Answer, Ack>>>,
}

impl<'a> Memo<'a> {
    /// Nothing of this machine is known yet.
    #[must_use]
    pub fn new(machine: &'a dyn Machine) -> Self {
        Self { machine, answers: RefCell::default() }
    }
}

impl Machine for Memo<'_> {
    fn host(&self) -> &dyn Host {
        self.machine.host()
    }

    fn ask(&self, question: &Question) -> Result<Answer, NetlinkError> {
        if let Some(answer) = self.answers.borrow().get(question) {
            return answer.clone().map_err(NetlinkError::Refused);
        }
        let answer = self.machine.ask(question);
        let known = match &answer {
            Ok(answer) => Ok(answer.clone()),
            Err(NetlinkError::Refused(ack)) => Err(ack.clone()),
            // The answer may come the next time.
            Err(_) => return answer,
        };
        self.answers.borrow_mut().insert(question.clone(), known);
        answer
    }

    /// Such lists can be long, and each is read for one device.
    fn walk(
        &self,
        kind: u16,
        body: &[u8],
        visit: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<(), NetlinkError> {
        self.machine.walk(kind, body, visit)
    }

    fn read(&self, path: &str, most: usize) -> io::Result<Vec<u8>> {
        self.machine.read(path, most)
    }

    fn link_name(&self, path: &str) -> io::Result<String> {
        self.machine.link_name(path)
    }

    fn real_path(&self, path: &str) -> io::Result<String> {
        self.machine.real_path(path)
    }

    fn list(&self, path: &str) -> io::Result<Vec<String>> {
        self.machine.list(path)
    }

    fn instance(&self, path: &str) -> Option<u64> {
        self.machine.instance(path)
    }
}
