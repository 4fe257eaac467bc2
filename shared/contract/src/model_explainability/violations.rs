//! `constraint_violations.json` of the explainability monitor: each with the output of the model that it is about.

use serde::{Deserialize, Serialize};

use crate::ContractError;
use crate::model_bias::python_vec;
use crate::statistics::Unknown;
use crate::violations::CheckType;

/// The one check of the container.
pub const ATTRIBUTION_DRIFT_CHECK: &str = "feature_attribution_drift_check";
/// What is judged, in the container's word.
pub const SHAP: &str = "shap";

/// The whole file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExplanationViolations {
    /// Version of the schema: 1.0.
    pub version: String,
    /// In the order of the baseline's outputs.
    pub violations: Vec<ExplanationViolation>,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// An output whose features have another order of importance; one of ours, such as captures that could not be read, has no output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExplanationViolation {
    /// The output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What else was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feature_name: Option<String>,
    /// [`SHAP`], or the aggregate of a check of ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric_name: Option<String>,
    /// [`ATTRIBUTION_DRIFT_CHECK`], or a check of ours.
    pub constraint_check_type: CheckType,
    /// For people.
    pub description: String,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

impl ExplanationViolations {
    /// A file of these.
    #[must_use]
    pub fn new(violations: Vec<ExplanationViolation>) -> Self {
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
