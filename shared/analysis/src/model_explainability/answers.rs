//! The answers of a model to the rows of a request, as numbers.

use crate::attribute::{Attribute, Lists, Values};
use crate::delimited::CsvText;
use bellwether_contract::capture::{LeftOut, Payload, Rejected};
use serde_json::value::RawValue;

/// Answers, an output or several for each row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scores {
    outputs: usize,
    values: Vec<f64>,
}

impl Scores {
    /// Of a model with one output.
    #[must_use]
    pub fn single(values: Vec<f64>) -> Self {
        Self { outputs: 1, values }
    }

    /// How many rows were answered.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.values.len().checked_div(self.outputs).unwrap_or_default()
    }

    /// The outputs of each row.
    pub fn iter(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks(self.outputs.max(1))
    }

    /// Reads the answer to so many rows; `attribute` says where in it, or in each of its lines, the score or the scores stand. Without one
    /// a row's answer is a number or a list of them, and of CSV all its cells.
    ///
    /// # Errors
    /// Why it is no answer to as many rows, in names and kinds.
    pub fn read(payload: &Payload<'_>, attribute: Option<&Attribute>, rows: usize) -> Result<Self, Rejected> {
        let default = Attribute::default();
        let mut found = Self::default();
        let payload = &without_last_break(payload);
        match (payload, attribute) {
            (Payload::Csv(text), None) => found.take_cells(text)?,
            (Payload::Csv(_), Some(attribute)) => found.take_lists(payload, attribute)?,
            (Payload::Json(text), attribute) => {
                for line in documents(text) {
                    let line = Payload::Json(line.into());
                    found.take_lists(&line, attribute.unwrap_or(&default))?;
                }
            }
        }
        // A list of numbers may be the answers to rows as well as the outputs of one.
        if found.rows() == 1 && found.outputs == rows {
            found.outputs = 1;
        }
        match found.rows() {
            count if count == rows => Ok(found),
            count => {
                Err(LeftOut::RowCount
                    .because(format!("answers to {rows} rows"), format!("answers to {count}")))
            }
        }
    }

    fn take_lists(&mut self, payload: &Payload<'_>, attribute: &Attribute) -> Result<(), Rejected> {
        let (mut values, mut lists) = (Values::default(), Lists::default());
        attribute.read_lists(payload, &[], &mut values, &mut lists)?;
        lists.iter().try_for_each(|row| self.push(row.unwrap_or_default()))
    }

    fn take_cells(&mut self, text: &str) -> Result<(), Rejected> {
        let cells = CsvText::read(text)?;
        for row in 0..cells.rows() {
            let mut numbers = Vec::with_capacity(cells.width());
            cells.each_cell(row, |_, cell| {
                let text = cell.and_then(|cell| std::str::from_utf8(cell).ok());
                numbers.extend(text.and_then(|text| text.trim_ascii().parse::<f64>().ok()));
            });
            let is_whole = numbers.len() == cells.width() && numbers.iter().all(|number| number.is_finite());
            self.push(if is_whole { &numbers } else { &[] })?;
        }
        Ok(())
    }

    fn push(&mut self, row: &[f64]) -> Result<(), Rejected> {
        const EXPECTED: &str = "a finite number, or as many of them, for each row";
        if self.outputs == 0 {
            self.outputs = row.len();
        }
        if row.is_empty() || row.len() != self.outputs {
            let found = match row.len() {
                0 => "an answer that is no number".to_owned(),
                other => format!("{other} numbers behind rows of {}", self.outputs),
            };
            return Err(LeftOut::PathValues.because(EXPECTED, found));
        }
        self.values.extend_from_slice(row);
        Ok(())
    }
}

/// A break after the last row of CSV begins no other one.
fn without_last_break<'p>(payload: &'p Payload<'_>) -> Payload<'p> {
    match payload {
        Payload::Csv(text) => Payload::Csv(text.trim_end_matches(['\r', '\n']).into()),
        Payload::Json(text) => Payload::Json(text.as_ref().into()),
    }
}

/// The JSON texts of a payload; one that is not whole is all of it, and told by whoever reads it.
pub(super) fn documents(text: &str) -> Vec<&str> {
    let texts = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    match texts.collect::<Result<Vec<_>, _>>() {
        Ok(texts) if texts.len() > 1 => texts.into_iter().map(RawValue::get).collect(),
        _ => vec![text],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_in_every_layout_that_models_write() {
        let csv = |text: &'static str| Payload::Csv(text.into());
        let json = |text: &'static str| Payload::Json(text.into());
        for (payload, attribute, rows, expected) in [
            (csv("0.5\n0.25\n"), None, 2, vec![vec![0.5], vec![0.25]]),
            (csv("0.5,0.25"), None, 2, vec![vec![0.5], vec![0.25]]),
            (csv("0.5,0.5\n1,0"), None, 2, vec![vec![0.5, 0.5], vec![1.0, 0.0]]),
            (csv("yes,0.5\nno,0.25"), Some("1"), 2, vec![vec![0.5], vec![0.25]]),
            (csv("yes,0.5\r\nno,0.25\r\n"), Some("1"), 2, vec![vec![0.5], vec![0.25]]),
            (csv("0.5\n"), Some("0"), 1, vec![vec![0.5]]),
            (json("0.5"), None, 1, vec![vec![0.5]]),
            (json("[0.5, 0.25]"), None, 2, vec![vec![0.5], vec![0.25]]),
            (json("[0.5, 0.25]"), None, 1, vec![vec![0.5, 0.25]]),
            (json("[[0.5], [0.25]]"), None, 2, vec![vec![0.5], vec![0.25]]),
            (json("{\"score\":0.5}\n{\"score\":0.25}\n"), Some("score"), 2, vec![vec![0.5], vec![0.25]]),
            (
                json("{\"predictions\":[{\"p\":[0,1]},{\"p\":[1,0]}]}"),
                Some("predictions[].p"),
                2,
                vec![vec![0.0, 1.0], vec![1.0, 0.0]],
            ),
            (
                json("{\"predictions\":[{\"p\":2},{\"p\":3}]}"),
                Some("predictions[*].p"),
                2,
                vec![vec![2.0], vec![3.0]],
            ),
        ] {
            let attribute: Option<Attribute> = attribute.map(|text| text.parse().expect("an attribute"));
            let scores = Scores::read(&payload, attribute.as_ref(), rows).expect("answers");
            assert_eq!(scores.iter().map(<[f64]>::to_vec).collect::<Vec<_>>(), expected, "{payload:?}");
        }
    }

    #[test]
    fn what_answers_no_row_is_refused_in_kinds() {
        let csv = |text: &'static str| Payload::Csv(text.into());
        let json = |text: &'static str| Payload::Json(text.into());
        for (payload, rows, found) in [
            (csv("0.5\n0.25"), 3, "answers to 2"),
            (csv("yes\nno"), 2, "an answer that is no number"),
            (csv("inf"), 1, "an answer that is no number"),
            (json("[0.5, null]"), 2, "an answer that is no number"),
            (json("[[0.5, 1], [1]]"), 2, "1 numbers behind rows of 2"),
            (json("{\"error\": \"busy\"}"), 1, "yields an object"),
        ] {
            let rejected = Scores::read(&payload, None, rows).expect_err("none");
            let told = rejected.detail.expect("words").found;
            assert!(told.contains(found), "{payload:?}: {told}");
        }
    }
}
