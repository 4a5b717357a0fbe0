// SPDX-License-Identifier: MIT OR Apache-2.0
//! Reading, errors with their places, precedence, and what is said to differ.

use proptest::prelude::*;

use super::*;
use crate::model::{ConfigFile, Handle};

fn file(path: &str, text: &str) -> ConfigFile {
    ConfigFile { path: path.into(), text: text.into() }
}

fn read(text: &str) -> Config {
    Config::read(&[file("f", text)]).unwrap_or_else(|errors| panic!("{errors:?}"))
}

fn errors(text: &str) -> Vec<String> {
    let errors = Config::read(&[file("f", text)]).unwrap_err();
    errors.iter().map(ToString::to_string).collect()
}

/// The PF of an mlx5 card.
fn subject() -> Subject {
    Subject {
        handle: "pci/0000:03:00.0".parse::<Handle>().unwrap(),
        driver: Some("mlx5_core".into()),
        ids: Some((0x15b3, 0x101d)),
        serials: vec!["MT2116X09299".into()],
        netdevs: vec!["enp3s0f0np0".into(), "uplink-of-rack-7".into()],
        macs: Vec::new(),
        has_eswitch: true,
    }
}

fn wanted(text: &str) -> Wanted {
    read(text).wanted(&subject()).unwrap_or_else(|errors| panic!("{errors:?}"))
}

/// The value of a key and the line that gave it.
fn value(wanted: &Wanted, key: &str) -> Option<(String, usize)> {
    let entries = wanted.entries();
    let entry = entries.iter().find(|entry| entry.key == key)?;
    Some((entry.value.clone(), entry.origin.line))
}

const ALL_KEYS: &str = r#"
[[device]]
address = "0000:03:00.0"
mode = "switchdev_inactive"
vfs = 8
autoprobe = false
inline_mode = "transport"
encap_mode = "basic"
hw_tc_offload = true
representors_up = true
bind_vfs = "after-lag"
activate = "ovs-vswitchd.service"
group = "bond0"
required = true
wait = "20s"
params = { esw_multiport = true, flow_steering_mode = ["hmfs", "smfs"], x = 5 }

[[device.vf]]
number = "0-3"
vlan = 100
qos = 3
vlan_proto = "802.1ad"
spoof_check = true
trust = false
link_state = "enable"
min_tx_rate = 100
max_tx_rate = 1000
driver = "vfio-pci"

[[device.vf]]
number = 2
mac = "02:00:00:00:00:02"

[[device.sf]]
number = 88
mac = "02:00:00:00:00:58"
controller = 1
state = "active"
trust = true
roce = false
"#;

#[test]
fn every_key_is_read_and_says_where_it_stands() {
    let wanted = wanted(ALL_KEYS);
    for (key, text, line) in [
        ("mode", "\"switchdev_inactive\"", 4),
        ("vfs", "8", 5),
        ("autoprobe", "false", 6),
        ("inline_mode", "\"transport\"", 7),
        ("encap_mode", "\"basic\"", 8),
        ("hw_tc_offload", "true", 9),
        ("representors_up", "true", 10),
        ("bind_vfs", "\"after-lag\"", 11),
        ("activate", "\"ovs-vswitchd.service\"", 12),
        ("group", "\"bond0\"", 13),
        ("required", "true", 14),
        ("wait", "\"20s\"", 15),
        ("params.esw_multiport", "true", 16),
        ("params.flow_steering_mode", "[\"hmfs\", \"smfs\"]", 16),
        ("params.x", "5", 16),
        ("vf 0-3: vlan", "100", 20),
        ("vf 0-3: vlan_proto", "\"802.1ad\"", 22),
        ("vf 0-3: max_tx_rate", "1000", 27),
        ("vf 2: mac", "\"02:00:00:00:00:02\"", 32),
        ("controller 1 sf 88: declared", "true", 35),
        ("controller 1 sf 88: roce", "false", 40),
    ] {
        assert_eq!(value(&wanted, key), Some((text.into(), line)), "{key}");
    }
    assert_eq!(wanted.entries().len(), 15 + 9 + 1 + 5);
}

#[test]
fn a_section_reads_back_as_it_is_written() {
    let mut section = read(ALL_KEYS).sections.remove(0);
    let text = write::section(&section, &["a\n[[device]]".into()]);
    assert!(text.starts_with("# a [[device]]\n[[device]]\n"), "{text}");
    let mut again = read(&text).sections.remove(0);
    let texts = |section: &Section| write::section(section, &[]);
    assert_eq!(texts(&again), texts(&section));
    assert_eq!(again.vfs.len(), 2);
    again.origin = section.origin.clone();
    section.matches = again.matches.clone();
    assert_eq!(again.keys.entries().len(), section.keys.entries().len());
}

