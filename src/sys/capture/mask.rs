// SPDX-License-Identifier: MIT OR Apache-2.0
//! Masked captures: without hardware addresses and switch ids.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
};

use super::{Capture, Content, Recorded, hex, hex_with, unhex};
use crate::{
    model::MacAddress,
    sys::config,
    wire::{link, tc},
};

impl Capture {
    /// Replaces these secrets (hardware addresses, switch ids), as bytes and as text, by
    /// invented ones of the same length; equal ones stay equal. Addresses in names of
    /// interfaces are replaced too. IP addresses, routes, filters, the declared state and
    /// the names of processes are removed.
    #[must_use]
    pub fn masked(mut self, secrets: &BTreeSet<Vec<u8>>) -> Self {
        self.answers.retain(|key, _| is_harmless(key));
        // What is declared can hold anything.
        self.files.retain(|path, _| !config::is_desired(path));
        let mut secrets = secrets.clone();
        secrets.extend(self.addresses_in_text());
        let mask = Mask::new(&secrets);
        self.answers = std::mem::take(&mut self.answers)
            .into_iter()
            .map(|(key, answer)| (mask.text(&key), mask.answer(answer)))
            .collect();
        self.files = mask
            .map(self.files, |mask, content| Content::of(&mask.bytes(content.bytes())));
        self.links = mask.map(self.links, |mask, name| mask.text(&name));
        self.paths = mask.map(self.paths, |mask, path| mask.text(&path));
        self.folders = mask.map(self.folders, |mask, names| {
            names.iter().map(|name| mask.text(name)).collect()
        });
        self.instances = mask.map(self.instances, |_, number| number);
        self.holders = mask.map(self.holders, |_, holders| {
            holders.iter().map(|_| "a process".to_owned()).collect()
        });
        for names in self.udev.values_mut() {
            names.for_each(|name| mask.text(name));
        }
        self.masked = true;
        self
    }

    /// The hardware addresses in names of interfaces (`enx020000000001`).
    fn addresses_in_text(&self) -> BTreeSet<Vec<u8>> {
        let mut found = BTreeSet::new();
        let links = self.answers.iter().filter(|(key, _)| key.starts_with("route "));
        for (_, answer) in links {
            let Recorded::Answer { messages, .. } = answer else { continue };
            for payload in messages.iter().filter_map(|message| unhex(message)) {
                let Ok(link) = link::parse(&payload) else { continue };
                found.extend(address_in(&link.name));
                found.extend(link.altnames.iter().filter_map(|name| address_in(name)));
            }
        }
        for content in self.files.values() {
            let text = String::from_utf8_lossy(&content.bytes()).into_owned();
            let words = text.split(|c: char| !(c.is_ascii_hexdigit() || c == ':'));
            let macs = words.filter(|word| word.len() == MAC_TEXT);
            let macs = macs.filter_map(|word| unhex(&word.replace(':', "")));
            // Zeros are everywhere, and the address of all is nobody's.
            let macs = macs.map(MacAddress).filter(MacAddress::is_of_an_interface);
            found.extend(macs.map(|mac| mac.0));
        }
        let listed = self.folders.values().flatten();
        found.extend(listed.filter_map(|name| address_in(name)));
        found
    }
}

/// Whether answers of that kind contain no addresses but those that are masked.
fn is_harmless(key: &str) -> bool {
    let kinds = [link::GETLINK, tc::GETQDISC];
    !key.starts_with("route ")
        || kinds.iter().any(|kind| key.starts_with(&format!("route {kind} ")))
}

/// How long a hardware address of Ethernet is as text.
const MAC_TEXT: usize = 17;

/// The hardware address behind the two letters and the `x` of a name by
/// `NamePolicy=mac`.
fn address_in(name: &str) -> Option<Vec<u8>> {
    let digits = name.get(2..)?.strip_prefix('x')?.get(..12)?;
    unhex(digits)
}

/// What secrets are replaced by.
#[derive(Default)]
struct Mask {
    /// Secrets with their replacements, by length: longer ones first, since an address may
    /// be a part of a switch id.
    by_length: BTreeMap<Reverse<usize>, HashMap<Vec<u8>, Vec<u8>>>,
    /// The first bytes of secrets: a quick test that few places of a capture pass.
    beginnings: HashSet<[u8; BEGINNING]>,
}

/// An invented secret of the same length: a number, as text where the secret is text.
fn invented(secret: &[u8], number: usize) -> Vec<u8> {
    let mut invented = vec![0; secret.len()];
    let mut digits = (number as u64).to_be_bytes().to_vec();
    let is_text = secret.iter().all(u8::is_ascii_graphic);
    if is_text {
        invented.fill(b'0');
        digits = number.to_string().into_bytes();
    }
    let tail = invented.len().saturating_sub(digits.len());
    let keep = digits.len().min(invented.len());
    invented[tail..].copy_from_slice(&digits[digits.len() - keep..]);
    if !is_text {
        // It marks an address as locally administered.
        invented[0] |= 2;
    }
    invented
}

/// Shorter secrets would not identify anything.
const BEGINNING: usize = 4;

