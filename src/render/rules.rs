// SPDX-License-Identifier: MIT OR Apache-2.0
//! Rules for names: as a file for udev, and as a document of Talos.

use std::fmt::Write as _;

use serde::Serialize;

use super::Text;
use crate::{
    error::one_line,
    naming::{Match, Rules},
};

/// The form of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleForm {
    /// A file for `/etc/udev/rules.d`.
    Udev,
    /// A document UdevRulesConfig of Talos.
    Talos,
}

/// Rules in one of their forms.
#[derive(Debug, Serialize)]
pub struct RuleFile {
    #[serde(flatten)]
    rules: Rules,
    #[serde(skip)]
    form: RuleForm,
}

impl RuleFile {
    /// The rules in that form.
    #[must_use]
    pub fn new(rules: Rules, form: RuleForm) -> Self {
        Self { rules, form }
    }
}

impl Text for RuleFile {
    fn to_text(&self) -> String {
        let mut text =
            format!("# Names of the policy {}, one rule a netdev.\n", self.rules.policy);
        for omitted in &self.rules.omitted {
            let netdev = one_line(&omitted.netdev);
            let _ = writeln!(text, "# No rule for {netdev}: {}.", omitted.reason);
        }
        let rules = self.rules.rules.iter().map(|rule| {
            format!("{}, NAME=\"{}\"", condition(&rule.matches), rule.name.as_str())
        });
        match self.form {
            RuleForm::Udev => rules.for_each(|rule| text = format!("{text}{rule}\n")),
            RuleForm::Talos => {
                text.push_str("apiVersion: v1alpha1\nkind: UdevRulesConfig\nrules:\n");
                // A rule has double quotes and no single ones.
                rules.for_each(|rule| text = format!("{text}  - '{rule}'\n"));
            }
        }
        text
    }
}

/// What a rule applies to. No condition reads an attribute that the netdevs of other
/// drivers do not have: such a rule would apply to none.
fn condition(matches: &Match) -> String {
    let netdev = r#"ACTION=="add", SUBSYSTEM=="net""#;
    match matches {
        Match::Port { switch_id, port_name } => format!(
            r#"{netdev}, ATTR{{phys_switch_id}}=="{switch_id}", ATTR{{phys_port_name}}=="{port_name}""#
        ),
        Match::Vf { address } => {
            format!(r#"{netdev}, ATTR{{dev_port}}=="0", KERNELS=="{address}""#)
        }
        Match::Sf { address, number } => format!(
            r#"{netdev}, DEVPATH=="*/{address}/*", SUBSYSTEMS=="auxiliary", ATTRS{{sfnum}}=="{number}""#
        ),
    }
}
