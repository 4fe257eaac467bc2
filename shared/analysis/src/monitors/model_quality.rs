//! Model quality: are the answers still as right as they were on the baseline?
//!
//! A model answers on when the world has changed; only labels that arrive later tell. What is measured of labelled rows, or
//! estimated before there are labels, is in [`crate::model_quality`]; here [`statistics`] lays it out as a file,
//! [`constraints`] says what a baseline demands, [`evaluate`] compares the two, and [`points`] names what is published. Nothing
//! here joins labels with answers.
//!
//! | symbol | is |
//! |---|---|
//! | x | a metric's value in this window |
//! | t | its threshold: the baseline's value, without slack |
//! | x' and s | its estimated value, and the sampling error of that |
//!
//! | constraint | violated when |
//! |---|---|
//! | `LessThanThreshold` | x < t |
//! | `GreaterThanThreshold`: `false_positive_rate`, `false_negative_rate`, `mae`, `mse`, `rmse` | x > t |
//! | the same of an estimate, named `estimated_...` | x' < t - 3 s, or x' > t + 3 s |
//!
//! A value equal to its threshold violates nothing. The deviation of a value is printed and judges nothing.
//!
//! A threshold that has no value to be held against is not evaluable, with the reason; so is a value without a threshold, and
//! a name that is no metric. Where neither is there, because a class was absent on both sides, nothing is asked. The built-in
//! container says nothing of any of these.
//!
//! A kept estimate is kept aside: it never makes a window healthy whose labels have not come. A violated one counts.
//!
//! Source: constraints and violations of the container's real runs, 2020 to 2025. It writes the four rates in camel case, in
//! violations alone, and never reports `f0_5` although it constrains it; we do, unless [`Parity`] says otherwise.
//!
//! Blind spots: a threshold without slack is crossed by chance in half of all windows as good as the baseline, so that people
//! edit it; the mean over all rows hides a group of them. Those of the measures are told there.
//!
//! ```
//! use bellwether_analysis::model_quality::{Answer, Draws, LabelledRows, Problem, measure};
//! use bellwether_analysis::monitors::model_quality::{Parity, constraints, evaluate};
//! use bellwether_contract::model_quality::ProblemType::Regression;
//!
//! let measured = |answers: [&str; 4]| {
//!     let mut rows = LabelledRows::new(&Problem::regression());
//!     for (truth, answer) in ["1", "2", "3", "4"].into_iter().zip(answers) {
//!         rows.push(truth, &Answer::label(answer), Draws::default()).expect("numbers");
//!     }
//!     measure(&mut rows)
//! };
//! let baseline = constraints(&measured(["1", "2", "3", "5"]));
//! let limits = baseline.of(Regression).expect("a block");
//!
//! let worse = evaluate(Ok(&measured(["1", "2", "3", "6"])), None, limits, Parity::default());
//! assert_eq!(worse.violated[0].description, "Metric mae with 0.5 was GreaterThanThreshold '0.25'");
//! let same = evaluate(Ok(&measured(["1", "2", "3", "5"])), None, limits, Parity::default());
//! assert_eq!((same.violated.len(), same.held.len()), (0, 4));
//! ```

mod evaluated;
mod names;

use bellwether_contract::Timestamp;
use bellwether_contract::constraints::ComparisonOperator;
use bellwether_contract::model_quality::{
    EstimatedMetric, LabelledDataset, MetricEntry, Metrics, ModelQualityConstraints, ModelQualityStatistics,
    PrecisionRecall, ProblemType, QualityMetric, Roc, Threshold, Thresholds,
};
use bellwether_contract::named::Named;
use bellwether_contract::statistics::Unknown;

use crate::model_quality::{Estimates, Measure, MeasuredQuality};

pub use evaluated::{ESTIMATE_ERRORS, Parity, evaluate};
pub use names::{ESTIMATED, TOTAL_NUMBER_OF_VIOLATIONS, reported_name};

/// The times of a window, as its statistics name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// Begin, inclusive.
    pub start: Timestamp,
    /// End, exclusive.
    pub end: Timestamp,
    /// The scheduled time of the run.
    pub evaluation: Timestamp,
}

/// `statistics.json` of a window, or of a baseline, which has no times. Of labels that never came there is no block of
/// metrics, and no row.
#[must_use]
pub fn statistics(
    measured: Option<&MeasuredQuality>,
    estimates: Option<&Estimates>,
    times: Option<&Times>,
) -> ModelQualityStatistics {
    let time = |of: fn(&Times) -> Timestamp| times.map(|times| of(times).to_string());
    let mut statistics = ModelQualityStatistics {
        dataset: LabelledDataset {
            item_count: measured.map_or(0, |measured| measured.rows),
            start_time: time(|times| times.start),
            end_time: time(|times| times.end),
            evaluation_time: time(|times| times.evaluation),
            unknown: Unknown::new(),
        },
        ..ModelQualityStatistics::default()
    };
    if let Some(measured) = measured {
        statistics.set_metrics(measured.problem_type, metrics(measured));
    }
    if let Some(estimates) = estimates {
        statistics.set_estimates(estimates.problem_type, estimated(estimates));
    }
    statistics
}

