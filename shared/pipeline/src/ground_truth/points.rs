//! The points of labels, whichever monitor joins them: a pure translation.

use bellwether_analysis::label_coverage::unmeasured;
use bellwether_contract::execution::GroundTruthSummary;
use bellwether_contract::metrics::{MetricPoint, Unit};

/// Their names.
pub const LABEL_POINTS: [&str; 4] =
    ["captured_records", "labelled_records", "unmeasured_rows", "ground_truth_coverage"];

/// How much of a window is labelled; of no record there is no share.
pub fn label_points(labels: &GroundTruthSummary) -> impl Iterator<Item = MetricPoint> {
    let [captured, labelled, not_measured, coverage] = LABEL_POINTS;
    let count = |name: &str, count: u64| MetricPoint::value(name, Unit::Count, count as f64);
    let counts = [
        count(captured, labels.captured),
        count(labelled, labels.labelled),
        count(not_measured, unmeasured(labels)),
    ];
    let share = (labels.captured > 0).then(|| MetricPoint::value(coverage, Unit::None, labels.coverage()));
    counts.into_iter().chain(share)
}
