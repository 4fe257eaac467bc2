//! Finds the first NaN or infinity of a value before anything is written.
//!
//! `serde_json` writes them as `null` without asking its formatter, so a walk of its own is needed. It produces no
//! text.

use std::borrow::Cow;
use std::fmt::Display;

use serde::ser::{self, Serialize, Serializer};

use crate::ContractError;

/// Refuses a value that holds a number JSON cannot spell.
pub(crate) fn check<T: Serialize + ?Sized>(value: &T) -> Result<(), ContractError> {
    let mut walk = Walk::default();
    value.serialize(&mut walk).map_err(|Stop(reason)| {
        let path = walk.path.join(".");
        ContractError::malformed(if path.is_empty() { "JSON value".to_owned() } else { path }, reason)
    })
}

/// The keys from the root to the value at hand; left as they are when the walk stops.
#[derive(Default)]
struct Walk {
    path: Vec<Cow<'static, str>>,
}

impl Walk {
    fn field<T: Serialize + ?Sized>(&mut self, key: Cow<'static, str>, value: &T) -> Result<(), Stop> {
        self.path.push(key);
        value.serialize(&mut *self)?;
        self.path.pop();
        Ok(())
    }
}

#[derive(Debug)]
struct Stop(String);

impl Display for Stop {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Stop {}

impl ser::Error for Stop {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// Scalars that are always fine.
macro_rules! pass {
    ($($method:ident($($kind:ty),*)),* $(,)?) => {
        $(fn $method(self, $(_: $kind),*) -> Result<(), Stop> { Ok(()) })*
    };
}

impl Serializer for &mut Walk {
    type Ok = ();
    type Error = Stop;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    fn serialize_f64(self, value: f64) -> Result<(), Stop> {
        if value.is_finite() {
            return Ok(());
        }
        Err(Stop(format!("{} cannot be written as JSON", super::double(value))))
    }

    fn serialize_f32(self, value: f32) -> Result<(), Stop> {
        self.serialize_f64(f64::from(value))
    }

    pass! {
        serialize_bool(bool), serialize_char(char), serialize_str(&str), serialize_bytes(&[u8]),
        serialize_i8(i8), serialize_i16(i16), serialize_i32(i32), serialize_i64(i64), serialize_i128(i128),
        serialize_u8(u8), serialize_u16(u16), serialize_u32(u32), serialize_u64(u64), serialize_u128(u128),
        serialize_none(), serialize_unit(), serialize_unit_struct(&'static str),
        serialize_unit_variant(&'static str, u32, &'static str),
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Stop> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Stop> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Stop> {
        self.field(variant.into(), value)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Stop> {
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, Stop> {
        Ok(self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Stop> {
        Ok(self)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Stop> {
        Ok(self)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, Stop> {
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Stop> {
        Ok(self)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Stop> {
        Ok(self)
    }
}

/// Sequences: each element under the path of the sequence.
macro_rules! elements {
    ($($kind:ident::$method:ident),*) => {
        $(impl ser::$kind for &mut Walk {
            type Ok = ();
            type Error = Stop;
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stop> {
                value.serialize(&mut **self)
            }
            fn end(self) -> Result<(), Stop> { Ok(()) }
        })*
    };
}

elements!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

/// Structs: each field under its name.
macro_rules! fields {
    ($($kind:ident),*) => {
        $(impl ser::$kind for &mut Walk {
            type Ok = ();
            type Error = Stop;
            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Stop> {
                self.field(key.into(), value)
            }
            fn end(self) -> Result<(), Stop> { Ok(()) }
        })*
    };
}

fields!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for &mut Walk {
    type Ok = ();
    type Error = Stop;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Stop> {
        let name = match serde_json::to_value(key) {
            Ok(serde_json::Value::String(name)) => name,
            Ok(other) => other.to_string(),
            Err(error) => return Err(Stop(error.to_string())),
        };
        self.path.push(name.into());
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stop> {
        value.serialize(&mut **self)?;
        self.path.pop();
        Ok(())
    }

    fn end(self) -> Result<(), Stop> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Serialize;

    use crate::json::to_vec;

    #[derive(Serialize)]
    struct Report {
        fine: Option<f64>,
        metrics: BTreeMap<&'static str, Vec<f64>>,
    }

    #[test]
    fn a_number_without_a_spelling_is_refused_by_its_path() {
        for (value, spelling) in
            [(f64::NAN, "NaN"), (f64::INFINITY, "Infinity"), (f64::NEG_INFINITY, "-Infinity")]
        {
            let report = Report {
                fine: Some(1.0),
                metrics: BTreeMap::from([("a", vec![1.0]), ("gini", vec![0.0, value])]),
            };
            let error = to_vec(&report).expect_err("no spelling").to_string();
            assert_eq!(error, format!("metrics.gini: {spelling} cannot be written as JSON"));
        }
        assert!(to_vec(&f32::NAN).is_err());
    }

    #[test]
    fn a_missing_number_is_not_a_broken_one() {
        let report = Report { fine: None, metrics: BTreeMap::new() };
        assert_eq!(to_vec(&report).expect("finite"), b"{\n  \"fine\" : null,\n  \"metrics\" : { }\n}");
    }
}
