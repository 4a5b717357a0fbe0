// SPDX-License-Identifier: MIT OR Apache-2.0
//! The devices that a section applies to, and how specific the section is.

use std::str::FromStr;

use toml::de::DeValue;

use super::{
    origin::Located,
    table::{Reader, Table},
    values::Value,
    write::quoted,
};
use crate::model::{Device, EswitchState, Handle, PciAddress, Role, Snapshot};

/// Everything of a device that a section can match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Devlink handle.
    pub handle: Handle,
    /// PF driver.
    pub driver: Option<String>,
    /// PCI vendor and device id.
    pub ids: Option<(u16, u16)>,
    /// Serial numbers of the card and its board.
    pub serials: Vec<String>,
    /// Names and altnames of its uplinks or, in legacy mode, of the PF's netdevs.
    pub netdevs: Vec<String>,
    /// Hardware addresses of these netdevs, in small letters.
    pub macs: Vec<String>,
    /// Whether it has an eswitch, as far as is known.
    pub has_eswitch: bool,
}

impl Subject {
    /// From the inventory, without ids, serial numbers and hardware addresses.
    #[must_use]
    pub fn new(device: &Device) -> Self {
        let ports = device.ports.iter();
        let uplinks =
            ports.filter(|port| matches!(port.place.role, Role::Uplink | Role::Pf));
        let netdevs =
            uplinks.filter_map(|port| port.netdev.as_ref()).flat_map(|netdev| {
                std::iter::once(&netdev.name).chain(&netdev.altnames).cloned()
            });
        Self {
            handle: device.handle.clone(),
            driver: device.driver.clone(),
            ids: None,
            serials: Vec::new(),
            netdevs: netdevs.collect(),
            macs: Vec::new(),
            has_eswitch: device.eswitch != EswitchState::None,
        }
    }

    /// From what a change is planned from, without ids and serial numbers.
    #[must_use]
    pub fn of_snapshot(snapshot: &Snapshot) -> Self {
        let links = snapshot.links.iter();
        let uplinks = links.filter(|link| snapshot.uplinks.contains(&link.ifindex));
        let macs = uplinks.clone().filter_map(|link| link.mac.as_ref());
        let macs = macs.map(ToString::to_string).collect();
        let names =
            uplinks.flat_map(|link| std::iter::once(&link.name).chain(&link.altnames));
        Self {
            driver: snapshot.state.driver.clone(),
            netdevs: names.cloned().collect(),
            macs,
            ..Self::absent(&snapshot.state.device)
        }
    }

    /// A device of which only the handle is known.
    fn absent(handle: &Handle) -> Self {
        Self {
            handle: handle.clone(),
            driver: None,
            ids: None,
            serials: Vec::new(),
            netdevs: Vec::new(),
            macs: Vec::new(),
            has_eswitch: true,
        }
    }
}

/// A literal text, or one with `*` (any characters) and `?` (one character).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    fn is_exact(&self) -> bool {
        !self.0.contains(['*', '?'])
    }

    /// The only text that fits; none where several can.
    fn exact(&self) -> Option<&str> {
        self.is_exact().then_some(self.0.as_str())
    }

    fn fits(&self, text: &str) -> bool {
        fits(&self.0, text)
    }
}

/// Whether a text fits a pattern with `*` and `?`.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut in_text) = (0, 0);
    // Where to go on when what follows the last asterisk does not fit.
    let mut retry: Option<(usize, usize)> = None;
    while in_text < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                retry = Some((at + 1, in_text));
                at += 1;
            }
            Some(byte) if *byte == b'?' || *byte == text[in_text] => {
                at += 1;
                in_text += 1;
            }
            _ => {
                let Some((after, from)) = retry else { return false };
                retry = Some((after, from + 1));
                (at, in_text) = (after, from + 1);
            }
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

