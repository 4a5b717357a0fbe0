// SPDX-License-Identifier: MIT OR Apache-2.0
//! A machine with a simulated card, that can be told to fail. It answers the same
//! questions as a live one, in the kernel's bytes.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    io, panic,
    path::PathBuf,
    rc::Rc,
    time::{Duration, Instant},
};

use super::card::{Answer as Done, Card, EIO, Face, Owner};
use crate::{
    driver::Ids,
    model::{
        DevlinkPort, EswitchMode, Flavour, FunctionState, Handle, Link, LinkType,
        OpState, PciAddress, PortFunction, PortHandle, PortType, Rate, RateKind, Scheme,
        SwitchId, UdevNames,
    },
    sys::{
        Answer, Change, Effects, Events, Host, Machine, NetlinkError, Question, Writable,
        lock::Locks, storage::Storage, udev_database::Progress,
    },
    wire::{
        devlink::kernel::{self as devlink, Request},
        extack::Ack,
        link::{self, kernel::LinkChange},
        vf,
    },
};

const ENOSPC: i32 = 28;
const ENETUNREACH: i32 = 101;
const EOPNOTSUPP: i32 = 95;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The program is killed before that effect.
    KillBefore(usize),
    /// After it.
    KillAfter(usize),
    /// In it: the kernel goes on with it, and is done when it is asked again.
    KillIn(usize),
    /// So many bytes of a line reach the disk, then the program is killed.
    Torn(usize, usize),
    /// It is refused.
    Refuse(usize),
    /// It fails after the driver has lost what it is known to lose.
    Break(usize),
    /// It is reported as failed, and done.
    Late(usize),
    /// It is reported as done, and nothing happens.
    Ignore(usize),
    /// Every effect on the card is refused from that one on.
    RefuseFrom(usize),
    /// Nothing more can be written to the disk; a line is cut off after so many bytes.
    Full(usize, usize),
    /// A signal comes before that effect.
    Interrupt(usize),
}

/// Where the program was killed.
pub(super) struct Killed;

/// What becomes of an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Happens,
    Refused,
    Breaks,
    Late,
    Ignored,
    Pending,
    Torn(usize),
    CutOff(usize),
}

/// One effect that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Effect {
    /// Whether it is on the disk rather than on the card.
    pub disk: bool,
    pub what: String,
}

type Pending = Box<dyn FnOnce(&mut Card)>;

pub(super) struct Simulated {
    pub card: RefCell<Card>,
    pub files: RefCell<BTreeMap<String, String>>,
    pub boot: RefCell<String>,
    pub log: RefCell<Vec<Effect>>,
    pub faults: RefCell<Vec<Fault>>,
    pending: RefCell<Option<Pending>>,
    clock: Rc<Cell<Instant>>,
    interrupts: Cell<u32>,
    locked: Cell<bool>,
    worker: Cell<bool>,
}

impl Simulated {
    pub(super) fn new(face: Face) -> Self {
        Self::with(Card::new(face), BTreeMap::new())
    }

    pub(super) fn with(card: Card, files: BTreeMap<String, String>) -> Self {
        Self {
            card: RefCell::new(card),
            files: RefCell::new(files),
            boot: RefCell::new("this".into()),
            log: RefCell::default(),
            faults: RefCell::default(),
            pending: RefCell::default(),
            clock: Rc::new(Cell::new(Instant::now())),
            interrupts: Cell::new(0),
            locked: Cell::new(false),
            worker: Cell::new(false),
        }
    }

    /// The same machine, with other faults and nothing logged.
    pub(super) fn copy(&self, faults: &[Fault]) -> Self {
        let copy = Self::with(self.card.borrow().clone(), self.files.borrow().clone());
        copy.boot.replace(self.boot.borrow().clone());
        copy.faults.replace(faults.to_vec());
        copy
    }

    /// The program begins anew on the same machine.
    pub(super) fn restart(&self, faults: &[Fault]) {
        self.log.borrow_mut().clear();
        self.faults.replace(faults.to_vec());
        self.interrupts.set(0);
        self.locked.set(false);
    }

