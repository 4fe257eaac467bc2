//! From rows to questions and from answers to values, a batch at a time.
//!
//! It asks nobody: whoever does takes a batch ([`Explaining::next_batch`]), sends its rows ([`Explaining::rows`]) and hands the answers
//! back ([`Explaining::answered`]), in whatever order they come. Answers are folded in the order of the batches, so that the same
//! answers give the same bytes. One row's combinations are held at a time, and of what is on its way a number each.

use super::answers::Scores;
use super::problem::{ExplainedRow, ExplanationPlan, ExplanationProblem, FeatureRow};
use super::row_plan::RowPlan;
use std::collections::BTreeMap;

/// Rows that are asked together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batch {
    /// Counted from 0.
    pub number: u64,
    /// How many.
    pub rows: usize,
    from: Place,
}

/// A row that is asked: of the baseline, or about one that is explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    /// 0 of the baseline, then each explained row.
    part: usize,
    row: usize,
}

/// How large a batch may be.
#[derive(Debug, Clone, Copy)]
pub struct BatchLimits {
    /// Most rows.
    pub rows: usize,
    /// Most bytes; a single row may have more.
    pub size_bytes: usize,
}

/// The values of every explained row.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    /// How many outputs the model has.
    pub outputs: usize,
    /// How many features.
    pub features: usize,
    /// By output, the mean answer to the baseline.
    pub expected: Vec<f64>,
    /// Row by row, output by output, feature by feature.
    pub values: Vec<f64>,
    /// How far each value may be from what all combinations would give.
    pub errors: Vec<f64>,
}

impl Explained {
    /// The values of a feature, and their errors, of one output.
    pub(super) fn of(&self, output: usize, feature: usize) -> impl Iterator<Item = (f64, f64)> {
        let step = self.outputs * self.features;
        let first = output * self.features + feature;
        let pairs = self.values.iter().zip(&self.errors);
        pairs.skip(first).step_by(step.max(1)).map(|(value, error)| (*value, *error))
    }

    /// How many rows were explained.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.values.len().checked_div(self.outputs * self.features).unwrap_or_default()
    }
}

/// Rows on their way to their values.
#[derive(Debug)]
pub struct Explaining<'e> {
    problem: &'e ExplanationProblem,
    rows: &'e [ExplainedRow],
    samples: u64,
    next: Option<Place>,
    batches: u64,
    /// The next batch whose answers are folded.
    awaited: u64,
    early: BTreeMap<u64, Scores>,
    rows_asked: u64,
    folded: Place,
    part: Part,
    done: Explained,
}

/// What was answered of a part so far.
#[derive(Debug, Default)]
struct Part {
    plan: Option<RowPlan>,
    /// By output: the row's own answer, then the sum of each combination over the baseline.
    sums: Vec<Vec<f64>>,
}

impl<'e> Explaining<'e> {
    /// Nothing was asked yet.
    #[must_use]
    pub fn new(problem: &'e ExplanationProblem, rows: &'e [ExplainedRow], plan: &ExplanationPlan) -> Self {
        let start = Place { part: 0, row: 0 };
        Self {
            problem,
            rows,
            samples: plan.num_samples.unwrap_or(u64::MAX),
            next: Some(start),
            batches: 0,
            awaited: 0,
            early: BTreeMap::new(),
            rows_asked: 0,
            folded: start,
            part: Part::default(),
            done: Explained {
                outputs: 0,
                features: problem.names.len(),
                expected: Vec::new(),
                values: Vec::new(),
                errors: Vec::new(),
            },
        }
    }

    /// The next rows to ask; `None` where all were given out. `size_bytes` is what a row adds to a request.
    pub fn next_batch(
        &mut self,
        limits: BatchLimits,
        size_bytes: impl Fn(&FeatureRow) -> usize,
    ) -> Option<Batch> {
        let from = self.next?;
        let (mut rows, mut size) = (0, 0);
        let mut rest = self.asked_from(from);
        self.next = loop {
            let Some((place, row)) = rest.next() else { break None };
            size += size_bytes(&row);
            if rows > 0 && (rows == limits.rows || size > limits.size_bytes) {
                break Some(place);
            }
            rows += 1;
        };
        drop(rest);
        let number = self.batches;
        self.batches += u64::from(rows > 0);
        (rows > 0).then_some(Batch { number, rows, from })
    }

    /// The rows of a batch.
    pub fn rows(&self, batch: Batch) -> impl Iterator<Item = FeatureRow> {
        self.asked_from(batch.from).take(batch.rows).map(|(_, row)| row)
    }

