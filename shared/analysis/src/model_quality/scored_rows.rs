//! Answers without labels, row by row: what is estimated of them is exact.

use bellwether_contract::model_quality::Calibration;

use super::decided::Decider;
use super::estimates::Estimates;
use super::expected::{Expected, estimates, values};
use super::problem::{Answer, Problem};
use super::rows::{LeftOutRow, MOST_LABELLED_ROWS};

/// Answers of two labels with all their scores, 24 bytes a row. [`ScoreHistogram`](super::ScoreHistogram) estimates the same
/// in constant memory.
#[derive(Debug, Clone)]
pub struct ScoredRows {
    decider: Decider,
    /// Score, probability and answer.
    rows: Vec<(f64, f64, bool)>,
}

impl ScoredRows {
    /// No row yet.
    ///
    /// # Errors
    /// Why the calibration is not one for this problem.
    pub fn new(problem: &Problem, calibration: &Calibration) -> Result<Self, String> {
        Ok(Self { decider: Decider::of_two(problem, calibration)?, rows: Vec::new() })
    }

    /// Takes a row in.
    ///
    /// # Errors
    /// Why the row is left out.
    pub fn push(&mut self, answer: &Answer<'_>) -> Result<(), LeftOutRow> {
        if self.rows.len() >= MOST_LABELLED_ROWS {
            return Err(LeftOutRow::TooManyRows);
        }
        self.rows.push(self.decider.row(answer)?);
        Ok(())
    }

    /// What is expected of all rows. They are put into one order first.
    #[must_use]
    pub fn estimates(&mut self) -> Estimates {
        self.rows.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
        let groups = self.rows.chunk_by(|a, b| a.0 == b.0).map(|group| {
            let mut expected = [Expected::default(); 2];
            for (_, probability, is_positive) in group {
                let cell = &mut expected[usize::from(*is_positive)];
                cell.rows += 1.0;
                cell.positives += probability;
            }
            expected
        });
        let (problem, calibration) = (&self.decider.problem, &self.decider.calibration);
        estimates(problem.problem_type, self.rows.len() as u64, values(groups), calibration)
    }
}
