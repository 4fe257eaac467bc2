//! `constraints.json` of the model-quality monitor.

use serde::{Deserialize, Serialize};

use super::{ProblemType, number};
use crate::ContractError;
use crate::constraints::ComparisonOperator;
use crate::json;
use crate::named::Named;
use crate::statistics::Unknown;
use crate::written;

/// Thresholds by the metric's name, in the order of the file.
pub type Thresholds = Named<Threshold>;

/// The whole file. One block is there, that of the problem type.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(expecting = "an object: {\"version\": 0.0, \"binary_classification_constraints\": {...}}")]
pub struct ModelQualityConstraints {
    /// Version of the schema: 0.0.
    #[serde(default, deserialize_with = "written::number")]
    pub version: f64,
    /// Of numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regression_constraints: Option<Thresholds>,
    /// Of one of two labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binary_classification_constraints: Option<Thresholds>,
    /// Of one of several labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multiclass_classification_constraints: Option<Thresholds>,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// A threshold that a metric must not cross: `{"threshold": 0.9, "comparison_operator": "LessThanThreshold"}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object: {\"threshold\": 0.9, \"comparison_operator\": \"LessThanThreshold\"}")]
pub struct Threshold {
    /// The limit; `null` where the baseline had no value. Written without an exponent.
    #[serde(deserialize_with = "number::or_null", serialize_with = "number::plain")]
    pub threshold: Option<f64>,
    /// On which side of the limit the violation lies.
    pub comparison_operator: ComparisonOperator,
    /// Fields not known here, such as `additional_properties`.
    #[serde(flatten)]
    pub unknown: Unknown,
}

impl ModelQualityConstraints {
    /// Reads the constraints that somebody names for a model of this problem type.
    ///
    /// # Errors
    /// [`ContractError::Malformed`] with the path of the field, what was found and what to write; a file for another
    /// problem type, or without a block, is refused by its name.
    pub fn parse(object: &str, bytes: &[u8], problem: ProblemType) -> Result<Self, ContractError> {
        let constraints: Self = json::from_settings(object, bytes)?;
        if constraints.of(problem).is_some() {
            return Ok(constraints);
        }
        let others = [
            ProblemType::Regression,
            ProblemType::BinaryClassification,
            ProblemType::MulticlassClassification,
        ];
        let wanted = format!("name one with {}_constraints, or another problem type", problem.prefix());
        let found = match others.into_iter().find(|other| constraints.of(*other).is_some()) {
            Some(other) => format!("these are constraints for {other}"),
            None => format!("{}_constraints is missing", problem.prefix()),
        };
        Err(ContractError::malformed(object, format!("{found}; {wanted}")))
    }

    /// The block of a problem type.
    #[must_use]
    pub fn of(&self, problem: ProblemType) -> Option<&Thresholds> {
        match problem {
            ProblemType::Regression => self.regression_constraints.as_ref(),
            ProblemType::BinaryClassification => self.binary_classification_constraints.as_ref(),
            ProblemType::MulticlassClassification => self.multiclass_classification_constraints.as_ref(),
        }
    }

    /// Sets the block of a problem type.
    pub fn set(&mut self, problem: ProblemType, limits: Thresholds) {
        *match problem {
            ProblemType::Regression => &mut self.regression_constraints,
            ProblemType::BinaryClassification => &mut self.binary_classification_constraints,
            ProblemType::MulticlassClassification => &mut self.multiclass_classification_constraints,
        } = Some(limits);
    }
}
