//! How a window was explained: by which method, with how many rows, and how sure each value is; and which features moved. Ours; it
//! stands in `execution.json`.

use serde::{Deserialize, Serialize};

use crate::json;
use crate::judged::Judged;
use crate::named::Named;
use crate::violations::Violation;

/// How values are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExplanationMethod {
    /// Every combination of features was asked.
    Exact,
    /// Some were, and the values are the best fit to them.
    KernelShap,
    /// The model is linear: values follow from its coefficients, and nothing was asked.
    Linear,
}

impl ExplanationMethod {
    /// The word in the file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::KernelShap => "kernel_shap",
            Self::Linear => "linear",
        }
    }
}

/// The whole block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExplanationSummary {
    /// How values were found.
    pub method: ExplanationMethod,
    /// Rows of the window.
    #[serde(deserialize_with = "json::count")]
    pub rows: u64,
    /// Those of them that were explained.
    #[serde(deserialize_with = "json::count")]
    pub explained_rows: u64,
    /// Rows that they were compared with.
    #[serde(deserialize_with = "json::count")]
    pub baseline_rows: u64,
    /// Combinations of features that were asked of each row at most; absent where every one was, or none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub num_samples: Option<u64>,
    /// Rows that the model was asked, repetitions of a request left aside.
    #[serde(deserialize_with = "json::count")]
    pub rows_asked: u64,
    /// Why fewer were than the configuration wants, where they were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// By output of the model.
    pub labels: Named<ExplainedLabel>,
}

/// One output of the model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExplainedLabel {
    /// How far the order of importance is the baseline's: 1 where it is; absent where there is none to compare with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ndcg: Option<f64>,
    /// The features whose place in that order moved most, the farthest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moved: Vec<RankMove>,
    /// By feature.
    pub global: Named<GlobalValue>,
}

/// How much a feature moves the answers, and how sure that is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GlobalValue {
    /// The value, as in `analysis.json`.
    pub value: f64,
    /// How far it may be from what all combinations would give of the same rows: 0 where all were asked.
    pub standard_error: f64,
    /// How far other rows of the window would move it: 0 where all were explained.
    pub row_error: f64,
}

/// A feature's place in the order of importance, 1 being the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RankMove {
    /// The feature.
    pub feature_name: String,
    /// Its place in the baseline.
    #[serde(deserialize_with = "json::count")]
    pub baseline_rank: u64,
    /// Its place in the window.
    #[serde(deserialize_with = "json::count")]
    pub rank: u64,
}

impl RankMove {
    /// How many places it moved.
    #[must_use]
    pub fn places(&self) -> u64 {
        self.rank.abs_diff(self.baseline_rank)
    }
}

/// `Age fell from 1 to 9`
impl std::fmt::Display for RankMove {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { feature_name, baseline_rank, rank } = self;
        let way = if rank > baseline_rank { "fell" } else { "rose" };
        write!(out, "{feature_name} {way} from {baseline_rank} to {rank}")
    }
}

/// Whether an entry of `constraint_violations.json` is the one that a run's numbers stand behind: the file names the output `label`.
#[must_use]
pub fn is_behind(judged: &Judged, entry: &Violation) -> bool {
    let label = entry.unknown.get("label").and_then(|label| label.as_str());
    judged.check == entry.constraint_check_type && judged.feature_name.as_deref() == label
}
