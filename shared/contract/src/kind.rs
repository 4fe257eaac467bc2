//! What a JSON file is, by the names of its fields: so that one file in the place of another is refused by its name.
//!
//! It knows the files that lie near a baseline, SageMaker's and ours, and it reads none of them.

use serde::de::IgnoredAny;

use crate::ContractError;
use crate::json;
use crate::named::Named;

/// What somebody was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What columns must satisfy.
    Constraints,
    /// What columns hold.
    Statistics,
}

const CONSTRAINTS: &str = "a constraints.json";
const STATISTICS: &str = "a statistics.json";
const OF_MODEL_QUALITY: &str = "a constraints.json of the model-quality monitor";
const FOUND_BY_MODEL_QUALITY: &str = "a statistics.json of the model-quality monitor";
const OF_BIAS: &str = "an analysis.json of SageMaker Clarify, for bias";

/// A field by which a file is known, the most telling ones first.
const KNOWN_BY: [(&str, &str); 16] = [
    ("regression_constraints", OF_MODEL_QUALITY),
    ("binary_classification_constraints", OF_MODEL_QUALITY),
    ("multiclass_classification_constraints", OF_MODEL_QUALITY),
    ("regression_metrics", FOUND_BY_MODEL_QUALITY),
    ("binary_classification_metrics", FOUND_BY_MODEL_QUALITY),
    ("multiclass_classification_metrics", FOUND_BY_MODEL_QUALITY),
    ("recommendation_constraints", "a constraints.json of the diversity monitor"),
    ("recommendation_metrics", "a statistics.json of the diversity monitor"),
    ("pre_training_bias_metrics", OF_BIAS),
    ("post_training_bias_metrics", OF_BIAS),
    ("explanations", "an analysis.json of SageMaker Clarify, for explainability"),
    ("monitoring_execution_status", "an execution.json"),
    ("violations", "a constraint_violations.json"),
    ("captureData", "a record of data capture"),
    ("dataset", STATISTICS),
    ("monitoring_config", CONSTRAINTS),
];

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Constraints => CONSTRAINTS,
            Self::Statistics => STATISTICS,
        }
    }

    /// The field without which a file is not of this kind.
    fn field(self) -> &'static str {
        match self {
            Self::Constraints => "features",
            Self::Statistics => "dataset",
        }
    }

    /// Refuses a file that is of another kind by its name. Fields of others are no matter in a file that holds columns,
    /// with two exceptions: statistics are no constraints, and the diversity monitor's columns are none of the data's.
    ///
    /// A text that is no JSON object is not judged here.
    pub(crate) fn refuse_others(
        self,
        object: &str,
        bytes: &[u8],
        of_no_column: bool,
    ) -> Result<(), ContractError> {
        let Ok(fields) = json::read::<Named<IgnoredAny>>(bytes) else { return Ok(()) };
        let has = |field: &str| fields.get(field).is_some();
        let other = KNOWN_BY.iter().find(|(field, name)| *name != self.name() && has(field));
        let is_told_apart = |field: &str| matches!(field, "dataset" | "recommendation_metrics");
        match other {
            Some((field, name)) if of_no_column || !has(self.field()) || is_told_apart(field) => {
                Err(ContractError::malformed(object, format!("this is {name}; {}", self.wanted())))
            }
            None if !has(self.field()) => {
                let missing = format!("{} is missing; {}", self.field(), self.wanted());
                Err(ContractError::malformed(object, missing))
            }
            _ => Ok(()),
        }
    }

    fn wanted(self) -> String {
        let of_what = match self {
            Self::Constraints => "{\"features\": [...], \"monitoring_config\": {...}}",
            Self::Statistics => "{\"dataset\": {\"item_count\": ...}, \"features\": [...]}",
        };
        format!("name {} of the data-quality monitor: {of_what}", self.name())
    }
}
