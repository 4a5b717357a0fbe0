// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a failed change can leave behind that a further change makes worse, and how
//! it is recognized.
//!
//! With `mlx5_core` a failed switch can unregister the PF's netdev (its devlink port
//! then has no type), and it takes the forwarding table of legacy mode down, so that
//! VFs pass no packets while the kernel reports mode legacy. The kernel shows the
//! first; of the second a mark tells, which whoever saw the failure has written.
//!
//! A switch to legacy reports success although the PF's netdev could not be configured
//! for it. The netdev then stays the uplink's representor, and refers to what has been
//! freed (`mlx5e_vport_rep_unload`, `mlx5e_netdev_change_profile`).
//!
//! A switch reports success although firmware refused another first table for the one that
//! was removed. The driver then takes the removed one for the first still, and sets no
//! other (`update_root_ft_destroy`). Whoever counted the refusals leaves a mark.

use serde::{Deserialize, Serialize};

use super::{Reading, kept::file_name, netdevs};
use crate::{
    driver::profile,
    model::{Damage, DamageKind, EswitchMode, Flavour, Handle, PortType, Role},
    sys::{Machine, blockers, devlink, pci},
};

/// What `mlx5_core` holds back at the netdev of an uplink's representor
/// (`mlx5e_fix_uplink_rep_features`).
const HELD_BACK: &str = "rx-vlan-filter";

/// The folder of the marks, one file a device.
pub const FOLDER: &str = "broken";

/// A change has taken forwarding down, and nothing has rebuilt it since.
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
    /// Whether it is the first table of a path: new VFs do not bring it back.
    #[serde(default)]
    pub root: bool,
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
        reading: &Reading,
        (reason, root): (&str, bool),
    ) -> Option<Self> {
        let device = &reading.own;
        Some(Self {
            schema: Self::SCHEMA.into(),
            boot: machine.host().boot(),
            device: device.handle.clone(),
            reason: reason.into(),
            root,
            mode: device.eswitch.mode()?,
            vfs: instances(machine, &device.handle),
            uplinks: uplinks(reading),
        })
    }

    /// The file of the mark of a device, without its folder.
    #[must_use]
    pub fn file_name(device: &Handle) -> String {
        file_name(device, ".json")
    }

    /// The mark that was left on a device, if it still tells of what is there: the
    /// same VFs and the same uplink, in the same mode, of this boot.
    fn of(machine: &dyn Machine, reading: &Reading) -> Option<Self> {
        let device = &reading.own;
        let text = machine.host().kept(FOLDER, &Self::file_name(&device.handle));
        let mark: Option<Self> = text
            .and_then(|text| {
                Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
            })
            .inspect_err(|error| log::debug!("mark on {}: {error}", device.handle))
            .ok()?;
        let mark = mark?;
        let now = Self::new(machine, reading, (&mark.reason, mark.root))?;
        (mark == now).then_some(mark)
    }
}

/// What shows that the device's eswitch is broken; empty for a sound one.
#[must_use]
pub fn damage(machine: &dyn Machine, reading: &Reading) -> Vec<Damage> {
    let mark = Mark::of(machine, reading);
    let marked = mark.map(|mark| Damage {
        kind: if mark.root { DamageKind::RootLost } else { DamageKind::Forwarding },
        evidence: mark.reason,
    });
    let uplink = uplink_gone(reading).or_else(|| uplink_stale(machine, reading));
    uplink.into_iter().chain(marked).collect()
}

/// Damage by a switch to legacy that left the PF's netdev as it was in switchdev. No list
/// of links is asked for: with it goes a question for the netdev's statistics, at which
/// the driver reads what it has freed (`rtnl_fill_stats`, `mlx5e_get_stats`).
#[must_use]
pub fn stale_uplink(machine: &dyn Machine, device: &Handle) -> Option<Damage> {
    let driver = pci::driver_of(machine, device);
    let mode = devlink::eswitch(machine, device).ok().flatten()?.mode;
    if !can_be_stale(driver.as_deref(), Some(mode)) {
        return None;
    }
    let folder = format!("{}/net", device.sysfs_path()?);
    let name = machine.list(&folder).ok()?.into_iter().find(|name| {
        let ifindex = machine.number(&format!("{folder}/{name}/ifindex"));
        ifindex.is_some_and(|it| blockers::is_held_back(machine, it, HELD_BACK))
    });
    Some(stale(&name?))
}

