// SPDX-License-Identifier: MIT OR Apache-2.0
//! The default policy, `naming-policy/systemd.toml`, as the udev helper takes it
//! where there is no policy of the administrator's: reading TOML takes a third of
//! its run. What a version gives never changes, and a test compares the two.

use super::{
    policy::{Policy, Scope, Section},
    template::Template,
};
use crate::model::NamingRole;

type Chains = [&'static [&'static str]; NamingRole::ALL.len()];

/// By the order of [`NamingRole::ALL`].
const ROLES: Chains = [
    &[
        "{base}np{port}",
        "{base}np{port}s{split}",
        "{base}",
        "{short}p{port}",
        "{short}p{port}s{split}",
        "{short}",
        "{hash}",
    ],
    &[
        "{base}npf0",
        "{base}npf0s{split}",
        "{base}nc{controller}pf{pf}",
        "{base}c{controller}p{pf}",
        "{short}npf0",
        "{short}npf0s{split}",
        "{short}c{controller}p{pf}",
        "{hash}",
    ],
    &[
        "{base}r{vf}",
        "{base}p{pf}r{vf}",
        "{base}c{controller}p{pf}r{vf}",
        "{short}r{vf}",
        "{short}p{pf}r{vf}",
        "{short}c{controller}p{pf}r{vf}",
        "{hash}",
    ],
    &[
        "{base}sf{sf}",
        "{base}c{controller}p{pf}sf{sf}",
        "{short}sf{sf}",
        "{short}c{controller}p{pf}sf{sf}",
        "{hash}",
    ],
    &["{base}v{vf}", "{short}v{vf}", "{hash}"],
    &["{base}S{sf}", "{short}S{sf}", "{hash}"],
];

const NETDEVSIM: Chains =
    [&[], &[], &["{base}npf0vf{vf}", "{short}r{vf}", "{hash}"], &[], &[], &[]];

fn section(scope: Scope, head: &str, chains: Chains) -> Section {
    let chain = |texts: &&[&str]| -> Option<Vec<Template>> {
        let templates: Vec<_> =
            texts.iter().filter_map(|text| Template::parse(text).ok()).collect();
        (!templates.is_empty()).then_some(templates)
    };
    Section {
        scope,
        origin: format!("naming-policy/systemd.toml {head}"),
        chains: chains.each_ref().map(chain),
        altnames: [const { None }; NamingRole::ALL.len()],
        alias: None,
        force: None,
    }
}

impl Policy {
    /// The policy that is used where none is chosen.
    #[must_use]
    pub fn default_policy() -> Self {
        let netdevsim = Scope::Bus("netdevsim".into());
        Self {
            name: super::DEFAULT.into(),
            version: 1,
            sections: vec![
                section(netdevsim, "[bus.netdevsim]", NETDEVSIM),
                section(Scope::Roles, "[roles]", ROLES),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_policy_in_the_file() {
        assert_eq!(Policy::shipped("systemd", &[]).unwrap(), Policy::default_policy());
    }
}
