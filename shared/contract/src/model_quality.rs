//! The files of the model-quality monitor: what was measured of right and wrong answers, and what it must satisfy.
//!
//! The shapes are those of SageMaker's own container, key order included. Nothing here computes a metric, and nothing says
//! which value is good; a value that could not be computed is `null`, and the text `"NaN"` of older files reads the same.
//!
//! | file | block | which holds |
//! |---|---|---|
//! | [`ModelQualityStatistics`] | `{prefix}_metrics` | metrics, confusion matrix and curves by name |
//! | [`ModelQualityStatistics`] | `estimated_{prefix}_metrics` | ours: what the metrics probably are before the labels are there |
//! | [`ModelQualityConstraints`] | `{prefix}_constraints` | thresholds by name |
//! | [`Calibration`] | | ours: how a score becomes a probability |
//!
//! Source: files of real runs 2020 to 2025; SageMaker developer guide, "Model quality metrics and Amazon CloudWatch
//! monitoring"; the SageMaker Python SDK for the words of a problem type.
//!
//! ```
//! use bellwether_contract::model_quality::{ModelQualityConstraints, ProblemType};
//!
//! let text = br#"{"version": 0.0, "regression_constraints": {"mae": {"threshold": 2.5e-4, "comparison_operator": "GreaterThanThreshold"}}}"#;
//! let constraints = ModelQualityConstraints::parse("constraints.json", text, ProblemType::Regression)?;
//! let (name, limit) = constraints.of(ProblemType::Regression).and_then(|all| all.iter().next()).expect("one");
//! assert_eq!((name, limit.threshold), ("mae", Some(0.00025)));
//! # Ok::<(), bellwether_contract::ContractError>(())
//! ```

mod calibration;
mod constraints;
mod number;
mod problem;
mod statistics;

pub use calibration::{Calibration, CalibrationMap, ClassCalibration, Decides, ExpectedError};
pub use constraints::{ModelQualityConstraints, Threshold, Thresholds};
pub use problem::ProblemType;
pub use statistics::{
    EstimatedMetric, LabelledDataset, MetricEntry, Metrics, ModelQualityStatistics, PrecisionRecall,
    QualityMetric, Roc,
};

#[cfg(test)]
mod tests;