    pub(super) fn has_journal(&self) -> bool {
        self.files.borrow().keys().any(|name| name.starts_with("journal/"))
    }

    /// What becomes of the next effect.
    fn fate(&self, disk: bool, what: String) -> Fate {
        let mut log = self.log.borrow_mut();
        let number = log.len();
        let grows = what.starts_with("write") || what.starts_with("append");
        log.push(Effect { disk, what });
        drop(log);
        let mut fate = Fate::Happens;
        for fault in self.faults.borrow().iter() {
            fate = match *fault {
                Fault::KillBefore(at) if at == number => die(),
                Fault::KillIn(at) if at == number => Fate::Pending,
                Fault::Torn(at, bytes) if at == number => Fate::Torn(bytes),
                Fault::Refuse(at) if at == number => Fate::Refused,
                Fault::Break(at) if at == number => Fate::Breaks,
                Fault::Late(at) if at == number => Fate::Late,
                Fault::Ignore(at) if at == number => Fate::Ignored,
                Fault::RefuseFrom(at) if at <= number && !disk => Fate::Refused,
                Fault::Full(at, bytes) if at <= number && disk && grows => {
                    Fate::CutOff(bytes)
                }
                Fault::Interrupt(at) if at == number => {
                    self.interrupts.set(self.interrupts.get() + 1);
                    fate
                }
                _ => fate,
            };
        }
        fate
    }

    fn done(&self) {
        let number = self.log.borrow().len() - 1;
        if self.faults.borrow().contains(&Fault::KillAfter(number)) {
            die();
        }
    }

    /// Makes an effect on the card.
    fn on_card(
        &self,
        what: String,
        act: impl FnOnce(&mut Card) -> Done + 'static,
    ) -> Done {
        assert!(self.locked.get(), "without a lock: {what}");
        let result = match self.fate(false, what) {
            Fate::Happens => act(&mut self.card.borrow_mut()),
            Fate::Refused => Err((EIO, None)),
            Fate::Breaks => self.card.borrow_mut().fail_in_switch(),
            Fate::Late => act(&mut self.card.borrow_mut()).and(Err((EIO, None))),
            Fate::Ignored => Ok(()),
            Fate::Pending => {
                let act = move |card: &mut Card| {
                    let _ = act(card);
                };
                self.pending.replace(Some(Box::new(act)));
                die()
            }
            Fate::Torn(_) | Fate::CutOff(_) => unreachable!("of the disk"),
        };
        self.done();
        result
    }

    /// Makes an effect on the disk; of a line that is cut off, `part` writes the first
    /// bytes.
    fn on_disk(
        &self,
        what: String,
        act: impl FnOnce(&mut BTreeMap<String, String>) -> io::Result<()>,
        part: impl FnOnce(&mut BTreeMap<String, String>, usize),
    ) -> io::Result<()> {
        assert!(self.locked.get(), "without a lock: {what}");
        let result = match self.fate(true, what) {
            Fate::Refused => Err(io::Error::from_raw_os_error(EIO)),
            Fate::Torn(bytes) => {
                part(&mut self.files.borrow_mut(), bytes);
                die()
            }
            Fate::CutOff(bytes) => {
                part(&mut self.files.borrow_mut(), bytes);
                Err(io::Error::from_raw_os_error(ENOSPC))
            }
            _ => act(&mut self.files.borrow_mut()),
        };
        self.done();
        result
    }

    fn finish_pending(&self) {
        if let Some(act) = self.pending.take() {
            act(&mut self.card.borrow_mut());
        }
    }

