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
    sum: f64,
    lost: f64,
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
}

#[derive(Debug, Clone, Copy, Default)]
struct Subset {
    rows: f64,
    truths: Sum,
    errors: Sum,
    squares: Sum,
    spread: Sum,
    /// Least and greatest truth.
    range: Option<(f64, f64)>,
}

/// Measures rows that are sorted.
pub(super) fn measure(problem: &Problem, rows: &[NumberRow]) -> MeasuredQuality {
    let mut subsets = Subsets::<Subset>::default();
    let each = |subsets: &mut Subsets<Subset>, push: &dyn Fn(&mut Subset, &NumberRow)| {
        for row in rows {
            push(&mut subsets[0], row);
            (0..DRAWS).filter(|draw| row.draws.has(*draw)).for_each(|draw| push(&mut subsets[draw + 1], row));
        }
    };
    each(&mut subsets, &Subset::push);
    let means = subsets.map(|subset| subset.truths.value() / subset.rows);
    subsets.iter_mut().zip(means).for_each(|(subset, mean)| subset.truths = Sum { sum: mean, lost: 0.0 });
    each(&mut subsets, &Subset::push_spread);
    MeasuredQuality {
        problem_type: problem.problem_type,
        rows: rows.len() as u64,
        metrics: measures(rows.len() as u64, &subsets, Subset::values),
        confusion: None,
        roc: None,
        precision_recall: None,
        warnings: Vec::new(),
    }
}

impl Subset {
    fn push(&mut self, row: &NumberRow) {
        let error = row.truth - row.answer;
        self.rows += 1.0;
        self.truths.add(row.truth);
        self.errors.add(error.abs());
        self.squares.add(error * error);
        let (least, most) = self.range.unwrap_or((row.truth, row.truth));
        self.range = Some((least.min(row.truth), most.max(row.truth)));
    }

    /// In the second pass, when `truths` is the mean of them.
    fn push_spread(&mut self, row: &NumberRow) {
        let distance = row.truth - self.truths.value();
        self.spread.add(distance * distance);
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
        if self.rows > 0.0 { finite(sum.value() / self.rows) } else { Err(Absent::NoRows) }
    }

    fn explained(&self) -> Computed {
        match self.range {
            None => Err(Absent::NoRows),
            Some((least, most)) if least == most => Err(Absent::ConstantTruth),
            Some(_) => finite(1.0 - self.squares.value() / self.spread.value()),
        }
    }
}
