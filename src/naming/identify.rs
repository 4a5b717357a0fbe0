// SPDX-License-Identifier: MIT OR Apache-2.0
//! From the attributes of one netdev to its identity.

use crate::driver::{PfNumber, is_foreign, profile};
use crate::model::{
    Base, Handle, Identity, IfName, Link, LinkType, Place, Role, Scheme, UdevNames,
};

/// The device that a netdev with a port name is on, by its parent device or else its
/// devlink port; nothing where it does not say.
#[must_use]
pub fn owner(link: &Link) -> Option<Handle> {
    link.phys_port_name.as_ref()?;
    let owner = link.device()?;
    matches!(owner.bus.as_str(), "pci" | "netdevsim").then(|| owner.clone())
}

/// The role of a netdev among the ports of its device, whose driver is given; none where
/// the netdev is no port of an eswitch, or its port name is not in the grammar.
#[must_use]
pub fn port_place(link: &Link, device: &Handle, driver: Option<&str>) -> Option<Place> {
    let name = Place::parse(link.phys_port_name.as_deref()?)?;
    if !is_port(link, device, driver, name) {
        return None;
    }
    let index = link.devlink_port.as_ref().map(|port| port.index);
    name.named(is_foreign(driver, name, index))
}

/// Whether a netdev with that port name is certainly a port of an eswitch.
///
/// A switch id without a port name, and a port name without a switch id, occur on
/// many NICs that have no eswitch; neither alone is enough to rename. Two port names
/// need no switch id: that of an SF, whose representor has none on ice
/// (devlink_port.c, `ice_devlink_create_sf_port`); and that of a representor with the
/// PF as its parent whose PF number is the PF's function, since bnxt says the switch
/// id only when all representors are there (bnxt_vfr.c, `bnxt_dl_eswitch_mode_set`).
fn is_port(link: &Link, device: &Handle, driver: Option<&str>, name: Place) -> bool {
    let of_function = |pf: u32| {
        let function = device.pci_address().map(|address| u32::from(address.function));
        profile(driver).pf_number == PfNumber::PciFunction
            && link.parent.as_ref() == Some(device)
            && function == Some(pf)
    };
    let certain = match name {
        Place { role: Role::SfRep, .. } => true,
        Place {
            role: Role::VfRep | Role::PfRep, controller: 0, pf: Some(pf), ..
        } => of_function(pf),
        _ => false,
    };
    certain || link.switch_id.is_some()
}

/// Whether a netdev on a VF or SF is the function's own: an Ethernet one without a
/// port name, as it is no port of the eswitch.
#[must_use]
pub fn is_own_netdev(link: &Link) -> bool {
    link.link_type == LinkType::ETHER
        && link.phys_port_name.is_none()
        && link.kind.is_none()
}

/// The identity of a netdev of a device; `udev` is what systemd has made of it in the
/// present event, where that is known.
#[must_use]
pub fn identity(
    link: &Link,
    device: &Handle,
    driver: Option<&str>,
    base: Base,
    place: Place,
    udev: Option<&UdevNames>,
) -> Identity {
    let systemd = match udev {
        Some(names) if *names != UdevNames::default() => given_name(names, &base, place),
        _ => expected_name(link, &base, place),
    };
    let driver = driver.map(str::to_owned);
    Identity { device: device.clone(), driver, base, systemd, place }
}

/// The suffix that systemd appends to a device's base for the netdev of a function.
#[must_use]
pub fn ending_of_function(place: Place) -> Option<String> {
    match place.role {
        Role::Vf => place.vf.map(|vf| format!("v{vf}")),
        Role::Sf => place.sf.map(|sf| format!("S{sf}")),
        _ => None,
    }
}

/// The name that systemd has given: the first valid name of its schemes. The name of a VF
/// counts only if it has the VF's number, which systemd does not find while the kernel
/// creates the links of VFs; schemes before v239 have no such number.
fn given_name(names: &UdevNames, base: &Base, place: Place) -> Option<IfName> {
    let valid =
        names.by_schemes().into_iter().flatten().find_map(|name| name.parse().ok());
    let name: IfName = valid?;
    let by_number = base.scheme >= Scheme::VFS_BY_NUMBER;
    let is_right = match place.role {
        Role::Uplink => true,
        Role::Vf if !by_number => true,
        Role::Vf | Role::Sf => ending_of_function(place)
            .is_some_and(|ending| name.as_str().ends_with(&ending)),
        _ => false,
    };
    is_right.then_some(name)
}

