//! The files of the model-bias monitor: how differently a model treats two groups of people, and how differently it may.
//!
//! The shapes are those of SageMaker Clarify's container, key order, indent and spelling of numbers included. Nothing here
//! computes a metric; what could not be computed is `null` with the container's own words in `error`.
//!
//! | file | type | which holds |
//! |---|---|---|
//! | `analysis_config.json` | [`BiasConfig`] | which column is the label, which the facet, which values are meant |
//! | `analysis.json` | [`BiasAnalysis`] | metrics by facet; a baseline's is the constraints |
//! | `constraint_violations.json` | [`BiasViolations`] | metrics farther from zero than the baseline's |
//! | ours | [`BiasEvidence`] | the rows behind a violation, and how far chance moves it |
//!
//! Source: files of real runs, 2021 to 2024; SageMaker developer guide, "Schema for bias drift violations"; smclarify 0.5, which
//! the container uses, for names and descriptions.
//!
//! ```
//! use bellwether_contract::model_bias::{BiasAnalysis, BiasNumber, python_vec};
//!
//! let text = br#"{
//!     "version": "1.0",
//!     "post_training_bias_metrics": {
//!         "label": "Target",
//!         "facets": {
//!             "Sex": [
//!                 {
//!                     "value_or_threshold": "0",
//!                     "metrics": [
//!                         {
//!                             "name": "TE",
//!                             "description": "Treatment Equality (TE)",
//!                             "value": "Infinity"
//!                         }
//!                     ]
//!                 }
//!             ]
//!         },
//!         "label_value_or_threshold": "1"
//!     }
//! }"#;
//! let analysis = BiasAnalysis::parse("analysis.json", text)?;
//! let (_, block) = analysis.stages().next().expect("one stage");
//! let sex = block.facets.get("Sex").expect("a facet");
//! assert_eq!(sex[0].metrics[0].value, Some(BiasNumber::from(f64::INFINITY)));
//! assert_eq!(python_vec(&analysis)?, text);
//! # Ok::<(), bellwether_contract::ContractError>(())
//! ```

mod analysis;
mod config;
mod number;
mod python;
mod violations;

pub use crate::evidence::{BiasEvidence, BootstrapInterval, GroupSizes};
pub use analysis::{BiasAnalysis, BiasMetric, BiasStage, FacetEntry, StageMetrics};
pub use config::{BiasConfig, ConfigValue, FacetConfig, NameOrIndex};
pub use number::BiasNumber;
pub use python::{python_repr, python_vec};
pub use violations::{BIAS_DRIFT_CHECK, BiasViolation, BiasViolations};

#[cfg(test)]
mod tests;
