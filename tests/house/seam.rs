// SPDX-License-Identifier: MIT OR Apache-2.0
//! Everything that is read of a machine goes through the seam: a capture replays to the same
//! bytes whatever is in `/run`, `/etc`, `/proc` and udev's records of the replaying machine.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use swdevctl::{
    model::{Eswitch, State},
    survey::{self, kept},
    sys::{
        Machine,
        capture::{self, Recorder, Replay},
    },
};

/// The source files below a folder, without tests and comments.
fn code(folder: &Path, found: &mut Vec<(String, String)>) {
    const TESTS: [&str; 4] =
        ["tests.rs", "wire/fixture.rs", "devlink/second_opinion.rs", "devlink/golden.rs"];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.display().to_string();
        if path.is_dir() {
            if !name.ends_with("/tests") {
                code(&path, found);
            }
        } else if !TESTS.iter().any(|end| name.ends_with(end)) {
            let text = fs::read_to_string(&path).unwrap();
            let text = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap();
            let lines = text.lines().filter(|line| !line.trim().starts_with("//"));
            found.push((name, lines.collect::<Vec<_>>().join("\n")));
        }
    }
}

/// The first sign that code reads files of the host; none if it does not.
fn reads_host(code: &str) -> Option<&'static str> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let module = code.match_indices("fs::").any(|(at, _)| !code[..at].ends_with(word));
    let imported = code.contains("std::fs") || code.contains("    fs,\n");
    let path =
        ["\"/run", "\"/etc", "\"/proc"].into_iter().find(|path| code.contains(path));
    path.or((module || imported).then_some("std::fs"))
}

#[test]
fn only_sys_reads_files_of_the_host() {
    let mut files = Vec::new();
    code(Path::new("src"), &mut files);
    let (mut inside, mut outside) = (0, 0);
    for (name, code) in &files {
        let found = reads_host(code);
        if name.starts_with("src/sys/") || name.starts_with("src/bin/") {
            inside += usize::from(found.is_some());
        } else {
            outside += 1;
            assert_eq!(found, None, "{name}");
        }
    }
    assert!(inside > 5 && outside > 80, "{inside} {outside}");
    for code in ["use std::{\n    fs,\n};", "fs::read(x)", "\"/run/x\"", "(\"/proc/\")"] {
        assert!(reads_host(code).is_some(), "{code}");
    }
    assert_eq!(reads_host("vfs::set(x)"), None);
}

#[test]
fn no_shell_is_called() {
    let mut files = Vec::new();
    code(Path::new("src"), &mut files);
    let mut programs = Vec::new();
    for (name, code) in &files {
        // Nothing but the standard library starts programs, and each is named where it is.
        assert!(
            !code.contains("execve") && !code.contains("use std::process::Command as"),
            "{name}"
        );
        let started =
            code.split("Command::new(").skip(1).filter(|_| code.contains("process"));
        programs.extend(started.map(|rest| rest.split(')').next().unwrap()));
    }
    programs.sort_unstable();
    assert_eq!(programs, ["\"/proc/self/exe\"", "\"systemctl\""]);
}

const VERBS: [&str; 10] = [
    "inventory",
    "doctor",
    "mode show",
    "name show",
    "name check",
    "name apply --dry-run",
    "config show",
    "config explain",
    "mode set legacy --all --dry-run",
    "mode set switchdev --all --dry-run",
];

