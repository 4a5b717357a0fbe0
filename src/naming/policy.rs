// SPDX-License-Identifier: MIT OR Apache-2.0
//! Policies: what turns an identity into a name.

use std::borrow::Cow;

use super::template::{Misfit, Template};
use crate::model::{AltName, Identity, IfName, Role};

/// The identities that a section of a policy applies to; the more specific come first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scope {
    /// The device whose handle is this, or begins so if it ends in `*`.
    Device(String),
    /// Devices of this driver.
    Driver(String),
    /// Devices on this bus.
    Bus(String),
    /// All.
    Roles,
}

impl Scope {
    fn fits(&self, identity: &Identity) -> bool {
        match self {
            Self::Device(pattern) => {
                let handle = identity.device.to_string();
                match pattern.strip_suffix('*') {
                    Some(beginning) => handle.starts_with(beginning),
                    None => handle == *pattern,
                }
            }
            Self::Driver(driver) => identity.driver.as_ref() == Some(driver),
            Self::Bus(bus) => identity.device.bus == *bus,
            Self::Roles => true,
        }
    }

    /// Sorts the more special before the less.
    pub(super) fn rank(&self) -> (u8, usize) {
        match self {
            Self::Device(pattern) if pattern.ends_with('*') => {
                (1, usize::MAX - pattern.len())
            }
            Self::Device(_) => (0, 0),
            Self::Driver(_) => (2, 0),
            Self::Bus(_) => (3, 0),
            Self::Roles => (4, 0),
        }
    }
}

/// Templates in the order in which they are tried; none where nothing is said.
pub(super) type Chain = Option<Cow<'static, [Template]>>;

/// A section of a policy. A less specific section completes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Section {
    pub(super) scope: Scope,
    /// Where it is written, as `naming-policy/systemd.toml [bus.netdevsim]`.
    pub(super) origin: String,
    /// By the order of [`Role::NAMED`]: a chain of templates; an empty one
    /// leaves the netdev as it is.
    pub(super) chains: [Chain; Role::NAMED.len()],
    /// As `chains`: each that fits is an alternative name.
    pub(super) altnames: [Chain; Role::NAMED.len()],
    pub(super) alias: Option<String>,
    pub(super) force: Option<bool>,
    pub(super) unmanaged: Option<bool>,
}

/// A policy. A total one gives every identity a name; only a chain that is empty
/// on purpose gives none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    pub(super) name: String,
    pub(super) version: u32,
    /// The most special first.
    pub(super) sections: Vec<Section>,
}

/// A name and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub name: IfName,
    /// The template.
    pub template: String,
    /// The section that it stands in.
    pub origin: String,
}

/// A template that was tried, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The template.
    pub template: String,
    /// The section that it stands in.
    pub origin: String,
    /// The name, or why there is none.
    pub outcome: Result<IfName, Misfit>,
}

impl Policy {
    /// Name and version, as `systemd-1`.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}-{}", self.name, self.version)
    }

    /// The sections for an identity, the most specific first.
    fn sections<'a>(
        &'a self,
        identity: &'a Identity,
    ) -> impl Iterator<Item = &'a Section> {
        self.sections.iter().filter(|section| section.scope.fits(identity))
    }

    /// The administrator's name for the identity's device.
    fn alias<'a>(&'a self, identity: &'a Identity) -> Option<&'a str> {
        self.sections(identity).find_map(|section| section.alias.as_deref())
    }

    /// The templates for an identity in the order in which they are tried.
    fn chain<'a>(
        &'a self,
        identity: &'a Identity,
    ) -> impl Iterator<Item = (&'a Section, &'a Template)> {
        let role = index_of(identity.place.role);
        let chains = self
            .sections(identity)
            .filter_map(move |section| Some((section, section.chains[role].as_ref()?)));
        // An empty chain ends the search.
        let chains = chains.take_while(|(_, chain)| !chain.is_empty());
        chains.flat_map(|(section, chain)| {
            chain.iter().map(move |template| (section, template))
        })
    }

    /// The name of a netdev; none where the policy leaves it as it is, or to systemd.
    #[must_use]
    pub fn name(&self, identity: &Identity) -> Option<Name> {
        let alias = self.alias(identity);
        let first = self.chain(identity).find_map(|(section, template)| {
            let name = template.fill(identity, alias).ok()?.parse().ok()?;
            Some((section, template, name))
        });
        let Some((section, template, name)) = first else {
            log::debug!("name: {identity} by policy {} -> none", self.id());
            return None;
        };
        log::debug!(
            "name: {identity} by policy {}, template {:?} of {} -> {name}",
            self.id(),
            template.as_str(),
            section.origin
        );
        if template.is_systemd() {
            return None;
        }
        let origin = section.origin.clone();
        Some(Name { name, template: template.as_str().to_owned(), origin })
    }

    /// Whether any netdev's name may need the names of the newest scheme.
    #[must_use]
    pub fn uses_newest(&self) -> bool {
        let lists = |section: &Section| {
            let chains = section.chains.iter().chain(&section.altnames).flatten();
            chains.flat_map(|chain| chain.iter()).any(Template::uses_newest)
        };
        self.sections.iter().any(lists)
    }

    /// The templates that were tried for a netdev up to the one that fits. With
    /// `{systemd}` the outcome is systemd's name, which is not set.
    #[must_use]
    pub fn explain(&self, identity: &Identity) -> Vec<Attempt> {
        let alias = self.alias(identity);
        let mut attempts = Vec::new();
        for (section, template) in self.chain(identity) {
            let outcome = template
                .fill(identity, alias)
                .and_then(|text| text.parse().map_err(|_| Misfit::Invalid(text)));
            let fits = outcome.is_ok();
            let (template, origin) =
                (template.as_str().to_owned(), section.origin.clone());
            attempts.push(Attempt { template, origin, outcome });
            if fits {
                break;
            }
        }
        attempts
    }

    /// The alternative names of a netdev, without its name and without duplicates.
    #[must_use]
    pub fn altnames(&self, identity: &Identity) -> Vec<AltName> {
        let role = index_of(identity.place.role);
        let alias = self.alias(identity);
        let mut names: Vec<AltName> = Vec::new();
        let lists =
            self.sections(identity).filter_map(|section| section.altnames[role].as_ref());
        for template in lists.flat_map(|list| list.iter()) {
            let name =
                template.fill(identity, alias).ok().and_then(|text| text.parse().ok());
            names.extend(name.filter(|name| !names.contains(name)));
        }
        if !names.is_empty() {
            let own = self.name(identity);
            names.retain(|name| {
                own.as_ref().is_none_or(|own| own.name.as_str() != name.as_str())
            });
        }
        names
    }

    /// Whether network managers are told to leave a netdev alone: representors, unless
    /// the policy says otherwise.
    #[must_use]
    pub fn unmanaged(&self, identity: &Identity) -> bool {
        let said = self.sections(identity).find_map(|section| section.unmanaged);
        identity.place.is_representor() && said.unwrap_or(true)
    }

    /// Whether the name is set whatever other rules and `.link` files say.
    #[must_use]
    pub fn force(&self, identity: &Identity) -> bool {
        self.sections(identity).find_map(|section| section.force).unwrap_or(false)
    }
}

fn index_of(role: Role) -> usize {
    Role::NAMED.iter().position(|named| *named == role).unwrap_or_default()
}
