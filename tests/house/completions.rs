// SPDX-License-Identifier: MIT OR Apache-2.0
//! Completions: what `swdevctl __complete` answers, and that bash, zsh and fish insert it.

use std::{
    ffi::OsStr,
    fs,
    io::Write as _,
    os::unix::{ffi::OsStrExt as _, fs::symlink},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::json;
use tempfile::TempDir;

const SWDEVCTL: &str = env!("CARGO_BIN_EXE_swdevctl");

/// Names that a driver or an administrator can give, and a shell must not run.
const HOSTILE: [&str; 4] = ["$(>pwned)", "`>pwned`", "'\";>pwned", "%n&>pwned"];

/// A folder with a capture, `machine.json`, of a card with two VFs, and with scripts and the
/// program.
fn machine() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let pf = "bus/pci/devices/0000:01:00.0";
    let mut netdevs = vec!["enp1s0np0", "enp1s0r0", "enp1s0r1", "lo", "a\tb", "a\u{1b}c"];
    netdevs.extend(HOSTILE);
    let capture = json!({
        "schema": "swdevctl/capture/v1", "swdevctl": "0", "kernel": "6.12", "masked": false,
        "answers": {}, "paths": {},
        "files": {
            format!("{pf}/class"): {"text": "0x020000\n"},
            format!("{pf}/sriov_totalvfs"): {"text": "8\n"},
            "bus/pci/devices/0000:02:00.0/class": {"text": "0x020000\n"},
        },
        "links": {
            format!("{pf}/driver"): "mlx5_core",
            format!("{pf}/virtfn0"): "0000:01:00.1",
            format!("{pf}/virtfn1"): "0000:01:00.2",
            "bus/pci/devices/0000:01:00.2/driver": "vfio-pci",
            "bus/pci/devices/0000:02:00.0/driver": "x\n$(>pwned)",
            format!("{pf}/mlx5_core.sf.4/subsystem"): "auxiliary",
        },
        "folders": {
            "bus/pci/devices": ["0000:00:00.0", "0000:01:00.0", "0000:02:00.0"],
            pf: ["class", "mlx5_core.sf.4", "virtfn0", "virtfn1"],
            "class/net": netdevs,
            "/etc/swdevctl/naming-policy": ["default.toml", "my own.toml", "default.toml.d"],
        },
    });
    fs::write(folder.path().join("machine.json"), capture.to_string()).unwrap();
    fs::create_dir(folder.path().join("bin")).unwrap();
    symlink(SWDEVCTL, folder.path().join("bin/swdevctl")).unwrap();
    for (shell, file) in
        [("bash", "swdevctl.bash"), ("zsh", "_swdevctl"), ("fish", "swdevctl.fish")]
    {
        let script =
            Command::new(SWDEVCTL).args(["completions", shell]).output().unwrap();
        fs::write(folder.path().join(file), script.stdout).unwrap();
    }
    folder
}

/// What can stand in place of the last of these words.
fn candidates(folder: &Path, words: &[&str]) -> Vec<String> {
    let output = Command::new(SWDEVCTL)
        .current_dir(folder)
        .arg("__complete")
        .args(words)
        .output()
        .unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{words:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| line.split_once('\t').unwrap().0.to_owned()).collect()
}

/// The words of a line; an empty one at the end where the line ends with a space.
fn complete(folder: &Path, line: &str) -> String {
    candidates(folder, &line.split(' ').collect::<Vec<_>>()).join(" ")
}

