// SPDX-License-Identifier: MIT OR Apache-2.0
//! Policies: files that turn an identity into a name.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::template::Template;
use crate::model::{Identity, IfName};

/// A policy's file is not acceptable; the text says where and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("naming policy: {0}")]
pub struct PolicyError(String);

/// A chain of templates for each role.
type Chains = BTreeMap<String, Vec<Template>>;

/// A policy. Every policy is total: each chain ends in `{hash}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    name: String,
    version: u32,
    roles: Chains,
    buses: BTreeMap<String, Chains>,
}

/// A name and the template that gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub name: IfName,
    /// The template.
    pub template: String,
}

/// A policy as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    version: u32,
    roles: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    bus: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

const ROLES: [&str; 4] = ["uplink", "pf_rep", "vf_rep", "sf_rep"];

impl Policy {
    /// The policy that is used where none is chosen.
    pub fn default_policy() -> Result<Self, PolicyError> {
        Self::parse(include_str!("../../naming-policy/systemd.toml"))
    }

    /// Reads a policy's file.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let file: File =
            toml::from_str(text).map_err(|error| PolicyError(error.to_string()))?;
        if let Some(absent) = ROLES.iter().find(|role| !file.roles.contains_key(**role)) {
            return Err(PolicyError(format!("[roles] lacks {absent}")));
        }
        let buses = file.bus.iter().map(|(bus, roles)| Ok((bus.clone(), chains(roles)?)));
        Ok(Self {
            roles: chains(&file.roles)?,
            buses: buses.collect::<Result<_, PolicyError>>()?,
            name: file.name,
            version: file.version,
        })
    }

    /// Name and version, as `systemd-1`.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}-{}", self.name, self.version)
    }

    /// The name of a port. There is one for every identity.
    #[must_use]
    pub fn name(&self, identity: &Identity) -> Option<Name> {
        let role = identity.role.as_str();
        let of_bus =
            self.buses.get(&identity.device.bus).and_then(|roles| roles.get(role));
        let chain = of_bus.or_else(|| self.roles.get(role))?;
        chain.iter().find_map(|template| {
            let name = template.fill(identity)?.parse().ok()?;
            Some(Name { name, template: template.as_str().to_owned() })
        })
    }
}

