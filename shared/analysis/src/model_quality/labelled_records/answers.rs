//! The answers of one record, row by row: a label, scores, or both.
//!
//! It reads a payload into memory that is used again, and knows no truth.

use super::Join;
use crate::attribute::{Lists, Values};
use crate::model_quality::{Answer, Problem};
use crate::records::Noted;
use bellwether_contract::capture::{LeftOut, Payload, Rejected};

/// What was read of a payload.
#[derive(Debug, Clone, Default)]
pub(super) struct Answers {
    labels: Values,
    scores: Scores,
    rows: usize,
}

#[derive(Debug, Clone, Default)]
struct Scores {
    values: Values,
    /// One score a row, or none; not finite where there is something else.
    each: Vec<Option<f64>>,
    lists: Lists,
}

impl Answers {
    /// Reads the answers of a payload.
    ///
    /// # Errors
    /// Why there are none, or more labels than scores, or fewer.
    pub(super) fn read(&mut self, join: &Join, payload: &Payload<'_>) -> Result<Noted, Rejected> {
        let Join { problem, inference, probability, columns, .. } = join;
        let mut noted = Noted::default();
        if problem.answers_labels {
            inference.read(payload, columns, &mut self.labels)?;
            note(&mut noted, &self.labels);
            self.rows = self.labels.rows();
        }
        if problem.answers_scores {
            let Scores { values, each, lists } = &mut self.scores;
            let scores = if problem.score_labels.is_empty() {
                probability.read(payload, columns, values)?;
                each.clear();
                // Something that is no number is told as that, where nothing is missing.
                let texts = values.texts().zip(values.numbers());
                each.extend(texts.map(|(text, number)| text.map(|_| number.unwrap_or(f64::NAN))));
                each.len()
            } else {
                probability.read_lists(payload, columns, values, lists)?;
                lists.rows()
            };
            note(&mut noted, values);
            if problem.answers_labels {
                self.check_rows(scores, "its scores")?;
            }
            self.rows = scores;
        }
        Ok(noted)
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.rows
    }

    /// That there are as many of something beside them.
    pub(super) fn check_rows(&self, others: usize, what: &str) -> Result<(), Rejected> {
        const SAME_ROWS: &str = "an answer, scores and ground truth with as many rows";
        if self.rows == others {
            return Ok(());
        }
        let s = if self.rows == 1 { "" } else { "s" };
        let found = format!("the answer has {} row{s} and {what} {others}", self.rows);
        let begins_like_names = self.labels.begins_like_names || self.scores.values.begins_like_names;
        if begins_like_names && self.rows == others + 1 {
            let found = format!("{found}; the first row of the answer reads like names of columns");
            return Err(LeftOut::HeaderInPayload
                .because("rows of values in a captured payload, and no header", found));
        }
        Err(LeftOut::RowCount.because(SAME_ROWS, found))
    }

    /// The answers.
    pub(super) fn rows<'a>(&'a self, problem: &'a Problem) -> impl Iterator<Item = Answer<'a>> {
        let Scores { each, lists, .. } = &self.scores;
        let (has_labels, has_scores) = (problem.answers_labels, problem.answers_scores);
        let is_one = problem.score_labels.is_empty();
        let mut labels = self.labels.texts();
        let mut lists = lists.iter();
        (0..self.rows).map(move |row| {
            let label = if has_labels { labels.next().flatten() } else { None };
            let scores = match (has_scores, is_one) {
                (false, _) => &[],
                (true, true) => each.get(row).map_or(&[][..], Option::as_slice),
                (true, false) => lists.next().flatten().unwrap_or_default(),
            };
            Answer { label, scores }
        })
    }
}

/// A payload is read once for labels and once for scores: what is noted of it is noted once.
fn note(noted: &mut Noted, values: &Values) {
    noted.non_finite = noted.non_finite.max(values.non_finite);
    noted.header_rows = noted.header_rows.max(values.header_rows);
}