    fn links(&self) -> Vec<Link> {
        let card = self.card.borrow();
        let switched = card.mode.is_some_and(EswitchMode::has_representors);
        let orphans = card.has_orphans();
        let id = SwitchId::new(&[7; 8]);
        let of_port = card.profile().orphan_representors == Some(Ids::Port);
        let links = card.netdevs.iter().map(|(owner, netdev)| {
            let port = port_index(*owner).filter(|_| card.has_ports());
            let port =
                port.map(|index| PortHandle { device: card.device.clone(), index });
            let (name, parent) = match owner {
                Owner::Bridge => (None, None),
                Owner::Pf => (Some("p0".into()), Some(card.device.clone())),
                Owner::PfRep => (Some("pf0".into()), Some(card.device.clone())),
                Owner::VfRep(vf) => {
                    (Some(format!("pf0vf{vf}")), (!orphans).then(|| card.device.clone()))
                }
                Owner::Vf(vf) => (None, Some(Handle::pci(vf_address(*vf)))),
                Owner::SfRep(sf) => {
                    (Some(format!("pf0sf{sf}")), Some(card.device.clone()))
                }
                Owner::Sf(sf) => {
                    let number = card.sfs.get(sf).and_then(|sf| sf.auxiliary);
                    let name = card.auxiliary(number.unwrap_or_default());
                    (None, Some(Handle::new("auxiliary", name)))
                }
            };
            let on_switch = !matches!(owner, Owner::Bridge | Owner::Vf(_) | Owner::Sf(_))
                && (switched || matches!(owner, Owner::VfRep(_)));
            Link {
                ifindex: netdev.ifindex,
                name: netdev.name.clone(),
                link_type: LinkType::ETHER,
                altnames: netdev.altnames.clone(),
                mtu: Some(netdev.mtu),
                up: netdev.up,
                master: netdev.master,
                kind: (*owner == Owner::Bridge).then(|| "bridge".into()),
                switch_id: id.clone().filter(|_| on_switch && !of_port),
                port_id: id.clone().filter(|_| of_port && *owner == Owner::Pf),
                phys_port_name: name,
                parent,
                devlink_port: port,
                ..Link::default()
            }
        });
        links.collect()
    }

    fn link_message(&self, link: &Link, with_vfs: bool) -> Vec<u8> {
        let card = self.card.borrow();
        let settings: Vec<_> = card.vfs.iter().map(|vf| vf.settings.clone()).collect();
        let has = with_vfs
            && card.index_of(Owner::Pf) == Some(link.ifindex)
            && !settings.is_empty();
        if has {
            link::kernel::message_of(link, vf::kernel::answer(&settings))
        } else {
            link::kernel::answer(link)
        }
    }

    fn route(
        &self,
        kind: u16,
        dump: bool,
        body: &[u8],
    ) -> Result<Vec<Vec<u8>>, NetlinkError> {
        const GETROUTE: u16 = 26;
        if kind == GETROUTE {
            return Err(refused(ENETUNREACH, None));
        }
        if kind != link::GETLINK {
            return Ok(Vec::new());
        }
        let links = self.links();
        if dump {
            return Ok(links.iter().map(|link| self.link_message(link, false)).collect());
        }
        let index = link::kernel::ifindex(body);
        let named =
            |link: &&Link| link.ifindex == index || link::get_by_name(&link.name) == body;
        match links.iter().find(named) {
            Some(link) => Ok(vec![self.link_message(link, body == vf::get(index))]),
            None => Err(refused(19, None)),
        }
    }

    fn devlink(&self, body: &[u8]) -> Result<Vec<Vec<u8>>, NetlinkError> {
        // It takes the device's lock.
        self.finish_pending();
        let card = self.card.borrow();
        let (device, request) = devlink::request(body);
        if let Some(number) = card.sf_at(&device.name) {
            return match request {
                Request::Param(name) if name == "enable_eth" && card.is_mlx5() => {
                    let on = card.sfs[&number].wants_netdev;
                    Ok(vec![devlink::flag(&device, &name, on)])
                }
                _ => Err(refused(EOPNOTSUPP, None)),
            };
        }
        if device != card.device || !card.bound {
            return Err(refused(19, None));
        }
        Ok(match request {
            Request::Instance => vec![devlink::instance(&device)],
            Request::Eswitch => vec![devlink::eswitch(&device, &card.eswitch())],
            Request::Ports => ports(&card).iter().map(devlink::port).collect(),
            Request::Rates if card.functions.is_empty() => Vec::new(),
            Request::Rates => rates(&card).iter().map(devlink::rate).collect(),
            _ => return Err(refused(EOPNOTSUPP, None)),
        })
    }

