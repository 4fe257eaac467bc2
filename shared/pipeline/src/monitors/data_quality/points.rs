//! The points of columns, under the built-in monitor's names: a pure translation.
//!
//! It sends nothing. Which of them go to CloudWatch is a setting, because each name and dimension set costs money; all of
//! them stand in the report's `cloudwatch_metrics.jsonl`.

use crate::metrics::EVERY_RUN;
use bellwether_analysis::observed::{Observed, TypeCounts};
use bellwether_contract::metrics::{FEATURE_PREFIX, MetricPoint, MetricValue, StatisticValues, Unit};
use bellwether_contract::statistics::FeatureStatistics;
use std::collections::{BTreeMap, BTreeSet};

/// What there is of a column, between `feature_` and its name.
pub const FEATURE_METRICS: [&str; 11] = [
    "data",
    "non_null",
    "null",
    "completeness",
    "baseline_drift",
    "estimated_unique_values",
    "fractional_counts",
    "integral_counts",
    "string_counts",
    "boolean_counts",
    "unknown_counts",
];

/// Names of every metric of a run that is not a column's.
pub fn run_metrics() -> impl Iterator<Item = &'static str> {
    EVERY_RUN.into_iter().chain(["captured_records"])
}

/// Stands for all columns.
pub(super) const EVERY_COLUMN: &str = "*";

/// Longest name that CloudWatch takes.
const LONGEST_NAME: usize = 255;

/// Every point of every column. What a column does not have is left out.
pub(super) fn feature_points(observed: &Observed, distances: &[(String, f64)]) -> Vec<MetricPoint> {
    let distances: BTreeMap<&str, f64> =
        distances.iter().map(|(feature, distance)| (feature.as_str(), *distance)).collect();
    let columns = observed.statistics.features.iter().zip(&observed.types);
    columns
        .flat_map(|(feature, types)| of_column(feature, types, distances.get(feature.name.as_str())))
        .collect()
}

/// The points of these columns that CloudWatch can take: it wants names in ASCII, of at most 255 characters.
pub(super) fn points_of<'p>(
    points: &'p [MetricPoint],
    columns: &'p BTreeSet<String>,
) -> impl Iterator<Item = MetricPoint> + 'p {
    let all = columns.contains(EVERY_COLUMN);
    let is_of = move |point: &&MetricPoint| {
        let name = point.name.strip_prefix(FEATURE_PREFIX).unwrap_or_default();
        all || FEATURE_METRICS.iter().any(|metric| {
            let column = name.strip_prefix(metric).and_then(|rest| rest.strip_prefix('_'));
            column.is_some_and(|column| columns.contains(column))
        })
    };
    let legal = |point: &&MetricPoint| {
        point.name.len() <= LONGEST_NAME && point.name.bytes().all(|byte| (b' '..=b'~').contains(&byte))
    };
    points.iter().filter(is_of).filter(legal).cloned()
}

fn of_column(feature: &FeatureStatistics, types: &TypeCounts, distance: Option<&f64>) -> Vec<MetricPoint> {
    let cells = types.present() + types.missing;
    let estimate = unique_values(feature);
    let numbers = [
        ("non_null", Unit::Count, Some(types.present() as f64)),
        ("null", Unit::Count, Some(types.missing as f64)),
        ("completeness", Unit::None, (cells > 0).then(|| types.present() as f64 / cells as f64)),
        ("baseline_drift", Unit::None, distance.copied()),
        ("estimated_unique_values", Unit::Count, estimate),
        ("fractional_counts", Unit::Count, Some(types.fractional as f64)),
        ("integral_counts", Unit::Count, Some(types.integral as f64)),
        ("string_counts", Unit::Count, Some(types.string as f64)),
        ("boolean_counts", Unit::Count, Some(types.boolean as f64)),
        ("unknown_counts", Unit::Count, Some(types.missing as f64)),
    ];
    let name = |metric: &str| format!("{FEATURE_PREFIX}{metric}_{}", feature.name);
    let single = numbers
        .into_iter()
        .filter_map(|(metric, unit, value)| Some(MetricPoint::value(name(metric), unit, value?)));
    let data = data(feature).map(|summary| MetricPoint {
        name: name("data"),
        unit: Unit::None,
        timestamp: None,
        dimensions: Vec::new(),
        value: MetricValue::Summary(summary),
    });
    data.into_iter().chain(single).collect()
}

fn data(feature: &FeatureStatistics) -> Option<StatisticValues> {
    let numbers = feature.numerical_statistics.as_ref()?;
    Some(StatisticValues {
        sample_count: numbers.common.num_present as f64,
        sum: numbers.sum?,
        minimum: numbers.min?,
        maximum: numbers.max?,
    })
}

fn unique_values(feature: &FeatureStatistics) -> Option<f64> {
    let numbers = feature.numerical_statistics.as_ref();
    let of_numbers = numbers.and_then(|numbers| numbers.approximate_num_distinct_values);
    let of_texts = feature.string_statistics.as_ref().and_then(|texts| texts.distinct_count);
    of_numbers.map(|count| count as f64).or(of_texts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bellwether_analysis::table::TableProfile;

    fn observed() -> Observed {
        let mut table = TableProfile::with_columns(["age".to_owned(), "größe".to_owned()]);
        for (age, size) in [("31", "L"), ("45", "M"), ("31", "")] {
            table.feature_mut(0).push_text(age.as_bytes());
            if !size.is_empty() {
                table.feature_mut(1).push_text(size.as_bytes());
            }
            table.end_rows(1);
        }
        table.observe()
    }

    // By hand.
    #[test]
    fn a_column_of_numbers_has_the_built_in_monitors_points() {
        let points = feature_points(&observed(), &[("age".to_owned(), 0.25)]);
        let of_age = points_of(&points, &["age".to_owned()].into()).collect::<Vec<_>>();
        let summary = StatisticValues { sample_count: 3.0, sum: 107.0, minimum: 31.0, maximum: 45.0 };
        assert_eq!(of_age[0].name, "feature_data_age");
        assert_eq!(of_age[0].value, MetricValue::Summary(summary));
        let value =
            |name: &str| of_age.iter().find(|point| point.name == name).map(|point| point.value.clone());
        for (name, expected) in [
            ("feature_non_null_age", 3.0),
            ("feature_null_age", 0.0),
            ("feature_completeness_age", 1.0),
            ("feature_baseline_drift_age", 0.25),
            ("feature_estimated_unique_values_age", 2.0),
            ("feature_integral_counts_age", 3.0),
            ("feature_string_counts_age", 0.0),
        ] {
            assert_eq!(value(name), Some(MetricValue::Value { value: expected }), "{name}");
        }
        assert_eq!(of_age.len(), FEATURE_METRICS.len());
    }

    #[test]
    fn a_name_that_cloudwatch_refuses_stays_in_the_file() {
        let points = feature_points(&observed(), &[]);
        assert!(points.iter().any(|point| point.name == "feature_null_größe"));
        assert_eq!(points_of(&points, &["größe".to_owned()].into()).count(), 0);
    }

    #[test]
    fn a_star_stands_for_every_column() {
        let mut table = TableProfile::with_columns(["age".to_owned(), "size".to_owned()]);
        table.end_rows(1);
        let points = feature_points(&table.observe(), &[]);
        assert_eq!(points_of(&points, &["*".to_owned()].into()).count(), points.len());
    }
}
