// SPDX-License-Identifier: MIT OR Apache-2.0
//! The file format of policies: see swdevctl-naming(5).

use std::{collections::BTreeMap, fmt, ops::Range};

use serde::Deserialize;
use toml::Spanned;

use super::{
    policy::{Chain, Policy, Scope, Section},
    template::Template,
};
use crate::model::{ConfigFile, Handle, IfName, Role};

/// The policies shipped with the program, by the names of their files.
const SHIPPED: [(&str, &str); 8] = [
    ("systemd", include_str!("../../naming-policy/systemd.toml")),
    ("systemd-newest", include_str!("../../naming-policy/systemd-newest.toml")),
    ("os-net-config", include_str!("../../naming-policy/os-net-config.toml")),
    (
        "sriov-network-operator",
        include_str!("../../naming-policy/sriov-network-operator.toml"),
    ),
    ("mlnx-ofed", include_str!("../../naming-policy/mlnx-ofed.toml")),
    ("bluefield", include_str!("../../naming-policy/bluefield.toml")),
    ("bluefield-2", include_str!("../../naming-policy/bluefield-2.toml")),
    ("kernel", include_str!("../../naming-policy/kernel.toml")),
];

/// The policy that is used where none is chosen. Its names never change, so an
/// installation keeps its names until its administrator chooses another policy.
pub const DEFAULT: &str = "systemd";

/// A policy's file is not acceptable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct PolicyError {
    /// The file.
    pub path: String,
    /// Line and column, from 1; none where the whole file is meant.
    pub at: Option<(usize, usize)>,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some((line, column)) => {
                write!(f, "{}:{line}:{column}: {}", self.path, self.message)
            }
            None => write!(f, "{}: {}", self.path, self.message),
        }
    }
}

type Templates = Option<Vec<Spanned<String>>>;

/// Templates by role, in the order of [`Role::NAMED`].
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct ByRole {
    uplink: Templates,
    pf_rep: Templates,
    vf_rep: Templates,
    sf_rep: Templates,
    vf: Templates,
    sf: Templates,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Written {
    uplink: Templates,
    pf_rep: Templates,
    vf_rep: Templates,
    sf_rep: Templates,
    vf: Templates,
    sf: Templates,
    #[serde(default)]
    altnames: ByRole,
    alias: Option<Spanned<String>>,
    force: Option<bool>,
    unmanaged: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: Option<Spanned<String>>,
    version: Option<Spanned<u32>>,
    extends: Option<Spanned<String>>,
    #[serde(default)]
    roles: Written,
    #[serde(default)]
    bus: BTreeMap<Spanned<String>, Written>,
    #[serde(default)]
    driver: BTreeMap<Spanned<String>, Written>,
    #[serde(default)]
    device: BTreeMap<Spanned<String>, Written>,
}

/// Reads one file; knows where in it what stands.
struct Reader<'a> {
    file: &'a ConfigFile,
}

