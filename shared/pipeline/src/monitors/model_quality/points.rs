//! The points of answers, under the built-in monitor's names: a pure translation.
//!
//! It sends nothing. The realised metrics are of the window, and stamped with its start as the built-in monitor stamps them;
//! estimates, and what alarms watch, with the hour before the scheduled one.

use crate::ground_truth::{LABEL_POINTS, label_points};
use crate::metrics::{EVERY_RUN, run_points};
use bellwether_analysis::model_quality::{Estimates, MeasuredQuality};
use bellwether_analysis::monitors::model_quality::{ESTIMATED, points as metrics};
use bellwether_analysis::verdict::Verdict;
use bellwether_contract::execution::GroundTruthSummary;
use bellwether_contract::metrics::{MetricPoint, Unit};
use jiff::Timestamp;

/// Violations, as the built-in monitor counts them too.
const TOTAL: &str = "total_number_of_violations";

/// Names of every metric that a run of a binary classification with scores may publish; what is measured is a subset.
pub fn names() -> impl Iterator<Item = String> {
    let constant = ["recall", "precision", "accuracy", "f0_5", "f1", "f2"];
    let both = [
        "recall",
        "precision",
        "accuracy",
        "true_positive_rate",
        "true_negative_rate",
        "false_positive_rate",
        "false_negative_rate",
        "auc",
        "f0_5",
        "f1",
        "f2",
    ];
    let own = [TOTAL, "au_prc"].into_iter().chain(LABEL_POINTS);
    let constant = constant.into_iter().map(|name| format!("{name}_best_constant_classifier"));
    let estimated = both.into_iter().map(|name| format!("{ESTIMATED}{name}"));
    both.into_iter().chain(own).chain(EVERY_RUN).map(str::to_owned).chain(constant).chain(estimated)
}

/// What a run measured and judged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found<'f> {
    pub(super) measured: Option<&'f MeasuredQuality>,
    pub(super) estimates: Option<&'f Estimates>,
    pub(super) labels: &'f GroundTruthSummary,
    pub(super) verdict: &'f Verdict,
    /// When the window starts.
    pub(super) start: Timestamp,
}

/// The points of a run.
pub(super) fn points(found: Found<'_>) -> Vec<MetricPoint> {
    let Found { measured, estimates, labels, verdict, start } = found;
    let of_metrics = metrics(measured, estimates).into_iter().map(|(name, value)| {
        let is_estimate = name.starts_with(ESTIMATED);
        let point = MetricPoint::value(name, Unit::None, value);
        if is_estimate { point } else { point.at(start) }
    });
    let count = |name: &str, count: u64| MetricPoint::value(name, Unit::Count, count as f64);
    let mut points: Vec<MetricPoint> = of_metrics.collect();
    points.push(count(TOTAL, verdict.violated.len() as u64).at(start));
    points.extend(label_points(labels));
    points.extend(run_points(verdict));
    points
}
