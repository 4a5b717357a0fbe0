// SPDX-License-Identifier: MIT OR Apache-2.0
//! The machine that a capture was made of.

use std::io;

use super::{Capture, Content, Recorded, kept_path, key, unhex};
use crate::{
    model::{Scheme, UdevNames, errno::ENODEV},
    sys::{Answer, BOOT_ID, Host, Machine, NetlinkError, Question, trace},
    wire::{
        devlink::{self, DevlinkMessage},
        extack::Ack,
        link,
    },
};

/// The machine that a capture was made of.
pub struct Replay(Capture);

impl Replay {
    /// From a capture.
    #[must_use]
    pub fn new(capture: Capture) -> Self {
        Self(capture)
    }

    /// The one link that a request asks for, from the recorded dump.
    fn link(&self, body: &[u8]) -> Option<Answer> {
        let all = Question::Route { kind: link::GETLINK, dump: true, body: link::all() };
        let Ok(dump) = self.answer(&all)? else { return None };
        let wanted = |payload: &&[u8]| {
            link::parse(payload).is_ok_and(|found| {
                let names = found.altnames.iter().chain([&found.name]);
                body == link::get(found.ifindex)
                    || names.into_iter().any(|name| body == link::get_by_name(name))
            })
        };
        let payload = dump.messages.iter().find(wanted)?;
        Some(Answer { messages: [payload].into_iter().collect(), message: None })
    }

    /// The one port that a request asks for, from the recorded list of its device's ports.
    fn port(&self, body: &[u8]) -> Option<Answer> {
        let device = devlink::handle(&DevlinkMessage::parse(body).ok()?)?;
        let all = devlink::ports(&device).to_bytes();
        let list = self.answer(&Question::Devlink { dump: true, body: all })?.ok()?;
        let is_it = |payload: &&[u8]| {
            let message = DevlinkMessage::parse(payload).ok();
            let port = message.and_then(|message| devlink::port(&message));
            port.is_some_and(|port| body == devlink::port_get(&port.handle).to_bytes())
        };
        let payload = list.messages.iter().find(is_it)?;
        Some(Answer { messages: [payload].into_iter().collect(), message: None })
    }

    /// The recorded answer; ENODEV for a question that was not recorded.
    fn answer_or_absent(&self, question: &Question) -> Result<Answer, NetlinkError> {
        if let Some(answer) = self.answer(question) {
            return answer;
        }
        let of_list = match question {
            Question::Route { kind: link::GETLINK, dump: false, body } => self.link(body),
            Question::Devlink { dump: false, body } => self.port(body),
            _ => None,
        };
        of_list.ok_or(NetlinkError::Refused(Ack { errno: ENODEV, message: None }))
    }

    fn answer(&self, question: &Question) -> Option<Result<Answer, NetlinkError>> {
        Some(match self.0.answers.get(&key(question))? {
            Recorded::Answer { messages, message } => Ok(Answer {
                messages: messages.iter().filter_map(|digits| unhex(digits)).collect(),
                message: message.clone(),
            }),
            Recorded::Refused { errno, message } => Err(NetlinkError::Refused(Ack {
                errno: *errno,
                message: message.clone(),
            })),
            Recorded::NoDevlink => Err(NetlinkError::NoDevlink),
        })
    }
}

impl Machine for Replay {
    fn host(&self) -> &dyn Host {
        self
    }

    fn ask(&self, question: &Question) -> Result<Answer, NetlinkError> {
        let answer = self.answer_or_absent(question);
        trace::answer(&|| question.name(), &answer);
        answer
    }

    fn read(&self, path: &str, _most: usize) -> io::Result<Vec<u8>> {
        self.0.files.get(path).map(Content::bytes).ok_or_else(absent)
    }

    fn link_name(&self, path: &str) -> io::Result<String> {
        self.0.links.get(path).cloned().ok_or_else(absent)
    }

    fn real_path(&self, path: &str) -> io::Result<String> {
        self.0.paths.get(path).cloned().ok_or_else(absent)
    }

    fn list(&self, path: &str) -> io::Result<Vec<String>> {
        self.0.folders.get(path).cloned().ok_or_else(absent)
    }

    fn instance(&self, path: &str) -> Option<u64> {
        self.0.instances.get(path).copied()
    }

    fn walk(
        &self,
        kind: u16,
        body: &[u8],
        visit: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<(), NetlinkError> {
        let body = body.to_vec();
        let answer = self.ask(&Question::Route { kind, dump: true, body })?;
        let _ = answer.messages.iter().all(visit);
        Ok(())
    }
}

/// What was not read when the capture was made is not there, whatever is on the machine
/// that replays it.
impl Host for Replay {
    fn kernel(&self) -> String {
        self.0.kernel.clone()
    }

    fn naming_scheme(&self) -> Scheme {
        self.0.naming_scheme.as_deref().map_or(Scheme::NEWEST, Scheme::named)
    }

    fn udev_names(&self, ifindex: u32) -> UdevNames {
        self.0.udev.get(&ifindex).cloned().unwrap_or_default()
    }

    fn boot(&self) -> String {
        self.text(BOOT_ID).unwrap_or_default()
    }

    fn is_active(&self, unit: &str) -> bool {
        self.0.units.contains(unit)
    }

    fn file(&self, path: &str) -> io::Result<Option<String>> {
        let content = self.0.files.get(path);
        Ok(content.map(|of| String::from_utf8_lossy(&of.bytes()).into_owned()))
    }

    fn excerpt(
        &self,
        path: &str,
        _: &dyn Fn(String) -> String,
    ) -> io::Result<Option<String>> {
        self.file(path)
    }

    fn names(&self, folder: &str) -> io::Result<Vec<String>> {
        Ok(self.0.folders.get(folder).cloned().unwrap_or_default())
    }

    fn kept(&self, folder: &str, file: &str) -> io::Result<Option<String>> {
        self.file(&kept_path(folder, file))
    }

    fn is_kept(&self, folder: &str, file: &str) -> bool {
        self.0.files.contains_key(&kept_path(folder, file))
    }

    fn holders(&self, paths: &[String]) -> Vec<Vec<String>> {
        let holders = |path| self.0.holders.get(path).cloned().unwrap_or_default();
        paths.iter().map(holders).collect()
    }
}

fn absent() -> io::Error {
    io::ErrorKind::NotFound.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replay_knows_nothing_that_was_not_recorded() {
        let replay = Replay::new(Capture::new("6.12"));
        let question = Question::Devlink { dump: false, body: vec![1] };
        assert!(replay.ask(&question).unwrap_err().is_gone());
        assert!(replay.list("bus/pci/devices").is_err());
        assert!(crate::sys::links::by_name(&replay, "eth0").unwrap().is_none());
    }
}