    fn change_link(&self, kind: u16, body: &[u8]) -> Done {
        let index = link::kernel::ifindex(body);
        let change = link::kernel::change(kind, body);
        self.on_card(format!("link {index}: {change:?}"), move |card| {
            if let LinkChange::Name(name) = &change {
                return card.rename(index, name);
            }
            if let LinkChange::Vf(vf, setting) = change {
                return card.set_vf(vf, setting);
            }
            let Some(netdev) = card.netdev(index) else { return Err((19, None)) };
            match change {
                LinkChange::Mtu(mtu) => netdev.mtu = mtu,
                LinkChange::Master(master) => netdev.master = Some(master),
                LinkChange::Up(up) => netdev.up = up,
                LinkChange::AddAltname(name) => netdev.altnames.push(name),
                LinkChange::RemoveAltname(name) => {
                    netdev.altnames.retain(|own| *own != name);
                }
                LinkChange::Name(_) | LinkChange::Vf(..) => {}
            }
            Ok(())
        })
    }

    fn change_devlink(&self, body: &[u8]) -> Done {
        let (device, request) = devlink::request(body);
        if device.bus == "auxiliary" {
            return self.on_card(format!("{device}: {request:?}"), move |card| {
                let Some(number) = card.sf_at(&device.name) else {
                    return Err((19, None));
                };
                match request {
                    Request::SetParam(_, on) => {
                        let sf = card.sfs.get_mut(&number);
                        sf.into_iter().for_each(|sf| sf.wants_netdev = on);
                    }
                    Request::Reload => card.start_sf(number),
                    other => panic!("{other:?} changes nothing"),
                }
                Ok(())
            });
        }
        self.on_card(format!("{request:?}"), move |card| match request {
            Request::AddSf(pf, number) => card.add_sf(pf, number),
            Request::DeletePort(port) => card.delete_sf(port.index - FIRST_SF),
            Request::SetPort(port) if port.handle.index >= FIRST_SF => {
                let wanted = port.function.unwrap_or_default();
                let active = wanted.state.map(|state| state == FunctionState::Active);
                let number = port.handle.index - FIRST_SF;
                card.set_sf(number, wanted.hw_addr, wanted.caps.roce, active)
            }
            Request::SetEswitch(eswitch) => {
                if let Some(mode) = eswitch.mode {
                    card.set_mode(mode)?;
                }
                if let Some(mode) = eswitch.inline_mode {
                    card.set_inline(mode)?;
                }
                eswitch.encap_mode.map_or(Ok(()), |mode| card.set_encap(mode))
            }
            Request::SetPort(port) => {
                let Some(function) = card.functions.get_mut(&(port.handle.index - 1))
                else {
                    return Err((22, None));
                };
                let wanted = port.function.unwrap_or_default();
                function.hw_addr = wanted.hw_addr.or(function.hw_addr.take());
                function.caps.roce = wanted.caps.roce.or(function.caps.roce);
                Ok(())
            }
            Request::SetRate(rate) => {
                let RateKind::Leaf(port) = rate.kind else { return Err((22, None)) };
                let Some(function) = card.functions.get_mut(&(port - 1)) else {
                    return Err((22, None));
                };
                function.tx_max = rate.tx_max.or(function.tx_max);
                Ok(())
            }
            Request::Reload => {
                card.reload();
                Ok(())
            }
            other => panic!("{other:?} changes nothing"),
        })
    }
}

fn die() -> ! {
    panic::resume_unwind(Box::new(Killed))
}

fn refused(errno: i32, message: Option<&str>) -> NetlinkError {
    NetlinkError::Refused(Ack { errno, message: message.map(Into::into) })
}

fn absent() -> io::Error {
    io::ErrorKind::NotFound.into()
}

