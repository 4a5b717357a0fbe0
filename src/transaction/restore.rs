// SPDX-License-Identifier: MIT OR Apache-2.0
//! Gives netdevs what they had before a change.

use std::{fmt, time::Duration};

use crate::{
    error::{Failure, errno_name},
    model::{AltName, IfName, Link, NetdevState, PortKey, Role},
    survey::{self, Reading},
    sys::{NetlinkError, links, udev_database::Progress},
};

use super::perform::Performer;

/// How long the netdev of a function that was just bound is waited for; iavf takes its
/// time.
const OWN_NETDEV: Duration = Duration::from_secs(20);

impl Performer<'_> {
    /// The links of the device's ports, VFs and SFs, each with whose it is.
    fn keyed(&self) -> Result<Vec<(PortKey, Link)>, Failure> {
        let reading = Reading::of(self.machine, self.device)?;
        let keyed = survey::keyed(&reading).into_iter();
        Ok(keyed.map(|(key, link)| (key, link.clone())).collect())
    }

    /// Netdevs, those of VFs and SFs when they have come.
    pub(super) fn netdevs(&self, wanted: &[NetdevState]) -> Result<(), Failure> {
        let events = self.effects.events();
        let events = events.map_err(|error| survey::machine_unread(&error))?;
        let deadline = self.effects.now() + OWN_NETDEV;
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
            let mut own = wanted
                .iter()
                .filter(|netdev| matches!(netdev.key.place.role, Role::Vf | Role::Sf));
            let all = own.all(|netdev| here(&netdev.key));
            let woken = !all && events.wait(deadline, Duration::ZERO).unwrap_or(false);
            self.go_on()?;
            if !woken {
                break keyed;
            }
        };
        let all = self.links()?;
        let mut reported = Vec::new();
        for netdev in wanted {
            match keyed.iter().find(|(key, _)| *key == netdev.key) {
                Some((_, link)) => {
                    let restored = self.netdev(link, netdev, &all).into_iter();
                    reported.extend(restored.map(|lack| (link.ifindex, netdev, lack)));
                }
                None if netdev.key.place.role == Role::Pf => {}
                None => {
                    let what = describe(&netdev.key);
                    self.note(format!("{what} has no netdev any more"));
                }
            }
        }
        if reported.is_empty() {
            return Ok(());
        }
        let all = self.links()?;
        for (ifindex, netdev, lack) in reported {
            let link = all.iter().find(|link| link.ifindex == ifindex);
            if link.is_some_and(|link| lacks(link, netdev, &all).contains(&lack)) {
                let name = link.map_or("?", |link| link.name.as_str());
                self.note(format!("{name}: {lack}: the kernel reported success"));
            }
        }
        Ok(())
    }

    fn links(&self) -> Result<Vec<Link>, Failure> {
        links::all(self.machine).map_err(|error| survey::machine_unread(&error))
    }

    /// Gives a netdev what it had, and returns what the kernel reported success for.
    /// What cannot be is noted: the mode is the wanted one, and the netdev can be used.
    fn netdev(&self, link: &Link, wanted: &NetdevState, all: &[Link]) -> Vec<Lack> {
        let mut restored = Vec::new();
        for lack in lacks(link, wanted, all) {
            match self.give(link.ifindex, &lack) {
                Ok(()) => restored.push(lack),
                Err(error) if error.is_gone() => {}
                Err(error) => match self.owner(link, &lack) {
                    Some(other) => {
                        let text = format!("{}: {lack}: {other} has it now", link.name);
                        self.note_taken(text);
                    }
                    None => {
                        let answer = error.errno().map_or(error.to_string(), errno_name);
                        self.note(format!("{}: {lack}: {answer}", link.name));
                    }
                },
            }
        }
        if let Some(name) = wanted.master.as_ref().filter(|name| !is_there(all, name)) {
            self.note_taken(format!("{}: {name}, which it was in, is gone", link.name));
        }
        restored
    }

    /// The other netdev that has the name or altname now.
    fn owner(&self, link: &Link, lack: &Lack) -> Option<String> {
        let name = match lack {
            Lack::Name(name) => name.as_str(),
            Lack::Altname(name) => name.as_str(),
            Lack::Mtu(_) | Lack::Master(_) | Lack::Up => return None,
        };
        let owner = links::by_name(self.machine, name).ok().flatten()?;
        (owner.ifindex != link.ifindex).then_some(owner.name)
    }

    fn give(&self, ifindex: u32, lack: &Lack) -> Result<(), NetlinkError> {
        match lack {
            Lack::Name(name) => links::rename_at_any_state(self.effects, ifindex, name),
            Lack::Altname(name) => {
                let added = links::add_altname(self.effects, ifindex, name);
                let now = links::by_index(self.machine, ifindex).ok().flatten();
                let has =
                    |link: &Link| link.altnames.iter().any(|own| own == name.as_str());
                // Somebody was quicker.
                if added.is_err() && now.as_ref().is_some_and(has) {
                    Ok(())
                } else {
                    added
                }
            }
            Lack::Mtu(mtu) => links::set_mtu(self.effects, ifindex, *mtu),
            Lack::Master(master) => {
                links::set_master(self.effects, ifindex, Some(*master))
            }
            Lack::Up => links::set_up(self.effects, ifindex, true),
        }
    }
}

