// SPDX-License-Identifier: MIT OR Apache-2.0
//! The options by which `inventory` writes what another program reads.

use std::{
    path::PathBuf,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use super::Context;
use crate::{
    error::{Failure, Kind, io_text},
    model::{Fields, Inventory},
    render::{Consumer, Document, Formatted, Text as _, Written},
    sys,
};

/// Options for another program's format.
#[derive(Debug, clap::Args)]
pub(super) struct FormatArgs {
    /// Write the format of another program.
    #[arg(long, value_name = "FORMAT", conflicts_with = "fields")]
    format: Option<Format>,
    /// Write into this file, which readers find complete at any time.
    #[arg(long, value_name = "FILE", requires = "format")]
    pub(super) output: Option<PathBuf>,
    /// With --format nfd: seconds until the features expire.
    #[arg(long, value_name = "SECONDS", default_value = "900", requires = "format")]
    expiry: u32,
}

/// Formats of other programs.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    /// Local facts of Ansible.
    Ansible,
    /// A feature file of Node Feature Discovery.
    Nfd,
    /// Device information 1.1.0, by the address of each VF.
    DeviceInfo,
    /// Attributes of VFs for dynamic resource allocation.
    Dra,
    /// Metrics for the textfile collector of Prometheus' node exporter.
    Prometheus,
}

impl FormatArgs {
    /// The fields that the chosen format needs; none where no format is chosen.
    pub(super) fn fields(&self) -> Option<Fields> {
        Some(match self.format? {
            Format::DeviceInfo | Format::Dra => Fields::Usual,
            Format::Ansible | Format::Nfd => Fields::Plus(&["drift"]),
            Format::Prometheus => {
                Fields::Plus(&["drift", "applied", "ports.netdev.policy_name"])
            }
        })
    }

    /// Writes the inventory in the chosen format.
    pub(super) fn write(
        &self,
        context: &Context,
        inventory: &Inventory,
    ) -> Result<(), Failure> {
        let Some(consumer) = self.format.map(|format| self.consumer(format)) else {
            return Ok(());
        };
        let formatted = Formatted::new(inventory, consumer);
        let Some(path) = &self.output else { return context.output.result(&formatted) };
        let file = path.display().to_string();
        sys::replace(path, &formatted.to_text()).map_err(|error| {
            Failure::new(
                Kind::Failed,
                format!("cannot write {file}: {}", io_text(&error)),
            )
            .state("the file has its old content, if there was one")
        })?;
        context.output.result(&Document::new("swdevctl/written/v1", Written { file }))
    }

    fn consumer(&self, format: Format) -> Consumer {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let expires = now + Duration::from_secs(self.expiry.into());
        match format {
            Format::Ansible => Consumer::Ansible,
            Format::Nfd => Consumer::Nfd { expires: expires.as_secs() },
            Format::DeviceInfo => Consumer::DeviceInfo,
            Format::Dra => Consumer::Dra,
            Format::Prometheus => Consumer::Prometheus,
        }
    }
}
