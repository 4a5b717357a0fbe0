// SPDX-License-Identifier: MIT OR Apache-2.0
//! A simulated card: what its driver has and does, from the driver's profile. Where a
//! driver may lose something, this one loses it.

mod mode;
mod settings;
mod sfs;
mod vfs;
mod view;

use std::collections::BTreeMap;

use crate::{
    driver::{Decides, Profile, Release, profile},
    model::{
        EncapMode, EswitchMode, FunctionCaps, Handle, InlineMode, MacAddress, VfSettings,
        errno,
    },
    wire::devlink::kernel::Eswitch,
};

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
    /// Whether the next switch goes on without a root flow table.
    pub loses_root: bool,
    /// Whether there is a root flow table.
    pub root: bool,
    /// How often firmware has refused one.
    pub refused_roots: u32,
    /// How often a driver of VFs is still to be missing, until its module is loaded.
    pub missing: u32,
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
            loses_root: false,
            root: true,
            refused_roots: 0,
            missing: 0,
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

    pub(super) fn netdev(&mut self, ifindex: u32) -> Option<&mut Netdev> {
        self.netdevs.values_mut().find(|netdev| netdev.ifindex == ifindex)
    }

    pub(super) fn rename(&mut self, ifindex: u32, name: &str) -> Answer {
        let is_present = self.netdev(ifindex).is_some_and(|netdev| netdev.name == name);
        let taken = !is_present && self.is_name(name);
        let old = self.face.kernel < (6, 2);
        match self.netdev(ifindex) {
            None => Err((errno::ENODEV, None)),
            Some(_) if taken => Err((errno::EEXIST, None)),
            Some(netdev) if old && netdev.up => Err((errno::EBUSY, None)),
            Some(netdev) => {
                netdev.name = name.into();
                Ok(())
            }
        }
    }

    pub(super) fn add_altname(&mut self, ifindex: u32, name: String) -> Answer {
        let taken = self.is_name(&name);
        match self.netdev(ifindex) {
            None => Err((errno::ENODEV, None)),
            Some(_) if taken => Err((errno::EEXIST, None)),
            Some(netdev) => {
                netdev.altnames.push(name);
                Ok(())
            }
        }
    }

    /// Whether a netdev has this name or altname.
    fn is_name(&self, name: &str) -> bool {
        self.netdevs.values().any(|netdev| {
            netdev.name == name || netdev.altnames.iter().any(|alt| alt == name)
        })
    }

    /// Gives another netdev the altnames, and the names of functions' own netdevs, that
    /// netdevs had before, and none has now; returns how many.
    pub(super) fn take_names(&mut self, before: &Self) -> usize {
        let is_own = |owner: &Owner| matches!(owner, Owner::Vf(_) | Owner::Sf(_));
        let names = before.netdevs.iter().flat_map(|(owner, netdev)| {
            netdev.altnames.iter().chain(is_own(owner).then_some(&netdev.name))
        });
        let free: Vec<String> =
            names.filter(|name| !self.is_name(name)).cloned().collect();
        let other = self.netdevs.entry(Owner::Bridge).or_insert_with(|| Netdev {
            ifindex: 1000,
            name: "other".into(),
            altnames: Vec::new(),
            mtu: 1500,
            up: false,
            master: None,
        });
        other.altnames.extend_from_slice(&free);
        free.len()
    }
}
