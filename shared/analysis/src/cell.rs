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
        plain(text).unwrap_or_else(|| Self::by_patterns(text))
    }

    fn by_patterns(text: &[u8]) -> Self {
        let class = Class::of(text);
        let number = match class {
            Class::Integral => parse::<i64>(text).map(|whole| whole as f64),
            Class::Fractional => parse::<f64>(text).filter(|number| number.is_finite()),
            Class::Boolean | Class::String => None,
        };
        Self { class, number }
    }
}

/// Most bytes of a number that is read in one pass: below 2^53, so that its digits are a double without rounding.
const PLAIN_BYTES: usize = 15;
/// Powers of ten that are doubles without rounding.
const POWERS: [f64; PLAIN_BYTES] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14];

/// A short number without exponent, as most are; `None` says nothing about the cell.
///
/// Digits and power of ten are exact, so their quotient is rounded once and is the double nearest to the text (Clinger,
/// "How to Read Floating Point Numbers Accurately", 1990).
fn plain(text: &[u8]) -> Option<Cell> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    if digits.len() > PLAIN_BYTES {
        return None;
    }
    let (mut whole, mut point) = (0_i64, None);
    for (place, &byte) in digits.iter().enumerate() {
        match byte {
            b'0'..=b'9' => whole = 10 * whole + i64::from(byte - b'0'),
            b'.' if point.is_none() => point = Some(place),
            _ => return None,
        }
    }
    let negative = digits.len() < text.len();
    let cell = |class, number| Some(Cell { class, number: Some(number) });
    match (point, digits.len()) {
        (None, 1..) => cell(Class::Integral, if negative { -whole } else { whole } as f64),
        (Some(place @ 1..), length) if place + 1 < length => {
            let number = whole as f64 / POWERS[length - place - 1];
            // Unlike a whole number, a fraction keeps the sign of zero.
            cell(Class::Fractional, if negative { -number } else { number })
        }
        _ => None,
    }
}

impl Class {
    /// The class of a cell's text.
    #[must_use]
    pub fn of(text: &[u8]) -> Self {
        let unsigned = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
        let number = unsigned.strip_prefix(b" ").unwrap_or(unsigned);
        let rest = after_digits(number);
        if rest.len() == number.len() {
            return if matches!(text, b"true" | b"false") { Self::Boolean } else { Self::String };
        }
        match rest {
            [] => Self::Integral,
            [b'.', fraction @ ..] => {
                let rest = after_digits(fraction);
                if rest.len() < fraction.len() && is_exponent_or_nothing(rest) {
                    Self::Fractional
                } else {
                    Self::String
                }
            }
            rest if is_exponent_or_nothing(rest) => Self::Fractional,
            _ => Self::String,
        }
    }
}

fn is_exponent_or_nothing(text: &[u8]) -> bool {
    let digits = match text {
        [] => return true,
        [b'e' | b'E', b'-' | b'+', digits @ ..] | [b'e' | b'E', digits @ ..] => digits,
        _ => return false,
    };
    !digits.is_empty() && after_digits(digits).is_empty()
}

fn after_digits(text: &[u8]) -> &[u8] {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    &text[digits..]
}

fn parse<T: std::str::FromStr>(text: &[u8]) -> Option<T> {
    std::str::from_utf8(text.trim_ascii_start()).ok()?.parse().ok()
}

#[cfg(test)]
mod tests;
