// SPDX-License-Identifier: MIT OR Apache-2.0
//! A simulated card: what its driver has and does, from the driver's profile. Where a
//! driver may lose something, this one loses it.

use std::collections::BTreeMap;

use crate::{
    driver::{Decides, Profile, Release, SameMode, VfNeed, profile},
    model::{
        EncapMode, EswitchMode, FunctionCaps, Handle, InlineMode, LinkState, MacAddress,
        TxRate, VfSetting, VfSettings, Vlan, errno,
    },
    wire::devlink::kernel::Eswitch,
};

pub(super) const EIO: i32 = 5;
const EEXIST: i32 = 17;
const EBUSY: i32 = errno::EBUSY;

/// What a request comes to: nothing, or an error number with the kernel's message.
pub(super) type Answer = Result<(), (i32, Option<&'static str>)>;

/// A driver on a kernel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Face {
    pub driver: &'static str,
    pub kernel: Release,
    /// nfp: flower has its mode from the firmware, abm has representors of its PF.
    pub flower: bool,
}

/// Whose a netdev is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    Bridge,
    Pf,
    PfRep,
    Vf(u32),
    VfRep(u32),
    Sf(u32),
    SfRep(u32),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Netdev {
    pub ifindex: u32,
    pub name: String,
    pub altnames: Vec<String>,
    pub mtu: u32,
    pub up: bool,
    pub master: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Vf {
    pub instance: u64,
    pub driver: Option<String>,
    pub driver_override: Option<String>,
    pub settings: VfSettings,
}

/// What devlink has of a VF's function.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Function {
    pub hw_addr: Option<MacAddress>,
    pub caps: FunctionCaps,
    pub tx_max: Option<u64>,
}

/// An SF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sf {
    /// The number of its auxiliary device, while it is active.
    pub auxiliary: Option<u32>,
    /// Whether its function is to have a netdev, from the next start of its driver on.
    pub wants_netdev: bool,
    pub function: Function,
}

#[derive(Debug, Clone)]
pub(super) struct Card {
    pub face: Face,
    pub device: Handle,
    pub instance: u64,
    pub bound: bool,
    pub mode: Option<EswitchMode>,
    pub inline_mode: Option<InlineMode>,
    pub encap_mode: Option<EncapMode>,
    pub autoprobe: bool,
    pub vfs: Vec<Vf>,
    pub functions: BTreeMap<u32, Function>,
    pub sfs: BTreeMap<u32, Sf>,
    pub netdevs: BTreeMap<Owner, Netdev>,
    /// Whether VFs can pass packets in legacy mode.
    pub forwards: bool,
    /// Whether a failed switch loses what this driver is known to lose.
    pub loses: bool,
    /// What no caller may do to this driver.
    pub violations: Vec<String>,
    next: u32,
}

impl Card {
    pub(super) fn new(face: Face) -> Self {
        let netdevsim = face.driver == "netdevsim";
        let device = if netdevsim { "netdevsim/netdevsim1" } else { "pci/03:00.0" };
        let profile = profile(Some(face.driver));
        let mode = match profile.decides {
            Decides::Vfs => None,
            Decides::Firmware if face.flower => Some(EswitchMode::Switchdev),
            _ => Some(EswitchMode::Legacy),
        };
        let mlx5 = face.driver == "mlx5_core";
        let mut card = Self {
            face,
            device: device.parse().unwrap(),
            instance: 1,
            bound: true,
            mode,
            inline_mode: mlx5.then_some(InlineMode::Transport),
            encap_mode: mlx5.then_some(EncapMode::Basic),
            autoprobe: true,
            vfs: Vec::new(),
            functions: BTreeMap::new(),
            sfs: BTreeMap::new(),
            netdevs: BTreeMap::new(),
            forwards: true,
            loses: false,
            violations: Vec::new(),
            next: 10,
        };
        card.add(Owner::Bridge, "br0");
        card.add(Owner::Pf, "uplink0");
        card.remake();
        card
    }

    pub(super) fn profile(&self) -> Profile {
        profile(Some(self.face.driver))
    }

    pub(super) fn is_pci(&self) -> bool {
        self.device.bus == "pci"
    }

    /// Whether the driver's representors say neither their device nor their port.
    pub(super) fn has_orphans(&self) -> bool {
        let old_bnxt = self.face.driver != "bnxt_en" || self.face.kernel < (6, 4);
        self.profile().orphan_representors.is_some() && old_bnxt && self.is_vf_rep()
    }