impl Reader<'_> {
    fn error(&self, at: Option<usize>, message: impl Into<String>) -> PolicyError {
        let at = at.map(|at| {
            let before = self.file.text.get(..at).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            let column =
                before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            (line, column)
        });
        PolicyError { path: self.file.path.clone(), at, message: message.into() }
    }

    fn file(&self) -> Result<File, PolicyError> {
        toml::from_str(&self.file.text).map_err(|error| {
            let at = error.span().map(|span| span.start);
            // The parser's text may go over several lines.
            let message = error.message().lines().map(str::trim).collect::<Vec<_>>();
            self.error(at, message.join(" "))
        })
    }

    /// A template, which must be one whose names are unique wherever its section
    /// is for more than one known device or driver.
    fn template(
        &self,
        written: &Spanned<String>,
        scope: &Scope,
    ) -> Result<Template, PolicyError> {
        let Range { start, .. } = written.span();
        let text = written.get_ref();
        let template = Template::parse(text).map_err(|(at, why)| {
            self.error(Some(start + 1 + at), format!("{why}, in \"{text}\""))
        })?;
        let special = matches!(scope, Scope::Device(_) | Scope::Driver(_));
        if !template.names_device() && !matches!(scope, Scope::Device(_)) {
            let message = format!(
                "\"{text}\" does not say which device it is for, so two devices would get \
                 the same names: it needs {{base}}, {{newest}}, {{path}}, {{slot}}, \
                 {{onboard}}, {{alias}}, {{handle}}, {{short}} or {{hash}}, or all of {{bus}}, {{dev}} \
                 and {{function}}, or must stand in a [device.\"...\"] section"
            );
            return Err(self.error(Some(start), message));
        }
        if template.leaves_out() && !special {
            let message = format!(
                "\"{text}\" leaves a number out, so two ports could get the same name: that \
                 is for [driver.\"...\"] and [device.\"...\"] sections"
            );
            return Err(self.error(Some(start), message));
        }
        Ok(template)
    }

    fn templates(
        &self,
        lists: [&Templates; Role::NAMED.len()],
        scope: &Scope,
    ) -> Result<[Chain; Role::NAMED.len()], PolicyError> {
        let mut read = [const { None }; Role::NAMED.len()];
        for (list, to) in lists.into_iter().zip(&mut read) {
            let Some(list) = list else { continue };
            let all: Result<Vec<_>, _> =
                list.iter().map(|written| self.template(written, scope)).collect();
            *to = Some(all?.into());
        }
        Ok(read)
    }

    fn section(&self, scope: Scope, written: &Written) -> Result<Section, PolicyError> {
        let w = written;
        let chains = self.templates(
            [&w.uplink, &w.pf_rep, &w.vf_rep, &w.sf_rep, &w.vf, &w.sf],
            &scope,
        )?;
        let a = &w.altnames;
        let altnames = self.templates(
            [&a.uplink, &a.pf_rep, &a.vf_rep, &a.sf_rep, &a.vf, &a.sf],
            &scope,
        )?;
        if let Some(alias) = &w.alias {
            let at = Some(alias.span().start);
            let exact =
                matches!(&scope, Scope::Device(pattern) if !pattern.ends_with('*'));
            if !exact {
                let message =
                    "an alias is for one device, in its [device.\"...\"] section";
                return Err(self.error(at, message));
            }
            if let Err(error) = alias.get_ref().parse::<IfName>() {
                return Err(self.error(at, error.to_string()));
            }
        }
        let head = match &scope {
            Scope::Device(pattern) => format!("[device.\"{pattern}\"]"),
            Scope::Driver(driver) => format!("[driver.{driver}]"),
            Scope::Bus(bus) => format!("[bus.{bus}]"),
            Scope::Roles => "[roles]".to_owned(),
        };
        Ok(Section {
            scope,
            origin: format!("{} {head}", self.file.path),
            chains,
            altnames,
            alias: w.alias.as_ref().map(|alias| alias.get_ref().clone()),
            force: w.force,
            unmanaged: w.unmanaged,
        })
    }

    /// The sections, the most special first.
    fn sections(&self, file: &File) -> Result<Vec<Section>, PolicyError> {
        let mut sections = vec![self.section(Scope::Roles, &file.roles)?];
        for (bus, written) in &file.bus {
            sections.push(self.section(Scope::Bus(bus.get_ref().clone()), written)?);
        }
        for (driver, written) in &file.driver {
            sections
                .push(self.section(Scope::Driver(driver.get_ref().clone()), written)?);
        }
        for (device, written) in &file.device {
            let pattern = device.get_ref();
            if !is_pattern(pattern) {
                let message = format!(
                    "\"{pattern}\" is no devlink handle such as pci/0000:03:00.0, nor the \
                     beginning of one followed by *"
                );
                return Err(self.error(Some(device.span().start), message));
            }
            sections.push(self.section(Scope::Device(pattern.clone()), written)?);
        }
        sections.sort_by_key(|section| section.scope.rank());
        Ok(sections)
    }
}

