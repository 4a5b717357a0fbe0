// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a failed change can leave behind that a further change makes worse, and how
//! it is recognized.
//!
//! With `mlx5_core` a failed switch can unregister the PF's netdev (its devlink port
//! then has no type), and it takes the forwarding table of legacy mode down, so that
//! VFs pass no packets while the kernel reports mode legacy. The kernel shows the
//! first; of the second a mark tells, which whoever saw the failure has written.

use std::io;

use serde::{Deserialize, Serialize};

use super::journal::file_name;
use crate::{
    driver::profile,
    model::{
        Damage, Device, DeviceFacts, EswitchMode, Facts, Flavour, Handle, PortType, Role,
    },
    sys::{Machine, pci, store::Store},
};

/// The folder of the marks, one file a device.
pub const FOLDER: &str = "/run/swdevctl/broken";

/// The most that is read of a mark.
const LARGEST: usize = 1 << 16;

/// A failed change has taken the forwarding of legacy mode down, and nothing has
/// rebuilt it since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// `swdevctl/broken/v1`.
    pub schema: String,
    /// The id of the boot.
    pub boot: String,
    /// The device.
    pub device: Handle,
    /// What broke, for people.
    pub reason: String,
    /// The mode that the kernel reported.
    pub mode: EswitchMode,
    /// Instance numbers of the VFs: new VFs come with a new forwarding table.
    pub vfs: Vec<Option<u64>>,
    /// Interface indices of the uplinks: the driver's reload gives them new ones.
    pub uplinks: Vec<u32>,
}

impl Mark {
    /// Name of this version of the file.
    pub const SCHEMA: &'static str = "swdevctl/broken/v1";

    /// The mark of a device as it is now.
    #[must_use]
    pub fn new(
        machine: &dyn Machine,
        device: &DeviceFacts,
        found: &Device,
        reason: &str,
    ) -> Option<Self> {
        Some(Self {
            schema: Self::SCHEMA.into(),
            boot: boot(machine),
            device: device.handle.clone(),
            reason: reason.into(),
            mode: device.eswitch.mode()?,
            vfs: instances(machine, &device.handle),
            uplinks: uplinks(found),
        })
    }

    /// Where the mark of a device is.
    #[must_use]
    pub fn path(device: &Handle) -> String {
        format!("{FOLDER}/{}.json", device.to_string().replace('/', "-"))
    }

    /// The mark that was left on a device, if it still tells of what is there: the
    /// same VFs and the same uplink, in the same mode, of this boot.
    fn of(machine: &dyn Machine, device: &DeviceFacts, found: &Device) -> Option<Self> {
        let bytes = machine.read(&Self::path(&device.handle), LARGEST).ok()?;
        let mark: Self = serde_json::from_slice(&bytes)
            .inspect_err(|error| log::debug!("{}: {error}", Self::path(&device.handle)))
            .ok()?;
        let now = Self::new(machine, device, found, &mark.reason)?;
        (mark == now).then_some(mark)
    }
}

/// Leaves a mark on a device.
pub(super) fn mark(mark: &Mark) -> io::Result<()> {
    let text = serde_json::to_string(mark)?;
    Store::new(FOLDER).write(&file_name(&mark.device, ".json"), &text)
}

/// Removes the mark on a device, if there is one.
pub(super) fn remove_mark(device: &Handle) -> io::Result<()> {
    Store::new(FOLDER).remove(&file_name(device, ".json"))
}

/// What shows that the device's eswitch is broken; empty for a sound one.
#[must_use]
pub fn damage(
    machine: &dyn Machine,
    device: &DeviceFacts,
    found: &Device,
    facts: &Facts,
) -> Vec<Damage> {
    let mark = Mark::of(machine, device, found);
    let marked = mark.map(|mark| Damage { uplink_gone: false, evidence: mark.reason });
    uplink_gone(device, found, facts).into_iter().chain(marked).collect()
}

