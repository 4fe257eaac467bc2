//! Numbers: how far the answers lie from the truth.
//!
//! ```text
//! e_i = t_i - a_i of truth t and answer a;  m = sum t_i / n
//! mae = sum |e_i| / n    mse = sum e_i^2 / n    rmse = sqrt(mse)
//! r2 = 1 - sum e_i^2 / sum (t_i - m)^2, none where all truths are equal
//! ```
//!
//! Sums are compensated and of sorted rows, so that no order of the rows changes a digit.
//! Source of the compensation: A. Neumaier, ZAMM 54 (1974) 39-51.

use super::draws::DRAWS;
use super::measured::{Absent, Computed, MeasuredQuality, Subsets, Values, finite, measures};
use super::problem::Problem;
use super::rows::NumberRow;

/// A sum with what its additions lost.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum {
    pub(super) sum: f64,
    pub(super) lost: f64,
}

impl Sum {
    pub(super) fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        let (larger, smaller) =
            if self.sum.abs() >= value.abs() { (self.sum, value) } else { (value, self.sum) };
        self.lost += (larger - sum) + smaller;
        self.sum = sum;
    }

    pub(super) fn value(&self) -> f64 {
        self.sum + self.lost
    }

    fn merge(&mut self, other: &Self) {
        self.add(other.sum);
        self.lost += other.lost;
    }
}

/// What one subset of the rows comes to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Subset {
    pub(super) rows: u64,
    pub(super) truths: Sum,
    pub(super) errors: Sum,
    pub(super) squares: Sum,
    /// Squared distances of truths from their mean.
    pub(super) spread: Sum,
    /// Least and greatest truth.
    pub(super) range: Option<(f64, f64)>,
}

/// Sums up rows that are sorted.
pub(super) fn summed(rows: &[NumberRow]) -> Subsets<Subset> {
    let mut subsets = Subsets::<Subset>::default();
    let each = |subsets: &mut Subsets<Subset>, push: &dyn Fn(usize, &mut Subset, &NumberRow)| {
        for row in rows {
            push(0, &mut subsets[0], row);
            let draws = (0..DRAWS).filter(|draw| row.draws.has(*draw)).map(|draw| draw + 1);
            draws.for_each(|place| push(place, &mut subsets[place], row));
        }
    };
    each(&mut subsets, &|_, subset, row| subset.push(row));
    let means = subsets.each_ref().map(Subset::mean_truth);
    each(&mut subsets, &|place, subset, row| subset.push_spread(row, means[place]));
    subsets
}

/// The metrics of such sums.
pub(super) fn measured(problem: &Problem, subsets: &Subsets<Subset>) -> MeasuredQuality {
    let [Subset { rows, .. }, ..] = *subsets;
    MeasuredQuality {
        problem_type: problem.problem_type,
        rows,
        metrics: measures(rows, subsets, Subset::values),
        confusion: None,
        roc: None,
        precision_recall: None,
        from_bins: None,
        warnings: Vec::new(),
    }
}

impl Subset {
    fn push(&mut self, row: &NumberRow) {
        let error = row.truth - row.answer;
        self.rows += 1;
        self.truths.add(row.truth);
        self.errors.add(error.abs());
        self.squares.add(error * error);
        self.reach(row.truth, row.truth);
    }

    fn reach(&mut self, least: f64, most: f64) {
        let (low, high) = self.range.unwrap_or((least, most));
        self.range = Some((low.min(least), high.max(most)));
    }

    /// In the second pass, when the mean of the truths is known.
    fn push_spread(&mut self, row: &NumberRow, mean: f64) {
        let distance = row.truth - mean;
        self.spread.add(distance * distance);
    }

    fn mean_truth(&self) -> f64 {
        self.truths.value() / self.rows as f64
    }

    /// The mean of the truths, and what its rounding lost: far from zero the distance of two means is smaller than that.
    fn mean_in_two(&self) -> (f64, f64) {
        let (rows, mean) = (self.rows as f64, self.mean_truth());
        (mean, ((-rows).mul_add(mean, self.truths.sum) + self.truths.lost) / rows)
    }

    /// Adds the rows of a later window. The spread is that about the mean of both: Chan, Golub, LeVeque, COMPSTAT 1982, 30-41.
    pub(super) fn merge(&mut self, later: &Self) {
        let Some((least, most)) = later.range else { return };
        if self.range.is_none() {
            *self = *later;
            return;
        }
        let (ours, theirs) = (self.rows as f64, later.rows as f64);
        let (from, to) = (self.mean_in_two(), later.mean_in_two());
        let apart = (to.0 - from.0) + (to.1 - from.1);
        self.spread.merge(&later.spread);
        self.spread.add(apart * apart * (ours * theirs / (ours + theirs)));
        self.rows += later.rows;
        self.truths.merge(&later.truths);
        self.errors.merge(&later.errors);
        self.squares.merge(&later.squares);
        self.reach(least, most);
    }

    fn values(&self) -> Values {
        let squared = self.mean(&self.squares);
        vec![
            ("mae", self.mean(&self.errors)),
            ("mse", squared),
            ("rmse", squared.map(f64::sqrt)),
            ("r2", self.explained()),
        ]
    }

    fn mean(&self, sum: &Sum) -> Computed {
        if self.rows > 0 { finite(sum.value() / self.rows as f64) } else { Err(Absent::NoRows) }
    }

    fn explained(&self) -> Computed {
        match self.range {
            None => Err(Absent::NoRows),
            Some((least, most)) if least == most => Err(Absent::ConstantTruth),
            Some(_) => finite(1.0 - self.squares.value() / self.spread.value()),
        }
    }
}