/// The same, where all has been read.
fn uplink_stale(machine: &dyn Machine, reading: &Reading) -> Option<Damage> {
    if !can_be_stale(reading.own.driver.as_deref(), reading.own.eswitch.mode()) {
        return None;
    }
    let ifindex = uplinks(reading)
        .into_iter()
        .find(|ifindex| blockers::is_held_back(machine, *ifindex, HELD_BACK))?;
    let link = reading.links.iter().find(|link| link.ifindex == ifindex);
    Some(stale(link.map_or("its netdev", |link| &link.name)))
}

fn can_be_stale(driver: Option<&str>, mode: Option<EswitchMode>) -> bool {
    profile(driver).can_lose_uplink && mode == Some(EswitchMode::Legacy)
}

fn stale(name: &str) -> Damage {
    let evidence = format!(
        "{name} is still configured for switchdev: its driver holds {HELD_BACK} back"
    );
    Damage { kind: DamageKind::UplinkStale, evidence }
}

/// The uplink's port has no type, and no netdev of the PF is to be seen: one in
/// another network namespace would leave the port its type.
fn uplink_gone(reading: &Reading) -> Option<Damage> {
    let loses = profile(reading.own.driver.as_deref()).can_lose_uplink;
    let mut ports = reading.own.ports.iter();
    let port = ports.find(|port| {
        port.flavour == Some(Flavour::Physical)
            && port.kind == Some(PortType::NotSet)
            && port.netdev_ifindex.is_none()
            && !reading
                .links
                .iter()
                .any(|l| l.devlink_port.as_ref() == Some(&port.handle))
    })?;
    (loses && uplinks(reading).is_empty()).then(|| Damage {
        kind: DamageKind::UplinkGone,
        evidence: format!("port {} has no type, and its netdev is gone", port.handle),
    })
}

fn uplinks(reading: &Reading) -> Vec<u32> {
    netdevs(&reading.device, &[Role::Uplink, Role::Pf])
}