#[test]
fn what_is_not_acceptable_is_told_with_line_and_column() {
    let head = "[[device]]\naddress = \"03:00.0\"\n";
    for (text, place, part) in [
        ("mode = \"Switchdev\"", "f:3:1", "mode must be \"legacy\", \"switchdev\""),
        ("mod = \"switchdev\"", "f:3:1", "unknown key \"mod\" in [[device]]"),
        ("mode = 1", "f:3:1", "not 1"),
        ("vfs = -1", "f:3:1", "from 0 to 65535"),
        ("vfs = \"all\"", "f:3:1", "\"max\""),
        ("autoprobe = \"no\"", "f:3:1", "true or false"),
        ("params = \"smfs\"", "f:3:1", "params must be a table"),
        ("params = { a = [] }", "f:3:12", "the list of a is empty"),
        ("params = { a = 1.5 }", "f:3:12", "a must be a text, a number"),
        ("params = { \"a b\" = 1 }", "f:3:12", "no name"),
        ("wait = 10", "f:3:1", "\"10s\""),
        ("activate = \"ovs\"", "f:3:1", "systemd unit"),
        ("vf = [1]", "f:3:1", "vf must be an array of tables"),
        ("[device.vf]\nnumber = 1", "f:3:9", "vf must be an array of tables"),
        ("[[device.vf]]\ntrust = true", "f:3:1", "number is missing"),
        ("[[device.vf]]\nnumber = \"3-1\"", "f:4:1", "number must be"),
        ("[[device.vf]]\nnumber = 1\nvlan = 4095", "f:5:1", "4094"),
        ("[[device.vf]]\nnumber = 1\nmacs = 1", "f:5:1", "unknown key \"macs\""),
        ("[[device.sf]]\nnumber = \"*\"", "f:3:1", "names none"),
        ("vendor = \"mellanox\"", "f:3:1", "hexadecimal"),
        ("device = \"101d\"", "f:1:1", "needs vendor"),
        ("mode = \"legacy\"\nmode = \"switchdev\"", "f:4:1", "duplicate"),
        ("mode = ", "f:3:", ""),
    ] {
        let found = errors(&format!("{head}{text}\n"));
        let fits = |error: &String| error.starts_with(place) && error.contains(part);
        assert!(found.iter().any(fits), "{text}: {found:?}");
    }
    for (text, part) in [
        ("[[device]]\nmode = \"legacy\"", "does not say which devices"),
        ("[device]\naddress = \"03:00.0\"", "array of tables"),
        ("[[devices]]\nhandle = \"*\"", "unknown key \"devices\" in the file"),
        ("[[device]]\naddress = \"eth0\"", "address must be a PCI address"),
        ("[[device]]\nhandle = \"0000:03:00.0\"", "handle must be a devlink handle"),
        ("[[device]]\nnetdev = []", "the list of netdev is empty"),
        ("[[device]]\nnetdev = [\"a\", \"b c\"]", "not \"b c\""),
    ] {
        let found = errors(text);
        assert!(found.iter().any(|error| error.contains(part)), "{text}: {found:?}");
    }
}

/// The place of a value must not cost a look at all that is before it.
#[test]
fn a_long_file_is_read_at_once() {
    let vf = |n: usize| format!("[[device.vf]]\nnumber = {n}\ntrust = true # \u{e9}\n");
    let vfs: String = (0..20_000).map(vf).collect();
    let began = std::time::Instant::now();
    let sections = read(&format!("[[device]]\ndriver = \"mlx5_core\"\n{vfs}")).sections;
    let last = sections[0].vfs.last().unwrap().keys.trust.as_ref().unwrap();
    assert_eq!(last.origin.to_string(), "f:60002:1");
    // It took 20 s.
    assert!(began.elapsed().as_secs() < 10);
}

#[test]
fn all_errors_of_all_files_are_told_by_their_places() {
    let files = [
        file("a", "[[device]]\naddress = 3\nmode = \"x\"\nvfss = 1\n"),
        file("b", "[[device]]\nhandle = \"*\"\nwait = \"\"\n"),
    ];
    let errors = Config::read(&files).unwrap_err();
    let places: Vec<String> = errors.iter().map(|e| e.origin.to_string()).collect();
    assert_eq!(places, ["a:2:1", "a:3:1", "a:4:1", "b:3:1"]);
}

