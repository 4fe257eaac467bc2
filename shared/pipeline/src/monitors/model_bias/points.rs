//! The points of groups, under the built-in monitor's names and dimensions: a pure translation.
//!
//! It sends nothing. Metrics are of the window, and stamped with its start; what alarms watch, with the hour before the scheduled
//! one.

use crate::ground_truth::{LABEL_POINTS, label_points};
use crate::metrics::{EVERY_RUN, run_points};
use bellwether_analysis::model_bias::BIAS_MEASURES;
use bellwether_analysis::monitors::model_bias::{BiasPoint, POINT_PREFIX, points as metrics};
use bellwether_analysis::verdict::Verdict;
use bellwether_contract::execution::GroundTruthSummary;
use bellwether_contract::metrics::{Dimension, MetricPoint, Unit};
use bellwether_contract::model_bias::BiasAnalysis;
use jiff::Timestamp;

/// CloudWatch's longest value of a dimension.
const LONGEST_VALUE: usize = 1_024;

/// Names of every metric that a run may publish.
pub fn names() -> impl Iterator<Item = String> {
    let of_groups = BIAS_MEASURES.iter().map(|measure| format!("{POINT_PREFIX}{}", measure.name));
    LABEL_POINTS.into_iter().chain(EVERY_RUN).map(str::to_owned).chain(of_groups)
}

/// The points of a run.
pub(super) fn points(
    analysis: Option<&BiasAnalysis>,
    labels: &GroundTruthSummary,
    verdict: &Verdict,
    start: Timestamp,
) -> Vec<MetricPoint> {
    let of_groups =
        analysis.into_iter().flat_map(metrics).filter(is_legal).map(|point| of_group(point, start));
    let mut points: Vec<MetricPoint> = of_groups.collect();
    points.extend(label_points(labels));
    points.extend(run_points(verdict));
    points
}

/// Whether CloudWatch can take it: it wants values of dimensions in ASCII, of 1 to 1,024 characters.
fn is_legal(point: &BiasPoint) -> bool {
    let values = [&point.label, &point.label_value, &point.facet, &point.facet_value];
    values.into_iter().all(|value| {
        let is_printable = value.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        is_printable && !value.trim().is_empty() && value.len() <= LONGEST_VALUE && !value.starts_with(':')
    })
}

fn of_group(point: BiasPoint, start: Timestamp) -> MetricPoint {
    let BiasPoint { name, value, stage, label, label_value, facet, facet_value } = point;
    let dimensions = [
        ("BiasStage", stage.to_owned()),
        ("Label", label),
        ("LabelValue", label_value),
        ("Facet", facet),
        ("FacetValue", facet_value),
    ];
    let dimensions = dimensions.map(|(name, value)| Dimension { name: name.to_owned(), value });
    MetricPoint { dimensions: dimensions.into(), ..MetricPoint::value(name, Unit::None, value).at(start) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_that_cloudwatch_cannot_name_stands_in_the_report_alone() {
        let point = |facet_value: &str| BiasPoint {
            name: "bias_metric_CI".to_owned(),
            value: 0.5,
            stage: "Pre-training",
            label: "hired".to_owned(),
            label_value: "1".to_owned(),
            facet: "sex".to_owned(),
            facet_value: facet_value.to_owned(),
        };
        for (value, legal) in
            [("f", true), ("(100, 225]", true), ("", false), (" ", false), (":x", false), ("\u{fc}", false)]
        {
            assert_eq!(is_legal(&point(value)), legal, "{value:?}");
        }
        assert!(!is_legal(&point(&"x".repeat(LONGEST_VALUE + 1))));
    }
}
