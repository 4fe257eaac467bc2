//! How a score becomes a probability: learned from a baseline, kept beside it.

use serde::{Deserialize, Serialize};

use super::ProblemType;
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
