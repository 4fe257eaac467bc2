//! Single values that people write by hand: a word of a fixed set, a share, a text, a switch.
//!
//! Each is read with an error that says what stood there and what to write instead; [`crate::json`] puts the path of the
//! field before it. Which fields there are is said by the files.

use std::fmt;
use std::marker::PhantomData;

use jiff::Timestamp;
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// Begins every error of this module, so that the path of the field makes a sentence of it.
pub(crate) const IS: &str = "is ";

/// Longest text that an error quotes, in characters.
const QUOTED: usize = 40;

/// What stood in the place of a value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Found<'f> {
    Text(&'f str),
    Number(f64),
    Truth(bool),
    Null,
    List,
    Object,
}

impl fmt::Display for Found<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) if text.chars().count() > QUOTED => {
                write!(out, "{:?}...", text.chars().take(QUOTED).collect::<String>())
            }
            Self::Text(text) => write!(out, "{text:?}"),
            Self::Number(number) => write!(out, "{number}"),
            Self::Truth(truth) => write!(out, "{truth}"),
            Self::Null => out.write_str("null"),
            Self::List => out.write_str("a list"),
            Self::Object => out.write_str("an object"),
        }
    }
}

/// A single value as it stands in a file.
pub(crate) trait Written: Sized {
    /// What it is called where something of another kind was found; empty where the value found says enough.
    const KIND: &'static str;

    /// The value, if what was found is one.
    fn of(found: Found<'_>) -> Option<Self>;

    /// What to write instead.
    fn remedy(found: Found<'_>) -> String;
}

/// For `#[serde(deserialize_with)]`.
pub(crate) fn written<'de, T: Written, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_any(Reading(PhantomData))
}

/// [`written`] for a field that may be absent. Null is no value of it: what it should mean, nobody can know.
pub(crate) fn optional<'de, T, V, D>(deserializer: D) -> Result<Option<V>, D::Error>
where
    T: Written + Into<V>,
    D: Deserializer<'de>,
{
    written::<T, D>(deserializer).map(|value| Some(value.into()))
}

/// The same for a field of another kind.
pub(crate) fn present<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    T::deserialize(deserializer).map(Some)
}

struct Field<T>(T);

impl<'de, T: Written> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        written(deserializer).map(Self)
    }
}

struct Reading<T>(PhantomData<T>);

impl<T: Written> Reading<T> {
    fn read<E: Error>(found: Found<'_>) -> Result<T, E> {
        T::of(found).ok_or_else(|| {
            let of_other_kind = matches!((found, T::KIND), (Found::Text(_), "number" | "truth"))
                || matches!((found, T::KIND), (Found::Number(_), "text"));
            let kind = match found {
                Found::Text(_) if of_other_kind => ", a text",
                Found::Number(_) if of_other_kind => ", a number",
                _ => "",
            };
            E::custom(format_args!("{IS}{found}{kind}; {}", T::remedy(found)))
        })
    }
}

impl<'de, T: Written> Visitor<'de> for Reading<T> {
    type Value = T;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "a {}", T::KIND)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        Self::read(Found::Text(text))
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<T, E> {
        Self::read(Found::Truth(truth))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        Self::read(Found::Number(number as f64))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        Self::read(Found::Number(number as f64))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<T, E> {
        Self::read(Found::Number(number))
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        Self::read(Found::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<T, A::Error> {
        Self::read(Found::List)
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<T, A::Error> {
        Self::read(Found::Object)
    }
}

/// Words as a remedy lists them: `write "Enabled" or "Disabled"`.
pub(crate) fn one_of(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [word] => format!("write {word}"),
        [words @ .., last] => format!("write {} or {last}", words.join(", ")),
    }
}

/// An enumeration of words: written as they are named here, read in any letter case, and nothing else.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$of_word:meta])* $word:ident),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum $name { $($(#[$of_word])* $word),+ }

        impl $name {
            /// The word in the file.
            #[must_use]
            pub fn as_str(&self) -> &'static str {
                match self { $(Self::$word => stringify!($word)),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(self.as_str())
            }
        }

        impl crate::written::Written for $name {
            const KIND: &'static str = "word";

            fn of(found: crate::written::Found<'_>) -> Option<Self> {
                let crate::written::Found::Text(text) = found else { return None };
                [$(Self::$word),+].into_iter().find(|word| word.as_str().eq_ignore_ascii_case(text))
            }

            fn remedy(_: crate::written::Found<'_>) -> String {
                crate::written::one_of(&[$(stringify!($word)),+])
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::written::written(deserializer)
            }
        }
    };
}

