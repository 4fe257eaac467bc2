//! A metric's number as the container writes it: `0.25`, the integer `0`, or the texts `"Infinity"` and `"-Infinity"`.

use std::fmt;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::python_repr;

/// A value that was computed; an infinity is one.
///
/// Two infinite sides that are equal differ by the integer 0, which the container writes without a point: it reads as 0 and is
/// written back as it came.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BiasNumber {
    value: f64,
    is_integer: bool,
}

impl BiasNumber {
    /// The integer 0, of two infinite sides.
    pub const INTEGER_ZERO: Self = Self { value: 0.0, is_integer: true };

    /// The number.
    #[must_use]
    pub fn value(self) -> f64 {
        self.value
    }
}

impl From<f64> for BiasNumber {
    fn from(value: f64) -> Self {
        Self { value, is_integer: false }
    }
}

/// As Python writes it: `26.25`, `0.0`, `0`, `-Infinity`.
impl fmt::Display for BiasNumber {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_integer { write!(out, "{}", self.value) } else { out.write_str(&python_repr(self.value)) }
    }
}

impl Serialize for BiasNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.value {
            f64::INFINITY => serializer.serialize_str("Infinity"),
            f64::NEG_INFINITY => serializer.serialize_str("-Infinity"),
            value if self.is_integer => serializer.serialize_i64(value as i64),
            value => serializer.serialize_f64(value),
        }
    }
}

impl<'de> Deserialize<'de> for BiasNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reading)
    }
}

struct Reading;

/// Greatest integer that a double holds exactly, with all below it.
const EXACT: u64 = 1 << 53;

impl Visitor<'_> for Reading {
    type Value = BiasNumber;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a number, \"Infinity\", \"-Infinity\" or null")
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<BiasNumber, E> {
        Ok(BiasNumber::from(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<BiasNumber, E> {
        Ok(BiasNumber { value: value as f64, is_integer: value.unsigned_abs() <= EXACT })
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<BiasNumber, E> {
        Ok(BiasNumber { value: value as f64, is_integer: value <= EXACT })
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<BiasNumber, E> {
        match text {
            "Infinity" => Ok(BiasNumber::from(f64::INFINITY)),
            "-Infinity" => Ok(BiasNumber::from(f64::NEG_INFINITY)),
            _ => Err(E::invalid_value(Unexpected::Str(text), &self)),
        }
    }
}
