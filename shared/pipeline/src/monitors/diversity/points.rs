//! The points of lists: a pure translation.
//!
//! It sends nothing.

use crate::metrics::{EVERY_RUN, MOST_VALUES, run_points};
use bellwether_analysis::diversity::ListProfile;
use bellwether_analysis::monitors::diversity::{CAPTURED_FEATURE, Measured, feature_name};
use bellwether_analysis::verdict::Verdict;
use bellwether_contract::execution::ReplaySummary;
use bellwether_contract::metrics::{MetricPoint, MetricValue, Unit};

/// Names of every metric that a run may publish, for lists of length k; what is measured is a subset.
pub fn names(k: usize) -> Vec<String> {
    let feature = feature_name(k);
    let of_lists = ["", "_mean", "_min", "_p5"].map(|suffix| format!("{feature}{suffix}"));
    let captured = format!("{CAPTURED_FEATURE}_mean");
    let others = [&captured, "replay_answered", "replay_failed", "replay_degraded", "replay_incomplete"];
    of_lists.into_iter().chain(others.into_iter().chain(EVERY_RUN).map(str::to_owned)).collect()
}

/// The points of a run. Without a decision on the replay there is no diversity point; where no replay was made the captured
/// lists have it, so that one alarm serves both.
pub(super) fn points(
    measured: &Measured<'_>,
    replay: Option<&ReplaySummary>,
    verdict: &Verdict,
    k: usize,
) -> Vec<MetricPoint> {
    let mut points = Vec::new();
    let is_undecided = replay.is_some_and(|replay| replay.incomplete);
    if let Some(lists) = measured.judged_lists().filter(|_| !is_undecided) {
        points.extend(list_points(&feature_name(k), lists));
    }
    let captured = measured.captured.as_ref().and_then(|(lists, _)| lists.mean());
    points.extend(
        captured.map(|mean| MetricPoint::value(format!("{CAPTURED_FEATURE}_mean"), Unit::None, mean)),
    );
    if let Some(replay) = replay {
        let flag = |name: &str, is: bool| MetricPoint::value(name, Unit::None, f64::from(u8::from(is)));
        points.push(MetricPoint::value("replay_answered", Unit::Count, replay.answered as f64));
        points.push(MetricPoint::value(
            "replay_failed",
            Unit::Count,
            (replay.sessions - replay.answered) as f64,
        ));
        points.push(flag("replay_degraded", replay.degraded));
        points.push(flag("replay_incomplete", replay.incomplete));
    }
    points.extend(run_points(verdict));
    points
}

fn list_points(feature: &str, lists: &ListProfile) -> Vec<MetricPoint> {
    let (values, counts): (Vec<f64>, Vec<f64>) =
        lists.histogram().iter().map(|(distinct, lists)| (*distinct as f64, *lists as f64)).unzip();
    let mut points: Vec<MetricPoint> = values
        .chunks(MOST_VALUES)
        .zip(counts.chunks(MOST_VALUES))
        .map(|(values, counts)| MetricPoint {
            name: feature.to_owned(),
            unit: Unit::Count,
            timestamp: None,
            dimensions: Vec::new(),
            value: MetricValue::Distribution { values: values.to_vec(), counts: counts.to_vec() },
        })
        .collect();
    for (suffix, value) in [("mean", lists.mean()), ("min", lists.min()), ("p5", lists.percentile(0.05))] {
        points
            .extend(value.map(|value| MetricPoint::value(format!("{feature}_{suffix}"), Unit::None, value)));
    }
    points
}