#[test]
fn contradictions_within_a_section_are_errors() {
    let head = "[[device]]\naddress = \"03:00.0\"\n";
    for (text, place, part) in [
        ("mode = \"switchdev\"\nactivate = \"a.service\"", "f:4:1", "by f:3:1"),
        ("mode = \"legacy\"\nrepresentors_up = true", "f:4:1", "no representors"),
        ("mode = \"legacy\"\nbind_vfs = \"after-lag\"", "f:4:1", "bond"),
        ("mode = \"legacy\"\nparams = { esw_multiport = true }", "f:4:12", "one eswitch"),
        ("mode = \"legacy\"\n[[device.sf]]\nnumber = 1", "f:5:1", "switchdev"),
        ("required = false\nwait = \"1s\"", "f:4:1", "f:3:1"),
        (
            "vfs = 2\n[[device.vf]]\nnumber = \"0-2\"",
            "f:5:1",
            "no VF 2: vfs is 2 by f:3:1",
        ),
        (
            "[[device.vf]]\nnumber = \"0-1\"\nmac = \"02:00:00:00:00:01\"",
            "f:5:1",
            "one MAC",
        ),
        (
            "[[device.vf]]\nnumber = \"*\"\nmac = \"02:00:00:00:00:01\"",
            "f:5:1",
            "one MAC",
        ),
        ("[[device.vf]]\nnumber = 0\nmin_tx_rate = 2\nmax_tx_rate = 1", "f:5:1", "more"),
        ("[[device.vf]]\nnumber = 0\nvlan = 0\nqos = 1", "f:6:1", "vlan is 0"),
        (
            "[[device.vf]]\nnumber = 0\nvlan = 0\nvlan_proto = \"802.1ad\"",
            "f:6:1",
            "vlan is 0",
        ),
        (
            "[[device.sf]]\nnumber = \"1-2\"\nmac = \"02:00:00:00:00:01\"",
            "f:5:1",
            "one MAC",
        ),
    ] {
        let found = errors(&format!("{head}{text}\n"));
        let fits = |error: &String| error.starts_with(place) && error.contains(part);
        assert!(found.iter().any(fits), "{text}: {found:?}");
    }
    // No limit is more than any.
    read(&format!("{head}[[device.vf]]\nnumber = 0\nmin_tx_rate = 2\nmax_tx_rate = 0\n"));
}

#[test]
fn contradictions_between_sections_are_errors_of_the_device() {
    for (general, special, part) in [
        ("vfs = 4", "[[device.vf]]\nnumber = 4", "no VF 4"),
        ("mode = \"legacy\"", "representors_up = true", "no representors"),
        ("mode = \"legacy\"", "params = { esw_multiport = true }", "one eswitch"),
        ("mode = \"legacy\"", "[[device.sf]]\nnumber = 1", "SFs need the mode"),
        ("", "[[device.vf]]\nnumber = 4\nqos = 3", "qos is of a VLAN"),
        ("", "[[device.vf]]\nnumber = \"*\"\nvlan_proto = \"802.1ad\"", "vlan is absent"),
        (
            "[[device.vf]]\nnumber = 1\nmin_tx_rate = 9",
            "[[device.vf]]\nnumber = 1\nmax_tx_rate = 8",
            "min_tx_rate 9",
        ),
    ] {
        let text = format!(
            "[[device]]\ndriver = \"mlx5_core\"\n{general}\n\n[[device]]\n\
             address = \"03:00.0\"\n{special}\n"
        );
        let errors = read(&text).wanted(&subject()).unwrap_err();
        assert!(errors[0].message.contains(part), "{text}: {errors:?}");
    }
    // What another section completes is none.
    let text = "[[device]]\ndriver = \"mlx5_core\"\n[[device.vf]]\nnumber = \"0-3\"\nvlan = 5\n\
                [[device]]\naddress = \"03:00.0\"\n[[device.vf]]\nnumber = 1\nqos = 3\n";
    assert_eq!(value(&wanted(text), "vf 1: qos"), Some(("3".into(), 10)));
}

