// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a simulated machine answers to netlink's questions, in the kernel's bytes.

use super::{Card, FIRST_SF, Lock, Simulated, machine::vf_address, refused};
use crate::{
    driver::Ids,
    model::{
        DevlinkPort, EswitchMode, Flavour, FunctionState, Handle, Link, LinkType,
        OpState, PortFunction, PortHandle, PortType, Rate, RateKind, SwitchId, errno,
    },
    sys::NetlinkError,
    transaction::tests::card::{Function, Owner},
    wire::{
        devlink::kernel::{self as devlink, Request},
        link, vf,
    },
};

impl Simulated {
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

    pub(super) fn route(
        &self,
        kind: u16,
        dump: bool,
        body: &[u8],
    ) -> Result<Vec<Vec<u8>>, NetlinkError> {
        const GETROUTE: u16 = 26;
        if kind == GETROUTE {
            return Err(refused(errno::ENETUNREACH, None));
        }
        if kind != link::GETLINK {
            return Ok(Vec::new());
        }
        let links = self.links();
        if dump {
            return Ok(links.iter().map(|link| self.link_message(link, false)).collect());
        }
        let index = link::kernel::ifindex(body);
        let named = |link: &&Link| {
            let mut names = link.altnames.iter().chain([&link.name]);
            link.ifindex == index || names.any(|name| link::get_by_name(name) == body)
        };
        match links.iter().find(named) {
            Some(link) => Ok(vec![self.link_message(link, body == vf::get(index))]),
            None => Err(refused(errno::ENODEV, None)),
        }
    }

    pub(super) fn devlink(&self, body: &[u8]) -> Result<Vec<Vec<u8>>, NetlinkError> {
        self.wait_for(Lock::Devlink);
        self.answers()?;
        let card = self.card.borrow();
        let (device, request) = devlink::request(body);
        if let Some(number) = card.sf_at(&device.name) {
            return match request {
                Request::Param(name) if name == "enable_eth" && card.is_mlx5() => {
                    let on = card.sfs[&number].wants_netdev;
                    Ok(vec![devlink::flag(&device, &name, on)])
                }
                _ => Err(refused(errno::EOPNOTSUPP, None)),
            };
        }
        if device != card.device || !card.bound {
            return Err(refused(errno::ENODEV, None));
        }
        Ok(match request {
            Request::Instance => vec![devlink::instance(&device)],
            Request::Eswitch => vec![devlink::eswitch(&device, &card.eswitch())],
            Request::Ports => ports(&card).iter().map(devlink::port).collect(),
            Request::Rates if card.functions.is_empty() => Vec::new(),
            Request::Rates => rates(&card).iter().map(devlink::rate).collect(),
            _ => return Err(refused(errno::EOPNOTSUPP, None)),
        })
    }
}

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
    let leaf = |(vf, own): (&u32, &Function)| Rate {
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