/// The name that systemd would give by the scheme in force, when asked now.
fn expected_name(link: &Link, base: &Base, place: Place) -> Option<IfName> {
    let seen = link.parent.as_ref().is_some_and(|parent| {
        parent.bus != "netdevsim" || base.scheme >= Scheme::NETDEVSIM
    });
    if !seen {
        return None;
    }
    let ending = match place.role {
        Role::Uplink => format!("n{}", link.phys_port_name.as_ref()?),
        // These schemes name a VF by its own address, and not after its PF.
        Role::Vf if base.scheme < Scheme::VFS_BY_NUMBER => {
            return link.name.parse().ok();
        }
        Role::Sf if base.scheme < Scheme::SFS => return None,
        _ => ending_of_function(place)?,
    };
    let names = [&base.in_force.onboard, &base.in_force.slot, &base.in_force.path];
    names.into_iter().flatten().find_map(|name| format!("{name}{ending}").parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BaseNames, SwitchId};

    fn link(port_name: Option<&str>, switch_id: bool, parent: Option<&str>) -> Link {
        Link {
            phys_port_name: port_name.map(Into::into),
            switch_id: switch_id.then(|| SwitchId::new(&[1]).unwrap()),
            parent: parent.map(|handle| handle.parse().unwrap()),
            ..Link::default()
        }
    }

    fn role(link: &Link, driver: &str) -> Option<Place> {
        port_place(link, &owner(link)?, Some(driver))
    }

    #[test]
    fn only_a_port_with_all_its_marks_has_a_role() {
        let sim = Some("netdevsim/netdevsim1");
        let role = |link: Link| role(&link, "netdevsim");
        assert!(role(link(Some("p1"), true, sim)).is_some());
        assert!(role(link(None, true, sim)).is_none());
        assert!(role(link(Some("p1"), false, sim)).is_none());
        assert!(role(link(Some("pf0vf1"), false, sim)).is_none());
        assert!(role(link(Some("pf0sf5"), false, sim)).is_some());
        assert!(role(link(Some("p1"), true, None)).is_none());
        assert!(role(link(Some("p1"), true, Some("usb/1-1"))).is_none());
    }

    #[test]
    fn a_representor_that_is_told_before_its_switch_id_is_known_has_its_role() {
        let early = link(Some("pf1vf3"), false, Some("pci/03:00.1"));
        let vf_rep = Place::vf_rep(0, None, 3);
        assert_eq!(role(&early, "bnxt_en"), Some(vf_rep));
        assert_eq!(role(&early, "mlx5_core"), None);
        // The number of another PF, and a port that any NIC has.
        assert_eq!(
            role(&link(Some("pf0vf3"), false, Some("pci/03:00.1")), "bnxt_en"),
            None
        );
        assert_eq!(role(&link(Some("p1"), false, Some("pci/03:00.1")), "bnxt_en"), None);
    }

    #[test]
    fn a_port_name_outside_the_grammar_has_no_role() {
        for hostile in ["$(reboot)", "pf0vf1\nNAME=x", "pf0vf1;id", "", "3"] {
            let link = link(Some(hostile), true, Some("netdevsim/netdevsim1"));
            assert_eq!(role(&link, "netdevsim"), None, "{hostile:?}");
        }
    }

    /// What is left to systemd, of a netdev that systemd has given these names.
    fn left(
        place: Place,
        scheme: &str,
        slot: Option<&str>,
        path: Option<&str>,
    ) -> Option<String> {
        let base = Base {
            scheme: Scheme::named(scheme),
            in_force: BaseNames { path: Some("enp1s0".into()), ..BaseNames::default() },
            newest: None,
        };
        let names = UdevNames {
            scheme: Some(scheme.into()),
            slot: slot.map(Into::into),
            path: path.map(Into::into),
            ..UdevNames::default()
        };
        let link = link(None, false, Some("pci/01:00.0"));
        let device = "pci/01:00.0".parse().unwrap();
        let identity = identity(&link, &device, None, base, place, Some(&names));
        identity.systemd.map(|name| name.to_string())
    }

    #[test]
    fn what_systemd_names_rightly_is_left_to_it() {
        let uplink = || Place::uplink(Some(0), None);
        let of = |slot, path| left(uplink(), "v252", slot, path);
        assert_eq!(of(None, Some("enp1s0np0")).as_deref(), Some("enp1s0np0"));
        assert_eq!(of(Some("ens5np0"), Some("enp1s0np0")).as_deref(), Some("ens5np0"));
        // The first is too long, so systemd takes the next; or has none.
        assert_eq!(
            of(Some("enP65536s5f0np0"), Some("eno1")).as_deref(),
            Some("enP65536s5f0np0")
        );
        assert_eq!(of(Some("enP65536s15f0np0"), Some("eno1")).as_deref(), Some("eno1"));
        assert_eq!(of(None, Some("enP65536p10s0np0")), None);
        assert_eq!(of(None, None), None);
        // VFs: by number, or in an old scheme by address.
        let vf = || Place::vf(3);
        assert_eq!(
            left(vf(), "v252", None, Some("enp1s0v3")).as_deref(),
            Some("enp1s0v3")
        );
        assert_eq!(left(vf(), "v252", None, Some("enp1s0f4")), None);
        assert_eq!(
            left(vf(), "v238", None, Some("enp1s0f4")).as_deref(),
            Some("enp1s0f4")
        );
        assert_eq!(
            left(Place::sf(8), "v261", None, Some("enp1s0S8")).as_deref(),
            Some("enp1s0S8")
        );
        // systemd has no right name for a representor.
        let rep = Place::vf_rep(0, None, 3);
        assert_eq!(left(rep, "v257", None, Some("enp1s0r3")), None);
    }
}
