//! One value of a feature, kept as it was written, so that a model is asked with what it would have been asked with.
//!
//! It has no type of its own: a number is one where it is written as one.

use crate::shape::Kind;
use std::fmt;
use std::sync::Arc;

/// A single value as JSON writes it: `1.50`, `"a"`, `true`, `null`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FeatureValue(Arc<str>);

impl FeatureValue {
    /// Of a cell of CSV. An empty one is null; what JSON would not read as a number is a text.
    #[must_use]
    pub fn of_cell(cell: &str) -> Self {
        let cell = cell.trim_ascii();
        if cell.is_empty() {
            return Self("null".into());
        }
        match serde_json::from_str::<serde_json::Number>(cell) {
            Ok(_) => Self(cell.into()),
            Err(_) => Self::from(serde_json::Value::from(cell)),
        }
    }

    /// Of a JSON text; `None` where it is no single value.
    #[must_use]
    pub fn of_json(token: &str) -> Option<Self> {
        let token = token.trim_ascii();
        (!Kind::of(token).is_nested()).then(|| Self(token.into()))
    }

    /// The number that it is, or that its text is; `None` of all else, and of what no double holds.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        let text = self.0.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(&self.0);
        text.parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// Whether a model cannot tell the two apart: written alike, or the same number.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let numbers = || Some((self.bare_number()?, other.bare_number()?));
        self == other || numbers().is_some_and(|(one, another)| one == another)
    }

    /// As JSON.
    #[must_use]
    pub fn json(&self) -> &str {
        &self.0
    }

    /// Adds it to a line of CSV, in quotes where it must be; null is an empty cell.
    pub fn write_csv(&self, out: &mut Vec<u8>) {
        match Kind::of(&self.0) {
            Kind::Null => {}
            Kind::Text => {
                let text: String = serde_json::from_str(&self.0).unwrap_or_default();
                if text.contains(['"', ',', '\n', '\r']) {
                    out.extend_from_slice(format!("\"{}\"", text.replace('"', "\"\"")).as_bytes());
                } else {
                    out.extend_from_slice(text.as_bytes());
                }
            }
            _ => out.extend_from_slice(self.0.as_bytes()),
        }
    }

    /// A number that is no text: the text `1` may be another category than `1.0`.
    fn bare_number(&self) -> Option<f64> {
        if Kind::of(&self.0) == Kind::Number { self.number() } else { None }
    }
}

impl From<serde_json::Value> for FeatureValue {
    fn from(value: serde_json::Value) -> Self {
        Self(value.to_string().into())
    }
}

impl fmt::Display for FeatureValue {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_written_back_as_it_came() {
        for (cell, json, csv) in [
            ("41", "41", "41"),
            (" 1.50 ", "1.50", "1.50"),
            ("1e-3", "1e-3", "1e-3"),
            (".5", "\".5\"", ".5"),
            ("007", "\"007\"", "007"),
            ("", "null", ""),
            ("a b", "\"a b\"", "a b"),
            ("a,\"b\"\nc", "\"a,\\\"b\\\"\\nc\"", "\"a,\"\"b\"\"\nc\""),
            ("true", "\"true\"", "true"),
        ] {
            let value = FeatureValue::of_cell(cell);
            let mut out = Vec::new();
            value.write_csv(&mut out);
            assert_eq!((value.json(), std::str::from_utf8(&out)), (json, Ok(csv)), "{cell:?}");
        }
    }

    #[test]
    fn a_nested_value_is_none_and_numbers_are_told_apart_from_texts() {
        assert_eq!(FeatureValue::of_json("[1]"), None);
        assert_eq!(FeatureValue::of_json("{\"a\": 1}"), None);
        let of = |token| FeatureValue::of_json(token).expect("a value");
        assert_eq!(
            (of("\".5\"").number(), of("1e400").number(), of("null").number()),
            (Some(0.5), None, None)
        );
        assert!(of("1").is_same(&of("1.0")) && of("\"a\"").is_same(&of("\"a\"")));
        assert!(!of("\"1\"").is_same(&of("\"1.0\"")) && !of("1").is_same(&of("\"1\"")));
    }
}
