// SPDX-License-Identifier: MIT OR Apache-2.0
//! One template of a policy: literal text and fields.

use std::{borrow::Cow, fmt};

use super::number::{Form, Number};
use crate::model::Identity;

/// A text that stands for the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Device {
    Base,
    /// The base in the newest scheme.
    Newest,
    Path,
    Slot,
    Onboard,
    Alias,
    Handle,
    Short,
    /// Not of the device alone, but of the whole identity.
    Hash,
    /// The name that systemd gives to the netdev.
    Systemd,
}

impl Device {
    const ALL: [(&'static str, Self); 10] = [
        ("base", Self::Base),
        ("newest", Self::Newest),
        ("path", Self::Path),
        ("slot", Self::Slot),
        ("onboard", Self::Onboard),
        ("alias", Self::Alias),
        ("handle", Self::Handle),
        ("short", Self::Short),
        ("hash", Self::Hash),
        ("systemd", Self::Systemd),
    ];

    fn of(self, identity: &Identity, alias: Option<&str>) -> Option<String> {
        let short = |text: &str, digits: usize| {
            format!("x{:0>digits$}", base36(fnv1a(text), digits))
        };
        let in_force = &identity.base.in_force;
        match self {
            Self::Base => in_force.first().map(str::to_owned),
            Self::Newest => identity.base.newest.as_ref()?.first().map(str::to_owned),
            Self::Path => in_force.path.clone(),
            Self::Slot => in_force.slot.clone(),
            Self::Onboard => in_force.onboard.clone(),
            Self::Alias => alias.map(str::to_owned),
            Self::Handle => Some(identity.device.to_string().replace(['/', ':'], "-")),
            Self::Short => Some(short(&identity.device.to_string(), 6)),
            Self::Hash => Some(short(&identity.to_string(), 13)),
            Self::Systemd => identity.systemd.as_ref().map(ToString::to_string),
        }
    }

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, device)| *device == self).map_or("", |(name, _)| name)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part<'a> {
    Literal(&'a str),
    Device(Device),
    Number(Number, Form),
    /// `{pf=1}`: the number must be this one; `{pf=*}`: there must be one. Neither
    /// adds to the text.
    Condition(Number, Option<u32>),
}

/// A template, such as `{base}r{vf}`. It is kept as text and parsed on use: the udev helper
/// needs few of a policy's templates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template(Cow<'static, str>);

/// Why a template gives no text for an identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misfit {
    /// It shows a field that there is not.
    Lacks(&'static str),
    /// It leaves out a number that there is.
    LeavesOut(&'static str, u32),
    /// It wants another number.
    Wants(&'static str, u32),
    /// The text is no valid name.
    Invalid(String),
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lacks("systemd") => f.write_str("systemd gives it no name"),
            Self::Lacks(field) => write!(f, "{field} has no value here"),
            Self::LeavesOut(field, number) => write!(f, "{field} {number} is not used"),
            Self::Wants(field, number) => write!(f, "only for {field} {number}"),
            Self::Invalid(text) => match text.len() {
                length if length > 15 => write!(f, "{text} has {length} characters"),
                _ => write!(f, "{text} is no valid name"),
            },
        }
    }
}

impl Template {
    /// A template that is known to be good.
    pub(super) const fn known(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }

    /// Checks a template; the error says what is wrong with it, and at which byte.
    pub(super) fn parse(text: &str) -> Result<Self, (usize, String)> {
        Parts::of(text)?;
        Ok(Self(Cow::Owned(text.to_owned())))
    }

    fn parts(&self) -> Parts<'_> {
        Parts::of(&self.0).unwrap_or_default()
    }

    /// The template as written.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it leaves the name to systemd.
    pub(super) fn is_systemd(&self) -> bool {
        self.parts().is_systemd()
    }

    /// Whether it needs the names of the newest scheme.
    pub(super) fn uses_newest(&self) -> bool {
        self.0.contains("{newest}")
    }

    /// Whether it fits every identity: `{hash}` alone stands for all of it.
    pub(super) fn is_total(&self) -> bool {
        self.parts().is_total()
    }

    /// Whether no two devices can share its text.
    pub(super) fn names_device(&self) -> bool {
        let parts = self.parts();
        let fixed = |number: &Number| parts.fixes(*number);
        parts.has_device_text()
            || [Number::Bus, Number::Dev, Number::Function].iter().all(fixed)
    }

    /// Whether it permits a number to be left out, whatever its value.
    pub(super) fn leaves_out(&self) -> bool {
        self.parts().0.iter().any(|part| matches!(part, Part::Condition(_, None)))
    }

    /// The text for an identity whose device has that alias. It fits only if it
    /// uses exactly the numbers that the port has, so that no two ports can share
    /// one text.
    pub(super) fn fill(
        &self,
        identity: &Identity,
        alias: Option<&str>,
    ) -> Result<String, Misfit> {
        let parts = self.parts();
        if !parts.is_total() && !parts.is_systemd() {
            for (name, number) in Number::ALL {
                // The domain is a part of a PCI address, unless it is 0.
                let due = match number {
                    Number::Domain => {
                        !parts.has_device_text()
                            && parts.fixes(Number::Bus)
                            && number.of(identity).is_some_and(|domain| domain != 0)
                    }
                    number => !number.is_of_address() && number.of(identity).is_some(),
                };
                if due && !parts.uses(number) {
                    return Err(Misfit::LeavesOut(
                        name,
                        number.of(identity).unwrap_or_default(),
                    ));
                }
            }
        }
        parts.0.iter().map(|part| fill_part(part, identity, alias)).collect()
    }
}

