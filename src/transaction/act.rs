// SPDX-License-Identifier: MIT OR Apache-2.0
//! Performs one step. A write's return code is not believed: what it was to change
//! is read again. What is so already is not written.

use std::{
    cell::RefCell,
    io,
    time::{Duration, Instant},
};

use crate::{
    driver::errno::{ENODEV, EOPNOTSUPP},
    error::{Failure, Kind, errno_name},
    lookup,
    model::{
        EncapMode, EswitchMode, FunctionCaps, FunctionSettings, Handle, InlineMode, Link,
        NetdevState, PhysPortName, PortKey, RateKind, Role, VfSetting,
    },
    plan::{Action, VfDriver, VfWanted},
    sys::{
        Live, NetlinkError, devlink, links, pci,
        udev_database::{self, Progress},
        vfs,
        watch::Watch,
    },
    wire::devlink::{EswitchChange, FunctionChange},
};

use super::{look, mode, refusal, settle::Waiter};

/// How long the netdev of a VF that was just bound is waited for; iavf takes its time.
const VF_NETDEV: Duration = Duration::from_secs(20);

/// What steps are performed with.
pub(super) struct Actor<'a> {
    pub machine: &'a Live,
    pub device: &'a Handle,
    pub waiter: Waiter<'a>,
    /// When waiting for representors ends.
    pub deadline: Instant,
    /// Whether the state before is being given back, so that an error counts for
    /// nothing if that state is there all the same.
    pub undoing: bool,
    /// What could not be given back, and is no failure.
    pub notes: RefCell<Vec<String>>,
    /// What the kernel said when the mode was set.
    pub kernel_message: RefCell<Option<String>>,
    /// How many representors there are at the end.
    pub representors: RefCell<usize>,
}

