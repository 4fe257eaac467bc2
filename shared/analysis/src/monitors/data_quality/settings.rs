//! The settings that hold for one column: its overrides, then `monitoring_config`, then the defaults.
//!
//! Fields are looked for one by one, so that an override of one threshold leaves the others alone.

use bellwether_contract::constraints::{
    DistributionConstraints, FeatureConstraints, MonitoringConfig, Switch,
};

use super::{Comparison, defaults};

/// Configurations in the order in which they have the word.
pub(super) struct Settings<'c>(Vec<&'c MonitoringConfig>);

/// What becomes of a distance before it is held against the threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Simple,
    Robust,
}

/// How columns of text are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CategoricalMethod {
    LInfinity,
    ChiSquared,
}

impl<'c> Settings<'c> {
    /// Of what is not about a single column.
    pub(super) fn of_all(global: Option<&'c MonitoringConfig>) -> Self {
        Self(global.into_iter().collect())
    }

    /// Of one column.
    pub(super) fn of(feature: &'c FeatureConstraints, global: Option<&'c MonitoringConfig>) -> Self {
        Self(feature.overrides().chain(global).collect())
    }

    /// Whether anything is judged.
    pub(super) fn evaluates(&self) -> Result<bool, String> {
        is_on("evaluate_constraints", self.find(|config| config.evaluate_constraints.as_ref()))
    }

    /// Whether distributions are compared.
    pub(super) fn compares(&self) -> Result<bool, String> {
        is_on("perform_comparison", self.find_distribution(|config| config.perform_comparison.as_ref()))
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

    pub(super) fn method(&self, comparison: Comparison) -> Result<Method, String> {
        match comparison {
            Comparison::Simple => return Ok(Method::Simple),
            Comparison::Robust => return Ok(Method::Robust),
            Comparison::AsConfigured | Comparison::Deequ => {}
        }
        let word = self.find_distribution(|config| config.comparison_method.as_deref());
        match word.unwrap_or(defaults::COMPARISON_METHOD) {
            defaults::SIMPLE => Ok(Method::Simple),
            defaults::ROBUST => Ok(Method::Robust),
            other => Err(unknown("comparison_method", other, [defaults::SIMPLE, defaults::ROBUST])),
        }
    }

    pub(super) fn categorical_method(&self) -> Result<CategoricalMethod, String> {
        let word = self.find_distribution(|config| config.categorical_drift_method.as_deref());
        match word.unwrap_or(defaults::CATEGORICAL_DRIFT_METHOD) {
            defaults::L_INFINITY => Ok(CategoricalMethod::LInfinity),
            defaults::CHI_SQUARED => Ok(CategoricalMethod::ChiSquared),
            other => {
                let words = [defaults::L_INFINITY, defaults::CHI_SQUARED];
                Err(unknown("categorical_drift_method", other, words))
            }
        }
    }

    fn find<T>(&self, read: impl Fn(&'c MonitoringConfig) -> Option<T>) -> Option<T> {
        self.0.iter().find_map(|config| read(config))
    }

    fn find_distribution<T>(&self, read: impl Fn(&'c DistributionConstraints) -> Option<T>) -> Option<T> {
        self.find(|config| config.distribution_constraints.as_ref().and_then(&read))
    }
}

/// On where nothing is said, as in the container's files.
fn is_on(field: &str, switch: Option<&Switch>) -> Result<bool, String> {
    match switch {
        None | Some(Switch::Enabled) => Ok(true),
        Some(Switch::Disabled) => Ok(false),
        Some(Switch::Other(word)) => Err(unknown(field, word, ["Enabled", "Disabled"])),
    }
}

fn unknown(field: &str, word: &str, known: [&str; 2]) -> String {
    format!("{field} is {word:?}, neither {} nor {}", known[0], known[1])
}
