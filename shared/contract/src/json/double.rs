//! A double as Java's `Double.toString` lays it out.
//!
//! Definition: with d.ddd x 10^e the shortest digits that read back to the same number, `ddd.ddd` where
//! 10^-3 <= |x| < 10^7 and `d.dddE<e>` elsewhere, at least one digit on each side of the point.
//! Source: `java.lang.Double.toString`. Range: any f64. At zero `0.0` and `-0.0`.

use std::io::{self, Write};

/// The text of a double; `NaN`, `Infinity` and `-Infinity` are spelt as Java spells them (prose only, never JSON).
#[must_use]
pub fn double(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let mut bytes = Vec::with_capacity(24);
    match write(&mut bytes, value) {
        Ok(()) => bytes.into_iter().map(char::from).collect(),
        Err(_) => value.to_string(),
    }
}

/// Writes a finite double.
pub(super) fn write<W: ?Sized + Write>(writer: &mut W, value: f64) -> io::Result<()> {
    let mut text = Digits::default();
    write!(text, "{value:e}")?;
    text.lay_out(writer)
}

/// Writes a finite single with the digits that read back to the same single.
pub(super) fn write_f32<W: ?Sized + Write>(writer: &mut W, value: f32) -> io::Result<()> {
    let mut text = Digits::default();
    write!(text, "{value:e}")?;
    text.lay_out(writer)
}

/// `-d.ddde-ddd`, at most 24 bytes, on the stack: a sketch has thousands of doubles.
#[derive(Default)]
struct Digits {
    bytes: [u8; 32],
    length: usize,
}

impl Write for Digits {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let end = self.length + bytes.len();
        let Some(free) = self.bytes.get_mut(self.length..end) else {
            return Err(io::ErrorKind::WriteZero.into());
        };
        free.copy_from_slice(bytes);
        self.length = end;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Digits {
    fn lay_out<W: ?Sized + Write>(&self, writer: &mut W) -> io::Result<()> {
        let text = std::str::from_utf8(&self.bytes[..self.length]).map_err(io::Error::other)?;
        let (sign, text) = text.split_at(usize::from(text.starts_with('-')));
        let (mantissa, exponent) = text.split_once('e').ok_or(io::ErrorKind::InvalidData)?;
        let exponent: i32 = exponent.parse().map_err(io::Error::other)?;
        let (first, rest) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        writer.write_all(sign.as_bytes())?;
        match exponent {
            -3..0 => {
                let zeros = &"00"[..usize::try_from(-1 - exponent).unwrap_or(0)];
                write!(writer, "0.{zeros}{first}{rest}")
            }
            0..7 => {
                let places = usize::try_from(exponent).unwrap_or(0);
                let (whole, fraction) = rest.split_at(places.min(rest.len()));
                let zeros = &"000000"[..places - whole.len()];
                write!(writer, "{first}{whole}{zeros}.{}", or_zero(fraction))
            }
            _ => write!(writer, "{first}.{}E{exponent}", or_zero(rest)),
        }
    }
}

fn or_zero(digits: &str) -> &str {
    if digits.is_empty() { "0" } else { digits }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::double;
    use crate::json::{from_slice, to_vec};

    // Expected texts: Double.toString of Java 19 and later; those with many digits are from the container's files.
    #[test]
    fn doubles_are_spelt_as_java_spells_them() {
        for (value, expected) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (-1.5, "-1.5"),
            (2048.0, "2048.0"),
            (0.64, "0.64"),
            (100.0, "100.0"),
            (123_456.789, "123456.789"),
            (0.001, "0.001"),
            (0.012, "0.012"),
            (0.25, "0.25"),
            (0.000_999_9, "9.999E-4"),
            (9_999_999.0, "9999999.0"),
            (9_999_999.999_999_998, "9999999.999999998"),
            (1.0e7, "1.0E7"),
            (14_402_689_218.907_343, "1.4402689218907343E10"),
            (60.379_999_999_999_995, "60.379999999999995"),
            (5.092_682_820_403_929e-4, "5.092682820403929E-4"),
            (f64::MAX, "1.7976931348623157E308"),
            (f64::MIN_POSITIVE, "2.2250738585072014E-308"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(double(value), expected);
        }
    }

    #[test]
    fn singles_keep_their_own_digits() {
        assert_eq!(to_vec(&0.1_f32).expect("finite"), b"0.1");
        assert_eq!(to_vec(&16_777_216.0_f32).expect("finite"), b"1.6777216E7");
    }

    proptest! {
        #[test]
        fn every_finite_double_reads_back_to_the_same_bits(value in any::<f64>().prop_filter("finite", |x| x.is_finite())) {
            let bytes = to_vec(&value).expect("finite");
            let back: f64 = from_slice("a double", &bytes).expect("JSON");
            prop_assert_eq!(back.to_bits(), value.to_bits());
        }
    }
}
