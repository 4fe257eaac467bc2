//! What four counts of right and wrong answers come to.
//!
//! ```text
//! recall = TP / (TP + FN)        precision = TP / (TP + FP), 0 where nothing was answered positive
//! accuracy = (TP + TN) / n       false_positive_rate = FP / (FP + TN)
//! true_positive_rate = recall    true_negative_rate = 1 - false_positive_rate
//!                                false_negative_rate = 1 - true_positive_rate
//! f_b = (1 + b^2) P R / (b^2 P + R) for b = 0.5, 1, 2; 0 where P = R = 0
//! ```
//!
//! The order of operations is the container's: the two subtractions show in the last digit.

use super::measured::{Absent, Computed, Values};

/// Weights of `f0_5`, `f1` and `f2`.
pub(super) const BETAS: [f64; 3] = [0.5, 1.0, 2.0];

/// Rows by truth and answer. The counts are whole numbers, or sums of probabilities where they are expected and not seen.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Counts {
    pub(super) true_positive: f64,
    pub(super) false_positive: f64,
    pub(super) false_negative: f64,
    pub(super) true_negative: f64,
}

impl Counts {
    /// The cell of a row.
    pub(super) fn cell(&mut self, truth: bool, answer: bool) -> &mut f64 {
        match (truth, answer) {
            (true, true) => &mut self.true_positive,
            (false, true) => &mut self.false_positive,
            (true, false) => &mut self.false_negative,
            (false, false) => &mut self.true_negative,
        }
    }

    pub(super) fn positives(&self) -> f64 {
        self.true_positive + self.false_negative
    }

    pub(super) fn negatives(&self) -> f64 {
        self.false_positive + self.true_negative
    }

    pub(super) fn rows(&self) -> f64 {
        self.positives() + self.negatives()
    }

    pub(super) fn recall(&self) -> Computed {
        share(self.true_positive, self.positives(), self.absent(Absent::NoPositive))
    }

    pub(super) fn precision(&self) -> Computed {
        let answered = self.true_positive + self.false_positive;
        match (self.rows() > 0.0, answered > 0.0) {
            (false, _) => Err(Absent::NoRows),
            (true, false) => Ok(0.0),
            (true, true) => Ok(self.true_positive / answered),
        }
    }

    pub(super) fn accuracy(&self) -> Computed {
        share(self.true_positive + self.true_negative, self.rows(), Absent::NoRows)
    }

    pub(super) fn false_positive_rate(&self) -> Computed {
        share(self.false_positive, self.negatives(), self.absent(Absent::NoNegative))
    }

    /// The four rates in the order of the file.
    pub(super) fn rates(&self) -> Values {
        let (recall, false_positive_rate) = (self.recall(), self.false_positive_rate());
        vec![
            ("true_positive_rate", recall),
            ("true_negative_rate", false_positive_rate.map(|rate| 1.0 - rate)),
            ("false_positive_rate", false_positive_rate),
            ("false_negative_rate", recall.map(|rate| 1.0 - rate)),
        ]
    }

    /// `f0_5`, `f1` and `f2`.
    pub(super) fn f_scores(&self) -> Values {
        let of = |beta: f64| Ok(f_score(beta, self.precision()?, self.recall()?));
        let [half, one, two] = BETAS.map(of);
        vec![("f0_5", half), ("f1", one), ("f2", two)]
    }

    /// The reason, unless there is no row at all.
    fn absent(&self, reason: Absent) -> Absent {
        if self.rows() > 0.0 { reason } else { Absent::NoRows }
    }
}

fn share(part: f64, whole: f64, absent: Absent) -> Computed {
    if whole > 0.0 { Ok(part / whole) } else { Err(absent) }
}

/// The weighted harmonic mean of precision and recall.
pub(super) fn f_score(beta: f64, precision: f64, recall: f64) -> f64 {
    let squared = beta * beta;
    let below = squared * precision + recall;
    if below > 0.0 { (1.0 + squared) * precision * recall / below } else { 0.0 }
}
