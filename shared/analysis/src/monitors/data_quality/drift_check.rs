//! How far one column has moved from its baseline, against the threshold.

use bellwether_contract::constraints::{CategoricalDriftMethod, ComparisonMethod, ComparisonOperator};
use bellwether_contract::judged::{Compared, Judged};
use bellwether_contract::statistics::{FeatureStatistics, InferredType, Kll, KllSketch, NumericalBucket};

use super::checks::NO_VALUE;
use super::{Column, Comparison, Held, text, unnamed};
use crate::drift::{
    Categories, Distance, categorical, chi_squared, numerical, numerical_by_buckets, numerical_of_deequ,
    weight,
};

/// Sketches and buckets hold every value of a column, by weight: nothing is lost in merging or compacting. Only a cell that
/// is a number in words and fits into no double is present and in neither. So this share of the values, at most, may be
/// missing from what is taken for the column's distribution, or too many in it.
const UNACCOUNTED: f64 = 0.01;

/// What came of a comparison.
#[derive(Debug, Default)]
pub(super) struct Drift {
    /// Absent where nothing was compared, or not by a distance.
    pub(super) distance: Option<f64>,
    /// What was held against the threshold.
    pub(super) held: Option<Held>,
    /// What should be known of how it was compared.
    pub(super) warning: Option<String>,
}

/// Compares a column with its baseline, as numbers or as texts by its expected type.
pub(super) fn drift(column: &Column<'_>, comparison: Comparison) -> Result<Drift, String> {
    if !column.settings.compares() {
        return Ok(Drift::default());
    }
    let baseline = column.baseline.ok_or("there are no baseline statistics of it")?;
    match &column.constraint.inferred_type {
        InferredType::Integral | InferredType::Fractional => numbers(column, baseline, comparison),
        InferredType::String | InferredType::Boolean => texts(column, baseline, comparison),
        InferredType::Unknown => Err("the baseline has no value of it".to_owned()),
    }
}

fn numbers(
    column: &Column<'_>,
    baseline: &FeatureStatistics,
    comparison: Comparison,
) -> Result<Drift, String> {
    let before = match sketch(baseline, "its baseline statistics", "its baseline sketch") {
        Ok(sketch) => Before::Sketch(sketch),
        Err(reason) => Before::Buckets(buckets(baseline).ok_or_else(|| reason.clone())?, reason),
    };
    if present(column.statistics) == 0 {
        return Err(NO_VALUE.to_owned());
    }
    let now = sketch(column.statistics, "its values in this run", "its sketch in this run")?;
    let (distance, warning) = match before {
        Before::Sketch(before) if comparison == Comparison::Deequ => (numerical_of_deequ(now, before), None),
        Before::Sketch(before) => (numerical(now, before), None),
        Before::Buckets(buckets, reason) => {
            let distance = numerical_by_buckets(now, buckets).ok_or_else(|| reason.clone())?;
            (Some(distance), Some(format!("{reason}; compared by its {} buckets", buckets.len())))
        }
    };
    let distance = distance.ok_or("one of its two sketches has no item")?;
    let method = column.settings.method(comparison);
    Ok(Drift { warning, ..held_against(column.settings.comparison_threshold(), &distance, method) })
}

/// What a column of numbers is compared with.
enum Before<'b> {
    Sketch(&'b KllSketch),
    /// With the reason for which it is not the sketch.
    Buckets(&'b [NumericalBucket], String),
}

fn texts(column: &Column<'_>, baseline: &FeatureStatistics, comparison: Comparison) -> Result<Drift, String> {
    let threshold = column.settings.categorical_comparison_threshold();
    let before = Categories::of(baseline).ok_or("its baseline statistics have no counts by value")?;
    let (held, present) = (before.present(), present(baseline));
    if !is_all(held as f64, present) {
        return Err(format!("the counts by value of its baseline hold {held} of {present} values"));
    }
    let now =
        Categories::of(column.statistics).ok_or("its values in this run were not counted one by one")?;
    match column.settings.categorical_method() {
        CategoricalDriftMethod::LInfinity => {
            let method = column.settings.method(comparison);
            let distance = categorical(&now, &before).ok_or("one side has no cell")?;
            Ok(held_against(threshold, &distance, method))
        }
        CategoricalDriftMethod::ChiSquared => {
            let p_value = chi_squared(&now, &before).map_err(|reason| reason.to_string())?.p_value;
            let words = |p_value| text::chi_squared(p_value, threshold);
            let mut held = Held::at_least(p_value, threshold, now.total() as u64, words);
            held.judged.baseline_n = Some(before.total() as u64);
            held.judged.compared =
                Some(Compared { method: "ChiSquared".to_owned(), distance: None, sampling_share: None });
            Ok(Drift { held: Some(held), ..Drift::default() })
        }
    }
}

fn held_against(threshold: f64, distance: &Distance, method: ComparisonMethod) -> Drift {
    let (value, method) = match method {
        ComparisonMethod::Simple => (distance.simple, "Simple"),
        ComparisonMethod::Robust => (distance.robust(), "Robust"),
    };
    let compared = Compared {
        method: method.to_owned(),
        distance: Some(distance.simple),
        sampling_share: Some(distance.sampling_share()),
    };
    let judged = Judged {
        compared: Some(compared),
        baseline_n: Some(distance.baseline as u64),
        ..unnamed(value, threshold, ComparisonOperator::GreaterThanThreshold, distance.current as u64)
    };
    let violation = (value > threshold).then(|| text::drift(value, threshold));
    Drift { distance: Some(value), held: Some(Held { judged, violation }), warning: None }
}

/// A column's sketch, if it is one of all its values.
fn sketch<'s>(statistics: &'s FeatureStatistics, whose: &str, which: &str) -> Result<&'s KllSketch, String> {
    let sketch = kll(statistics).and_then(|kll| kll.sketch.as_ref());
    let sketch = sketch.ok_or_else(|| format!("{whose} have no sketch"))?;
    let present = present(statistics);
    match weight(sketch) {
        Some(0) => Err(format!("{which} has no item")),
        Some(held) if is_all(held as f64, present) => Ok(sketch),
        Some(held) => Err(format!("{which} holds {held} of {present} values")),
        None => Err(format!("{which} has levels that no number of values reaches")),
    }
}

/// The buckets of a column, if there are some and they hold all its values.
fn buckets(statistics: &FeatureStatistics) -> Option<&[NumericalBucket]> {
    let buckets = kll(statistics)?.buckets.as_slice();
    let held: f64 = buckets.iter().map(|bucket| bucket.count).sum();
    (held > 0.0 && is_all(held, present(statistics))).then_some(buckets)
}

fn is_all(held: f64, present: u64) -> bool {
    (held - present as f64).abs() <= UNACCOUNTED * present as f64
}

fn kll(statistics: &FeatureStatistics) -> Option<&Kll> {
    statistics.numerical_statistics.as_ref()?.distribution.as_ref()?.kll.as_ref()
}

fn present(statistics: &FeatureStatistics) -> u64 {
    statistics.counts().map_or(0, |counts| counts.num_present)
}
