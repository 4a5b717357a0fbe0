// SPDX-License-Identifier: MIT OR Apache-2.0
//! The machine that the program runs on.

#[cfg(feature = "cli")]
use std::cell::RefCell;
use std::{
    cell::OnceCell,
    fs,
    io::{self, Read as _},
    os::unix::fs::MetadataExt as _,
    path::PathBuf,
};

use netlink_packet_core::{Emitable as _, ParseableParametrized as _};
use netlink_packet_generic::{
    GenlFamily as _, GenlMessage,
    ctrl::{
        GenlCtrl, GenlCtrlCmd,
        nlas::{GenlCtrlAttrs, McastGrpAttrs},
    },
};
#[cfg(feature = "cli")]
use netlink_sys::protocols::NETLINK_XFRM;
use netlink_sys::protocols::{NETLINK_GENERIC, NETLINK_ROUTE};

use super::{
    Answer, Change, Host, Machine, NetlinkError, Question, Writable,
    netlink::{Connection, Request},
};
#[cfg(feature = "cli")]
use super::{trace, worker::Worker};
#[cfg(feature = "cli")]
use crate::wire::xfrm;
use crate::wire::{
    devlink::{DevlinkMessage, MULTICAST_GROUP},
    request_name,
};

const GENL_ID_CTRL: u16 = 16;

/// Ids that the kernel assigned to devlink at boot.
#[derive(Clone, Copy)]
struct Family {
    id: u16,
    multicast_group: Option<u32>,
}

/// The running kernel, and files below a root. Sockets are opened when first used.
pub struct Live {
    root: PathBuf,
    sysfs: PathBuf,
    route: OnceCell<Connection>,
    generic: OnceCell<Connection>,
    family: OnceCell<Family>,
    pub(super) is_udevs_namespace: OnceCell<bool>,
    #[cfg(feature = "cli")]
    pub(super) worker: RefCell<Option<Worker>>,
}

impl Live {
    /// The machine with its files where they always are.
    #[must_use]
    pub fn new() -> Self {
        Self::with_root("/")
    }

    /// The machine with all files that are read below another folder.
    #[must_use]
    pub fn with_root(root: impl Into<PathBuf>) -> Self {
        let root = root.into();
        Self {
            sysfs: root.join("sys"),
            root,
            route: OnceCell::new(),
            generic: OnceCell::new(),
            family: OnceCell::new(),
            is_udevs_namespace: OnceCell::new(),
            #[cfg(feature = "cli")]
            worker: RefCell::new(None),
        }
    }

    fn connection(
        cell: &OnceCell<Connection>,
        protocol: isize,
    ) -> Result<&Connection, NetlinkError> {
        if let Some(open) = cell.get() {
            return Ok(open);
        }
        let opened = Connection::open(protocol)?;
        Ok(cell.get_or_init(|| opened))
    }

    /// Makes a devlink request, through the process for long requests where there is one.
    pub(super) fn devlink(
        &self,
        dump: bool,
        body: &[u8],
    ) -> Result<Answer, NetlinkError> {
        #[cfg(feature = "cli")]
        if let Some(worker) = self.worker.borrow().as_ref() {
            let answer = worker.devlink(dump, body);
            trace::answer(&|| request_name::of_devlink(dump, body), &answer);
            return answer;
        }
        let id = self.family()?.id;
        let name = || request_name::of_devlink(dump, body);
        self.generic(Request { kind: id, dump, body, name: &name })
    }

    fn generic(&self, request: Request) -> Result<Answer, NetlinkError> {
        Self::connection(&self.generic, NETLINK_GENERIC)?.ask(request)
    }

    fn route(&self, kind: u16, dump: bool, body: &[u8]) -> Result<Answer, NetlinkError> {
        let name = || request_name::of_route(kind, dump, body);
        let request = Request { kind, dump, body, name: &name };
        Self::connection(&self.route, NETLINK_ROUTE)?.ask(request)
    }

