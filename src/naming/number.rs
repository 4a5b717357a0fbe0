// SPDX-License-Identifier: MIT OR Apache-2.0
//! The numbers that names are made of, and how they are written.

use crate::model::Identity;

/// A number of a port, or of its device's PCI address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    Port,
    Split,
    Controller,
    Pf,
    Vf,
    Sf,
    Domain,
    Bus,
    Dev,
    Function,
}

impl Number {
    pub(super) const ALL: [(&'static str, Self); 10] = [
        ("port", Self::Port),
        ("split", Self::Split),
        ("controller", Self::Controller),
        ("pf", Self::Pf),
        ("vf", Self::Vf),
        ("sf", Self::Sf),
        ("domain", Self::Domain),
        ("bus", Self::Bus),
        ("dev", Self::Dev),
        ("function", Self::Function),
    ];

    pub(super) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, number)| *number == self).map_or("", |(name, _)| name)
    }

    pub(super) fn is_of_address(self) -> bool {
        matches!(self, Self::Domain | Self::Bus | Self::Dev | Self::Function)
    }

    /// The number, where there is one. Controller 0, the local one, counts as none.
    pub(super) fn of(self, identity: &Identity) -> Option<u32> {
        let place = identity.place;
        let address = || identity.device.pci_address();
        match self {
            Self::Port => place.port,
            Self::Split => place.split,
            Self::Controller => Some(place.controller).filter(|number| *number != 0),
            Self::Pf => place.pf,
            Self::Vf => place.vf,
            Self::Sf => place.sf,
            Self::Domain => address().map(|address| address.domain),
            Self::Bus => address().map(|address| address.bus.into()),
            Self::Dev => address().map(|address| address.slot.into()),
            Self::Function => address().map(|address| address.function.into()),
        }
    }
}

/// How a number is written: in hexadecimal digits or decimal ones, and with zeros before
/// it up to so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Form {
    hexadecimal: bool,
    digits: usize,
}

impl Form {
    /// From what stands behind the colon: `x`, `03` or `02x`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (digits, hexadecimal) = match text.strip_suffix('x') {
            Some(digits) => (digits, true),
            None => (text, false),
        };
        let digits = match digits.strip_prefix('0') {
            Some(digits) if digits.len() == 1 => digits.parse().ok()?,
            None if digits.is_empty() && hexadecimal => 0,
            _ => return None,
        };
        Some(Self { hexadecimal, digits })
    }

    pub(super) fn write(self, value: u32) -> String {
        let digits = self.digits;
        match self.hexadecimal {
            true => format!("{value:0digits$x}"),
            false => format!("{value:0digits$}"),
        }
    }
}
