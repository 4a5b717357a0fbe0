// SPDX-License-Identifier: MIT OR Apache-2.0
//! Which naming policy is in force.

use crate::{
    naming::{self, Policy, PolicyError},
    sys::{Machine, config},
};

/// The policy that is in force: the administrator's `default`, or else the program's.
pub fn policy_in_force(machine: &dyn Machine) -> Result<Policy, PolicyError> {
    policy(machine, "default")
}

/// The policy of that name, or in the file of that path, with its drop-ins.
///
/// `default` is a name like others, with the program's own default behind it. A
/// path has a `/` in it.
pub fn policy(machine: &dyn Machine, name: &str) -> Result<Policy, PolicyError> {
    let failed = |error: std::io::Error| PolicyError {
        path: name.to_owned(),
        at: None,
        message: error.to_string(),
    };
    if name.contains('/') {
        let file = config::read(name.to_owned()).map_err(failed)?;
        let file = file.ok_or_else(|| failed(std::io::ErrorKind::NotFound.into()))?;
        return Policy::read(&file, &[]);
    }
    let drop_ins = config::drop_ins(machine.host(), name).map_err(failed)?;
    match config::policy(machine.host(), name).map_err(failed)? {
        Some(file) => Policy::read(&file, &drop_ins),
        None if name != "default" => Policy::shipped(name, &drop_ins),
        None if drop_ins.is_empty() => Ok(Policy::default_policy()),
        None => Policy::shipped(naming::DEFAULT, &drop_ins),
    }
}
