// SPDX-License-Identifier: MIT OR Apache-2.0
//! The parameters of a device, and which of their declared values it can have.

use std::collections::BTreeMap;

use super::values::ParamChoice;
use crate::model::{Param, ParamMode, ParamValue};

/// The parameters of a device that are declared.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Params {
    /// Those that the device has.
    pub present: Vec<Param>,
    /// The values, by name, that the device has refused since the boot; none where the
    /// caller must not read them.
    pub refused: Option<BTreeMap<String, Vec<String>>>,
}

impl Params {
    /// The value of a parameter that takes effect at once.
    pub(super) fn value(&self, name: &str) -> Option<ParamChoice> {
        let param = self.present.iter().find(|param| param.name == name)?;
        let runtime = param.values.iter().find(|(mode, _)| *mode == ParamMode::Runtime);
        Some(match &runtime?.1 {
            ParamValue::U8(value) => ParamChoice::Number((*value).into()),
            ParamValue::U16(value) => ParamChoice::Number((*value).into()),
            ParamValue::U32(value) => ParamChoice::Number((*value).into()),
            ParamValue::U64(value) => ParamChoice::Number(*value),
            ParamValue::Flag(value) => ParamChoice::Flag(*value),
            ParamValue::Text(text) => ParamChoice::Text(text.clone()),
        })
    }

    /// The declared values that the device has not refused, by preference; the last one
    /// where it has refused all.
    pub fn possible<'a>(
        &self,
        name: &str,
        choices: &'a [ParamChoice],
    ) -> impl Iterator<Item = &'a ParamChoice> {
        let refused = self.refused.as_ref().and_then(|refused| refused.get(name));
        let refused = refused.cloned().unwrap_or_default();
        // By their texts, as the type of the value is the device's affair.
        let is_refused =
            move |choice: &&ParamChoice| refused.contains(&choice.to_string());
        let all_refused = choices.iter().all(|choice| is_refused(&choice));
        let last = choices.last().filter(|_| all_refused);
        choices.iter().filter(move |choice| !is_refused(choice)).chain(last)
    }
}
