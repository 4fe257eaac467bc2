//! A value of a row as it came, and the column's values once all rows are known.
//!
//! Types matter: the container decides by a column's type whether it is read as values or as numbers above a threshold.

use std::sync::Arc;

use bellwether_contract::json::non_finite::is_beyond_a_double;
use bellwether_contract::model_bias::python_repr;

/// A value of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum BiasCell<'c> {
    /// JSON's null, or a field that is not there.
    Missing,
    /// JSON's truth values.
    Truth(bool),
    /// A whole number of JSON.
    Integer(i64),
    /// Another number of JSON; NaN is missing.
    Double(f64),
    /// A text of JSON.
    Text(&'c str),
    /// A cell of CSV, which has no type of its own: the whole column has one, as pandas' `read_csv` finds it.
    Written(&'c str),
}

/// The type of a column, in pandas' terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ColumnType {
    /// `object`: texts, or values of several types.
    Object,
    /// `float64`; so is a column of whole numbers with a missing one.
    Double,
    /// `int64`.
    Integer,
    /// `bool`.
    Truth,
}

/// A value of a column whose type is known.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Known {
    Missing,
    Truth(bool),
    Integer(i64),
    Double(f64),
    Text(Arc<str>),
}

impl Known {
    /// As Python's `str` writes it.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Missing => "nan".to_owned(),
            Self::Truth(truth) => if *truth { "True" } else { "False" }.to_owned(),
            Self::Integer(number) => number.to_string(),
            Self::Double(number) => python_repr(*number),
            Self::Text(text) => text.to_string(),
        }
    }

    /// The number, if it is one; truth values count as 0 and 1.
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Truth(truth) => Some(f64::from(u8::from(*truth))),
            Self::Integer(number) => Some(*number as f64),
            Self::Double(number) => Some(*number),
            Self::Missing | Self::Text(_) => None,
        }
    }
}

/// What `read_csv` takes for a missing value.
const MISSING: [&str; 18] = [
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A",
    "NA", "NULL", "NaN", "n/a", "nan", "null",
];

/// What a cell of CSV is of itself.
pub(super) fn read(written: &str) -> Known {
    let trimmed = written.trim_matches([' ', '\t']);
    if MISSING.contains(&written) {
        return Known::Missing;
    }
    if let Some(number) = integer(trimmed) {
        return Known::Integer(number);
    }
    match (trimmed.parse::<f64>(), written) {
        // Digits beyond every double are a text, the word for infinity is a number.
        (Ok(number), _) if !number.is_nan() && !is_beyond_a_double(trimmed.as_bytes()) => {
            Known::Double(number)
        }
        (_, "True" | "TRUE" | "true") => Known::Truth(true),
        (_, "False" | "FALSE" | "false") => Known::Truth(false),
        _ => Known::Text(written.into()),
    }
}

/// The whole number that Python's `int` reads of a text.
pub(super) fn integer(text: &str) -> Option<i64> {
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_of_csv_is_what_read_csv_takes_it_for() {
        for (written, known) in [
            ("1", Known::Integer(1)),
            (" -07", Known::Integer(-7)),
            ("1.0", Known::Double(1.0)),
            ("1e3", Known::Double(1000.0)),
            ("9223372036854775808", Known::Double(9_223_372_036_854_775_808.0)),
            ("Infinity", Known::Double(f64::INFINITY)),
            ("1e400", Known::Text("1e400".into())),
            ("0x10", Known::Text("0x10".into())),
            ("nan", Known::Missing),
            (" ", Known::Text(" ".into())),
            ("", Known::Missing),
            ("NAN", Known::Text("NAN".into())),
            ("TRUE", Known::Truth(true)),
            ("tRUE", Known::Text("tRUE".into())),
            ("m ", Known::Text("m ".into())),
        ] {
            assert_eq!(read(written), known, "{written:?}");
        }
    }
}
