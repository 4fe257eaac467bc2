//! JSON and doubles as Python lays them out: `json.dumps(value, indent=4)` and `repr(number)`.
//!
//! Definition: with d.ddd x 10^e the shortest digits that read back to the same number, `ddd.ddd` where -4 <= e < 16 and
//! `d.ddde-05` elsewhere, `.0` behind a whole number, an exponent of two digits at least. Letters outside ASCII are escaped.
//! Source: CPython, `float_repr_style` "short", and `json.encoder`. At zero `0.0` and `-0.0`.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter, PrettyFormatter, Serializer};

use crate::{ContractError, json};

/// A level of indent.
const INDENT: &[u8] = b"    ";
/// Numbers below this power of ten are written without an exponent.
const POSITIONAL: std::ops::Range<i32> = -4..16;

/// The text of a double; infinities and NaN are spelt as `json.dumps` spells them, which is for prose: JSON has no such number.
#[must_use]
pub fn python_repr(value: f64) -> String {
    match () {
        () if value.is_nan() => "NaN".to_owned(),
        () if value.is_infinite() => if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned(),
        () => finite(value),
    }
}

fn finite(value: f64) -> String {
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if POSITIONAL.contains(&exponent) {
        let digits = value.to_string();
        return if digits.contains('.') { digits } else { format!("{digits}.0") };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs())
}

/// Writes a value as the container's Python does, without a newline at the end.
///
/// # Errors
/// A NaN or an infinity that is no [`BiasNumber`](super::BiasNumber), named by its path.
pub fn python_vec<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, ContractError> {
    json::check_finite(value)?;
    let mut bytes = Vec::new();
    let layout = Layout(PrettyFormatter::with_indent(INDENT));
    value
        .serialize(&mut Serializer::with_formatter(&mut bytes, layout))
        .map_err(|error| ContractError::malformed("JSON value", error.to_string()))?;
    Ok(bytes)
}

/// `json.dumps(indent=4)`: serde_json's pretty layout with Python's numbers and escapes.
struct Layout(PrettyFormatter<'static>);

macro_rules! as_pretty {
    ($($name:ident($($argument:ident: $kind:ty)?)),+ $(,)?) => {
        $(fn $name<W: ?Sized + Write>(&mut self, writer: &mut W $(, $argument: $kind)?) -> io::Result<()> {
            self.0.$name(writer $(, $argument)?)
        })+
    };
}

impl Formatter for Layout {
    as_pretty! {
        begin_array(), end_array(), begin_array_value(first: bool), end_array_value(),
        begin_object(), end_object(), begin_object_key(first: bool), begin_object_value(), end_object_value(),
    }

    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        writer.write_all(python_repr(value).as_bytes())
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut units = [0_u16; 2];
        for letter in fragment.chars() {
            match letter {
                letter if letter.is_ascii() => write!(writer, "{letter}")?,
                letter => letter
                    .encode_utf16(&mut units)
                    .iter()
                    .try_for_each(|unit| write!(writer, "\\u{unit:04x}"))?,
            }
        }
        Ok(())
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        match escape {
            CharEscape::AsciiControl(byte) => write!(writer, "\\u{byte:04x}"),
            escape => self.0.write_char_escape(writer, escape),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Expected texts: `repr` of CPython 3.11.
    #[test]
    fn doubles_are_spelt_as_python_spells_them() {
        for (value, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (26.25, "26.25"),
            (-0.14, "-0.14"),
            (100.0, "100.0"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (1.5e-7, "1.5e-07"),
            (1e15, "1000000000000000.0"),
            (123_456_789_012_345_680.0, "1.2345678901234568e+17"),
            (1e16, "1e+16"),
            (1e100, "1e+100"),
            (5e-324, "5e-324"),
            (0.032_072_731_864_385_404, "0.032072731864385404"),
            (f64::INFINITY, "Infinity"),
            (f64::NEG_INFINITY, "-Infinity"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(python_repr(value), text);
        }
    }

    /// `json.dumps({"a": [], "b": {}, "ü😀\x7f\x01\"": [1, 0.5, None]}, indent=4)`.
    #[test]
    fn the_layout_is_that_of_json_dumps() {
        let value = serde_json::json!({"a": [], "b": {}, "ü😀\u{7f}\u{1}\"": [1, 0.5, null]});
        let text = String::from_utf8(python_vec(&value).expect("finite")).expect("UTF-8");
        assert_eq!(
            text,
            "{\n    \"a\": [],\n    \"b\": {},\n    \"\\u00fc\\ud83d\\ude00\u{7f}\\u0001\\\"\": [\n        1,\n        0.5,\n        null\n    ]\n}"
        );
    }

    #[test]
    fn a_number_that_json_does_not_have_is_named() {
        let error = python_vec(&std::collections::BTreeMap::from([("mine", f64::NAN)])).expect_err("no JSON");
        assert!(error.to_string().contains("mine"), "{error}");
    }

    proptest! {
        #[test]
        fn every_finite_double_reads_back_to_the_same_bits(value in any::<f64>().prop_filter("finite", |x| x.is_finite())) {
            prop_assert_eq!(python_repr(value).parse::<f64>().map(f64::to_bits), Ok(value.to_bits()));
        }
    }
}