/// The uplink's port has no type, and no netdev of the PF is to be seen: one in
/// another network namespace would leave the port its type.
fn uplink_gone(device: &DeviceFacts, found: &Device, facts: &Facts) -> Option<Damage> {
    let loses = profile(device.driver.as_deref()).can_lose_uplink;
    let mut ports = device.ports.iter();
    let port = ports.find(|port| {
        port.flavour == Some(Flavour::Physical)
            && port.kind == Some(PortType::NotSet)
            && port.netdev_ifindex.is_none()
            && !facts.links.iter().any(|l| l.devlink_port.as_ref() == Some(&port.handle))
    })?;
    (loses && uplinks(found).is_empty()).then(|| Damage {
        uplink_gone: true,
        evidence: format!("port {} has no type, and its netdev is gone", port.handle),
    })
}

fn uplinks(found: &Device) -> Vec<u32> {
    let own = found.ports.iter().filter(|p| matches!(p.role, Role::Uplink | Role::Pf));
    own.filter_map(|port| Some(port.netdev.as_ref()?.ifindex)).collect()
}

fn instances(machine: &dyn Machine, device: &Handle) -> Vec<Option<u64>> {
    let vfs = device.pci_address().map(|pf| pci::vfs(machine, pf)).unwrap_or_default();
    vfs.iter().map(|(_, vf)| machine.instance(&vf.device.sysfs_path()?)).collect()
}

fn boot(machine: &dyn Machine) -> String {
    machine.text("/proc/sys/kernel/random/boot_id").unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{
        lookup,
        sys::capture::{Capture, Replay},
        topology,
    };

    fn text() -> String {
        fs::read_to_string("tests/fixtures/capture/6.12/mlx5.capture.json").unwrap()
    }

    fn replay(text: &str) -> (Replay, Facts) {
        let replay = Replay::new(Capture::parse(text).unwrap());
        let device = "pci/01:00.0".parse().unwrap();
        let (facts, _) = lookup::inventory(&replay, &[device]).unwrap();
        (replay, facts)
    }

    fn evidence(replay: &Replay, facts: &Facts) -> Vec<String> {
        let found = topology::inventory(facts).devices.remove(0);
        let damage = damage(replay, &facts.devices[0], &found, facts);
        damage.into_iter().map(|damage| damage.evidence).collect()
    }

    #[test]
    fn an_uplink_whose_port_has_no_type_is_gone() {
        let (replay, mut facts) = replay(&text());
        assert_eq!(evidence(&replay, &facts), [""; 0]);
        let uplink = facts.links.iter().position(|link| link.name == "enp1s0np0");
        let uplink = facts.links.remove(uplink.unwrap());
        let mut ports = facts.devices[0].ports.iter_mut();
        let port = ports.find(|p| Some(&p.handle) == uplink.devlink_port.as_ref());
        let port = port.unwrap();
        port.netdev_ifindex = None;
        let seen = evidence(&replay, &facts);
        assert_eq!(seen, [""; 0], "in another network namespace the port has its type");
        let mut ports = facts.devices[0].ports.iter_mut();
        let port = ports.find(|p| Some(&p.handle) == uplink.devlink_port.as_ref());
        port.unwrap().kind = Some(PortType::NotSet);
        assert!(evidence(&replay, &facts)[0].contains("auxiliary/mlx5_core.eth.0/"));
        facts.devices[0].driver = Some("ice".into());
        assert_eq!(evidence(&replay, &facts), [""; 0]);
    }

    #[test]
    fn a_mark_counts_for_what_it_was_made_of_alone() {
        let (machine, facts) = replay(&text());
        let found = topology::inventory(&facts).devices.remove(0);
        let mark = Mark::new(&machine, &facts.devices[0], &found, "lost").unwrap();
        let seen = |mark: &Mark| {
            let mut capture: serde_json::Value = serde_json::from_str(&text()).unwrap();
            let content =
                serde_json::json!({ "text": serde_json::to_string(mark).unwrap() });
            capture["files"][Mark::path(&facts.devices[0].handle)] = content;
            let (machine, facts) = replay(&capture.to_string());
            evidence(&machine, &facts)
        };
        assert_eq!(seen(&mark), ["lost"]);
        let legacy = Mark { mode: EswitchMode::Legacy, ..mark.clone() };
        let boot = Mark { boot: "another".into(), ..mark.clone() };
        let reloaded = Mark { uplinks: vec![77], ..mark.clone() };
        let remade = Mark { vfs: vec![Some(1)], ..mark };
        for other in [legacy, boot, reloaded, remade] {
            assert_eq!(seen(&other), [""; 0]);
        }
    }
}
