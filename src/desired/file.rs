// SPDX-License-Identifier: MIT OR Apache-2.0
//! Files as they are written: see swdevctl.toml(5).

use std::collections::BTreeMap;

use super::{
    contradictions::contradictions,
    keys::{DeviceKeys, SfKeys, VfKeys},
    matching::Matches,
    numbers::Numbers,
    origin::{FileError, Located, Origin},
    table::{Reader, Table},
    values::{Controller, ParamChoice},
};
use crate::model::ConfigFile;

/// Keys for some of a device's VFs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VfSection {
    /// Which VFs.
    pub numbers: Located<Numbers>,
    /// Their keys.
    pub keys: VfKeys,
}

/// Keys for some of a device's SFs, which are there if they are named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SfSection {
    /// Which SFs.
    pub numbers: Located<Numbers>,
    /// Their controller; 0 is the local one.
    pub controller: u32,
    /// Their keys.
    pub keys: SfKeys,
}

/// One `[[device]]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Section {
    /// Where it begins.
    pub origin: Origin,
    /// Which devices it is for.
    pub matches: Matches,
    /// Keys of the device.
    pub keys: DeviceKeys,
    /// Device parameters by name: the values, the preferred one first.
    pub params: BTreeMap<String, Located<Vec<ParamChoice>>>,
    /// Keys of VFs, in the file's order.
    pub vfs: Vec<VfSection>,
    /// Keys of SFs, in the file's order.
    pub sfs: Vec<SfSection>,
}

/// All that is declared.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Config {
    /// The sections of all files; of two that are equally specific the later wins.
    pub sections: Vec<Section>,
}

impl Config {
    /// Reads the file and its drop-ins in the order in which they count, the later over
    /// the earlier. All errors of all files are returned.
    pub fn read(files: &[ConfigFile]) -> Result<Self, Vec<FileError>> {
        let (mut sections, mut errors) = (Vec::new(), Vec::new());
        for file in files {
            let mut reader = Reader::new(file);
            sections.extend(read(&mut reader));
            errors.append(&mut reader.errors);
        }
        for section in &sections {
            errors.extend(contradictions(section));
        }
        if errors.is_empty() {
            return Ok(Self { sections });
        }
        errors.sort_by(|a, b| a.origin.cmp(&b.origin));
        errors.dedup();
        Err(errors)
    }
}

fn read(reader: &mut Reader) -> Vec<Section> {
    let Some(top) = reader.parse() else { return Vec::new() };
    let mut top = Table::new(top.get_ref(), 0);
    let devices = top.take_tables(reader, "device");
    let sections = devices.into_iter().map(|table| section(reader, table)).collect();
    top.finish(reader, "the file");
    sections
}

fn section(reader: &mut Reader, mut table: Table) -> Section {
    let origin = reader.origin(table.start);
    let matches = Matches::read(reader, &mut table);
    let keys = DeviceKeys::read(reader, &mut table);
    let is_name = |name: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        (1..=64).contains(&name.len()) && name.chars().all(fits)
    };
    let params = table.take_map(reader, "params", is_name).into_iter().collect();
    let vfs = table.take_tables(reader, "vf");
    let vfs = vfs.into_iter().filter_map(|table| vf(reader, table)).collect();
    let sfs = table.take_tables(reader, "sf");
    let sfs = sfs.into_iter().filter_map(|table| sf(reader, table)).collect();
    table.finish(reader, "[[device]]");
    Section { origin, matches, keys, params, vfs, sfs }
}

fn numbers(reader: &mut Reader, table: &mut Table) -> Option<Located<Numbers>> {
    if !table.has("number") {
        reader.error(table.start, "number is missing: which ones are meant?");
    }
    table.take(reader, "number")
}

fn vf(reader: &mut Reader, mut table: Table) -> Option<VfSection> {
    let numbers = numbers(reader, &mut table);
    let keys = VfKeys::read(reader, &mut table);
    table.finish(reader, "[[device.vf]]");
    Some(VfSection { numbers: numbers?, keys })
}

fn sf(reader: &mut Reader, mut table: Table) -> Option<SfSection> {
    let start = table.start;
    let numbers = numbers(reader, &mut table);
    let controller = table.take::<Controller>(reader, "controller");
    let keys = SfKeys::read(reader, &mut table);
    table.finish(reader, "[[device.sf]]");
    let numbers = numbers?;
    if numbers.value == Numbers::All {
        reader.error(start, "SFs are made by their numbers: \"*\" names none");
        return None;
    }
    let controller = controller.map_or(0, |controller| controller.value.0);
    Some(SfSection { numbers, controller, keys })
}