fn instances(machine: &dyn Machine, device: &Handle) -> Vec<Option<u64>> {
    let vfs = device.pci_address().map(|pf| pci::vfs(machine, pf)).unwrap_or_default();
    vfs.iter().map(|(_, vf)| machine.instance(&vf.device.sysfs_path()?)).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{
        model::{EswitchState, Facts},
        sys::capture::{Capture, Replay},
        topology,
    };

    fn text() -> String {
        fs::read_to_string("tests/fixtures/capture/6.12/mlx5.capture.json").unwrap()
    }

    fn replay(text: &str) -> (Replay, Reading) {
        let replay = Replay::new(Capture::parse(text).unwrap());
        let device = "pci/01:00.0".parse().unwrap();
        let reading = Reading::of(&replay, &device).unwrap();
        (replay, reading)
    }

    /// The evidence of what a reading shows when its facts have been changed.
    fn evidence(replay: &Replay, reading: &mut Reading) -> Vec<String> {
        let facts = Facts {
            devices: vec![reading.own.clone()],
            links: reading.links.clone(),
            warnings: Vec::new(),
        };
        reading.device = topology::inventory(&facts).devices.remove(0);
        let damage = damage(replay, reading);
        damage.into_iter().map(|damage| damage.evidence).collect()
    }

    #[test]
    fn an_uplink_whose_port_has_no_type_is_gone() {
        let (replay, mut reading) = replay(&text());
        assert_eq!(evidence(&replay, &mut reading), [""; 0]);
        let uplink = reading.links.iter().position(|link| link.name == "enp1s0np0");
        let uplink = reading.links.remove(uplink.unwrap());
        let mut ports = reading.own.ports.iter_mut();
        let port = ports.find(|p| Some(&p.handle) == uplink.devlink_port.as_ref());
        let port = port.unwrap();
        port.netdev_ifindex = None;
        let seen = evidence(&replay, &mut reading);
        assert_eq!(seen, [""; 0], "in another network namespace the port has its type");
        let mut ports = reading.own.ports.iter_mut();
        let port = ports.find(|p| Some(&p.handle) == uplink.devlink_port.as_ref());
        port.unwrap().kind = Some(PortType::NotSet);
        assert!(
            evidence(&replay, &mut reading)[0].contains("auxiliary/mlx5_core.eth.0/")
        );
        reading.own.driver = Some("ice".into());
        assert_eq!(evidence(&replay, &mut reading), [""; 0]);
    }

    #[test]
    fn an_uplink_that_is_as_in_switchdev_is_stale_in_legacy_alone() {
        let (_, mut reading) = replay(&text());
        let uplink = uplinks(&reading)[0];
        let with = |wanted: &[&str], active: &[&str]| {
            let mut capture: serde_json::Value = serde_json::from_str(&text()).unwrap();
            let (question, reply) = blockers::features_in_capture(uplink, wanted, active);
            capture["answers"][question] =
                serde_json::json!({ "answer": { "messages": [reply] } });
            Replay::new(Capture::parse(&capture.to_string()).unwrap())
        };
        let stale = with(&["rx-vlan-filter"], &[]);
        assert_eq!(evidence(&stale, &mut reading), [""; 0], "as it is in switchdev");
        reading.own.eswitch = EswitchState::Known(EswitchMode::Legacy.into());
        assert!(evidence(&stale, &mut reading)[0].contains("enp1s0np0 is still"));
        let sound = with(&["rx-vlan-filter"], &["rx-vlan-filter"]);
        assert_eq!(evidence(&sound, &mut reading), [""; 0]);
        assert_eq!(evidence(&with(&[], &[]), &mut reading), [""; 0], "switched off");
        reading.own.driver = Some("ice".into());
        assert_eq!(evidence(&stale, &mut reading), [""; 0]);
    }

    #[test]
    fn a_stale_uplink_is_seen_without_a_list_of_links() {
        const DEVICE: &str = "bus/pci/devices/0000:01:00.0";
        let (_, reading) = replay(&text());
        let (question, reply) =
            blockers::features_in_capture(uplinks(&reading)[0], &["rx-vlan-filter"], &[]);
        let mut capture: serde_json::Value = serde_json::from_str(&text()).unwrap();
        let answers = capture["answers"].as_object_mut().unwrap();
        answers.retain(|question, _| !question.starts_with("route"));
        answers
            .insert(question, serde_json::json!({ "answer": { "messages": [reply] } }));
        capture["folders"][format!("{DEVICE}/net")] = serde_json::json!(["enp1s0np0"]);
        capture["files"][format!("{DEVICE}/net/enp1s0np0/ifindex")] =
            serde_json::json!({ "text": uplinks(&reading)[0].to_string() });
        let seen = |capture: &str| {
            let machine = Replay::new(Capture::parse(capture).unwrap());
            assert!(Reading::of(&machine, &reading.own.handle).is_err());
            stale_uplink(&machine, &reading.own.handle)
        };
        let switchdev = capture.to_string();
        assert_eq!(seen(&switchdev), None);
        // The attribute of the mode, and its value.
        let legacy = switchdev.replace("0600190001000000", "0600190000000000");
        assert_ne!(legacy, switchdev);
        let damage = seen(&legacy).unwrap();
        assert_eq!(damage.kind, DamageKind::UplinkStale);
        assert!(damage.evidence.contains("enp1s0np0 is still"));
    }

    #[test]
    fn a_mark_counts_for_what_it_was_made_of_alone() {
        let (machine, reading) = replay(&text());
        let mark = Mark::new(&machine, &reading, ("lost", false)).unwrap();
        let seen = |mark: &Mark| {
            let mut capture: serde_json::Value = serde_json::from_str(&text()).unwrap();
            let content =
                serde_json::json!({ "text": serde_json::to_string(mark).unwrap() });
            let file = Mark::file_name(&reading.own.handle);
            capture["files"][format!("/run/swdevctl/broken/{file}")] = content;
            let (machine, mut reading) = replay(&capture.to_string());
            evidence(&machine, &mut reading)
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
