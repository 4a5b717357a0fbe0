// SPDX-License-Identifier: MIT OR Apache-2.0
//! What is fuzzed. Each target takes any bytes, and panics where the program would have,
//! or where what it has made of them contradicts itself.

use std::{hint::black_box, io, sync::LazyLock};

use swdevctl::{
    desired::{self, Config, Format},
    model::{
        AltName, BaseFacts, ConfigFile, Handle, IfName, Link, PciAddress, Place,
        PortHandle, Scheme, Thing,
    },
    model::{Base, Identity},
    naming::Policy,
    render,
    sys::storage::Storage,
    transaction::journal::{Found, Journals},
    wire::{
        self, attribute::Attributes, devlink, devlink::DevlinkMessage, route::Family,
    },
};

use super::capture;

/// From linux/if_link.h.
const IFLA_VFINFO_LIST: u16 = 22;

/// A target.
pub type Target = fn(&[u8]);

/// All targets by name.
pub const TARGETS: &[(&str, Target)] = &[
    ("devlink", decode_devlink),
    ("link", decode_link),
    ("vf", decode_vf),
    ("ethtool", decode_ethtool),
    ("extack", decode_extack),
    ("route", decode_route),
    ("tc", decode_tc),
    ("xfrm", decode_xfrm),
    ("port-name", port_name),
    ("name", name),
    ("thing", thing),
    ("policy", policy),
    ("declared", declared),
    ("import", import),
    ("journal", journal),
    ("capture", capture::read_by_all_verbs),
];

fn decode_devlink(data: &[u8]) {
    black_box(wire::request_name::of_devlink(false, data));
    black_box(devlink::only_asks(data));
    let Ok(message) = DevlinkMessage::parse(data) else { return };
    let again = DevlinkMessage::parse(&message.to_bytes());
    let again = again.unwrap_or_else(|error| panic!("written, and not read: {error}"));
    assert_eq!(devlink::port(&message), devlink::port(&again));
    black_box(devlink::handle(&message));
    black_box(devlink::nested_instances(&message));
    black_box(devlink::eswitch(&message));
    black_box(devlink::rate(&message));
    black_box(devlink::active_trap(&message));
    black_box(devlink::info(&message));
    black_box(devlink::param(&message));
    black_box(devlink::object_name(&message));
}

fn decode_link(data: &[u8]) {
    black_box(wire::request_name::of_route(wire::link::GETLINK, true, data));
    black_box(wire::link::requested_name(data));
    let Ok(link) = wire::link::parse(data) else { return };
    let kept = wire::link::as_read(data);
    // The kernel repeats no attribute; and where a list of VFs ends is guessed, as its length
    // can have wrapped.
    let attributes = Attributes::parse(&data[16..]).unwrap_or_default();
    let mut kinds: Vec<u16> = attributes.iter().map(|(kind, _)| kind).collect();
    kinds.sort_unstable();
    let repeated = kinds.windows(2).any(|two| two[0] == two[1]);
    if repeated || kinds.contains(&IFLA_VFINFO_LIST) {
        return;
    }
    // What a capture keeps of an answer reads the same, but for the addresses of tunnels.
    let link = Link { mac: link.mac.filter(|mac| mac.0.len() >= 6), ..link };
    assert_eq!(wire::link::parse(&kept), Ok(link));
}

fn decode_vf(data: &[u8]) {
    black_box(wire::vf::parse(data));
}

fn decode_ethtool(data: &[u8]) {
    black_box(wire::request_name::of_ethtool(data));
    black_box(wire::ethtool::requested_interface(data));
    black_box(wire::ethtool::only_asks(data));
    for name in ["hw-tc-offload", ""] {
        black_box(wire::ethtool::feature(data, name));
        black_box(wire::ethtool::is_held_back(data, name));
    }
}

fn decode_extack(data: &[u8]) {
    for flags in [0, 0x100, 0x200, 0x300] {
        black_box(wire::extack::Ack::from_error(data, flags));
        black_box(wire::extack::Ack::from_done(data, flags));
    }
}

fn decode_route(data: &[u8]) {
    black_box(wire::route::requested(data));
    black_box(wire::route::table(data));
    for family in [Family::V4, Family::V6] {
        black_box(wire::route::found(family, data));
    }
    let Some(address) = wire::address::parse(data) else { return };
    assert_eq!(wire::address::parse(&wire::address::as_read(data)), Some(address));
}

