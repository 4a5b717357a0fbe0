// SPDX-License-Identifier: MIT OR Apache-2.0
//! Properties for udev's database, as `KEY=value` lines.

use std::fmt::Write as _;

use crate::{
    model::{AltName, Identity, Place, Role, SwitchId},
    naming::Policy,
};

/// The lines that the udev helper prints for a netdev, most important first, as
/// udev cuts long output off. Without a policy, what the netdev is and no name.
///
/// No value can hold more than letters, digits and `_.:/,-`: names and handles
/// come from the kernel, but what is in them may come from a device, and a
/// value of another kind is left out whole.
#[must_use]
pub fn properties(
    identity: &Identity,
    policy: Option<&Policy>,
    switch_id: Option<&SwitchId>,
) -> String {
    let name = policy.and_then(|policy| policy.name(identity));
    let name = name.map(|name| name.name.to_string());
    let altnames = policy.map(|policy| policy.altnames(identity)).unwrap_or_default();
    let altnames: Vec<&str> = altnames.iter().map(AltName::as_str).collect();
    let force = name.is_some() && policy.is_some_and(|policy| policy.force(identity));
    let unmanaged = policy
        .map_or(identity.place.is_representor(), |policy| policy.unmanaged(identity));
    let [controller, pf, vf, sf] =
        identity.place.numbers().map(|number| number.map(|number| number.to_string()));
    let yes = |yes: bool| yes.then(|| "1".to_owned());
    // A policy that leaves the VF's name as it is leaves the names that systemd may take too.
    let corrections = match policy.is_none() || name.is_some() {
        true => corrections(identity),
        false => Default::default(),
    };
    let ours = [
        ("SWDEV_NAME", name),
        ("SWDEV_FORCE", yes(force)),
        ("SWDEV_ROLE", Some(identity.place.role.as_str().to_owned())),
        ("SWDEV_DEVICE", Some(identity.device.to_string())),
        ("SWDEV_CONTROLLER", controller),
        ("SWDEV_PF", pf),
        ("SWDEV_VF", vf),
        ("SWDEV_SF", sf),
        ("NM_UNMANAGED", yes(unmanaged)),
        ("ID_NET_MANAGED_BY", unmanaged.then(|| "unmanaged".to_owned())),
        ("SWDEV_POLICY", policy.map(Policy::id)),
        ("SWDEV_ALTNAMES", (!altnames.is_empty()).then(|| altnames.join(","))),
        ("SWDEV_SWITCH_ID", switch_id.map(ToString::to_string)),
    ];
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_.:/,-".contains(&b);
    let mut text = String::new();
    for (key, value) in ours.into_iter().chain(corrections) {
        if let Some(value) = value.filter(|value| value.bytes().all(plain)) {
            let _ = writeln!(text, "{key}={value}");
        }
    }
    text
}

/// The names that systemd would have given to a VF that it has numbered wrongly.
fn corrections(identity: &Identity) -> [(&'static str, Option<String>); 3] {
    let Place { role, vf, .. } = identity.place;
    let vf = vf.filter(|_| role == Role::Vf && identity.systemd.is_none());
    let of_vf = |base: &Option<String>| Some(format!("{}v{}", base.as_ref()?, vf?));
    let base = &identity.base.in_force;
    [
        ("ID_NET_NAME_PATH", of_vf(&base.path)),
        ("ID_NET_NAME_SLOT", of_vf(&base.slot)),
        ("ID_NET_NAME_ONBOARD", of_vf(&base.onboard)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Base, BaseFacts, ConfigFile, Handle, Scheme};

    fn identity(device: Handle, place: Place) -> Identity {
        let scheme = Scheme::NEWEST;
        let in_force = BaseFacts::Netdevsim { id: 1 }.names(scheme);
        let base = Base { scheme, in_force, newest: None };
        Identity { device, driver: None, base, systemd: None, place }
    }

    fn lines(device: Handle, place: Place) -> String {
        properties(&identity(device, place), Some(&Policy::default_policy()), None)
    }

    const VF_REP: Place = Place::vf_rep(0, None, 3);

    #[test]
    fn a_value_that_could_be_more_than_a_value_is_left_out() {
        assert_eq!(
            lines(Handle::new("pci", "x\nNAME=evil"), VF_REP),
            "SWDEV_NAME=eni1r3\nSWDEV_ROLE=vf_rep\nSWDEV_CONTROLLER=0\nSWDEV_VF=3\n\
             NM_UNMANAGED=1\nID_NET_MANAGED_BY=unmanaged\nSWDEV_POLICY=systemd-1\n"
        );
    }

    #[test]
    fn a_vf_that_systemd_left_has_systemds_names_and_stays_managed() {
        assert_eq!(
            lines(Handle::new("pci", "0000:03:00.0"), Place::vf(3)),
            "SWDEV_NAME=eni1v3\nSWDEV_ROLE=vf\nSWDEV_DEVICE=pci/0000:03:00.0\nSWDEV_VF=3\n\
             SWDEV_POLICY=systemd-1\nID_NET_NAME_PATH=eni1v3\n"
        );
    }

    /// Packages install such a policy, so that they change nothing before the
    /// administrator chooses another.
    #[test]
    fn a_policy_without_names_leaves_all_to_systemd_and_to_network_managers() {
        let path = "packaging/naming-policy/default.toml".to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let policy = Policy::read(&ConfigFile { path, text }, &[]).unwrap();
        let device = || Handle::new("pci", "0000:03:00.0");
        for place in [VF_REP, Place::vf(3)] {
            let text = properties(&identity(device(), place), Some(&policy), None);
            let only_facts = |line: &str| line.starts_with("SWDEV_");
            assert!(text.lines().all(only_facts), "{text}");
            assert!(text.contains("SWDEV_POLICY=none-1\n"), "{text}");
            assert!(!text.contains("SWDEV_NAME"), "{text}");
        }
    }

    #[test]
    fn what_systemd_names_is_left_to_it() {
        let device = Handle::new("pci", "0000:03:00.0");
        let vf = identity(device, Place::vf(3));
        let vf = Identity { systemd: "eni1v3".parse().ok(), ..vf };
        assert_eq!(
            properties(&vf, Some(&Policy::default_policy()), None),
            "SWDEV_ROLE=vf\nSWDEV_DEVICE=pci/0000:03:00.0\nSWDEV_VF=3\nSWDEV_POLICY=systemd-1\n"
        );
    }

    #[test]
    fn without_a_policy_a_representor_is_known_and_unmanaged() {
        let identity = identity(Handle::new("pci", "0000:03:00.0"), VF_REP);
        assert_eq!(
            properties(&identity, None, None),
            "SWDEV_ROLE=vf_rep\nSWDEV_DEVICE=pci/0000:03:00.0\nSWDEV_CONTROLLER=0\n\
             SWDEV_VF=3\nNM_UNMANAGED=1\nID_NET_MANAGED_BY=unmanaged\n"
        );
    }

    #[test]
    fn a_policy_can_leave_representors_to_network_managers() {
        let text = "name = \"x\"\nversion = 1\nextends = \"systemd\"\n\
            [roles]\nunmanaged = false\n";
        let file = ConfigFile { path: "x".into(), text: text.into() };
        let policy = Policy::read(&file, &[]).unwrap();
        let identity = identity(Handle::new("pci", "0000:03:00.0"), VF_REP);
        assert!(!properties(&identity, Some(&policy), None).contains("MANAGED"));
    }
}
