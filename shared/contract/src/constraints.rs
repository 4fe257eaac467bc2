//! `constraints.json`: what a column must satisfy, and the thresholds of recommendation metrics.
//!
//! It mirrors the published shape and both spellings of the overrides. It sets no threshold: a field that is absent
//! stays absent, and what that means is decided where constraints are evaluated. People edit these files, so every word is
//! known, in any letter case, or refused (null is none), and a share lies between 0 and 1: `edited` tells of the rest.
//!
//! Source: SageMaker developer guide, "Schema for Constraints (constraints.json file)"; the SageMaker Python SDK for
//! `monitoring_config_overrides`; the model-quality monitor's files for thresholds with an operator.

use serde::{Deserialize, Serialize};

use crate::named::Named;
use crate::statistics::{InferredType, Unknown};
use crate::written::{self, words};

mod edited;

/// The whole file.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(expecting = "an object: {\"version\": 0.0, \"features\": [...], \"monitoring_config\": {...}}")]
pub struct Constraints {
    /// Version of the schema: 0.0.
    #[serde(default, deserialize_with = "written::number")]
    pub version: f64,
    /// One entry a column, in the order of the columns.
    #[serde(default)]
    pub features: Vec<FeatureConstraints>,
    /// Thresholds of aggregates over recommendation lists, by name.
    #[serde(default, deserialize_with = "written::present", skip_serializing_if = "Option::is_none")]
    pub recommendation_constraints: Option<Named<MetricConstraint>>,
    /// What holds for all columns.
    #[serde(default, deserialize_with = "written::present", skip_serializing_if = "Option::is_none")]
    pub monitoring_config: Option<MonitoringConfig>,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// A threshold that a metric must not cross.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object: {\"threshold\": 4.0, \"comparison_operator\": \"LessThanThreshold\"}")]
pub struct MetricConstraint {
    /// The limit; a metric equal to it violates nothing.
    #[serde(deserialize_with = "written::number")]
    pub threshold: f64,
    /// On which side of the limit the violation lies.
    pub comparison_operator: ComparisonOperator,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

words! {
    /// On which side of a threshold the violation lies.
    ComparisonOperator {
        /// Violated where the metric is below.
        LessThanThreshold,
        /// Violated where the metric is above.
        GreaterThanThreshold,
    }
}

/// What one column must satisfy.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(expecting = "an object: {\"name\": \"age\", \"inferred_type\": \"Integral\", \"completeness\": 1.0}")]
pub struct FeatureConstraints {
    /// The column's name.
    #[serde(deserialize_with = "written::text")]
    pub name: String,
    /// What its cells must be.
    pub inferred_type: InferredType,
    /// Least share of cells with a value, 0 to 1.
    #[serde(default, deserialize_with = "written::share", skip_serializing_if = "Option::is_none")]
    pub completeness: Option<f64>,
    /// For numbers.
    #[serde(default, deserialize_with = "written::present", skip_serializing_if = "Option::is_none")]
    pub num_constraints: Option<NumConstraints>,
    /// For texts; the SDK also puts overrides of any column here.
    #[serde(default, deserialize_with = "written::present", skip_serializing_if = "Option::is_none")]
    pub string_constraints: Option<StringConstraints>,
    /// Overrides as the developer guide spells them.
    #[serde(
        default,
        rename = "monitoringConfigOverrides",
        deserialize_with = "written::present",
        skip_serializing_if = "Option::is_none"
    )]
    pub documented_overrides: Option<MonitoringConfig>,
    /// Overrides as the SDK spells them.
    #[serde(default, deserialize_with = "written::present", skip_serializing_if = "Option::is_none")]
    pub monitoring_config_overrides: Option<MonitoringConfig>,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

impl FeatureConstraints {
    /// The overrides of this column, in either spelling and at either place; the first that sets a field has the word.
    pub fn overrides(&self) -> impl Iterator<Item = &MonitoringConfig> {
        self.overrides_by_place().map(|(_, config)| config)
    }

