// SPDX-License-Identifier: MIT OR Apache-2.0
//! Performs one step. A write's return code is not believed: what it was to change
//! is read again. What is so already is not written.

use std::{
    cell::{Cell, RefCell},
    io,
    time::{Duration, Instant},
};

use super::{ROLLBACK_TIMEOUT, Terms, refusal, wait::Waiter};
use crate::{
    driver::errno::{ENODEV, EOPNOTSUPP},
    error::{Failure, Kind},
    model::{EncapMode, EswitchMode, Handle, InlineMode, Link, PhysPortName, VfSetting},
    plan::{Action, VfDriver, VfWanted},
    survey::{self, mode},
    sys::{Live, NetlinkError, devlink, links, pci, vfs},
    wire::devlink::EswitchChange,
};

/// What steps are performed with.
pub(super) struct Performer<'a> {
    pub machine: &'a Live,
    pub device: &'a Handle,
    pub waiter: Waiter<'a>,
    /// How long representors are waited for.
    pub limit: Duration,
    /// Whether the state before is being restored, so that an error counts for
    /// nothing if that state is there all the same.
    pub undoing: bool,
    /// What could not be restored, and is no failure.
    pub notes: RefCell<Vec<String>>,
    /// What the kernel said when the mode was set.
    pub kernel_message: RefCell<Option<String>>,
    /// How many representors there are at the end.
    pub representors: Cell<usize>,
    /// A failure with which the driver is known to lose the forwarding of legacy mode.
    pub forwarding_lost: Cell<Option<String>>,
}

impl<'a> Performer<'a> {
    pub(super) fn new(
        machine: &'a Live,
        device: &'a Handle,
        terms: &Terms<'a>,
    ) -> Result<Self, Failure> {
        Ok(Self {
            machine,
            device,
            waiter: Waiter::new(machine, device, terms)?,
            limit: terms.limit,
            undoing: false,
            notes: RefCell::default(),
            kernel_message: RefCell::default(),
            representors: Cell::default(),
            forwarding_lost: Cell::default(),
        })
    }

    /// From now on the state before is restored.
    pub(super) fn begin_rollback(&mut self) {
        let (least, most) = ROLLBACK_TIMEOUT;
        self.undoing = true;
        self.limit = self.limit.clamp(least, most);
        // What could not be restored in the new state is no matter in the old one.
        self.notes.take();
    }

    /// An error where a signal says not to go on: the first one ends a change, and the
    /// second one its rollback.
    pub(super) fn go_on(&self) -> Result<(), Failure> {
        let enough = if self.undoing { 2 } else { 1 };
        if self.machine.interrupts() < enough {
            return Ok(());
        }
        Err(self.failed(format!("the change of {} was interrupted", self.device)))
    }

    /// Performs the step.
    pub(super) fn perform(&self, action: &Action) -> Result<(), Failure> {
        match action {
            Action::ReloadDriver { to, .. } => self.reload(to),
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

    pub(super) fn note(&self, text: String) {
        self.notes.borrow_mut().push(text);
    }

    pub(super) fn failed(&self, message: impl Into<String>) -> Failure {
        Failure::new(Kind::Failed, message).on(self.device)
    }

    pub(super) fn io(&self, what: &str, error: &io::Error) -> Failure {
        let mut failure = self.failed(format!("cannot {what}"));
        failure.errno = error.raw_os_error();
        if failure.errno.is_none() {
            failure.kernel_message = Some(error.to_string());
        }
        failure.hint("look into the kernel's log for messages of its driver")
    }

    pub(super) fn refused(&self, what: &str, error: &NetlinkError) -> Failure {
        let mut failure = survey::of_error(format!("cannot {what}"), self.device, error);
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
        pci::number_of_vfs(self.machine, self.device)
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
                if refusal::loses_forwarding(machine, device, (before, wanted), &error) {
                    self.forwarding_lost.set(Some(error.to_string()));
                }
                return Err(refusal::setting_mode(machine, device, wanted, &error));
            }
        }
        let now = now()?;
        if now == wanted {
            // Each mode that is set comes with its forwarding.
            self.forwarding_lost.set(None);
            return Ok(());
        }
        Err(self
            .failed(format!(
                "the kernel reported success, but {} is in mode {now}, not {wanted}",
                self.device
            ))
            .hint("look into the kernel's log for messages of its driver"))
    }

    /// Restores inline and encap mode, if the change altered them.
    ///
    /// Inline mode `none` is not restored: it is what `mlx5_core` reports until its first
    /// switch, in which it takes what the NIC needs. `ConnectX-4` needs `link`.
    fn keep(
        &self,
        inline_mode: Option<InlineMode>,
        encap_mode: Option<EncapMode>,
    ) -> Result<(), Failure> {
        let (_, now) = mode(self.machine, self.device)?;
        let inline = inline_mode
            .filter(|wanted| *wanted != InlineMode::None)
            .filter(|wanted| now.inline_mode.is_some_and(|now| now != *wanted));
        let encap =
            encap_mode.filter(|wanted| now.encap_mode.is_some_and(|now| now != *wanted));
        if inline.is_none() && encap.is_none() {
            return Ok(());
        }
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
        let (_, now) = mode(self.machine, self.device)?;
        let inline = inline.filter(|wanted| now.inline_mode != Some(*wanted));
        let encap = encap.filter(|wanted| now.encap_mode != Some(*wanted));
        let what = inline.map(|mode| format!("inline mode {mode}"));
        match what.or_else(|| encap.map(|mode| format!("encap mode {mode}"))) {
            None => Ok(()),
            Some(what) => Err(self.failed(format!(
                "the kernel reported success, but {} has not got its {what} back",
                self.device
            ))),
        }
    }

    /// The netdev that has the settings of VFs: the PF's own, or an uplink.
    fn settings_netdev(&self) -> Result<Option<u32>, Failure> {
        let all =
            links::all(self.machine).map_err(|error| survey::machine_unread(&error))?;
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
        Ok(survey::settings(self.machine, &own).map(|(ifindex, ..)| ifindex))
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
        // One may be left of a bind that was cut short.
        if vfs::driver_override(self.machine, address) != wanted.driver_override {
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
        let deadline = Instant::now() + self.limit;
        let representors = self.waiter.wait(wanted, deadline, &|| self.go_on())?;
        self.representors.set(representors);
        Ok(())
    }
}
