//! Single values of the configuration, which keep their type: `1`, `1.0`, `"1"` and `true` select differently.

use std::fmt;

use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::model_bias::python_repr;
use crate::written::{Found, IS};

/// A value of a column, or a threshold.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum ConfigValue {
    /// `true` or `false`.
    Truth(bool),
    /// A whole number.
    Integer(i64),
    /// Another number.
    Double(f64),
    /// A text.
    Text(String),
}

/// As Python's `str` writes it, which is how the container names a group.
impl fmt::Display for ConfigValue {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truth(truth) => out.write_str(if *truth { "True" } else { "False" }),
            Self::Integer(number) => write!(out, "{number}"),
            Self::Double(number) => out.write_str(&python_repr(*number)),
            Self::Text(text) => out.write_str(text),
        }
    }
}

/// A column by its name, or by its place from 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum NameOrIndex {
    /// Its header, or a JMESPath.
    Name(String),
    /// Its place.
    Index(u64),
}

macro_rules! single {
    ($of:ty, $remedy:expr, { $($visit:item)+ }) => {
        impl<'de> Deserialize<'de> for $of {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Reading;

                impl Reading {
                    fn refuse<E: Error>(found: Found<'_>) -> Result<$of, E> {
                        Err(E::custom(format_args!("{IS}{found}; {}", $remedy)))
                    }
                }

                impl<'de> Visitor<'de> for Reading {
                    type Value = $of;

                    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                        out.write_str($remedy)
                    }

                    $($visit)+

                    fn visit_unit<E: Error>(self) -> Result<$of, E> {
                        Self::refuse(Found::Null)
                    }

                    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<$of, A::Error> {
                        while list.next_element::<IgnoredAny>()?.is_some() {}
                        Self::refuse(Found::List)
                    }

                    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<$of, A::Error> {
                        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                        Self::refuse(Found::Object)
                    }
                }

                deserializer.deserialize_any(Reading)
            }
        }
    };
}

single!(ConfigValue, "write a number, a text, true or false", {
    fn visit_bool<E: Error>(self, truth: bool) -> Result<ConfigValue, E> {
        Ok(ConfigValue::Truth(truth))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<ConfigValue, E> {
        Ok(ConfigValue::Integer(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<ConfigValue, E> {
        Ok(i64::try_from(number).map_or(ConfigValue::Double(number as f64), ConfigValue::Integer))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<ConfigValue, E> {
        Ok(ConfigValue::Double(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<ConfigValue, E> {
        Ok(ConfigValue::Text(text.to_owned()))
    }
});

single!(NameOrIndex, "write a column's name, or its place from 0", {
    fn visit_bool<E: Error>(self, truth: bool) -> Result<NameOrIndex, E> {
        Self::refuse(Found::Truth(truth))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<NameOrIndex, E> {
        match u64::try_from(number) {
            Ok(index) => Ok(NameOrIndex::Index(index)),
            Err(_) => Self::refuse(Found::Number(number as f64)),
        }
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<NameOrIndex, E> {
        Ok(NameOrIndex::Index(number))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<NameOrIndex, E> {
        Self::refuse(Found::Number(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<NameOrIndex, E> {
        Ok(NameOrIndex::Name(text.to_owned()))
    }
});