impl Mask {
    fn new(secrets: &BTreeSet<Vec<u8>>) -> Self {
        let mut mask = Self::default();
        for (index, secret) in secrets.iter().enumerate() {
            let invented = invented(secret, index + 1);
            for separator in ["", ":"] {
                let text = |bytes: &[u8]| hex_with(bytes, separator).into_bytes();
                mask.add(text(secret), text(&invented));
            }
            mask.add(secret.clone(), invented);
        }
        mask
    }

    fn add(&mut self, secret: Vec<u8>, invented: Vec<u8>) {
        let Some(beginning) = secret.first_chunk() else { return };
        self.beginnings.insert(*beginning);
        self.by_length.entry(Reverse(secret.len())).or_default().insert(secret, invented);
    }

    fn bytes(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        let mut at = 0;
        while at < bytes.len() {
            match self.invented(&bytes[at..]) {
                Some(invented) => {
                    bytes[at..at + invented.len()].copy_from_slice(invented);
                    at += invented.len();
                }
                None => at += 1,
            }
        }
        bytes
    }

    /// The replacement of the secret at the beginning of these bytes.
    fn invented(&self, bytes: &[u8]) -> Option<&[u8]> {
        let beginning = bytes.first_chunk()?;
        if !self.beginnings.contains(beginning) {
            return None;
        }
        let mut lengths = self.by_length.iter();
        lengths.find_map(|(length, secrets)| {
            secrets.get(bytes.get(..length.0)?).map(Vec::as_slice)
        })
    }

    fn text(&self, text: &str) -> String {
        String::from_utf8_lossy(&self.bytes(text.as_bytes().to_vec())).into_owned()
    }

    fn answer(&self, answer: Recorded) -> Recorded {
        match answer {
            Recorded::Answer { messages, message } => Recorded::Answer {
                messages: messages
                    .iter()
                    .map(|message| hex(&self.bytes(unhex(message).unwrap_or_default())))
                    .collect(),
                message: message.map(|message| self.text(&message)),
            },
            Recorded::Refused { errno, message } => Recorded::Refused {
                errno,
                message: message.map(|message| self.text(&message)),
            },
            Recorded::NoDevlink => Recorded::NoDevlink,
        }
    }

    /// A table with its keys masked, and its values by `value`.
    fn map<T>(
        &self,
        table: BTreeMap<String, T>,
        value: impl Fn(&Self, T) -> T,
    ) -> BTreeMap<String, T> {
        table.into_iter().map(|(key, of)| (self.text(&key), value(self, of))).collect()
    }
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
    fn an_address_that_another_program_s_file_names_goes() {
        let mut capture = Capture::new("6.12");
        let claims = r#"[{"property":"Mac","patterns":["b8:59:9f:34:6c:10"]}]"#;
        capture.files.insert("/etc/netplan/a.yaml".into(), Content::Text(claims.into()));
        let json = serde_json::to_string(&capture.masked(&BTreeSet::new())).unwrap();
        assert!(!json.contains("b8:59") && json.contains("02:00:00:00:00:01"), "{json}");
    }

    /// They stand in sysfs, and zeros in each answer of the kernel.
    #[test]
    fn zeros_and_the_address_of_all_stay() {
        let mut capture = Capture::new("6.12");
        for (name, mac) in [("a", "00:00:00:00:00:00\n"), ("b", "ff:ff:ff:ff:ff:ff\n")] {
            let path = format!("/sys/class/net/{name}/address");
            capture.files.insert(path, Content::Text(mac.into()));
        }
        let files = capture.files.clone();
        assert_eq!(capture.masked(&BTreeSet::new()).files, files);
    }

    #[test]
    fn a_serial_number_is_replaced_by_text() {
        let mut capture = Capture::new("6.12");
        let serial = b"MT2116X09299";
        let messages = vec![hex(&[&[1, 0][..], serial, &[0]].concat())];
        capture.answers.insert("q".into(), Recorded::Answer { messages, message: None });
        let masked = capture.masked(&BTreeSet::from([serial.to_vec()]));
        let messages = vec![hex(b"\x01\x00000000000001\x00")];
        assert_eq!(masked.answers["q"], Recorded::Answer { messages, message: None });
    }

    #[test]
    fn an_address_in_a_name_goes_from_names_paths_links_and_keys() {
        let mut capture = Capture::new("6.12");
        let name = "enx9e1e73141200";
        capture.folders.insert("bus/pci/devices/x/net".into(), vec![name.into()]);
        capture.files.insert(format!("x/net/{name}/ifindex"), Content::Text("7".into()));
        capture.links.insert(format!("class/net/{name}"), name.into());
        capture.paths.insert(name.into(), format!("devices/{name}"));
        capture.holders.insert("/dev/vfio/1".into(), vec!["qemu-of-smith (7)".into()]);
        let names =
            crate::model::UdevNames { decided: Some(name.into()), ..Default::default() };
        capture.udev.insert(7, names);
        let masked = serde_json::to_string(&capture.masked(&BTreeSet::new())).unwrap();
        assert!(!masked.contains("9e1e73") && !masked.contains("smith"), "{masked}");
        assert_eq!(masked.matches("enx020000000001").count(), 7);
    }
}
