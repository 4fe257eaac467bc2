//! Which labels and which answers are positive.
//!
//! Of numbers above a threshold the greatest value is the label's own for the labels, and that of labels and answers together for
//! the answers. Without one positive answer the container stops. So it does where whole numbers 0 and 1 in at most 40 rows, or
//! fractions, are read as numbers, because nothing lies above the threshold 1: there, and there alone, labels are compared with the
//! listed values instead, and a note says so.
//!
//! Source: smclarify 0.5, `_positive_label_index`, `_positive_predicted_index`; the exception is ours.

use bellwether_contract::model_bias::ConfigValue;

use super::cell::{ColumnType, Known};
use super::column::Resolved;
use super::typing::{self, Between, GroupedBy, grouped_by, having, numbers, threshold};

/// The container's words where no answer is positive.
const NO_POSITIVE: &str = "No Label values are present in the predicted Label Column,Positive Predicted Index \
                           Series contains all False values";
const OTHER_TYPE: &str = "Predicted Label Column series datatype is not the same as Label Column series";
const NO_VALUES: &str = "Positive label values or thresholds are empty for Label column";

/// What to do where the container stops with these words.
pub(super) fn remedy(words: &str) -> &'static str {
    match words {
        NO_POSITIVE => "write labels that answers have, or judge a longer window",
        OTHER_TYPE => "write labels and answers alike (1 beside 1, not beside 1.0), or judge a longer window",
        words => typing::remedy(words),
    }
}

/// Which of the distinct labels and answers are positive.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Positives {
    /// As the analysis names them.
    pub(super) text: String,
    pub(super) labels: Vec<bool>,
    pub(super) predicted: Vec<bool>,
    /// Where the container would have stopped.
    pub(super) note: Option<String>,
}

/// # Errors
/// The container's words where it stops.
pub(super) fn positives(
    labels: &Resolved<'_>,
    predicted: &Resolved<'_>,
    listed: &[ConfigValue],
) -> Result<Positives, String> {
    if listed.is_empty() {
        return Err(NO_VALUES.to_owned());
    }
    match (grouped_by(labels, listed), grouped_by(predicted, listed)) {
        (GroupedBy::Values, GroupedBy::Values) => by_value(labels, predicted, listed),
        (GroupedBy::Threshold, GroupedBy::Threshold) => {
            let above = above_threshold(labels, predicted, listed)?;
            if above.predicted.contains(&true) {
                return Ok(above);
            }
            let by_value = by_value(labels, predicted, listed).map_err(|_| NO_POSITIVE.to_owned())?;
            let note = format!(
                "labels were compared with {:?}: read as numbers, as the built-in monitor reads so few rows or fractions, none \
                 would be positive, and it would have failed",
                by_value.text
            );
            Ok(Positives { note: Some(note), ..by_value })
        }
        (of_labels, _) => {
            if of_labels == GroupedBy::Values {
                having(labels, listed)?;
            }
            threshold(listed)?;
            Err(OTHER_TYPE.to_owned())
        }
    }
}

fn by_value(
    labels: &Resolved<'_>,
    predicted: &Resolved<'_>,
    listed: &[ConfigValue],
) -> Result<Positives, String> {
    let (of_labels, of_predicted) = (having(labels, listed)?, having(predicted, listed)?);
    if !of_predicted.is_meant.contains(&true) {
        return Err(NO_POSITIVE.to_owned());
    }
    Ok(Positives {
        text: of_labels.text,
        labels: of_labels.is_meant,
        predicted: of_predicted.is_meant,
        note: None,
    })
}

fn above_threshold(
    labels: &Resolved<'_>,
    predicted: &Resolved<'_>,
    listed: &[ConfigValue],
) -> Result<Positives, String> {
    let truths = numbers(labels);
    let is_whole = labels.column_type != ColumnType::Double;
    // Answers take the type of the labels.
    let answer = |value: Known| match value {
        Known::Double(number) if is_whole => Known::Integer(number as i64),
        Known::Integer(number) if !is_whole => Known::Double(number as f64),
        value => value,
    };
    let answers: Vec<Option<Known>> = numbers(predicted).into_iter().map(|value| value.map(answer)).collect();
    let of_labels = Between::of(listed, truths.iter().flatten())?.selection(&truths);
    let both = truths.iter().chain(&answers).flatten();
    let of_answers = Between::of(listed, both)?.selection(&answers);
    Ok(Positives {
        text: of_labels.text,
        labels: of_labels.is_meant,
        predicted: of_answers.is_meant,
        note: None,
    })
}