#[test]
fn words_are_completed_by_their_place() {
    let folder = machine();
    let folder = folder.path();
    for (line, wanted) in [
        ("mo", "mode"),
        ("mode s", "show set"),
        ("mode set leg", "legacy"),
        ("-v --json mode set legacy --ti", "--timeout"),
        ("mode set legacy --timeout 5 --ti", ""),
        ("mode set legacy -v --verb", "--verbose"),
        ("watch --j", "--json"),
        ("--color a", "auto always"),
        ("mode set legacy --force vf-in-use,sf-l", "vf-in-use,sf-lost"),
        ("mode set legacy --force=rd", "--force=rdma-in-use"),
        ("name apply --force has-", "has-addresses has-master"),
        (
            "inventory --fields handle,sriov.",
            "handle,sriov.total handle,sriov.configured handle,sriov.autoprobe",
        ),
        ("inventory --role=vf_", "--role=vf_rep"),
        ("sf add --roce o", "on off"),
        ("name show --policy sys", "systemd systemd-newest"),
        ("config import net", "netplan networkmanager"),
        ("completions ", "bash fish zsh"),
        // Files are the shell's business.
        ("capture ma", ""),
        ("apply --file ", ""),
        ("name show --policy ./", ""),
        ("config import netplan ", ""),
        // What has no list of values.
        ("mode set legacy --vfs ", ""),
        ("nonsense", ""),
        ("mode set legacy -- --", ""),
        // The machine.
        ("--replay machine.json mode set legacy pci", "pci/0000:01:00.0"),
        ("mode set legacy --replay=machine.json 01", "01:00.0"),
        ("mode set legacy --replay machine.json 0000:0", "0000:01:00.0"),
        ("mode set legacy 01:00.0 --replay machine.json enp1s0n", "enp1s0np0"),
        ("rep --replay machine.json 0", "0000:01:00.0 0000:01:00.1 0000:01:00.2"),
        ("find --replay machine.json enp1s0r0 mlx5", "mlx5_core.sf.4"),
        ("sf remove --replay machine.json mlx5", "mlx5_core.sf.4"),
        ("rep --replay machine.json 0000:01:00.1 ", ""),
        ("rep --replay machine.json --device=pci", "--device=pci/0000:01:00.0"),
        ("name explain --replay machine.json enp1s0r", "enp1s0r0 enp1s0r1"),
        ("name explain --replay machine.json l", ""),
        ("inventory --replay machine.json --driver mlx5_core,v", "mlx5_core,vfio-pci"),
        ("--replay machine.json name check --to my", "my own"),
        ("rep --replay missing.json enp", ""),
        ("rep --replay bin enp", ""),
    ] {
        let found = complete(folder, line);
        let found = match line.ends_with(' ') && wanted.is_empty() {
            // Options, where no value can follow.
            true if found.starts_with("--") => String::new(),
            _ => found,
        };
        assert_eq!(found, wanted, "{line}");
    }
    // Names that no shell can show are left out, all others are there as they are.
    let names = candidates(folder, &["name", "explain", "--replay", "machine.json", ""]);
    assert_eq!(names[3..], HOSTILE);
    assert_eq!(names.len(), 3 + HOSTILE.len());
}

#[test]
fn every_verb_and_option_is_offered_where_it_can_stand() {
    fn walk(command: &clap::Command, path: &[&str], count: &mut usize) {
        for option in command.get_arguments().filter(|option| option.get_long().is_some())
        {
            let word = format!("--{}", option.get_long().unwrap());
            let words = [path, &["--"]].concat();
            assert!(
                candidates(Path::new("."), &words).contains(&word),
                "{path:?} {word}"
            );
            *count += 1;
        }
        for verb in command.get_subcommands() {
            let words = [path, &[verb.get_name()]].concat();
            let offered = candidates(Path::new("."), &[path, &[""]].concat());
            assert!(offered.iter().any(|word| word == verb.get_name()), "{words:?}");
            walk(verb, &words, count);
        }
    }
    let mut count = 0;
    walk(&swdevctl::commands::Cli::definition(), &[], &mut count);
    assert!(count > 50, "{count}");
}

#[test]
fn no_line_ends_in_an_error() {
    let folder = machine();
    for line in [
        "=",
        "--",
        "-",
        "--=",
        ",",
        "--force=,",
        "--force ,,",
        "-- -- --",
        "--replay",
        "--replay=",
        "\u{fc}=,",
    ] {
        for before in
            ["", "mode set legacy ", "rep ", "inventory --fields ", "sf add --roce="]
        {
            complete(folder.path(), &format!("{before}{line}"));
        }
    }
    assert!(candidates(folder.path(), &[]).contains(&"mode".to_owned()));
    let odd = OsStr::from_bytes(b"\xff");
    let output = Command::new(SWDEVCTL).arg("__complete").arg(odd).output().unwrap();
    assert!(
        output.status.success() && output.stderr.is_empty() && output.stdout.is_empty()
    );
}

fn installed(shell: &str) -> bool {
    let found = Command::new(shell).arg("--version").output().is_ok();
    if !found {
        super::skipped(&format!("{shell} is not installed"));
    }
    found
}