    /// Whether the driver's representors are devlink ports.
    pub(super) fn has_ports(&self) -> bool {
        !matches!(self.face.driver, "bnxt_en" | "LiquidIO" | "nfp" | "sfc")
    }

    fn is_vf_rep(&self) -> bool {
        self.face.driver != "nfp" || self.face.flower
    }

    pub(super) fn eswitch(&self) -> Eswitch {
        Eswitch {
            mode: self.mode,
            inline_mode: self.inline_mode,
            encap_mode: self.encap_mode,
        }
    }

    fn switched(&self) -> bool {
        self.mode.is_some_and(EswitchMode::has_representors)
    }

    fn add(&mut self, owner: Owner, name: &str) {
        let ifindex = self.number();
        let name = if name.is_empty() { format!("eth{ifindex}") } else { name.into() };
        let altnames = Vec::new();
        let netdev =
            Netdev { ifindex, name, altnames, mtu: 1500, up: false, master: None };
        self.netdevs.insert(owner, netdev);
    }

    fn number(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    pub(super) fn index_of(&self, owner: Owner) -> Option<u32> {
        self.netdevs.get(&owner).map(|netdev| netdev.ifindex)
    }

    /// Makes all representors anew, or removes them.
    fn remake(&mut self) {
        self.netdevs.retain(|owner, _| !matches!(owner, Owner::VfRep(_) | Owner::PfRep));
        self.functions.clear();
        self.represent();
    }

    /// Makes the representors that are missing.
    fn represent(&mut self) {
        if !self.switched() || !self.bound {
            return;
        }
        if !self.is_vf_rep() && !self.netdevs.contains_key(&Owner::PfRep) {
            self.add(Owner::PfRep, "");
        }
        let of_vfs = self.profile().represents_vfs || self.face.flower;
        let vfs = if of_vfs { self.vfs.len() as u32 } else { 0 };
        for vf in 0..vfs {
            if !self.netdevs.contains_key(&Owner::VfRep(vf)) {
                self.add(Owner::VfRep(vf), "");
                if self.has_ports() {
                    self.functions.insert(vf, Function::default());
                }
            }
        }
    }

    pub(super) fn set_mode(&mut self, to: EswitchMode) -> Answer {
        let profile = self.profile();
        let without = (errno::EOPNOTSUPP, None);
        if profile.decides == Decides::Vfs || self.face.flower {
            return Err(without);
        }
        if self.mode == Some(to) {
            return match profile.same_mode {
                SameMode::NoOp => Ok(()),
                SameMode::Refused => Err((errno::EINVAL, None)),
            };
        }
        match profile.vfs {
            VfNeed::None if !self.vfs.is_empty() => {
                return Err((errno::EOPNOTSUPP, Some("there must be no VFs created")));
            }
            VfNeed::SomeBefore(release)
                if self.face.kernel < release
                    && self.vfs.is_empty()
                    && to.has_representors() =>
            {
                return Err((errno::EPERM, None));
            }
            _ => {}
        }
        self.change_mode(to);
        Ok(())
    }

    /// The mode changes, and what the driver has to start anew for it.
    fn change_mode(&mut self, to: EswitchMode) {
        self.mode = Some(to);
        self.inline_mode = self.inline_mode.map(|_| InlineMode::Link);
        self.encap_mode = self.encap_mode.map(|_| EncapMode::None);
        for vf in &mut self.vfs {
            vf.settings = unset();
        }
        if let Some(pf) = self.netdevs.get_mut(&Owner::Pf) {
            pf.mtu = 1500;
        }
        self.forwards = true;
        if !self.switched() {
            self.lose_sfs();
        }
        self.remake();
    }

    /// mlx5 deletes its SFs with the mode; ice has taken from them what they need.
    fn lose_sfs(&mut self) {
        if !self.sfs.is_empty() && self.face.driver == "ice" {
            self.violations.push("the mode was changed with SFs".into());
        }
        self.sfs.clear();
        self.netdevs.retain(|owner, _| !matches!(owner, Owner::Sf(_) | Owner::SfRep(_)));
    }

    pub(super) fn add_sf(&mut self, pf: Option<u16>, number: Option<u32>) -> Answer {
        if self.profile().sfs_since.is_none_or(|since| self.face.kernel < since) {
            return Err((errno::EOPNOTSUPP, None));
        }
        let (Some(0), Some(number)) = (pf, number) else {
            return Err((errno::EINVAL, Some("Invalid pfnum supplied")));
        };
        if !self.switched() {
            let message = "SF ports are only supported in eswitch switchdev mode.";
            return Err((errno::EOPNOTSUPP, Some(message)));
        }
        if self.sfs.contains_key(&number) {
            return Err((EEXIST, Some("SF already exist. Choose different sfnum")));
        }
        let function = Function::default();
        self.sfs.insert(number, Sf { auxiliary: None, wants_netdev: false, function });
        self.add(Owner::SfRep(number), "");
        Ok(())
    }

    pub(super) fn delete_sf(&mut self, number: u32) -> Answer {
        self.netdevs.remove(&Owner::SfRep(number));
        self.netdevs.remove(&Owner::Sf(number));
        self.sfs.remove(&number).map(drop).ok_or((errno::EINVAL, None))
    }

    pub(super) fn set_sf(
        &mut self,
        number: u32,
        mac: Option<MacAddress>,
        roce: Option<bool>,
        active: Option<bool>,
    ) -> Answer {
        if roce.is_some() && self.face.driver == "ice" {
            return Err((errno::EOPNOTSUPP, None));
        }
        let auxiliary = self.number();
        let lightweight = self.face.driver == "mlx5_core";
        let Some(sf) = self.sfs.get_mut(&number) else {
            return Err((errno::EINVAL, None));
        };
        if sf.auxiliary.is_some() && (mac.is_some() || roce.is_some()) {
            self.violations.push("an active SF was set up".into());
        }
        sf.function.hw_addr = mac.or(sf.function.hw_addr.take());
        sf.function.caps.roce = roce.or(sf.function.caps.roce);
        match active {
            Some(true) if sf.auxiliary.is_none() => {
                (sf.auxiliary, sf.wants_netdev) = (Some(auxiliary), !lightweight);
                self.start_sf(number);
            }
            Some(false) => {
                (sf.auxiliary, sf.wants_netdev) = (None, false);
                self.netdevs.remove(&Owner::Sf(number));
            }
            _ => {}
        }
        Ok(())
    }

    /// The driver of an SF starts, or starts anew.
    pub(super) fn start_sf(&mut self, number: u32) {
        self.netdevs.remove(&Owner::Sf(number));
        if self.sfs.get(&number).is_some_and(|sf| sf.wants_netdev) {
            self.add(Owner::Sf(number), "");
        }
    }

    /// The number of the SF that has that auxiliary device.
    pub(super) fn sf_at(&self, device: &str) -> Option<u32> {
        let own = |(_, sf): &(&u32, &Sf)| {
            sf.auxiliary.is_some_and(|of| self.auxiliary(of) == device)
        };
        self.sfs.iter().find(own).map(|(number, _)| *number)
    }

    /// The name of an auxiliary device.
    pub(super) fn auxiliary(&self, number: u32) -> String {
        let module = self.face.driver;
        format!("{module}.sf.{number}")
    }

    /// A switch fails where the driver has begun with it.
    pub(super) fn fail_in_switch(&mut self) -> Answer {
        let profile = self.profile();
        if self.loses && profile.forwarding_survives.is_some() {
            self.forwards = false;
        }
        if self.loses && profile.can_lose_uplink {
            self.netdevs.remove(&Owner::Pf);
        }
        Err((errno::EINVAL, Some("Failed setting eswitch to offloads")))
    }

    pub(super) fn set_inline(&mut self, to: InlineMode) -> Answer {
        self.inline_mode = self.inline_mode.map(|_| to);
        Ok(())
    }

    pub(super) fn set_encap(&mut self, to: EncapMode) -> Answer {
        self.encap_mode = self.encap_mode.map(|_| to);
        Ok(())
    }

    /// The driver is started anew: in legacy mode, with its VFs.
    pub(super) fn reload(&mut self) {
        self.netdevs.remove(&Owner::Pf);
        self.add(Owner::Pf, "");
        self.change_mode(EswitchMode::Legacy);
    }

    pub(super) fn set_number(&mut self, number: u32) -> Answer {
        let profile = self.profile();
        if number > 0 && !self.vfs.is_empty() {
            return Err((EBUSY, None));
        }
        let pf_is_up = self.netdevs.get(&Owner::Pf).is_some_and(|netdev| netdev.up);
        if profile.vfs_need_netdev_up && !pf_is_up {
            return Ok(());
        }
        if profile.vfs_change_in_legacy && self.switched() {
            self.violations.push("VFs were changed in switchdev mode".into());
        }
        let before = |release: Option<Release>| {
            release.is_some_and(|release| self.face.kernel < release)
        };
        let falls_back = before(profile.legacy_without_vfs_before);
        self.vfs.clear();
        self.netdevs.retain(|owner, _| !matches!(owner, Owner::Vf(_) | Owner::VfRep(_)));
        self.functions.clear();
        if number == 0 {
            if falls_back && self.switched() {
                self.change_mode(EswitchMode::Legacy);
            }
            return Ok(());
        }
        for vf in 0..number {
            let instance = u64::from(self.number());
            let (driver, driver_override) = (None, None);
            self.vfs.push(Vf { instance, driver, driver_override, settings: unset() });
            if self.is_pci() && self.autoprobe {
                self.attach(vf, "vfdrv");
            }
        }
        self.forwards = true;
        self.represent();
        Ok(())
    }

    fn attach(&mut self, vf: u32, driver: &str) {
        self.vfs[vf as usize].driver = Some(driver.into());
        if driver != "vfio-pci" {
            self.add(Owner::Vf(vf), "");
        }
    }

    /// As drivers/pci/pci-driver.c has it, pci_device_can_probe and pci_match_device.
    pub(super) fn bind(&mut self, vf: u32, driver: Option<&str>) -> Answer {
        let Some(own) = self.vfs.get(vf as usize) else {
            return Err((errno::ENODEV, None));
        };
        if own.driver.is_some() {
            return Err((EBUSY, None));
        }
        let only = own.driver_override.clone();
        let named = driver.or(only.as_deref()).unwrap_or("vfdrv").to_owned();
        let probes = self.autoprobe || only.is_some();
        let matches = match &only {
            Some(only) => *only == named,
            None => true,
        };
        if !probes || !matches {
            return if driver.is_some() { Err((errno::ENODEV, None)) } else { Ok(()) };
        }
        self.attach(vf, &named);
        Ok(())
    }

    pub(super) fn unbind(&mut self, vf: u32) -> Answer {
        let Some(own) = self.vfs.get_mut(vf as usize) else {
            return Err((errno::ENODEV, None));
        };
        if own.driver.take().is_none() {
            return Err((errno::ENODEV, None));
        }
        self.netdevs.remove(&Owner::Vf(vf));
        Ok(())
    }

    pub(super) fn set_vf(&mut self, vf: u32, setting: VfSetting) -> Answer {
        let taken = !self.switched()
            || self.profile().in_switchdev.is_none_or(|f| f.contains(&setting.field()));
        match self.vfs.get_mut(vf as usize) {
            Some(_) if !taken => Err((errno::EOPNOTSUPP, None)),
            Some(own) => {
                own.settings = own.settings.clone().with(setting);
                Ok(())
            }
            None => Err((errno::EINVAL, None)),
        }
    }

    pub(super) fn netdev(&mut self, ifindex: u32) -> Option<&mut Netdev> {
        self.netdevs.values_mut().find(|netdev| netdev.ifindex == ifindex)
    }

    pub(super) fn rename(&mut self, ifindex: u32, name: &str) -> Answer {
        let taken = self.netdevs.values().any(|netdev| {
            let own = netdev.ifindex == ifindex && netdev.name == name;
            !own && (netdev.name == name || netdev.altnames.iter().any(|alt| alt == name))
        });
        let old = self.face.kernel < (6, 2);
        match self.netdev(ifindex) {
            None => Err((errno::ENODEV, None)),
            Some(_) if taken => Err((EEXIST, None)),
            Some(netdev) if old && netdev.up => Err((EBUSY, None)),
            Some(netdev) => {
                netdev.name = name.into();
                Ok(())
            }
        }
    }

    /// Gives the VFs and netdevs what an administrator would have given them.
    pub(super) fn configure(&mut self) {
        let bridge = self.index_of(Owner::Bridge);
        for (owner, netdev) in &mut self.netdevs {
            match owner {
                Owner::Bridge => {}
                Owner::Pf => {
                    (netdev.mtu, netdev.up) = (9000, true);
                    netdev.altnames = vec!["wan".into()];
                }
                Owner::PfRep => netdev.up = true,
                Owner::Vf(vf) => {
                    (netdev.mtu, netdev.up) = (1400, true);
                    netdev.name = format!("guest{vf}");
                }
                Owner::Sf(sf) => {
                    (netdev.mtu, netdev.up) = (1300, true);
                    netdev.name = format!("inner{sf}");
                }
                Owner::SfRep(sf) => {
                    (netdev.mtu, netdev.up) = (1500, true);
                    netdev.altnames = vec![format!("port{sf}")];
                }
                Owner::VfRep(vf) => {
                    (netdev.mtu, netdev.up) = (1800, true);
                    netdev.altnames = vec![format!("mine{vf}")];
                    netdev.master = bridge.filter(|_| *vf == 0);
                }
            }
        }
        for vf in 0..self.vfs.len() as u32 {
            if self.is_pci() && vf == 0 {
                let _ = self.unbind(vf);
                self.vfs[0].driver_override = Some("vfio-pci".into());
                let _ = self.bind(vf, Some("vfio-pci"));
            }
            for setting in given(vf).iter() {
                let _ = self.set_vf(vf, setting);
            }
        }
        let apart = self.profile().rates_apart;
        for (vf, function) in &mut self.functions {
            function.caps.roce = Some(*vf == 1);
            function.tx_max = apart.then_some(1_000_000 + u64::from(*vf));
        }
    }

    /// All that must be the same again, by name.
    pub(super) fn view(&self) -> BTreeMap<String, String> {
        let mut view = BTreeMap::new();
        let mut put = |name: String, value: String| drop(view.insert(name, value));
        put("bound".into(), format!("{}", self.bound));
        put("mode".into(), format!("{:?}", self.mode));
        put("inline mode".into(), format!("{:?}", self.inline_mode));
        put("encap mode".into(), format!("{:?}", self.encap_mode));
        put("autoprobe".into(), format!("{}", self.autoprobe));
        put("VFs".into(), format!("{}", self.vfs.len()));
        let legacy = self.mode == Some(EswitchMode::Legacy) && !self.vfs.is_empty();
        put("forwards".into(), format!("{}", self.forwards || !legacy));
        for (number, vf) in self.vfs.iter().enumerate() {
            put(format!("VF {number} driver"), format!("{:?}", vf.driver));
            put(format!("VF {number} override"), format!("{:?}", vf.driver_override));
            for setting in vf.settings.iter() {
                let name = setting.field().as_str();
                put(format!("VF {number} {name}"), format!("{setting:?}"));
            }
        }
        for (number, sf) in &self.sfs {
            put(format!("SF {number} active"), format!("{}", sf.auxiliary.is_some()));
            put(format!("SF {number} function"), format!("{:?}", sf.function));
        }
        for (vf, function) in &self.functions {
            put(format!("function {vf}"), format!("{function:?}"));
        }
        for (owner, netdev) in &self.netdevs {
            let Netdev { ifindex: _, name, altnames, mtu, up, master } = netdev;
            let master = master.map(|index| {
                let mut all = self.netdevs.iter();
                all.find(|(_, other)| other.ifindex == index).map(|(owner, _)| *owner)
            });
            put(format!("{owner:?} name"), name.clone());
            put(format!("{owner:?} altnames"), format!("{altnames:?}"));
            put(format!("{owner:?} MTU"), format!("{mtu}"));
            put(format!("{owner:?} up"), format!("{up}"));
            put(format!("{owner:?} bridge"), format!("{master:?}"));
        }
        view
    }
}

/// The settings of a VF that nobody has configured.
fn unset() -> VfSettings {
    VfSettings {
        mac: Some(MacAddress(vec![0; 6])),
        vlan: Some(Vlan { id: 0, qos: 0, protocol: 0x8100 }),
        rate: Some(TxRate { min: 0, max: 0 }),
        spoof_check: Some(false),
        trust: Some(false),
        link_state: Some(LinkState::Auto),
        ..VfSettings::default()
    }
}

fn given(vf: u32) -> VfSettings {
    VfSettings {
        mac: Some(MacAddress(vec![2, 0, 0, 0, 0, vf as u8])),
        vlan: Some(Vlan { id: 100 + vf as u16, qos: 0, protocol: 0x8100 }),
        rate: Some(TxRate { min: 0, max: 1000 + vf }),
        spoof_check: Some(vf == 0),
        trust: Some(vf == 1),
        link_state: Some(LinkState::Enable),
        ..VfSettings::default()
    }
}
