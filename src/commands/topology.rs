// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl topology`.

use std::env;

use super::Context;
use crate::{
    error::Failure,
    model::Fields,
    render::{Form, Topology},
    survey::{self, select},
};

/// Arguments of `topology`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Devices to draw [default: all]
    #[arg(value_name = "DEVICE")]
    devices: Vec<String>,
    /// The form of the picture.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// Draw each function by itself, also where many are equal.
    #[arg(long)]
    expand: bool,
}

/// The forms of a picture.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    /// A tree, 80 columns wide.
    Text,
    /// A self-contained SVG.
    Svg,
    /// Graphviz.
    Dot,
    /// Mermaid, which code hosts and wikis draw.
    Mermaid,
}

impl From<Format> for Form {
    fn from(format: Format) -> Self {
        match format {
            Format::Text => Self::Text { unicode: is_unicode() },
            Format::Svg => Self::Svg,
            Format::Dot => Self::Dot,
            Format::Mermaid => Self::Mermaid,
        }
    }
}

/// Whether the locale's encoding is UTF-8, by the first of the variables that is set.
fn is_unicode() -> bool {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].iter().filter_map(env::var_os);
    let locale = set.into_iter().find(|value| !value.is_empty()).unwrap_or_default();
    let locale = locale.to_string_lossy().to_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

impl Args {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let handles = select::owners(context.machine, &self.devices)?;
        let fields = Fields::Plus(&["drift", "ports.netdev.policy_name"]);
        let inventory = survey::complete(context.machine, &handles, &fields)?;
        context.warnings(&inventory);
        let picture = Topology::new(&inventory, self.format.into(), self.expand);
        context.output.result(&picture)
    }
}
