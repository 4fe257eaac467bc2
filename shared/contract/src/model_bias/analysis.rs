//! `analysis.json`: what was measured in a window, and the same of a baseline, which is what may be.

use serde::{Deserialize, Serialize};

use super::{BiasNumber, python_vec};
use crate::ContractError;
use crate::json;
use crate::named::Named;
use crate::statistics::Unknown;

/// The whole file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object: {\"version\": \"1.0\", \"post_training_bias_metrics\": {...}}")]
pub struct BiasAnalysis {
    /// Version of the schema: 1.0.
    pub version: String,
    /// Metrics that need the model's answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_training_bias_metrics: Option<StageMetrics>,
    /// Metrics of the labels alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pre_training_bias_metrics: Option<StageMetrics>,
    /// Fields not known here, such as `explanations`.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// Whether metrics are of the labels or of the answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BiasStage {
    /// Of the answers, and of the labels beside them.
    PostTraining,
    /// Of the labels.
    PreTraining,
}

impl BiasStage {
    /// The word of CloudWatch's dimension `BiasStage`, whose capital letters differ exactly so.
    #[must_use]
    pub fn dimension(self) -> &'static str {
        match self {
            Self::PostTraining => "Post-Training",
            Self::PreTraining => "Pre-training",
        }
    }
}

/// Metrics of one stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageMetrics {
    /// The label's column.
    pub label: String,
    /// Per column that tells groups apart one entry for each group that was looked at.
    pub facets: Named<Vec<FacetEntry>>,
    /// Which labels are positive: `1`, `a,b` or `(0.5, 0.9]`.
    pub label_value_or_threshold: String,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// A group against the rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FacetEntry {
    /// Who belongs to the group: `0`, `m,x` or `(100, 225]`.
    pub value_or_threshold: String,
    /// By name, in alphabetical order.
    pub metrics: Vec<BiasMetric>,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// One metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BiasMetric {
    /// Its short name: `DPPL`.
    pub name: String,
    /// Its name in words.
    pub description: String,
    /// Its value; `null` where it could not be computed.
    pub value: Option<BiasNumber>,
    /// Why it could not be computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

impl BiasAnalysis {
    /// The version that is written.
    pub const VERSION: &'static str = "1.0";

    /// The file of a window in which nothing was measured.
    #[must_use]
    pub fn of_nothing() -> Self {
        let version = Self::VERSION.to_owned();
        let (post_training_bias_metrics, pre_training_bias_metrics) = (None, None);
        Self { version, post_training_bias_metrics, pre_training_bias_metrics, unknown: Unknown::new() }
    }

    /// Reads an analysis that somebody names as a baseline; `object` is what the text is called in the error.
    ///
    /// # Errors
    /// [`ContractError::Malformed`] with the path of the field, what was found and what to write; a file without a block of
    /// bias metrics is refused by its name.
    pub fn parse(object: &str, bytes: &[u8]) -> Result<Self, ContractError> {
        let analysis: Self = json::from_settings(object, bytes)?;
        if analysis.stages().next().is_some() {
            return Ok(analysis);
        }
        let found = match ["explanations", "features", "binary_classification_constraints"]
            .into_iter()
            .find(|key| analysis.unknown.contains_key(*key))
        {
            Some(key) => format!("it holds {key} and no bias metrics"),
            None => "post_training_bias_metrics is missing".to_owned(),
        };
        Err(ContractError::malformed(object, format!("{found}; name the analysis.json of a bias baseline")))
    }

    /// The bytes of the file, as the container writes it.
    ///
    /// # Errors
    /// Where an unknown field holds a number that JSON does not have.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ContractError> {
        python_vec(self)
    }

    /// The blocks that are there, in the order of the file.
    pub fn stages(&self) -> impl Iterator<Item = (BiasStage, &StageMetrics)> {
        let post = self.post_training_bias_metrics.as_ref().map(|block| (BiasStage::PostTraining, block));
        let pre = self.pre_training_bias_metrics.as_ref().map(|block| (BiasStage::PreTraining, block));
        post.into_iter().chain(pre)
    }
}
