// SPDX-License-Identifier: MIT OR Apache-2.0
//! The command line: one file a verb; the only place that joins reading,
//! deciding and acting.

mod apply;
mod capture;
pub mod completions;
mod config;
mod doctor;
mod find;
mod format;
mod inventory;
mod limits;
mod mode;
mod mode_set;
mod name;
mod output;
mod plans;
mod recover;
mod rep;
mod sf;
mod topology;
mod watch;

use limits::{Limits, Planned};
pub use output::Output;

use std::{env, ffi::OsString, path::PathBuf};

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};

use crate::{
    error::{Failure, Kind},
    model::Inventory,
    sys::{
        Live, Machine, Memo,
        privileges::{self, Privileges},
    },
};

/// The heading of the options that every verb takes.
const GLOBAL: &str = "Global options";

/// Switch SR-IOV NICs between legacy and switchdev mode, name their representors,
/// and list which representor belongs to which function.
///
/// A DEVICE is a devlink handle (pci/0000:03:00.0), a PCI address
/// (0000:03:00.0 or 03:00.0), or the name or altname of a network interface. Commands that
/// only read also take what find takes: a VF, for example, means its card.
#[derive(Debug, Parser)]
#[command(name = "swdevctl", version, max_term_width = 100)]
pub struct Cli {
    /// Print one JSON document on standard output, and errors as JSON.
    #[arg(long, global = true, help_heading = GLOBAL)]
    json: bool,

    /// Colour messages on standard error, and tables.
    #[arg(long, global = true, help_heading = GLOBAL, value_name = "WHEN", default_value = "auto")]
    color: Color,

    /// Log each decision on standard error; -vv logs netlink messages too.
    #[arg(short, long, global = true, help_heading = GLOBAL, action = clap::ArgAction::Count)]
    verbose: u8,

    /// Read the machine in this capture instead of this machine.
    #[arg(long, global = true, help_heading = GLOBAL, value_name = "FILE")]
    replay: Option<PathBuf>,

    #[command(subcommand)]
    verb: Verb,
}

/// When to colour.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Show or set the eswitch mode.
    #[command(subcommand)]
    Mode(mode::ModeVerb),
    /// Complete or roll back interrupted mode changes.
    Recover(recover::Args),
    /// Check what would block a mode change, and whether the machine is ready for offload.
    Doctor(doctor::Args),
    /// List devices with their uplinks, PFs, VFs, SFs and representors.
    Inventory(inventory::Args),
    /// Draw cards with their uplinks, functions and representors.
    Topology(topology::Args),
    /// Find ports and functions by any name or address of theirs.
    Find(find::Args),
    /// Print the inventory and then each change of it, as lines of JSON.
    Watch(watch::Args),
    /// Print the name of one netdev: a representor or the uplink.
    Rep(rep::Args),
    /// Show, explain, check and apply the names of uplinks, representors, VFs and SFs.
    #[command(subcommand)]
    Name(name::NameVerb),
    /// Add, remove and list SFs.
    #[command(subcommand)]
    Sf(sf::SfVerb),
    /// Show, explain and import the declared state of devices.
    #[command(subcommand)]
    Config(config::ConfigVerb),
    /// Bring devices to their declared state, or say how they differ from it.
    Apply(apply::Args),
    /// Write everything that swdevctl reads of this machine into a file, for --replay.
    Capture(capture::Args),
    /// Print a completion script for a shell.
    Completions(completions::Args),
}

/// The context of every verb: machine and output.
struct Context<'a> {
    /// The machine to read: the one that the program runs on, or a replayed capture.
    machine: &'a dyn Machine,
    live: Option<&'a Live>,
    output: Output,
}

impl Context<'_> {
    /// The machine to change or to capture; an error with `--replay`.
    fn live(&self) -> Result<&Live, Failure> {
        const REFUSED: &str = "--replay cannot be used with a command that changes, watches or captures a machine; a change can be planned with --dry-run";
        self.live.ok_or_else(|| Failure::new(Kind::Usage, REFUSED))
    }

    /// Prints what could not be read for an inventory.
    fn warnings(&self, inventory: &Inventory) {
        for warning in &inventory.warnings {
            self.output.warning(&warning.message);
        }
    }
}

impl Cli {
    /// Parses the command line. Errors are in colour where the user wants it.
    pub fn read() -> Result<Self, clap::Error> {
        let arguments: Vec<OsString> = env::args_os().collect();
        let is = |argument: &OsString, text: &str| argument == text;
        let color = |when: &str| {
            let joined = format!("--color={when}");
            arguments.iter().any(|argument| is(argument, &joined))
                || arguments
                    .windows(2)
                    .any(|two| is(&two[0], "--color") && is(&two[1], when))
        };
        let choice = match (color("never"), color("always")) {
            (true, _) => clap::ColorChoice::Never,
            (_, true) => clap::ColorChoice::Always,
            _ => clap::ColorChoice::Auto,
        };
        let mut command = Self::command().color(choice);
        let matches = command.try_get_matches_from_mut(arguments)?;
        Self::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
    }

    /// The command line's definition, for the checks of the manual.
    #[must_use]
    pub fn definition() -> clap::Command {
        Self::command()
    }

    /// Runs the verb.
    pub fn run(&self, output: &Output) -> Result<(), Failure> {
        if let Err(error) = privileges::keep(self.privileges()) {
            log::debug!("privileges that are not needed are kept: {error}");
        }
        let live = Live::new();
        let replay = self.replay.as_deref().map(capture::replay).transpose()?;
        // What several devices share is read once.
        let (memo, live) = match &replay {
            Some(replay) => (Memo::new(replay), None),
            None => (Memo::new(&live), Some(&live)),
        };
        let context = Context { machine: &memo, live, output: *output };
        match &self.verb {
            Verb::Mode(verb) => verb.run(&context),
            Verb::Recover(args) => args.run(&context),
            Verb::Doctor(args) => args.run(&context),
            Verb::Inventory(args) => args.run(&context),
            Verb::Topology(args) => args.run(&context),
            Verb::Find(args) => args.run(&context),
            Verb::Watch(args) => args.run(&context),
            Verb::Rep(args) => args.run(&context),
            Verb::Name(verb) => verb.run(&context),
            Verb::Sf(verb) => verb.run(&context),
            Verb::Config(verb) => verb.run(&context),
            Verb::Apply(args) => args.run(&context),
            Verb::Capture(args) => args.run(&context),
            Verb::Completions(args) => args.run(&context),
        }
    }

    /// What the verb needs of root's privileges.
    fn privileges(&self) -> Privileges {
        let writes_file = match &self.verb {
            Verb::Capture(_) => true,
            Verb::Inventory(args) => args.writes_file(),
            _ => false,
        };
        // Files of the user who became root.
        let files = if writes_file {
            Privileges::DAC_OVERRIDE | Privileges::FOWNER
        } else {
            Privileges::DAC_READ_SEARCH
        };
        // Changes and the eswitch mode; processes of other users that hold a VF.
        let machine =
            Privileges::NET_ADMIN | Privileges::SYS_PTRACE | Privileges::DAC_READ_SEARCH;
        if self.replay.is_some() { files } else { files | machine }
    }
}
