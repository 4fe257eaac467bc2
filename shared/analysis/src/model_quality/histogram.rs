//! Answers without labels in constant memory: what is estimated of them loses next to nothing.
//!
//! Of two labels there are 256 bins of equal width over 0 to 1 for each answer, each with its rows and the sum of their
//! probabilities. Rates are exact; within a bin all scores count as equal, which moves the area by less than 1e-5 where scores
//! spread over 0 to 1. Of several labels there are three sums a label and no area.
//!
//! Sums are whole numbers of 2^-60, so that any order of pushes and merges gives the same bits.
//!
//! Blind spot: scores that crowd into a few bins, as those of rare events below 0.02, have an area of a few steps. It is wrong by
//! at most the sum over bins of half the bin's share of positives times its share of negatives, and [`ScoredRows`](super::ScoredRows) has it exactly.

mod partial;

use bellwether_contract::model_quality::{Calibration, ProblemType};

use super::decided::{Decider, Labelled};
use super::estimates::Estimates;
use super::expected::{Expected, estimated, estimates, values};
use super::multiclass::{OfLabel, weighted};
use super::problem::{Answer, Problem};
use super::rows::LeftOutRow;

/// Bins of scores for each answer.
pub const BINS: usize = 256;

/// The unit of the sums.
const UNIT: f64 = 1.0 / (1_u64 << 60) as f64;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Bin {
    rows: u64,
    /// In units of 2^-60.
    positives: u128,
}

impl Bin {
    fn add(&mut self, probability: f64) {
        self.rows += 1;
        self.positives += (probability / UNIT) as u128;
    }

    fn merge(&mut self, other: &Self) {
        self.rows += other.rows;
        self.positives += other.positives;
    }

    fn expected(&self) -> Expected {
        Expected { rows: self.rows as f64, positives: self.positives as f64 * UNIT }
    }
}

/// Sums of one label: rows that it was answered to with their probabilities, and the probabilities of all rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct LabelSums {
    answered: Bin,
    all: Bin,
}

#[derive(Debug, Clone, PartialEq)]
enum Sums {
    OfTwo(Vec<[Bin; 2]>),
    OfSeveral(Vec<LabelSums>),
}

/// Scores of answers without labels, and what is expected of them.
#[derive(Debug, Clone)]
pub struct ScoreHistogram {
    decider: Decider,
    sums: Sums,
    rows: u64,
}

impl ScoreHistogram {
    /// No row yet.
    ///
    /// # Errors
    /// Why the calibration is not one for this problem; numbers have none.
    pub fn new(problem: &Problem, calibration: &Calibration) -> Result<Self, String> {
        let (decider, sums) = if problem.problem_type == ProblemType::MulticlassClassification {
            let labels = problem.score_labels.len();
            (Decider::of_several(problem, calibration)?, Sums::OfSeveral(vec![LabelSums::default(); labels]))
        } else {
            (Decider::of_two(problem, calibration)?, Sums::OfTwo(vec![Default::default(); BINS]))
        };
        Ok(Self { decider, sums, rows: 0 })
    }

    /// Takes a row in.
    ///
    /// # Errors
    /// Why the row is left out.
    pub fn push(&mut self, answer: &Answer<'_>) -> Result<(), LeftOutRow> {
        match &mut self.sums {
            Sums::OfTwo(bins) => {
                let (score, probability, is_positive) = self.decider.row(answer)?;
                bins[bin(score)][usize::from(is_positive)].add(probability);
            }
            Sums::OfSeveral(labels) => {
                let Labelled { answer, probabilities } = self.decider.labelled(answer)?;
                labels
                    .iter_mut()
                    .zip(&probabilities)
                    .for_each(|(label, probability)| label.all.add(*probability));
                labels[answer].answered.add(probabilities[answer]);
            }
        }
        self.rows += 1;
        Ok(())
    }

    /// Takes the rows of another part in.
    ///
    /// # Errors
    /// Where those are of another problem or calibration; nothing is taken in then.
    pub fn merge(&mut self, other: &Self) -> Result<(), LeftOutRow> {
        if self.decider != other.decider {
            return Err(LeftOutRow::OtherProblem);
        }
        match (&mut self.sums, &other.sums) {
            (Sums::OfTwo(bins), Sums::OfTwo(others)) => {
                bins.as_flattened_mut().iter_mut().zip(others.as_flattened()).for_each(|(a, b)| a.merge(b));
            }
            (Sums::OfSeveral(labels), Sums::OfSeveral(others)) => {
                for (label, other) in labels.iter_mut().zip(others) {
                    label.answered.merge(&other.answered);
                    label.all.merge(&other.all);
                }
            }
            _ => return Err(LeftOutRow::OtherProblem),
        }
        self.rows += other.rows;
        Ok(())
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.rows
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// What is expected of all rows.
    #[must_use]
    pub fn estimates(&self) -> Estimates {
        let values = match &self.sums {
            Sums::OfTwo(bins) => values(bins.iter().rev().map(|bins| bins.each_ref().map(Bin::expected))),
            Sums::OfSeveral(labels) => {
                let of = |label: &LabelSums| OfLabel {
                    true_rows: label.all.expected().positives,
                    answered_rows: label.answered.rows as f64,
                    right_rows: label.answered.expected().positives,
                };
                estimated(weighted(&labels.iter().map(of).collect::<Vec<_>>()))
            }
        };
        estimates(self.decider.problem.problem_type, self.rows, values, &self.decider.calibration)
    }
}

/// The bin of a score from 0 to 1; 1 belongs to the last.
pub(super) fn bin(score: f64) -> usize {
    ((score * BINS as f64) as usize).min(BINS - 1)
}
