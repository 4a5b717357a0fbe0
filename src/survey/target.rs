// SPDX-License-Identifier: MIT OR Apache-2.0
//! Which device a thing is on, and what it is there, by a few questions.

use crate::{
    model::{Handle, Link, PortHandle, Thing},
    sys::{Machine, links, pci},
};

/// What a thing is, and the device that it is on.
#[derive(Debug)]
pub(super) struct Target {
    /// The device.
    pub device: Handle,
    pub what: What,
}

#[derive(Debug)]
pub(super) enum What {
    /// The device itself.
    Device,
    /// A netdev of one of its ports.
    Link(Box<Link>),
    /// A port.
    Port(PortHandle),
    /// A VF, by its number and device.
    Vf(u32, Handle),
    /// An SF, by its device.
    Sf(Handle),
    /// A VF whose number is not certain.
    Unnumbered,
}

impl Target {
    fn device(device: Handle) -> Self {
        Self { device, what: What::Device }
    }

    /// What a thing is; none where it does not say which device it is on.
    pub(super) fn of(machine: &dyn Machine, thing: &Thing) -> Option<Self> {
        match thing {
            Thing::Device(handle) => Some(Self::of_device(machine, handle)),
            Thing::Port(port) => Some(Self::of_port(machine, port)),
            Thing::Name(name) => Self::of_name(machine, name),
            Thing::Mac(_) => None,
        }
    }

    fn of_device(machine: &dyn Machine, handle: &Handle) -> Self {
        let Some(pf) = pci::pf_of(machine, handle) else {
            return Self::device(handle.clone());
        };
        if pci::is_sf(handle) {
            return Self { device: pf, what: What::Sf(handle.clone()) };
        }
        let number = handle.pci_address().and_then(|vf| pci::vf_number(machine, vf));
        match number {
            Some((pf, vf)) => Self { device: pf, what: What::Vf(vf, handle.clone()) },
            None if handle.pci_address().is_some() => {
                Self { device: pf, what: What::Unnumbered }
            }
            // An alias of the PF.
            None => Self::device(pf),
        }
    }

    fn of_port(machine: &dyn Machine, port: &PortHandle) -> Self {
        let device = Self::of_device(machine, &port.device);
        match device.what {
            What::Device => Self { what: What::Port(port.clone()), ..device },
            // The port of a function's own instance is the function.
            _ => device,
        }
    }

    fn of_name(machine: &dyn Machine, name: &str) -> Option<Self> {
        let Some(link) = links::by_name(machine, name).ok()? else {
            let auxiliary = Handle::new("auxiliary", name);
            return exists(machine, &auxiliary)
                .then(|| Self::of_device(machine, &auxiliary));
        };
        let device = Self::of_device(machine, link.device()?);
        Some(match device.what {
            What::Device => Self { what: What::Link(Box::new(link)), ..device },
            _ => device,
        })
    }
}

/// Whether a device exists.
pub(super) fn exists(machine: &dyn Machine, handle: &Handle) -> bool {
    handle.sysfs_path().is_some_and(|path| machine.list(&path).is_ok())
}