fn vf_address(vf: u32) -> PciAddress {
    format!("0000:03:00.{}", vf + 1).parse().unwrap()
}

impl Card {
    fn is_mlx5(&self) -> bool {
        self.face.driver == "mlx5_core"
    }

    /// The number of the SF of which that is a file.
    fn sf_of(&self, path: &str, file: &str) -> Option<u32> {
        let device = path.strip_prefix("bus/auxiliary/devices/")?.strip_suffix(file)?;
        self.sf_at(device)
    }
}

fn vf_of(path: &str) -> Option<(u32, &str)> {
    let rest = path.strip_prefix("bus/pci/devices/0000:03:00.")?;
    let (function, rest) = rest.split_once('/').unwrap_or((rest, ""));
    Some((function.parse::<u32>().ok()?.checked_sub(1)?, rest))
}

/// The index of the port of SF 0.
const FIRST_SF: u32 = 0x8000;

fn port_index(owner: Owner) -> Option<u32> {
    match owner {
        Owner::Pf => Some(0xffff),
        Owner::VfRep(vf) => Some(vf + 1),
        Owner::SfRep(sf) => Some(FIRST_SF + sf),
        _ => None,
    }
}

fn ports(card: &Card) -> Vec<DevlinkPort> {
    if !card.has_ports() {
        return Vec::new();
    }
    let uplink = card.index_of(Owner::Pf);
    let kind = if uplink.is_some() { PortType::Ethernet } else { PortType::NotSet };
    let mut ports = vec![DevlinkPort {
        kind: Some(kind),
        flavour: Some(Flavour::Physical),
        number: Some(0),
        netdev_ifindex: uplink,
        ..DevlinkPort::new(card.device.clone(), 0xffff)
    }];
    for (vf, own) in &card.functions {
        ports.push(DevlinkPort {
            kind: Some(PortType::Ethernet),
            flavour: Some(Flavour::PciVf),
            pf: Some(0),
            vf: Some(*vf as u16),
            netdev_ifindex: card.index_of(Owner::VfRep(*vf)),
            function: Some(PortFunction {
                hw_addr: own.hw_addr.clone(),
                caps: own.caps,
                ..PortFunction::default()
            }),
            ..DevlinkPort::new(card.device.clone(), vf + 1)
        });
    }
    for (number, sf) in &card.sfs {
        let active = sf.auxiliary.is_some();
        let device = |number| Handle::new("auxiliary", card.auxiliary(number));
        ports.push(DevlinkPort {
            kind: Some(PortType::Ethernet),
            flavour: Some(Flavour::PciSf),
            pf: Some(0),
            sf: Some(*number),
            netdev_ifindex: card.index_of(Owner::SfRep(*number)),
            function: Some(PortFunction {
                hw_addr: sf.function.hw_addr.clone(),
                caps: sf.function.caps,
                state: Some(FunctionState::from(u8::from(active))),
                opstate: Some(OpState::from(u8::from(active))),
                devlink: sf.auxiliary.map(device),
                ..PortFunction::default()
            }),
            ..DevlinkPort::new(card.device.clone(), FIRST_SF + number)
        });
    }
    ports
}

fn rates(card: &Card) -> Vec<Rate> {
    let leaf = |(vf, own): (&u32, &super::card::Function)| Rate {
        device: card.device.clone(),
        kind: RateKind::Leaf(vf + 1),
        tx_share: None,
        tx_max: own.tx_max,
        tx_priority: None,
        tx_weight: None,
        parent: None,
    };
    card.functions.iter().map(leaf).collect()
}

impl Machine for Simulated {
    fn host(&self) -> &dyn Host {
        self
    }

    fn ask(&self, question: &Question) -> Result<Answer, NetlinkError> {
        let messages = match question {
            Question::Route { kind, dump, body } => self.route(*kind, *dump, body)?,
            Question::Devlink { body, .. } => self.devlink(body)?,
            Question::Ethtool { .. } => return Err(refused(EOPNOTSUPP, None)),
            Question::Xfrm { .. } => Vec::new(),
        };
        Ok(Answer { messages: messages.into_iter().collect(), message: None })
    }

