// SPDX-License-Identifier: MIT OR Apache-2.0
//! Changes of a simulated machine.

use std::io;

use super::{Done, FIRST_SF, Lock, Simulated, machine::vf_of, refused};
use crate::{
    model::{FunctionState, RateKind, errno},
    sys::{Answer, Change, Machine, NetlinkError, Writable},
    wire::{
        devlink::kernel::{self as devlink, Request},
        link::kernel::{self as link, LinkChange},
    },
};

impl Simulated {
    fn change_link(&self, kind: u16, body: &[u8]) -> Done {
        let index = link::ifindex(body);
        let change = link::change(kind, body);
        self.on_card(Lock::Rtnl, format!("link {index}: {change:?}"), move |card| {
            if let LinkChange::Name(name) = &change {
                return card.rename(index, name);
            }
            if let LinkChange::Vf(vf, setting) = change {
                return card.set_vf(vf, setting);
            }
            if let LinkChange::AddAltname(name) = change {
                return card.add_altname(index, name);
            }
            let Some(netdev) = card.netdev(index) else {
                return Err((errno::ENODEV, None));
            };
            match change {
                LinkChange::Mtu(mtu) => netdev.mtu = mtu,
                LinkChange::Master(master) => netdev.master = Some(master),
                LinkChange::Up(up) => netdev.up = up,
                LinkChange::RemoveAltname(name) => {
                    netdev.altnames.retain(|own| *own != name);
                }
                LinkChange::Name(_) | LinkChange::AddAltname(_) | LinkChange::Vf(..) => {}
            }
            Ok(())
        })
    }

    fn change_devlink(&self, body: &[u8]) -> Done {
        let (device, request) = devlink::request(body);
        if device.bus == "auxiliary" {
            let what = format!("{device}: {request:?}");
            return self.on_card(Lock::Devlink, what, move |card| {
                let Some(number) = card.sf_at(&device.name) else {
                    return Err((errno::ENODEV, None));
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
        self.on_card(Lock::Devlink, format!("{request:?}"), move |card| match request {
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
                    return Err((errno::EINVAL, None));
                };
                let wanted = port.function.unwrap_or_default();
                function.hw_addr = wanted.hw_addr.or(function.hw_addr.take());
                function.caps.roce = wanted.caps.roce.or(function.caps.roce);
                Ok(())
            }
            Request::SetRate(rate) => {
                let RateKind::Leaf(port) = rate.kind else {
                    return Err((errno::EINVAL, None));
                };
                let Some(function) = card.functions.get_mut(&(port - 1)) else {
                    return Err((errno::EINVAL, None));
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

impl Writable for Simulated {
    fn machine(&self) -> &dyn Machine {
        self
    }

    fn change(&self, change: &Change) -> Result<Answer, NetlinkError> {
        let result = match change {
            Change::Route { kind, body } => self.change_link(*kind, body),
            Change::Devlink { body } => self.change_devlink(body),
            // The simulated card has no such features.
            Change::Ethtool { .. } => Err((errno::EOPNOTSUPP, None)),
        };
        result.map_err(|(errno, message)| refused(errno, message))?;
        Ok(Answer::default())
    }

    fn write(&self, path: &str, text: &str) -> io::Result<()> {
        let folder = self.card.borrow().device.sysfs_path().unwrap();
        let own = path.strip_prefix(&format!("{folder}/")).unwrap_or(path).to_owned();
        let text = text.trim_end().to_owned();
        let lock = if own == "sriov_numvfs" { Lock::Device } else { Lock::Vf };
        let result = self.on_card(lock, format!("{own} = {text}"), move |card| {
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
                                return Err((errno::ENOENT, None));
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
