//! The two curves of scores and the areas under them.
//!
//! Rows come with the greatest score first. After each distinct score the counts so far make a point:
//!
//! ```text
//! (x, y) = (FP / N, TP / P)      0 in place of a share of no row
//! (r, p) = (TP / P, TP / (TP + FP))
//! ROC curve: (0, 0), the points, (1, 1)                       distinct + 2 points
//! precision-recall curve: (0, p of the first point), the points       distinct + 1 points
//! area = sum over consecutive points of (x1 - x0) (y1 + y0) / 2, in that order
//! ```
//!
//! At ties the rows of one score make one point, so that their order does not count. Without negatives the area under the ROC
//! curve is 1, without positives 0: the convention of Spark's `BinaryClassificationMetrics`, and no statement of the model.

use bellwether_contract::model_quality::{PrecisionRecall, Roc};

/// Most points of a curve in a file. Areas are of all points.
pub const MOST_POINTS: usize = 2_000;

/// Areas under both curves while rows are counted. Counts are rows, or probabilities where labels are expected and not known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Areas {
    positives: f64,
    negatives: f64,
    true_positives: f64,
    false_positives: f64,
    at: (f64, f64),
    precision: Option<f64>,
    roc: f64,
    precision_recall: f64,
}

impl Areas {
    /// Before the first row.
    pub(super) fn new(positives: f64, negatives: f64) -> Self {
        Self {
            positives,
            negatives,
            true_positives: 0.0,
            false_positives: 0.0,
            at: (0.0, 0.0),
            precision: None,
            roc: 0.0,
            precision_recall: 0.0,
        }
    }

    /// Takes in all rows of one score; of no row nothing changes.
    pub(super) fn push(&mut self, positives: f64, negatives: f64) {
        if positives + negatives <= 0.0 {
            return;
        }
        self.true_positives += positives;
        self.false_positives += negatives;
        let before = self.at;
        let precision = self.true_positives / (self.true_positives + self.false_positives);
        let last = self.precision.unwrap_or(precision);
        self.at = (share(self.false_positives, self.negatives), share(self.true_positives, self.positives));
        self.precision = Some(precision);
        self.roc += (self.at.0 - before.0) * (self.at.1 + before.1) / 2.0;
        self.precision_recall += (self.at.1 - before.1) * (precision + last) / 2.0;
    }

    /// Areas under the ROC curve and under the precision-recall curve.
    pub(super) fn finish(&self) -> (f64, f64) {
        let last = (1.0 - self.at.0) * (1.0 + self.at.1) / 2.0;
        (self.roc + last, self.precision_recall)
    }
}

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// Points of both curves, of which the file holds at most [`MOST_POINTS`].
pub(super) struct Curves {
    areas: Areas,
    roc: Thinned,
    precision_recall: Thinned,
    pub(super) of_rates: Roc,
    pub(super) of_precision: PrecisionRecall,
}

impl Curves {
    /// Before the first row, of so many distinct scores.
    pub(super) fn new(positives: f64, negatives: f64, distinct: usize) -> Self {
        let mut curves = Self {
            areas: Areas::new(positives, negatives),
            roc: Thinned::of(distinct + 2),
            precision_recall: Thinned::of(distinct + 1),
            of_rates: Roc::default(),
            of_precision: PrecisionRecall::default(),
        };
        curves.rates(0.0, 0.0);
        curves
    }

    /// Takes in all rows of one score.
    pub(super) fn push(&mut self, positives: f64, negatives: f64) {
        let is_first = self.areas.precision.is_none();
        self.areas.push(positives, negatives);
        let ((x, y), precision) = (self.areas.at, self.areas.precision.unwrap_or_default());
        if is_first {
            self.precision(0.0, precision);
        }
        self.rates(x, y);
        self.precision(y, precision);
    }

    /// Ends the ROC curve.
    pub(super) fn finish(mut self) -> (Roc, PrecisionRecall) {
        self.rates(1.0, 1.0);
        (self.of_rates, self.of_precision)
    }

    fn rates(&mut self, x: f64, y: f64) {
        if self.roc.keeps_next() {
            self.of_rates.false_positive_rates.push(x);
            self.of_rates.true_positive_rates.push(y);
        }
    }

    fn precision(&mut self, recall: f64, precision: f64) {
        if self.precision_recall.keeps_next() {
            self.of_precision.recalls.push(recall);
            self.of_precision.precisions.push(precision);
        }
    }
}

/// Which points of a long curve are kept: of n points those at floor(i (n - 1) / 1999) for i = 0 to 1999, the ends among them.
struct Thinned {
    points: usize,
    seen: usize,
    kept: usize,
}

impl Thinned {
    fn of(points: usize) -> Self {
        Self { points, seen: 0, kept: 0 }
    }

    fn keeps_next(&mut self) -> bool {
        let wanted = self.kept * (self.points - 1) / (MOST_POINTS - 1);
        let keeps = self.points <= MOST_POINTS || self.seen == wanted;
        self.seen += 1;
        self.kept += usize::from(keeps);
        keeps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_of_many_points_keeps_2000_evenly_with_both_ends() {
        for points in [1, 2, 1_999, 2_000, 2_001, 3_999, 1_000_000] {
            let mut thinned = Thinned::of(points);
            let kept: Vec<usize> = (0..points).filter(|_| thinned.keeps_next()).collect();
            assert_eq!((kept.len(), kept[0]), (points.min(MOST_POINTS), 0));
            assert_eq!(kept.last(), Some(&(points - 1)));
            let gaps = kept.windows(2).map(|pair| pair[1] - pair[0]);
            let (least, most) =
                gaps.fold((usize::MAX, 0), |(least, most), gap| (least.min(gap), most.max(gap)));
            assert!(points == 1 || most - least <= 1, "{points}: {least} to {most}");
        }
    }

    /// By hand: scores 0.9 (right), 0.5 (one right, one wrong), 0.1 (wrong).
    #[test]
    fn a_small_curve_has_the_points_that_a_hand_draws() {
        let mut curves = Curves::new(2.0, 2.0, 3);
        let mut areas = Areas::new(2.0, 2.0);
        for (positives, negatives) in [(1.0, 0.0), (1.0, 1.0), (0.0, 1.0)] {
            curves.push(positives, negatives);
            areas.push(positives, negatives);
        }
        let (roc, precision_recall) = curves.finish();
        assert_eq!(roc.false_positive_rates, [0.0, 0.0, 0.5, 1.0, 1.0]);
        assert_eq!(roc.true_positive_rates, [0.0, 0.5, 1.0, 1.0, 1.0]);
        assert_eq!(precision_recall.recalls, [0.0, 0.5, 1.0, 1.0]);
        assert_eq!(precision_recall.precisions, [1.0, 1.0, 2.0 / 3.0, 0.5]);
        assert_eq!(areas.finish(), (0.5 * 1.5 / 2.0 + 0.5, 0.5 + 0.5 * (1.0 + 2.0 / 3.0) / 2.0));
    }
}
