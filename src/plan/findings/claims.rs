// SPDX-License-Identifier: MIT OR Apache-2.0
//! Other programs that set up the device's SR-IOV.

use super::{Preflight, refuse, warn};
use crate::{
    model::Claim,
    plan::{Action, Finding},
};

impl Preflight<'_> {
    /// A program that wants the same is no matter. One that wants something else than what
    /// is declared would change it back, and be changed back, for ever.
    pub(super) fn managed_elsewhere(&self) -> Option<Finding> {
        let claims = &self.snapshot.claims;
        let fights: Vec<&Claim> =
            claims.iter().filter(|claim| self.fights(claim)).collect();
        let text = |claims: &[&Claim]| claims.iter().map(ToString::to_string).collect();
        if !fights.is_empty() {
            return Some(refuse(
                "managed-elsewhere",
                "another program sets something else than what is declared",
                text(&fights),
                "declare it in one place: take it out of the other program's file or out of \
                 swdevctl.toml",
            ));
        }
        // These programs do not set up SFs.
        let sriov = |action: &Action| {
            let follows = matches!(
                action,
                Action::WaitForRepresentors { .. } | Action::RestoreNetdevs { .. }
            );
            !follows && !action.is_of_sfs()
        };
        (!claims.is_empty() && self.does(sriov)).then(|| {
            warn(
                "managed-elsewhere",
                "another program sets up the SR-IOV of this device as well, and may change it \
                 again",
                text(&claims.iter().collect::<Vec<_>>()),
                "let one program set it up",
            )
        })
    }

    fn fights(&self, claim: &Claim) -> bool {
        let lasting = self.request.lasting;
        let mode = claim.mode.filter(|_| lasting.mode);
        let vfs = claim.vfs.filter(|_| lasting.vfs);
        mode.is_some_and(|mode| mode != self.request.mode)
            || vfs.is_some_and(|vfs| self.request.vfs != Some(vfs))
    }
}
