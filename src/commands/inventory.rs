// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl inventory`.

use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::{Context, format::FormatArgs};
use crate::{
    error::{Failure, Kind},
    model::{Fields, Filter, PortState, Role},
    render::{Selected, fields},
    survey::{self, select},
};

/// Arguments of `inventory`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Devices to list [default: all]
    #[arg(value_name = "DEVICE")]
    devices: Vec<String>,
    /// List ports of these roles only.
    #[arg(long, value_name = "ROLE", value_delimiter = ',', value_parser = role())]
    role: Vec<Role>,
    /// List devices with these drivers, and ports whose function has one of them.
    #[arg(long, value_name = "DRIVER", value_delimiter = ',')]
    driver: Vec<String>,
    /// List ports in one of these states only.
    #[arg(long, value_name = "STATE", value_delimiter = ',', value_parser = state())]
    state: Vec<PortState>,
    /// Show these fields, by their keys in JSON as "ports.netdev.name", or "all"; some are
    /// read only where they are named.
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    fields: Vec<String>,
    #[command(flatten)]
    format: FormatArgs,
}

/// The words for some values.
fn words<T: Copy + Send + Sync + 'static>(
    values: &'static [T],
    word: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    let texts = values.iter().map(|value| word(*value));
    PossibleValuesParser::new(texts).try_map(move |text| {
        let value = values.iter().find(|value| word(**value) == text);
        value.copied().ok_or("it is none of these")
    })
}

fn role() -> impl TypedValueParser<Value = Role> {
    words(&Role::ALL, Role::as_str)
}

fn state() -> impl TypedValueParser<Value = PortState> {
    words(&PortState::ALL, PortState::as_str)
}

impl Args {
    /// Whether a file of the user's choice is written.
    pub(super) fn writes_file(&self) -> bool {
        self.format.output.is_some()
    }

    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let formatted = self.format.fields();
        let has_format = formatted.is_some();
        let fields = match formatted {
            Some(fields) => fields,
            None => fields::wanted(&self.fields).map_err(|name| unknown(&name))?,
        };
        let filter = Filter {
            roles: self.role.clone(),
            drivers: self.driver.clone(),
            states: self.state.clone(),
        };
        let handles = select::owners(context.machine, &self.devices)?;
        let inventory = survey::filtered(context.machine, &handles, &fields, &filter)?;
        context.warnings(&inventory);
        if has_format {
            return self.format.write(context, &inventory);
        }
        match fields {
            Fields::These(chosen) => {
                context.output.result(&Selected::new(inventory, &chosen))
            }
            _ => context.output.result(&inventory),
        }
    }
}

fn unknown(name: &str) -> Failure {
    let message = format!("no device has a field {name:?}");
    let names = fields::names().join(", ");
    let hint = format!(
        "the fields are all, {names}; and what stands before a dot in these, as ports.netdev"
    );
    Failure::new(Kind::Usage, message).hint(hint)
}
