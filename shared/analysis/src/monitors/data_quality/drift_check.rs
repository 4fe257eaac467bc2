//! How far one column has moved from its baseline, against the threshold.

use bellwether_contract::constraints::ComparisonOperator;
use bellwether_contract::statistics::{FeatureStatistics, InferredType, KllSketch};

use super::checks::NO_VALUE;
use super::settings::{CategoricalMethod, Method};
use super::{Column, Comparison, Held, text};
use crate::drift::{Categories, Distance, categorical, chi_squared, numerical, numerical_of_deequ};

/// What came of a comparison.
#[derive(Debug, Default)]
pub(super) struct Drift {
    /// Absent where nothing was compared, or not by a distance.
    pub(super) distance: Option<f64>,
    /// What was held against the threshold.
    pub(super) held: Option<Held>,
}

/// Compares a column with its baseline, as numbers or as texts by its expected type.
pub(super) fn drift(column: &Column<'_>, comparison: Comparison) -> Result<Drift, String> {
    if !column.settings.compares()? {
        return Ok(Drift::default());
    }
    let baseline = column.baseline.ok_or("there are no baseline statistics of it")?;
    match &column.constraint.inferred_type {
        InferredType::Integral | InferredType::Fractional => numbers(column, baseline, comparison),
        InferredType::String | InferredType::Boolean => texts(column, baseline, comparison),
        InferredType::Unknown => Err("the baseline has no value of it".to_owned()),
        InferredType::Other(word) => Err(format!("the constraints expect the unknown type {word:?}")),
    }
}

fn numbers(
    column: &Column<'_>,
    baseline: &FeatureStatistics,
    comparison: Comparison,
) -> Result<Drift, String> {
    let method = column.settings.method(comparison)?;
    let before = sketch(baseline).ok_or("its baseline statistics have no sketch")?;
    if column.statistics.counts().is_some_and(|counts| counts.num_present == 0) {
        return Err(NO_VALUE.to_owned());
    }
    let now = sketch(column.statistics).ok_or("its values in this run have no sketch")?;
    let distance = match comparison {
        Comparison::Deequ => numerical_of_deequ(now, before),
        Comparison::AsConfigured | Comparison::Simple | Comparison::Robust => numerical(now, before),
    };
    let distance = distance.ok_or("one of its two sketches has no item")?;
    Ok(held_against(column.settings.comparison_threshold(), &distance, method))
}

fn texts(column: &Column<'_>, baseline: &FeatureStatistics, comparison: Comparison) -> Result<Drift, String> {
    let threshold = column.settings.categorical_comparison_threshold();
    let kind = column.settings.categorical_method()?;
    let before = Categories::of(baseline).ok_or("its baseline statistics have no counts by value")?;
    let now =
        Categories::of(column.statistics).ok_or("its values in this run were not counted one by one")?;
    match kind {
        CategoricalMethod::LInfinity => {
            let method = column.settings.method(comparison)?;
            let distance = categorical(&now, &before).ok_or("one side has no cell")?;
            Ok(held_against(threshold, &distance, method))
        }
        CategoricalMethod::ChiSquared => {
            let p_value = chi_squared(&now, &before).map_err(|reason| reason.to_string())?.p_value;
            let words = |p_value| text::chi_squared(p_value, threshold);
            let held = Held {
                baseline_n: Some(before.total() as u64),
                ..Held::at_least(p_value, threshold, now.total() as u64, words)
            };
            Ok(Drift { distance: None, held: Some(held) })
        }
    }
}

fn held_against(threshold: f64, distance: &Distance, method: Method) -> Drift {
    let value = match method {
        Method::Simple => distance.simple,
        Method::Robust => distance.robust(),
    };
    let held = Held {
        value,
        limit: threshold,
        comparison: ComparisonOperator::GreaterThanThreshold,
        n: distance.current as u64,
        baseline_n: Some(distance.baseline as u64),
        violation: (value > threshold).then(|| text::drift(value, threshold)),
    };
    Drift { distance: Some(value), held: Some(held) }
}

fn sketch(statistics: &FeatureStatistics) -> Option<&KllSketch> {
    statistics.numerical_statistics.as_ref()?.distribution.as_ref()?.kll.as_ref()?.sketch.as_ref()
}
