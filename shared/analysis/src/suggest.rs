//! From statistics to constraints: what a baseline was is what every later run must be.
//!
//! It reads statistics only, and it judges nothing. What each constraint means is said where it is evaluated:
//! [`crate::monitors::data_quality`].
//!
//! Three rows, one without an age: completeness is a share, 2 / 3.
//!
//! ```
//! use bellwether_analysis::{suggest::suggest, table::TableProfile};
//!
//! let mut table = TableProfile::with_columns(["age".to_owned()]);
//! ["30", "41"].into_iter().for_each(|age| table.feature_mut(0).push_text(age.as_bytes()));
//! table.end_rows(3);
//!
//! let age = &suggest(&table.observe().statistics).features[0];
//! assert_eq!(age.completeness, Some(2.0 / 3.0));
//! assert_eq!(age.num_constraints.as_ref().and_then(|numbers| numbers.is_non_negative), Some(true));
//! ```

use bellwether_contract::constraints::{
    Constraints, DistributionConstraints, FeatureConstraints, MonitoringConfig, NumConstraints,
    StringConstraints, Switch,
};
use bellwether_contract::statistics::{Common, FeatureStatistics, InferredType, Statistics, Unknown};

use crate::monitors::data_quality::defaults;

/// A column gets a domain where at most this share of its distinct values was seen only once: with more of them, the
/// next value never seen is a matter of time.
pub const MOST_SINGLETONS: f64 = 0.1;

/// The constraints of a baseline: what its statistics show, with the container's default configuration written out.
///
/// | constraint | suggested |
/// |---|---|
/// | `inferred_type` | as observed |
/// | `completeness` | share of cells with a value as observed, 0 to 1; of no cell nothing is required |
/// | `is_non_negative` | for numbers: whether min >= 0.0 |
/// | `domains` | for texts with counts by value of which at most 10 % were seen once: those values, in their order |
///
/// Source: the container's own files, and Deequ's `CategoricalRangeRule` for domains. `is_non_negative` is written
/// where it is false, too: the schema has a truth value there, a reader finds the same fields in every column of
/// numbers, and false requires nothing. (Real files were only seen with true.)
///
/// The statistics that constraints were suggested from never violate them.
#[must_use]
pub fn suggest(statistics: &Statistics) -> Constraints {
    Constraints {
        features: statistics.features.iter().map(feature).collect(),
        monitoring_config: Some(monitoring_config()),
        ..Constraints::default()
    }
}

fn feature(statistics: &FeatureStatistics) -> FeatureConstraints {
    FeatureConstraints {
        name: statistics.name.clone(),
        inferred_type: statistics.inferred_type.clone(),
        completeness: statistics.counts().and_then(completeness),
        num_constraints: num_constraints(statistics),
        string_constraints: domains(statistics)
            .map(|domains| StringConstraints { domains: Some(domains), ..StringConstraints::default() }),
        ..FeatureConstraints::default()
    }
}

/// Share of cells with a value; `None` of no cell.
pub(crate) fn completeness(counts: &Common) -> Option<f64> {
    let cells = counts.num_present.saturating_add(counts.num_missing);
    (cells > 0).then(|| counts.num_present as f64 / cells as f64)
}

fn num_constraints(statistics: &FeatureStatistics) -> Option<NumConstraints> {
    let min = statistics.numerical_statistics.as_ref()?.min?;
    Some(NumConstraints { is_non_negative: Some(min >= 0.0), unknown: Unknown::new() })
}

fn domains(statistics: &FeatureStatistics) -> Option<Vec<String>> {
    if statistics.inferred_type != InferredType::String {
        return None;
    }
    let distribution = statistics.string_statistics.as_ref()?.distribution.as_ref()?;
    let buckets = &distribution.categorical.as_ref()?.buckets;
    let singletons = buckets.iter().filter(|bucket| bucket.count == 1).count();
    let known = !buckets.is_empty() && singletons as f64 / buckets.len() as f64 <= MOST_SINGLETONS;
    known.then(|| buckets.iter().map(|bucket| bucket.value.clone()).collect())
}

/// The container's defaults, every field written out as it does.
#[must_use]
pub fn monitoring_config() -> MonitoringConfig {
    MonitoringConfig {
        evaluate_constraints: Some(Switch::Enabled),
        emit_metrics: Some(Switch::Enabled),
        datatype_check_threshold: Some(defaults::DATATYPE_CHECK_THRESHOLD),
        domain_content_threshold: Some(defaults::DOMAIN_CONTENT_THRESHOLD),
        distribution_constraints: Some(DistributionConstraints {
            perform_comparison: Some(Switch::Enabled),
            comparison_threshold: Some(defaults::COMPARISON_THRESHOLD),
            comparison_method: Some(defaults::COMPARISON_METHOD),
            categorical_comparison_threshold: Some(defaults::CATEGORICAL_COMPARISON_THRESHOLD),
            categorical_drift_method: Some(defaults::CATEGORICAL_DRIFT_METHOD),
            unknown: Unknown::new(),
        }),
        unknown: Unknown::new(),
    }
}

#[cfg(test)]
mod tests;