fn decode_tc(data: &[u8]) {
    black_box(wire::tc::requested_hook(data));
    black_box(wire::tc::channels(data));
    black_box(wire::tc::hooks(data));
    black_box(wire::tc::offloaded(data));
}

fn decode_xfrm(data: &[u8]) {
    black_box(wire::xfrm::state(data));
    black_box(wire::xfrm::policy(data));
    for kind in [0x12, 0x15] {
        black_box(wire::xfrm::without_secrets(kind, data));
    }
}

/// Text of any bytes, as names and files are read.
fn text(data: &[u8]) -> String {
    String::from_utf8_lossy(data).into_owned()
}

fn port_name(data: &[u8]) {
    let text = text(data);
    let Some(place) = Place::parse(&text) else { return };
    for foreign in [false, true] {
        let Some(named) = place.named(foreign) else { continue };
        assert_eq!((named.role, named.vf, named.sf), (place.role, place.vf, place.sf));
    }
}

/// The first bytes as numbers, and the rest.
fn numbers<const N: usize>(data: &[u8]) -> Option<([u32; N], &[u8])> {
    let (head, rest) = data.split_at_checked(4 * N)?;
    let mut numbers = [0; N];
    for (number, bytes) in numbers.iter_mut().zip(head.chunks_exact(4)) {
        *number = u32::from_le_bytes(bytes.try_into().ok()?);
    }
    Some((numbers, rest))
}

/// Any identity: a device, a scheme, and a place of any role with any numbers.
fn any_identity(data: &[u8]) -> Option<Identity> {
    let ([form, scheme, id, controller, pf, number], rest) = numbers(data)?;
    let place = match form % 6 {
        0 => Place::uplink(Some(pf), Some(number).filter(|number| number % 2 == 0)),
        1 => Place::pf_rep(controller, Some(pf), None),
        2 => Place::vf_rep(controller, Some(pf), number),
        3 => Place::sf_rep(controller, Some(pf), number),
        4 => Place::vf(number),
        _ => Place::sf(number),
    };
    let scheme = Scheme::named(&format!("v{}", scheme % 300));
    let in_force = BaseFacts::Netdevsim { id }.names(scheme);
    let base = Base { scheme, in_force, newest: None };
    let text = text(rest);
    let (device, systemd) = text.split_once('\n').unwrap_or((&text, ""));
    Some(Identity {
        device: device.parse().ok()?,
        driver: (form & 0x100 != 0).then(|| "mlx5_core".into()),
        base,
        systemd: systemd.parse().ok(),
        place: place.named(form & 0x200 != 0)?,
    })
}

/// A policy's answers for an identity agree with each other, and are names to the kernel.
fn is_consistent(policy: &Policy, identity: &Identity) {
    let name = policy.name(identity);
    let attempts = policy.explain(identity);
    let fitting = attempts.iter().filter_map(|attempt| attempt.outcome.as_ref().ok());
    assert!(fitting.count() <= 1, "more than one template fits {identity}");
    if let Some(name) = &name {
        assert!(name.name.as_str().parse::<IfName>().is_ok(), "{:?}", name.name);
        let last = attempts.last().map(|attempt| attempt.outcome.clone());
        assert_eq!(last, Some(Ok(name.name.clone())), "{identity}");
    }
    for altname in policy.altnames(identity) {
        assert!(altname.as_str().parse::<AltName>().is_ok(), "{altname:?}");
    }
    // What the helper prints: lines of KEY=value with nothing that udev would interpret.
    for line in render::properties(identity, Some(policy), None).lines() {
        let (key, value) = line.split_once('=').unwrap_or_else(|| panic!("{line:?}"));
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"_.:/,-".contains(&b);
        assert!(key.bytes().chain(value.bytes()).all(plain), "{line:?}");
    }
}

fn name(data: &[u8]) {
    static POLICIES: LazyLock<Vec<Policy>> = LazyLock::new(|| {
        let policy = |name| Policy::shipped(name, &[]).unwrap_or_else(|e| panic!("{e}"));
        Policy::shipped_names().map(policy).collect()
    });
    let Some(identity) = any_identity(data) else { return };
    POLICIES.iter().for_each(|policy| is_consistent(policy, &identity));
}

