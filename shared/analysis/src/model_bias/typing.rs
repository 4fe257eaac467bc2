//! Values or numbers: whether a column's groups are told by equality or by a threshold, and who belongs to one.
//!
//! | first row that holds | the column is |
//! |---|---|
//! | more than one value is listed | categorical |
//! | texts, each a whole number, distinct / count >= 0.05 | continuous |
//! | texts | categorical |
//! | fractions, or whole numbers with missing ones | continuous |
//! | whole numbers, distinct / count >= 0.05 | continuous |
//! | whole numbers, or truth values | categorical |
//!
//! ```text
//! continuous    lower < value <= upper, the two being the threshold and the greatest value in their order;
//!               nobody, with the text "", where the absolute greatest value is the threshold itself
//! categorical   value = any of those listed; if none occurs, any of those once each was converted to the type of the first row
//! ```
//!
//! Source: smclarify 0.5, `series_datatype`, `_interval_index`, `_categorical_data_idx`. Blind spots: two values in at most 40
//! rows are two in twenty or more, and so are read as numbers.

use bellwether_contract::model_bias::ConfigValue;

use super::cell::{ColumnType, Known, integer};
use super::column::Resolved;

/// The container's words where a threshold is wanted.
const NO_THRESHOLD: &str = "Threshold values must be provided for continuous features";
const NO_NUMBER: &str = "Facet/label value provided must be a single numeric threshold for continuous data";

/// What to do where the container stops with these words.
pub(super) fn remedy(words: &str) -> &'static str {
    match words {
        NO_THRESHOLD | NO_NUMBER => "it is read as numbers: write one number, above which a row is meant",
        _ => "write values that the column has",
    }
}

/// From this share of distinct values whole numbers are read as numbers.
const UNIQUENESS: f64 = 0.05;

/// How a column's groups are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupedBy {
    /// By equality with listed values.
    Values,
    /// By a threshold.
    Threshold,
}

/// Which of a column's distinct values are meant, and what the analysis calls them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Selection {
    pub(super) text: String,
    /// Of each distinct value.
    pub(super) is_meant: Vec<bool>,
}

pub(super) fn grouped_by(column: &Resolved<'_>, listed: &[ConfigValue]) -> GroupedBy {
    let (distinct, count) = column.present();
    let share = if count == 0 { 0.0 } else { distinct as f64 / count as f64 };
    let is_continuous = listed.len() <= 1
        && match column.column_type {
            ColumnType::Object => share >= UNIQUENESS && column.distinct.iter().all(|v| whole(v).is_some()),
            ColumnType::Double => true,
            ColumnType::Integer => share >= UNIQUENESS,
            ColumnType::Truth => false,
        };
    if is_continuous { GroupedBy::Threshold } else { GroupedBy::Values }
}

/// A value of an `object` column as a whole number.
fn whole(value: &Known) -> Option<i64> {
    match value {
        Known::Text(text) => integer(text),
        Known::Integer(number) => Some(*number),
        Known::Truth(truth) => Some(i64::from(*truth)),
        Known::Double(_) | Known::Missing => None,
    }
}

/// The distinct values as numbers, texts read.
pub(super) fn numbers(column: &Resolved<'_>) -> Vec<Option<Known>> {
    let number = |value: &Known| match (column.column_type, value) {
        (_, Known::Missing) => None,
        (ColumnType::Object, value) => whole(value).map(Known::Integer),
        (_, value) => Some(value.clone()),
    };
    column.distinct.iter().map(number).collect()
}

/// Between a threshold and the greatest value; `None` where nobody is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Between(Option<(Known, Known)>);

impl Between {
    /// # Errors
    /// Where there is no threshold, or it is no number.
    pub(super) fn of<'k>(
        listed: &[ConfigValue],
        values: impl Iterator<Item = &'k Known>,
    ) -> Result<Self, String> {
        let threshold = threshold(listed)?;
        let greatest = values.cloned().reduce(|a, b| if number(&b) > number(&a) { b } else { a });
        let between = greatest.filter(|greatest| number(greatest).abs() != number(&threshold));
        Ok(Self(between.map(|greatest| {
            if number(&threshold) <= number(&greatest) {
                (threshold, greatest)
            } else {
                (greatest, threshold)
            }
        })))
    }

    pub(super) fn contains(&self, value: f64) -> bool {
        self.0.as_ref().is_some_and(|(lower, upper)| value > number(lower) && value <= number(upper))
    }

    /// `(100, 225]`, `(0.5, 0.9]`, or nothing.
    pub(super) fn text(&self) -> String {
        match &self.0 {
            None => String::new(),
            Some((lower @ Known::Integer(_), upper @ Known::Integer(_))) => {
                format!("({}, {}]", lower.text(), upper.text())
            }
            Some((lower, upper)) => {
                let text = |bound| Known::Double(number(bound)).text();
                format!("({}, {}]", text(lower), text(upper))
            }
        }
    }

    pub(super) fn selection(&self, values: &[Option<Known>]) -> Selection {
        let is_meant = values.iter().map(|value| value.as_ref().is_some_and(|v| self.contains(number(v))));
        Selection { text: self.text(), is_meant: is_meant.collect() }
    }
}