    /// The number of devlink's multicast group.
    pub fn devlink_group(&self) -> Result<Option<u32>, NetlinkError> {
        Ok(self.family()?.multicast_group)
    }

    fn family(&self) -> Result<Family, NetlinkError> {
        if let Some(family) = self.family.get() {
            return Ok(*family);
        }
        let family = self.resolve(DevlinkMessage::family_name())?;
        let family = family.ok_or(NetlinkError::NoDevlink)?;
        Ok(*self.family.get_or_init(|| family))
    }

    /// Resolves a family through the controller (net/netlink/genetlink.c); nothing
    /// where the kernel has none of that name.
    fn resolve(&self, name: &str) -> Result<Option<Family>, NetlinkError> {
        let request = GenlMessage::from_payload(GenlCtrl {
            cmd: GenlCtrlCmd::GetFamily,
            nlas: vec![GenlCtrlAttrs::FamilyName(name.to_owned())],
        });
        let mut body = vec![0; request.buffer_len()];
        request.emit(&mut body);
        let name = || format!("CTRL_CMD_GETFAMILY {name}");
        let request =
            Request { kind: GENL_ID_CTRL, dump: false, body: &body, name: &name };
        match self.generic(request) {
            Ok(answer) => Ok(answer.messages.iter().find_map(family_of)),
            Err(error) if error.is_gone() => Ok(None),
            Err(error) => Err(error),
        }
    }

    #[cfg(feature = "cli")]
    fn ethtool(&self, body: &[u8]) -> Result<Answer, NetlinkError> {
        let id = self.resolve("ethtool")?.ok_or(NetlinkError::NoDevlink)?.id;
        let name = || request_name::of_ethtool(body);
        self.generic(Request { kind: id, dump: false, body, name: &name })
    }

    fn path(&self, path: &str) -> PathBuf {
        self.sysfs.join(path)
    }

    /// Where a file that is not of sysfs is.
    pub(super) fn host_path(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }
}

impl Writable for Live {
    fn machine(&self) -> &dyn Machine {
        self
    }

    fn change(&self, change: &Change) -> Result<Answer, NetlinkError> {
        match change {
            Change::Route { kind, body } => self.route(*kind, false, body),
            Change::Devlink { body } => self.devlink(false, body),
            #[cfg(feature = "cli")]
            Change::Ethtool { body } => self.ethtool(body),
        }
    }

    fn write(&self, path: &str, text: &str) -> io::Result<()> {
        log::debug!("write: {text} -> {path}");
        #[cfg(feature = "cli")]
        if let Some(worker) = self.worker.borrow().as_ref() {
            return worker.write(path, text);
        }
        fs::write(self.path(path), text)
    }
}

impl Default for Live {
    fn default() -> Self {
        Self::new()
    }
}

fn family_of(payload: &[u8]) -> Option<Family> {
    let message =
        GenlMessage::<GenlCtrl>::parse_with_param(payload, GENL_ID_CTRL).ok()?;
    let attributes = message.payload.nlas;
    let id = attributes.iter().find_map(|attribute| match attribute {
        GenlCtrlAttrs::FamilyId(id) => Some(*id),
        _ => None,
    })?;
    let groups = attributes.iter().find_map(|attribute| match attribute {
        GenlCtrlAttrs::McastGroups(groups) => Some(groups.as_slice()),
        _ => None,
    });
    let multicast_group =
        groups.unwrap_or_default().iter().find_map(|group| group_id(group));
    Some(Family { id, multicast_group })
}

/// The number of the group, if it is the one that devlink announces on.
fn group_id(group: &[McastGrpAttrs]) -> Option<u32> {
    let ours = McastGrpAttrs::Name(MULTICAST_GROUP.to_owned());
    if !group.contains(&ours) {
        return None;
    }
    group.iter().find_map(|attribute| match attribute {
        McastGrpAttrs::Id(id) => Some(*id),
        McastGrpAttrs::Name(_) => None,
    })
}

