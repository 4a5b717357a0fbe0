// SPDX-License-Identifier: MIT OR Apache-2.0
//! Captures: all that was read of a machine, in one file, and a machine that
//! answers from one.
//!
//! A capture holds the kernel's answers as they came, so that a replay goes
//! through the same decoding as the live machine.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    io,
};

use serde::{Deserialize, Serialize};

use super::{Answer, Machine, NetlinkError, Question};
use crate::{
    model::{Scheme, UdevNames},
    wire::{address, extack::Ack, link, route, tc},
};

/// A capture, as it is in its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capture {
    /// `swdevctl/capture/v1`.
    pub schema: String,
    /// The version of swdevctl that made it.
    pub swdevctl: String,
    /// The kernel's release.
    pub kernel: String,
    /// Whether addresses and switch ids were replaced.
    pub masked: bool,
    /// Netlink answers, by request.
    answers: BTreeMap<String, Recorded>,
    /// Files of sysfs, by path.
    files: BTreeMap<String, Content>,
    /// Last components of symbolic links' targets.
    links: BTreeMap<String, String>,
    /// Real paths.
    paths: BTreeMap<String, String>,
    /// Names in folders.
    folders: BTreeMap<String, Vec<String>>,
    /// Numbers of folders.
    #[serde(default)]
    instances: BTreeMap<String, u64>,
    /// Processes that hold a device file open.
    #[serde(default)]
    holders: BTreeMap<String, Vec<String>>,
    /// The naming scheme that the kernel's command line pins.
    #[serde(default)]
    naming_scheme: Option<String>,
    /// What udev has recorded of netdevs' names, by index.
    #[serde(default)]
    udev: BTreeMap<u32, UdevNames>,
}

/// An answer, or why there was none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Recorded {
    Answer { messages: Vec<String>, message: Option<String> },
    Refused { errno: i32, message: Option<String> },
    NoDevlink,
}

/// A file's content; hexadecimal where it is no text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Content {
    Text(String),
    Hex(String),
}

impl Capture {
    /// Name of this version of the file.
    pub const SCHEMA: &'static str = "swdevctl/capture/v1";

    fn new(kernel: &str) -> Self {
        Self {
            schema: Self::SCHEMA.into(),
            swdevctl: env!("CARGO_PKG_VERSION").into(),
            kernel: kernel.into(),
            masked: false,
            answers: BTreeMap::new(),
            files: BTreeMap::new(),
            links: BTreeMap::new(),
            paths: BTreeMap::new(),
            folders: BTreeMap::new(),
            instances: BTreeMap::new(),
            holders: BTreeMap::new(),
            naming_scheme: None,
            udev: BTreeMap::new(),
        }
    }

    /// Reads a capture's file; the error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let capture: Self =
            serde_json::from_str(text).map_err(|error| error.to_string())?;
        if capture.schema != Self::SCHEMA {
            return Err(format!(
                "its schema is {:?}, not {:?}",
                capture.schema,
                Self::SCHEMA
            ));
        }
        Ok(capture)
    }

    /// Replaces these secrets (hardware addresses, switch ids) wherever they
    /// stand, as bytes or as text, by invented ones of the same length; equal
    /// ones stay equal. IP addresses, routes and
    /// filters are left out.
    #[must_use]
    pub fn masked(mut self, secrets: &BTreeSet<Vec<u8>>) -> Self {
        let mut pairs = Vec::new();
        for (index, secret) in secrets.iter().enumerate() {
            // 02 marks an address as locally administered.
            let mut invented = vec![0; secret.len()];
            let number = (index as u64 + 1).to_be_bytes();
            let tail = invented.len().saturating_sub(number.len());
            let keep = number.len().min(invented.len());
            invented[tail..].copy_from_slice(&number[number.len() - keep..]);
            invented[0] |= 2;
            for separator in ["", ":"] {
                let text = |bytes: &[u8]| hex_with(bytes, separator).into_bytes();
                pairs.push((text(secret), text(&invented)));
            }
            pairs.push((secret.clone(), invented));
        }
        // Longer ones first: an address may be a part of a switch id.
        pairs.sort_by_key(|(secret, _)| std::cmp::Reverse(secret.len()));
        let mask = |bytes: Vec<u8>| {
            pairs
                .iter()
                .fold(bytes, |bytes, (secret, other)| replaced(&bytes, secret, other))
        };
        let secret = |key: &str| {
            let kinds = [address::GETADDR, route::GETROUTE, tc::GETTFILTER];
            kinds.iter().any(|kind| key.starts_with(&format!("route {kind} ")))
        };
        self.answers.retain(|key, _| !secret(key));
        for answer in self.answers.values_mut() {
            if let Recorded::Answer { messages, .. } = answer {
                for message in messages.iter_mut() {
                    *message = hex(&mask(unhex(message).unwrap_or_default()));
                }
            }
        }
        for content in self.files.values_mut() {
            *content = Content::of(&mask(content.bytes()));
        }
        self.masked = true;
        self
    }
}