/// Texts for which a value is made; printed and read again it is the same.
fn thing(data: &[u8]) {
    fn same<T: std::str::FromStr + ToString + PartialEq>(text: &str) {
        let Ok(value) = text.parse::<T>() else { return };
        let again = value.to_string().parse::<T>();
        assert!(again.is_ok_and(|again| again == value), "{text:?}");
    }
    let text = text(data);
    black_box(Thing::parse(&text).kind());
    same::<Handle>(&text);
    same::<PortHandle>(&text);
    same::<PciAddress>(&text);
    if let Some(path) = text.parse::<Handle>().ok().and_then(|handle| handle.sysfs_path())
    {
        assert!(!path.split('/').any(|part| part == ".."), "{path:?}");
    }
}

/// A file, and one that comes after it.
fn files(data: &[u8]) -> (ConfigFile, ConfigFile) {
    let text = text(data);
    let (first, second) = text.split_once("\n---\n").unwrap_or((&text, ""));
    let file =
        |path: &str, text: &str| ConfigFile { path: path.into(), text: text.into() };
    (file("/etc/first", first), file("/etc/second", second))
}

fn policy(data: &[u8]) {
    let (file, drop_in) = files(data);
    let drop_ins = if drop_in.text.is_empty() { vec![] } else { vec![drop_in] };
    let policy = match Policy::read(&file, &drop_ins) {
        Ok(policy) => policy,
        Err(error) => {
            black_box(error.to_string());
            return;
        }
    };
    for place in [
        Place::uplink(Some(0), None),
        Place::pf_rep(1, Some(0), None),
        Place::vf_rep(0, None, 3),
        Place::sf_rep(0, None, 4_000_000_000),
        Place::vf(3),
        Place::sf(88),
    ] {
        let scheme = Scheme::NEWEST;
        let in_force = BaseFacts::Netdevsim { id: 10 }.names(scheme);
        let base = Base { scheme, in_force, newest: None };
        let device = Handle::new("netdevsim", "netdevsim10");
        let identity = Identity { device, driver: None, base, systemd: None, place };
        is_consistent(&policy, &identity);
    }
}

fn declared(data: &[u8]) {
    let (file, drop_in) = files(data);
    match Config::read(&[file, drop_in]) {
        Ok(config) => capture::compared(&config),
        Err(errors) => {
            assert!(!errors.is_empty());
            for error in errors {
                black_box(error.to_string());
            }
        }
    }
}

/// What is imported is a declaration that is read again.
fn import(data: &[u8]) {
    let Some((form, data)) = data.split_first() else { return };
    let format = match form % 4 {
        0 => Format::Netplan,
        1 => Format::NetworkManager,
        2 => Format::OsNetConfig,
        _ => Format::SriovNetworkOperator,
    };
    let file = ConfigFile { path: "/etc/file".into(), text: text(data) };
    let Ok(imported) = desired::import(format, &file) else { return };
    let file = ConfigFile { path: "/etc/imported".into(), text: imported.text.clone() };
    if let Err(errors) = Config::read(&[file]) {
        panic!("imported, and not read: {errors:?}\n{}", imported.text);
    }
}

/// A storage with one text in it.
struct OneFile(String);

impl Storage for OneFile {
    fn write(&self, _: &str, _: &str, _: &str) -> io::Result<()> {
        Ok(())
    }
    fn append(&self, _: &str, _: &str, _: &str) -> io::Result<()> {
        Ok(())
    }
    fn read(&self, _: &str, _: &str) -> io::Result<Option<String>> {
        Ok(Some(self.0.clone()))
    }
    fn remove(&self, _: &str, _: &str) -> io::Result<()> {
        Ok(())
    }
    fn move_to(&self, _: &str, _: &str, _: &str) -> io::Result<std::path::PathBuf> {
        Ok("/".into())
    }
    fn exists(&self, _: &str, _: &str) -> bool {
        true
    }
    fn list(&self, _: &str) -> io::Result<Vec<String>> {
        Ok(vec![self.0.clone()])
    }
    fn path(&self, _: &str, _: &str) -> std::path::PathBuf {
        "/".into()
    }
}

/// A journal's text, on the machine and for the device that it is of.
fn journal(data: &[u8]) {
    let storage = OneFile(text(data));
    let journals = Journals::of(&storage);
    let _ = journals.devices();
    let device = Handle::new("pci", "0000:01:00.0");
    let found = capture::with_mlx5(|machine, _| journals.find(machine, &device));
    let Found::Change(change) = found else { return };
    let (header, progress) = *change;
    // What a recovery would be told to do with it stays within its steps.
    assert!(progress.begun <= header.steps.len() && progress.done <= header.steps.len());
    for step in &header.steps {
        assert_eq!(step.target, device);
        black_box(render::action(&step.action));
    }
}
