//! Numbers that may be missing: `null`, or the text `"NaN"` of older files.

use std::fmt;

use serde::de::{Error, IgnoredAny, SeqAccess, Unexpected, Visitor};
use serde::{Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// Reads a number, `null` or `"NaN"`; an infinity is missing too.
pub(super) fn or_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    deserializer.deserialize_any(OrNull)
}

/// Writes a number without an exponent, since the container does not read one; `null` where there is none.
#[expect(clippy::ref_option, reason = "the signature that serde calls")]
pub(super) fn plain<S: Serializer>(number: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    let Some(number) = number.filter(|number| number.is_finite()) else { return serializer.serialize_none() };
    let raw = RawValue::from_string(decimal(number)).map_err(serde::ser::Error::custom)?;
    raw.serialize(serializer)
}

/// The fewest digits that read back to the same number, at least one behind the point: `0.00025`, `1.0`.
fn decimal(number: f64) -> String {
    let digits = number.to_string();
    if digits.contains('.') { digits } else { format!("{digits}.0") }
}

struct OrNull;

impl<'de> Visitor<'de> for OrNull {
    type Value = Option<f64>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a number or null")
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Option<f64>, E> {
        Ok(Some(number).filter(|number| number.is_finite()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Option<f64>, E> {
        Ok(Some(number as f64))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Option<f64>, E> {
        Ok(Some(number as f64))
    }

    fn visit_unit<E: Error>(self) -> Result<Option<f64>, E> {
        Ok(None)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Option<f64>, E> {
        match text {
            "NaN" | "Infinity" | "-Infinity" => Ok(None),
            _ => Err(E::invalid_type(Unexpected::Str(text), &self)),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Option<f64>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Err(A::Error::invalid_type(Unexpected::Seq, &self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_has_no_exponent_and_reads_back_to_the_same_double() {
        for (number, text) in [
            (0.0, "0.0"),
            (1.0, "1.0"),
            (-2.5, "-2.5"),
            (5.092_682_820_403_929e-4, "0.0005092682820403929"),
            (1e-9, "0.000000001"),
            (1e21, "1000000000000000000000.0"),
            (0.939_512_799_339_389_8, "0.9395127993393898"),
        ] {
            assert_eq!(decimal(number), text);
            assert_eq!(text.parse::<f64>().map(f64::to_bits), Ok(number.to_bits()), "{text}");
        }
    }
}
