//! The settings that hold for one column: its overrides, then `monitoring_config`, then the defaults.
//!
//! Fields are looked for one by one, so that an override of one threshold leaves the others alone.

use bellwether_contract::constraints::{
    CategoricalDriftMethod, ComparisonMethod, DistributionConstraints, FeatureConstraints, MonitoringConfig,
    Switch,
};

use super::{Comparison, defaults};

/// Configurations in the order in which they have the word.
pub(super) struct Settings<'c>(Vec<&'c MonitoringConfig>);

impl<'c> Settings<'c> {
    /// Of what is not about a single column.
    pub(super) fn of_all(global: Option<&'c MonitoringConfig>) -> Self {
        Self(global.into_iter().collect())
    }

    /// Of one column.
    pub(super) fn of(feature: &'c FeatureConstraints, global: Option<&'c MonitoringConfig>) -> Self {
        Self(feature.overrides().chain(global).collect())
    }

    /// Whether anything is judged; on where nothing is said, as in the container's files.
    pub(super) fn evaluates(&self) -> bool {
        self.find(|config| config.evaluate_constraints.as_ref()) != Some(&Switch::Disabled)
    }

    /// Whether distributions are compared; on where nothing is said.
    pub(super) fn compares(&self) -> bool {
        self.find_distribution(|config| config.perform_comparison.as_ref()) != Some(&Switch::Disabled)
    }

    pub(super) fn datatype_check_threshold(&self) -> f64 {
        self.find(|config| config.datatype_check_threshold).unwrap_or(defaults::DATATYPE_CHECK_THRESHOLD)
    }

    pub(super) fn domain_content_threshold(&self) -> f64 {
        self.find(|config| config.domain_content_threshold).unwrap_or(defaults::DOMAIN_CONTENT_THRESHOLD)
    }

    pub(super) fn comparison_threshold(&self) -> f64 {
        self.find_distribution(|config| config.comparison_threshold).unwrap_or(defaults::COMPARISON_THRESHOLD)
    }

    pub(super) fn categorical_comparison_threshold(&self) -> f64 {
        self.find_distribution(|config| config.categorical_comparison_threshold)
            .unwrap_or(defaults::CATEGORICAL_COMPARISON_THRESHOLD)
    }

    pub(super) fn method(&self, comparison: Comparison) -> ComparisonMethod {
        match comparison {
            Comparison::Simple => ComparisonMethod::Simple,
            Comparison::Robust => ComparisonMethod::Robust,
            Comparison::AsConfigured | Comparison::Deequ => self
                .find_distribution(|config| config.comparison_method.clone())
                .unwrap_or(defaults::COMPARISON_METHOD),
        }
    }

    pub(super) fn categorical_method(&self) -> CategoricalDriftMethod {
        self.find_distribution(|config| config.categorical_drift_method.clone())
            .unwrap_or(defaults::CATEGORICAL_DRIFT_METHOD)
    }

    fn find<T>(&self, read: impl Fn(&'c MonitoringConfig) -> Option<T>) -> Option<T> {
        self.0.iter().find_map(|config| read(config))
    }

    fn find_distribution<T>(&self, read: impl Fn(&'c DistributionConstraints) -> Option<T>) -> Option<T> {
        self.find(|config| config.distribution_constraints.as_ref().and_then(&read))
    }
}