/// # Errors
/// Where there is none, or it is no number.
pub(super) fn threshold(listed: &[ConfigValue]) -> Result<Known, String> {
    let listed = listed.first().ok_or(NO_THRESHOLD)?;
    match listed {
        ConfigValue::Truth(truth) => Ok(Known::Integer(i64::from(*truth))),
        ConfigValue::Integer(number) => Ok(Known::Integer(*number)),
        ConfigValue::Double(number) => Ok(Known::Double(*number)),
        ConfigValue::Text(text) => text.trim().parse().map(Known::Double).map_err(|_| NO_NUMBER.to_owned()),
    }
}

fn number(value: &Known) -> f64 {
    value.number().unwrap_or(f64::NAN)
}

/// Who has one of the listed values.
///
/// # Errors
/// Where no row has one and they cannot be converted to the type of the first row.
pub(super) fn having(column: &Resolved<'_>, listed: &[ConfigValue]) -> Result<Selection, String> {
    let text = listed.iter().map(ConfigValue::to_string).collect::<Vec<_>>().join(",");
    let listed: Vec<Known> = listed.iter().map(known).collect();
    let mut is_meant = equal(column, &listed);
    if !is_meant.contains(&true) {
        is_meant = equal(column, &converted(column.first(), &listed)?);
    }
    Ok(Selection { text, is_meant })
}

fn known(value: &ConfigValue) -> Known {
    match value {
        ConfigValue::Truth(truth) => Known::Truth(*truth),
        ConfigValue::Integer(number) => Known::Integer(*number),
        ConfigValue::Double(number) => Known::Double(*number),
        ConfigValue::Text(text) => Known::Text(text.as_str().into()),
    }
}

fn equal(column: &Resolved<'_>, listed: &[Known]) -> Vec<bool> {
    let same = |value: &Known, listed: &Known| match (value, listed) {
        (Known::Missing, _) => false,
        (Known::Integer(_) | Known::Double(_), Known::Integer(_) | Known::Double(_)) => {
            number(value) == number(listed)
        }
        _ => value == listed,
    };
    column.distinct.iter().map(|value| listed.iter().any(|listed| same(value, listed))).collect()
}

/// The listed values in the type of the first row's, as Python's constructors convert them.
fn converted(first: Option<&Known>, listed: &[Known]) -> Result<Vec<Known>, String> {
    match first {
        None => Ok(listed.to_vec()),
        Some(Known::Text(_)) if matches!(listed, [Known::Text(_), ..]) => Ok(listed.to_vec()),
        Some(Known::Text(_)) => Ok(listed.iter().map(|value| Known::Text(value.text().into())).collect()),
        // Of a text that is not empty Python's bool is true, whatever it says.
        Some(Known::Truth(_)) => {
            let truth = |value: &Known| match value {
                Known::Text(text) => !text.is_empty(),
                value => number(value) != 0.0,
            };
            Ok(listed.iter().map(|value| Known::Truth(truth(value))).collect())
        }
        Some(Known::Integer(_)) => match listed.iter().map(as_integer).collect() {
            Some(integers) => Ok(integers),
            None => listed.iter().map(as_double).collect(),
        },
        Some(Known::Double(_) | Known::Missing) => {
            listed.iter().map(as_double).collect::<Result<_, _>>().map_err(|_| NOT_POSITIVE.to_owned())
        }
    }
}

const NOT_POSITIVE: &str = "'label' has not positive elements. Double-check if 'label' and \
                            'positive_label_values'have correct data-types or values.";

fn as_integer(value: &Known) -> Option<Known> {
    match value {
        Known::Text(text) => integer(text).map(Known::Integer),
        value => value.number().map(|number| Known::Integer(number as i64)),
    }
}

fn as_double(value: &Known) -> Result<Known, String> {
    match value {
        Known::Text(text) => match text.trim().parse() {
            Ok(number) => Ok(Known::Double(number)),
            Err(_) => Err(format!("could not convert string to float: '{text}'")),
        },
        value => Ok(Known::Double(number(value))),
    }
}