/// Defines a kind of pattern: the form that its text is compared in, by key.
macro_rules! patterns {
    ($($(#[$doc:meta])* $name:ident $expected:literal $form:expr;)+) => {
        $($(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name(Pattern);

        impl $name {
            /// The pattern that means exactly this text; none where it cannot be one.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                let form: fn(&str) -> Option<String> = $form;
                form(text).map(Pattern).map(Self)
            }
        }

        impl Value for $name {
            const EXPECTED: &'static str = $expected;

            fn read(value: &DeValue) -> Option<Self> {
                Self::parse(value.as_str()?)
            }

            fn write(&self) -> String {
                quoted(&self.0.0)
            }
        })+
    };
}

patterns! {
    /// A PCI address.
    AddressPattern "a PCI address as \"0000:03:00.0\", or part of one with * or ?" |text| {
        let wild = text.contains(['*', '?']);
        let fits = |c: char| c.is_ascii_hexdigit() || ":.*?".contains(c);
        match PciAddress::from_str(text) {
            Ok(address) => Some(address.to_string()),
            Err(_) => (wild && text.chars().all(fits)).then(|| text.to_ascii_lowercase()),
        }
    };
    /// A devlink handle.
    HandlePattern "a devlink handle as \"pci/0000:03:00.0\", or part of one with * or ?" |text| {
        let wild = text.contains(['*', '?']);
        let fits = |c: char| c.is_ascii_alphanumeric() || "/:._-*?".contains(c);
        match text.parse::<Handle>() {
            Ok(handle) => Some(handle.to_string()),
            Err(_) => (wild && text.chars().all(fits)).then(|| text.to_owned()),
        }
    };
    /// The name of a driver.
    DriverPattern "the name of a driver, as \"mlx5_core\"" |text| {
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        (!text.is_empty() && text.chars().all(fits)).then(|| text.to_owned())
    };
    /// A PCI vendor or device id.
    IdPattern "four hexadecimal digits in quotes, as \"0x15b3\" or \"15b3\"" |text| {
        let digits = text.strip_prefix("0x").unwrap_or(text);
        let fits = digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        fits.then(|| format!("0x{}", digits.to_ascii_lowercase()))
    };
    /// A serial number.
    SerialPattern "a serial number" |text| {
        let fits = !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic() || c == ' ');
        fits.then(|| text.to_ascii_lowercase())
    };
    /// The name or altname of an interface.
    NetdevPattern "the name or altname of an interface, or part of one with * or ?" |text| {
        let fits = |c: char| !c.is_whitespace() && !c.is_control() && c != '/' && c != ':';
        ((1..=127).contains(&text.len()) && text.chars().all(fits)).then(|| text.to_owned())
    };
}

/// What a device must be for a section to be for it: each key that there is, by one of
/// its patterns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "each is the key of that name")]
pub struct Matches {
    pub address: Vec<Located<AddressPattern>>,
    pub handle: Vec<Located<HandlePattern>>,
    pub driver: Vec<Located<DriverPattern>>,
    pub vendor: Vec<Located<IdPattern>>,
    pub device: Vec<Located<IdPattern>>,
    pub serial: Vec<Located<SerialPattern>>,
    pub netdev: Vec<Located<NetdevPattern>>,
}

/// How specific a section is for a device: the greater wins. See
/// swdevctl.toml(5), PRECEDENCE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Specificity {
    /// The kind of the most specific key.
    kind: u8,
    /// How many keys there are.
    keys: usize,
}

impl Specificity {
    const ALL: u8 = 0;
    const DRIVER: u8 = 1;
    const DEVICE_ID: u8 = 2;
    const PATTERN: u8 = 3;
    const SERIAL: u8 = 4;
    const NETDEV: u8 = 5;
    const ADDRESS: u8 = 6;
}

impl Matches {
    pub(super) fn read(reader: &mut Reader, table: &mut Table) -> Self {
        let matches = Self {
            address: table.take_list(reader, "address").unwrap_or_default(),
            handle: table.take_list(reader, "handle").unwrap_or_default(),
            driver: table.take_list(reader, "driver").unwrap_or_default(),
            vendor: table.take_list(reader, "vendor").unwrap_or_default(),
            device: table.take_list(reader, "device").unwrap_or_default(),
            serial: table.take_list(reader, "serial").unwrap_or_default(),
            netdev: table.take_list(reader, "netdev").unwrap_or_default(),
        };
        if table.has("device") && !table.has("vendor") {
            let message = "device is an id of its vendor's: the section needs vendor too";
            reader.error(table.start, message);
        }
        let keys =
            ["address", "handle", "driver", "vendor", "device", "serial", "netdev"];
        if !keys.iter().any(|key| table.has(key)) {
            let message = format!(
                "this section does not say which devices it is for: it needs one of {}; \
                 handle = \"*\" means every device with an eswitch",
                keys.join(", ")
            );
            reader.error(table.start, message);
        }
        matches
    }