    fn walk(
        &self,
        _kind: u16,
        _body: &[u8],
        _visit: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<(), NetlinkError> {
        Ok(())
    }

    fn read(&self, path: &str, _most: usize) -> io::Result<Vec<u8>> {
        let card = self.card.borrow();
        let folder = card.device.sysfs_path().unwrap();
        let text = match path.strip_prefix(&format!("{folder}/")) {
            Some("sriov_numvfs") => {
                drop(card);
                self.finish_pending();
                return Ok(self.card.borrow().vfs.len().to_string().into());
            }
            Some("sriov_totalvfs") if card.is_pci() => "7".into(),
            Some("sriov_drivers_autoprobe") if card.is_pci() => {
                u8::from(card.autoprobe).to_string()
            }
            Some("class") => "0x020000".into(),
            Some("net/uplink0/phys_switch_id" | "net/uplink0/phys_port_id") => {
                "07".repeat(8)
            }
            _ if card.sf_of(path, "/sfnum").is_some() && card.is_mlx5() => {
                card.sf_of(path, "/sfnum").unwrap_or_default().to_string()
            }
            _ => match vf_of(path) {
                Some((vf, "driver_override")) => {
                    let own = card.vfs.get(vf as usize).ok_or_else(absent)?;
                    own.driver_override.clone().unwrap_or_else(|| "(null)".into())
                }
                _ => return Err(absent()),
            },
        };
        Ok(text.into())
    }

    fn link_name(&self, path: &str) -> io::Result<String> {
        let card = self.card.borrow();
        let folder = card.device.sysfs_path().unwrap();
        let own = path.strip_prefix(&format!("{folder}/"));
        if own == Some("driver") && card.bound {
            return Ok(card.face.driver.into());
        }
        if let Some(vf) = own.and_then(|name| name.strip_prefix("virtfn")) {
            let vf: u32 = vf.parse().map_err(|_| absent())?;
            let exists = card.is_pci() && (vf as usize) < card.vfs.len();
            return exists.then(|| vf_address(vf).to_string()).ok_or_else(absent);
        }
        let subsystem = own.and_then(|name| name.strip_suffix("/subsystem"));
        if subsystem.is_some_and(|name| card.sf_at(name).is_some()) {
            return Ok("auxiliary".into());
        }
        if card.sf_of(path, "/driver").is_some() {
            return Ok(format!("{}.sf", card.face.driver));
        }
        match vf_of(path) {
            Some((vf, "driver")) => {
                let own = card.vfs.get(vf as usize).ok_or_else(absent)?;
                own.driver.clone().ok_or_else(absent)
            }
            Some((_, "physfn")) => Ok(card.device.name.clone()),
            _ => Err(absent()),
        }
    }

    fn real_path(&self, path: &str) -> io::Result<String> {
        Ok(path.replace("bus/pci/devices", "devices/pci0000:00"))
    }

    fn list(&self, path: &str) -> io::Result<Vec<String>> {
        let card = self.card.borrow();
        let folder = card.device.sysfs_path().unwrap();
        if path == folder {
            let vfs = if card.is_pci() { card.vfs.len() } else { 0 };
            let vfs = (0..vfs).map(|vf| format!("virtfn{vf}"));
            let sfs = card.sfs.values().filter_map(|sf| sf.auxiliary);
            return Ok(vfs.chain(sfs.map(|sf| card.auxiliary(sf))).collect());
        }
        if path == format!("{folder}/net") {
            let pf = card.netdevs.get(&Owner::Pf);
            return pf.map(|netdev| vec![netdev.name.clone()]).ok_or_else(absent);
        }
        let bound = path.strip_prefix("bus/pci/drivers/") == Some(card.face.driver);
        if bound && card.is_pci() {
            return Ok(vec![card.device.name.clone()]);
        }
        match vf_of(path) {
            Some((vf, "")) if (vf as usize) < card.vfs.len() => Ok(Vec::new()),
            _ => Err(absent()),
        }
    }

    fn instance(&self, path: &str) -> Option<u64> {
        let card = self.card.borrow();
        if Some(path) == card.device.sysfs_path().as_deref() {
            return Some(card.instance);
        }
        let (vf, _) = vf_of(path)?;
        Some(card.vfs.get(vf as usize)?.instance)
    }
}

impl Host for Simulated {
    fn kernel(&self) -> String {
        let (major, minor) = self.card.borrow().face.kernel;
        format!("{major}.{minor}.0")
    }

