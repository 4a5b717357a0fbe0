// SPDX-License-Identifier: MIT OR Apache-2.0
//! The base of a device's interface names.
//!
//! systemd's own answer, in udev's records of the device's netdevs, has priority: it is
//! exact in any scheme. Otherwise the base is computed by the rules of the scheme in
//! force, from the files of sysfs that systemd would read.

use super::{Machine, pci::folder};
use crate::model::{Base, BaseFacts, BaseNames, Handle, PciAddress, Scheme, Slot};
#[cfg(feature = "cli")]
use crate::model::{Link, Place, Role, endings_of_port};

/// The base: from a netdev that systemd has named, or else computed; none on a bus
/// without a naming scheme. `newest` says whether names of the newest scheme are needed.
#[must_use]
pub fn base(
    machine: &dyn Machine,
    device: &Handle,
    scheme: Option<Scheme>,
    by_netdev: Option<BaseNames>,
    newest: bool,
) -> Option<Base> {
    let scheme = scheme.unwrap_or_else(|| machine.host().naming_scheme());
    let computed = |scheme| Some(facts(machine, device, scheme)?.names(scheme));
    let newest = if newest { computed(Scheme::NEWEST) } else { None };
    let in_force = match (by_netdev, &newest) {
        (Some(names), _) => names,
        (None, Some(newest)) if scheme == Scheme::NEWEST => newest.clone(),
        (None, _) => computed(scheme)?,
    };
    Some(Base { scheme, in_force, newest })
}

/// The base of a device with these netdevs. Uplinks are tried first.
#[cfg(feature = "cli")]
#[must_use]
pub fn of_device(
    machine: &dyn Machine,
    device: &Handle,
    netdevs: &[&Link],
) -> Option<Base> {
    let is_representor = |link: &&&Link| {
        let name = link.phys_port_name.as_deref().and_then(Place::parse);
        name.is_some_and(|place| place.role != Role::Uplink)
    };
    let uplinks = netdevs.iter().filter(|link| !is_representor(link));
    let representors = netdevs.iter().filter(is_representor);
    let mut scheme = None;
    let by_netdev = uplinks.chain(representors).find_map(|link| {
        let names = machine.host().udev_names(link.ifindex);
        scheme = scheme.or_else(|| names.scheme());
        let endings = endings_of_port(link.phys_port_name.as_deref());
        BaseNames::of_netdev(&names, &endings)
    });
    base(machine, device, scheme, by_netdev, true)
}

/// The facts of a device that a scheme is based on.
fn facts(machine: &dyn Machine, device: &Handle, scheme: Scheme) -> Option<BaseFacts> {
    if device.bus == "netdevsim" {
        let id = device.name.strip_prefix("netdevsim")?.parse().ok()?;
        return Some(BaseFacts::Netdevsim { id });
    }
    let address = device.pci_address()?;
    let folder = folder(address);
    let number = |file: &str| machine.number(&format!("{folder}/{file}"));
    let multifunction = is_multifunction(machine, &folder);
    Some(BaseFacts::Pci {
        address,
        multifunction,
        // ARI adds the slot number to the function number.
        ari: scheme >= Scheme::VFS_BY_NUMBER
            && address.slot != 0
            && number("ari_enabled") == Some(1),
        onboard: number("acpi_index").or_else(|| number("index")),
        slot: slot(machine, address, multifunction, scheme),
    })
}

/// Bit 7 of the header type in configuration space.
fn is_multifunction(machine: &dyn Machine, folder: &str) -> bool {
    const HEADER_TYPE: usize = 0x0e;
    // Not more: the device is asked for each four bytes, and serial numbers follow the
    // header.
    let config =
        machine.read(&format!("{folder}/config"), HEADER_TYPE + 1).unwrap_or_default();
    config.get(HEADER_TYPE).is_some_and(|byte| byte & 0x80 != 0)
}