#[test]
fn the_more_specific_section_wins_wherever_it_stands() {
    // From the most to the least specific: each wins over all that follow it.
    let matches = [
        "address = \"03:00.0\"\nnetdev = \"enp3s0f0np0\"",
        "address = \"03:00.0\"",
        "netdev = \"uplink-of-rack-7\"",
        "serial = \"mt2116x09299\"",
        "netdev = \"enp3s0f?np*\"",
        "vendor = \"15b3\"\ndevice = \"0x101D\"",
        "driver = \"mlx5_core\"",
        "handle = \"*\"",
    ];
    for (index, special) in matches.iter().enumerate() {
        for general in &matches[index + 1..] {
            for (first, second) in [(special, general), (general, special)] {
                let vfs = |text| if text == special { 1 } else { 2 };
                let text = format!(
                    "[[device]]\n{first}\nvfs = {}\n[[device]]\n{second}\nvfs = {}\n",
                    vfs(first),
                    vfs(second)
                );
                let (number, _) = value(&wanted(&text), "vfs").unwrap();
                assert_eq!(number, "1", "{special} over {general}");
            }
        }
    }
}

#[test]
fn of_equally_specific_sections_the_later_wins_key_by_key() {
    let files = [
        file(
            "main",
            "[[device]]\naddress = \"03:00.0\"\nvfs = 1\nautoprobe = true\nparams = { a = 1, b = 1 }\n",
        ),
        file(
            "10",
            "[[device]]\nhandle = \"pci/0000:03:00.0\"\nvfs = 2\nparams = { b = 2 }\n",
        ),
        file("20", "[[device]]\naddress = \"03:00.1\"\nvfs = 3\n"),
    ];
    let config = Config::read(&files).unwrap();
    let wanted = config.wanted(&subject()).unwrap();
    let places: Vec<(String, String, String, usize)> = wanted
        .entries()
        .into_iter()
        .map(|e| (e.key, e.value, e.origin.to_string(), e.overrides.len()))
        .collect();
    let expected = [
        ("vfs", "2", "10:3:1", 1),
        ("autoprobe", "true", "main:4:1", 0),
        ("params.a", "1", "main:5:12", 0),
        ("params.b", "2", "10:4:12", 1),
    ];
    let expected =
        expected.map(|(k, v, p, n)| (k.to_owned(), v.to_owned(), p.to_owned(), n));
    assert_eq!(places, expected);
    assert_eq!(config.unmatched(&[subject()])[0].to_string(), "20:1:1");
    assert_eq!(wanted.sections.len(), 2);
}

#[test]
fn preserve_takes_back_what_a_general_section_says() {
    let wanted = wanted(
        "[[device]]\ndriver = \"mlx5_core\"\nmode = \"switchdev\"\nvfs = \"max\"\n\
         [[device]]\naddress = \"03:00.0\"\nmode = \"preserve\"\n",
    );
    assert_eq!(value(&wanted, "mode"), Some(("\"preserve\"".into(), 7)));
    assert_eq!(contradictions::set(&wanted.keys.mode), None);
    assert_eq!(value(&wanted, "vfs"), Some(("\"max\"".into(), 4)));
}

#[test]
fn of_vf_entries_the_one_for_fewer_wins() {
    let wanted = wanted(
        "[[device]]\naddress = \"03:00.0\"\n[[device.vf]]\nnumber = 3\ntrust = true\n\
         [[device.vf]]\nnumber = \"*\"\ntrust = false\nspoof_check = true\n\
         [[device.vf]]\nnumber = \"0-3\"\nspoof_check = false\n",
    );
    let of = |vf: u32| {
        let keys = wanted.vf(vf);
        (keys.trust.map(|t| t.value), keys.spoof_check.map(|s| s.value))
    };
    assert_eq!(of(3), (Some(true), Some(false)));
    assert_eq!(of(0), (Some(false), Some(false)));
    assert_eq!(of(9), (Some(false), Some(true)));
    assert_eq!(value(&wanted, "vf 0-2: trust"), Some(("false".into(), 8)));
    assert_eq!(value(&wanted, "vf *: trust"), Some(("false".into(), 8)));
}

#[test]
fn a_section_is_for_no_other_device() {
    for section in [
        "address = \"03:00.1\"",
        "address = \"0001:*\"",
        "handle = \"netdevsim/*\"",
        "driver = [\"ice\", \"bnxt_en\"]",
        "vendor = \"15b3\"\ndevice = \"1017\"",
        "serial = \"MT2116X0929\"",
        "netdev = [\"enp3s0f1np1\", \"enp3s0f0\"]",
        "address = \"03:00.0\"\ndriver = \"ice\"",
    ] {
        let wanted = wanted(&format!("[[device]]\n{section}\nvfs = 1\n"));
        assert!(wanted.is_empty() && wanted.entries().is_empty(), "{section}");
    }
    let no_pci = Subject {
        handle: "netdevsim/netdevsim1".parse().unwrap(),
        ids: None,
        ..subject()
    };
    let config = read("[[device]]\naddress = \"*\"\nvfs = 1\n");
    assert!(config.wanted(&no_pci).unwrap().is_empty());
}

