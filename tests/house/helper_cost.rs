// SPDX-License-Identifier: MIT OR Apache-2.0
//! How often the udev helper reads the machine for one netdev, whatever the number of
//! other netdevs.

use std::{cell::Cell, fs, io};

use swdevctl::{
    model::UdevNames,
    survey,
    sys::{
        Answer, Host, Machine, NetlinkError, Question,
        capture::{Capture, Replay},
        links,
    },
};

/// A machine that counts how often it is read.
struct Counter {
    machine: Replay,
    count: Cell<usize>,
}

impl Counter {
    fn of(capture: &str) -> Self {
        let path = format!("tests/fixtures/capture/6.12/{capture}.capture.json");
        let capture = Capture::parse(&fs::read_to_string(path).unwrap()).unwrap();
        Self { machine: Replay::new(capture), count: Cell::new(0) }
    }

    fn counted(&self) -> &Replay {
        self.count.set(self.count.get() + 1);
        &self.machine
    }

    /// The base of a netdev's name, and the number of reads. `path` is systemd's path name
    /// for the netdev, if there is one.
    fn cost(&self, netdev: &str, path: Option<&str>) -> (String, usize) {
        let link = links::by_name(&self.machine, netdev).unwrap().unwrap();
        let scheme = path.map(|_| "v257".to_owned());
        let udev =
            UdevNames { scheme, path: path.map(Into::into), ..UdevNames::default() };
        self.count.set(0);
        let placed = survey::placed(self, &link, &udev).unwrap();
        let identity = placed.identity(self, &link, &udev, false).unwrap();
        (identity.base.in_force.first().unwrap().to_owned(), self.count.get())
    }
}

impl Machine for Counter {
    fn host(&self) -> &dyn Host {
        self.counted().host()
    }
    fn ask(&self, question: &Question) -> Result<Answer, NetlinkError> {
        self.counted().ask(question)
    }
    fn read(&self, path: &str, most: usize) -> io::Result<Vec<u8>> {
        self.counted().read(path, most)
    }
    fn link_name(&self, path: &str) -> io::Result<String> {
        self.counted().link_name(path)
    }
    fn real_path(&self, path: &str) -> io::Result<String> {
        self.counted().real_path(path)
    }
    fn list(&self, path: &str) -> io::Result<Vec<String>> {
        self.counted().list(path)
    }
    fn instance(&self, path: &str) -> Option<u64> {
        self.counted().instance(path)
    }
    fn walk(
        &self,
        kind: u16,
        body: &[u8],
        message: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<(), NetlinkError> {
        self.counted().walk(kind, body, message)
    }
}

#[test]
fn a_netdev_that_systemd_has_named_costs_one_read() {
    let machine = Counter::of("mlx5");
    // Only the driver is read; the base is in the environment, whatever the scheme.
    for path in ["ens5f0r1", "enp65s0f0npf0vf1"] {
        let (base, count) = machine.cost("enp1s0r1", Some(path));
        assert_eq!(base, path.trim_end_matches("r1").trim_end_matches("npf0vf1"));
        assert_eq!(count, 1);
    }
    // Without udev the base is computed.
    let (base, count) = machine.cost("enp1s0r1", None);
    assert_eq!(base, "enp1s0");
    assert!(count <= 14, "{count} reads");
}