impl Content {
    fn of(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => Self::Text(text.into()),
            _ => Self::Hex(hex(bytes)),
        }
    }

    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.clone().into_bytes(),
            Self::Hex(digits) => unhex(digits).unwrap_or_default(),
        }
    }
}

/// A machine that keeps what it is asked and what it answers.
pub struct Recorder<'a> {
    machine: &'a dyn Machine,
    capture: RefCell<Capture>,
}

impl<'a> Recorder<'a> {
    /// Records what is asked of a machine.
    #[must_use]
    pub fn new(machine: &'a dyn Machine) -> Self {
        Self { machine, capture: RefCell::new(Capture::new(&machine.kernel())) }
    }

    /// What was recorded.
    #[must_use]
    pub fn finish(self) -> Capture {
        self.capture.into_inner()
    }
}

impl Machine for Recorder<'_> {
    fn ask(&self, question: &Question) -> Result<Answer, NetlinkError> {
        let result = self.machine.ask(question);
        let recorded = match &result {
            Ok(answer) => Recorded::Answer {
                messages: answer.messages.iter().map(|bytes| hex(bytes)).collect(),
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

    fn kernel(&self) -> String {
        self.machine.kernel()
    }

    fn naming_scheme(&self) -> Scheme {
        let scheme = self.machine.naming_scheme();
        self.capture.borrow_mut().naming_scheme = scheme.name();
        scheme
    }

    fn udev_names(&self, ifindex: u32) -> UdevNames {
        let names = self.machine.udev_names(ifindex);
        if names != UdevNames::default() {
            self.capture.borrow_mut().udev.insert(ifindex, names.clone());
        }
        names
    }

    fn instance(&self, path: &str) -> Option<u64> {
        let number = self.machine.instance(path)?;
        self.capture.borrow_mut().instances.insert(path.into(), number);
        Some(number)
    }

    fn holders(&self, path: &str) -> Vec<String> {
        let holders = self.machine.holders(path);
        self.capture.borrow_mut().holders.insert(path.into(), holders.clone());
        holders
    }
}

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
        let wanted = |payload: &&Vec<u8>| {
            link::parse(payload).is_ok_and(|found| {
                let names = found.altnames.iter().chain([&found.name]);
                body == link::get(found.ifindex)
                    || names.into_iter().any(|name| body == link::get_by_name(name))
            })
        };
        let payload = dump.messages.iter().find(wanted)?;
        Some(Answer { messages: vec![payload.clone()], message: None })
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
    /// What was not asked when the capture was made is not there.
    fn ask(&self, question: &Question) -> Result<Answer, NetlinkError> {
        const ENODEV: i32 = 19;
        if let Some(answer) = self.answer(question) {
            return answer;
        }
        let link = match question {
            Question::Route { kind: link::GETLINK, dump: false, body } => self.link(body),
            _ => None,
        };
        link.ok_or(NetlinkError::Refused(Ack { errno: ENODEV, message: None }))
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

    fn kernel(&self) -> String {
        self.0.kernel.clone()
    }

    fn naming_scheme(&self) -> Scheme {
        self.0.naming_scheme.as_deref().map_or(Scheme::NEWEST, Scheme::named)
    }

    fn udev_names(&self, ifindex: u32) -> UdevNames {
        self.0.udev.get(&ifindex).cloned().unwrap_or_default()
    }

    fn instance(&self, path: &str) -> Option<u64> {
        self.0.instances.get(path).copied()
    }

    fn holders(&self, path: &str) -> Vec<String> {
        self.0.holders.get(path).cloned().unwrap_or_default()
    }
}

fn absent() -> io::Error {
    io::ErrorKind::NotFound.into()
}

/// A request as text.
fn key(question: &Question) -> String {
    let how = |dump: &bool| if *dump { "dump" } else { "get" };
    match question {
        Question::Route { kind, dump, body } => {
            format!("route {kind} {} {}", how(dump), hex(body))
        }
        Question::Devlink { dump, body } => {
            format!("devlink {} {}", how(dump), hex(body))
        }
        Question::Ethtool { body } => format!("ethtool {}", hex(body)),
        Question::Xfrm { kind } => format!("xfrm {kind}"),
    }
}

fn hex(bytes: &[u8]) -> String {
    hex_with(bytes, "")
}

fn hex_with(bytes: &[u8], separator: &str) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(separator)
}

fn unhex(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .map(|pair| {
            let text = std::str::from_utf8(pair).ok().filter(|text| text.len() == 2)?;
            u8::from_str_radix(text, 16).ok()
        })
        .collect()
}

/// The bytes with each occurrence of a part replaced by one of its length.
fn replaced(bytes: &[u8], part: &[u8], other: &[u8]) -> Vec<u8> {
    let mut result = bytes.to_vec();
    let mut at = 0;
    while !part.is_empty() && at + part.len() <= result.len() {
        if result[at..].starts_with(part) {
            result[at..at + part.len()].copy_from_slice(other);
            at += part.len();
        } else {
            at += 1;
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_as_bytes_and_as_text_and_equal_ones_stay_equal() {
        let mut capture = Capture::new("6.12");
        let secret = vec![0xb8, 0x59, 0x9f, 0x34, 0x6c, 0x10];
        let text = "b8:59:9f:34:6c:10\n".to_owned();
        capture.files.insert("a".into(), Content::Text(text));
        capture.files.insert("b".into(), Content::Text("enxb8599f346c10".into()));
        let messages = vec![hex(&[&[1][..], &secret, &[2]].concat())];
        capture.answers.insert("q".into(), Recorded::Answer { messages, message: None });
        let masked = capture.masked(&BTreeSet::from([secret]));
        let json = serde_json::to_string(&masked).unwrap();
        assert!(!json.contains("9f:34") && !json.contains("9f34"), "{json}");
        assert_eq!(masked.files["a"], Content::Text("02:00:00:00:00:01\n".into()));
        assert_eq!(masked.files["b"], Content::Text("enx020000000001".into()));
        let messages = vec!["0102000000000102".into()];
        assert_eq!(masked.answers["q"], Recorded::Answer { messages, message: None });
        assert_eq!(Capture::parse(&json).unwrap(), masked);
    }

    #[test]
    fn a_file_that_is_no_capture_is_refused() {
        for text in ["", "{}", "[]", r#"{"schema":"swdevctl/capture/v9"}"#] {
            assert!(Capture::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_replay_knows_nothing_that_was_not_recorded() {
        let replay = Replay::new(Capture::new("6.12"));
        let question = Question::Devlink { dump: false, body: vec![1] };
        assert!(replay.ask(&question).unwrap_err().is_gone());
        assert!(replay.list("bus/pci/devices").is_err());
        assert!(super::super::links::by_name(&replay, "eth0").unwrap().is_none());
    }
}