impl Machine for Live {
    fn host(&self) -> &dyn Host {
        self
    }

    fn ask(&self, question: &Question) -> Result<Answer, NetlinkError> {
        if !question.only_asks() {
            return Err(io::Error::from(io::ErrorKind::InvalidInput).into());
        }
        match question {
            Question::Route { kind, dump, body } => self.route(*kind, *dump, body),
            Question::Devlink { dump, body } => self.devlink(*dump, body),
            #[cfg(feature = "cli")]
            Question::Ethtool { body } => self.ethtool(body),
            #[cfg(feature = "cli")]
            Question::Xfrm { kind } => {
                let name = || question.name();
                let request = Request { kind: *kind, dump: true, body: &[], name: &name };
                let mut answer = Connection::open(NETLINK_XFRM)?.ask(request)?;
                let plain = answer.messages.iter();
                let plain = plain.filter_map(|one| xfrm::without_secrets(*kind, one));
                answer.messages = plain.collect();
                Ok(answer)
            }
        }
    }

    fn read(&self, path: &str, most: usize) -> io::Result<Vec<u8>> {
        let mut file = fs::File::open(self.path(path))?;
        let mut bytes = vec![0; most];
        // One read returns the whole attribute.
        let length = file.read(&mut bytes)?;
        bytes.truncate(length);
        Ok(bytes)
    }

    fn link_name(&self, path: &str) -> io::Result<String> {
        let target = fs::read_link(self.path(path))?;
        let name = target.file_name().ok_or(io::ErrorKind::InvalidData)?;
        Ok(name.to_string_lossy().into_owned())
    }

    fn real_path(&self, path: &str) -> io::Result<String> {
        // Devices are in real folders: one link leads there.
        let target = match fs::read_link(self.path(path)) {
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
                return Ok(path.to_owned());
            }
            target => target?,
        };
        let mut real: Vec<&str> = path.split('/').collect();
        real.pop();
        let target = target.to_string_lossy();
        for part in target.split('/') {
            match part {
                ".." => drop(real.pop().ok_or(io::ErrorKind::InvalidData)?),
                part => real.push(part),
            }
        }
        Ok(real.join("/"))
    }

    fn list(&self, path: &str) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.path(path))? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        Ok(names)
    }

    fn instance(&self, path: &str) -> Option<u64> {
        Some(fs::metadata(self.path(path)).ok()?.ino())
    }

    #[cfg(feature = "cli")]
    fn walk(
        &self,
        kind: u16,
        body: &[u8],
        visit: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<(), NetlinkError> {
        let name = || request_name::of_route(kind, true, body);
        let request = Request { kind, dump: true, body, name: &name };
        Connection::open(NETLINK_ROUTE)?.walk(request, visit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{
        devlink::{self, EswitchChange},
        link,
    };

    #[test]
    fn a_question_that_would_change_the_machine_is_not_asked() {
        let device = "netdevsim/none".parse().unwrap();
        let change = EswitchChange::Mode(crate::model::EswitchMode::Legacy);
        let set = devlink::eswitch_set(&device, change).to_bytes();
        let questions = [
            Question::Devlink { dump: false, body: set },
            Question::Route { kind: link::SETLINK, dump: false, body: link::get(1) },
            Question::Route { kind: link::NEWLINKPROP, dump: false, body: link::get(1) },
            Question::Route { kind: link::DELLINKPROP, dump: false, body: link::get(1) },
        ];
        for question in questions {
            let refused = Live::new().ask(&question).unwrap_err();
            let kind = match &refused {
                NetlinkError::Socket(error) => error.kind(),
                other => panic!("{question:?}: {other}"),
            };
            assert_eq!(kind, io::ErrorKind::InvalidInput);
        }
        let get =
            Question::Route { kind: link::GETLINK, dump: false, body: link::get(1) };
        assert!(Live::new().ask(&get).is_ok(), "there is no lo");
    }
}
