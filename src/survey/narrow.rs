// SPDX-License-Identifier: MIT OR Apache-2.0
//! What one row of an inventory is made from, however many other rows there are: a few
//! questions about the port, its function and the uplink.
//!
//! Where that is not certain to give the row that the whole device has, there is no
//! answer, and the whole device is to be read: in legacy mode of a kernel that does not
//! tell the mode, for representors that say neither parent nor port, and where an uplink
//! has no name that can be guessed.

use crate::{
    driver,
    model::{
        DeviceFacts, DevlinkPort, EswitchMode, Facts, Handle, Link, OwnFunction, Place,
        Role, Warning,
    },
    naming::Policy,
    sys::{Machine, base, devlink, gather, links, pci},
    topology,
};

use super::{
    by_policy_name, master,
    target::{Target, What, exists},
};

/// The facts of the row of a target, beside that of the uplink.
pub(super) fn facts(
    machine: &dyn Machine,
    policy: Option<&Policy>,
    target: &Target,
) -> Option<Facts> {
    let device = &target.device;
    let driver = pci::driver_of(machine, device);
    let profile = driver::profile(driver.as_deref());
    let is_represented = driver.as_deref().is_some_and(driver::is_represented);
    if profile.untied_ports || !profile.represents.is_empty() || is_represented {
        return None;
    }
    let mut reading = Narrow {
        machine,
        policy,
        several_uplinks: profile.several_uplinks,
        has_orphans: profile.orphan_representors.is_some(),
        first_vf: profile.first_vf,
        facts: empty(machine, device, driver)?,
        links: Vec::new(),
        warnings: Vec::new(),
    };
    reading.read(&target.what)?;
    Some(reading.into_facts())
}

/// A device without ports, functions and mode.
fn empty(
    machine: &dyn Machine,
    device: &Handle,
    driver: Option<String>,
) -> Option<DeviceFacts> {
    let folder = device.sysfs_path()?;
    let aliases = device.pci_address().map(|pf| pci::aliases(machine, pf));
    let files = machine.list(&folder).unwrap_or_default();
    let vfs = files.iter().filter(|file| file.starts_with("virtfn")).count();
    exists(machine, device).then(|| DeviceFacts {
        handle: device.clone(),
        driver,
        numa_node: machine.number(&format!("{folder}/numa_node")),
        eswitch: crate::model::EswitchState::None,
        ports: Vec::new(),
        sriov: pci::sriov(machine, device, vfs),
        vfs: Vec::new(),
        sfs: Vec::new(),
        base: None,
        aliases: aliases.unwrap_or_default(),
    })
}

struct Narrow<'a> {
    machine: &'a dyn Machine,
    policy: Option<&'a Policy>,
    has_orphans: bool,
    several_uplinks: bool,
    first_vf: u32,
    facts: DeviceFacts,
    links: Vec<Link>,
    warnings: Vec<Warning>,
}