#[test]
fn every_device_is_every_one_with_an_eswitch() {
    let none = Subject { has_eswitch: false, ..subject() };
    for (section, is_for_it) in [
        ("handle = \"*\"", false),
        ("address = \"*\"\nnetdev = \"*\"", false),
        ("driver = \"mlx5_core\"", true),
        ("handle = \"pci/*\"", true),
        ("address = \"0000:03:00.0\"", true),
    ] {
        let config = read(&format!("[[device]]\n{section}\nmode = \"switchdev\"\n"));
        assert_eq!(!config.wanted(&none).unwrap().is_empty(), is_for_it, "{section}");
        assert!(!config.wanted(&subject()).unwrap().is_empty(), "{section}");
    }
}

#[test]
fn a_hostile_file_is_an_error_and_no_panic() {
    for text in
        ["\u{0}", "[[device", "[[device]]\n[[device.vf]]\nnumber=\"\\u0000\"", "=", "é=1"]
    {
        assert!(Config::read(&[file("f", text)]).is_err(), "{text:?}");
    }
    let deep = format!("a = {}", "[".repeat(10_000));
    assert!(Config::read(&[file("f", &deep)]).is_err());
}

proptest! {
    /// Whatever is put in the place of a character, a file is read or refused, and what
    /// is read can be merged.
    #[test]
    fn a_spoilt_file_is_read_or_refused(at in any::<prop::sample::Index>(), c in any::<char>()) {
        let mut text: Vec<char> = ALL_KEYS.chars().collect();
        let at = at.index(text.len());
        text[at] = c;
        let text = String::from_iter(text);
        match Config::read(&[file("f", &text)]) {
            Ok(config) => drop(config.wanted(&subject()).map(|wanted| wanted.entries())),
            Err(errors) => {
                let lines = text.lines().count();
                prop_assert!(errors.iter().all(|e| (1..=lines + 1).contains(&e.origin.line)));
            }
        }
    }
}

/// The required devices that are missing where only the mlx5 card is there.
fn missing(text: &str) -> Vec<(String, u128)> {
    let missing = read(text).requirements().into_iter();
    let missing = missing.filter(|of| !of.is_met(&[subject()]));
    missing.map(|of| (of.to_string(), of.wait.as_millis())).collect()
}

#[test]
fn each_named_device_and_one_for_each_other_section_is_required() {
    for there in [
        "driver = \"mlx5_core\"",
        "address = \"0000:03:00.0\"",
        "handle = \"pci/0000:03:*\"",
        // It is there, and another section says what it is.
        "address = \"0000:03:00.0\"\ndriver = \"ice\"",
        "netdev = \"enp3*\"",
    ] {
        let text = format!("[[device]]\n{there}\nrequired = true\n");
        assert_eq!(missing(&text), [], "{there}");
    }
    let text = "[[device]]\naddress = [\"0000:03:00.0\", \"0000:04:00.0\"]\nrequired = true\n\
        [[device]]\ndriver = \"ice\"\nrequired = true\nwait = \"1500ms\"\n";
    assert_eq!(
        missing(text),
        [
            ("pci/0000:04:00.0, required by f:3:1".to_owned(), 30_000),
            ("a device for the section at f:6:1".to_owned(), 1_500),
        ]
    );
}

#[test]
fn what_is_required_of_an_absent_device_is_merged_by_its_address() {
    let text = "[[device]]\nhandle = \"*\"\nrequired = true\nwait = \"5s\"\n\
        [[device]]\naddress = \"0000:04:00.0\"\nwait = \"20s\"\n\
        [[device]]\naddress = \"0000:05:00.0\"\nrequired = false\nmode = \"legacy\"\n\
        [[device]]\ndriver = \"mlx5_core\"\nwait = \"1s\"\n";
    assert_eq!(
        missing(text),
        [("pci/0000:04:00.0, required by f:3:1".to_owned(), 20_000)]
    );
    let group = |text: &str| read(text).requirements().remove(0).group;
    let grouped =
        format!("{text}[[device]]\naddress = \"0000:04:00.0\"\ngroup = \"a\"\n");
    assert_eq!((group(text), group(&grouped).as_deref()), (None, Some("a")));
}
