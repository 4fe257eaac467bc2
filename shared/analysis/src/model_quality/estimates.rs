//! What the metrics probably are before the labels are there.

use bellwether_contract::model_quality::ProblemType;
use bellwether_contract::named::Named;

use super::measured::Computed;

/// One estimated metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimated {
    /// What is expected of the rows.
    pub value: Computed,
    /// One standard deviation of what chance alone makes of so many rows; absent where the baseline could not tell.
    pub sampling_error: Option<f64>,
}

/// Everything that was estimated of answers without labels.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimates {
    /// What kind of answer the model gives.
    pub problem_type: ProblemType,
    /// Rows that the estimates are of.
    pub rows: u64,
    /// In the order of the file.
    pub metrics: Named<Estimated>,
}