/// Whether a text is a handle in the form in which handles are compared, or the
/// beginning of one and an asterisk.
fn is_pattern(text: &str) -> bool {
    match text.strip_suffix('*') {
        Some(beginning) => beginning.contains('/') && !beginning.contains('*'),
        None => text.parse::<Handle>().is_ok_and(|handle| handle.to_string() == text),
    }
}

impl Policy {
    /// The names of the policies that come with the program.
    #[cfg(feature = "cli")]
    pub fn shipped_names() -> impl Iterator<Item = &'static str> {
        SHIPPED.iter().map(|(name, _)| *name)
    }

    /// A policy that comes with the program, and drop-ins to it.
    pub fn shipped(name: &str, drop_ins: &[ConfigFile]) -> Result<Self, PolicyError> {
        let Some((_, text)) = SHIPPED.iter().find(|(known, _)| *known == name) else {
            let all: Vec<_> = SHIPPED.iter().map(|(name, _)| *name).collect();
            let message = format!("no such policy; there are {}", all.join(", "));
            return Err(PolicyError { path: name.to_owned(), at: None, message });
        };
        let path = format!("naming-policy/{name}.toml");
        Self::read(&ConfigFile { path, text: (*text).to_owned() }, drop_ins)
    }

    /// Reads a policy's file and its drop-ins, whose sections come before those of
    /// the file, those of the last drop-in first.
    pub fn read(file: &ConfigFile, drop_ins: &[ConfigFile]) -> Result<Self, PolicyError> {
        let reader = Reader { file };
        let main = reader.file()?;
        let (Some(name), Some(version)) = (&main.name, &main.version) else {
            return Err(reader.error(None, "a policy needs a name and a version"));
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
        if !name.get_ref().chars().all(plain) {
            let message = "a name has letters, digits, _, . and - only";
            return Err(reader.error(Some(name.span().start), message));
        }
        let mut sections = Vec::new();
        for file in drop_ins.iter().rev() {
            let reader = Reader { file };
            let drop_in = reader.file()?;
            let name = drop_in.name.as_ref().map(Spanned::span);
            let version = drop_in.version.as_ref().map(Spanned::span);
            let extends = drop_in.extends.as_ref().map(Spanned::span);
            if let Some(span) = name.or(version).or(extends) {
                let message = "a drop-in has neither name nor version nor extends: it adds sections";
                return Err(reader.error(Some(span.start), message));
            }
            sections.extend(reader.sections(&drop_in)?);
        }
        sections.extend(reader.sections(&main)?);
        match &main.extends {
            Some(extended) => {
                let at = Some(extended.span().start);
                let extended = extended.get_ref();
                if extended == name.get_ref() {
                    return Err(reader.error(at, "a policy cannot extend itself"));
                }
                let policy = Self::shipped(extended, &[])
                    .map_err(|error| reader.error(at, error.to_string()))?;
                sections.extend(policy.sections);
            }
            None => check_total(&reader, &sections)?,
        }
        Ok(Self { name: name.get_ref().clone(), version: *version.get_ref(), sections })
    }
}

/// Each role must have a chain for all devices that is empty, or ends in a template
/// that fits everything. Special sections need not, as what they leave open comes
/// here.
fn check_total(reader: &Reader, sections: &[Section]) -> Result<(), PolicyError> {
    let Some(roles) = sections.iter().rev().find(|section| section.scope == Scope::Roles)
    else {
        return Err(reader.error(None, "it has no section [roles]"));
    };
    for (role, chain) in Role::NAMED.iter().zip(&roles.chains) {
        let total = chain
            .as_ref()
            .is_some_and(|chain| chain.last().is_none_or(Template::is_total));
        if !total {
            let role = role.as_str();
            let message = format!(
                "the templates of {role} in [roles] do not end in \"{{hash}}\", so some \
                 netdev would get no name; write {role} = [] to leave them as they are, or \
                 extends = \"systemd\" to leave the rest to another policy"
            );
            return Err(reader.error(None, message));
        }
    }
    Ok(())
}
