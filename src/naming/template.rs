// SPDX-License-Identifier: MIT OR Apache-2.0
//! One template of a policy: literal text and fields.

use crate::model::{Identity, NamingRole};

/// A number of a port that a template can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Number {
    Port,
    Split,
    Controller,
    Pf,
    Vf,
    Sf,
}

impl Number {
    const ALL: [(&'static str, Self); 6] = [
        ("port", Self::Port),
        ("split", Self::Split),
        ("controller", Self::Controller),
        ("pf", Self::Pf),
        ("vf", Self::Vf),
        ("sf", Self::Sf),
    ];

    /// The number, where the port has it. Controller 0, the local one, counts
    /// as none.
    fn of(self, role: &NamingRole) -> Option<u32> {
        let local = |controller: u32| (controller != 0).then_some(controller);
        match (self, role) {
            (Self::Port, NamingRole::Uplink { port, .. }) => *port,
            (
                Self::Split,
                NamingRole::Uplink { split, .. } | NamingRole::PfRep { split, .. },
            ) => *split,
            (
                Self::Controller,
                NamingRole::PfRep { controller, .. }
                | NamingRole::VfRep { controller, .. }
                | NamingRole::SfRep { controller, .. },
            ) => local(*controller),
            (
                Self::Pf,
                NamingRole::PfRep { pf, .. }
                | NamingRole::VfRep { pf, .. }
                | NamingRole::SfRep { pf, .. },
            ) => *pf,
            (Self::Vf, NamingRole::VfRep { vf, .. }) => Some(*vf),
            (Self::Sf, NamingRole::SfRep { sf, .. }) => Some(*sf),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(String),
    Number(Number),
    Base,
    Short,
    Hash,
}

/// A template, as `{base}r{vf}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template {
    text: String,
    parts: Vec<Part>,
}

impl Template {
    /// Reads a template; the error says what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let literal = rest.find(['{', '}']).unwrap_or(rest.len());
            if literal > 0 {
                parts.push(Part::Literal(rest[..literal].to_owned()));
            }
            rest = &rest[literal..];
            if rest.is_empty() {
                break;
            }
            let field = rest.strip_prefix('{').and_then(|rest| rest.split_once('}'));
            let Some((field, behind)) = field else {
                return Err(format!("unbalanced brace in template {text:?}"));
            };
            parts.push(Self::field(field).ok_or_else(|| {
                format!("unknown field {{{field}}} in template {text:?}")
            })?);
            rest = behind;
        }
        let names_device =
            |part: &Part| matches!(part, Part::Base | Part::Short | Part::Hash);
        if !parts.iter().any(names_device) {
            return Err(format!(
                "template {text:?} lacks {{base}}, {{short}} or {{hash}}: two devices \
                 would get the same names"
            ));
        }
        Ok(Self { text: text.to_owned(), parts })
    }

    fn field(name: &str) -> Option<Part> {
        Some(match name {
            "base" => Part::Base,
            "short" => Part::Short,
            "hash" => Part::Hash,
            _ => {
                let number = Number::ALL.iter().find(|(known, _)| *known == name)?;
                Part::Number(number.1)
            }
        })
    }

    /// The template as written.
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it fits every port: `{hash}` alone stands for all of a port.
    pub(super) fn is_total(&self) -> bool {
        self.parts == [Part::Hash]
    }

    /// The text for a port; nothing unless the template uses exactly the
    /// numbers that the port has, so that no two ports can share one text.
    pub(super) fn fill(&self, identity: &Identity) -> Option<String> {
        let used = |number| self.parts.contains(&Part::Number(number));
        let fits = |number: Number| used(number) == number.of(&identity.role).is_some();
        if !self.is_total() && !Number::ALL.iter().all(|(_, number)| fits(*number)) {
            return None;
        }
        self.parts.iter().map(|part| fill_part(part, identity)).collect()
    }
}

fn fill_part(part: &Part, identity: &Identity) -> Option<String> {
    Some(match part {
        Part::Literal(text) => text.clone(),
        Part::Number(number) => number.of(&identity.role)?.to_string(),
        Part::Base => identity.base.clone(),
        Part::Short => format!("x{:0>6}", base36(fnv1a(&identity.device.to_string()), 6)),
        Part::Hash => format!("x{:0>13}", base36(fnv1a(&identity.to_string()), 13)),
    })
}

/// FNV-1a with 64 bits: short, and the same on every machine for ever.
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
