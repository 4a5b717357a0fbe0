// SPDX-License-Identifier: MIT OR Apache-2.0
//! Masked captures contain no address of the machine.

use std::{collections::BTreeSet, fs};

use swdevctl::sys::{
    Machine, Question,
    capture::{Capture, Recorder, Replay},
};

/// A capture of a machine with tunnels, bonds and names that hold addresses, recorded
/// again from its replay and masked.
#[test]
fn no_address_is_left_of_a_machine_with_tunnels_and_bonds() {
    let text = fs::read_to_string("tests/fixtures/case/mask-in.capture.json").unwrap();
    let machine = Replay::new(Capture::parse(&text).unwrap());
    let recorder = Recorder::new(&machine);
    swdevctl::sys::gather::all(&recorder).unwrap();
    let masked = recorder.finish().masked(&BTreeSet::from([
        // The secrets that the commands collect; here the address of the only NIC.
        vec![0xb8, 0x59, 0x9f, 0x34, 0x6c, 0x10],
    ]));
    let text = serde_json::to_string(&masked).unwrap();
    let secrets = [
        // A MAC in a name, a bond member's permanent MAC, the LACP partner's.
        "9e1e73141200",
        "9e:1e:73:14:12:00",
        // An alias, and the remote addresses of tunnels.
        &hex(b"customer"),
        &hex(b"Smith"),
        "c6336407",
        "c0000209",
    ];
    for secret in secrets {
        assert!(!text.contains(secret), "{secret} is left");
    }
    // It still replays.
    let again = Replay::new(Capture::parse(&text).unwrap());
    let links = Question::Route {
        kind: swdevctl::wire::link::GETLINK,
        dump: true,
        body: swdevctl::wire::link::all(),
    };
    assert!(again.ask(&links).unwrap().messages.len() > 3);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
