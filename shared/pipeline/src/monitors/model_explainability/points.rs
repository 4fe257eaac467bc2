//! The points of features, under the built-in monitor's names and dimensions: a pure translation.
//!
//! It sends nothing. Values are of the window, and stamped with its start; what alarms watch, with the hour before the scheduled one.

use crate::metrics::{EVERY_RUN, run_points};
use bellwether_analysis::monitors::model_explainability::{
    EXPLAINABILITY_METHOD, ExplanationPoint, points as metrics,
};
use bellwether_analysis::verdict::Verdict;
use bellwether_contract::metrics::{Dimension, MetricPoint, Unit};
use bellwether_contract::model_explainability::{ExplanationAnalysis, ExplanationSummary};
use jiff::Timestamp;

/// How far the order of features is the baseline's: of several outputs the least.
const NDCG: &str = "ndcg";
/// Rows that were explained.
const EXPLAINED_ROWS: &str = "explained_rows";
/// Rows that the model was asked.
const ROWS_ASKED: &str = "rows_asked";
/// CloudWatch's longest name, in characters.
const LONGEST_NAME: usize = 255;

/// Names of every metric that a run may publish under its own dimensions; those of features and outputs have more.
pub fn names() -> impl Iterator<Item = String> {
    [NDCG, EXPLAINED_ROWS, ROWS_ASKED].into_iter().chain(EVERY_RUN).map(str::to_owned)
}

/// The points of a run.
pub(super) fn points(
    found: Option<(&ExplanationAnalysis, &ExplanationSummary)>,
    verdict: &Verdict,
    start: Timestamp,
) -> Vec<MetricPoint> {
    let count = |name: &str, count: u64| MetricPoint::value(name, Unit::Count, count as f64);
    let mut points: Vec<MetricPoint> = Vec::new();
    if let Some((analysis, summary)) = found {
        let of_features = metrics(analysis).into_iter().filter(is_legal);
        points.extend(of_features.map(|point| of_feature(point, start)));
        let least = summary.labels.iter().filter_map(|(_, label)| label.ndcg).min_by(f64::total_cmp);
        points.extend(least.map(|least| MetricPoint::value(NDCG, Unit::None, least)));
        points.push(count(EXPLAINED_ROWS, summary.explained_rows));
        points.push(count(ROWS_ASKED, summary.rows_asked));
    }
    points.extend(run_points(verdict));
    points
}

/// Whether CloudWatch can take it: it wants names and values of dimensions in printable ASCII.
fn is_legal(point: &ExplanationPoint) -> bool {
    let is_printable = |text: &str| text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    let label = &point.label;
    is_printable(&point.name)
        && point.name.len() <= LONGEST_NAME
        && is_printable(label)
        && !label.trim().is_empty()
        && !label.starts_with(':')
        && label.len() <= LONGEST_NAME
}

fn of_feature(point: ExplanationPoint, start: Timestamp) -> MetricPoint {
    let ExplanationPoint { name, value, label, value_type } = point;
    let dimensions = [
        ("ExplainabilityMethod", EXPLAINABILITY_METHOD.to_owned()),
        ("Label", label),
        ("ValueType", value_type.to_owned()),
    ];
    let dimensions =
        dimensions.map(|(name, value)| Dimension { name: name.to_owned(), value }).into_iter().collect();
    MetricPoint { dimensions, ..MetricPoint::value(name, Unit::None, value).at(start) }
}
