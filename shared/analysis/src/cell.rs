//! What one cell of a column is: its class by its text, and its number where it has one.
//!
//! It looks at one cell and knows no column: what a column's cells make together is `feature`'s business. A missing
//! cell is nobody's cell; the reader of the rows leaves it out.
//!
//! Source: Deequ 2.0.2, `StatefulDataType`. In this order, the first match wins:
//!
//! ```text
//! Fractional  ^(-|\+)? ?\d+((\.\d+)|((?:\.\d+)?[Ee][-+]?\d+))$
//! Integral    ^(-|\+)? ?\d+$
//! Boolean     ^(true|false)$
//! String      everything else: ".5", "1.", "NaN", "inf", "True", " " and the empty text too
//! ```
//!
//! The number is the engine's cast by the cell's own class: of an Integral cell by way of i64, of a Fractional one
//! straight to f64; a leading space does no harm. Where the cast fails there is none: a space behind the sign (`- 5`), an
//! integer beyond i64, a number beyond f64. Such a cell keeps its class and counts as present; it is only absent from the moments and the sketch.
//! The engine casts by the column's type instead, so an integer beyond i64 in a Fractional column has a number there.
//!
//! ```
//! use bellwether_analysis::cell::{Cell, Class};
//!
//! assert_eq!(Cell::of(b"1.50"), Cell { class: Class::Fractional, number: Some(1.5) });
//! assert_eq!(Cell::of(b"2e3").number, Some(2_000.0));
//! assert_eq!(Cell::of(b"- 5"), Cell { class: Class::Integral, number: None });
//! assert_eq!([".5", "1.", "NaN", "True"].map(|text| Class::of(text.as_bytes())), [Class::String; 4]);
//! ```

/// What a cell looks like on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A number with a fraction or an exponent.
    Fractional,
    /// A whole number.
    Integral,
    /// `true` or `false`.
    Boolean,
    /// Everything else.
    String,
}

/// A cell's class and its number, which is finite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// By the patterns above.
    pub class: Class,
    /// Of numeric classes only, and not of every cell.
    pub number: Option<f64>,
}

impl Cell {
    /// Reads a cell's text.
    #[must_use]
    pub fn of(text: &[u8]) -> Self {
        match Scan::of(text) {
            Some(scan) => Self { class: scan.class, number: scan.number(text) },
            None if matches!(text, b"true" | b"false") => Self { class: Class::Boolean, number: None },
            None => Self { class: Class::String, number: None },
        }
    }
}

impl Class {
    /// The class of a cell's text.
    #[must_use]
    pub fn of(text: &[u8]) -> Self {
        Cell::of(text).class
    }

    /// Whether such a cell is a number.
    pub(crate) fn is_number(self) -> bool {
        matches!(self, Self::Fractional | Self::Integral)
    }
}

/// The parts of a text that looks like a number.
struct Scan {
    class: Class,
    /// Digits before the exponent, and how many of them are behind the point.
    digits: usize,
    decimals: usize,
    /// The number that those digits are without their point; meaningless beyond 19 of them.
    mantissa: u64,
    has_exponent: bool,
}

/// Powers of ten that a double holds exactly, as it does every number of so few digits: one division of the two is the
/// nearest double (Clinger, "How to Read Floating Point Numbers Accurately", 1990).
const POWERS_OF_TEN: [f64; 16] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

impl Scan {
    fn of(text: &[u8]) -> Option<Self> {
        let unsigned = if let [b'-' | b'+', rest @ ..] = text { rest } else { text };
        let number = unsigned.strip_prefix(b" ").unwrap_or(unsigned);
        let (whole, places) = digits(number, 0);
        let (mantissa, decimals, rest) = match &number[places..] {
            _ if places == 0 => return None,
            point @ [b'.', fraction @ ..] => {
                let (mantissa, decimals) = digits(fraction, whole);
                // A point with nothing behind it is no part of a number.
                (mantissa, decimals, if decimals == 0 { point } else { &fraction[decimals..] })
            }
            rest => (whole, 0, rest),
        };
        let has_exponent = !rest.is_empty();
        if has_exponent && !is_exponent(rest) {
            return None;
        }
        let class = if decimals > 0 || has_exponent { Class::Fractional } else { Class::Integral };
        Some(Self { class, digits: places + decimals, decimals, mantissa, has_exponent })
    }

    fn number(&self, text: &[u8]) -> Option<f64> {
        match text {
            [b'-' | b'+', b' ', ..] => None,
            // Most cells are short.
            _ if self.digits < POWERS_OF_TEN.len() && !self.has_exponent => {
                let size = self.mantissa as f64 / POWERS_OF_TEN[self.decimals];
                // As a whole number, zero has no sign.
                let is_negative = text[0] == b'-' && (self.class == Class::Fractional || self.mantissa > 0);
                Some(if is_negative { -size } else { size })
            }
            _ if self.class == Class::Integral => parse::<i64>(text).map(|whole| whole as f64),
            _ => parse::<f64>(text).filter(|number| number.is_finite()),
        }
    }
}

fn is_exponent(text: &[u8]) -> bool {
    match text {
        [b'e' | b'E', b'-' | b'+', power @ ..] | [b'e' | b'E', power @ ..] => {
            !power.is_empty() && power.iter().all(u8::is_ascii_digit)
        }
        _ => false,
    }
}

/// The digits that a text begins with, behind those of `number`, and how many they are.
fn digits(text: &[u8], mut number: u64) -> (u64, usize) {
    let mut places = 0;
    while let Some(digit) = text.get(places).map(|byte| byte.wrapping_sub(b'0')).filter(|&digit| digit < 10) {
        number = number.wrapping_mul(10).wrapping_add(u64::from(digit));
        places += 1;
    }
    (number, places)
}

fn parse<T: std::str::FromStr>(text: &[u8]) -> Option<T> {
    std::str::from_utf8(text.trim_ascii_start()).ok()?.parse().ok()
}

#[cfg(test)]
mod tests;
