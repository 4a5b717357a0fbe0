// SPDX-License-Identifier: MIT OR Apache-2.0
//! Properties for udev's database, as `KEY=value` lines.

use std::fmt::Write as _;

use crate::{
    model::{AltName, Identity, NamingRole, SwitchId},
    naming::Policy,
};

/// The lines that the udev helper prints for a netdev, most important first, as
/// udev cuts long output off.
///
/// No value can hold more than letters, digits and `_.:/,-`: names and handles
/// come from the kernel, but what is in them may come from a device, and a
/// value of another kind is left out whole.
#[must_use]
pub fn properties(
    identity: &Identity,
    policy: &Policy,
    switch_id: Option<&SwitchId>,
) -> String {
    let name = policy.name(identity).map(|name| name.name.to_string());
    let altnames = policy.altnames(identity);
    let altnames: Vec<&str> = altnames.iter().map(AltName::as_str).collect();
    let force = name.is_some() && policy.force(identity);
    let representor = identity.role.is_representor();
    let [controller, pf, vf, sf] =
        identity.role.numbers().map(|number| number.map(|number| number.to_string()));
    let yes = |yes: bool| yes.then(|| "1".to_owned());
    let ours = [
        ("SWDEV_NAME", name),
        ("SWDEV_FORCE", yes(force)),
        ("SWDEV_ROLE", Some(identity.role.as_str().to_owned())),
        ("SWDEV_DEVICE", Some(identity.device.to_string())),
        ("SWDEV_CONTROLLER", controller),
        ("SWDEV_PF", pf),
        ("SWDEV_VF", vf),
        ("SWDEV_SF", sf),
        ("NM_UNMANAGED", yes(representor)),
        ("SWDEV_POLICY", Some(policy.id())),
        ("SWDEV_ALTNAMES", (!altnames.is_empty()).then(|| altnames.join(","))),
        ("SWDEV_SWITCH_ID", switch_id.map(ToString::to_string)),
    ];
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_.:/,-".contains(&b);
    let mut text = String::new();
    for (key, value) in ours.into_iter().chain(systemds(identity)) {
        if let Some(value) = value.filter(|value| value.bytes().all(plain)) {
            let _ = writeln!(text, "{key}={value}");
        }
    }
    text
}

/// The names that systemd gives to a VF where it finds its number, which it does not
/// for some.
fn systemds(identity: &Identity) -> [(&'static str, Option<String>); 3] {
    let of_vf = |base: Option<String>| match identity.role {
        NamingRole::Vf { vf } => base.map(|base| format!("{base}v{vf}")),
        _ => None,
    };
    let base = &identity.base;
    [
        ("ID_NET_NAME_PATH", of_vf(Some(base.path_name()))),
        ("ID_NET_NAME_SLOT", of_vf(base.slot_name())),
        ("ID_NET_NAME_ONBOARD", of_vf(base.onboard_name())),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BaseFacts, Handle};

    fn lines(device: Handle, role: NamingRole) -> String {
        let base = BaseFacts::Netdevsim { id: 1 };
        let identity = Identity { device, driver: None, base, role };
        properties(&identity, &Policy::default_policy(), None)
    }

    #[test]
    fn a_value_that_could_be_more_than_a_value_is_left_out() {
        let role = NamingRole::VfRep { controller: 0, pf: None, vf: 3 };
        assert_eq!(
            lines(Handle::new("pci", "x\nNAME=evil"), role),
            "SWDEV_NAME=eni1r3\nSWDEV_ROLE=vf_rep\nSWDEV_CONTROLLER=0\nSWDEV_VF=3\n\
             NM_UNMANAGED=1\nSWDEV_POLICY=systemd-1\n"
        );
    }

    #[test]
    fn a_vf_has_systemds_names_too_and_stays_managed() {
        assert_eq!(
            lines(Handle::new("pci", "0000:03:00.0"), NamingRole::Vf { vf: 3 }),
            "SWDEV_NAME=eni1v3\nSWDEV_ROLE=vf\nSWDEV_DEVICE=pci/0000:03:00.0\nSWDEV_VF=3\n\
             SWDEV_POLICY=systemd-1\nID_NET_NAME_PATH=eni1v3\n"
        );
    }
}
