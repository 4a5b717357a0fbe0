// SPDX-License-Identifier: MIT OR Apache-2.0
//! Gives netdevs what they had before a change.

use std::time::Duration;

use crate::{
    error::{Failure, errno_name},
    model::{Link, NetdevState, PortKey, Role},
    survey::{self, Reading},
    sys::{NetlinkError, links, udev_database::Progress},
};

use super::perform::Performer;

/// How long the netdev of a VF that was just bound is waited for; iavf takes its time.
const VF_NETDEV: Duration = Duration::from_secs(20);

impl Performer<'_> {
    /// The links of the device's ports and VFs, each with whose it is.
    fn keyed(&self) -> Result<Vec<(PortKey, Link)>, Failure> {
        let reading = Reading::of(self.machine, self.device)?;
        let keyed = survey::keyed(&reading).into_iter();
        Ok(keyed.map(|(key, link)| (key, link.clone())).collect())
    }

    /// Netdevs, those of VFs when they have come.
    pub(super) fn netdevs(&self, wanted: &[NetdevState]) -> Result<(), Failure> {
        let events = self.effects.events();
        let events = events.map_err(|error| survey::machine_unread(&error))?;
        let deadline = self.effects.now() + VF_NETDEV;
        let keyed = loop {
            let keyed = self.keyed()?;
            // udev shall have done with it: both would rename it.
            let here = |key: &PortKey| {
                let netdev = keyed.iter().find(|(of, _)| of == key);
                netdev.is_some_and(|(_, link)| {
                    self.effects.udev_progress(&link.name, link.ifindex)
                        != Progress::Pending
                })
            };
            // Representors have been waited for; physical ports come and go with the
            // mode in some drivers.
            let of_vfs = wanted.iter().filter(|netdev| netdev.key.role == Role::Vf);
            let all = of_vfs.into_iter().all(|netdev| here(&netdev.key));
            let woken = !all && events.wait(deadline, Duration::ZERO).unwrap_or(false);
            self.go_on()?;
            if !woken {
                break keyed;
            }
        };
        let all =
            links::all(self.machine).map_err(|error| survey::machine_unread(&error))?;
        for netdev in wanted {
            match keyed.iter().find(|(key, _)| *key == netdev.key) {
                Some((_, link)) => self.netdev(link, netdev, &all),
                None if netdev.key.role == Role::Pf => {}
                None => {
                    let what = describe(&netdev.key);
                    self.note(format!("{what} has no netdev any more"));
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
        let name = wanted.name.as_ref().filter(|name| **name != link.name);
        if let Some(name) = name.and_then(|name| name.parse().ok()) {
            let renamed = links::rename_at_any_state(self.effects, index, &name);
            told(format!("the name {name} could not be given back"), renamed);
        }
        for altname in &wanted.altnames {
            let new = !link.altnames.contains(altname) && link.name != *altname;
            if let (true, Ok(name)) = (new, altname.parse()) {
                let added = links::add_altname(self.effects, index, &name);
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
            let set = links::set_mtu(self.effects, index, mtu);
            told(format!("the MTU {mtu} could not be given back"), set);
        }
        let master = wanted.master.as_ref().map(|name| {
            (name, all.iter().find(|link| link.name == *name).map(|link| link.ifindex))
        });
        match master {
            Some((_, Some(master))) if link.master != Some(master) => {
                let set = links::set_master(self.effects, index, Some(master));
                told("it could not be put back into its bridge or bond".into(), set);
            }
            Some((name, None)) => {
                self.note(format!("{}: {name}, which it was in, is gone", link.name));
            }
            _ => {}
        }
        if wanted.up && !link.up {
            let set = links::set_up(self.effects, index, true);
            told("it could not be brought up".into(), set);
        }
    }
}

/// A port, for people.
pub(super) fn describe(key: &PortKey) -> String {
    let number = |word: &str, number: Option<u32>| {
        number.map_or_else(String::new, |number| format!(" {word} {number}"))
    };
    format!("{}{}{}", key.role.as_str(), number("VF", key.vf), number("SF", key.sf))
}
