//! How a score becomes a probability: learned from a baseline, kept beside it.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

use super::ProblemType;
use crate::ContractError;
use crate::json;
use crate::named::Named;
use crate::statistics::Unknown;

/// The whole file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// What kind of answer the model gives.
    pub problem_type: ProblemType,
    /// How a row's answer was decided.
    pub decision: Decides,
    /// Score of [`Decides::Score`]: the answer is positive strictly above it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability_threshold: Option<f64>,
    /// Labelled rows of the baseline.
    #[serde(deserialize_with = "json::count")]
    pub n_baseline: u64,
    /// One a label of which there are scores: of two labels the positive one alone, of several each in the order of the scores.
    pub classes: Vec<ClassCalibration>,
    /// Standard deviation of each metric over samples of `n_baseline` rows; one that has none is left out.
    pub sampling_errors: Named<f64>,
    /// Fields not known here.
    #[serde(flatten)]
    pub unknown: Unknown,
}

impl Calibration {
    /// Reads a calibration; `object` is what it is called in the error.
    ///
    /// # Errors
    /// [`ContractError::Malformed`] for another file, and for one that no baseline leaves: knots that do not rise, probabilities outside
    /// 0 to 1, errors below 0.
    pub fn parse(object: &str, bytes: &[u8]) -> Result<Self, ContractError> {
        let calibration: Self = json::from_slice(object, bytes)?;
        match calibration.fault() {
            None => Ok(calibration),
            Some(fault) => {
                let remedy = "make the baseline anew (`bellwether suggest-baseline model-quality`)";
                Err(ContractError::malformed(object, format!("is no calibration: {fault}; {remedy}")))
            }
        }
    }

    fn fault(&self) -> Option<&'static str> {
        let rises = |numbers: &[f64], strictly: bool| {
            numbers.windows(2).all(|pair| if strictly { pair[0] < pair[1] } else { pair[0] <= pair[1] })
        };
        let is_sound = |map: &CalibrationMap| match map {
            CalibrationMap::Identity => true,
            CalibrationMap::Isotonic { scores, probabilities } => {
                let within = probabilities.iter().all(|share| (0.0..=1.0).contains(share));
                let same = scores.len() == probabilities.len() && !scores.is_empty();
                same && within && rises(scores, true) && rises(probabilities, false)
            }
        };
        let labels: BTreeSet<&String> = self.classes.iter().map(|class| &class.label).collect();
        if self.n_baseline == 0 {
            Some("n_baseline is 0")
        } else if labels.len() != self.classes.len() {
            Some("classes names a label twice")
        } else if !self.classes.iter().all(|class| is_sound(&class.map)) {
            Some("the knots of a map must rise, and its probabilities lie between 0 and 1 and not fall")
        } else if self.sampling_errors.iter().any(|(_, error)| *error < 0.0 || !error.is_finite()) {
            Some("a sampling error lies below 0")
        } else {
            None
        }
    }
}

/// How a row's answer is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decides {
    /// By the label that the model answers.
    InferenceAttribute,
    /// By its score: above the threshold of two labels, the greatest of several.
    Score,
}

/// Of one label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassCalibration {
    /// The label whose probability the score is.
    pub label: String,
    /// From score to probability.
    pub map: CalibrationMap,
    /// Expected calibration error out of sample; absent where there were too few rows to tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_calibration_error: Option<ExpectedError>,
}

/// Expected calibration error, 0 to 1: the mean over ten splits.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ExpectedError {
    /// Of the scores as they came.
    pub before: f64,
    /// Of the calibrated ones.
    pub after: f64,
}

/// From a score to a probability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CalibrationMap {
    /// The score itself: it was calibrated as it came.
    Identity,
    /// Linear between knots, constant outside: the scores rise, the probabilities do not fall, and both lists have one length.
    Isotonic {
        /// Where the knots lie.
        scores: Vec<f64>,
        /// What they mean, 0 to 1.
        probabilities: Vec<f64>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(map: &Value) -> Result<Calibration, ContractError> {
        let file = json!({"problem_type": "BinaryClassification", "decision": "score", "probability_threshold": 0.5,
            "n_baseline": 400, "classes": [{"label": "1", "map": map}], "sampling_errors": {"auc": 0.01}});
        Calibration::parse("calibration.json", file.to_string().as_bytes())
    }

    #[test]
    fn a_map_of_knots_that_rise_is_read_and_any_other_is_refused() {
        let knots = |scores: Value, probabilities: Value| json!({"isotonic": {"scores": scores, "probabilities": probabilities}});
        assert!(read(&json!("identity")).is_ok());
        assert!(read(&knots(json!([0.2]), json!([1.0]))).is_ok());
        assert!(read(&knots(json!([0.2, 0.7]), json!([0.4, 0.4]))).is_ok());
        for (scores, probabilities) in [
            (json!([]), json!([])),
            (json!([0.2, 0.2]), json!([0.1, 0.4])),
            (json!([0.2, 0.7]), json!([0.4, 0.3])),
            (json!([0.2, 0.7]), json!([0.4])),
            (json!([0.2, 0.7]), json!([0.4, 1.1])),
        ] {
            let error = read(&knots(scores, probabilities)).expect_err("no map").to_string();
            assert!(
                error.contains("calibration.json: is no calibration: the knots of a map must rise"),
                "{error}"
            );
        }
    }
}