    /// The keys that there are, each with its patterns as TOML.
    pub(super) fn entries(&self) -> Vec<(&'static str, Vec<String>)> {
        fn entry<T: Value>(
            key: &'static str,
            all: &[Located<T>],
        ) -> (&'static str, Vec<String>) {
            (key, all.iter().map(|pattern| pattern.value.write()).collect())
        }
        let mut entries = vec![
            entry("address", &self.address),
            entry("handle", &self.handle),
            entry("driver", &self.driver),
            entry("vendor", &self.vendor),
            entry("device", &self.device),
            entry("serial", &self.serial),
            entry("netdev", &self.netdev),
        ];
        entries.retain(|(_, patterns)| !patterns.is_empty());
        entries
    }

    /// The devices that the section names by address or handle, present or not.
    pub(super) fn named(&self) -> Vec<Handle> {
        let addresses = self.address.iter().filter_map(|of| of.value.0.exact());
        let addresses = addresses.filter_map(|text| text.parse().ok()).map(Handle::pci);
        let handles = self.handle.iter().filter_map(|of| of.value.0.exact());
        addresses.chain(handles.filter_map(|text| text.parse().ok())).collect()
    }

    /// How specific the section is for an absent device, of which only the handle is
    /// known; none where it is not for it by its handle.
    pub(super) fn specificity_for_absent(&self, handle: &Handle) -> Option<Specificity> {
        let (address, by_handle) = (self.address.clone(), self.handle.clone());
        let known = Self { address, handle: by_handle, ..Self::default() };
        known.specificity(&Subject::absent(handle))
    }

    /// How specific the section is for a device; none where it is not for it.
    #[must_use]
    pub fn specificity(&self, subject: &Subject) -> Option<Specificity> {
        let mut specificity = Specificity { kind: Specificity::ALL, keys: 0 };
        let mut key = |patterns: Vec<&Pattern>, texts: &[String], kind: u8| {
            if patterns.is_empty() {
                return true;
            }
            let fitting = patterns
                .into_iter()
                .filter(|pattern| texts.iter().any(|text| pattern.fits(text)));
            let kinds = fitting.map(|pattern| match pattern.0.as_str() {
                "*" => Specificity::ALL,
                _ if pattern.is_exact() => kind,
                _ => Specificity::PATTERN,
            });
            let Some(kind) = kinds.max() else { return false };
            specificity.kind = specificity.kind.max(kind);
            specificity.keys += 1;
            true
        };
        let address = subject.handle.pci_address().map(|address| address.to_string());
        let address: Vec<String> = address.into_iter().collect();
        let handle = [subject.handle.to_string()];
        let driver: Vec<String> = subject.driver.iter().cloned().collect();
        let id = |id: u16| format!("0x{id:04x}");
        let vendor: Vec<String> =
            subject.ids.iter().map(|(vendor, _)| id(*vendor)).collect();
        let device: Vec<String> =
            subject.ids.iter().map(|(_, device)| id(*device)).collect();
        let serials: Vec<String> =
            subject.serials.iter().map(|serial| serial.to_ascii_lowercase()).collect();
        macro_rules! fits {
            ($key:ident, $texts:expr, $kind:ident) => {
                key(
                    self.$key.iter().map(|pattern| &pattern.value.0).collect(),
                    $texts,
                    Specificity::$kind,
                )
            };
        }
        let fits = fits!(address, &address, ADDRESS)
            && fits!(handle, &handle, ADDRESS)
            && fits!(driver, &driver, DRIVER)
            && fits!(vendor, &vendor, DRIVER)
            && fits!(device, &device, DEVICE_ID)
            && fits!(serial, &serials, SERIAL)
            && fits!(netdev, &subject.netdevs, NETDEV);
        // Whoever writes of every device means those of which something can be declared.
        let means = subject.has_eswitch || specificity.kind > Specificity::ALL;
        (fits && means && specificity.keys > 0).then_some(specificity)
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn patterns_fit_as_in_a_shell() {
        for (pattern, text, fits) in [
            ("enp3s0f0np0", "enp3s0f0np0", true),
            ("enp3s0f0np0", "enp3s0f0np01", false),
            ("enp3s0f?np*", "enp3s0f1np1", true),
            ("*", "", true),
            ("?", "", false),
            ("*np0", "enp3s0np1np0", true),
            ("*a*b", "xaxxb", true),
            ("*a*b", "xaxxbc", false),
            ("", "x", false),
        ] {
            assert_eq!(Pattern(pattern.into()).fits(text), fits, "{pattern} {text}");
        }
    }
}
