// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl config import`.

use clap::ValueEnum;

use super::{Context, files, show};
use crate::{
    desired::{self, Format},
    error::{Failure, Kind},
};

/// Arguments of `config import`.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Args {
    /// The program that the file is for.
    #[arg(value_name = "PROGRAM")]
    program: Program,
    /// The file.
    file: String,
}

/// Programs with a translator.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Program {
    /// Netplan: YAML.
    Netplan,
    /// NetworkManager: the keyfile of one profile.
    Networkmanager,
    /// OpenStack's os-net-config: YAML or JSON.
    OsNetConfig,
    /// The SR-IOV network operator of Kubernetes: node policies as YAML or JSON.
    SriovNetworkOperator,
}

impl Args {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let format = match self.program {
            Program::Netplan => Format::Netplan,
            Program::Networkmanager => Format::NetworkManager,
            Program::OsNetConfig => Format::OsNetConfig,
            Program::SriovNetworkOperator => Format::SriovNetworkOperator,
        };
        let files = files(context, std::slice::from_ref(&self.file))?;
        let Some(file) = files.first() else { return Ok(()) };
        let imported = desired::import(format, file).map_err(|error| {
            Failure::new(Kind::Usage, error.to_string()).state("nothing was changed")
        })?;
        for note in &imported.notes {
            let text = format!("{}: not translated: {}", note.origin, note.message);
            context.output.warning(&text);
        }
        let schema = "swdevctl/config-import/v1";
        let file = show::declaration(schema, imported.text, Some(&imported.notes))?;
        context.output.result(&file)
    }
}
