// SPDX-License-Identifier: MIT OR Apache-2.0
//! Properties for udev's database, as `KEY=value` lines.

use std::fmt::Write as _;

use crate::model::{Identity, NamingRole, SwitchId};

/// The lines that the udev helper prints for a port, most important first, as
/// udev cuts long output off.
///
/// No value can hold more than letters, digits and `_.:/-`: names and handles
/// come from the kernel, but what is in them may come from a device, and a
/// value of another kind is left out whole.
#[must_use]
pub fn properties(
    identity: &Identity,
    name: &str,
    policy: &str,
    switch_id: Option<&SwitchId>,
) -> String {
    let (controller, pf, vf, sf) = match identity.role {
        NamingRole::Uplink { .. } => (None, None, None, None),
        NamingRole::PfRep { controller, pf, .. } => (Some(controller), pf, None, None),
        NamingRole::VfRep { controller, pf, vf } => {
            (Some(controller), pf, Some(vf), None)
        }
        NamingRole::SfRep { controller, pf, sf } => {
            (Some(controller), pf, None, Some(sf))
        }
    };
    let representor = !matches!(identity.role, NamingRole::Uplink { .. });
    let number = |number: Option<u32>| number.map(|number| number.to_string());
    let all = [
        ("SWDEV_NAME", Some(name.to_owned())),
        ("SWDEV_ROLE", Some(identity.role.as_str().to_owned())),
        ("SWDEV_DEVICE", Some(identity.device.to_string())),
        ("SWDEV_CONTROLLER", number(controller)),
        ("SWDEV_PF", number(pf)),
        ("SWDEV_VF", number(vf)),
        ("SWDEV_SF", number(sf)),
        ("NM_UNMANAGED", representor.then(|| "1".to_owned())),
        ("SWDEV_POLICY", Some(policy.to_owned())),
        ("SWDEV_SWITCH_ID", switch_id.map(ToString::to_string)),
    ];
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_.:/-".contains(&b);
    let mut text = String::new();
    for (key, value) in all {
        if let Some(value) = value.filter(|value| value.bytes().all(plain)) {
            let _ = writeln!(text, "{key}={value}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Handle;

    #[test]
    fn a_value_that_could_be_more_than_a_value_is_left_out() {
        let role = NamingRole::VfRep { controller: 0, pf: None, vf: 3 };
        let device = Handle::new("pci", "x\nNAME=evil");
        let identity = Identity { device, base: "eni1".into(), role };
        let text = properties(&identity, "eni1r3", "systemd-1", None);
        assert_eq!(
            text,
            "SWDEV_NAME=eni1r3\nSWDEV_ROLE=vf_rep\nSWDEV_CONTROLLER=0\nSWDEV_VF=3\n\
             NM_UNMANAGED=1\nSWDEV_POLICY=systemd-1\n"
        );
    }
}
