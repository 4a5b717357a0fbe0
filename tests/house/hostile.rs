// SPDX-License-Identifier: MIT OR Apache-2.0
//! Hostile arguments, streams, captures and policies.

use std::{
    ffi::OsStr,
    fs,
    os::unix::{ffi::OsStrExt as _, fs::FileTypeExt as _},
    path::Path,
    process::{Command, Output, Stdio},
};

use super::fuzz::is_harmless;

const SWDEVCTL: &str = env!("CARGO_BIN_EXE_swdevctl");
const HELPER: &str = env!("CARGO_BIN_EXE_swdevctl-udev");

fn case(name: &str) -> String {
    format!("tests/fixtures/case/{name}.capture.json")
}

fn run(command: &mut Command) -> Output {
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(
        output.status.code().is_some_and(|code| code < 100),
        "{command:?}: {output:?}"
    );
    output
}

#[test]
fn arguments_that_are_not_utf_8_are_a_usage_error() {
    let odd = OsStr::from_bytes(b"\xff");
    for arguments in [
        &[OsStr::new("--bogus"), odd][..],
        &[OsStr::new("rep"), OsStr::new("--device"), odd, OsStr::new("--uplink")],
        &[OsStr::new("--json"), OsStr::new("mode"), OsStr::new("show"), odd],
    ] {
        let output = run(Command::new(SWDEVCTL).args(arguments));
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
    let output = run(Command::new(HELPER).arg(odd).env_clear());
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0));
    // A file can have such a name.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(OsStr::from_bytes(b"\xff.json"));
    run(Command::new(SWDEVCTL).args(["--json", "capture"]).arg(&file));
}

#[test]
fn a_closed_or_full_stream_does_not_end_a_command_early() {
    let replay = case("esc");
    let shell = |redirection: &str, arguments: &str| {
        let script = format!("{SWDEVCTL} {arguments} {redirection}");
        run(Command::new("sh").args(["-c", &script])).status.code()
    };
    let inventory = format!("-vv inventory --replay {replay}");
    for redirection in ["2>/dev/full", "2>&-", ">&- 2>&-", "| true"] {
        assert_eq!(shell(redirection, &inventory), Some(0), "{redirection}");
    }
    assert_eq!(shell("2>/dev/full", "--json --bogus"), Some(2));
    assert_eq!(shell(">/dev/full", &inventory), Some(1));
    assert_eq!(shell(">/dev/full", "--version"), Some(1));
}

#[test]
fn anything_but_a_regular_file_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let fifo = folder.path().join("fifo");
    run(Command::new("mkfifo").arg(&fifo));
    assert!(fs::metadata(&fifo).unwrap().file_type().is_fifo());
    for file in
        [fifo.as_path(), Path::new("/dev/zero"), Path::new("/dev/full"), folder.path()]
    {
        for arguments in [
            &["inventory", "--replay"][..],
            &["name", "show", "--replay", &case("esc"), "--policy"],
        ] {
            let output = run(Command::new(SWDEVCTL).args(arguments).arg(file));
            let text = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(2), "{arguments:?} {}", file.display());
            assert!(text.contains("not a regular file"), "{text}");
        }
    }
}

#[test]
fn only_the_owner_can_read_a_capture_and_it_is_never_partial() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("machine.json");
    let output = run(Command::new(SWDEVCTL).arg("capture").arg(&file));
    if output.status.code() == Some(0) {
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    // As on a full disk.
    let short = folder.path().join("short.json");
    let script =
        format!("ulimit -f 0; trap '' XFSZ; {SWDEVCTL} capture {}", short.display());
    let output = run(Command::new("sh").args(["-c", &script]));
    assert_ne!(output.status.code(), Some(0));
    assert!(!short.exists());
}

#[test]
fn counts_that_a_file_claims_are_not_believed() {
    for (name, arguments) in [
        ("oom-netdevsim-numvfs", &["doctor"][..]),
        ("oom-netdevsim-numvfs", &["mode", "set", "switchdev", "--all", "--dry-run"]),
        ("overflow-virtfn", &["inventory"]),
        ("overflow-virtfn", &["name", "check"]),
    ] {
        run(Command::new(SWDEVCTL).args(arguments).args(["--replay", &case(name)]));
    }
}

#[test]
fn nothing_raw_from_a_name_reaches_a_terminal() {
    // A policy with control characters in its name.
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("p.toml");
    fs::write(&policy, "name = \"\\u001b[31mx\"\nversion = 1\nextends = \"systemd\"\n")
        .unwrap();
    let policy = policy.to_str().unwrap();
    let verbs: [&[&str]; 13] = [
        &["inventory"],
        &["find", "01:00.0", "01:00.1", "x\u{1b}[2J"],
        &["doctor"],
        &["mode", "show"],
        &["mode", "set", "legacy", "--all", "--dry-run", "--vfs", "1"],
        &["mode", "set", "switchdev", "--all", "--dry-run"],
        &["name", "show"],
        &["name", "check"],
        &["name", "check", "--to", "os-net-config"],
        &["name", "apply", "--dry-run"],
        &["name", "show", "--policy", policy],
        &["rep", "--device", "01:00.0", "--vf", "0"],
        &["rep", "--device", "01:00.0", "--uplink"],
    ];
    for name in ["esc", "esc-collision", "esc-pf-down"] {
        for verb in verbs {
            for json in [&[][..], &["--json"]] {
                let mut command = Command::new(SWDEVCTL);
                let output =
                    run(command.args(verb).args(json).args(["--replay", &case(name)]));
                for stream in [&output.stdout, &output.stderr] {
                    let text = String::from_utf8_lossy(stream);
                    assert!(is_harmless(&text), "{name} {verb:?} {json:?}: {text:?}");
                }
                if !json.is_empty() && !output.stdout.is_empty() {
                    serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap();
                }
            }
        }
    }
}

#[test]
fn a_command_to_type_has_the_name_quoted() {
    let arguments = ["mode", "set", "legacy", "--all", "--dry-run", "--vfs", "1"];
    let mut command = Command::new(SWDEVCTL);
    let output = run(command.args(arguments).args(["--replay", &case("esc-pf-down")]));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains(r"ip link set $'\x1b[2J\x1b[31mpwn' up"), "{text}");
}

#[test]
fn errors_of_the_command_line_have_colour_only_where_it_is_asked_for() {
    let colour = |arguments: &[&str]| {
        let output =
            run(Command::new(SWDEVCTL).args(arguments).env("CLICOLOR_FORCE", "1"));
        output.stderr.contains(&0x1b)
    };
    assert!(colour(&["--bogus"]));
    assert!(!colour(&["--color", "never", "--bogus"]));
    assert!(!colour(&["--bogus", "--color=never"]));
}