    fn boot(&self) -> String {
        self.boot.borrow().clone()
    }

    fn naming_scheme(&self) -> Scheme {
        Scheme::NEWEST
    }

    fn udev_names(&self, _ifindex: u32) -> UdevNames {
        UdevNames::default()
    }

    fn holders(&self, paths: &[String]) -> Vec<Vec<String>> {
        vec![Vec::new(); paths.len()]
    }

    fn is_active(&self, _: &str) -> bool {
        false
    }

    fn file(&self, _path: &str) -> io::Result<Option<String>> {
        Ok(None)
    }

    fn excerpt(
        &self,
        path: &str,
        of: &dyn Fn(String) -> String,
    ) -> io::Result<Option<String>> {
        Ok(self.file(path)?.map(of))
    }

    fn names(&self, _folder: &str) -> io::Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn kept(&self, folder: &str, file: &str) -> io::Result<Option<String>> {
        Ok(self.files.borrow().get(&format!("{folder}/{file}")).cloned())
    }

    fn is_kept(&self, folder: &str, file: &str) -> bool {
        self.files.borrow().contains_key(&format!("{folder}/{file}"))
    }
}

impl Writable for Simulated {
    fn machine(&self) -> &dyn Machine {
        self
    }

    fn change(&self, change: &Change) -> Result<Answer, NetlinkError> {
        let result = match change {
            Change::Route { kind, body } => self.change_link(*kind, body),
            Change::Devlink { body } => self.change_devlink(body),
            // The simulated card has no such features.
            Change::Ethtool { .. } => Err((95, None)),
        };
        result.map_err(|(errno, message)| refused(errno, message))?;
        Ok(Answer::default())
    }

    fn write(&self, path: &str, text: &str) -> io::Result<()> {
        let folder = self.card.borrow().device.sysfs_path().unwrap();
        let own = path.strip_prefix(&format!("{folder}/")).unwrap_or(path).to_owned();
        let text = text.trim_end().to_owned();
        let result = self.on_card(format!("{own} = {text}"), move |card| {
            let vf = |address: &str| {
                vf_of(&format!("bus/pci/devices/{address}"))
                    .map_or(u32::MAX, |(vf, _)| vf)
            };
            match own.as_str() {
                "sriov_numvfs" => card.set_number(text.parse().unwrap()),
                "sriov_drivers_autoprobe" => {
                    card.autoprobe = text == "1";
                    Ok(())
                }
                "bus/pci/drivers_probe" => card.bind(vf(&text), None),
                path => {
                    if let Some(driver) = path.strip_prefix("bus/pci/drivers/") {
                        let driver = driver.strip_suffix("/bind").unwrap();
                        return card.bind(vf(&text), Some(driver));
                    }
                    match vf_of(path) {
                        Some((vf, "driver/unbind")) => card.unbind(vf),
                        Some((vf, "driver_override")) => {
                            let Some(own) = card.vfs.get_mut(vf as usize) else {
                                return Err((2, None));
                            };
                            own.driver_override =
                                Some(text).filter(|text| !text.is_empty());
                            Ok(())
                        }
                        _ => panic!("there is no file {path}"),
                    }
                }
            }
        });
        result.map_err(|(errno, _)| io::Error::from_raw_os_error(errno))
    }
}

impl Storage for Simulated {
    fn write(&self, folder: &str, file: &str, text: &str) -> io::Result<()> {
        let name = format!("{folder}/{file}");
        let act = |files: &mut BTreeMap<String, String>| {
            files.insert(name.clone(), text.to_owned());
            Ok(())
        };
        // Of a file that is not written whole nothing is there.
        self.on_disk(format!("write {name}"), act, |_, _| {})
    }