/// What a template is made of.
#[derive(Default)]
struct Parts<'a>(Vec<Part<'a>>);

impl<'a> Parts<'a> {
    /// The parts of a text; the error says what is wrong with it, and at which byte.
    fn of(text: &'a str) -> Result<Self, (usize, String)> {
        let mut parts = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let rest = &text[at..];
            let literal = rest.find(['{', '}']).unwrap_or(rest.len());
            if literal > 0 {
                parts.push(Part::Literal(&rest[..literal]));
                at += literal;
                continue;
            }
            let field = rest.strip_prefix('{').and_then(|rest| rest.split_once('}'));
            let Some((field, _)) = field else {
                return Err((at, "unbalanced brace".into()));
            };
            parts.push(Part::field(field).map_err(|why| (at, why))?);
            at += field.len() + 2;
        }
        if parts.len() > 1 && parts.contains(&Part::Device(Device::Systemd)) {
            return Err((0, "{systemd} must be all of a template".into()));
        }
        Ok(Self(parts))
    }

    fn is_systemd(&self) -> bool {
        self.0 == [Part::Device(Device::Systemd)]
    }

    fn is_total(&self) -> bool {
        self.0 == [Part::Device(Device::Hash)]
    }

    fn has_device_text(&self) -> bool {
        self.0.iter().any(|part| matches!(part, Part::Device(_)))
    }

    /// Whether identities of different numbers cannot share its text.
    fn fixes(&self, number: Number) -> bool {
        self.0.iter().any(|part| match part {
            Part::Number(shown, _) => *shown == number,
            Part::Condition(wanted, value) => *wanted == number && value.is_some(),
            _ => false,
        })
    }

    fn uses(&self, number: Number) -> bool {
        self.0.iter().any(|part| match part {
            Part::Number(used, _) | Part::Condition(used, _) => *used == number,
            _ => false,
        })
    }
}

impl Part<'_> {
    fn field(text: &str) -> Result<Self, String> {
        let number = |name: &str| {
            Number::ALL
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, number)| *number)
        };
        let unknown = || {
            let known = Device::ALL.iter().map(|(name, _)| *name);
            let known: Vec<_> =
                known.chain(Number::ALL.iter().map(|(name, _)| *name)).collect();
            format!("unknown field {{{text}}}; the fields are {}", known.join(" "))
        };
        if let Some((name, value)) = text.split_once('=') {
            let number = number(name).ok_or_else(unknown)?;
            if value == "*" {
                return Ok(Self::Condition(number, None));
            }
            let value = value.parse().map_err(|_| {
                format!("{{{text}}} needs a number or * behind the equals sign")
            })?;
            return Ok(Self::Condition(number, Some(value)));
        }
        if let Some((name, form)) = text.split_once(':') {
            let number = number(name).ok_or_else(unknown)?;
            let form = Form::parse(form).ok_or_else(|| {
                format!(
                    "{{{text}}} needs x, 0 and a number of digits, or both, as 02x, \
                     behind the colon"
                )
            })?;
            return Ok(Self::Number(number, form));
        }
        match Device::ALL.iter().find(|(known, _)| *known == text) {
            Some((_, device)) => Ok(Self::Device(*device)),
            None => Ok(Self::Number(number(text).ok_or_else(unknown)?, Form::default())),
        }
    }
}

fn fill_part(
    part: &Part<'_>,
    identity: &Identity,
    alias: Option<&str>,
) -> Result<String, Misfit> {
    match part {
        Part::Literal(text) => Ok((*text).to_owned()),
        Part::Device(device) => {
            device.of(identity, alias).ok_or(Misfit::Lacks(device.name()))
        }
        Part::Number(number, form) => {
            let value = number.of(identity).ok_or(Misfit::Lacks(number.name()))?;
            Ok(form.write(value))
        }
        Part::Condition(number, wanted) => match (number.of(identity), wanted) {
            (None, _) => Err(Misfit::Lacks(number.name())),
            (Some(value), Some(wanted)) if value != *wanted => {
                Err(Misfit::Wants(number.name(), *wanted))
            }
            _ => Ok(String::new()),
        },
    }
}

/// FNV-1a with 64 bits: short, and stable across machines and versions.
fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// The last digits of a number to base 36.
fn base36(mut value: u64, digits: usize) -> String {
    let mut text = Vec::new();
    while value > 0 && text.len() < digits {
        text.push(b"0123456789abcdefghijklmnopqrstuvwxyz"[(value % 36) as usize]);
        value /= 36;
    }
    text.iter().rev().map(|digit| char::from(*digit)).collect()
}