impl Actor<'_> {
    /// Performs the step.
    pub(super) fn perform(&self, action: &Action) -> Result<(), Failure> {
        match action {
            Action::SetAutoprobe { to, .. } => self.set_autoprobe(*to),
            Action::SetVfs { to, .. } => self.set_vfs(*to),
            Action::SetMode { to, inline_mode, encap_mode, .. } => {
                self.set_mode(*to)?;
                self.keep(*inline_mode, *encap_mode)
            }
            Action::RestoreVfSettings { to, lenient, .. } => self.settings(to, *lenient),
            Action::BindVfs { to, .. } => to.iter().try_for_each(|vf| self.bind(vf)),
            Action::WaitForRepresentors { to, .. } => self.wait(*to),
            Action::RestoreFunctions { to, .. } => self.functions(to),
            Action::RestoreNetdevs { to, .. } => self.netdevs(to),
        }
    }

    fn note(&self, text: String) {
        self.notes.borrow_mut().push(text);
    }

    fn failed(&self, message: impl Into<String>) -> Failure {
        Failure::new(Kind::Failed, message).on(self.device)
    }

    fn io(&self, what: &str, error: &io::Error) -> Failure {
        let mut failure = self.failed(format!("cannot {what}"));
        failure.errno = error.raw_os_error();
        if failure.errno.is_none() {
            failure.kernel_message = Some(error.to_string());
        }
        failure.hint("look into the kernel's log for messages of its driver")
    }

    fn refused(&self, what: &str, error: &NetlinkError) -> Failure {
        let mut failure = refusal::of_error(format!("cannot {what}"), self.device, error);
        failure.kind = Kind::Failed;
        failure.hint("look into the kernel's log for messages of its driver")
    }

    fn set_autoprobe(&self, on: bool) -> Result<(), Failure> {
        let sriov = pci::sriov(self.machine, self.device, 0);
        if sriov.and_then(|sriov| sriov.autoprobe) == Some(on) {
            return Ok(());
        }
        let what = format!("set sriov_drivers_autoprobe of {}", self.device);
        vfs::set_autoprobe(self.machine, self.device, on)
            .map_err(|error| self.io(&what, &error))
    }

    fn vfs(&self) -> u32 {
        let vfs = self.device.pci_address().map(|pf| pci::vfs(self.machine, pf).len());
        let sriov = pci::sriov(self.machine, self.device, vfs.unwrap_or(0));
        sriov.map_or(0, |sriov| sriov.configured)
    }

    fn set_vfs(&self, number: u32) -> Result<(), Failure> {
        let now = self.vfs();
        if now == number {
            return Ok(());
        }
        let what = format!("set the number of VFs of {} to {number}", self.device);
        let set = |number| {
            vfs::set_number(self.machine, self.device, number)
                .map_err(|error| self.io(&what, &error))
        };
        // The kernel changes no number to another but through 0.
        if now != 0 && number != 0 {
            set(0)?;
        }
        set(number)?;
        match self.vfs() {
            now if now == number => Ok(()),
            now => Err(self
                .failed(format!(
                    "{} reported success for {number} VFs, but has {now}",
                    self.device
                ))
                .hint("look into the kernel's log for messages of its driver")),
        }
    }

    fn set_mode(&self, wanted: EswitchMode) -> Result<(), Failure> {
        let (before, _) = mode(self.machine, self.device)?;
        if before == wanted {
            return Ok(());
        }
        let change = EswitchChange::Mode(wanted);
        let now = || mode(self.machine, self.device).map(|(mode, _)| mode);
        match devlink::set_eswitch(self.machine, self.device, change) {
            Ok(message) => *self.kernel_message.borrow_mut() = message,
            Err(_) if self.undoing && now().is_ok_and(|now| now == wanted) => {}
            Err(error)
                if refusal::is_there_already(
                    self.machine,
                    self.device,
                    wanted,
                    &error,
                ) => {}
            Err(error) => {
                let (machine, device) = (self.machine, self.device);
                return Err(refusal::setting_mode(machine, device, wanted, &error));
            }
        }
        let now = now()?;
        if now == wanted {
            return Ok(());
        }
        Err(self
            .failed(format!(
                "the kernel reported success, but {} is in mode {now}, not {wanted}",
                self.device
            ))
            .hint("look into the kernel's log for messages of its driver"))
    }

    /// Gives inline and encap mode back, if the change took them along.
    fn keep(
        &self,
        inline_mode: Option<InlineMode>,
        encap_mode: Option<EncapMode>,
    ) -> Result<(), Failure> {
        let (_, now) = mode(self.machine, self.device)?;
        let inline = inline_mode
            .filter(|wanted| now.inline_mode.is_some_and(|now| now != *wanted));
        let encap =
            encap_mode.filter(|wanted| now.encap_mode.is_some_and(|now| now != *wanted));
        let changes = inline
            .map(EswitchChange::Inline)
            .into_iter()
            .chain(encap.map(EswitchChange::Encap));
        for change in changes {
            devlink::set_eswitch(self.machine, self.device, change).map_err(|error| {
                self.refused(
                    &format!("give {} its inline or encap mode back", self.device),
                    &error,
                )
            })?;
        }
        Ok(())
    }

    /// The netdev that has the settings of VFs: the PF's own, or an uplink.
    fn settings_netdev(&self) -> Result<Option<u32>, Failure> {
        let all = links::all(self.machine).map_err(|error| look::unread(&error))?;
        let own = |link: &&Link| {
            let name = link.phys_port_name.as_deref().map(PhysPortName::parse);
            link.parent.as_ref() == Some(self.device)
                && matches!(
                    name,
                    None | Some(Some(
                        PhysPortName::Physical { .. } | PhysPortName::Vnic(_)
                    ))
                )
        };
        let mut own: Vec<u32> = all.iter().filter(own).map(|link| link.ifindex).collect();
        own.sort_by_key(|index| {
            all.iter().any(|l| l.ifindex == *index && l.phys_port_name.is_none())
        });
        Ok(look::settings(self.machine, &own).map(|(ifindex, ..)| ifindex))
    }

    fn settings(&self, wanted: &[VfWanted], lenient: bool) -> Result<(), Failure> {
        let Some(ifindex) = self.settings_netdev()? else {
            let message = format!("the PF's netdev of {} is not here", self.device);
            return Err(self.failed(message));
        };
        // Nobody set it, and drivers refuse it.
        let meaningless = |setting: &VfSetting| matches!(setting, VfSetting::Mac(m) | VfSetting::NodeGuid(m) | VfSetting::PortGuid(m) if m.is_zero());
        let differing = || -> Result<Vec<(u32, VfSetting)>, Failure> {
            let told = vfs::settings(self.machine, ifindex)
                .map_err(|error| self.refused("read the settings of VFs", &error))?;
            let now = told.unwrap_or_default().vfs;
            let mut differing = Vec::new();
            for wanted in wanted {
                let now = now.iter().find(|(vf, _)| *vf == wanted.vf);
                let settings = wanted.settings.iter().filter(|setting| {
                    let present =
                        now.and_then(|(_, settings)| settings.get(setting.field()));
                    !meaningless(setting) && present.as_ref() != Some(setting)
                });
                differing.extend(settings.map(|setting| (wanted.vf, setting)));
            }
            Ok(differing)
        };
        for (vf, setting) in differing()? {
            let what = setting.field().as_str();
            match vfs::set(self.machine, ifindex, vf, &setting) {
                Ok(()) => {}
                Err(error) if lenient && error.errno() == Some(EOPNOTSUPP) => {
                    self.note(format!("VF {vf} cannot have its {what} in this mode"));
                }
                Err(error) => {
                    return Err(
                        self.refused(&format!("give VF {vf} its {what} back"), &error)
                    );
                }
            }
        }
        match differing()?.first().filter(|_| !lenient) {
            Some((vf, setting)) => Err(self.failed(format!(
                "the kernel reported success, but VF {vf} has not got its {} back",
                setting.field().as_str()
            ))),
            None => Ok(()),
        }
    }

    fn bind(&self, wanted: &VfDriver) -> Result<(), Failure> {
        let pf = self.device.pci_address();
        let all = pf.map(|pf| pci::vfs(self.machine, pf)).unwrap_or_default();
        let Some((_, own)) = all.into_iter().find(|(vf, _)| *vf == wanted.vf) else {
            return Err(self.failed(format!("{} has no VF {}", self.device, wanted.vf)));
        };
        let address = own.device.name.as_str();
        let name = wanted.driver.as_deref().unwrap_or("its driver");
        let what = format!("bind VF {} ({address}) to {name}", wanted.vf);
        let failed = |error: io::Error| self.io(&what, &error);
        let set_override = |driver: Option<&str>| {
            vfs::set_override(self.machine, address, driver).map_err(failed)
        };
        if wanted.driver_override.is_some() {
            set_override(wanted.driver_override.as_deref())?;
        }
        if own.driver == wanted.driver && !wanted.any {
            return Ok(());
        }
        if own.driver.is_some() && !wanted.any {
            vfs::unbind(self.machine, address).map_err(failed)?;
        }
        let Some(driver) = wanted.driver.as_deref() else {
            // Which driver the kernel finds, if any, is its own affair.
            return match wanted.any && own.driver.is_none() {
                true => vfs::probe(self.machine, address).map_err(failed),
                false => Ok(()),
            };
        };
        match vfs::bind(self.machine, address, driver) {
            // Without autoprobe a VF takes a driver by its override alone
            // (drivers/pci/pci-driver.c, pci_device_can_probe).
            Err(error)
                if error.raw_os_error() == Some(ENODEV)
                    && wanted.driver_override.is_none() =>
            {
                set_override(Some(driver))?;
                let bound = vfs::bind(self.machine, address, driver);
                set_override(None)?;
                bound.map_err(failed)?;
            }
            bound => bound.map_err(failed)?,
        }
        let now = pci::driver_of(self.machine, &own.device);
        if now.as_deref() == Some(driver) {
            return Ok(());
        }
        let now = now.unwrap_or_else(|| "none".into());
        Err(self.failed(format!("the driver of VF {} is {now}, not {name}", wanted.vf)))
    }

    fn wait(&self, wanted: EswitchMode) -> Result<(), Failure> {
        let (now, _) = mode(self.machine, self.device)?;
        if now != wanted {
            let message = format!("{} has fallen back to mode {now}", self.device);
            return Err(self.failed(message));
        }
        let found = self.waiter.settle(wanted, self.deadline)?;
        *self.representors.borrow_mut() = found;
        Ok(())
    }

    /// The links of the device's ports and VFs, each with whose it is.
    fn keyed(&self) -> Result<Vec<(PortKey, Link, Option<u32>)>, Failure> {
        let (facts, inventory) =
            lookup::inventory(self.machine, std::slice::from_ref(self.device))
                .map_err(|error| look::unread(&error))?;
        let own = facts.devices.iter().find(|device| device.handle == *self.device);
        let found = inventory.devices.iter().find(|of| of.handle == *self.device);
        let (Some(own), Some(found)) = (own, found) else {
            return Err(refusal::vanished(self.device));
        };
        let index = |key: &PortKey| {
            found.ports.iter().find(|port| look::key(port) == *key)?.port_index
        };
        let keyed = look::keyed(own, found, &facts).into_iter();
        Ok(keyed
            .map(|(key, link)| {
                let index = index(&key);
                (key, link.clone(), index)
            })
            .collect())
    }

    fn functions(&self, wanted: &[FunctionSettings]) -> Result<(), Failure> {
        if wanted.is_empty() {
            return Ok(());
        }
        let ports = devlink::ports(self.machine, self.device).unwrap_or_default();
        let rates = devlink::rates(self.machine, self.device).unwrap_or_default();
        let keyed = self.keyed()?;
        for function in wanted {
            let index = keyed.iter().find(|(key, ..)| *key == function.key);
            let port = ports
                .iter()
                .find(|port| Some(port.handle.index) == index.and_then(|(.., i)| *i));
            let Some(port) = port else {
                let what = describe(&function.key);
                self.note(format!("{what} has no devlink port to be set up again"));
                continue;
            };
            let now = port.function.clone().unwrap_or_default();
            let differs = |wanted: Option<bool>, now: Option<bool>| {
                wanted.filter(|_| wanted != now)
            };
            let FunctionCaps { roce, migratable, ipsec_crypto, ipsec_packet } =
                function.caps;
            let change = FunctionChange {
                hw_addr: function
                    .hw_addr
                    .clone()
                    .filter(|_| function.hw_addr != now.hw_addr),
                state: None,
                caps: FunctionCaps {
                    roce: differs(roce, now.caps.roce),
                    migratable: differs(migratable, now.caps.migratable),
                    ipsec_crypto: differs(ipsec_crypto, now.caps.ipsec_crypto),
                    ipsec_packet: differs(ipsec_packet, now.caps.ipsec_packet),
                },
                max_io_eqs: function
                    .max_io_eqs
                    .filter(|_| function.max_io_eqs != now.max_io_eqs),
            };
            let what =
                || format!("set the function of {} again", describe(&function.key));
            if change != FunctionChange::default() {
                devlink::set_port_function(self.machine, &port.handle, &change)
                    .map_err(|error| self.refused(&what(), &error))?;
            }
            let leaf = rates.iter().find(|rate| {
                rate.device == port.handle.device
                    && rate.kind == RateKind::Leaf(port.handle.index)
            });
            let limit = |wanted: Option<u64>, now: Option<u64>| {
                wanted.filter(|wanted| now.unwrap_or(0) != *wanted)
            };
            let share = limit(function.tx_share, leaf.and_then(|leaf| leaf.tx_share));
            let max = limit(function.tx_max, leaf.and_then(|leaf| leaf.tx_max));
            if share.or(max).is_some() {
                devlink::set_rate(self.machine, &port.handle, share, max)
                    .map_err(|error| self.refused(&what(), &error))?;
            }
        }
        Ok(())
    }

    fn netdevs(&self, wanted: &[NetdevState]) -> Result<(), Failure> {
        let watch = Watch::open(self.machine).map_err(|error| look::unread(&error))?;
        let deadline = Instant::now() + VF_NETDEV;
        let keyed = loop {
            let keyed = self.keyed()?;
            // udev shall have done with it: both would rename it.
            let here = |key: &PortKey| {
                let link =
                    keyed.iter().find(|(of, ..)| of == key).map(|(_, link, _)| link);
                link.is_some_and(|link| {
                    udev_database::progress(&link.name, link.ifindex) != Progress::Pending
                })
            };
            // Representors have been waited for; physical ports come and go with the
            // mode in some drivers.
            let of_vfs = wanted.iter().filter(|netdev| netdev.key.role == Role::Vf);
            let all = of_vfs.into_iter().all(|netdev| here(&netdev.key));
            let woken = !all && watch.wait(deadline, Duration::ZERO).unwrap_or(false);
            if !woken {
                break keyed;
            }
        };
        let all = links::all(self.machine).map_err(|error| look::unread(&error))?;
        for netdev in wanted {
            match keyed.iter().find(|(key, ..)| *key == netdev.key) {
                Some((_, link, _)) => self.netdev(link, netdev, &all),
                None if netdev.key.role == Role::Pf => {}
                None => {
                    let what = describe(&netdev.key);
                    self.note(format!("{what} has no netdev, {} is gone", netdev.name));
                }
            }
        }
        Ok(())
    }

    /// Gives a netdev what it had. What cannot be is noted: the mode is the wanted
    /// one, and the netdev can be used.
    fn netdev(&self, link: &Link, wanted: &NetdevState, all: &[Link]) {
        let index = link.ifindex;
        let told = |what: String, result: Result<(), NetlinkError>| match result {
            Err(error) if !error.is_gone() => {
                let answer = error.errno().map_or(error.to_string(), errno_name);
                self.note(format!("{}: {what}: {answer}", link.name));
            }
            _ => {}
        };
        if link.name != wanted.name
            && let Ok(name) = wanted.name.parse()
        {
            let renamed = links::rename_at_any_state(self.machine, index, &name);
            told(format!("the name {name} could not be given back"), renamed);
        }
        for altname in &wanted.altnames {
            let new = !link.altnames.contains(altname) && link.name != *altname;
            if let (true, Ok(name)) = (new, altname.parse()) {
                let added = links::add_altname(self.machine, index, &name);
                let now = || links::by_index(self.machine, index).ok().flatten();
                let added = match added {
                    // Somebody was quicker.
                    Err(_) if now().is_some_and(|l| l.altnames.contains(altname)) => {
                        Ok(())
                    }
                    added => added,
                };
                told(format!("the altname {altname} could not be given back"), added);
            }
        }
        if let Some(mtu) = wanted.mtu.filter(|_| wanted.mtu != link.mtu) {
            let set = links::set_mtu(self.machine, index, mtu);
            told(format!("the MTU {mtu} could not be given back"), set);
        }
        let master = wanted.master.as_ref().map(|name| {
            (name, all.iter().find(|link| link.name == *name).map(|link| link.ifindex))
        });
        match master {
            Some((_, Some(master))) if link.master != Some(master) => {
                let set = links::set_master(self.machine, index, Some(master));
                told("it could not be put back into its bridge or bond".into(), set);
            }
            Some((name, None)) => {
                self.note(format!("{}: {name}, which it was in, is gone", link.name));
            }
            _ => {}
        }
        if wanted.up && !link.up {
            let set = links::set_up(self.machine, index, true);
            told("it could not be brought up".into(), set);
        }
    }
}

/// A port, for people.
fn describe(key: &PortKey) -> String {
    let number = |word: &str, number: Option<u32>| {
        number.map_or_else(String::new, |number| format!(" {word} {number}"))
    };
    format!("{}{}{}", key.role.as_str(), number("VF", key.vf), number("SF", key.sf))
}
