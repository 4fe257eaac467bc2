//! Metrics of rows whose labels are not known: each row counts as positive by its probability.
//!
//! ```text
//! p = calibrated score of a row;  y = its answer, 1 or 0
//! TP = sum of p over y = 1        FP = sum of 1 - p over y = 1
//! FN = sum of p over y = 0        TN = sum of 1 - p over y = 0
//! ```
//!
//! All else follows as of counts. The area under the ROC curve is that of the expected curve: by falling raw score, p and 1 - p
//! are cumulated in the place of labels. Of several labels the same is summed label by label, the probabilities of a row made to add up to 1.
//!
//! Source: confidence-based performance estimation, in NannyML's documentation, "How it works: performance estimation".
//!
//! Blind spot: it assumes that a score means what it meant on the baseline. When the world changes so that the same inputs have
//! other labels, nothing of that shows here.

use bellwether_contract::model_quality::{Calibration, ProblemType};

use super::binary::{self, Subset};
use super::curve::Areas;
use super::estimates::{Estimated, Estimates};
use super::measured::Values;
use super::rates::Counts;

/// Rows of one score, or of one bin of scores.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Expected {
    /// Rows.
    pub(super) rows: f64,
    /// Sum of their probabilities.
    pub(super) positives: f64,
}

/// Groups with falling scores, in each the rows that are answered negative and positive.
pub(super) fn values(groups: impl Iterator<Item = [Expected; 2]> + Clone) -> Values {
    let mut counts = Counts::default();
    for [negative, positive] in groups.clone() {
        counts.true_positive += positive.positives;
        counts.false_positive += positive.rows - positive.positives;
        counts.false_negative += negative.positives;
        counts.true_negative += negative.rows - negative.positives;
    }
    let mut areas = Areas::new(counts.positives(), counts.negatives());
    for [negative, positive] in groups {
        let positives = negative.positives + positive.positives;
        areas.push(positives, negative.rows + positive.rows - positives);
    }
    estimated(binary::values(&Subset { counts, areas: Some(areas.finish()), positive_first: false }))
}

/// The metrics that are estimated: neither those of a constant answer, nor the area under precision and recall.
pub(super) fn estimated(mut values: Values) -> Values {
    values.retain(|(name, _)| !name.ends_with("_best_constant_classifier") && *name != "au_prc");
    values
}

/// Values with the sampling errors that so many rows have.
pub(super) fn estimates(
    problem_type: ProblemType,
    rows: u64,
    values: Values,
    calibration: &Calibration,
) -> Estimates {
    let scale = (calibration.n_baseline as f64 / rows as f64).sqrt();
    let estimate = |(name, value): (&'static str, _)| {
        let error = calibration.sampling_errors.get(name).map(|error| error * scale);
        (name, Estimated { value, sampling_error: error.filter(|error| error.is_finite()) })
    };
    Estimates { problem_type, rows, metrics: values.into_iter().map(estimate).collect() }
}
