//! What a JSON text holds, in names of keys and kinds of values: what may be said of a payload without repeating it.
//!
//! It shows no value. Names are foreign text: they are shortened, and printable.

use crate::json::non_finite;
use crate::printable;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::{borrow::Cow, fmt};

/// Keys that are named; the others are counted.
const NAMED_KEYS: usize = 6;
const NAME_CHARS: usize = 40;

/// A kind of JSON value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `{}`
    Object,
    /// `[]`
    List,
    /// `""`
    Text,
    /// `0`
    Number,
    /// `true`
    Boolean,
    /// `null`
    Null,
}

impl Kind {
    /// Of a value as it is written.
    #[must_use]
    pub fn of(token: &str) -> Self {
        match token.trim_ascii_start().as_bytes().first() {
            Some(b'{') => Self::Object,
            Some(b'[') => Self::List,
            Some(b'"') => Self::Text,
            Some(b't' | b'f') => Self::Boolean,
            Some(b'n') => Self::Null,
            _ => Self::Number,
        }
    }

    /// Whether it holds other values.
    #[must_use]
    pub fn is_nested(self) -> bool {
        matches!(self, Self::Object | Self::List)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Object => "an object",
            Self::List => "a list",
            Self::Text => "a text",
            Self::Number => "a number",
            Self::Boolean => "a boolean",
            Self::Null => "null",
        })
    }
}

/// A name that the data brought, in backquotes: shortened, and printable.
#[must_use]
pub fn name(name: &str) -> String {
    let shortened: String = name.chars().take(NAME_CHARS).collect();
    let dots = if shortened.len() < name.len() { "..." } else { "" };
    format!("`{}{dots}`", printable::line(&shortened))
}

/// One JSON value, a level deep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// What it is.
    pub kind: Kind,
    /// The first keys of an object.
    keys: Vec<(String, Kind)>,
    /// The first key whose value holds other values.
    pub nested: Option<(String, Kind)>,
    /// Keys of an object, elements of a list; `None` where nobody looked into it.
    length: Option<usize>,
    /// The first element of a list.
    first: Option<Box<Shape>>,
}

impl Shape {
    /// Of a text that is one JSON value; `None` where it is not.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        non_finite::tolerant(text, |text| serde_json::from_str(text)).ok().map(|(shape, _)| shape)
    }

    fn alone(kind: Kind) -> Self {
        Self { kind, keys: Vec::new(), nested: None, length: None, first: None }
    }
}

/// What a JSON text holds, in words.
#[must_use]
pub fn of_json(text: &str) -> String {
    Shape::of(text).map_or_else(|| "a text that is not one JSON value".to_owned(), |shape| shape.to_string())
}

impl fmt::Display for Shape {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(length) = self.length else { return self.kind.fmt(out) };
        match self.kind {
            Kind::Object if length == 0 => out.write_str("an object without keys"),
            Kind::Object => {
                out.write_str("an object of ")?;
                for (place, (key, kind)) in self.keys.iter().enumerate() {
                    let comma = if place > 0 { ", " } else { "" };
                    write!(out, "{comma}{} ({kind})", name(key))?;
                }
                match length - self.keys.len() {
                    0 => Ok(()),
                    more => write!(out, " and {more} more"),
                }
            }
            Kind::List => match &self.first {
                None => out.write_str("an empty list"),
                Some(first) => write!(out, "a list of {length}, the first {first}"),
            },
            kind => kind.fmt(out),
        }
    }
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Top { deep: true })
    }
}

/// Looks at a value; into the first element of a list only where it is `deep`.
struct Top {
    deep: bool,
}

macro_rules! scalars {
    ($($method:ident($($scalar:ty)?) => $kind:ident),+) => {
        $(fn $method<E>(self $(, _: $scalar)?) -> Result<Shape, E> {
            Ok(Shape::alone(Kind::$kind))
        })+
    };
}

impl<'de> Visitor<'de> for Top {
    type Value = Shape;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any JSON")
    }

    scalars!(
        visit_bool(bool) => Boolean, visit_unit() => Null, visit_i64(i64) => Number, visit_u64(u64) => Number,
        visit_f64(f64) => Number, visit_str(&str) => Text
    );

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Shape, A::Error> {
        let mut shape = Shape::alone(Kind::Object);
        let mut length = 0;
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            let kind = Kind::of(map.next_value::<&RawValue>()?.get());
            length += 1;
            if kind.is_nested() && shape.nested.is_none() {
                shape.nested = Some((key.clone().into_owned(), kind));
            }
            if shape.keys.len() < NAMED_KEYS {
                shape.keys.push((key.into_owned(), kind));
            }
        }
        shape.length = Some(length);
        Ok(shape)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Shape, A::Error> {
        let mut shape = Shape::alone(Kind::List);
        let mut length = 0;
        if let Some(first) = list.next_element::<&RawValue>()?.map(RawValue::get) {
            length = 1;
            let deep = self
                .deep
                .then(|| serde_json::Deserializer::from_str(first).deserialize_any(Top { deep: false }));
            shape.first =
                Some(Box::new(deep.and_then(Result::ok).unwrap_or_else(|| Shape::alone(Kind::of(first)))));
        }
        while list.next_element::<IgnoredAny>()?.is_some() {
            length += 1;
        }
        shape.length = Some(length);
        Ok(shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_names_keys_and_kinds_and_no_value() {
        for (text, words) in [
            (
                r#"{"instances": [1, 2], "n": 3, "t": "secret"}"#,
                "an object of `instances` (a list), `n` (a number), `t` (a text)",
            ),
            (
                r#"{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":true}"#,
                "an object of `a` (a number), `b` (a number), `c` (a number), `d` (a number), `e` (a number), `f` (a number) and 2 more",
            ),
            (r#"[{"prefix": "s3://b"}, "a", "b"]"#, "a list of 3, the first an object of `prefix` (a text)"),
            ("[[[1]]]", "a list of 1, the first a list of 1, the first a list"),
            ("[]", "an empty list"),
            ("{}", "an object without keys"),
            ("0.5", "a number"),
            ("null", "null"),
            (r#"{"a": NaN}"#, "an object of `a` (null)"),
            ("{", "a text that is not one JSON value"),
        ] {
            assert_eq!(of_json(text), words, "{text}");
        }
    }

    #[test]
    fn a_name_is_short_and_printable() {
        assert_eq!(name("a\u{1b}[31m\nb"), "`a\\u001b[31m\\u000ab`");
        assert_eq!(name(&"x".repeat(1_000)), format!("`{}...`", "x".repeat(40)));
    }
}
