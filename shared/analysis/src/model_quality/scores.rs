//! Scores of several labels, kept beside the rows of a baseline.

use super::rows::{LabelRow, LeftOutRow};
use crate::partial::{check, items};
use minicbor::Decoder;
use minicbor::decode::Error;

/// Most scores that are kept: 480 MB.
const MOST_SCORES: usize = 60_000_000;

/// As many scores a row as there are labels; none are kept where the width is 0.
#[derive(Debug, Clone, Default)]
pub(super) struct ClassScores {
    /// Scores a row.
    pub(super) width: usize,
    scores: Vec<f64>,
}

impl ClassScores {
    /// Keeps the scores of a row.
    pub(super) fn push(&mut self, scores: &[f64]) -> Result<(), LeftOutRow> {
        if self.width == 0 {
            return Ok(());
        }
        if self.scores.len() + self.width > MOST_SCORES {
            return Err(LeftOutRow::TooManyRows);
        }
        self.scores.extend(scores.iter().map(|score| score + 0.0));
        Ok(())
    }

    /// Keeps those of another part.
    pub(super) fn merge(&mut self, other: &Self) -> Result<(), LeftOutRow> {
        if self.width != other.width {
            return Err(LeftOutRow::OtherProblem);
        }
        if self.scores.len() + other.scores.len() > MOST_SCORES {
            return Err(LeftOutRow::TooManyRows);
        }
        self.scores.extend_from_slice(&other.scores);
        Ok(())
    }

    /// All of them, row after row.
    pub(super) fn all(&self) -> &[f64] {
        &self.scores
    }

    /// Those of so many rows, out of a partial of this width.
    pub(super) fn read(&self, rows: usize, from: &mut Decoder<'_>) -> Result<Self, Error> {
        let scores = items(from)?.iter().map(|bytes| f64::from_bits(u64::from_le_bytes(*bytes)));
        let read = Self { width: self.width, scores: scores.collect() };
        let is_sound =
            read.scores.len() == rows * self.width && read.scores.iter().all(|score| score.is_finite());
        check(is_sound, from, "scores of other rows")?;
        Ok(read)
    }

    /// The scores of each row.
    pub(super) fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.scores.chunks(self.width.max(1))
    }

    /// Puts rows and scores into their one order.
    pub(super) fn sort(&mut self, rows: &mut Vec<LabelRow>) {
        let of = |row: usize| self.scores.get(row * self.width..(row + 1) * self.width).unwrap_or_default();
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_unstable_by(|&a, &b| {
            let scores = of(a).iter().zip(of(b)).map(|(a, b)| b.total_cmp(a));
            let first = scores.into_iter().find(|order| order.is_ne());
            first.unwrap_or(std::cmp::Ordering::Equal).then_with(|| rows[a].order(&rows[b]))
        });
        let scores = order.iter().flat_map(|&row| of(row)).copied().collect();
        *rows = order.iter().map(|&row| rows[row]).collect();
        self.scores = scores;
    }
}
