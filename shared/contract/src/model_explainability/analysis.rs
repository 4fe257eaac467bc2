//! `analysis.json`: how much each feature moves the model's answers; that of a baseline is what windows are held against.

use serde::{Deserialize, Serialize};

use crate::ContractError;
use crate::json;
use crate::model_bias::python_vec;
use crate::named::Named;
use crate::statistics::Unknown;
use crate::written;

/// The whole file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object: {\"version\": \"1.0\", \"explanations\": {\"kernel_shap\": {...}}}")]
pub struct ExplanationAnalysis {
    /// Version of the schema: 1.0.
    #[serde(deserialize_with = "written::text")]
    pub version: String,
    /// By method.
    pub explanations: Explanations,
    /// Fields not known here, such as metrics of bias.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// Explanations by method; there is one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object: {\"kernel_shap\": {\"label0\": {...}}}")]
pub struct Explanations {
    /// Shapley values, of each output of the model.
    pub kernel_shap: Named<LabelExplanation>,
    /// Methods not known here, such as `pdp`.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// What moves one output of the model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object: {\"global_shap_values\": {...}, \"expected_value\": 0.25}")]
pub struct LabelExplanation {
    /// Of each feature, in the order of the configuration.
    pub global_shap_values: Named<f64>,
    /// The mean answer to the rows of the baseline.
    #[serde(default, deserialize_with = "expected", skip_serializing_if = "Option::is_none")]
    pub expected_value: Option<f64>,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

fn expected<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    written::number(deserializer).map(Some)
}

impl ExplanationAnalysis {
    /// The version that is written.
    pub const VERSION: &'static str = "1.0";

    /// A file of these outputs.
    #[must_use]
    pub fn new(labels: Named<LabelExplanation>) -> Self {
        Self {
            version: Self::VERSION.to_owned(),
            explanations: Explanations { kernel_shap: labels, unknown: Unknown::new() },
            unknown: Unknown::new(),
        }
    }

    /// Of a window of which no row was explained.
    #[must_use]
    pub fn of_nothing() -> Self {
        Self::new(Named::new())
    }

    /// Reads an analysis that somebody names as a baseline; `object` is what the text is called in the error.
    ///
    /// # Errors
    /// [`ContractError::Malformed`] with the path of the field, what was found and what to write; an analysis of another kind is
    /// refused by its name.
    pub fn parse(object: &str, bytes: &[u8]) -> Result<Self, ContractError> {
        const WANTED: &str = "name the analysis.json of an explainability baseline";
        let malformed = |found: &str| Err(ContractError::malformed(object, format!("{found}; {WANTED}")));
        let analysis: Self = match json::read::<Named<serde::de::IgnoredAny>>(bytes) {
            Ok(fields) if fields.get("explanations").is_none() => {
                let others =
                    ["post_training_bias_metrics", "pre_training_bias_metrics", "features", "violations"];
                return match others.into_iter().find(|other| fields.get(other).is_some()) {
                    Some(other) => malformed(&format!("it holds {other} and no explanations")),
                    None => malformed("explanations is missing"),
                };
            }
            _ => json::from_settings(object, bytes)?,
        };
        if analysis.labels().next().is_none() {
            return malformed("explanations.kernel_shap is empty");
        }
        if let Some((label, _)) = analysis.labels().find(|(_, label)| label.global_shap_values.is_empty()) {
            return malformed(&format!("explanations.kernel_shap.{label}.global_shap_values is empty"));
        }
        Ok(analysis)
    }

    /// The outputs by name.
    pub fn labels(&self) -> impl Iterator<Item = (&str, &LabelExplanation)> {
        self.explanations.kernel_shap.iter()
    }

    /// The bytes of the file, as the container writes it.
    ///
    /// # Errors
    /// A number that JSON does not have.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ContractError> {
        python_vec(self)
    }
}
