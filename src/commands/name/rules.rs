// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl name rules`.

use super::{Context, PolicyArg};
use crate::{
    error::Failure,
    naming::Rules,
    render::{Document, RuleFile, RuleForm},
    survey,
};

/// Arguments of `name rules`.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Args {
    /// Interfaces to write rules for, by name or altname [default: all that policies name]
    #[arg(value_name = "NETDEV")]
    netdevs: Vec<String>,
    /// The form of the rules.
    #[arg(long, value_name = "FORMAT", default_value = "udev")]
    format: Format,
    #[command(flatten)]
    policy: PolicyArg,
}

/// The forms of rules.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    /// A file for /etc/udev/rules.d.
    Udev,
    /// A document UdevRulesConfig of Talos.
    Talos,
}

impl Args {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let policy = self.policy.read(context)?;
        let facts = survey::facts(context.machine)?;
        let selected = survey::selected(context.machine, &facts, &self.netdevs)?;
        let rules = Rules::new(&policy, &selected);
        let form = match self.format {
            Format::Udev => RuleForm::Udev,
            Format::Talos => RuleForm::Talos,
        };
        let file = RuleFile::new(rules, form);
        context.output.result(&Document::new("swdevctl/name-rules/v1", file))
    }
}