pub(crate) use words;

/// A number from 0 to 1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Share(f64);

impl From<Share> for f64 {
    fn from(share: Share) -> Self {
        share.0
    }
}

impl Written for Share {
    const KIND: &'static str = "number";

    fn of(found: Found<'_>) -> Option<Self> {
        match found {
            Found::Number(number) if (0.0..=1.0).contains(&number) => Some(Self(number)),
            _ => None,
        }
    }

    fn remedy(found: Found<'_>) -> String {
        let number = match found {
            Found::Number(number) => Some(number),
            Found::Text(text) => text.trim().trim_end_matches('%').trim_end().parse().ok(),
            _ => None,
        };
        match number {
            Some(share) if (0.0..=1.0).contains(&share) => format!("write {share}"),
            Some(percent) if (0.0..=100.0).contains(&percent) => {
                format!("write a share from 0 to 1: {} for {percent} %", percent / 100.0)
            }
            _ => "write a number from 0 to 1, such as 0.1".to_owned(),
        }
    }
}

/// A finite number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Number(f64);

impl From<Number> for f64 {
    fn from(number: Number) -> Self {
        number.0
    }
}

impl Written for Number {
    const KIND: &'static str = "number";

    fn of(found: Found<'_>) -> Option<Self> {
        match found {
            Found::Number(number) if number.is_finite() => Some(Self(number)),
            _ => None,
        }
    }

    fn remedy(found: Found<'_>) -> String {
        let number = match found {
            Found::Text(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
            _ => None,
        };
        number.map_or("write a number".to_owned(), |number| format!("write {number}"))
    }
}

/// `true` or `false`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Truth(bool);

impl From<Truth> for bool {
    fn from(truth: Truth) -> Self {
        truth.0
    }
}

impl Written for Truth {
    const KIND: &'static str = "truth";

    fn of(found: Found<'_>) -> Option<Self> {
        match found {
            Found::Truth(truth) => Some(Self(truth)),
            _ => None,
        }
    }

    fn remedy(found: Found<'_>) -> String {
        let word = match found {
            Found::Text(text) => text.to_ascii_lowercase().parse::<bool>().ok(),
            _ => None,
        };
        word.map_or("write true or false".to_owned(), |truth| format!("write {truth}"))
    }
}

/// A text.
#[derive(Debug, Clone)]
pub(crate) struct Text(String);

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.0
    }
}

impl Written for Text {
    const KIND: &'static str = "text";

    fn of(found: Found<'_>) -> Option<Self> {
        match found {
            Found::Text(text) => Some(Self(text.to_owned())),
            _ => None,
        }
    }

    fn remedy(found: Found<'_>) -> String {
        match found {
            Found::Number(_) | Found::Truth(_) => format!("write \"{found}\""),
            Found::Null => "write a text, or take it out".to_owned(),
            _ => "write a text".to_owned(),
        }
    }
}

/// A moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Instant(Timestamp);

impl Written for Instant {
    const KIND: &'static str = "text";

    fn of(found: Found<'_>) -> Option<Self> {
        match found {
            Found::Text(text) => text.parse().ok().map(Self),
            _ => None,
        }
    }

    fn remedy(_: Found<'_>) -> String {
        "write an instant such as \"2026-10-31T09:00:00Z\"".to_owned()
    }
}

/// A field that holds a moment.
pub(crate) fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    written::<Instant, D>(deserializer).map(|Instant(at)| at)
}

/// A field that holds a text.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    written::<Text, D>(deserializer).map(String::from)
}

/// A field that holds a finite number.
pub(crate) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    written::<Number, D>(deserializer).map(f64::from)
}

/// A field that may hold a share.
pub(crate) fn share<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    optional::<Share, f64, D>(deserializer)
}

/// A field that may hold a truth value.
pub(crate) fn truth<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    optional::<Truth, bool, D>(deserializer)
}

/// A field that may hold a list of texts.
pub(crate) fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<String>>, D::Error> {
    let texts = Vec::<Field<Text>>::deserialize(deserializer)?;
    Ok(Some(texts.into_iter().map(|Field(text)| text.into()).collect()))
}
