//! The files of the model-explainability monitor: how much each feature moves the answers of a model, and how much it did.
//!
//! The shapes are those of SageMaker Clarify's container, key order, indent and spelling of numbers included. Nothing here asks a
//! model or computes a value.
//!
//! | file | type | which holds |
//! |---|---|---|
//! | `analysis_config.json` | [`ExplanationConfig`] | the features, what they are compared with, and how the model is asked |
//! | `analysis.json` | [`ExplanationAnalysis`] | the value of each feature; a baseline's is the constraint |
//! | `constraint_violations.json` | [`ExplanationViolations`] | outputs whose features have another order of importance |
//! | ours | [`ExplanationSummary`] | by which method, with how many rows, and how far chance moves each value |
//!
//! Source: files of real runs, 2021 to 2024; SageMaker developer guide, "Schema for feature attribution drift violations"; SageMaker
//! Python SDK for the templates.
//!
//! ```
//! use bellwether_contract::model_explainability::ExplanationAnalysis;
//!
//! let text = br#"{
//!     "version": "1.0",
//!     "explanations": {
//!         "kernel_shap": {
//!             "label0": {
//!                 "global_shap_values": {
//!                     "Age": 0.0596,
//!                     "Sex": 0.032
//!                 },
//!                 "expected_value": 0.2506
//!             }
//!         }
//!     }
//! }"#;
//! let analysis = ExplanationAnalysis::parse("analysis.json", text)?;
//! let (label, explained) = analysis.labels().next().expect("one output");
//! assert_eq!((label, explained.global_shap_values.get("Age")), ("label0", Some(&0.0596)));
//! assert_eq!(analysis.to_bytes()?, text);
//! # Ok::<(), bellwether_contract::ContractError>(())
//! ```

mod analysis;
mod config;
mod template;
mod value;
mod violations;

pub use crate::explained::{ExplainedLabel, ExplanationMethod, ExplanationSummary, GlobalValue, RankMove};
pub use analysis::{ExplanationAnalysis, Explanations, LabelExplanation};
pub use config::{
    Aggregate, BaselineRow, ExplanationConfig, LinearModel, Link, Methods, Predictor, ShapBaseline,
    ShapConfig,
};
pub use template::{RecordTemplate, RequestTemplate};
pub use value::FeatureValue;
pub use violations::{ATTRIBUTION_DRIFT_CHECK, ExplanationViolation, ExplanationViolations, SHAP};

#[cfg(test)]
mod tests;
