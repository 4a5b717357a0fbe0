// SPDX-License-Identifier: MIT OR Apache-2.0
//! Reads the constants of a C header: enumerators and object-like macros, which can refer to
//! each other.

use std::collections::BTreeMap;

/// Names and their values.
#[derive(Debug, Default)]
pub(super) struct Values(BTreeMap<String, i64>);

impl Values {
    /// The value of a name.
    pub(super) fn get(&self, name: &str) -> Option<i64> {
        self.0.get(name).copied()
    }

    /// All names with a prefix, except bounds of an enumeration, ordered by value.
    pub(super) fn with_prefix(&self, prefix: &str) -> impl Iterator<Item = (&str, i64)> {
        let mut values: Vec<(&str, i64)> = (self.0.iter())
            .filter(|(name, _)| name.starts_with(prefix) && !name.ends_with("_MAX"))
            .map(|(name, value)| (name.as_str(), *value))
            .collect();
        values.sort_by_key(|(_, value)| *value);
        values.into_iter()
    }

    /// Adds the integer constants of a header.
    pub(super) fn read(&mut self, text: &str) {
        let text = without_comments(text).replace("\\\n", " ");
        // Macros inside an enumeration are not part of it.
        let (directives, code): (Vec<&str>, Vec<&str>) =
            text.lines().partition(|line| line.trim_start().starts_with('#'));
        let code = code.join("\n");
        for part in code.split("enum").skip(1) {
            let Some((head, rest)) = part.split_once('{') else { continue };
            let Some((body, _)) = rest.split_once('}') else { continue };
            if head.trim().chars().all(|c| c.is_alphanumeric() || c == '_') {
                self.enumerators(body);
            }
        }
        for directive in directives {
            let Some(macro_) = directive.trim_start()[1..].trim().strip_prefix("define")
            else {
                continue;
            };
            let macro_ = macro_.trim_start();
            let end = macro_.find(|c: char| !c.is_alphanumeric() && c != '_');
            let (name, value) = macro_.split_at(end.unwrap_or(macro_.len()));
            // `#define NAME NAME` only announces an enumerator.
            if value.starts_with('(') || value.trim() == name {
                continue;
            }
            if let Some(value) = self.evaluate(value) {
                self.0.insert(name.to_owned(), value);
            }
        }
    }

    fn enumerators(&mut self, body: &str) {
        let mut next = Some(0);
        for enumerator in body.split(',').map(str::trim).filter(|text| !text.is_empty()) {
            let (name, value) = match enumerator.split_once('=') {
                Some((name, value)) => (name.trim(), self.evaluate(value)),
                None => (enumerator, next),
            };
            if let Some(value) = value {
                self.0.insert(name.to_owned(), value);
            }
            next = value.map(|value| value + 1);
        }
    }

    /// The value of a constant expression of numbers, names, `|`, `<<`, `+`, `-`,
    /// `_BITUL()` and parentheses.
    pub(super) fn evaluate(&self, text: &str) -> Option<i64> {
        let mut rest = text.trim();
        let value = self.either(&mut rest)?;
        rest.is_empty().then_some(value)
    }

    fn either(&self, rest: &mut &str) -> Option<i64> {
        let mut value = self.shifted(rest)?;
        while take(rest, "|") {
            value |= self.shifted(rest)?;
        }
        Some(value)
    }

    fn shifted(&self, rest: &mut &str) -> Option<i64> {
        let mut value = self.sum(rest)?;
        while take(rest, "<<") {
            value = value.checked_shl(self.sum(rest)?.try_into().ok()?)?;
        }
        Some(value)
    }

    fn sum(&self, rest: &mut &str) -> Option<i64> {
        let mut value = self.term(rest)?;
        loop {
            value = if take(rest, "+") {
                value.checked_add(self.term(rest)?)?
            } else if take(rest, "-") {
                value.checked_sub(self.term(rest)?)?
            } else {
                return Some(value);
            };
        }
    }

    fn term(&self, rest: &mut &str) -> Option<i64> {
        if take(rest, "(") {
            let value = self.either(rest)?;
            return take(rest, ")").then_some(value);
        }
        if take(rest, "-") {
            return self.term(rest)?.checked_neg();
        }
        // include/uapi/linux/const.h
        if take(rest, "_BITUL(") {
            let bit = self.either(rest)?.try_into().ok()?;
            return take(rest, ")").then(|| 1_i64.checked_shl(bit))?;
        }
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
        let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
        *rest = after.trim_start();
        if !word.starts_with(|c: char| c.is_ascii_digit()) {
            return self.get(word);
        }
        let digits = word.trim_end_matches(['u', 'U', 'l', 'L']).replace('_', "");
        match digits.strip_prefix("0x") {
            Some(hexadecimal) => i64::from_str_radix(hexadecimal, 16).ok(),
            None if digits.len() > 1 && digits.starts_with('0') => {
                i64::from_str_radix(&digits, 8).ok()
            }
            None => digits.parse().ok(),
        }
    }
}

/// Takes an operator from the front.
fn take(rest: &mut &str, operator: &str) -> bool {
    let Some(after) = rest.strip_prefix(operator) else { return false };
    *rest = after.trim_start();
    true
}

fn without_comments(text: &str) -> String {
    let mut parts = text.split("/*");
    let mut code = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        code.push(' ');
        code.push_str(part.split_once("*/").map_or("", |(_, after)| after));
    }
    code
}

#[test]
fn enumerators_and_macros_have_the_values_that_c_gives_them() {
    let mut values = Values::default();
    values.read(
        "/* enum of { none = 7 } */\n\
         enum kind {\n\
           KIND_A, /* the first */\n\
         #define KIND_A KIND_A\n\
           KIND_OLD = KIND_A, KIND_B, KIND_C = 0x10,\n\
           KIND_D,\n\
           KIND_OTHER = sizeof(int),\n\
           KIND_UNKNOWN,\n\
           __KIND_MAX = KIND_D + 1, KIND_MAX = __KIND_MAX - 1\n\
         };\n\
         #define BIT_B (1U << KIND_B) \\\n\
           | 010\n\
         #define CALL(x) (x)\n\
         #define\tBIT_D _BITUL(KIND_D)\n\
         struct { enum kind member; };\n\
         enum { FIRST = -1, SECOND };",
    );
    let expected = [
        ("KIND_A", Some(0)),
        ("KIND_OLD", Some(0)),
        ("KIND_B", Some(1)),
        ("KIND_C", Some(16)),
        ("KIND_D", Some(17)),
        ("KIND_UNKNOWN", None),
        ("__KIND_MAX", Some(18)),
        ("KIND_MAX", Some(17)),
        ("BIT_B", Some(10)),
        ("CALL", None),
        ("BIT_D", Some(1 << 17)),
        ("FIRST", Some(-1)),
        ("SECOND", Some(0)),
    ];
    for (name, value) in expected {
        assert_eq!(values.get(name), value, "{name}");
    }
}