/// What is typed before the tabulator, and the line afterwards.
const TYPED: [(&str, &str); 12] = [
    ("swdevctl mo", "swdevctl mode "),
    ("swdevctl mode set leg", "swdevctl mode set legacy "),
    ("swdevctl mode set legacy --kern", "swdevctl mode set legacy --kernel-timeout "),
    (
        "swdevctl doctor --replay machine.json pci/0000:0",
        "swdevctl doctor --replay machine.json pci/0000:01:00.0 ",
    ),
    (
        "swdevctl rep --replay machine.json --device=pci/0",
        "swdevctl rep --replay machine.json --device=pci/0000:01:00.0 ",
    ),
    (
        "swdevctl mode set legacy --force vf-in-use,sf-l",
        "swdevctl mode set legacy --force vf-in-use,sf-lost ",
    ),
    ("swdevctl capture mach", "swdevctl capture machine.json "),
    (
        "swdevctl name show --replay machine.json --policy my",
        "swdevctl name show --replay machine.json --policy my\\ own ",
    ),
    (
        "swdevctl rep --replay machine.json \\$",
        "swdevctl rep --replay machine.json \\$\\(\\>pwned\\) ",
    ),
    (
        "swdevctl rep --replay machine.json \\`",
        "swdevctl rep --replay machine.json \\`\\>pwned\\` ",
    ),
    (
        "swdevctl rep --replay machine.json \\'",
        "swdevctl rep --replay machine.json \\'\\\"\\;\\>pwned ",
    ),
    (
        "swdevctl rep --replay machine.json %",
        "swdevctl rep --replay machine.json %n\\&\\>pwned ",
    ),
];

/// Types into an interactive shell on a terminal of its own. The shell's `dump`, on control-T,
/// adds the line to the file `dumped`.
fn inserts(folder: &Path, shell: &str) {
    let mut terminal = Command::new("script")
        .args(["-qec", shell, "/dev/null"])
        .current_dir(folder)
        .env("ZDOTDIR", folder)
        .env("TERM", "dumb")
        .env("HOME", folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut keys = terminal.stdin.take().unwrap();
    let end = Instant::now() + Duration::from_secs(60);
    let wait = |done: &dyn Fn() -> bool, what: &str| {
        while !done() {
            assert!(Instant::now() < end, "{shell}: {what}");
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    wait(&|| folder.join("ready").exists(), "no prompt");
    let dumped = || fs::read_to_string(folder.join("dumped")).unwrap_or_default();
    for (number, (typed, wanted)) in TYPED.iter().enumerate() {
        keys.write_all(format!("{typed}\t\u{14}").as_bytes()).unwrap();
        wait(&|| dumped().lines().count() > number, typed);
        assert_eq!(dumped().lines().last().unwrap(), *wanted, "{shell}: {typed}");
    }
    keys.write_all(b"exit\n").unwrap();
    drop(keys);
    terminal.wait().unwrap();
    assert!(!folder.join("pwned").exists(), "{shell} ran a name");
}

#[test]
fn bash_inserts_them_quoted() {
    if !installed("bash") || !installed("script") {
        return;
    }
    let folder = machine();
    let start = r#"PATH=$PWD/bin:$PATH
. ./swdevctl.bash
dump() { printf '%s\n' "$READLINE_LINE" >>dumped; READLINE_LINE='' READLINE_POINT=0; }
bind -x '"\C-t": dump'
PROMPT_COMMAND=': >ready'
"#;
    fs::write(folder.path().join("bashrc"), start).unwrap();
    inserts(folder.path(), "bash --noprofile --rcfile bashrc -i");
}

#[test]
fn zsh_inserts_them_quoted() {
    if !installed("zsh") || !installed("script") {
        return;
    }
    let folder = machine();
    let start = r#"path=($PWD/bin $path)
fpath=($PWD $fpath)
autoload -Uz compinit
compinit -u -D
dump() { print -r -- "$BUFFER" >>dumped; BUFFER='' }
zle -N dump
bindkey -e
bindkey '^T' dump
precmd() { : >ready }
"#;
    fs::write(folder.path().join(".zshrc"), start).unwrap();
    inserts(folder.path(), "zsh -d -i");
}

#[test]
fn fish_offers_them() {
    if !installed("fish") {
        return;
    }
    let folder = machine();
    for (line, wanted) in [
        ("swdevctl mode s", &["set", "show"][..]),
        ("swdevctl doctor --replay machine.json pci", &["pci/0000:01:00.0"]),
        ("swdevctl capture mach", &["machine.json"]),
        ("swdevctl name show --replay machine.json --policy my", &["my own"]),
        ("swdevctl rep --replay machine.json '$", &[HOSTILE[0]]),
        ("swdevctl rep --replay machine.json '`", &[HOSTILE[1]]),
        ("swdevctl rep --replay machine.json %", &[HOSTILE[3]]),
    ] {
        let script =
            "set PATH $PWD/bin $PATH; source swdevctl.fish; complete -C $argv[1]";
        let mut fish = Command::new("fish");
        fish.args(["--no-config", "-c", script, line]).current_dir(folder.path());
        let output = fish.env("HOME", folder.path()).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut found: Vec<&str> =
            text.lines().map(|line| line.split('\t').next().unwrap()).collect();
        found.sort_unstable();
        assert_eq!(found, wanted, "{line}: {}", String::from_utf8_lossy(&output.stderr));
    }
    assert!(!folder.path().join("pwned").exists());
}
