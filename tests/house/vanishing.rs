// SPDX-License-Identifier: MIT OR Apache-2.0
//! Devices that vanish while they are read.

use std::{cell::Cell, fs, io};

use swdevctl::{
    error::Kind,
    model::Handle,
    plan::Request,
    survey,
    sys::{
        Answer, Host, Machine, NetlinkError, Question,
        capture::{Capture, Replay},
    },
    transaction::batch::{self, Goal},
    wire::extack::Ack,
};

use super::note;

/// No such device.
const ENODEV: i32 = 19;

/// A machine whose device vanishes after so many reads. What the kernel had listed before
/// stays listed.
struct Vanishing {
    machine: Replay,
    device: Handle,
    left: Cell<usize>,
    gone: Cell<bool>,
}

impl Vanishing {
    fn of(capture: &Capture, device: &Handle, left: usize) -> Self {
        let machine = Replay::new(capture.clone());
        let (left, gone) = (Cell::new(left), Cell::new(false));
        Self { machine, device: device.clone(), left, gone }
    }

    /// Whether the device is still there, at one read more.
    fn is_there(&self) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        self.gone.set(left == 0);
        left > 0
    }

    fn file<T>(
        &self,
        path: &str,
        read: impl FnOnce(&Replay, &str) -> io::Result<T>,
    ) -> io::Result<T> {
        if path.contains(&self.device.name) && !self.is_there() {
            return Err(io::ErrorKind::NotFound.into());
        }
        read(&self.machine, path)
    }
}

impl Machine for Vanishing {
    fn host(&self) -> &dyn Host {
        self.machine.host()
    }
    fn ask(&self, question: &Question) -> Result<Answer, NetlinkError> {
        let of_device = matches!(question, Question::Devlink { dump: false, .. });
        if of_device && !self.is_there() {
            return Err(NetlinkError::Refused(Ack { errno: ENODEV, ..Ack::default() }));
        }
        self.machine.ask(question)
    }
    fn read(&self, path: &str, most: usize) -> io::Result<Vec<u8>> {
        self.file(path, |machine, path| machine.read(path, most))
    }
    fn link_name(&self, path: &str) -> io::Result<String> {
        self.file(path, Machine::link_name)
    }
    fn real_path(&self, path: &str) -> io::Result<String> {
        self.file(path, Machine::real_path)
    }
    fn list(&self, path: &str) -> io::Result<Vec<String>> {
        self.file(path, Machine::list)
    }
    fn instance(&self, path: &str) -> Option<u64> {
        self.file(path, |machine, path| Ok(machine.instance(path))).ok().flatten()
    }
    fn walk(
        &self,
        kind: u16,
        body: &[u8],
        message: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<(), NetlinkError> {
        self.machine.walk(kind, body, message)
    }
}

/// A device that vanishes at any moment of a survey has vanished, and does not lack
/// anything: neither SR-IOV nor an eswitch, and nothing stands in the way of a change.
#[test]
fn a_device_that_vanishes_lacks_nothing() {
    let mut moments = 0;
    for name in ["mlx5", "bnxt-6.3", "real-liquidio", "real-ice"] {
        let path = format!("tests/fixtures/capture/6.12/{name}.capture.json");
        let capture = Capture::parse(&fs::read_to_string(path).unwrap()).unwrap();
        let device = survey::facts(&Replay::new(capture.clone())).unwrap().devices;
        let device =
            device.into_iter().find(|device| device.sriov.is_some()).unwrap().handle;
        let mode = "switchdev".parse().unwrap();
        let request = Request { vfs: Some(1), ..Request::of_mode(mode) };
        for left in 0.. {
            let machine = Vanishing::of(&capture, &device, left);
            let plan = batch::plan(&machine, &device, Goal::Requested(&request));
            if !machine.gone.get() {
                assert!(plan.is_ok(), "{name}: {plan:?}");
                break;
            }
            let failure =
                plan.err().unwrap_or_else(|| panic!("{name} at {left}: a plan"));
            assert_eq!(failure.kind, Kind::NotFound, "{name} at {left}: {failure:?}");
            moments += 1;
        }
    }
    note(&format!("vanishing: {moments} moments"));
    assert!(moments > 100, "{moments}");
}
