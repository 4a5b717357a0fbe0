// SPDX-License-Identifier: MIT OR Apache-2.0
//! From what one netdev says of itself to its identity.

use crate::driver::is_foreign;
use crate::model::{BaseFacts, Handle, Identity, Link, NamingRole, PhysPortName};

/// The device that a netdev with a switch id and a port name is a port of, by
/// its parent device or else its devlink port; nothing where it is no port of
/// an eswitch, or does not say of which.
///
/// A switch id without a port name, and a port name without a switch id, occur
/// on many NICs that have no eswitch; neither alone is enough to rename. But the
/// port name of an SF is a representor's: those of ice have no switch id
/// (devlink_port.c, ice_devlink_create_sf_port).
#[must_use]
pub fn owner(link: &Link) -> Option<Handle> {
    let name = PhysPortName::parse(link.phys_port_name.as_deref()?);
    if link.switch_id.is_none() && !matches!(name, Some(PhysPortName::Sf { .. })) {
        return None;
    }
    let owner = link.device()?;
    matches!(owner.bus.as_str(), "pci" | "netdevsim").then(|| owner.clone())
}

/// The identity of a netdev of that device, whose driver is given; nothing where
/// its port name is not in the grammar.
#[must_use]
pub fn identity(
    link: &Link,
    device: &Handle,
    driver: Option<&str>,
    base: &BaseFacts,
) -> Option<Identity> {
    let name = PhysPortName::parse(link.phys_port_name.as_deref()?)?;
    let index = link.devlink_port.as_ref().map(|port| port.index);
    let foreign = is_foreign(driver, device, &name, index);
    let role = NamingRole::of(&name, foreign)?;
    let driver = driver.map(str::to_owned);
    Some(Identity { device: device.clone(), driver, base: *base, role })
}

/// The identity of the own netdev of a device's VF or SF, which is an Ethernet one
/// and has no port name, as it is no port of the eswitch.
#[must_use]
pub fn function(
    link: &Link,
    device: &Handle,
    driver: Option<&str>,
    base: &BaseFacts,
    role: NamingRole,
) -> Option<Identity> {
    let own = link.ethernet && link.phys_port_name.is_none() && link.kind.is_none();
    let driver = driver.map(str::to_owned);
    own.then(|| Identity { device: device.clone(), driver, base: *base, role })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SwitchId;

    fn link(port_name: Option<&str>, switch_id: bool, parent: Option<&str>) -> Link {
        Link {
            phys_port_name: port_name.map(Into::into),
            switch_id: switch_id.then(|| SwitchId::new(&[1]).unwrap()),
            parent: parent.map(|handle| handle.parse().unwrap()),
            ..Link::default()
        }
    }

    #[test]
    fn only_a_port_with_all_its_marks_has_an_owner() {
        let sim = Some("netdevsim/netdevsim1");
        assert!(owner(&link(Some("p1"), true, sim)).is_some());
        assert!(owner(&link(None, true, sim)).is_none());
        assert!(owner(&link(Some("p1"), false, sim)).is_none());
        assert!(owner(&link(Some("pf0sf5"), false, sim)).is_some());
        assert!(owner(&link(Some("p1"), true, None)).is_none());
        assert!(owner(&link(Some("p1"), true, Some("usb/1-1"))).is_none());
    }

    #[test]
    fn a_port_name_outside_the_grammar_has_no_identity() {
        let device = "netdevsim/netdevsim1".parse().unwrap();
        let base = BaseFacts::Netdevsim { id: 1 };
        for hostile in ["$(reboot)", "pf0vf1\nNAME=x", "pf0vf1;id", ""] {
            let link = link(Some(hostile), true, Some("netdevsim/netdevsim1"));
            assert_eq!(identity(&link, &device, None, &base), None, "{hostile:?}");
        }
    }
}
