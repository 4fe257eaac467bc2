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
        let class = Class::of(text);
        let number = match class {
            Class::Integral => parse::<i64>(text).map(|whole| whole as f64),
            Class::Fractional => parse::<f64>(text).filter(|number| number.is_finite()),
            Class::Boolean | Class::String => None,
        };
        Self { class, number }
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