/// What a netdev lacks of what it had, in the order in which it gets it.
#[derive(Debug, PartialEq, Eq)]
enum Lack {
    Name(IfName),
    Altname(AltName),
    Mtu(u32),
    Master(u32),
    Up,
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => write!(f, "the name {name} could not be restored"),
            Self::Altname(name) => {
                write!(f, "the altname {name} could not be restored")
            }
            Self::Mtu(mtu) => write!(f, "the MTU {mtu} could not be restored"),
            Self::Master(_) => f.pad("its bridge or bond could not be restored"),
            Self::Up => f.pad("it could not be brought up"),
        }
    }
}

fn is_there(all: &[Link], name: &str) -> bool {
    all.iter().any(|link| link.name == *name)
}

fn lacks(link: &Link, wanted: &NetdevState, all: &[Link]) -> Vec<Lack> {
    let name = wanted.name.as_ref().filter(|name| **name != link.name);
    let name = name.and_then(|name| name.parse().ok());
    let altnames = wanted.altnames.iter();
    let altnames = altnames
        .filter(|altname| !link.altnames.contains(altname) && link.name != **altname)
        .filter_map(|altname| altname.parse().ok());
    let master = wanted.master.as_ref();
    let master = master.and_then(|name| all.iter().find(|link| link.name == *name));
    // Open vSwitch adds its ports itself, and nobody else can.
    let master = master.filter(|master| master.kind.as_deref() != Some("openvswitch"));
    let master = master.map(|master| master.ifindex);
    name.map(Lack::Name)
        .into_iter()
        .chain(altnames.map(Lack::Altname))
        .chain(wanted.mtu.filter(|_| wanted.mtu != link.mtu).map(Lack::Mtu))
        .chain(master.filter(|_| master != link.master).map(Lack::Master))
        .chain((wanted.up && !link.up).then_some(Lack::Up))
        .collect()
}

/// A port, for people.
pub(super) fn describe(key: &PortKey) -> String {
    let place = &key.place;
    let number = match (place.vf, place.sf) {
        (Some(vf), _) => format!("VF {vf}"),
        (_, Some(sf)) => format!("SF {sf}"),
        _ => return place.role.as_str().to_owned(),
    };
    match place.role {
        Role::Vf | Role::Sf => number,
        role => format!("{} {number}", role.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_of_open_vswitch_are_left_to_it() {
        let key =
            PortKey { place: crate::model::Place::vf_rep(0, Some(0), 1), port: None };
        let wanted = NetdevState {
            key,
            name: None,
            altnames: Vec::new(),
            mtu: None,
            master: Some("over".into()),
            up: false,
        };
        let lacks_below = |kind: &str| {
            let kind = Some(kind.to_owned());
            let master =
                Link { ifindex: 9, name: "over".into(), kind, ..Link::default() };
            lacks(&Link::default(), &wanted, &[master])
        };
        assert_eq!(lacks_below("bridge"), [Lack::Master(9)]);
        assert_eq!(lacks_below("openvswitch"), []);
    }
}
