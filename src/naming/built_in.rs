// SPDX-License-Identifier: MIT OR Apache-2.0
//! The default policy, `naming-policy/systemd.toml`, as compiled into the udev helper, for
//! machines without a policy of the administrator: parsing TOML would take a third of the
//! helper's time. A test compares the two.

use std::borrow::Cow;

use super::{
    policy::{Chain, Policy, Scope, Section},
    template::Template,
};
use crate::model::Role;

type Chains = [&'static [Template]; Role::NAMED.len()];

const fn t(text: &'static str) -> Template {
    Template::known(text)
}

/// By the order of [`Role::NAMED`].
static ROLES: Chains = [
    &[
        t("{systemd}"),
        t("{base}np{port}"),
        t("{base}np{port}s{split}"),
        t("{base}"),
        t("{short}p{port}"),
        t("{short}p{port}s{split}"),
        t("{short}"),
        t("{hash}"),
    ],
    &[
        t("{base}npf0"),
        t("{base}npf0s{split}"),
        t("{base}nc{controller}pf{pf}"),
        t("{base}c{controller}p{pf}"),
        t("{short}npf0"),
        t("{short}npf0s{split}"),
        t("{short}c{controller}p{pf}"),
        t("{hash}"),
    ],
    &[
        t("{base}r{vf}"),
        t("{base}p{pf}r{vf}"),
        t("{base}c{controller}p{pf}r{vf}"),
        t("{short}r{vf}"),
        t("{short}p{pf}r{vf}"),
        t("{short}c{controller}p{pf}r{vf}"),
        t("{hash}"),
    ],
    &[
        t("{base}sf{sf}"),
        t("{base}c{controller}p{pf}sf{sf}"),
        t("{short}sf{sf}"),
        t("{short}c{controller}p{pf}sf{sf}"),
        t("{hash}"),
    ],
    &[t("{systemd}"), t("{base}v{vf}"), t("{short}v{vf}"), t("{hash}")],
    &[t("{systemd}"), t("{base}S{sf}"), t("{short}S{sf}"), t("{hash}")],
];

static NETDEVSIM: Chains =
    [&[], &[], &[t("{base}npf0vf{vf}"), t("{short}r{vf}"), t("{hash}")], &[], &[], &[]];

fn section(scope: Scope, head: &str, chains: &Chains) -> Section {
    let said = |chain: &&'static [Template]| -> Chain {
        (!chain.is_empty()).then_some(Cow::Borrowed(*chain))
    };
    Section {
        scope,
        origin: format!("naming-policy/systemd.toml {head}"),
        chains: chains.each_ref().map(said),
        altnames: [const { None }; Role::NAMED.len()],
        alias: None,
        force: None,
        unmanaged: None,
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
                section(netdevsim, "[bus.netdevsim]", &NETDEVSIM),
                section(Scope::Roles, "[roles]", &ROLES),
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