fn chains(roles: &BTreeMap<String, Vec<String>>) -> Result<Chains, PolicyError> {
    let mut chains = Chains::new();
    for (role, texts) in roles {
        if !ROLES.contains(&role.as_str()) {
            return Err(PolicyError(format!("unknown role {role:?}")));
        }
        let chain: Result<Vec<_>, _> =
            texts.iter().map(|text| Template::parse(text)).collect();
        let chain = chain.map_err(PolicyError)?;
        if !chain.last().is_some_and(Template::is_total) {
            return Err(PolicyError(format!(
                "the templates of {role} do not end in \"{{hash}}\", so some port would \
                 get no name"
            )));
        }
        chains.insert(role.clone(), chain);
    }
    Ok(chains)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;
    use crate::model::{Handle, NamingRole as R};

    fn name(device: &str, base: &str, role: R) -> String {
        let device: Handle = device.parse().unwrap();
        let identity = Identity { device, base: base.into(), role };
        Policy::default_policy().unwrap().name(&identity).unwrap().name.to_string()
    }

    #[test]
    fn the_default_gives_systemds_newest_names() {
        let pci = |role| name("pci/0000:41:00.0", "enp65s0f0", role);
        let sim = |role| name("netdevsim/netdevsim10", "eni10", role);
        assert_eq!(pci(R::Uplink { port: Some(0), split: None }), "enp65s0f0np0");
        assert_eq!(pci(R::Uplink { port: Some(1), split: Some(0) }), "enp65s0f0np1s0");
        assert_eq!(pci(R::VfRep { controller: 0, pf: None, vf: 127 }), "enp65s0f0r127");
        assert_eq!(
            pci(R::PfRep { controller: 0, pf: None, split: None }),
            "enp65s0f0npf0"
        );
        assert_eq!(
            pci(R::PfRep { controller: 1, pf: Some(0), split: None }),
            "enp65s0f0nc1pf0"
        );
        assert_eq!(sim(R::Uplink { port: Some(1), split: None }), "eni10np1");
        assert_eq!(sim(R::VfRep { controller: 0, pf: None, vf: 199 }), "eni10npf0vf199");
    }

    #[test]
    fn where_systemd_would_overflow_a_shorter_form_is_found() {
        let pci = |role| name("pci/0000:41:00.0", "enp65s0f0", role);
        assert_eq!(pci(R::SfRep { controller: 0, pf: None, sf: 88 }), "enp65s0f0sf88");
        assert_eq!(
            pci(R::VfRep { controller: 1, pf: Some(0), vf: 3 }),
            "enp65s0f0c1p0r3"
        );
        // 16 characters with the base, so the device's short form stands in.
        let long = pci(R::VfRep { controller: 1, pf: Some(0), vf: 30 });
        assert_eq!((long.len(), &long[..1], &long[7..]), (14, "x", "c1p0r30"));
        let huge = pci(R::SfRep { controller: 7, pf: Some(9), sf: u32::MAX });
        assert_eq!((huge.len(), &huge[..1]), (14, "x"));
    }

    #[test]
    fn what_is_wrong_with_a_policy_is_said() {
        let good = include_str!("../../naming-policy/systemd.toml");
        for (from, to, says) in [
            ("{base}np{port}\"", "{base}np{prot}\"", "unknown field {prot}"),
            ("{base}np{port}\"", "{base\"", "unbalanced brace"),
            ("{base}np{port}\"", "np{port}\"", "would get the same names"),
            ("\"{hash}\"]", "\"{base}\"]", "do not end in"),
            ("uplink = [", "upling = [", "lacks uplink"),
            ("version = 1", "version = 1\ncolour = 2", "colour"),
            ("version = 1", "version = -1", "line 19"),
        ] {
            assert!(good.contains(from), "{from}");
            let error = Policy::parse(&good.replacen(from, to, 1)).unwrap_err();
            assert!(error.to_string().contains(says), "{says:?} is not in {error}");
        }
    }

    fn role() -> impl Strategy<Value = R> {
        let foreign = prop_oneof![
            Just((0, None)),
            (1_u32.., any::<u16>().prop_map(|p| Some(u32::from(p))))
        ];
        let split = prop::option::of(any::<u32>());
        prop_oneof![
            (prop::option::of(any::<u32>()), split.clone())
                .prop_map(|(port, split)| R::Uplink { port, split }),
            (foreign.clone(), split).prop_map(|((controller, pf), split)| R::PfRep {
                controller,
                pf,
                split
            }),
            (foreign.clone(), any::<u16>().prop_map(u32::from))
                .prop_map(|((controller, pf), vf)| R::VfRep { controller, pf, vf }),
            (foreign, any::<u32>()).prop_map(|((controller, pf), sf)| R::SfRep {
                controller,
                pf,
                sf
            }),
        ]
    }

    fn identity() -> impl Strategy<Value = Identity> {
        let pci = (any::<u32>(), any::<u8>(), 0_u8..32, 0_u8..8).prop_map(
            |(domain, bus, slot, function)| {
                let address = crate::model::PciAddress { domain, bus, slot, function };
                let facts = crate::model::BaseFacts::Pci {
                    address,
                    multifunction: true,
                    ari: false,
                    onboard: None,
                    slot: None,
                };
                (Handle::pci(address), facts.base_name())
            },
        );
        let sim = any::<u32>().prop_map(|id| {
            (Handle::new("netdevsim", format!("netdevsim{id}")), format!("eni{id}"))
        });
        (prop_oneof![pci, sim], role()).prop_map(|((device, base), role)| Identity {
            device,
            base,
            role,
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(30))]
        #[test]
        fn every_identity_has_its_own_valid_name(
            identities in prop::collection::hash_set(identity(), 1000)
        ) {
            let policy = Policy::default_policy().unwrap();
            let mut names = HashMap::new();
            for identity in identities {
                let name = policy.name(&identity).expect("total").name;
                prop_assert!(name.as_str().len() <= IfName::MAX);
                if let Some(other) = names.insert(name.clone(), identity.clone()) {
                    prop_assert!(false, "{name} is both {other} and {identity}");
                }
            }
        }
    }
}