/// Hides the machine's own files in a mount namespace, and then runs the script on standard
/// input. The files in their place are valid and would change an answer if they were read.
const HOSTILE: &str = r#"
set -eu
mount -t tmpfs none /run
mount -t tmpfs none /etc
mkdir -p /run/swdevctl /run/udev/data /etc/swdevctl/naming-policy/default.toml.d
chmod 755 /run/swdevctl
cp -r "$1"/stash "$1"/journal /run/swdevctl/
chmod -R go= /run/swdevctl/*
printf 'name = "hostile"\nversion = 1\n[roles]\nuplink = ["{hash}"]\npf_rep = ["{hash}"]\nvf_rep = ["{hash}"]\nsf_rep = ["{hash}"]\nvf = ["{hash}"]\nsf = ["{hash}"]\n' \
    > /etc/swdevctl/naming-policy/default.toml
printf 'hostile = 1\n' > /etc/swdevctl/swdevctl.toml
mkdir -p /etc/NetworkManager/system-connections /etc/netplan /etc/systemd/network /etc/mellanox /etc/sriov-operator/pci
printf '[match]\ndriver=*\n[sriov]\ntotal-vfs=7\n' > /etc/NetworkManager/system-connections/x.nmconnection
printf 'network: {ethernets: {x: {match: {driver: "*"}, virtual-function-count: 7}}}\n' > /etc/netplan/x.yaml
printf '[Match]\nDriver=*\n[Link]\nSR-IOVVirtualFunctions=7\n' > /etc/systemd/network/x.link
touch /etc/mellanox/mlnx-bf.conf
printf '{"pciAddress": "*", "numVfs": 7}' > /etc/sriov-operator/pci/x
number=1
while [ $number -lt 150 ]; do
    printf 'E:ID_NET_NAME=evil%s\nE:ID_NET_NAME_PATH=evil%s\nE:ID_NET_NAMING_SCHEME=v238\nE:ID_NET_LINK_FILE=/etc/systemd/network/1.link\n' \
        $number $number > /run/udev/data/n$number
    number=$((number + 1))
done
echo 'net.naming_scheme=v238 devlink_eswitch_mode=*=legacy' > /etc/cmdline
mount --bind /etc/cmdline /proc/cmdline
exec sh
"#;

/// The commands for these captures, one a line.
fn commands(captures: &[PathBuf]) -> String {
    let program = env!("CARGO_BIN_EXE_swdevctl");
    let mut text = String::new();
    for capture in captures {
        for verb in VERBS {
            let capture = capture.display();
            text += &format!("echo '{capture} {verb}'; ");
            text += &format!("{program} {verb} --json --replay {capture} 2>&1 || :\n");
        }
    }
    text
}

/// The output of a shell that runs a script; none if the shell cannot run.
fn run(shell: &mut Command, script: &str) -> Option<String> {
    use std::io::Write as _;
    let shell = shell.stdin(std::process::Stdio::piped());
    let mut child = shell.stdout(std::process::Stdio::piped()).spawn().ok()?;
    let mut input = child.stdin.take().unwrap();
    let script = script.to_owned();
    let writer = std::thread::spawn(move || input.write_all(script.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let written = writer.join().unwrap().is_ok();
    (written && output.status.success())
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A folder with an outdated stash and a journal for each device of these captures, as
/// another machine with the same addresses can have them.
fn leftovers(captures: &[PathBuf]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in [kept::STASHES, kept::JOURNALS] {
        fs::create_dir(folder.path().join(name)).unwrap();
    }
    for capture in captures {
        let machine = Replay::new(capture::read(capture).unwrap());
        for device in survey::facts(&machine).unwrap().devices {
            let device = device.handle;
            let journal = kept::journal_name(&device);
            fs::write(folder.path().join(kept::JOURNALS).join(journal), "{}\n").unwrap();
            let Ok(snapshot) = survey::snapshot(&machine, &device) else { continue };
            for mode in ["legacy", "switchdev"] {
                let mode = mode.parse().unwrap();
                let representors = vec![999_999];
                let eswitch = Eswitch { mode, ..snapshot.state.eswitch };
                let state = State { eswitch, representors, ..snapshot.state.clone() };
                let name = kept::stash_name(&device, mode);
                let text = serde_json::to_string(&state).unwrap();
                fs::write(folder.path().join(kept::STASHES).join(name), text).unwrap();
            }
        }
    }
    folder
}

#[test]
fn a_capture_replays_to_the_same_bytes_on_a_hostile_host() {
    let names = ["faces", "sfs", "ice-pf-number", "bond", "netdevsim", "real-ice"];
    let path =
        |name| PathBuf::from(format!("tests/fixtures/capture/6.12/{name}.capture.json"));
    let captures: Vec<PathBuf> = names.into_iter().map(path).collect();
    let leftovers = leftovers(&captures);
    let script = commands(&captures);
    let mut hostile = Command::new("unshare");
    let arguments = ["--mount", "--propagation", "private", "sh", "-c", HOSTILE, "sh"];
    hostile.args(arguments).arg(leftovers.path());
    let Some(there) = run(&mut hostile, &script) else {
        return super::skipped("replays on a hostile host, which need a mount namespace");
    };
    let here = run(&mut Command::new("sh"), &script).unwrap();
    let differing = here.lines().zip(there.lines()).find(|(here, there)| here != there);
    assert!(here == there, "{differing:?}");
    assert!(here.lines().count() > 1000);
}

/// A capture replays the files of its host; a masked capture has no declared state.
#[test]
fn a_capture_contains_the_files_of_its_host() {
    let path = Path::new("tests/fixtures/capture/6.12/faces.capture.json");
    let text = fs::read_to_string(path).unwrap();
    let mut with_host: serde_json::Value = serde_json::from_str(&text).unwrap();
    let policy = fs::read_to_string("naming-policy/kernel.toml").unwrap();
    let journal = "/run/swdevctl/journal/pci-0000:01:00.0.jsonl";
    for (path, text) in [
        ("/etc/swdevctl/naming-policy/default.toml", policy.as_str()),
        (
            "/etc/swdevctl/swdevctl.toml",
            "# of Smith\n[[device]]\nmatch.driver = \"nfp\"\n",
        ),
        (journal, "b8:59:9f:34:6c:10 is what was changed"),
    ] {
        with_host["files"][path] = serde_json::json!({ "text": text });
    }
    let read = |json: &str| Replay::new(capture::Capture::parse(json).unwrap());
    let machine = read(&with_host.to_string());
    let recorder = Recorder::new(&machine);
    let secrets = survey::everything(&recorder).unwrap();
    let recorded = recorder.finish();
    let again = serde_json::to_string(&recorded).unwrap();
    assert!(!again.contains("is what was changed"), "a journal was read, not only seen");
    let device = "pci/01:00.0".parse().unwrap();
    let policy = |machine: &dyn Machine| survey::policy_in_force(machine).unwrap().id();
    let again = read(&again);
    assert_eq!(policy(&again), "kernel-1");
    assert_eq!(kept::unfinished(&again, &device).as_deref(), Some(journal));
    assert!(again.host().file("/etc/swdevctl/swdevctl.toml").unwrap().is_some());
    let masked = serde_json::to_string(&recorded.masked(&secrets)).unwrap();
    assert!(!masked.contains("Smith"), "the declared state is left");
    assert_eq!(policy(&read(&masked)), "kernel-1");
    // Without these files in the capture, those of the replaying machine are not read.
    let bare = Replay::new(capture::read(path).unwrap());
    assert_eq!(policy(&bare), "systemd-1");
    let none: BTreeSet<Vec<u8>> = BTreeSet::new();
    assert_ne!(secrets, none);
}
