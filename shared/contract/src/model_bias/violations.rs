//! `constraint_violations.json` of the model-bias monitor: each with the facet and the group that it is about.

use serde::{Deserialize, Serialize};

use super::python_vec;
use crate::ContractError;
use crate::statistics::Unknown;
use crate::violations::CheckType;

/// The one check of the container.
pub const BIAS_DRIFT_CHECK: &str = "bias_drift_check";

/// The whole file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BiasViolations {
    /// Version of the schema: 1.0.
    pub version: String,
    /// In the order of the constraints.
    pub violations: Vec<BiasViolation>,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// A metric beyond its constraint; one of ours, such as captures that could not be read, has neither facet nor metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BiasViolation {
    /// The column that tells the groups apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facet: Option<String>,
    /// The group, as this window's analysis names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facet_value: Option<String>,
    /// What else was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feature_name: Option<String>,
    /// The metric's short name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric_name: Option<String>,
    /// [`BIAS_DRIFT_CHECK`], or a check of ours.
    pub constraint_check_type: CheckType,
    /// For people.
    pub description: String,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

impl BiasViolations {
    /// A file of these.
    #[must_use]
    pub fn new(violations: Vec<BiasViolation>) -> Self {
        Self { version: "1.0".to_owned(), violations, unknown: Unknown::new() }
    }

    /// The bytes of the file.
    ///
    /// # Errors
    /// Where an unknown field holds a number that JSON does not have.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ContractError> {
        python_vec(self)
    }
}