    fn asked_from(&self, from: Place) -> impl Iterator<Item = (Place, FeatureRow)> + use<'e> {
        let (problem, rows, samples) = (self.problem, self.rows, self.samples);
        (from.part..=rows.len()).flat_map(move |part| {
            let first = if part == from.part { from.row } else { 0 };
            let (plan, count) = match part.checked_sub(1) {
                None => (None, problem.baseline.len()),
                Some(row) => {
                    let plan = RowPlan::new(problem, &rows[row], samples);
                    let count = plan.rows(problem.baseline.len());
                    (Some(plan), count)
                }
            };
            (first..count).map(move |row| {
                let asked = match &plan {
                    None => problem.baseline[row].clone(),
                    Some(plan) => plan.row(problem, &rows[part - 1], row),
                };
                (Place { part, row }, asked)
            })
        })
    }

    /// Takes the answers to a batch.
    ///
    /// # Errors
    /// Why nothing can be made of them: another number of answers, or of outputs, or no log-odds.
    pub fn answered(&mut self, batch: Batch, scores: Scores) -> Result<(), String> {
        if scores.rows() != batch.rows {
            return Err(format!("the model gave {} answers to {} rows", scores.rows(), batch.rows));
        }
        self.rows_asked += batch.rows as u64;
        self.early.insert(batch.number, scores);
        while let Some(scores) = self.early.remove(&self.awaited) {
            self.awaited += 1;
            for row in scores.iter() {
                self.fold(row)?;
            }
        }
        Ok(())
    }

    fn fold(&mut self, answer: &[f64]) -> Result<(), String> {
        if self.done.outputs == 0 {
            self.done.outputs = answer.len();
            self.part.sums = vec![vec![0.0]; answer.len()];
        }
        if answer.len() != self.done.outputs {
            return Err(format!("the model gave {} outputs, and {} before", answer.len(), self.done.outputs));
        }
        let place = self.place_of_sum();
        for (sums, &answer) in self.part.sums.iter_mut().zip(answer) {
            let value = if self.problem.use_logit { log_odds(answer)? } else { answer };
            if sums.len() <= place {
                sums.push(0.0);
            }
            sums[place] += value;
        }
        self.folded.row += 1;
        while self.folded.part <= self.rows.len() && self.folded.row == self.rows_of_part() {
            self.end_part();
        }
        Ok(())
    }

    /// Which sum an answer belongs to: of the baseline the only one, of a row its own and one for each combination.
    fn place_of_sum(&self) -> usize {
        let row = self.folded.row;
        if self.folded.part == 0 || row == 0 { 0 } else { 1 + (row - 1) / self.problem.baseline.len() }
    }

    fn rows_of_part(&self) -> usize {
        let bases = self.problem.baseline.len();
        self.part.plan.as_ref().map_or(bases, |plan| plan.rows(bases))
    }

    fn end_part(&mut self) {
        let bases = self.problem.baseline.len() as f64;
        let sums = std::mem::replace(&mut self.part.sums, vec![Vec::new(); self.done.outputs]);
        for (output, sums) in sums.into_iter().enumerate() {
            match &self.part.plan {
                None => self.done.expected.push(sums[0] / bases),
                Some(plan) => {
                    let own = sums.first().copied().unwrap_or_default();
                    let means: Vec<f64> = sums.iter().skip(1).map(|sum| sum / bases).collect();
                    let values = plan.explained(self.done.features, self.done.expected[output], own, &means);
                    self.done.values.extend(values.values);
                    self.done.errors.extend(values.errors);
                }
            }
        }
        self.folded = Place { part: self.folded.part + 1, row: 0 };
        let row = self.rows.get(self.folded.part - 1);
        self.part.plan = row.map(|row| RowPlan::new(self.problem, row, self.samples));
    }

    /// How many explained rows have all their answers.
    #[must_use]
    pub fn rows_done(&self) -> usize {
        self.folded.part.saturating_sub(1).min(self.rows.len())
    }

    /// Rows that were asked and answered; of a plan at most.
    #[must_use]
    pub fn rows_asked(&self) -> u64 {
        self.rows_asked
    }

    /// The values of all rows; `None` where answers are missing.
    #[must_use]
    pub fn finish(self) -> Option<Explained> {
        (self.folded.part > self.rows.len()).then_some(self.done)
    }
}

/// ln(f / (1 - f))
fn log_odds(answer: f64) -> Result<f64, String> {
    let odds = (answer / (1.0 - answer)).ln();
    if odds.is_finite() {
        return Ok(odds);
    }
    Err(format!(
        "the model answered {answer}, which has no log-odds; take methods.shap.use_logit out of the configuration"
    ))
}
