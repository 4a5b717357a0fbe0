// SPDX-License-Identifier: MIT OR Apache-2.0
//! Translates the files of other programs. What cannot be translated is a note, and a comment
//! in the result.

mod draft;
pub(super) mod keyfile;
mod netplan;
mod network_manager;
mod os_net_config;
mod sriov_network_operator;
#[cfg(test)]
mod tests;
pub(super) mod yaml;

pub use draft::{Imported, Note};

use draft::Drafts;

use super::origin::FileError;
use crate::model::ConfigFile;

/// Whose file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Netplan's YAML.
    Netplan,
    /// A keyfile of NetworkManager, which is one profile.
    NetworkManager,
    /// The YAML or JSON of os-net-config.
    OsNetConfig,
    /// Policies of the SR-IOV network operator, as YAML or JSON.
    SriovNetworkOperator,
}

/// Translates a file.
pub fn import(format: Format, file: &ConfigFile) -> Result<Imported, FileError> {
    let mut drafts = Drafts::new(file);
    match format {
        Format::Netplan => netplan::translate(file, &mut drafts)?,
        Format::NetworkManager => network_manager::translate(file, &mut drafts)?,
        Format::OsNetConfig => os_net_config::translate(file, &mut drafts)?,
        Format::SriovNetworkOperator => {
            sriov_network_operator::translate(file, &mut drafts)?;
        }
    }
    Ok(drafts.finish())
}