    fn append(&self, folder: &str, file: &str, line: &str) -> io::Result<()> {
        let name = format!("{folder}/{file}");
        let add = |files: &mut BTreeMap<String, String>, text: &str| {
            let Some(file) = files.get_mut(&name) else { return Err(absent()) };
            if !file.ends_with('\n') {
                file.push('\n');
            }
            file.push_str(text);
            Ok(())
        };
        let whole = format!("{line}\n");
        let part = |files: &mut BTreeMap<String, String>, bytes: usize| {
            let _ = add(files, &whole[..bytes.min(whole.len())]);
        };
        let act = |files: &mut BTreeMap<String, String>| add(files, &whole);
        self.on_disk(format!("append {name} {line}"), act, part)
    }

    fn read(&self, folder: &str, file: &str) -> io::Result<Option<String>> {
        self.kept(folder, file)
    }

    fn remove(&self, folder: &str, file: &str) -> io::Result<()> {
        let name = format!("{folder}/{file}");
        let act = |files: &mut BTreeMap<String, String>| {
            files.remove(&name);
            Ok(())
        };
        self.on_disk(format!("remove {name}"), act, |_, _| {})
    }

    fn move_to(&self, folder: &str, file: &str, other: &str) -> io::Result<PathBuf> {
        let (from, to) = (format!("{folder}/{file}"), format!("{other}/{file}"));
        let act = |files: &mut BTreeMap<String, String>| {
            let text = files.remove(&from).ok_or_else(absent)?;
            files.insert(to.clone(), text);
            Ok(())
        };
        self.on_disk(format!("move {from}"), act, |_, _| {})?;
        Ok(PathBuf::from(to))
    }

    fn exists(&self, folder: &str, file: &str) -> bool {
        self.is_kept(folder, file)
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let prefix = format!("{folder}/");
        let files = self.files.borrow();
        let names = files.keys().filter_map(|name| name.strip_prefix(&prefix));
        Ok(names.map(Into::into).collect())
    }

    fn path(&self, folder: &str, file: &str) -> PathBuf {
        PathBuf::from(format!("{folder}/{file}"))
    }
}

/// Time passes where it is waited for, and at each look at the clock.
struct Timer(Rc<Cell<Instant>>);

impl Events for Timer {
    fn wait(&self, deadline: Instant, _pause: Duration) -> io::Result<bool> {
        self.0.set(self.0.get().max(deadline));
        Ok(false)
    }
}

impl Effects for Simulated {
    fn storage(&self) -> &dyn Storage {
        self
    }

    fn lock(
        &self,
        names: &BTreeSet<String>,
        _limit: Duration,
        _waiting: &dyn Fn(&str),
    ) -> io::Result<Option<Locks>> {
        assert!(!names.is_empty());
        // The process for requests holds the lock as long as it runs.
        if self.worker.get() {
            return Ok(None);
        }
        self.locked.set(true);
        Ok(Some(Locks::default()))
    }

    fn start_worker(
        &self,
        _locks: &Locks,
        _limit: Duration,
        _waiting: Box<dyn Fn(&str)>,
    ) -> io::Result<()> {
        self.worker.set(true);
        Ok(())
    }

    fn stop_worker(&self) {
        self.worker.set(false);
    }

    fn interrupts(&self) -> u32 {
        self.interrupts.get()
    }

    fn is_stuck(&self) -> bool {
        false
    }

    fn wait_for_kernel(&self, path: &str) -> io::Result<()> {
        Machine::read(self, path, 1).map(drop)
    }

    fn events(&self) -> Result<Box<dyn Events>, NetlinkError> {
        Ok(Box::new(Timer(Rc::clone(&self.clock))))
    }

    fn udev_progress(&self, _name: &str, _ifindex: u32) -> Progress {
        Progress::NoUdev
    }

    fn now(&self) -> Instant {
        self.clock.get()
    }
}