/// The block of metrics: the matrix first, the curves behind the rates.
fn metrics(measured: &MeasuredQuality) -> Metrics {
    let mut metrics = Named::new();
    if let Some(confusion) = &measured.confusion {
        metrics.insert("confusion_matrix", MetricEntry::Confusion(confusion.clone()));
    }
    let from_bins = measured.from_bins.is_some();
    for (name, measure) in measured.metrics.iter() {
        let metric = QualityMetric { from_bins: from_bins && FROM_BINS.contains(&name), ..metric(measure) };
        metrics.insert(name, MetricEntry::QualityMetric(metric));
        if name == "false_negative_rate" {
            let roc = measured.roc.clone().map(|roc| MetricEntry::Roc(Roc { from_bins, ..roc }));
            let precision_recall = measured
                .precision_recall
                .clone()
                .map(|curve| MetricEntry::PrecisionRecall(PrecisionRecall { from_bins, ..curve }));
            roc.into_iter().for_each(|curve| metrics.insert(ROC_CURVE, curve));
            precision_recall.into_iter().for_each(|curve| metrics.insert(PRECISION_RECALL_CURVE, curve));
        }
    }
    metrics
}

/// What hangs on scores themselves, and not only on the answers that they made: approximate where those were counted in bins.
pub const FROM_BINS: [&str; 4] = ["auc", "au_prc", ROC_CURVE, PRECISION_RECALL_CURVE];

const ROC_CURVE: &str = "receiver_operating_characteristic_curve";
const PRECISION_RECALL_CURVE: &str = "precision_recall_curve";

fn metric(measure: &Measure) -> QualityMetric {
    QualityMetric {
        value: measure.value.ok(),
        standard_deviation: measure.standard_deviation,
        from_bins: false,
        unknown: Unknown::new(),
    }
}

fn estimated(estimates: &Estimates) -> Named<EstimatedMetric> {
    let estimate = |(name, estimated): (&str, &crate::model_quality::Estimated)| {
        let (value, sampling_error) = (estimated.value.ok(), estimated.sampling_error);
        (name.to_owned(), EstimatedMetric { value, sampling_error, unknown: Unknown::new() })
    };
    estimates.metrics.iter().map(estimate).collect()
}

/// What the baseline demands: its own values, unchanged. Metrics of the best constant answer, `au_prc`, curves and matrix
/// demand nothing; without scores there is no `auc` to demand.
#[must_use]
pub fn constraints(baseline: &MeasuredQuality) -> ModelQualityConstraints {
    let limit = |(name, operator): &(&str, ComparisonOperator)| {
        let measure = baseline.metrics.get(name)?;
        let threshold = Threshold {
            threshold: measure.value.ok(),
            comparison_operator: operator.clone(),
            unknown: Unknown::new(),
        };
        Some(((*name).to_owned(), threshold))
    };
    let limits: Thresholds = constrained(baseline.problem_type).iter().filter_map(limit).collect();
    let mut constraints = ModelQualityConstraints::default();
    constraints.set(baseline.problem_type, limits);
    constraints
}

/// What is constrained, in the order of the file, and on which side a violation lies.
fn constrained(problem: ProblemType) -> &'static [(&'static str, ComparisonOperator)] {
    use ComparisonOperator::{GreaterThanThreshold as Greater, LessThanThreshold as Less};
    match problem {
        ProblemType::Regression => &[("mae", Greater), ("mse", Greater), ("rmse", Greater), ("r2", Less)],
        ProblemType::BinaryClassification => &[
            ("recall", Less),
            ("precision", Less),
            ("accuracy", Less),
            ("true_positive_rate", Less),
            ("true_negative_rate", Less),
            ("false_positive_rate", Greater),
            ("false_negative_rate", Greater),
            ("auc", Less),
            ("f0_5", Less),
            ("f1", Less),
            ("f2", Less),
        ],
        ProblemType::MulticlassClassification => &[
            ("accuracy", Less),
            ("weighted_recall", Less),
            ("weighted_precision", Less),
            ("weighted_f0_5", Less),
            ("weighted_f1", Less),
            ("weighted_f2", Less),
        ],
    }
}

/// What CloudWatch is told: every metric that has a value, by the container's name, and every estimate as
/// `estimated_{metric}`. Matrix, curves and deviations are not published; the number of violations
/// ([`TOTAL_NUMBER_OF_VIOLATIONS`]) is whoever concludes' to add.
#[must_use]
pub fn points(measured: Option<&MeasuredQuality>, estimates: Option<&Estimates>) -> Vec<(String, f64)> {
    let measured = measured.into_iter().flat_map(|measured| {
        measured.metrics.iter().filter_map(|(name, measure)| Some((name.to_owned(), measure.value.ok()?)))
    });
    let estimates = estimates.into_iter().flat_map(|estimates| {
        let point = |(name, estimate): (&str, &crate::model_quality::Estimated)| {
            Some((format!("{ESTIMATED}{name}"), estimate.value.ok()?))
        };
        estimates.metrics.iter().filter_map(point)
    });
    measured.chain(estimates).collect()
}

#[cfg(test)]
mod tests;