impl Narrow<'_> {
    fn read(&mut self, what: &What) -> Option<()> {
        let eswitch =
            gather::eswitch(self.machine, &self.facts.handle, &mut self.warnings);
        self.facts.eswitch = eswitch.ok()?;
        let uplink = self.uplink()?;
        match what {
            What::Device => self.add_link(&uplink)?,
            What::Link(link) => self.add_link(link)?,
            What::Port(port) => {
                let port = devlink::port(self.machine, port).ok()?;
                let link = self.link_of(&port)?;
                self.add_port(port, link)?;
            }
            What::Vf(vf, device) => self.add_vf(*vf, device)?,
            What::Sf(device) => self.add_sf(device)?,
            What::Unnumbered => return None,
        }
        // A mode that is not known shows by representors alone.
        let is_representor = |link: &Link| {
            let place = link.phys_port_name.as_deref().and_then(Place::parse);
            place.is_some_and(Place::is_representor)
        };
        let is_known = self.facts.eswitch.mode().is_some();
        if !is_known && !self.links.iter().any(is_representor) {
            return None;
        }
        self.links.push(uplink);
        Some(())
    }

    fn into_facts(self) -> Facts {
        let mut links = self.links;
        let masters = links.iter().filter_map(|link| master(self.machine, link));
        links.extend(masters.collect::<Vec<Link>>());
        links.sort_by_key(|link| link.ifindex);
        links.dedup_by_key(|link| link.ifindex);
        Facts { devices: vec![self.facts], links, warnings: self.warnings }
    }

    /// The netdev of a port; none where it is not certain.
    fn link_of(&self, port: &DevlinkPort) -> Option<Link> {
        links::by_index(self.machine, port.netdev_ifindex?).ok()?
    }

    /// A netdev of the device, with its port.
    fn add_link(&mut self, link: &Link) -> Option<()> {
        if let Some(port) = &link.devlink_port {
            let port = devlink::port(self.machine, port).ok()?;
            return self.add_port(port, link.clone());
        }
        let instances = std::iter::once(&self.facts.handle).chain(&self.facts.aliases);
        let ports = instances
            .map(|handle| devlink::ports(self.machine, handle).unwrap_or_default());
        let mut ports = ports.flatten();
        match ports.find(|port| port.netdev_ifindex == Some(link.ifindex)) {
            Some(port) => self.add_port(port, link.clone()),
            None => {
                let place = Place::parse(link.phys_port_name.as_deref()?)?;
                self.add_function(place, None)?;
                self.links.push(link.clone());
                Some(())
            }
        }
    }

    fn add_port(&mut self, port: DevlinkPort, link: Link) -> Option<()> {
        let reported = || Place::parse(link.phys_port_name.as_deref()?);
        if let Some(place) = port.place().or_else(reported) {
            self.add_function(place, Some(&port))?;
        }
        self.facts.ports.push(port);
        self.links.push(link);
        Some(())
    }

    /// The function behind a port of this host.
    fn add_function(&mut self, place: Place, port: Option<&DevlinkPort>) -> Option<()> {
        if place.controller != 0 {
            return Some(());
        }
        match place.role {
            Role::VfRep => {
                let number = place.vf?.checked_sub(self.first_vf)?;
                let pf = self.facts.handle.pci_address();
                let vf = pf.and_then(|pf| pci::vf(self.machine, pf, number));
                vf.map_or(Some(()), |vf| self.push_vf(number, vf))
            }
            Role::SfRep => {
                let function = port.and_then(|port| port.function.as_ref());
                let nested = function.and_then(|function| function.devlink.clone());
                match nested {
                    Some(device) => self.push_sf(&device),
                    None => self.push_all_sfs(),
                }
            }
            _ => Some(()),
        }
    }

    fn push_vf(&mut self, number: u32, vf: OwnFunction) -> Option<()> {
        self.add_own_netdev(&vf.device)?;
        self.facts.vfs = vec![(number, vf)];
        Some(())
    }

    fn push_sf(&mut self, device: &Handle) -> Option<()> {
        if let Some(sf) = pci::sf(self.machine, device.clone()) {
            self.add_own_netdev(device)?;
            self.facts.sfs = vec![sf];
        }
        Some(())
    }

    /// Only the number of an SF leads from its port to its device.
    fn push_all_sfs(&mut self) -> Option<()> {
        let Some(pf) = self.facts.handle.pci_address() else { return Some(()) };
        let auxiliary = pci::auxiliary_devices(self.machine, pf).into_iter();
        let sfs = auxiliary.filter(pci::is_sf);
        self.facts.sfs = sfs.filter_map(|sf| pci::sf(self.machine, sf)).collect();
        let devices: Vec<Handle> =
            self.facts.sfs.iter().map(|(_, own)| own.device.clone()).collect();
        devices.iter().try_for_each(|device| self.add_own_netdev(device))
    }

    /// The netdevs of a function that are here; none where nothing tells.
    fn add_own_netdev(&mut self, device: &Handle) -> Option<()> {
        let folder = device.sysfs_path()?;
        let Ok(names) = self.machine.list(&format!("{folder}/net")) else {
            let files = self.machine.list(&folder).ok()?;
            return (!files.iter().any(|file| file == "net")).then_some(());
        };
        for name in names {
            let link = links::by_name(self.machine, &name).ok()??;
            if link.parent.as_ref() == Some(device) {
                self.links.push(link);
            }
        }
        Some(())
    }

    fn add_vf(&mut self, number: u32, device: &Handle) -> Option<()> {
        let place = Place::vf_rep(0, None, number.checked_add(self.first_vf)?);
        if let Some(link) = self.by_name(place) {
            return self.add_link(&link);
        }
        if self.has_orphans || self.facts.eswitch.mode() != Some(EswitchMode::Legacy) {
            return self.by_port(place);
        }
        let vf = pci::vf(self.machine, self.facts.handle.pci_address()?, number)?;
        (vf.device == *device).then(|| self.push_vf(number, vf))?
    }

    fn add_sf(&mut self, device: &Handle) -> Option<()> {
        let (number, _) = pci::sf(self.machine, device.clone())?;
        let place = Place::sf_rep(0, None, number?);
        match self.by_name(place) {
            Some(link) => self.add_link(&link)?,
            None => self.by_port(place)?,
        }
        let mut sfs = self.facts.sfs.iter();
        sfs.any(|(_, own)| own.device == *device).then_some(())
    }

    fn by_name(&self, place: Place) -> Option<Link> {
        let link = by_policy_name(self.machine, self.policy?, &self.facts.handle, place)?;
        // One that does not say its device is joined by what all links say.
        link.device().is_some().then_some(link)
    }

    /// A representor with another name: by the list of the device's ports.
    fn by_port(&mut self, wanted: Place) -> Option<()> {
        let ports = devlink::ports(self.machine, &self.facts.handle).ok()?;
        let index = |port: &DevlinkPort| Some(port.handle.index);
        let is_it = |port: &DevlinkPort| {
            let driver = self.facts.driver.as_deref();
            port.place().is_some_and(|place| {
                let is_foreign = driver::is_foreign(driver, place, index(port));
                place.controller == 0
                    && !is_foreign
                    && (place.role, place.vf, place.sf)
                        == (wanted.role, wanted.vf, wanted.sf)
            })
        };
        let port = ports.into_iter().find(is_it)?;
        let link = self.link_of(&port)?;
        self.add_port(port, link)
    }

    /// The first uplink, or the PF's netdev in legacy mode. None where the device's first
    /// names, and its netdevs if they are few, do not lead to it.
    fn uplink(&self) -> Option<Link> {
        const FEW: usize = 4;
        let nested = self.facts.aliases.iter();
        let nested =
            nested.filter_map(|handle| devlink::ports(self.machine, handle).ok());
        if let Some(link) = nested.flatten().find_map(|port| self.link_of(&port)) {
            return Some(link);
        }
        let base = base::base(self.machine, &self.facts.handle, None, None, false);
        let bases = base.map(|base| base.in_force);
        let bases = bases
            .map(|names| [names.onboard, names.slot, names.path])
            .unwrap_or_default();
        let names = bases.iter().flatten();
        let names = names.flat_map(|base| {
            let endings = self.endings_of_uplink().iter();
            endings.map(move |ending| format!("{base}{ending}"))
        });
        let named = names.filter_map(|name| links::by_name(self.machine, &name).ok()?);
        let mut uplinks = named.filter(|link| self.is_uplink(link));
        if let Some(link) = uplinks.next() {
            return Some(link);
        }
        let folder = self.facts.handle.sysfs_path()?;
        let names = self.machine.list(&format!("{folder}/net")).ok()?;
        if names.len() > FEW {
            return None;
        }
        let links = names.iter().map(|name| links::by_name(self.machine, name).ok()?);
        let links = links.collect::<Option<Vec<Link>>>()?;
        let uplinks = links.into_iter().filter(|link| self.is_uplink(link));
        uplinks.min_by_key(|link| {
            let place = link.phys_port_name.as_deref().and_then(Place::parse);
            topology::port_order(place.unwrap_or(Place::own_pf()))
        })
    }

    /// How the name of the first uplink can end.
    fn endings_of_uplink(&self) -> &'static [&'static str] {
        match (self.several_uplinks, self.facts.handle.bus.as_str()) {
            (true, "netdevsim") => &["np1"],
            (true, _) => &["np0"],
            (false, _) => &["np0", "np1", ""],
        }
    }

    fn is_uplink(&self, link: &Link) -> bool {
        let port = link.phys_port_name.as_deref();
        let is_of_wire = port.is_none_or(|name| {
            Place::parse(name).is_some_and(|place| place.role == Role::Uplink)
        });
        is_of_wire && link.device() == Some(&self.facts.handle)
    }
}