    /// [`Self::overrides`] with the path of each inside the column's entry.
    fn overrides_by_place(&self) -> impl Iterator<Item = (&'static str, &MonitoringConfig)> {
        let inner = self.string_constraints.as_ref();
        [
            ("monitoringConfigOverrides", self.documented_overrides.as_ref()),
            ("monitoring_config_overrides", self.monitoring_config_overrides.as_ref()),
            (
                "string_constraints.monitoringConfigOverrides",
                inner.and_then(|text| text.documented_overrides.as_ref()),
            ),
            (
                "string_constraints.monitoring_config_overrides",
                inner.and_then(|text| text.monitoring_config_overrides.as_ref()),
            ),
        ]
        .into_iter()
        .filter_map(|(place, config)| Some((place, config?)))
    }
}

/// Under this key a run tells of the limits below that have no check, where they are only those that every suggested file
/// holds.
pub const NUM_CONSTRAINTS: &str = "num_constraints";

/// For a column of numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(expecting = "an object: {\"is_non_negative\": true}")]
pub struct NumConstraints {
    /// Whether no value was below zero.
    #[serde(default, deserialize_with = "written::truth", skip_serializing_if = "Option::is_none")]
    pub is_non_negative: Option<bool>,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// For a column of text.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(expecting = "an object: {\"domains\": [\"a\", \"b\"]}")]
pub struct StringConstraints {
    /// The known values, where they are few.
    #[serde(default, deserialize_with = "written::texts", skip_serializing_if = "Option::is_none")]
    pub domains: Option<Vec<String>>,
    /// Overrides as the developer guide spells them.
    #[serde(
        default,
        rename = "monitoringConfigOverrides",
        deserialize_with = "written::present",
        skip_serializing_if = "Option::is_none"
    )]
    pub documented_overrides: Option<MonitoringConfig>,
    /// Overrides as the SDK writes them, here also for columns of numbers.
    #[serde(default, deserialize_with = "written::present", skip_serializing_if = "Option::is_none")]
    pub monitoring_config_overrides: Option<MonitoringConfig>,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// How constraints are evaluated. Every field may be absent, in overrides most are.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(expecting = "an object: {\"evaluate_constraints\": \"Enabled\", ...}")]
pub struct MonitoringConfig {
    /// Whether to evaluate at all.
    #[serde(default, deserialize_with = "written::present", skip_serializing_if = "Option::is_none")]
    pub evaluate_constraints: Option<Switch>,
    /// Whether to publish metrics.
    #[serde(default, deserialize_with = "written::present", skip_serializing_if = "Option::is_none")]
    pub emit_metrics: Option<Switch>,
    /// Least share of values of the expected type, 0 to 1.
    #[serde(default, deserialize_with = "written::share", skip_serializing_if = "Option::is_none")]
    pub datatype_check_threshold: Option<f64>,
    /// Least share of values inside the domain, 0 to 1.
    #[serde(default, deserialize_with = "written::share", skip_serializing_if = "Option::is_none")]
    pub domain_content_threshold: Option<f64>,
    /// How distributions are compared.
    #[serde(default, deserialize_with = "written::present", skip_serializing_if = "Option::is_none")]
    pub distribution_constraints: Option<DistributionConstraints>,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// How distributions are compared.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(expecting = "an object: {\"perform_comparison\": \"Enabled\", ...}")]
pub struct DistributionConstraints {
    /// Whether they are.
    #[serde(default, deserialize_with = "written::present", skip_serializing_if = "Option::is_none")]
    pub perform_comparison: Option<Switch>,
    /// Greatest distance of a column of numbers, 0 to 1.
    #[serde(default, deserialize_with = "written::share", skip_serializing_if = "Option::is_none")]
    pub comparison_threshold: Option<f64>,
    /// How distances are corrected.
    #[serde(default, deserialize_with = "written::present", skip_serializing_if = "Option::is_none")]
    pub comparison_method: Option<ComparisonMethod>,
    /// Greatest distance of a column of text, or least p-value, 0 to 1.
    #[serde(default, deserialize_with = "written::share", skip_serializing_if = "Option::is_none")]
    pub categorical_comparison_threshold: Option<f64>,
    /// How columns of text are compared.
    #[serde(default, deserialize_with = "written::present", skip_serializing_if = "Option::is_none")]
    pub categorical_drift_method: Option<CategoricalDriftMethod>,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

words! {
    /// Whether something is done.
    Switch {
        /// On.
        Enabled,
        /// Off.
        Disabled,
    }
}

words! {
    /// What becomes of a distance before it is held against its threshold.
    ComparisonMethod {
        /// The distance itself.
        Simple,
        /// Less what sampling explains.
        Robust,
    }
}

words! {
    /// How columns of text are compared.
    CategoricalDriftMethod {
        /// The greatest difference in the share of a value.
        LInfinity,
        /// Pearson's test.
        ChiSquared,
    }
}

#[cfg(test)]
mod tests;