fn is_bridge(machine: &dyn Machine, folder: &str) -> bool {
    machine
        .text(&format!("{folder}/class"))
        .is_some_and(|class| class.starts_with("0x0604"))
}

/// The slot of a card, as in the `slot` names of a scheme.
fn slot(
    machine: &dyn Machine,
    pf: PciAddress,
    multifunction: bool,
    scheme: Scheme,
) -> Option<Slot> {
    let functions = path_of_functions(machine, pf)?;
    if scheme >= Scheme::SUN {
        if let Some(sun) = sun(machine, &functions, multifunction) {
            return Some(Slot::Card(sun));
        }
    }
    let names = machine.list("bus/pci/slots").unwrap_or_default();
    if scheme >= Scheme::FUNCTION_ID {
        if let Some(id) = function_id(machine, pf) {
            return names.contains(&format!("{id:08x}")).then_some(Slot::Function(id));
        }
    }
    hot_plug_slot(machine, &functions, &names, multifunction, scheme)
}

/// From the function up to its root: the PCI functions on the path.
fn path_of_functions(machine: &dyn Machine, pf: PciAddress) -> Option<Vec<String>> {
    let mut path = machine.real_path(&folder(pf)).ok()?;
    let mut functions = Vec::new();
    while let Some((parent, name)) = path.rsplit_once('/') {
        let parent = parent.to_owned();
        if name.parse::<PciAddress>().is_ok() {
            functions.push(path);
        }
        path = parent;
    }
    Some(functions)
}

/// ACPI's `_SUN` of the function or of the port above it. The `_SUN` of a bridge counts
/// only for functions of a multi-function card: other cards behind it would claim it too.
fn sun(machine: &dyn Machine, functions: &[String], multifunction: bool) -> Option<u32> {
    let sun = |path: &String| {
        machine.number(&format!("{path}/firmware_node/sun")).filter(|sun| *sun > 0)
    };
    if let Some(sun) = functions.first().and_then(sun) {
        return Some(sun);
    }
    let port = functions.get(1)?;
    sun(port).filter(|_| multifunction || !is_bridge(machine, port))
}

/// The number of a function that is a slot of its own (arch/s390/pci/pci_sysfs.c).
fn function_id(machine: &dyn Machine, pf: PciAddress) -> Option<u32> {
    let text = machine.text(&format!("{}/function_id", folder(pf)))?;
    u32::from_str_radix(text.strip_prefix("0x").unwrap_or(&text), 16).ok()
}

/// The hot-plug slot of the function or of a bridge above. Whether a bridge's counts
/// differs by scheme: the cards behind a switch in one slot would share it.
fn hot_plug_slot(
    machine: &dyn Machine,
    functions: &[String],
    names: &[String],
    multifunction: bool,
    scheme: Scheme,
) -> Option<Slot> {
    let numbered = names.iter().filter_map(|slot| slot.parse::<u32>().ok());
    let slots: Vec<(u32, String)> = numbered
        .filter(|slot| *slot > 0)
        .filter_map(|slot| {
            let address = machine.text(&format!("bus/pci/slots/{slot}/address"))?;
            (!address.is_empty()).then_some((slot, address))
        })
        .collect();
    let levels = if scheme < Scheme::VFS_BY_NUMBER { 1 } else { functions.len() };
    let bridge_counts = scheme < Scheme::NO_BRIDGE_SLOT
        || multifunction
            && (Scheme::MULTIFUNCTION_BRIDGE_SLOT..Scheme::NO_BRIDGE_SLOT_AGAIN)
                .contains(&scheme);
    for path in functions.iter().take(levels) {
        let name = path.rsplit('/').next().unwrap_or_default();
        let here = slots.iter().find(|(_, address)| name.starts_with(address));
        if let Some((slot, _)) = here {
            let counts = bridge_counts || !is_bridge(machine, path);
            return counts.then_some(Slot::Card(*slot));
        }
    }
    None
}
